"""The library: everything that is kept, found again by a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ple.tui import filtering
from ple.tui.dialogs import Ask, Choose
from ple.tui.habits import meant
from ple.tui.list_room import ListRoom
from ple.tui.room import Thing
from ple.tui.screens.library_list import KeptRow, kept_rows, paint_kept
from ple.tui.screens.library_shelves import (
    ARCHIVED,
    ENTRIES,
    OF_PAGES,
    PAGES,
    STARRED,
    TO_READ,
    Shelf,
    on_shelf,
    paint_shelf,
    shelves,
)
from ple.tui.things import ask_for_page, contents, named
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.words import Piece, plural

if TYPE_CHECKING:
    from ple.bookmarks import Bookmarks, Refetched
    from ple.environment import Environment
    from ple.feeds import Subscriptions

IMPORT = "Import bookmarks"


class Library(ListRoom):
    """Saved pages or starred entries, and what they say."""

    MODE = "library"
    PANES: ClassVar[tuple[str, ...]] = ("tree", "list", "article")
    FIRST: ClassVar[int] = 1
    BESIDE: ClassVar[bool] = False
    VIEWS: ClassVar[tuple[str, ...]] = (PAGES, TO_READ, STARRED, ENTRIES)
    KINDS: ClassVar[tuple[str, ...]] = ("bookmark",)
    OF_LINES: ClassVar[frozenset[str]] = frozenset({"edit", "remove", "mark", "star"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Save a page", id="library.add"),
        Binding("e", "edit", "Rename", id="library.edit"),
        Binding("d", "remove", "Remove", id="library.remove"),
        Binding("m,N", "mark", "Read", id="library.mark"),
        Binding("s", "star", "Star", id="library.star"),
        Binding("v", "view", "All, to read, starred", show=False, id="library.view"),
        Binding("p", "pin", "Pin to the top", show=False, id="library.pin"),
        Binding("Z", "archive", "Put into the archive", show=False, id="library.archive"),
        Binding("C", "collect", "Put into a collection", show=False, id="library.collect"),
        Binding("Y", "cite", "Copy as a reference", show=False, id="library.cite"),
        Binding("r", "fetch", "Fetch the page again", show=False, id="library.fetch"),
        Binding("I", "import_file", "Import bookmarks", show=False, id="library.import"),
    ]

    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {
        **ListRoom.ORDERS,
        "by title": lambda row: row.thing.title.casefold(),
        "by site": lambda row: (row.where.casefold(), row.thing.title.casefold()),
    }

    def __init__(self) -> None:
        super().__init__()
        self.shown = PAGES
        self._shelves: dict[str, Shelf] = {}

    def outer(self) -> Iterable[Widget]:
        """The shelves."""
        yield LineList(paint_shelf, id="tree")

    def go_back(self, before: dict[str, Any]) -> None:
        """Go to the shelf and the line where the learner was."""
        super().go_back(before)
        shown = before.get("shown")
        if isinstance(shown, str) and shown:
            self.shown = shown

    async def load(self) -> None:
        """Show the shelves, and what is on the one that is open."""
        found = await self.ask(shelves)
        self._shelves = {shelf.key: shelf for shelf in found}
        if self.shown not in self._shelves and self.shown not in self.VIEWS:
            self.shown = PAGES
        tree = self.query_one("#tree", LineList)
        headings = {shelf.key for shelf in found if shelf.heading}
        tree.show(list(self._shelves), rows=found, skip=headings, cursor=self.shown)
        await super().load()

    @on(LineList.Moved, "#tree")
    def _shelf_moved(self, event: LineList.Moved) -> None:
        if event.list.has_focus and event.key != self.shown:
            self._show(str(event.key))

    @on(LineList.Chosen, "#tree")
    def _shelf_chosen(self, event: LineList.Chosen) -> None:
        self._show(str(event.key))
        self.at = self.PANES.index("list")

    def _show(self, shelf: str) -> None:
        self.shown = shelf
        self.article = None
        self.work(self.load, group="load")

    @property
    def shelf(self) -> str:
        """What the open shelf is called."""
        shelf = self._shelves.get(self.shown)
        return shelf.title if shelf else self.shown

    @property
    def _mixed(self) -> bool:
        return self.shown not in OF_PAGES and self.shown != ENTRIES

    def kind(self, key: Key) -> str:
        """Pages, entries, or whatever the line says."""
        if not self._mixed:
            return "entry" if self.shown == ENTRIES else "bookmark"
        row = self.list.row_of(key)
        return row.thing.kind if isinstance(row, KeptRow) else ""

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all that is on the shelf, newest first."""
        shelf = self.shown
        return lambda environment: on_shelf(environment, shelf)

    async def filtered(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Keep what the filter finds, of whatever kind."""
        if not self._mixed:
            return await super().filtered(keys)
        words = self.filter
        return await self.ask(lambda environment: filtering.kept(environment, words, keys))

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call for lines."""
        now, shelf, mixed = self.learning.now(), self.shown, self._mixed
        return lambda environment: kept_rows(environment, keys, now, mixed=mixed, entries=shelf == ENTRIES)

    def paint(self, row: KeptRow, width: int) -> Sequence[Sequence[Piece]]:
        """Date, title, where it is from, tags."""
        return paint_kept(row, width)

    def headline(self, total: int) -> str:
        """What is shown."""
        return f"{self.shelf}  ·  {self.counted(total)}"

    def lesson(self) -> str:
        """What to do here."""
        if self.shown == ENTRIES:
            return "No starred entries.\n\ns  in Feeds stars an entry\nv  shows all saved pages again"
        if self.shown == TO_READ:
            return "Everything that you saved is read.\n\nm  marks a page unread again\nv  shows starred pages"
        if self.shown.startswith("collection:"):
            return "Nothing is in this collection.\n\nC  on anything puts it in"
        if self.shown == STARRED:
            return "No page is starred.\n\ns  stars the page under the cursor\nv  shows starred entries of feeds"
        return (
            "Nothing is saved yet.\n\nHere is what you keep: pages with their text, so that you find them by any word, "
            "even when the web has lost them.\n\na  saves a page by its address\nS  in Feeds saves an entry's page\n\n"
            "I  brings in the bookmarks of your browser, Pocket, Pinboard and others"
        )

    def action_view(self) -> None:
        """Show all pages, those to read, those with a star, or starred entries."""
        at = self.VIEWS.index(self.shown) if self.shown in self.VIEWS else -1
        self._show(self.VIEWS[(at + 1) % len(self.VIEWS)])

    def action_add(self) -> None:
        """Save a page."""
        ask_for_page(self.learning)

    def _page(self) -> Thing | None:
        thing = self._thing()
        if thing is not None and thing.kind != "bookmark":
            self.learning.say(f"This is for saved pages; here is something else: {thing.kind}")
            return None
        return thing

    def action_edit(self) -> None:
        """Give the page another title; say something else about words that were highlighted."""
        here = self.thing()
        if here is not None and here.kind == "highlight":
            self._note_highlight(here)
        elif thing := self._page():

            def keep(title: str | None) -> None:
                if title:
                    self.change(
                        lambda environment: environment.bookmarks.edit(thing.id, title=title), "Renamed · u undoes"
                    )

            self.app.push_screen(Ask("Title of this page", value=thing.title), keep)

    def _note_highlight(self, thing: Thing) -> None:
        async def ask() -> None:
            before = (await self.ask(lambda environment: environment.highlights.highlight(thing.id))).note or ""
            self.app.push_screen(Ask(f"Note on {named(thing.title)}", value=before, empty=True), keep)

        def keep(note: str | None) -> None:
            if note is not None:
                self.change(lambda environment: environment.highlights.edit(thing.id, note=note), "Noted · u undoes")

        self.work(ask, group="note")

    def action_remove(self) -> None:
        """Put the page or highlight, or all of them that are marked, into the trash."""
        here = self.thing()
        if not meant(self):
            return
        if here is not None and here.kind == "highlight":
            self.change_all(
                lambda environment, ids: environment.highlights.remove(ids),
                lambda number: f"Removed {plural(number, 'highlight')}",
                ids=[id for id in self.targets() if self.kind(id) == "highlight"],
            )
        elif thing := self._page():
            self.change_all(
                lambda environment, ids: environment.bookmarks.remove(ids),
                lambda number: f"Removed {named(thing.title) if number == 1 else plural(number, 'page')}",
            )

    def _door(self, environment: Environment) -> Subscriptions | Bookmarks:
        row = self.list.row
        entry = row.thing.kind == "entry" if isinstance(row, KeptRow) else self.shown == ENTRIES
        return environment.feeds if entry else environment.bookmarks

    def _said_of(self, done: str) -> Callable[[int], str]:
        one, many = ("entry", "entries") if self.shown == ENTRIES else ("page", "pages")
        return lambda number: f"{done}: {plural(number, one, many)}"

    def _row(self) -> KeptRow | None:
        row = self.list.row
        if row is None:
            self.learning.say("Nothing is chosen here")
        return row if isinstance(row, KeptRow) else None

    def action_star(self) -> None:
        """Star it, or not any more."""
        if self.list.marked_here():
            self.change_all(lambda environment, ids: self._door(environment).star(ids), self._said_of("Starred"))
        elif row := self._row():
            id, starred = row.thing.id, row.starred
            self.list.put(id, replace(row, starred=not starred))
            self.change(
                lambda environment: (
                    self._door(environment).unstar([id]) if starred else self._door(environment).star([id])
                ),
                f"{'Star taken off' if starred else 'Starred'} {named(row.thing.title)} · u undoes",
            )

    def action_mark(self) -> None:
        """Mark it read, or to be read again."""
        if self.list.marked_here():
            unread = any(isinstance(row, KeptRow) and row.unread for row in map(self.list.row_of, self.targets()))
            self.change_all(
                lambda environment, ids: (
                    self._door(environment).mark_read(ids) if unread else self._door(environment).mark_unread(ids)
                ),
                self._said_of("Marked read" if unread else "Marked to be read"),
            )
        elif row := self._row():
            id, unread = row.thing.id, row.unread
            self.list.put(id, replace(row, unread=not unread))
            self.change(
                lambda environment: (
                    self._door(environment).mark_read([id]) if unread else self._door(environment).mark_unread([id])
                ),
                f"Marked {'read' if unread else 'to be read'} · u undoes",
            )

    def action_pin(self) -> None:
        """Keep the page at the top, or not any more."""
        row = self._row()
        if row is not None and self._page():
            done = "unpin" if row.pinned else "pin"
            self.change_all(
                lambda environment, ids: getattr(environment.bookmarks, done)(ids),
                lambda number: f"{'Unpinned' if row.pinned else 'Pinned'} {plural(number, 'page')}",
            )

    def action_archive(self) -> None:
        """Put the page away, or take it back; it stays in the library and is found."""
        if self._page():
            archived = self.shown != ARCHIVED
            self.change_all(
                lambda environment, ids: environment.bookmarks.mark(ids, archived=archived),
                lambda number: (
                    f"{plural(number, 'page')} {'put into the archive' if archived else 'taken out of the archive'}"
                ),
            )

    def action_collect(self) -> None:
        """Put the thing, or all that are marked, into a collection."""
        ids = list(self.targets())
        if not ids:
            self.learning.say("Nothing is chosen here")
            return

        async def ask() -> None:
            collections = await self.ask(lambda environment: environment.collections.collections())
            rows = [
                (0, "A new collection …"),
                *((number, clean(one.title)) for number, one in enumerate(collections, 1)),
            ]

            def chosen(number: int | None) -> None:
                if number:
                    one = collections[number - 1]
                    self.change_all(
                        lambda environment, ids: environment.collections.put(one.id, ids),
                        lambda number: f"{plural(number, 'thing')} put into {named(one.title)}",
                        ids=ids,
                    )
                elif number == 0:
                    self.app.push_screen(Ask("What is the collection called?", placeholder="Essay 1"), begun)

            def begun(name: str | None) -> None:
                if name:

                    def put(environment: Environment) -> None:
                        environment.collections.put(environment.collections.add(name).id, ids)

                    self.change(put, f"{plural(len(ids), 'thing')} put into {named(name)} · u undoes", then=self.reload)
                    self.list.release()

            self.app.push_screen(Choose("Put it into which collection?", rows), chosen)

        self.work(ask, group="collect")

    def action_cite(self) -> None:
        """Copy the page as a reference in APA."""
        if thing := self._page():

            async def copy() -> None:
                said = await self.ask(lambda environment: environment.sources.cite([thing.id], style="apa"))
                self.app.copy_to_clipboard(said)
                self.learning.say(f"Copied: {clean(said)}")

            self.work(copy, group="cite")

    def action_import_file(self) -> None:
        """Bring in a file of bookmarks."""

        def got(name: str | None) -> None:
            if name:
                self.learning.guarded(lambda: self._import(Path(name).expanduser()), group="import")

        help = "From a browser, Pocket, Pinboard, Raindrop, Omnivore and others; what it is, is found out."
        self.app.push_screen(Ask(IMPORT, placeholder="~/Downloads/bookmarks.html", help=help), got)

    async def _import(self, path: Path) -> None:
        self.learning.say(f"Reading {path.name} …")
        with self.learning.trying(IMPORT, str(path)):
            done = await self.ask(lambda environment: environment.bookmarks.import_file(path.name, contents(path)))
        said = f"{plural(done.added, 'new page')}, {done.known} known already"
        said += f", {done.restored} back from the trash" if done.restored else ""
        said += f", {len(done.refused)} refused" if done.refused else ""
        self.learning.say(f"{said} · u undoes")
        await self.learning.look()

    def action_fetch(self) -> None:
        """Fetch the page again."""
        if thing := self._page():
            self.learning.say(f"Fetching {named(thing.title)} …")

            def said(done: Refetched) -> str:
                if done.problem:
                    return f"Not fetched: {done.problem}"
                return f"Fetched {named(thing.title)}" + ("" if done.changed else ": nothing new there")

            self.change(lambda environment: environment.bookmarks.refresh(thing.id), said)
