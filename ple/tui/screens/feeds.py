"""Feeds: what is followed, what came in, and the entry itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from ple.tui.list_room import FIRST_KEYS, PAINT
from ple.tui.reading import Article
from ple.tui.screens import feeds_care, feeds_reading, feeds_triage
from ple.tui.screens.feeds_list import (
    EntryRow,
    as_said,
    as_shown,
    entry_rows,
    headline,
    lesson,
    listed,
    merged,
    paint_entry,
    steady,
    wanted,
)
from ple.tui.screens.feeds_sources import SourcesRoom
from ple.tui.screens.feeds_tree import INBOX, Node
from ple.tui.things import save_page
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece

if TYPE_CHECKING:
    from ple.environment import Environment


class Feeds(SourcesRoom):
    """Three panes: feeds, entries, the entry."""

    MODE = "feeds"
    PANES: ClassVar[tuple[str, ...]] = ("tree", "list", "article")
    FIRST = 1
    KINDS: ClassVar[tuple[str, ...]] = ("entry",)
    OF_LINES: ClassVar[frozenset[str]] = frozenset({"unread(1)", "mark", "star", "later", "drop", "save"})
    BESIDE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "unread(1)", "Next unread", id="feeds.next-unread"),
        Binding("K", "unread(-1)", "Previous unread", show=False, id="feeds.previous-unread"),
        Binding("m,N", "mark", "Read", id="feeds.mark"),
        Binding("s", "star", "Star", id="feeds.star"),
        Binding("z", "later", "Later", id="feeds.later"),
        Binding("x", "drop", "Drop", id="feeds.drop"),
        Binding("S", "save", "Save page", id="feeds.save"),
        Binding("a", "add", "Add feed", id="feeds.add"),
        Binding("r", "refresh", "Refresh", id="feeds.refresh"),
        Binding("i", "inbox", "The inbox: what is to be decided on", show=False, id="feeds.inbox"),
        Binding("W", "why", "Why it stands where it stands", show=False, id="feeds.why"),
        Binding("F", "whole", "Whole text from the page", show=False, id="feeds.whole"),
        Binding("v", "view", "Unread only", show=False, id="feeds.view"),
        Binding("A", "mark_all", "All read", show=False, id="feeds.mark-all"),
        Binding("right_square_bracket", "feed(1)", "Next feed", key_display="]", show=False, id="feeds.next"),
        Binding("left_square_bracket", "feed(-1)", "Previous feed", key_display="[", show=False, id="feeds.previous"),
        Binding("H", "health", "How your feeds are doing", show=False, id="feeds.health"),
        Binding("Z", "mute", "Mute this feed or folder", show=False, id="feeds.mute"),
        Binding("d", "unfollow", "Unfollow this feed", show=False, id="feeds.unfollow"),
        Binding("e", "edit", "Rename this feed or folder", show=False, id="feeds.rename"),
        Binding("M", "move", "Move this feed to a folder", show=False, id="feeds.move"),
        Binding("P", "pause", "Pause or resume this feed", show=False, id="feeds.pause"),
        Binding("I", "import_opml", "Import feeds (OPML)", show=False, id="feeds.import"),
        Binding("E", "export_opml", "Export feeds (OPML)", show=False, id="feeds.export"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.unread_only = False
        self._read_here: set[Key] = set()  # stays in sight in a list of what is unread
        self._looking_for_unread = False
        self._listed: Key | None = None

    # from one start to the next

    def whereabouts(self) -> dict[str, Any]:
        """Where the cursors stand, and what is in sight: it is there at the next start before the library is open."""
        plain = self.is_mounted and wanted(self.node, unread=False) is not None and not self.filter
        rows = map(self.list.row_of, self.list.in_sight()) if plain else ()
        return {**super().whereabouts(), "seen": [as_said(row) for row in rows if isinstance(row, EntryRow)]}

    def go_back(self, before: dict[str, Any]) -> None:
        """Stand where the learner stood; while the library is not open, show what they saw there."""
        super().go_back(before)
        if self.learning.doors.opened:
            return
        try:
            rows = [as_shown(said) for said in before.get("seen") or ()]
        except (AttributeError, TypeError, ValueError):  # of another version, or damaged
            return
        if rows:
            self.fill([row.thing.id for row in rows], rows=rows)
            self._listed = None

    def reload(self) -> None:
        """Ask again for everything; at the start only when what is remembered was painted."""
        if self.list.keys and not self.learning.doors.opened:
            self.set_timer(PAINT, super().reload)
        else:
            super().reload()

    # the list

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for the entries of the chosen node."""
        node, only = self.node, self.unread_only
        kept = frozenset(self._read_here)
        before = self.list.keys if self._listed == node.key else ()  # the order of another list means nothing here

        def call(environment: Environment) -> Sequence[Key]:
            ids = listed(environment, node, unread=only, ranked=not before)
            if node.key == INBOX:
                return steady(ids, before, kept)
            return merged(ids, before, kept) if only else ids

        return call

    def fill(self, keys: Sequence[Key], **more: Any) -> None:
        """Show these keys, and remember of what they are."""
        self._listed = self.node.key
        super().fill(keys, **more)

    def first(self) -> Callable[[Environment], Sequence[Key]] | None:
        """Return the call for the newest entries of the chosen node."""
        said = wanted(self.node, unread=self.unread_only)
        return None if said is None else lambda environment: environment.feeds.entry_ids(**said, limit=FIRST_KEYS)

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call for lines of entries."""
        now, inbox = self.learning.now(), self.node.key == INBOX
        return lambda environment: entry_rows(environment, keys, now, inbox=inbox)

    def paint(self, row: EntryRow, width: int) -> Sequence[Sequence[Piece]]:
        """One line."""
        return paint_entry(row, width, self.node)

    def headline(self, total: int) -> str:
        """Where we are and how much there is."""
        if self.found.counts is None:
            return "As it was …" if total else self.node.title  # nothing is known yet
        query = next((each.query for each in self.smart if each.id == self.node.search), "")
        filtered = self.counted(total) if self.filter else ""
        now = self.learning.now()
        return headline(self.node, now, unread_only=self.unread_only, filtered=filtered, query=query)

    def lesson(self) -> str:
        """What to do here."""
        return lesson(self.node, follows=bool(self.found.feeds), unread_only=self.unread_only)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer among the feeds only what is about feeds."""
        return self.at > 0 or action not in ("mark", "star", "later", "drop", "why", "save")

    def action_view(self) -> None:
        """Show all, or only what is unread."""
        self.unread_only = not self.unread_only
        self._read_here.clear()
        self.work(self.show_list, group="load")

    def gone_to(self, node: Node) -> None:
        """What was read in another list need not stay in this one."""
        self._read_here.clear()

    # entries

    async def _read(self, key: Key) -> Article | None:
        """Return an entry as an article; in the inbox with the reasons for its place."""
        row = self.list.row
        because = feeds_triage.remark(row.score, row.because) if isinstance(row, EntryRow) else ""
        if not isinstance(key, int) or not because or self.list.key != key:
            return await super()._read(key)
        from ple.tui.entry import entry_article

        return Article(*await self.ask(lambda environment: entry_article(environment, key, remark=because)))

    def opened(self, key: Key, row: EntryRow) -> None:
        """Opening an entry reads it."""
        if row.unread:
            self.read([row])

    def read(self, rows: Sequence[EntryRow]) -> None:
        """Mark entries read that were opened or passed, without a word."""
        ids = [row.thing.id for row in rows]
        self.put(rows, unread=False)
        self.change(lambda environment: environment.feeds.mark_read(ids, opened=True))

    def put(self, rows: Sequence[EntryRow], *, unread: bool | None = None, starred: bool | None = None) -> None:
        """Show at once what entries now are; the library follows."""
        for row in rows:
            if unread is not None:
                self._read_here.add(row.thing.id)
                row = replace(row, unread=unread)
            if starred is not None:
                row = replace(row, starred=starred)
            self.list.put(row.thing.id, row)

    def leave(self, ids: Collection[Key]) -> None:
        """Take entries out of the list at once; the library follows."""
        gone = set(ids)
        self._read_here -= gone
        keys = [each for each in self.list.keys if each not in gone]
        self.fill(keys)
        if not keys and self.at > self.FIRST:
            self.at = self.FIRST

    def entry(self) -> EntryRow | None:
        """Return the entry under the cursor, or say that there is none."""
        row = self.list.row
        if row is None:
            self.learning.say("No entry is chosen here")
        return row if isinstance(row, EntryRow) else None

    def chosen(self) -> tuple[Sequence[int], Sequence[EntryRow]]:
        """Return the entries that are marked, or the one under the cursor, with those of their lines that are here."""
        ids = self.targets()
        return ids, [row for row in map(self.list.row_of, ids) if isinstance(row, EntryRow)]

    def action_mark(self) -> None:
        """Mark entries read, or unread again."""
        feeds_reading.mark(self)

    def action_star(self) -> None:
        """Star entries, or not any more; in the inbox, keep them."""
        feeds_triage.star(self)

    def action_later(self) -> None:
        """Put entries off."""
        feeds_triage.later(self)

    def action_drop(self) -> None:
        """Let entries go."""
        feeds_triage.drop(self)

    def action_why(self) -> None:
        """Say how well the entry fits the learner, and why."""
        if row := self.entry():
            feeds_triage.why(self, row)

    def action_whole(self) -> None:
        """Fetch the whole text of the entry; in the tree, of all that the feed brings."""
        if not self.at:
            self._with_feed(feeds_care.whole)
        elif row := self.entry():
            feeds_reading.whole_text(self, row)

    def action_save(self) -> None:
        """Keep the entry's page in the library."""
        if row := self.entry():
            if row.thing.url:
                save_page(self.learning, row.thing.url, source=row.thing.id)
            else:
                self.learning.say("This entry has no page to save")

    def action_unread(self, step: int) -> None:
        """Go to the next unread entry and read it."""
        if self._looking_for_unread:
            return
        self._looking_for_unread = True

        async def look() -> None:
            try:
                await feeds_reading.next_unread(self, step)
            finally:
                self._looking_for_unread = False

        self.work(look, group="next unread")

    def action_mark_all(self) -> None:
        """Mark everything in the chosen feed, folder or list as read, or what is older than some days."""
        feeds_reading.mark_all(self)
