"""Lines of any number of rows, of which only those near the screen are held.

They know the order of all keys (numbers of resources, mostly) and ask for rows in blocks, off the event loop, when they
come into sight; until they arrive their lines are blank. Textual's own lists make a widget or a rendered line per row,
which takes seconds to minutes and hundreds of megabytes at 100 000 rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from ple.tui.palette import Palette
from ple.tui.widgets.marks import Key
from ple.tui.widgets.rows import AHEAD, AT_REST, Row, Rows
from ple.tui.widgets.scrollbar import SteadyBar
from ple.tui.words import Piece

Painter = Callable[[Row, int], Sequence[Sequence[Piece]]]
"""Gives the lines of a row for a width, each as pieces; what is too long is cut, what is short is padded."""
Loader = Callable[[Sequence[Key]], Awaitable[Sequence[Row]]]
"""Gives the rows of some keys in their order; None for a row that is gone. It must not raise."""
REST = 0.4
"""Seconds without a step after which rows farther away are asked for: who goes on finds them there."""


class Lines(ScrollView):
    """Paints rows that a loader brings, one of which is `position`."""

    position: reactive[int] = reactive(0, repaint=False)

    def __init__(self, paint: Painter, *, height: int = 1, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.keys: Sequence[Key] = ()
        self._paint = paint
        self._height = height
        self._load: Loader | None = None
        self._rows = Rows()
        self._strips: LRUCache[tuple[int, int, int, bool, bool], tuple[Row | None, Strip]] = LRUCache(256)
        self._styles: dict[str, Style] = {}
        self._resting: asyncio.TimerHandle | None = None

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar, made when it is first needed."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = SteadyBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    # rows

    def hold(
        self, keys: Sequence[Key], load: Loader | None, rows: Sequence[Row] | None = None, begun: Sequence[Row] = ()
    ) -> None:
        """Hold these keys, with all their rows, or else those of the first in `begun` and a loader for the others."""
        self.keys, self._load = keys, load
        if rows is not None:
            self._rows.rows = dict(zip(keys, rows, strict=True))
        self._renew()
        self._rows.begin(keys, begun)
        self.virtual_size = Size(self._width, len(keys) * self._height)

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

    def _renew(self) -> None:
        self._rows.renew()
        self._strips.clear()

    def _want(self, around: int = AHEAD, *, anew: bool = True) -> None:
        """Want the rows in sight and those around them; with `anew`, those too that are there and may have changed."""
        if self._load is not None and self.keys:
            first = self.scroll_offset.y // self._height
            last = first + self.size.height // self._height
            keys = None if anew else self.keys
            if self._rows.want(max(0, first - around), min(last + around, len(self.keys) - 1), of=keys):
                self.call_later(self._bring)

    def _rest(self) -> None:
        """Want more when nothing has moved for a while."""
        if self._resting is not None:
            self._resting.cancel()
        if self._load is not None:
            look_ahead = partial(self._want, AT_REST, anew=False)
            self._resting = asyncio.get_running_loop().call_later(REST, look_ahead)

    def on_unmount(self) -> None:
        """Want nothing any more."""
        if self._resting is not None:
            self._resting.cancel()

    def _bring(self) -> None:
        keys = self._rows.take(self.keys, self.position)
        if keys and self._load is not None and self.is_attached:
            self.run_worker(self._arrive(self._load, keys, self._rows.generation), group="lines", exit_on_error=False)

    async def _arrive(self, load: Loader, keys: Sequence[Key], generation: int) -> None:
        rows = await load(keys)
        if not self.is_attached:
            return
        if self._rows.wanting:
            self.call_later(self._bring)
        if generation != self._rows.generation:
            return
        changed = self._rows.arrive(keys, rows, self.keys, self.position)
        if changed and not set(keys).isdisjoint(self.in_sight()):  # what was asked for ahead needs no paint
            self.refresh()
        if self.key in keys:
            self.arrived_here(changed)

    def arrived_here(self, changed: bool) -> None:
        """Note that the row at the position came, and whether any that came with it says something new."""

    def in_sight(self) -> Sequence[Key]:
        """Return the keys of the rows that are in sight."""
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
