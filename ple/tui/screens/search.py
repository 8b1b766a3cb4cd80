"""Search: everything that is kept, by what it says; live while typing, ranked on enter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Ask
from ple.tui.list_room import ListRoom
from ple.tui.patience import looking
from ple.tui.room import Thing
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.widgets.marked_list import MarkedList
from ple.tui.widgets.reader import Reader
from ple.tui.words import Piece, clip, count, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.search import Facets, Hit, Results

LIVE, RANKED = 100, 500
"""How many hits are listed while typing and after enter."""


@dataclass(frozen=True, slots=True)
class HitRow:
    """Two lines of the list: what it is, and where it says so."""

    thing: Thing
    when: str
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FacetRow:
    """A kind, tag or year with how many hits have it."""

    words: str
    title: str
    number: int


class QueryField(Input):
    """What is searched for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.clear", "Clear", show=False, id="field.clear"),
        Binding("down", "screen.to_list", "To the hits", show=False, id="field.down"),
    ]


class Search(ListRoom):
    """A line to type, facets, hits and the thing itself."""

    MODE = "search"
    PANES: ClassVar[tuple[str, ...]] = ("query", "facets", "list", "article")
    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Search", key_display="/", id="search.query"),
        Binding("v", "sort", "By date or rank", show=False, id="search.sort"),
        Binding("s", "save", "Keep this search", id="search.save"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.by_date = False
        self._ranked = False
        self._results: Results | None = None
        self._unclear = ""
        """What is not understood of the words, which may be because they are not finished."""
        self._kinds: dict[Key, str] = {}

    @property
    def idle(self) -> Collection[str]:
        """Nothing: what finds the lines is the line above them."""
        return ()

    def middle(self) -> Iterable[Widget]:
        """Lay out."""
        yield QueryField(placeholder="Search everything you keep", id="query", select_on_focus=False)
        hits = Vertical(
            Static("", id="headline", classes="title", markup=False),
            MarkedList(self.paint, height=2, id="list"),
            Static("", id="lesson", markup=False),
            classes="list-pane",
        )
        reading = Container(hits, Reader(id="article"), id="reading", classes="-beside")
        yield Horizontal(LineList(paint_facet, id="facets"), reading, id="panes")

    def on_mount(self) -> None:
        """Begin typing at once."""
        super().on_mount()
        self.query_one("#query").focus()

    # finding

    async def load(self) -> None:
        """Search again: what was found may have changed."""
        self._unclear = ""
        if not self.words:
            self._results = None
            self.fill(())
            return
        words, ranked, by_date = self.words, self._ranked, self.by_date
        try:
            with looking(self):
                results = await self.ask(
                    lambda environment: environment.search.find(
                        words,
                        live=not ranked,
                        limit=RANKED if ranked else LIVE,
                        sort="date" if by_date else "relevance",
                    )
                )
        except InvalidInput as error:
            if ranked:
                raise
            if words == self.words:
                self._unclear = clean(str(error))
                self._say_headline()
            return
        if words != self.words:
            return  # an older answer: more was typed meanwhile
        self._results = results
        self._kinds = {hit.id: hit.kind for hit in results.hits}
        now = self.learning.now()
        self.fill([hit.id for hit in results.hits], rows=[hit_row(hit, now) for hit in results.hits])
        facets = facet_rows(results.facets) if ranked else []
        self.query_one("#facets", LineList).show([row.words for row in facets], rows=facets)
        self.set_class(bool(facets), "-facets")
        await self._again()

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Not asked: a search gives numbers and rows at once."""
        return lambda _: ()

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Not asked: a search gives numbers and rows at once."""
        return lambda _: ()

    def kind(self, key: Key) -> str:
        """Return the kind of a hit."""
        return self._kinds.get(key, "")

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        self.words = event.value.strip()
        self._ranked = False
        self.work(self._soon, group="load")

    async def _soon(self) -> None:
        await asyncio.sleep(0.08)
        await self._from_the_top()

    @on(Input.Submitted, "#query")
    def _submitted(self) -> None:
        found = self._results
        if self._ranked and found is not None and not found.total and found.did_you_mean:
            field = self.query_one("#query", QueryField)
            with field.prevent(Input.Changed):
                field.value = self.words = found.did_you_mean
        self._ranked = True
        self.work(self._rank, group="load")

    async def _from_the_top(self) -> None:
        """Search, with the cursor on the best hit: the one that it stood on may be far below now."""
        await self.load()
        self.list.position = 0

    async def _rank(self) -> None:
        await self._from_the_top()
        if self.list.keys:
            self.at = self.PANES.index("list")

    # looks

    def paint(self, row: HitRow, width: int) -> Sequence[Sequence[Piece]]:
        """Title, kind and date; then the words around what matched."""
        about = f"{row.thing.kind} {row.when}"
        title = clip(row.thing.title, max(0, width - len(about) - 3))
        return [
            [(" " + title, "strong"), (f" {about} ", "muted")],
            [("   ", ""), *fitting(in_sight(row.excerpt, width - 4), width - 4)],
        ]

    def headline(self, total: int) -> str:
        """How many were found, and how."""
        if self._unclear:
            return f"Not a search yet: {self._unclear}"
        found = self._results
        if found is None:
            return ""
        how = ("by date" if self.by_date else "by rank") if self._ranked else "newest first; enter ranks"
        return f"{count(found.total)} found  ·  {how}"

    def lesson(self) -> str:
        """What can be typed."""
        found = self._results
        if found is not None and self.words:
            mean = f"\n\nDid you mean {clean(found.did_you_mean)}? enter searches that." if found.did_you_mean else ""
            away = "esc empties the line, and once more leaves it; alt and a digit go to a place."
            return f"Nothing says “{self.words}”.{mean}\n\n{away}"
        return (
            "Finds what you keep by any word in it: entries, pages, journal, courses, receipts.\n\n"
            "spacing effect            both words\n"
            '"spacing effect"          exactly so\n'
            "tag:memory kind:journal   by tag and kind\n"
            "created:[last month to now]\n"
            "spac*   NOT quiz   (a OR b)\n\n"
            "It finds while you type; enter ranks and counts."
        )

    # keys

    def action_filter(self) -> None:
        """Go to the line to type in."""
        self.at = 0
        self.query_one("#query", QueryField).focus()

    def action_clear(self) -> None:
        """Clear the line, then leave it."""
        field = self.query_one("#query", QueryField)
        if field.value:
            field.value = ""
        elif self.list.keys:
            self.at = self.PANES.index("list")
        else:
            self.set_focus(None)

    def action_escape(self) -> None:
        """From the article to the hits, from there to the line."""
        self.at = 2 if self.at == 3 else 0

    async def action_leave(self) -> None:
        """From the article to the hits; from the hits, leave the app."""
        if self.at == 3:
            self.at = 2
        else:
            await self.learning.action_quit()

    def action_out(self) -> None:
        """From the article to the hits, from the hits to the facets, if they are in sight."""
        at = self.at - 1
        if at == 1 and not self.query_one("#facets").display:
            at = 0
        self.at = at

    def action_pane(self, step: int) -> None:
        """Go round what is in sight."""
        for _ in self.PANES:
            self.set_reactive(Search.at, (self.at + step) % len(self.PANES))
            if self.query_one(f"#{self.PANES[self.at]}").display or self.PANES[self.at] == "article":
                break
        self.watch_at()

    def action_sort(self) -> None:
        """Sort by date, or by rank."""
        self.by_date = not self.by_date
        self._ranked = True
        self.work(self.load, group="load")

    def action_save(self) -> None:
        """Keep the search by a name: it stands among the feeds then, with what is new in it."""
        words = self.words
        if not words:
            self.learning.say("Search for something first")
            return

        def keep(name: str | None) -> None:
            if name:
                self.change(
                    lambda environment: environment.searches.save(name, words),
                    lambda kept: f"Kept {named(kept.title)}; it stands among your feeds · u undoes",
                )

        help = "It stands in Feeds among what you follow, with what is new in it."
        self.app.push_screen(Ask("What is this search called?", value=words, help=help), keep)

    @on(LineList.Chosen, "#facets")
    def _facet_chosen(self, event: LineList.Chosen) -> None:
        field = self.query_one("#query", QueryField)
        with field.prevent(Input.Changed):
            field.value = f"{field.value.strip()} {event.key}".strip()
        self.words = field.value
        self._ranked = True
        self.work(self._rank, group="load")


def hit_row(hit: Hit, now: Any) -> HitRow:
    """Return a hit as it is shown: what matched stands out."""
    thing = Thing(hit.id, hit.kind, clean(hit.title) or "Untitled", hit.url, hit.tags)
    pieces: list[Piece] = []
    at = 0
    for start, end in hit.marks:
        pieces += [(clean_part(hit.excerpt[at:start]), "muted"), (clean_part(hit.excerpt[start:end]), "match")]
        at = end
    pieces.append((clean_part(hit.excerpt[at:]), "muted"))
    return HitRow(thing, short(hit.when, now), tuple(pieces))


def in_sight(excerpt: Sequence[Piece], width: int) -> Sequence[Piece]:
    """Return an excerpt from a place where the first match can be seen in `width` cells."""
    if not excerpt or len(excerpt) < 2:
        return excerpt
    before, match = excerpt[0][0], excerpt[1][0]
    if cell_len(before) + cell_len(match) <= width - 4:
        return excerpt
    kept = before[-max(4, width // 3) :]
    return [("…" + kept.partition(" ")[2], excerpt[0][1]), *excerpt[1:]]


def fitting(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Return pieces in `width` cells, cut with an ellipsis where there are more."""
    kept: list[Piece] = []
    for text, style in pieces:
        size = cell_len(text)
        if size > width:
            return [*kept, (clip(text, width), style)] if width > 0 else kept
        kept.append((text, style))
        width -= size
    return kept


def clean_part(text: str) -> str:
    """Return a part of a line as a terminal may show it, with the blanks at its ends."""
    said = clean(text)
    if not said:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + said + (" " if text[-1].isspace() else "")


def facet_rows(facets: Facets) -> list[FacetRow]:
    """Return what a search can be narrowed to, as the words that do it."""
    rows = [FacetRow(f"kind:{kind}", kind, number) for kind, number in list(facets.kind.items())[:9]]
    rows += [
        FacetRow(f'tag:"{tag}"' if " " in tag else f"tag:{tag}", f"#{tag}", n)
        for tag, n in list(facets.tag.items())[:12]
    ]
    rows += [FacetRow(f"created:{year}", str(year), number) for year, number in list(facets.year.items())[:8]]
    return rows


def paint_facet(row: FacetRow, width: int) -> Sequence[Sequence[Piece]]:
    """Its name and how many."""
    number = count(row.number)
    style = "tag" if row.title.startswith("#") else ""
    return [[(" " + clip(clean(row.title), max(0, width - len(number) - 3)), style), (f" {number} ", "muted")]]
