"""Looking at the site while it is written: it is built anew when the library changes, and open pages load themselves.

Only what is shown on this machine has the few lines that do so; the files of the site stay free of them.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ple.library import PleError

EVENTS = ".ple/events"
SCRIPT = ".ple/reload.js"
JAVASCRIPT = b"""\
new EventSource(document.currentScript.dataset.events).addEventListener("built", function () { location.reload(); });
"""
_POLICY = re.compile(rb'(http-equiv="Content-Security-Policy" content="[^"]*?)(?:script-src \'self\'; )?(connect-src)')


class Following:
    """Says when the site was built anew; shared by all who look on."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._count = 0
        self._ended = False

    @property
    def count(self) -> int:
        """How often it was built anew so far."""
        return self._count

    def tell(self) -> None:
        """Tell everybody who waits that the site was built anew."""
        with self._news:
            self._count += 1
            self._news.notify_all()

    def end(self) -> None:
        """Let everybody go who waits."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    def after(self, count: int, seconds: float = 15) -> int | None:
        """Wait until it was built more than ``count`` times, or some seconds; return how often, None at the end."""
        with self._news:
            self._news.wait_for(lambda: self._count > count or self._ended, seconds)
            return None if self._ended else self._count


def reloading(html: bytes, under: str) -> bytes:
    """Return a page with what lets it load itself anew; ``under`` is the path that the site has here."""
    script = f'<script src="{under}{SCRIPT}" data-events="{under}{EVENTS}"></script></head>'
    return _POLICY.sub(rb"\1script-src 'self'; \2", html, count=1).replace(b"</head>", script.encode(), 1)


@contextmanager
def following(
    newest: Callable[[], int], build: Callable[[], bool], failed: Callable[[PleError], None], every: float = 0.5
) -> Iterator[Following]:
    """Build again whenever ``newest`` change of the library is another, while the context lasts.

    ``build`` says whether it wrote anything; a build that fails is told to ``failed``, and the site stays as it was.
    """
    news = Following()
    ended = threading.Event()

    def watch() -> None:
        seen = newest()
        while not ended.wait(every):
            try:
                now = newest()
                if now == seen:
                    continue
                seen = now
                if build():
                    news.tell()
            except PleError as error:
                failed(error)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield news
    finally:
        ended.set()
        news.end()
        thread.join()
