"""One request over httpx2, and its failures in our words. The only module that knows the HTTP library."""

import math
import re
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from ple.web import addresses
from ple.web.client import AGENT, Headers, Limits, shown
from ple.web.errors import BadAddress, BadRedirect, BrokenAnswer, NoAnswer, TooLarge, TooSlow, WebError
from ple.web.reach import Errand, Forbidden, Level, Reach, UnknownHost, level_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and where the host that gave it is."""

    status: int
    headers: Headers
    body: bytes
    level: Level


class Transport:
    """The connections of a client."""

    def __init__(self) -> None:
        self._errand = Errand()
        self._pools = _Pools(self._errand)
        # It writes requests and sends none: a transport of its own would read all certificates first.
        self._client = httpx2.Client(headers={"User-Agent": AGENT}, trust_env=False, transport=httpx2.BaseTransport())
        self._usual = {name.lower(): (name, value) for name, value in self._client.headers.raw}

    def close(self) -> None:
        """Close every connection."""
        self._pools.close()
        self._client.close()

    def level_at(self, url: str) -> Level:
        """Return the nearest that a page at ``url`` may lead to.

        A name counts as this machine only if it says so itself, since what a name means is up to its owner.
        """
        host = addresses.host(url)
        named = level_of_name(host)
        if named is not None:
            return named
        known = self._pools.reach.level_known(host, _port(url))
        return Level.WORLD if known is None else max(known, Level.NETWORK)

    def send(
        self,
        method: str,
        url: str,
        headers: "Mapping[str, str]",
        body: dict[str, Any],
        limits: Limits,
        until: float,
        nearest: Level | None,
        *,
        redirected: bool,
    ) -> Answer:
        """Ask once, and read the whole answer.

        Raises:
            WebError: as :meth:`ple.web.client.Client.request` says.

        """
        errand = self._errand
        errand.until, errand.nearest = until, nearest or Level.MACHINE
        try:
            known = self._pools.reach.level_known(addresses.host(url), _port(url))
            if known is not None and known < errand.nearest:
                raise Forbidden(known)
            request = self._request(method, url, headers, body, limits)
            for attempt in (1, 2):
                errand.connected = False
                try:
                    return self._read(request, url, limits)
                except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError):
                    # A connection that was kept open may have been closed meanwhile, which shows only when it is used.
                    if errand.connected or attempt == 2 or method not in ("GET", "HEAD"):
                        raise
            raise AssertionError  # the second attempt returned or raised
        except Forbidden as error:
            where = "this machine" if error.level is Level.MACHINE else "your own network"
            verb = "redirects" if redirected else "leads"
            raise BadRedirect(
                f"a page elsewhere {verb} to {shown(url)}, which is on {where}",
                url=url, hint="If that is what you want, name that address yourself.",
            ) from error  # fmt: skip
        except WebError:
            raise
        except Exception as error:
            raised = _in_our_words(error, url, limits, late=time.monotonic() >= until)
            if raised is None:
                raise
            raise raised from error

    def _request(
        self, method: str, url: str, headers: "Mapping[str, str]", body: dict[str, Any], limits: Limits
    ) -> httpcore2.Request:
        """Return what is sent. A body is written by httpx2; without one there is little to write, and that at once."""
        timeout = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.total}
        if body:
            request = self._client.build_request(method, url, headers=dict(headers), **body)
            assert isinstance(request.stream, httpx2.SyncByteStream)
            raw = request.url
            where = httpcore2.URL(scheme=raw.raw_scheme, host=raw.raw_host, port=raw.port, target=raw.raw_path)
            return httpcore2.Request(
                method, where, headers=request.headers.raw, content=request.stream, extensions={"timeout": timeout}
            )
        found = _PARTS.match(url)
        if found is None:
            raise httpx2.InvalidURL(url)
        scheme, place, target = found.groups()
        host = urlsplit(url).hostname or ""
        where = httpcore2.URL(
            scheme=scheme.encode(), host=host.encode("ascii"), port=urlsplit(url).port, target=target.encode("ascii")
        )
        given = {name.lower().encode(): (name.encode(), _encoded(value)) for name, value in headers.items()}
        sent = list(({b"host": (b"Host", place.encode("ascii"))} | self._usual | given).values())
        return httpcore2.Request(method, where, headers=sent, extensions={"timeout": timeout})

    def _read(self, request: httpcore2.Request, url: str, limits: Limits) -> Answer:
        response = self._pools.send(request)
        try:
            headers = _headers(response.headers)
            expected = headers.get("content-length", "")
            if expected.isdigit() and int(expected) > limits.size and request.method != b"HEAD":
                raise _too_large(url, limits)
            coming: Iterator[bytes] = response.iter_stream()
            if headers.get("content-encoding", "identity") != "identity":
                # in pieces of 1 MiB at most, however well they were compressed
                coming = httpx2.Response(response.status, headers=response.headers, stream=_Body(response)).iter_bytes()
            pieces, size = [], 0
            for piece in coming:
                size += len(piece)
                if size > limits.size:
                    raise _too_large(url, limits)
                pieces.append(piece)
                self._errand.left(None)
        finally:
            response.close()
        level = self._pools.reach.level_known(addresses.host(url), _port(url))
        return Answer(response.status, headers, b"".join(pieces), Level.WORLD if level is None else level)


_PARTS = re.compile(r"(https?)://([^/?#]+)([^#]*)")


def _encoded(value: str) -> bytes:
    return value.encode("ascii" if value.isascii() else "utf-8")


def _headers(raw: "Sequence[tuple[bytes, bytes]]") -> Headers:
    found: dict[str, str] = {}
    for name, value in raw:
        try:
            said = value.decode("utf-8")
        except UnicodeDecodeError:
            said = value.decode("iso-8859-1")
        key = name.decode("iso-8859-1").lower()
        found[key] = f"{found[key]}, {said}" if key in found else said
    return Headers(found)


class _Pools:
    """Connections straight to hosts, and through the proxies that the environment names."""

    def __init__(self, errand: Errand) -> None:
        self._lock = threading.Lock()
        self._proxies = _proxies()
        own = frozenset((urlsplit(proxy).hostname or "", _port(proxy)) for proxy in self._proxies.values())
        self.reach = Reach(errand, own)
        self._errand = errand
        self._pools: dict[tuple[str, str | None], httpcore2.ConnectionPool] = {}
        self._tls: ssl.SSLContext | None = None

    def send(self, request: httpcore2.Request) -> httpcore2.Response:
        """Send a request on its way; the answer's body is still to be read."""
        scheme, host = request.url.scheme.decode(), request.url.host.decode()
        return self._pool(scheme, self._proxy_for(scheme, host)).handle_request(request)

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _pool(self, scheme: str, proxy: str | None) -> httpcore2.ConnectionPool:
        with self._lock:
            if (scheme, proxy) not in self._pools:
                if (scheme == "https" or (proxy or "").startswith("https")) and self._tls is None:
                    self._tls = httpx2.create_ssl_context()  # 20–80 ms: only when something is encrypted
                tls = self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                options: dict[str, Any] = {
                    "ssl_context": tls, "max_connections": 100, "max_keepalive_connections": 20,
                    "keepalive_expiry": 15.0, "network_backend": self.reach,
                }  # fmt: skip
                if proxy:
                    parts = urlsplit(proxy)
                    auth = (parts.username or "", parts.password or "") if parts.username else None
                    plain = f"{parts.scheme}://{parts.hostname}:{_port(proxy)}"
                    self._pools[scheme, proxy] = httpcore2.HTTPProxy(plain, proxy_auth=auth, **options)
                else:
                    self._pools[scheme, proxy] = httpcore2.ConnectionPool(**options)
            return self._pools[scheme, proxy]

    def _proxy_for(self, scheme: str, host: str) -> str | None:
        if not self._proxies or level_of_name(host) is Level.MACHINE:
            return None
        from urllib.request import proxy_bypass

        if proxy_bypass(host):
            return None
        return self._proxies.get(scheme) or self._proxies.get("all")


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> "Iterator[bytes]":
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _proxies() -> dict[str, str]:
    """Return the proxies that the environment or the system names, by scheme; those that we cannot use left out."""
    from urllib.request import getproxies

    found = {}
    for scheme, proxy in getproxies().items():
        if scheme not in ("http", "https", "all"):
            continue
        address = proxy if "://" in proxy else f"http://{proxy}"
        try:
            usable = address.startswith(("http://", "https://")) and bool(urlsplit(address).hostname) and _port(address)
        except ValueError:
            usable = False
        if usable:
            found[scheme] = address
    return found


def _too_large(url: str, limits: Limits) -> TooLarge:
    return TooLarge(f"{shown(url)} is larger than {_size(limits.size)}", url=url)


def _size(size: int) -> str:
    return f"{size / 1_000_000:.3g} MB" if size >= 1_000_000 else f"{math.ceil(size / 1000)} kB"


def _seconds(seconds: float) -> str:
    return f"{seconds:g} second" + ("" if seconds == 1 else "s")


def _in_our_words(error: Exception, url: str, limits: Limits, *, late: bool) -> WebError | None:
    """Return what a failure of the HTTP library means to a learner, or none if it is no failure of the web."""
    said = shown(url)
    host = addresses.host(url)
    match error:
        case UnknownHost():
            return NoAnswer(
                f"there is no host {host}", reason="unknown host", url=url,
                hint="Check the spelling of the address, and whether you are online.",
            )  # fmt: skip
        case httpcore2.ConnectTimeout() if not late:
            return TooSlow(f"{host} did not take the call within {_seconds(limits.connect)}", url=url)
        case httpcore2.TimeoutException() if late:
            return TooSlow(f"{said} did not answer whole within {_seconds(limits.total)}", url=url)
        case httpcore2.TimeoutException():
            return TooSlow(f"{said} sent nothing for {_seconds(limits.read)}", url=url)
        case httpcore2.ConnectError():
            return _no_connection(error, url)
        case httpcore2.ReadError() | httpcore2.WriteError():
            return NoAnswer(f"{said} hung up", reason="hung up", url=url, hint="Try again in a moment.")
        case httpcore2.ProxyError():
            return NoAnswer(
                f"the proxy did not let us through to {host}: {error}", reason="refused", url=url,
                hint="Check the proxy in HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
            )  # fmt: skip
        case httpx2.DecodingError():
            return BrokenAnswer(f"{said} is not encoded as it claims (Content-Encoding)", url=url)
        case httpcore2.RemoteProtocolError() if "without sending a resp" in str(error):
            return NoAnswer(
                f"{said} hung up without an answer", reason="hung up", url=url, hint="Try again in a moment."
            )
        case httpcore2.RemoteProtocolError() if "incomplete" in str(error) or "closed" in str(error):
            return BrokenAnswer(f"{said} stopped in the middle of its answer", url=url)
        case httpcore2.ProtocolError():
            return BrokenAnswer(f"{said} does not answer as HTTP does", url=url)
        case httpx2.InvalidURL() | httpcore2.UnsupportedProtocol() | UnicodeError():
            return BadAddress(f"{said} is no address that can be asked", url=url)
        case OSError():
            return NoAnswer(f"{host} cannot be reached: {error.strerror or error}", reason="unreachable", url=url)
    return None


def _no_connection(error: Exception, url: str) -> NoAnswer:
    """Return why no connection was made; the reason is at the end of the chain of causes."""
    host = addresses.host(url)
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                return NoAnswer(
                    f"the certificate of {host} cannot be trusted: {cause.verify_message}",
                    reason="certificate", url=url,
                    hint="Look at the site in a browser; do not send it anything secret.",
                )  # fmt: skip
            case ssl.SSLError():
                return NoAnswer(
                    f"{host} does not speak TLS as https needs it", reason="certificate", url=url,
                    hint="Perhaps the address begins with http:// and not https://.",
                )  # fmt: skip
            case ConnectionRefusedError():
                return NoAnswer(
                    f"{host} refused the connection", reason="refused", url=url,
                    hint="Its server may be down, or the port in the address wrong.",
                )  # fmt: skip
        cause = cause.__cause__ or cause.__context__
    return NoAnswer(f"{host} cannot be reached", reason="unreachable", url=url)
