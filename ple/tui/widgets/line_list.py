"""A list of any length: lines with a cursor, which keys and the mouse move."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.message import Message

from ple.tui.widgets.lines import Lines, Loader, Painter
from ple.tui.widgets.marks import Key as Key
from ple.tui.widgets.rows import Row as Row

_ELSEWHERE = frozenset({"escape", "q", "g", "colon", "question_mark", "f1", "f2", "f3", "tab", "shift+tab"})
"""Keys that lead away from a list, also from one that has not come yet."""


class LineList(Lines, can_focus=True):
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
        super().__init__(paint, height=height, id=id, classes=classes)
        self.skipped: Collection[Key] = ()
        """The keys that the cursor passes over."""
        self._announced: Key | None = None
        self._held: list[events.Key] = []
        """What was typed ahead, before there were rows."""
        self._choosing = False
        """Whether the row is to be opened when it has come."""

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
        """Show these keys in this order; the cursor stays on its key, or goes to the next that is left if that is gone.

        `rows` gives all rows at once (small lists); otherwise `load` brings them block by block, but for those of the
        first keys that are in `begun`. The cursor passes over the keys in `skip`, which are headings. `cursor` is the
        key to stand on.
        """
        wanted = cursor if cursor is not None else self.key
        old, before, self.skipped = self.position, self.keys, skip
        self.hold(keys, load, rows, begun)
        found = self.index(wanted) if wanted is not None else None
        if found is None and keys:
            found = self._left_of(before, old)
        position = self._allowed(old if found is None else found, 1)
        self.set_reactive(LineList.position, position)
        self._keep_in_sight()
        self.refresh()
        if self.is_attached:
            self.screen.refresh_bindings()  # what can be opened has come or gone
        self._announce()
        self._catch_up()

    def _left_of(self, before: Sequence[Key], position: int) -> int | None:
        """Return where the first key stands that was below a place and is still there, else the last above it."""
        left = set(self.keys).difference(self.skipped)
        for places in (range(position, len(before)), range(position - 1, -1, -1)):
            for place in places:
                if before[place] in left:
                    return self.index(before[place])
        return None

    def go(self, key: Key) -> bool:
        """Put the cursor on a key; False if it is not in the list."""
        found = self.index(key)
        if found is None:
            return False
        self.position = found
        return True

    def arrived_here(self, changed: bool) -> None:
        """Tell of the row under the cursor."""
        if changed or self._announced != self.key:
            self._announced = None
            self._announce()
        self._catch_up()

    @property
    def _waited_for(self) -> bool:
        """Whether keys may come yet: the place has not been told by the library what there is."""
        return not self.keys and getattr(self.screen, "busy", False) is True

    def on_key(self, event: events.Key) -> None:
        """Hold what is typed before the rows are there, so that it does what it would have done then."""
        waits = self._waited_for or bool(self._held and self.keys and self.row is None)
        if not waits or event.key.isdigit() or event.key in _ELSEWHERE or event.key.startswith("alt+"):
            self._held.clear()
        elif self._held or event.key == "V" or event.key in self._bindings.key_to_bindings:
            self._held.append(event)
            event.stop()
            event.prevent_default()

    def _catch_up(self) -> None:
        """Do what was typed before the rows came."""
        if self.row is None:
            return
        held, self._held = self._held, []
        choosing, self._choosing = self._choosing, False
        if self.has_focus and self.screen.is_current:
            if choosing:
                self.action_choose()
            for event in held:
                self.app.post_message(events.Key(event.key, event.character))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._keep_in_sight()

    def _allowed(self, index: int, direction: int) -> int:
        """Return the nearest place for the cursor: inside, and on no heading."""
        last = len(self.keys) - 1
        index = max(0, min(index, last))
        for step in (direction, -direction):
            at = index
            while 0 <= at <= last and self.keys[at] in self.skipped:
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
            self._choosing = False
            self._announce()

    def passed_to(self, index: int) -> None:
        """Note that the cursor was moved to a place."""

    def _keep_in_sight(self) -> None:
        height = self.scrollable_content_region.height
        if height <= 0:
            return
        top = self.position * self._height
        if self.skipped and self.position and all(key in self.skipped for key in self.keys[: self.position]):
            top = 0  # the heading above the first row
        bottom = (self.position + 1) * self._height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height, animate=False)

    def _announce(self) -> None:
        self._place_terminal_cursor()
        self._rest()
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
        """Open the row under the cursor, or the one that will be there when it has come."""
        if self.row is None:
            self._choosing = True
        elif self.key is not None and self.key not in self.skipped:
            self.post_message(self.Chosen(self, self.key, self.row))

    def on_click(self, event: events.Click) -> None:
        """Move to a row; open it if the cursor stands there already."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = (self.scroll_offset.y + offset.y) // self._height
        if index < len(self.keys) and self.keys[index] not in self.skipped:
            self.clicked(index, event)

    def clicked(self, index: int, event: events.Click) -> None:
        """Note that a row was clicked."""
        if index == self.position and event.chain >= 2:
            self.action_choose()
        else:
            self.position = index

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open only what is there."""
        return bool(self.keys) or self._waited_for if action == "choose" else True
