"""One question to an LMS and its answer, with what every adapter over HTTP needs.

No token leaves for another address, no redirect is followed, and failures are told apart by the one thing that matters
for a write: may it have arrived?
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ple.lms.content import Piece
from ple.lms.errors import AnswerLost, LmsError, NotUnderstood, TooManyRequests, Unreachable
from ple.web.errors import BadAddress, NoAnswer, WebError

if TYPE_CHECKING:
    from ple.web.client import Client, Limits, Response

_NEVER_SENT = frozenset({"unknown host", "refused", "unreachable", "certificate"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Exchange:
    """Questions to one LMS. ``headers`` go with each of them, so only addresses of the same origin are asked."""

    def __init__(self, client: "Client", url: str, *, headers: Mapping[str, str] | None = None) -> None:
        self._client = client
        self.url = url.rstrip("/")
        self._headers = dict(headers or {})
        self.clock: dt.datetime | None = None
        """What time it was there at the last answer, if it said so."""

    @property
    def host(self) -> str:
        """The host, for sentences."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def ask(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        files: Sequence[tuple[str, Piece, bytes]] = (),
        headers: Mapping[str, str] | None = None,
        writes: bool = False,
        size: int = 0,
    ) -> "Response":
        """Return the answer of ``url``, a path or an address of the same origin, whatever it says.

        ``size`` is how many bytes are expected, where they may be many.

        Raises:
            AnswerLost: with ``writes``, it may have arrived.
            TooManyRequests: it was not done, and should be asked later.
            Unreachable: there is no answer; what was asked was not done.
            NotUnderstood: the address is of another origin.
        """
        address = url if "://" in url else self.url + url
        if not same_origin(address, self.url):
            raise NotUnderstood(
                f"{self.host} names an address of another site, {shown_host(address)}, where it may not"
            )
        try:
            answer = self._client.request(
                method,
                address,
                form=form,
                files=[(name, (piece.name, data, piece.media_type)) for name, piece, data in files] or None,
                headers={**self._headers, **(headers or {})},
                limits=larger(self._client.limits, size, sum(piece.size for _, piece, _ in files)),
                follow=False,
            )
        except NoAnswer as error:
            if writes and error.reason not in _NEVER_SENT:
                raise AnswerLost(f"{self.host} hung up before it answered") from error
            raise Unreachable(f"{self.host} does not answer ({error.reason})") from error
        except WebError as error:
            if writes and not isinstance(error, BadAddress):
                raise AnswerLost(f"the answer of {self.host} did not come in time, or was broken") from error
            raise Unreachable(f"{self.host} does not answer as it should: {error}") from error
        self.clock = clock_of(answer)
        self._check(answer, writes=writes)
        return answer

    def _check(self, answer: "Response", *, writes: bool) -> None:
        wait = retry_after(answer)
        limited = answer.status == 403 and b"Rate Limit Exceeded" in answer.body[:200]
        if answer.status == 429 or limited:
            raise TooManyRequests(f"{self.host} wants to be asked less often", retry_after=wait)
        if answer.status < 500:
            return
        if writes:
            raise AnswerLost(f"{self.host} failed with {answer.status} and does not say whether it was done")
        if answer.status == 503:
            hint = f"It wishes to be asked again in {max(1, (wait + 59) // 60)} minutes." if wait else None
            raise Unreachable(f"{self.host} is closed for the moment, for maintenance", retry_after=wait, hint=hint)
        raise Unreachable(f"{self.host} has an error of its own ({answer.status})", retry_after=wait)


def larger(limits: "Limits", down: int, up: int) -> "Limits | None":
    """Return limits for so many bytes down and up; none where there are none to speak of."""
    down, up = max(0, down), max(0, up)  # an LMS may say anything
    if not down and not up:
        return None
    total = limits.total + (down + up) / 50_000  # at 50 kB a second, as from a train
    return replace(limits, total=total, size=max(limits.size, down + 65_536))


def clock_of(answer: "Response") -> dt.datetime | None:
    """Return what time it was at the LMS when it answered; none if it does not say."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return said if said.tzinfo is not None else None


def retry_after(answer: "Response") -> int | None:
    """Return the seconds after which the LMS wishes to be asked again, a day at most."""
    said = answer.headers.get("retry-after", "").strip()
    return min(int(said), 86_400) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def same_origin(one: str, other: str) -> bool:
    """Return whether two addresses have the same scheme, host and port."""
    return _origin(one) == _origin(other) is not None


def shown_host(url: str) -> str:
    """Return the host of an address, for sentences."""
    origin = _origin(url)
    return origin[1] if origin else "?"


def on_this_machine(host: str) -> bool:
    """Return whether a host is this machine, the only one to which secrets may go without TLS."""
    return host.strip("[]") in _LOCAL


def safe_base(url: str) -> str:
    """Return ``url`` cut to scheme, host and path, if a token may be sent there.

    Raises:
        LmsError: it would travel unprotected; only this machine may be spoken to without TLS.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not on_this_machine(host):
        raise LmsError(
            f"{host} would get your token unprotected, over http",
            hint=f"Use https://{parts.netloc.rpartition('@')[2]}{parts.path} instead.",
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts: Any = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
