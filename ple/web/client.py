"""From an address to bytes, politely and within bounds. Knows nothing of the library, and may be shared by threads.

What must stay true, whatever a server does: a request ends by its deadline, holds no more bytes than its limit, counted
after decompression, and reaches http(s) addresses only; what a page or a redirect from elsewhere names never reaches
this machine or its network; no credential goes to a host that it was not meant for; no cookie is kept.
"""

import json as json_
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from ple import __version__
from ple.web import addresses
from ple.web.errors import (
    BadAddress,
    BadRedirect,
    BrokenAnswer,
    NoAnswer,
    TooLarge,
    TooSlow,
    WebError,
)

if TYPE_CHECKING:
    from ple.web.transport import Transport

__all__ = [
    "AGENT", "BadAddress", "BadRedirect", "BrokenAnswer", "Client", "Headers", "Hop", "Limits", "NoAnswer", "Response",
    "TooLarge", "TooSlow", "WebError",
]  # fmt: skip

AGENT = f"ple/{__version__} (+personal learning environment)"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_ANY_HOST = frozenset(  # headers that may follow a redirect to another host; any other could be a credential
    {"accept", "accept-language", "content-type", "if-modified-since", "if-none-match", "user-agent"}
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost. Times in seconds, sizes in bytes after decompression."""

    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    size: int = 20_000_000
    redirects: int = 10
    per_host: int = 4


class Headers(Mapping[str, str]):
    """The headers of an answer; their names in any case. A repeated header is one, joined by commas."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in pairs.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect on the way: the address that was asked, and the status that led on from it."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. A status of 400 or more is an answer like any other."""

    url: str
    status: int
    headers: Headers
    body: bytes = field(repr=False)
    redirects: tuple[Hop, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the status says success (2xx)."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty if the server did not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the server claims, if any."""
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message.get_content_charset()

    @property
    def text(self) -> str:
        """The body as text, by the claimed charset, else UTF-8; never raises."""
        try:
            return self.body.decode(self.charset or "utf-8-sig", "replace")
        except LookupError:
            return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            BrokenAnswer: it is something else.

        """
        try:
            return json_.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BrokenAnswer(
                f"{shown(self.url)} answered {self.status} with something that is no JSON", url=self.url
            ) from error


class Client:
    """Fetches addresses. Cheap to make; connections are made at the first request and shared by all threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._hosts: dict[tuple[str, int], tuple[threading.BoundedSemaphore, int]] = {}

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        origin: str | None = None,
        follow: bool = True,
    ) -> Response:
        """Fetch ``url``; see :meth:`request`."""
        return self.request("GET", url, headers=headers, limits=limits, origin=origin, follow=follow)

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | str | None = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        origin: str | None = None,
        follow: bool = True,
    ) -> Response:
        """Send something to ``url``; see :meth:`request`. It is sent once: never again after a failure."""
        return self.request(
            "POST", url, form=form, json=json, content=content, files=files,
            headers=headers, limits=limits, origin=origin, follow=follow,
        )  # fmt: skip

    def request(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | str | None = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        origin: str | None = None,
        follow: bool = True,
    ) -> Response:
        """Ask ``url`` and return the answer to the last of its redirects (with ``follow``), whatever its status.

        ``origin`` is the address of the page or feed that named ``url``; none says that the learner did. Only the
        learner may name this machine or its network: a public page that names it is refused. ``files`` is what
        httpx takes: ``{"field": (name, bytes or open file, type)}``.

        Raises:
            WebError: there is no answer that can be used; its subclass says why.

        """
        limits = limits or self.limits
        method = method.upper()
        url, asked = _apart(addresses.wire(addresses.clean(url)), headers or {})
        until = 0.0
        nearest = self._open().level_at(origin) if origin else None
        body: dict[str, Any] = {"data": form, "json": json, "content": content, "files": files}
        body = {name: value for name, value in body.items() if value is not None}
        hops: list[Hop] = []
        been = {(method, url.partition("#")[0])}
        while True:
            with self._turn(url, limits):
                if not hops:
                    until = time.monotonic() + limits.total  # standing in line for the host costs no time of ours
                answer = self._open().send(method, url, asked, body, limits, until, nearest, redirected=bool(hops))
            status, answered, payload = answer.status, answer.headers, answer.body
            if not follow or status not in _REDIRECTS or not answered.get("location"):
                return Response(url, status, answered, payload, tuple(hops))
            hops.append(Hop(status, url))
            target = self._target(url, answered["location"], hops, limits)
            method, body = _onward(method, status, body, url, target)
            if (method, target.partition("#")[0]) in been:
                raise BadRedirect(f"{shown(hops[0].url)} leads in a circle", url=hops[0].url)
            been.add((method, target.partition("#")[0]))
            if not _same_origin(url, target):
                asked = {name: value for name, value in asked.items() if name.lower() in _FOR_ANY_HOST}
            nearest = answer.level if nearest is None else max(nearest, answer.level)
            url = target

    def close(self) -> None:
        """Close every connection; a later request opens new ones."""
        with self._lock:
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> "Transport":
        with self._lock:
            if self._transport is None:
                from ple.web.transport import Transport  # httpx2: 90 ms, at the first request only

                self._transport = Transport()
            return self._transport

    def _target(self, url: str, location: str, hops: list[Hop], limits: Limits) -> str:
        first = hops[0].url
        if len(hops) > limits.redirects:
            raise BadRedirect(f"{shown(first)} redirects more than {limits.redirects} times", url=first)
        target = addresses.resolve(url, location)
        if target is None:
            raise BadRedirect(f"{shown(first)} redirects to {location[:100]!r}, which is no web address", url=first)
        return addresses.without_credentials(target)

    @contextmanager
    def _turn(self, url: str, limits: Limits) -> Iterator[None]:
        """Wait until fewer than ``per_host`` requests are on their way to the host of ``url``.

        This machine need not be spared as much as somebody's server: four times as many.
        """
        place = _place(url)
        with self._lock:
            places = limits.per_host * (4 if addresses.is_local_name(place[0]) else 1)
            semaphore, waiting = self._hosts.get(place) or (threading.BoundedSemaphore(places), 0)
            self._hosts[place] = semaphore, waiting + 1
        try:
            with semaphore:
                yield
        finally:
            with self._lock:
                semaphore, waiting = self._hosts[place]
                if waiting == 1:
                    del self._hosts[place]
                else:
                    self._hosts[place] = semaphore, waiting - 1


def shown(url: str) -> str:
    """Return an address for error texts: without password, and without its query, which may hold a secret key."""
    bare = addresses.without_credentials(url)
    page, question, _query = bare.partition("#")[0].partition("?")
    return page + ("?…" if question else "")


def _apart(url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the address without its credentials, and the headers with them."""
    asked = dict(headers)
    parts = urlsplit(url)
    if parts.username is not None and not any(name.lower() == "authorization" for name in asked):
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        asked["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    return addresses.without_credentials(url), asked


def _onward(method: str, status: int, body: dict[str, Any], url: str, target: str) -> tuple[str, dict[str, Any]]:
    """Return with which method and body to follow a redirect (RFC 9110 section 15.4, as browsers read it)."""
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        return "GET", {}
    if body and not _same_origin(url, target):
        raise BadRedirect(
            f"{shown(url)} redirects what was sent to it to another host, {addresses.host(target)}", url=url
        )
    return method, body


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(addresses.resolve(None, url) or url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _same_origin(one: str, other: str) -> bool:
    """Return whether a credential for ``one`` may be given to ``other``: the same host, or its https door."""
    if _place(one) == _place(other):
        return one.split(":")[0].lower() == other.split(":")[0].lower()
    (host, port), (other_host, other_port) = _place(one), _place(other)
    return host == other_host and (port, other_port) == (80, 443) and other.startswith("https:")
