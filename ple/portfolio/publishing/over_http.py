"""What places that are reached over HTTP have in common: several requests at once, patience, sentences for refusals."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

from ple.portfolio.publishing.errors import NoSecret, PublishError
from ple.portfolio.publishing.place import Parcel
from ple.web.client import Client, Limits, Response
from ple.web.errors import NoAnswer, WebError

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")

AT_ONCE = 4
_LIMITS = Limits(connect=15, read=120, total=900, size=256_000_000, redirects=0)
_LONGEST_WAIT = 30.0
_TRIES = 3
_WHY = {
    401: "it does not know you, or the secret is wrong",
    403: "you may not do that there",
    404: "it is not there",
    409: "the folder above it is missing",
    411: "it wants to know the size first",
    413: "the file is too large for it",
    423: "somebody has locked it",
    429: "too much was asked of it at once",
    507: "there is no room left",
}


class OverHttp:
    """A host that is spoken to over HTTP."""

    shown: str
    batch = 32

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="publish")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def claim(self, parcel: Parcel, seen: str | None) -> None:
        """Put a file in its place, whatever is there: these hosts take no conditions that all of them keep."""
        del seen
        self.write([parcel])

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put files in their places; see :class:`~ple.portfolio.publishing.place.Place`."""
        raise NotImplementedError

    def _each(self, step: Callable[[_Thing], _Answer], things: Iterable[_Thing]) -> list[_Answer]:
        """Do one step for each thing, several at once; the first that fails ends it."""
        assert self._pool is not None
        futures = [self._pool.submit(step, thing) for thing in things]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | Callable[[], Mapping[str, str]], **body: Any
    ) -> Response:
        """Ask, and ask again where that does no harm: every request that we make may be made twice.

        ``headers`` is called for each try when they hold the time. A redirect is an answer: what is sent somewhere
        goes there and nowhere else.

        Raises:
            PublishError: there is no answer.
        """
        for left in reversed(range(_TRIES)):
            said = headers() if callable(headers) else headers
            try:
                answer = self._client.request(method, url, headers=said, limits=_LIMITS, follow=False, **body)
            except NoAnswer as error:
                if left and error.reason == "hung up":
                    continue  # it closed a connection that it had kept open
                raise PublishError(f"{self.shown} does not answer: {error}") from error
            except WebError as error:
                raise PublishError(f"{self.shown} cannot be reached: {error}", hint=error.hint) from error
            wait = _asked_to_wait(answer)
            if wait is None or not left:
                return answer
            threading.Event().wait(wait)
        raise AssertionError("unreachable")

    def _refused(self, answer: Response, what: str) -> PublishError:
        """Return the error for an answer that says no to ``what``."""
        if answer.status == 401:
            return NoSecret("another name or password", self.shown)
        why = _WHY.get(answer.status) or f"it answered {answer.status}"
        return PublishError(f"{self.shown} refused {what}: {why}{_its_words(answer)}")


def _asked_to_wait(answer: Response) -> float | None:
    if answer.status not in (429, 503):
        return None
    said = answer.headers.get("retry-after", "")
    return min(float(said), _LONGEST_WAIT) if said.isascii() and said.isdigit() else None


def _its_words(answer: Response) -> str:
    """Return what the host says itself, if that is a short sentence."""
    from ple.web.text import line

    if "json" in answer.content_type:
        try:
            said = answer.json()
        except WebError:
            return ""
        words = said.get("message") or said.get("error") if isinstance(said, dict) else None
        return f" ({line(str(words))[:200]})" if words else ""
    return ""
