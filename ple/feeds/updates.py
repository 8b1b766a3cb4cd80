"""An update: a refresh, one at a time for a library, and whoever wants to hear of it is told what came.

Commands and screens update in the same way: whichever is first holds the lock, and the learner's own command hears of
it from both.
"""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.feeds import hooks
from ple.feeds.background import alone
from ple.feeds.checks import Refreshed
from ple.feeds.watch import Watch
from ple.library.identity import utc_now

if TYPE_CHECKING:
    from ple.feeds.marks import Notice


@dataclass
class Updated:
    """What an update did, as programs read it."""

    feeds: int = 0
    fetched: int = 0
    not_modified: int = 0
    failed: int = 0
    new_entries: int = 0
    updated_entries: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def count(self, feed: Refreshed) -> None:
        """Add what became of one feed."""
        self.feeds += 1
        self.new_entries += feed.new
        self.updated_entries += feed.updated
        if feed.failure is not None:
            self.failed += 1
            error = {"id": feed.feed_id, "title": feed.title, "url": feed.url, "error": feed.failure, "hint": feed.hint}
            self.errors.append(error)
        elif feed.not_modified:
            self.not_modified += 1
        else:
            self.fetched += 1


class Update:
    """One update of the feeds of a library that lies in ``folder``, of so many ``at_once``.

    ``hook`` is the learner's own command, see :mod:`ple.feeds.hooks`; none if it is empty. What it could not do is in
    ``hook_failure`` afterwards, and in ``notices`` what rules want the learner to hear of.
    """

    def __init__(self, watch: Watch, folder: Path, *, hook: str = "", at_once: int = 16) -> None:
        self.done = Updated()
        self.notices: tuple[Notice, ...] = ()
        self.hook_failure: hooks.HookFailed | None = None
        self._watch = watch
        self._folder = folder
        self._hook = hook
        self._at_once = at_once

    def run(self, ids: Collection[int] | None = None, *, force: bool = False) -> Generator[Refreshed]:
        """Yield what became of each feed; see :meth:`Watch.refresh`. Who stops early is told of what came.

        Raises:
            UpdateRunning: another process updates this library.

        """
        with alone(self._folder):
            reached = self._watch.newest_entry()
            refresh = self._watch.refresh(ids, force=force, concurrency=self._at_once)
            try:
                for feed in refresh:
                    self.done.count(feed)
                    yield feed
            except GeneratorExit:
                refresh.close()
                self._tell(reached)
                raise
            self._tell(reached)

    def _tell(self, reached: int) -> None:
        if not self.done.feeds:
            return
        came = self._watch.newest_entry() > reached
        if came:
            feeds = self._watch.subscriptions()
            self.notices = tuple(notice for notice in feeds.rules.notices() if notice.entry.id > reached)
        if not self._hook:
            return
        said = {
            "event": "feeds-updated",
            "at": utc_now(),
            "library": str(self._folder),
            **dataclasses.asdict(self.done),
            "entries": self._watch.subscriptions().entries_after(reached) if came else [],
            "notices": self.notices,
        }
        try:
            hooks.run(self._hook, json.dumps(said, ensure_ascii=False, default=_plain))
        except hooks.HookFailed as error:
            self.hook_failure = error


def _plain(value: object) -> object:
    """Return what JSON has no word for in the words of ``--json``."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not said in JSON")
