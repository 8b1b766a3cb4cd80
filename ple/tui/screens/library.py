"""The library: everything that is kept, found again by a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from ple.tui.dialogs import Ask
from ple.tui.list_room import ListRoom
from ple.tui.room import Thing
from ple.tui.things import ask_for_page, named
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, right, short

if TYPE_CHECKING:
    from ple.environment import Environment

PAGES, STARRED = "Saved pages", "Starred entries"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A line of the list."""

    thing: Thing
    when: str
    where: str
    noted: bool = False
    flawed: bool = False


class Library(ListRoom):
    """Saved pages or starred entries, and what they say."""

    MODE = "library"
    KINDS: ClassVar[tuple[str, ...]] = ("bookmark",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Save a page", id="library.add"),
        Binding("e", "edit", "Rename", id="library.edit"),
        Binding("d", "remove", "Remove", id="library.remove"),
        Binding("r", "fetch", "Fetch the page again", show=False, id="library.fetch"),
        Binding("v", "view", "Pages or starred entries", show=False, id="library.view"),
        Binding("s", "unstar", "Take the star off", show=False, id="library.unstar"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown = PAGES

    def kind(self, key: Key) -> str:
        """Pages or entries."""
        return "bookmark" if self.shown == PAGES else "entry"

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all that is kept, newest first."""
        if self.shown == PAGES:
            return lambda environment: environment.bookmarks.bookmark_ids()
        return lambda environment: environment.feeds.entry_ids(starred=True)

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call for lines."""
        now, pages = self.learning.now(), self.shown == PAGES
        numbers = [key for key in keys if isinstance(key, int)]

        def call(environment: Environment) -> Sequence[Row]:
            found: dict[Key, KeptRow] = {}
            if pages:
                for page in environment.bookmarks.bookmark_lines(numbers):
                    thing = Thing(page.id, page.kind, clean(page.title) or clean(page.url), page.url, page.tags)
                    where = clean(page.site_name or host(page.url))
                    when = short(page.created_at, now)
                    found[page.id] = KeptRow(thing, when, where, bool(page.note), bool(page.problem))
            else:
                for line in environment.feeds.entry_lines(numbers):
                    thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
                    found[line.id] = KeptRow(thing, short(line.published_at, now), clean(line.feed_title))
            return [found.get(key) for key in keys]

        return call

    def paint(self, row: KeptRow, width: int) -> Sequence[Sequence[Piece]]:
        """Date, title, where it is from, tags."""
        state = "!" if row.flawed else "✎" if row.noted else " "
        where = min(22, width // 4) if width >= 50 else 0
        tags = " ".join(f"#{tag}" for tag in sorted(row.thing.tags))
        tagged = min(len(tags), width // 4, 24) if width >= 64 else 0
        title = width - 2 - 7 - (where + 1 if where else 0) - (tagged + 1 if tagged else 0) - 1
        return [
            columns([
                (state, 1, "warn" if row.flawed else "mark"),
                (right(row.when, 6), 6, "muted"),
                (row.thing.title, title, ""),
                (tags, tagged, "tag"),
                (row.where, where, "muted"),
            ])
        ]  # fmt: skip

    def headline(self, total: int) -> str:
        """What is shown."""
        return f"{self.shown}  ·  {self.counted(total)}"

    def lesson(self) -> str:
        """What to do here."""
        if self.shown == STARRED:
            return "No starred entries.\n\ns  in Feeds stars an entry\nv  shows saved pages again"
        return (
            "Nothing is saved yet.\n\nHere is what you keep: pages with their text, so that you find them by any word, "
            "even when the web has lost them.\n\na  saves a page by its address\nS  in Feeds saves an entry's page\n\n"
            "Bookmarks of your browser come in with `ple bookmarks import FILE`."
        )

    def action_view(self) -> None:
        """Show pages or starred entries."""
        self.shown = STARRED if self.shown == PAGES else PAGES
        self.article = None
        self.work(self.load(), group="load")

    def action_add(self) -> None:
        """Save a page."""
        ask_for_page(self.learning)

    def _page(self) -> Thing | None:
        thing = self._thing()
        if thing is not None and thing.kind != "bookmark":
            self.learning.say("This is an entry of a feed; S in Feeds saves its page")
            return None
        return thing

    def action_edit(self) -> None:
        """Give the page another title."""
        if thing := self._page():

            def keep(title: str | None) -> None:
                if title:
                    self.change(
                        lambda environment: environment.bookmarks.edit(thing.id, title=title), "Renamed · u undoes"
                    )

            self.app.push_screen(Ask("Title of this page", value=thing.title), keep)

    def action_remove(self) -> None:
        """Put the page into the trash."""
        if thing := self._page():
            said = f"Removed {named(thing.title)} · u undoes"
            self.change(lambda environment: environment.bookmarks.remove([thing.id]), said)

    def action_unstar(self) -> None:
        """Take the star off an entry."""
        thing = self._thing()
        if thing is not None and thing.kind == "entry":
            said = f"Star taken off {named(thing.title)} · u undoes"
            self.change(lambda environment: environment.feeds.unstar([thing.id]), said)

    def action_fetch(self) -> None:
        """Fetch the page again."""
        if thing := self._page():
            self.learning.say(f"Fetching {named(thing.title)} …")
            said = f"Fetched {named(thing.title)} · u undoes"
            self.change(lambda environment: environment.bookmarks.refresh(thing.id), said)


def host(address: str | None) -> str:
    """Return the host of an address, without `www.`."""
    return (address or "").partition("://")[2].partition("/")[0].removeprefix("www.")
