"""How far a request may reach: sockets with a deadline, and no way from a public page into the learner's own network.

A timeout for each read never ends an answer that drips a byte a second, in its headers least of all; and a name that
was public when it was checked may mean 127.0.0.1 when it is connected to. So both are watched here, at the socket.
"""

import queue
import socket
import threading
import time
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore2

_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64, RFC 6052: the last four bytes are the IPv4 address meant


class Level(IntEnum):
    """Where an address is, seen from this machine. From each one may go on to its like and further out."""

    MACHINE = 0
    NETWORK = 1
    WORLD = 2


class Forbidden(Exception):
    """The host is nearer to the learner than the request may reach."""

    def __init__(self, level: Level) -> None:
        super().__init__(level.name)
        self.level = level


class UnknownHost(Exception):
    """No address is known for the name."""


class Errand(threading.local):
    """What the request that this thread is on may do, and what became of it."""

    until: float = 0.0
    nearest: Level = Level.MACHINE
    connected: bool = False

    def left(self, timeout: float | None) -> float:
        """Return how long the next step may take, at most ``timeout``.

        Raises:
            httpcore2.ReadTimeout: no time is left.

        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("deadline")
        return left if timeout is None else min(timeout, left)


@lru_cache(maxsize=4096)
def level_of(address: str) -> Level:
    """Return where an IP address is; unspecified ones mean this machine, as the kernel has it."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.sixtofour:
            ip = ip.sixtofour
        elif ip in _TRANSLATED:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.is_loopback or ip.is_unspecified:
        return Level.MACHINE
    return Level.WORLD if ip.is_global and not ip.is_multicast else Level.NETWORK


def level_of_name(host: str) -> Level | None:
    """Return where a host is if its name alone says so, else none."""
    try:
        return level_of(host)
    except ValueError:
        return Level.MACHINE if host == "localhost" or host.endswith(".localhost") else None


def addresses_of(host: str, port: int, timeout: float) -> list[tuple[socket.AddressFamily, str]]:
    """Return the addresses of a host, best first.

    The system's resolver knows no timeout, so it is asked in a thread that may be left behind.

    Raises:
        UnknownHost: the name has no address.
        TimeoutError: nobody answered in time.

    """
    try:
        ip = ip_address(host)
        return [(socket.AF_INET if ip.version == 4 else socket.AF_INET6, host)]
    except ValueError:
        pass
    answers: queue.SimpleQueue[list[tuple[socket.AddressFamily, str]] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, str(address[0])) for family, _type, _protocol, _name, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name=f"name of {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"no answer about the name {host}") from None
    if isinstance(answer, Exception):
        raise UnknownHost(host) from answer
    return answer


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read and write ends with the errand."""

    def __init__(self, inner: httpcore2.NetworkStream, errand: Errand) -> None:
        self._inner = inner
        self._errand = errand

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._errand.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._errand.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: object, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._errand.left(timeout))  # type: ignore[arg-type]
        return _Stream(inner, self._errand)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class Reach(httpcore2.NetworkBackend):
    """Makes connections, each to an address that was looked at first."""

    def __init__(self, errand: Errand, proxies: frozenset[tuple[str, int]] = frozenset()) -> None:
        self._errand = errand
        self._proxies = proxies
        self._sockets = httpcore2.SyncBackend()
        self._levels: dict[tuple[str, int], Level] = {}

    def level_known(self, host: str, port: int) -> Level | None:
        """Return where a host is, if its name says so or it was connected to before."""
        named = level_of_name(host)
        return self._levels.get((host, port)) if named is None else named

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[object] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers, if none of them is nearer than allowed."""
        try:
            found = addresses_of(host, port, self._errand.left(timeout))
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        level = min((level_of(address) for _family, address in found), default=Level.WORLD)
        self._levels[host, port] = level
        if level < self._errand.nearest and (host, port) not in self._proxies:
            raise Forbidden(level)
        failure: Exception = UnknownHost(host)
        for _family, address in found:
            try:
                stream = self._sockets.connect_tcp(address, port, self._errand.left(timeout), local_address)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                self._errand.connected = True
                return _Stream(stream, self._errand)
        raise failure
