"""A process that reads feeds, and can be killed: a hostile feed must not stop a refresh, nor freeze a screen.

It knows nothing but :func:`ple.feeds.parsing.parse`; see :mod:`ple.child`.
"""

import gc
import os
import pickle
from typing import Any

from ple.child import Child, Closed, Ended, Late, TooMuchMemory, TooMuchWork, Work
from ple.feeds import errors
from ple.feeds.errors import FeedError, TooCostly, Unreadable
from ple.feeds.publication import ParsedFeed

WALL_SECONDS = 60.0
CPU_SECONDS = 15
MEMORY_BYTES = 1 << 30
PATIENCE = 400_000_000  # bytes of feeds before a worker is replaced, so that what it hoards is given back …
LARGE = 4_000_000  # … which after one feed of this size is much


class Parser:
    """Parses feeds in a process of its own. May be shared by threads; one feed is parsed at a time.

    ``cpu_seconds`` and ``memory_bytes`` hold where the platform has such limits; ``wall_seconds`` holds everywhere.
    """

    def __init__(
        self,
        *,
        wall_seconds: float = WALL_SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self.child = Child(f"{__name__}:begin", seconds=wall_seconds, cpu_seconds=cpu_seconds, memory=memory_bytes)
        self._cpu_seconds = cpu_seconds
        self._read = 0

    def parse(self, url: str, body: bytes, content_type: str | None = None, *, listed: str = "") -> ParsedFeed:
        """Return the feed in ``body``; see :func:`ple.feeds.parsing.parse`, and :mod:`ple.feeds.intake` for ``listed``.

        Raises:
            FeedError: it is no feed that can be read, or
            TooCostly: reading it took more than one feed may take.

        """
        self._read += len(body)
        try:
            said = self.child.ask(pickle.dumps((url, body, content_type, listed), pickle.HIGHEST_PROTOCOL))
        except Closed:
            raise Unreadable("it was not read, because the refresh was stopped") from None
        except Ended as ended:
            self._read = 0
            raise TooCostly(self._why(ended)) from None
        if self._read >= PATIENCE or len(body) >= LARGE:
            self._read = 0
            self.child.renew()
        answer = pickle.loads(said)  # noqa: S301 - between us and our own child
        if isinstance(answer, ParsedFeed):
            return answer
        name, message, hint = answer
        kind = getattr(errors, name, Unreadable)
        raise kind(message, hint=hint)

    def close(self) -> None:
        """End the process, whatever it is doing; nothing is parsed after that."""
        self.child.close()

    def __enter__(self) -> "Parser":
        """Return the parser."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def _why(self, ended: Ended) -> str:
        match ended:
            case Late():
                return f"reading it took longer than {self.child.seconds:.0f} seconds, so it was given up"
            case TooMuchWork():
                return f"reading it took more than {self._cpu_seconds} seconds of work, so it was given up"
            case TooMuchMemory():
                return "reading it took more memory than one feed may, so it was given up"
        return "reading it broke the reader, so it was given up"


def begin() -> Work:
    """Return what answers in the process, once all that it needs is imported."""
    from ple.feeds.parsing import parse

    gc.freeze()  # what was imported stays
    gc.set_threshold(50_000, 20, 100)  # what a feed is made of goes with it; little is left to look for
    quickly = not os.environ.get("PLE_FEEDPARSER_ALONE")  # for benchmarks, and to find out which of the two errs

    def answer(task: bytes) -> bytes:
        url, body, content_type, listed = pickle.loads(task)  # noqa: S301 - from our own parent
        del task  # it is as long as the feed
        said: Any
        try:
            said = parse(url, body, content_type, listed=frozenset(listed.split()[::2]), quickly=quickly)
        except FeedError as error:
            said = (type(error).__name__, str(error), error.hint)
        return pickle.dumps(said, pickle.HIGHEST_PROTOCOL)

    return answer
