"""Feeds: what is followed, what came in, and the entry itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ple.tui.list_room import FIRST_KEYS, ListRoom
from ple.tui.reading import Article
from ple.tui.refreshing import refresh
from ple.tui.screens import feeds_care, feeds_reading, feeds_triage
from ple.tui.screens.feeds_list import (
    EntryRow,
    entry_rows,
    headline,
    lesson,
    listed,
    merged,
    paint_entry,
    steady,
    wanted,
)
from ple.tui.screens.feeds_tree import ALL, INBOX, Node, Sources, Tree, feeds_in, paint_node, sources, tree_of
from ple.tui.things import save_page
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.words import Piece

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.search.saved import SmartFeed


PAUSE = 1.0
"""Seconds without a change after which saved searches are counted again."""


class Feeds(ListRoom):
    """Three panes: feeds, entries, the entry."""

    MODE = "feeds"
    PANES: ClassVar[tuple[str, ...]] = ("tree", "list", "article")
    FIRST = 1
    KINDS: ClassVar[tuple[str, ...]] = ("entry",)
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
        self.node: Node = Node(ALL, "All")
        self.found = Sources()
        """What the tree says."""
        self._smart: Sequence[SmartFeed] = ()
        self._folded: set[str] = set()
        self._read_here: set[Key] = set()  # stays in sight in a list of what is unread
        self._source_wanted: Key | None = None
        self._looking_for_unread = False
        self._listed: Key | None = None

    def outer(self) -> Iterable[Widget]:
        """The tree."""
        yield Tree(paint_node, id="tree")

    @property
    def sources(self) -> LineList:
        """The tree."""
        return self.query_one("#tree", LineList)

    # loading

    async def load(self) -> None:
        """Show feeds and entries as they are now."""
        if not self.list.keys and not self.filter and self._source_wanted is None:
            await self.begin()
        now = self.learning.now()
        self.found = await self.ask(lambda environment: sources(environment, now))
        self._fill_tree()
        await super().load()
        self.work(self._count_searches, group="searches")

    async def _count_searches(self) -> None:
        """Put the saved searches into the tree; to count what fits takes longer than all the rest."""
        if self._smart:
            await asyncio.sleep(PAUSE)  # whoever goes on deciding does not wait for it: a newer count replaces this
        found = await self.ask(lambda environment: environment.searches.smart_feeds())
        if list(found) != list(self._smart):
            self._smart = found
            self._fill_tree()

    def _fill_tree(self) -> None:
        nodes = list(tree_of(self.found, self._smart, self._folded))
        wanted, self._source_wanted = self._source_wanted, None
        keys = [node.key for node in nodes]
        self.sources.show(keys, rows=nodes, cursor=wanted if wanted in keys else self.node.key)
        if wanted is not None and wanted not in keys:
            self._source_wanted = wanted
        self.node = self.sources.row or self.node

    def show_source(self, key: Key) -> None:
        """Go to a feed, folder or list, now or as soon as it is there."""
        if not self.sources.go(key):
            self._source_wanted = key

    def whereabouts(self) -> dict[str, Any]:
        """Where the cursors stand."""
        return {**super().whereabouts(), "source": self.node.key}

    def go_back(self, before: dict[str, Any]) -> None:
        """Stand where the learner stood."""
        super().go_back(before)
        source = before.get("source")
        if isinstance(source, int | str):
            self._source_wanted = source

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
            return self.node.title  # nothing is known yet
        query = next((each.query for each in self._smart if each.id == self.node.search), "")
        filtered = self.counted(total) if self.filter else ""
        now = self.learning.now()
        return headline(self.node, now, unread_only=self.unread_only, filtered=filtered, query=query)

    def lesson(self) -> str:
        """What to do here."""
        return lesson(self.node, follows=bool(self.found.feeds), unread_only=self.unread_only)

    # the tree

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer among the feeds only what is about feeds."""
        return self.at > 0 or action not in ("mark", "star", "later", "drop", "why", "save")

    @on(LineList.Moved, "#tree")
    def _node_moved(self, event: LineList.Moved) -> None:
        if event.row is not None and event.row.key != self.node.key:
            self.node = event.row
            self._read_here.clear()
            self.work(self._show_node, group="load")

    async def _show_node(self) -> None:
        await asyncio.sleep(0.03)
        self.list.show(())  # from its beginning
        await super().load()

    @on(LineList.Chosen, "#tree")
    def _node_chosen(self) -> None:
        self.at = 1

    def action_fold(self) -> None:
        """Open or close the folder under the cursor."""
        if self.node.folder is not None:
            self._folded ^= {self.node.folder}
            self._fill_tree()

    def action_feed(self, step: int) -> None:
        """Go to the next or previous line of the tree."""
        self.sources.action_move(step)

    def action_inbox(self) -> None:
        """Go to what is to be decided on."""
        self.at = 1
        self.sources.go(INBOX)

    def action_view(self) -> None:
        """Show all, or only what is unread."""
        self.unread_only = not self.unread_only
        self._read_here.clear()
        self.work(super().load, group="load")

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
        """Mark entries read, without a word."""
        ids = [row.thing.id for row in rows]
        self.put(rows, unread=False)
        self.change(lambda environment: environment.feeds.mark_read(ids))

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

    # feeds

    def action_refresh(self) -> None:
        """Ask the chosen feed or folder for news."""
        if self.node.mail:
            self.learning.say("Mail is brought in from files: `ple feeds import-mail FILE`")
            return
        refresh(self.learning, feeds_in(self.found, self.node))

    def _with_feed(self, verb: Callable[[Feeds, Node], None], *, folders: bool = False) -> None:
        if self.node.feed is not None or (folders and self.node.folder is not None):
            verb(self, self.node)
        else:
            self.learning.say(f"Choose a feed{' or folder' if folders else ''} first: left goes to the feeds")

    def action_add(self) -> None:
        """Follow a feed."""
        feeds_care.follow(self)

    def action_unfollow(self) -> None:
        """Stop following the chosen feed."""
        self._with_feed(feeds_care.unfollow)

    def action_edit(self) -> None:
        """Give the chosen feed or folder another name."""
        self._with_feed(feeds_care.rename, folders=True)

    def action_move(self) -> None:
        """Put the chosen feed into a folder."""
        self._with_feed(feeds_care.move)

    def action_pause(self) -> None:
        """Stop asking the chosen feed, or ask it again."""
        self._with_feed(feeds_care.pause)

    def action_mute(self) -> None:
        """Hide what the chosen feed or folder brings, for a time."""
        self._with_feed(feeds_care.mute, folders=True)

    def action_health(self) -> None:
        """Show how the feeds are doing."""
        from ple.tui.screens.feeds_health import Health

        self.app.push_screen(Health(), self._went_to_feed)

    def _went_to_feed(self, id: int | None) -> None:
        if id is not None:
            self.show_source(id)

    def action_import_opml(self) -> None:
        """Follow the feeds of a list from another reader."""
        feeds_care.import_opml(self)

    def action_export_opml(self) -> None:
        """Write the feeds as a list for another reader."""
        feeds_care.export_opml(self)
