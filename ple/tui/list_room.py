"""A place with a list of any length and the chosen thing beside it, below it, or, where it is narrow, in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from ple.tui.article_room import ArticleRoom
from ple.tui.patience import looking
from ple.tui.room import Thing
from ple.tui.things import named
from ple.tui.widgets.blocks import Prose
from ple.tui.widgets.filter_field import FilterField as FilterField
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.widgets.marked_list import MarkedList
from ple.tui.widgets.reader import Reader
from ple.tui.widgets.rows import BLOCK, packed
from ple.tui.words import Piece, count

if TYPE_CHECKING:
    from ple.environment import Environment

FIRST_KEYS = 256
PAINT = 0.06
"""Seconds after which a place that is gone to is painted: Textual waits for 0.05."""
ORDERED_AT_ONCE = 2000


class ListRoom(ArticleRoom):
    """A list, a title line over it, a filter, and an article."""

    PANES: ClassVar[tuple[str, ...]] = ("list", "article")
    KINDS: ClassVar[tuple[str, ...]] = ()
    """The kinds of what is listed."""
    VIEWS: ClassVar[tuple[str, ...]] = ()
    """What `shown` may be, for rooms that show one of several lists."""
    OF_LINES: ClassVar[frozenset[str]] = frozenset()
    """The verbs that are of no use where there is no line."""
    shown: str = ""
    BESIDE: ClassVar[bool] = True
    """Whether the article stands beside the list on terminals of middle width, or else below it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="list.filter"),
        Binding("f", "follow", "Links of the article", show=False, id="thing.follow"),
        Binding("V", "mark_stretch", "Mark what the cursor passes", show=False, id="list.visual"),
        Binding("O", "order", "Another order", show=False, id="list.order"),
    ]
    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {
        "newest first": None,
        "oldest first": None,
    }
    """The orders of the list: what a row is ordered by, or None for the order of `ids` and for its reverse."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""
        self._wanted_key: Key | None = None
        self.order = next(iter(self.ORDERS), "")

    # what a room of this kind says for itself

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call that gives all keys in order; it runs in a thread."""
        raise NotImplementedError

    def first(self) -> Callable[[Environment], Sequence[Key]] | None:
        """Return the call for the first `FIRST_KEYS` keys; None where all are at hand as quickly."""
        return None

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call that gives the rows of some keys; it runs in a thread."""
        raise NotImplementedError

    def paint(self, row: Row, width: int) -> Sequence[Sequence[Piece]]:
        """Give the lines of a row."""
        raise NotImplementedError

    def kind(self, key: Key) -> str:
        """Return the kind of the resource that a key is the number of."""
        return self.KINDS[0]

    @property
    def idle(self) -> Collection[str]:
        """The verbs that the last line need not name now: there is nothing to use them on."""
        if self.list.keys or self.busy:
            return ()
        return self.OF_LINES if self.filter else self.OF_LINES | {"filter"}

    def headline(self, total: int) -> str:
        """Return what stands over the list."""
        raise NotImplementedError

    def lesson(self) -> str:
        """Return what an empty list teaches."""
        raise NotImplementedError

    def outer(self) -> Iterable[Widget]:
        """Give what stands left of list and article."""
        return ()

    def whereabouts(self) -> dict[str, Any]:
        """Where the cursor stands, and what was shown."""
        key = self.list.key if self.is_mounted else None
        return super().whereabouts() | {"key": key, "shown": getattr(self, "shown", None), "order": self.order}

    def go_back(self, before: dict[str, Any]) -> None:
        """Show what was shown, with the cursor where it was."""
        key, shown = before.get("key"), before.get("shown")
        if before.get("order") in self.ORDERS:
            self.order = str(before["order"])
        if isinstance(key, int | str):
            self._wanted_key = key
        if isinstance(shown, str) and shown in self.VIEWS:
            self.shown = shown

    # layout

    def middle(self) -> Iterable[Widget]:
        """Lay out list and article."""
        lines = Vertical(
            Static("", id="headline", classes="title", markup=False),
            FilterField(
                placeholder="words, tag:…, is:unread, author:…", id="filter", classes="field", select_on_focus=False
            ),
            MarkedList(self.paint, id="list"),
            Static("", id="lesson", markup=False),
            classes="list-pane",
        )
        reading = Container(lines, Reader(id="article"), id="reading", classes="-beside" if self.BESIDE else "")
        yield Horizontal(*self.outer(), reading, id="panes")

    @property
    def list(self) -> MarkedList:
        """The list."""
        return self.query_one("#list", MarkedList)

    # what is marked

    def targets(self) -> Sequence[int]:
        """Return the resources that a verb works on: the marked ones, or the one under the cursor."""
        return [key for key in self.list.targets() if isinstance(key, int)]

    def change_all(
        self,
        call: Callable[[Environment, Sequence[int]], object],
        said: Callable[[int], str],
        *,
        ids: Sequence[int] | None = None,
    ) -> None:
        """Change all targets in one step that `u` takes back; afterwards nothing is marked.

        `said` tells of how many. The numbers are those of this moment: what comes in meanwhile is not touched.
        """
        chosen = list(self.targets() if ids is None else ids)
        if not chosen:
            self.learning.say("Nothing is chosen here")
            return
        self.change(lambda environment: call(environment, chosen), f"{said(len(chosen))} · u undoes")
        self.list.release()

    def action_tag(self) -> None:
        """Change the tags of the thing, or add and take off tags of all that are marked."""
        from ple.tui.bulk import tag_all

        if self.list.marked_here() and (ids := self.targets()):
            tag_all(self, ids)
        else:
            super().action_tag()

    def action_mark_stretch(self) -> None:
        """Mark what the cursor passes, as vim does."""
        self.list.action_mark_stretch()

    @on(MarkedList.Marked, "#list")
    def _marks_changed(self, event: MarkedList.Marked) -> None:
        self._say_headline()

    def _say_headline(self) -> None:
        here = self.list.marked_here()
        said = f"{count(here)} marked" if here else ""
        if elsewhere := len(self.list.marks) - here:
            said += f"{', ' if here else ''}{count(elsewhere)} {'' if here else 'marked '}not shown"
        said += ("  ·  " if said else "") + ("V or X ends the stretch  ·  " if self.list.marks.stretching else "")
        ordered = "" if self._as_asked else f"  ·  {self.order}"
        self.query_one("#headline", Static).update(said + self.headline(len(self.list.keys)) + ordered, layout=False)

    def key_here(self) -> Key | None:
        """The key that the cursor stands on."""
        return self.list.key

    # loading

    async def load(self) -> None:
        """Show the keys that there are now; of a long list its beginning first."""
        if not self.list.keys and not self.filter:
            await self.begin()
        ids = self.ids()
        keys = await self.ask(lambda environment: packed(ids(environment)))
        if self.filter:
            keys = await self.filtered(keys)
        keys = await self.ordered(keys)
        if keys and keys == self.list.keys and self._wanted_key is None:
            self.list.renew()  # what the lines say may have changed
            self._say_headline()
        else:
            self.fill(keys)
        await self._again()

    async def begin(self) -> None:
        """Show the beginning of the list: who opens it sees that, while the rest is asked for."""
        first = self.first() if self._as_asked else None
        if first is not None and (keys := await self.ask(first)):
            begun = await self.ask(self.rows(keys[: self.app.size.height + BLOCK]))
            self.fill(keys, begun=begun)
            await asyncio.sleep(PAINT)  # what is asked for next leaves no time for painting

    @property
    def _as_asked(self) -> bool:
        return self.order == next(iter(self.ORDERS), "")

    async def ordered(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Return the keys in the order that the learner wants; what a row says is asked for where it matters."""
        by = self.ORDERS.get(self.order)
        if by is None:
            return keys if self._as_asked else keys[::-1]
        said: dict[Key, Any] = {}
        for start in range(0, len(keys), ORDERED_AT_ONCE):
            some = keys[start : start + ORDERED_AT_ONCE]
            rows = await self.ask(self.rows(some))
            said |= {key: by(row) for key, row in zip(some, rows, strict=True) if row is not None}
        return sorted((key for key in keys if key in said), key=said.__getitem__)

    async def filtered(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Keep the keys of what the filter finds, in the list's order."""
        from ple.tui import filtering

        words, kinds = self.filter, (self.kind(0),)
        with looking(self):
            return await self.ask(lambda environment: filtering.kept(environment, words, keys, kinds=kinds))

    def fill(
        self,
        keys: Sequence[Key],
        *,
        rows: Sequence[Row] | None = None,
        begun: Sequence[Row] = (),
        skip: Collection[Key] = (),
    ) -> None:
        """Show these keys, or the lesson if there are none; `rows`, or those of the first keys, are there already."""
        if not self.is_attached:
            return
        gone = self._taken_away(keys)
        pane = self.query_one(".list-pane")
        pane.set_class(not keys, "-empty")
        if not keys:
            said = f"Nothing here says “{self.filter}”. esc clears the filter." if self.filter else self.lesson()
            self.query_one("#lesson", Static).update(said, layout=False)
            self.article = None
            self.view.show(Prose())
            if self.list.has_focus:  # Textual would give it to what comes next: keys would be typed into the filter
                self.set_focus(None)
        cursor, self._wanted_key = self._wanted_key, None
        load = None if rows is not None else self._rows
        self.list.show(keys, load, rows=rows, begun=begun, skip=skip, cursor=cursor)
        self._say_headline()
        if gone is not None:  # the next one must not stand in its place as if it were the same
            self.at = self.PANES.index("list")
            self.learning.say(f"{named(gone.title)} was taken away elsewhere")
        if keys and self.is_current and self.focused is None:
            self.query_one(f"#{self.PANES[self.at]}").focus(scroll_visible=False)

    def _taken_away(self, keys: Collection[Key]) -> Thing | None:
        """Return what is being read and will not be here any more, by no doing of this window."""
        reading = self.article.thing if self.article is not None and self.PANES[self.at] == "article" else None
        if reading is None or not self.learning.changed_elsewhere or self.list.key != reading.id:
            return None
        return None if reading.id in keys else reading

    def go_to(self, key: Key) -> None:
        """Put the cursor on a key, now or when it has come into the list."""
        if not self.list.go(key):
            self._wanted_key = key

    async def _rows(self, keys: Sequence[Key]) -> Sequence[Row]:
        try:
            return await self.ask(self.rows(keys))
        except Exception as error:  # the list keeps what it shows; the learner is told
            self.learning.complain(error)
            return ()

    # the article follows the cursor

    @on(LineList.Moved, "#list")
    def _moved(self, event: LineList.Moved) -> None:
        if event.list.key == event.key and self.view.display and not (self.one_pane and self.at == 0):
            self.work(lambda: self._preview(event.key), group="article")

    async def _preview(self, key: Key, delay: float = 0.12) -> None:
        if self.article is not None and self.article.thing.id == key:
            return
        await asyncio.sleep(delay)  # a held key shows only where it stops
        await self.open_article(key)

    @on(LineList.Chosen, "#list")
    def _chosen(self, event: LineList.Chosen) -> None:
        self.at = self.PANES.index("article")
        self.work(lambda: self._preview(event.key, 0), group="article")
        self.opened(event.key, event.row)

    def watch_at(self) -> None:
        """Whoever goes to the article finds the one that the list stands on, where they left it."""
        if self.PANES[self.at] != "article":
            self.keep_place()
        super().watch_at()
        key = self.list.key
        if self.PANES[self.at] == "article" and key is not None:
            self.work(lambda: self._preview(key, 0), group="article")

    def opened(self, key: Key, row: Row) -> None:
        """Something was opened to be read."""

    def on_resize(self, event: events.Resize) -> None:
        """Where the article comes into sight, show it."""
        super().on_resize(event)
        if self.list.key is not None and self.article is None:
            self.call_after_refresh(lambda: self._moved(LineList.Moved(self.list, self.list.key or 0, self.list.row)))

    def thing(self) -> Thing | None:
        """What the cursor stands on."""
        row: Any = self.list.row
        return getattr(row, "thing", None)

    # the filter

    def action_filter(self) -> None:
        """Type what the list has to say."""
        field = self.query_one("#filter", FilterField)
        field.add_class("-open")
        if self.PANES[self.at] != "list":
            self.at = self.PANES.index("list")
        field.focus()

    def action_clear_filter(self) -> None:
        """Show everything again."""
        field = self.query_one("#filter", FilterField)
        field.remove_class("-open")
        with field.prevent(Input.Changed):
            field.value = ""
        if self.filter:
            self.filter = ""
            self.work(self.load, group="load")
        self.list.focus()

    def action_order(self) -> None:
        """Show the list in another order."""
        orders = list(self.ORDERS)
        if orders:
            self.order = orders[(orders.index(self.order) + 1) % len(orders)]
            self.learning.say(f"{self.order[:1].upper()}{self.order[1:]}")
            self.work(self.load, group="load")

    def action_to_list(self) -> None:
        """Go from the field to the list; the filter stays."""
        self.list.focus()

    def action_escape(self) -> None:
        """Go out of the article, then take off the marks, then clear the filter."""
        if self.PANES[self.at] == "list" and self.list.marks:
            self.list.unmark()
        elif self.at <= self.FIRST and self.filter:
            self.action_clear_filter()
        elif self.one_pane and self.at == self.FIRST > 0:
            self.at -= 1  # what stands left of the list is nowhere to be seen, and nothing else leads there
        else:
            super().action_escape()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.filter = event.value.strip()
        self.work(self._filter_soon, group="load")

    async def _filter_soon(self) -> None:
        await asyncio.sleep(0.08)
        await self.load()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.list.focus()

    def counted(self, total: int) -> str:
        """Return how many lines there are, and for which filter."""
        return f"{count(total)} for “{self.filter}”" if self.filter else count(total)
