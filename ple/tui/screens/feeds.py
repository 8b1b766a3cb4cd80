"""Feeds: what is followed, what came in, and the entry itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ple.tui.dialogs import Ask, Confirm
from ple.tui.list_room import FIRST_KEYS, ListRoom
from ple.tui.refreshing import refresh
from ple.tui.room import Thing
from ple.tui.things import contents, named, save_page
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.words import Piece, clip, columns, count, plural, right, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds import Feed

ALL, STARRED = "all", "starred"
ASKS_FROM = 20
"""Marking so many as read is asked about first."""


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree: everything, a folder or a feed."""

    key: Key
    title: str
    depth: int = 0
    unread: int = 0
    entries: int = 0
    failure: str | None = None
    hint: str | None = None
    paused: bool = False
    folder: str | None = None
    closed: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of the list."""

    thing: Thing
    unread: bool
    starred: bool
    when: str
    feed: str


class Tree(LineList):
    """The feeds by folders."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "screen.fold", "Fold", show=False, id="feeds.fold")]


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
        Binding("S", "save", "Save page", id="feeds.save"),
        Binding("a", "add", "Add feed", id="feeds.add"),
        Binding("r", "refresh", "Refresh", id="feeds.refresh"),
        Binding("v", "view", "Unread only", show=False, id="feeds.view"),
        Binding("A", "mark_all", "All read", show=False, id="feeds.mark-all"),
        Binding("right_square_bracket", "feed(1)", "Next feed", key_display="]", show=False, id="feeds.next"),
        Binding("left_square_bracket", "feed(-1)", "Previous feed", key_display="[", show=False, id="feeds.previous"),
        Binding("d", "unfollow", "Unfollow this feed", show=False, id="feeds.unfollow"),
        Binding("e", "edit", "Rename this feed", show=False, id="feeds.rename"),
        Binding("M", "move", "Move this feed to a folder", show=False, id="feeds.move"),
        Binding("P", "pause", "Pause or resume this feed", show=False, id="feeds.pause"),
        Binding("I", "import_opml", "Import feeds (OPML)", show=False, id="feeds.import"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.unread_only = False
        self.node: Node = Node(ALL, "All")
        self._feeds: Sequence[Feed] = ()
        self._folded: set[str] = set()
        self._read_here: set[Key] = set()  # stays in sight in a list of what is unread
        self._looking_for_unread = False

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
        if not self.list.keys and not self.filter:
            await self.begin()
        self._feeds = await self.ask(lambda environment: environment.feeds.feeds())
        self._fill_tree()
        await super().load()

    def _fill_tree(self) -> None:
        nodes = list(tree_of(self._feeds, self._folded))
        self.sources.show([node.key for node in nodes], rows=nodes)
        self.node = self.sources.row or self.node

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for the entries of the chosen node."""
        wanted = self._wanted()
        kept, before = frozenset(self._read_here), self.list.keys

        def call(environment: Environment) -> Sequence[Key]:
            ids = environment.feeds.entry_ids(**wanted)
            return merged(ids, before, kept) if wanted.get("unread") else ids

        return call

    def first(self) -> Callable[[Environment], Sequence[Key]] | None:
        """Return the call for the newest entries of the chosen node."""
        wanted = self._wanted()
        return lambda environment: environment.feeds.entry_ids(**wanted, limit=FIRST_KEYS)

    def _wanted(self, *, unread: bool | None = None) -> dict[str, Any]:
        only = self.unread_only if unread is None else unread
        wanted: dict[str, Any] = {"unread": True} if only else {}
        node = self.node
        if node.key == STARRED:
            wanted["starred"] = True
        elif isinstance(node.key, int):
            wanted["feed"] = node.key
        elif node.folder is not None:
            wanted["folder"] = node.folder
        return wanted

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call for lines of entries."""
        now = self.learning.now()

        def call(environment: Environment) -> Sequence[Row]:
            found = {}
            for line in environment.feeds.entry_lines([key for key in keys if isinstance(key, int)]):
                thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
                when = short(line.published_at, now)
                found[line.id] = EntryRow(thing, not line.read, line.starred, when, clean(line.feed_title))
            return [found.get(key) if isinstance(key, int) else None for key in keys]

        return call

    def paint(self, row: EntryRow, width: int) -> Sequence[Sequence[Piece]]:
        """State, date, title, and where it is from unless the tree says it."""
        state = (" ●" if row.unread else "  ") + ("★" if row.starred else " ")
        source = 0 if isinstance(self.node.key, int) or width < 56 else min(20, width // 4)
        tags = " ".join(f"#{tag}" for tag in sorted(row.thing.tags))
        tagged = min(18, len(tags)) if width >= 90 else 0
        title = width - 4 - 7 - (source + 1 if source else 0) - (tagged + 1 if tagged else 0) - 1
        return [
            columns([
                (state, 3, "mark"),
                (right(row.when, 6), 6, "muted"),
                (row.thing.title, title, "strong" if row.unread else ""),
                (tags, tagged, "tag"),
                (row.feed, source, "muted"),
            ])
        ]  # fmt: skip

    def headline(self, total: int) -> str:
        """Where we are and how much there is."""
        shown = "unread only" if self.unread_only else ""
        unread = f"{count(self.node.unread)} unread of " if not self.filter and self.node.key != STARRED else ""
        return "  ·  ".join(part for part in (self.node.title, f"{unread}{self.counted(total)}", shown) if part)

    def lesson(self) -> str:
        """What to do here."""
        if not self._feeds:
            return (
                "No feeds yet.\n\nA feed brings what a site publishes to you, without anybody watching.\n\n"
                "a  follows one: a site's address will do\nI  imports a list of feeds (OPML) from another reader"
            )
        if self.node.key == STARRED:
            return "Nothing is starred.\n\ns  stars the entry under the cursor, to find it here again"
        if self.unread_only:
            return "All read.\n\nv  shows what you have read\nR  asks all feeds for news"
        return "Nothing came yet.\n\nr  asks this feed for news\nR  asks all feeds"

    # the tree

    @on(LineList.Moved, "#tree")
    def _node_moved(self, event: LineList.Moved) -> None:
        if event.row is not None and event.row.key != self.node.key:
            self.node = event.row
            self._read_here.clear()
            self.work(self._show_node, group="load")

    async def _show_node(self) -> None:
        await asyncio.sleep(0.03)
        self.list.position = 0
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

    def action_view(self) -> None:
        """Show all, or only what is unread."""
        self.unread_only = not self.unread_only
        self._read_here.clear()
        self.work(self.load, group="load")

    # entries

    def opened(self, key: Key, row: EntryRow) -> None:
        """Opening an entry reads it."""
        if row.unread:
            self._mark([row], read=True, quietly=True)

    def _mark(self, rows: Sequence[EntryRow], *, read: bool, quietly: bool = False) -> None:
        ids = [row.thing.id for row in rows]
        for row in rows:
            self._read_here.add(row.thing.id)
            self.list.put(row.thing.id, replace(row, unread=not read))  # seen at once; the library follows
        self.change(
            lambda environment: environment.feeds.mark_read(ids) if read else environment.feeds.mark_unread(ids),
            "" if quietly else f"Marked {'read' if read else 'unread'} · u undoes",
        )

    def _entry(self) -> EntryRow | None:
        row = self.list.row
        if row is None:
            self.learning.say("No entry is chosen here")
        return row if isinstance(row, EntryRow) else None

    def action_mark(self) -> None:
        """Mark the entry read, or unread again."""
        if row := self._entry():
            self._mark([row], read=row.unread)

    def action_star(self) -> None:
        """Star the entry, or not any more."""
        if row := self._entry():
            id, starred = row.thing.id, row.starred
            self.list.put(id, replace(row, starred=not starred))
            self.change(
                lambda environment: environment.feeds.unstar([id]) if starred else environment.feeds.star([id]),
                f"{'Star taken off' if starred else 'Starred'} {named(row.thing.title)} · u undoes",
            )

    def action_save(self) -> None:
        """Keep the entry's page in the library."""
        if row := self._entry():
            if row.thing.url:
                save_page(self.learning, row.thing.url, source=row.thing.id)
            else:
                self.learning.say("This entry has no page to save")

    def action_unread(self, step: int) -> None:
        """Go to the next unread entry and read it."""
        if self._looking_for_unread:
            return
        self._looking_for_unread = True
        self.work(lambda: self._next_unread(step), group="next unread")

    async def _next_unread(self, step: int) -> None:
        try:
            here = self.list.row
            if isinstance(here, EntryRow) and here.unread and self.at == 2 and self.article:
                self._mark([here], read=True, quietly=True)
            wanted = self._wanted(unread=True)
            unread = set(await self.ask(lambda environment: environment.feeds.entry_ids(**wanted)))
        finally:
            self._looking_for_unread = False
        at = self.list.position + step
        while 0 <= at < len(self.list.keys):
            key = self.list.keys[at]
            row = self.list.row_at(at)
            if key in unread and not (isinstance(row, EntryRow) and not row.unread):
                self.list.position = at
                await self.open_article(key)
                rows = await self.ask(self.rows([key]))
                if rows and rows[0] is not None:
                    self.list.put(key, rows[0])
                    if self.view.display:
                        self._mark([rows[0]], read=True, quietly=True)
                return
            at += step
        self.learning.say("No more unread entries here" if step > 0 else "No unread entries before this")

    def action_mark_all(self) -> None:
        """Mark everything in the chosen feed, folder or list as read."""
        node = self.node
        wanted = self._wanted(unread=True)
        wanted.pop("unread")

        async def ask() -> None:
            ids = await self.ask(lambda environment: environment.feeds.entry_ids(**wanted, unread=True))
            if not ids:
                self.learning.say("Everything here is read already")
                return

            def mark(sure: bool | None = True) -> None:
                if sure:
                    # The numbers that were counted, not "all that is shown": a refresh may bring more meanwhile.
                    self.change(
                        lambda environment: environment.feeds.mark_read(ids),
                        f"Marked {plural(len(ids), 'entry', 'entries')} read · u undoes",
                    )

            if len(ids) < ASKS_FROM:
                mark()
            else:
                question = f"Mark {plural(len(ids), 'entry', 'entries')} in “{node.title}” as read?"
                self.app.push_screen(Confirm(question, about="u takes it back."), mark)

        self.work(ask, group="mark all")

    # feeds

    def action_refresh(self) -> None:
        """Ask the chosen feed or folder for news."""
        refresh(self.learning, self._feeds_of(self.node))

    def _feeds_of(self, node: Node) -> list[int] | None:
        if isinstance(node.key, int):
            return [node.key]
        if node.folder is not None:
            inside = node.folder + "/"
            return [f.id for f in self._feeds if f.folder == node.folder or (f.folder or "").startswith(inside)]
        return None

    def action_add(self) -> None:
        """Follow a feed."""

        def got(address: str | None) -> None:
            if address:
                self.learning.guarded(lambda: self._add(address), group=f"add {address}")

        self.app.push_screen(
            Ask(
                "Follow a feed",
                placeholder="https://…",
                help="The address of a site will do: its feed is found. Folders and tags can wait.",
            ),
            got,
        )

    async def _add(self, address: str) -> None:
        self.learning.say(f"Looking for a feed at {address} …")
        folder = self.node.folder
        feed = await self.ask(lambda environment: environment.feeds.add(address, folder=folder))
        self.learning.say(f"Following {named(clean(feed.title))} · u undoes")
        await self.learning.look()
        self.sources.go(feed.id)

    def _feed(self) -> Node | None:
        if isinstance(self.node.key, int):
            return self.node
        self.learning.say("Choose a feed first: left goes to the feeds")
        return None

    def action_unfollow(self) -> None:
        """Stop following the chosen feed."""
        if node := self._feed():
            id = int(node.key)

            def remove(sure: bool | None) -> None:
                if sure:
                    self.change(
                        lambda environment: environment.feeds.remove([id]), f"Unfollowed “{node.title}” · u undoes"
                    )

            about = f"Its {plural(node.entries, 'entry', 'entries')} go to the trash with it. u takes it back."
            self.app.push_screen(Confirm(f"Unfollow “{node.title}”?", about=about, yes="Unfollow"), remove)

    def action_edit(self) -> None:
        """Give the chosen feed another name."""
        if node := self._feed():
            self._ask_edit(node, "title", f"Call “{node.title}”", node.title, "What you call it; the feed stays.")

    def action_move(self) -> None:
        """Put the chosen feed into a folder."""
        if node := self._feed():
            value = node.folder or next((f.folder or "" for f in self._feeds if f.id == node.key), "")
            self._ask_edit(node, "folder", f"Folder of “{node.title}”", value, "Papers, or Papers/Memory; empty: none.")

    def _ask_edit(self, node: Node, what: str, title: str, value: str, help: str) -> None:
        id = int(node.key)

        def keep(said: str | None) -> None:
            if said is not None:
                changes: dict[str, Any] = {what: said}
                self.change(lambda environment: environment.feeds.edit(id, **changes), "Changed · u undoes")

        self.app.push_screen(Ask(title, value=value, help=help, empty=what == "folder"), keep)

    def action_pause(self) -> None:
        """Stop asking the chosen feed, or ask it again."""
        if node := self._feed():
            id = int(node.key)
            self.change(
                lambda environment: environment.feeds.resume([id]) if node.paused else environment.feeds.pause([id]),
                f"{'Asking again' if node.paused else 'Not asking'} “{node.title}” · u undoes",
            )

    def action_import_opml(self) -> None:
        """Follow the feeds of a list from another reader."""

        def got(name: str | None) -> None:
            if name:
                self.learning.guarded(lambda: self._import(Path(name).expanduser()), group="import")

        self.app.push_screen(
            Ask("Import feeds", placeholder="~/Downloads/feeds.opml", help="An OPML file; folders are kept."), got
        )

    async def _import(self, path: Path) -> None:
        done = await self.ask(lambda environment: environment.feeds.import_opml(contents(path)))
        said = f"Following {plural(len(done.added), 'more feed')}"
        said += f", {done.known} known already" if done.known else ""
        said += f", {len(done.refused)} refused" if done.refused else ""
        self.learning.say(f"{said} · r asks them for news")
        await self.learning.look()


def merged(ids: Sequence[Key], before: Sequence[Key], kept: frozenset[Key]) -> Sequence[Key]:
    """Return `ids` with those of `kept` put back where they stood in `before`: what is read does not jump away."""
    there = set(ids)
    missing = kept - there
    if not missing:
        return ids
    after: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in before:
        if key in there:
            last = key
        elif key in missing:
            after.setdefault(last, []).append(key)
    out: list[Key] = list(after.get(None, ()))
    for key in ids:
        out.append(key)
        out.extend(after.get(key, ()))
    return out


def tree_of(feeds: Sequence[Feed], closed: set[str]) -> Iterator[Node]:
    """Give the lines of the tree: everything, starred, then folders with their feeds, then feeds without a folder."""
    unread, entries = sum(feed.unread for feed in feeds), sum(feed.entries for feed in feeds)
    yield Node(ALL, "All", unread=unread, entries=entries)
    yield Node(STARRED, "Starred")
    by_folder: dict[str, list[Feed]] = {}
    for feed in feeds:
        by_folder.setdefault(feed.folder or "", []).append(feed)
    paths = {
        "/".join(folder.split("/")[:depth])
        for folder in by_folder
        if folder
        for depth in range(1, folder.count("/") + 2)
    }
    for path in sorted(paths, key=lambda p: [part.casefold() for part in p.split("/")]):
        if any(path.startswith(folder + "/") for folder in closed):
            continue
        inside = [
            feed
            for folder, some in by_folder.items()
            if folder == path or folder.startswith(path + "/")
            for feed in some
        ]
        depth = path.count("/")
        yield Node(
            f"folder:{path}",
            clean(path.rsplit("/", 1)[-1]),
            depth,
            sum(feed.unread for feed in inside),
            sum(feed.entries for feed in inside),
            folder=path,
            closed=path in closed,
        )
        if path not in closed:
            yield from (_node(feed, depth + 1) for feed in _sorted(by_folder.get(path, ())))
    yield from (_node(feed, 0) for feed in _sorted(by_folder.get("", ())))


def _sorted(feeds: Sequence[Feed]) -> list[Feed]:
    return sorted(feeds, key=lambda feed: feed.title.casefold())


def _node(feed: Feed, depth: int) -> Node:
    return Node(
        feed.id,
        clean(feed.title) or clean(feed.url),
        depth,
        feed.unread,
        feed.entries,
        feed.failure,
        feed.failure_hint,
        feed.paused,
        url=feed.site_url or feed.url,
    )


def paint_node(node: Node, width: int) -> Sequence[Sequence[Piece]]:
    """State, title by depth, unread."""
    if node.folder is not None:
        mark = "▸" if node.closed else "▾"
    else:
        mark = "!" if node.failure else "‖" if node.paused else "★" if node.key == STARRED else " "
    number = count(node.unread) if node.unread else ""
    title = clip("  " * node.depth + node.title, max(0, width - 5 - len(number)))
    return [
        [
            (f" {mark} ", "warn" if node.failure else "mark"),
            (f"{title} ", "strong" if node.unread else ""),
            (number + " ", "mark"),
        ]
    ]
