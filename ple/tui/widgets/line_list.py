"""A list of any length that holds only what is near the screen.

The list knows the order of all keys (numbers of resources, mostly) and asks for rows in blocks, off the event loop,
when they come into sight; until they arrive their lines are blank. Textual's own lists make a widget or a rendered line
per row, which takes seconds to minutes and hundreds of megabytes at 100 000 rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from ple.tui.palette import Palette
from ple.tui.widgets.marks import Key as Key
from ple.tui.widgets.rows import AHEAD, Rows
from ple.tui.widgets.rows import Row as Row
from ple.tui.widgets.scrollbar import SteadyBar
from ple.tui.words import Piece

Painter = Callable[[Row, int], Sequence[Sequence[Piece]]]
"""Gives the lines of a row for a width, each as pieces; what is too long is cut, what is short is padded."""
Loader = Callable[[Sequence[Key]], Awaitable[Sequence[Row]]]
"""Gives the rows of some keys in their order; None for a row that is gone. It must not raise."""


class LineList(ScrollView, can_focus=True):
    """A list with a cursor over rows that a loader brings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="list.half-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="list.half-up"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="list.page-down"),
        Binding("pageup,b", "page(-1)", "Page up", show=False, id="list.page-up"),
        Binding("home", "top", "Top", show=False, id="list.top"),
        Binding("G,end", "bottom", "Bottom", show=False, id="list.bottom"),
        Binding("enter,l,right", "choose", "Open", id="list.open", key_display="enter"),
    ]
    position: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        list: LineList
        key: Key
        row: Row | None

        @property
        def control(self) -> LineList:
            """The list, for selectors of `on`."""
            return self.list

    @dataclass
    class Chosen(Message):
        """The learner opened a row."""

        list: LineList
        key: Key
        row: Row

        @property
        def control(self) -> LineList:
            """The list, for selectors of `on`."""
            return self.list

    def __init__(self, paint: Painter, *, height: int = 1, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.keys: Sequence[Key] = ()
        self._paint = paint
        self._height = height
        self._load: Loader | None = None
        self._skipped: Collection[Key] = ()
        self._rows = Rows()
        self._strips: LRUCache[tuple[int, int, int, bool, bool], tuple[Row | None, Strip]] = LRUCache(2048)
        self._styles: dict[str, Style] = {}
        self._announced: Key | None = None

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar, made when it is first needed."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = SteadyBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    # what is shown

    def show(
        self,
        keys: Sequence[Key],
        load: Loader | None = None,
        *,
        rows: Sequence[Row] | None = None,
        begun: Sequence[Row] = (),
        skip: Collection[Key] = (),
        cursor: Key | None = None,
    ) -> None:
        """Show these keys in this order; the cursor stays on its key, or where it was if that key is gone.

        `rows` gives all rows at once (small lists); otherwise `load` brings them block by block, but for those of the
        first keys that are in `begun`. The cursor passes over the keys in `skip`, which are headings. `cursor` is the
        key to stand on.
        """
        wanted = cursor if cursor is not None else self.key
        old = self.position
        self.keys, self._load, self._skipped = keys, load, skip
        if rows is not None:
            self._rows.rows = dict(zip(keys, rows, strict=True))
        self._renew()
        self._rows.begin(keys, begun)
        self.virtual_size = Size(self._width, len(keys) * self._height)
        found = self.index(wanted) if wanted is not None else None
        position = self._allowed(old if found is None else found, 1)
        self.set_reactive(LineList.position, position)
        self._keep_in_sight()
        self.refresh()
        if self.is_attached:
            self.screen.refresh_bindings()  # what can be opened has come or gone
        self._announce()

    def index(self, key: Key) -> int | None:
        """Return where a key stands, or None."""
        try:
            return self.keys.index(key)
        except ValueError:
            return None

    def renew(self) -> None:
        """Ask again for the rows in sight, because what they say has changed; the old ones stay until then."""
        self._renew()
        self.refresh()

    def put(self, key: Key, row: Row) -> None:
        """Replace one row by what it says now."""
        self._rows.rows[key] = row
        self.repaint()

    @property
    def key(self) -> Key | None:
        """The key under the cursor."""
        return self.keys[self.position] if 0 <= self.position < len(self.keys) else None

    @property
    def row(self) -> Row | None:
        """The row under the cursor, if it has arrived."""
        return self._rows.rows.get(self.key) if self.key is not None else None

    def row_at(self, index: int) -> Row | None:
        """The row at a place, if it has arrived."""
        return self._rows.rows.get(self.keys[index]) if 0 <= index < len(self.keys) else None

    def row_of(self, key: Key) -> Row | None:
        """The row of a key, if it has arrived."""
        return self._rows.rows.get(key)

    def go(self, key: Key) -> bool:
        """Put the cursor on a key; False if it is not in the list."""
        found = self.index(key)
        if found is None:
            return False
        self.position = found
        return True

    # rows arrive

    @property
    def skipped(self) -> Collection[Key]:
        """The keys that the cursor passes over."""
        return self._skipped

    def _renew(self) -> None:
        self._rows.renew()
        self._strips.clear()

    def _want(self) -> None:
        """Want the rows in sight and those around them."""
        if self._load is not None and self.keys:
            first = self.scroll_offset.y // self._height
            last = first + self.size.height // self._height
            if self._rows.want(max(0, first - AHEAD), min(last + AHEAD, len(self.keys) - 1)):
                self.call_later(self._bring)

    def _bring(self) -> None:
        keys = self._rows.take(self.keys)
        if keys and self._load is not None and self.is_attached:
            self.run_worker(self._arrive(self._load, keys, self._rows.generation), group="lines", exit_on_error=False)

    async def _arrive(self, load: Loader, keys: Sequence[Key], generation: int) -> None:
        rows = await load(keys)
        if generation != self._rows.generation or not self.is_attached:
            return
        changed = self._rows.arrive(keys, rows, self.keys, self.position)
        if changed and not set(keys).isdisjoint(self._in_sight()):  # what was asked for ahead needs no paint
            self.refresh()
        if self.key in keys and (changed or self._announced != self.key):
            self._announced = None
            self._announce()

    def _in_sight(self) -> Sequence[Key]:
        first = self.scroll_offset.y // self._height
        return self.keys[first : first + self.size.height // self._height + 2]

    # painting

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def style_of(self, name: str) -> Style:
        """Return the style of a name in the palette, "" for plain."""
        style = self._styles.get(name)
        if style is None:
            if not self._styles:
                self._styles[""] = self.rich_style
            style = self._styles[name] = self._styles[""] + Palette.of(self.app)[name] if name else self._styles[""]
        return style

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint some lines. Textual would look for borders and text effects in each line: there are none here."""
        self._want()
        if self.styles.gutter:
            return super().render_lines(crop)
        width, room = self.size.width, self._width
        top, focus, end = self.scroll_offset.y, self.has_focus, len(self.keys) * self._height
        strips = []
        for y in range(top + crop.y, top + crop.bottom):
            if y >= end or room <= 0:
                strips.append(Strip.blank(width, self.style_of("")))
                continue
            index, line = divmod(y, self._height)
            key = (index, line, room, index == self.position, focus)
            row = self._rows.rows.get(self.keys[index])
            known = self._strips.get(key)
            if known is None or known[0] is not row or row is None:
                strip = self._line(index, line, room, index == self.position)
                known = self._strips[key] = row, strip.extend_cell_length(self.size.width, self.style_of(""))
            strips.append(known[1])
        for filter in self.get_line_filters():
            strips = [strip.apply_filter(filter, self.background_colors[1]) for strip in strips]
        if (crop.x, crop.right) != (0, width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Paint one line of the pane."""
        index, line = divmod(self.scroll_offset.y + y, self._height)
        width = self._width
        if index >= len(self.keys) or width <= 0:
            return Strip.blank(max(width, 0), self.style_of(""))
        return self._line(index, line, width, index == self.position)

    def _line(self, index: int, line: int, width: int, here: bool) -> Strip:
        row = self._rows.rows.get(self.keys[index])
        base = self.style_of(("cursor" if self.has_focus else "cursor blurred") if here else "")
        if row is None:
            return Strip.blank(width, base)
        lines = self._paint(row, width)
        pieces = self.dressed(self.keys[index], line, lines[line] if line < len(lines) else ())
        if here:
            # The cursor's colours win over those of the pieces: that is how it stays legible in every theme.
            segments = [Segment(text, base) for text, _ in pieces]
        else:
            segments = [Segment(text, self.style_of(name)) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def dressed(self, key: Key, line: int, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Return the pieces of a line of a row with what the list itself adds to them."""
        return pieces

    def repaint(self) -> None:
        """Paint every line anew."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was painted in the old colours."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()
        if self._vertical_scrollbar is not None:  # its colours are ours
            self._vertical_scrollbar.notify_style_update()

    def on_resize(self) -> None:
        """Paint for the new width."""
        self._strips.clear()
        self.virtual_size = Size(self._width, len(self.keys) * self._height)
        self._keep_in_sight()

    # the cursor

    def _allowed(self, index: int, direction: int) -> int:
        """Return the nearest place for the cursor: inside, and on no heading."""
        last = len(self.keys) - 1
        index = max(0, min(index, last))
        for step in (direction, -direction):
            at = index
            while 0 <= at <= last and self.keys[at] in self._skipped:
                at += step
            if 0 <= at <= last:
                return at
        return max(0, index)

    def validate_position(self, position: int) -> int:
        """Keep the cursor on a row."""
        return self._allowed(position, 1 if position >= self.position else -1)

    def watch_position(self, old: int, new: int) -> None:
        """Follow the cursor."""
        if old != new:
            self._keep_in_sight()
            for index in (old, new):
                top = index * self._height - self.scroll_offset.y
                self.refresh(Region(0, top, self.size.width, self._height))
            self.passed_to(new)
            self._announce()

    def passed_to(self, index: int) -> None:
        """Note that the cursor was moved to a place."""

    def _keep_in_sight(self) -> None:
        height = self.scrollable_content_region.height
        if height <= 0:
            return
        top = self.position * self._height
        if self._skipped and self.position and all(key in self._skipped for key in self.keys[: self.position]):
            top = 0  # the heading above the first row
        bottom = (self.position + 1) * self._height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height, animate=False)

    def _announce(self) -> None:
        self._place_terminal_cursor()
        key = self.key
        if key is None:
            self._announced = None
        elif key != self._announced:
            self._announced = key
            self.post_message(self.Moved(self, key, self.row))

    def _place_terminal_cursor(self) -> None:
        # Textual hides the terminal's cursor but does place it; screen readers and braille displays follow it.
        if self.has_focus and self.is_attached:
            row = self.position * self._height - self.scroll_offset.y
            self.app.cursor_position = self.content_region.offset + Offset(0, row)

    def on_focus(self) -> None:
        """Show where the keys go now."""
        self._place_terminal_cursor()
        self.refresh()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.position = self._allowed(self.position + rows, 1 if rows > 0 else -1)

    def action_page(self, pages: float) -> None:
        """Move the cursor by parts of what is in sight."""
        rows = max(1, self.scrollable_content_region.height // self._height - 1)
        step = int(pages * rows) or (1 if pages > 0 else -1)
        self.position = self._allowed(self.position + step, 1 if step > 0 else -1)

    def action_top(self) -> None:
        """Move to the first row."""
        self.position = 0

    def action_bottom(self) -> None:
        """Move to the last row."""
        self.position = self._allowed(len(self.keys) - 1, -1)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.key is not None and self.row is not None and self.key not in self._skipped:
            self.post_message(self.Chosen(self, self.key, self.row))

    def on_click(self, event: events.Click) -> None:
        """Move to a row; open it if the cursor stands there already."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = (self.scroll_offset.y + offset.y) // self._height
        if index < len(self.keys) and self.keys[index] not in self._skipped:
            self.clicked(index, event)

    def clicked(self, index: int, event: events.Click) -> None:
        """Note that a row was clicked."""
        if index == self.position and event.chain >= 2:
            self.action_choose()
        else:
            self.position = index

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open only what is there."""
        return bool(self.keys) if action == "choose" else True
