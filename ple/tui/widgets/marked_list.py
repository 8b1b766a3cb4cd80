"""A list whose lines can be marked, one by one, in a stretch or all, so that one key works on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from ple.tui.widgets.line_list import LineList
from ple.tui.widgets.lines import Painter
from ple.tui.widgets.marks import Key, Marks
from ple.tui.words import Piece


class MarkedList(LineList):
    """A list with marks. `targets` is what a verb works on; whoever did something to them calls `release`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, id="list.mark"),
        Binding("X", "mark_stretch", "Mark what the cursor passes", show=False, id="list.mark-stretch"),
        Binding("ctrl+a", "mark_all", "Mark all, or none", show=False, id="list.mark-all"),
    ]

    @dataclass
    class Marked(Message):
        """Other lines are marked than before."""

        list: MarkedList

        @property
        def control(self) -> MarkedList:
            """The list, for selectors of `on`."""
            return self.list

    def __init__(self, paint: Painter, *, height: int = 1, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(paint, height=height, id=id, classes=classes)
        self.marks = Marks()

    def targets(self) -> Sequence[Key]:
        """Return what is marked, in the list's order, or else the line under the cursor."""
        marked = list(self.marks.within(self.keys))
        return marked or ([self.key] if self._on_a_row() and self.key is not None else [])

    def marked_here(self) -> int:
        """Return how many of the lines that are shown are marked."""
        return sum(1 for _ in self.marks.within(self.keys))

    def release(self) -> None:
        """Take the marks off what a verb worked on; what is marked and not shown stays marked."""
        if self.marks:
            self.marks.release(self.keys)
            self._marks_changed()

    def unmark(self) -> None:
        """Mark nothing any more."""
        if self.marks:
            self.marks.clear()
            self._marks_changed()

    def _on_a_row(self) -> bool:
        return self.key is not None and self.key not in self.skipped

    def _marks_changed(self) -> None:
        self.repaint()
        self.post_message(self.Marked(self))

    def dressed(self, key: Key, line: int, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Put the sign of a mark into the first cell."""
        if key not in self.marks:
            return pieces
        return [("✓" if line == 0 else "│", "chosen"), *_without_first_cell(pieces)]

    def passed_to(self, index: int) -> None:
        """Let a stretch follow the cursor."""
        if self.marks.stretching:
            self.marks.stretch(self.keys, index, self.skipped)
            self._marks_changed()

    def clicked(self, index: int, event: events.Click) -> None:
        """Mark with ctrl, and with shift all from the cursor on."""
        if event.ctrl:
            self.position = index
            self.marks.turn(self.keys[index])
            self._marks_changed()
        elif event.shift and self.key is not None:
            self.marks.begin(self.key)
            self.position = index
            self.marks.begin(self.keys[index])
        else:
            super().clicked(index, event)

    def action_mark(self) -> None:
        """Mark the line, or take its mark off, and go on."""
        if self._on_a_row() and self.key is not None:
            self.marks.turn(self.key)
            self._marks_changed()
            self.action_move(1)

    def action_mark_stretch(self) -> None:
        """Mark whatever the cursor passes from here on, until the same key again."""
        if self._on_a_row() and self.key is not None:
            self.marks.begin(self.key)
            self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark all lines, or none."""
        self.marks.all(self.keys, self.skipped)
        self._marks_changed()


def _without_first_cell(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return pieces without their first cell, which is where a mark stands; a wide character leaves a blank."""
    for number, (text, name) in enumerate(pieces):
        if text:
            rest = " " + text[1:] if cell_len(text[0]) == 2 else text[1:]
            return [(rest, name), *pieces[number + 1 :]]
    return ()
