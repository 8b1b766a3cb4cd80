"""Watching feeds: the door of a refresh that opens the one behind it, :class:`Subscriptions`, only if something came.

On most days it does not, and then neither the tables nor anything above them is imported: asking a thousand feeds
costs little more than the asking.
"""

import datetime as dt
from collections.abc import Callable, Collection, Generator, Sequence
from typing import TYPE_CHECKING

from ple.feeds.checks import Refreshed
from ple.feeds.credentials import Credentials
from ple.feeds.fetching import LIMITS, Answer
from ple.feeds.memory import Memory
from ple.feeds.refreshing import Refreshing
from ple.feeds.worker import Parser
from ple.library.file import LibraryFile
from ple.library.identity import utc_now
from ple.settings.secrets import Secrets
from ple.web.client import Client, Limits

if TYPE_CHECKING:
    from ple.feeds.subscriptions import Subscriptions


class Watch:
    """Refreshes feeds. ``subscriptions`` opens the door behind which entries are; close the watch to end its reader.

    A library on a server, a new one or one of another version is opened at once, as all of that is for the library.
    """

    def __init__(
        self,
        file: LibraryFile | None,
        subscriptions: "Callable[[], Subscriptions]",
        client: Client,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        limits: Limits = LIMITS,
        secrets: Secrets | None = None,
    ) -> None:
        self.subscriptions = subscriptions
        self._parser = Parser()
        self._memory: Memory | None = None
        if file is not None and file.current():
            self._memory = Memory(file, Credentials(secrets))
            self._refreshing = Refreshing(self._memory, self._keep, client, self._parser, now, limits)

    def close(self) -> None:
        """End the process that reads feeds."""
        self._parser.close()
        if self._memory is not None:
            self._memory.close()

    def newest_entry(self) -> int:
        """Return the number of the entry that came in last, 0 if there is none."""
        return self._memory.newest_entry() if self._memory else self.subscriptions().newest_entry()

    def following(self) -> bool:
        """Say whether any feed is followed."""
        return self._memory.following() if self._memory else bool(self.subscriptions().feeds())

    def refresh(
        self, ids: Collection[int] | None = None, *, force: bool = False, concurrency: int = 16
    ) -> Generator[Refreshed]:
        """Ask the feeds that are due, and yield each as it is done; see :meth:`Subscriptions.refresh`."""
        if self._memory is None or ids is not None:
            yield from self.subscriptions().refresh(ids, force=force, concurrency=concurrency)
            return
        before = self._memory.newest_entry()
        yield from self._refreshing.refresh(None, force=force, concurrency=concurrency)
        if self._memory.cared_for() or self._memory.newest_entry() != before:
            self.subscriptions().see_to()

    def _keep(self, answers: Sequence[Answer]) -> list[Refreshed]:
        return self.subscriptions().keep(answers)
