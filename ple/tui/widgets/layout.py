"""Blocks become screen lines: offsets into a block's text, and what is drawn where that is no part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from ple.tui.widgets.blocks import Block
from ple.tui.widgets.tables import Run, lines_of_table
from ple.tui.widgets.wrapping import wrapped

ROOM = 24
"""Cells that words have at least, however deep they stand in lists and quotes, where the screen has as many."""


@dataclass(frozen=True, slots=True)
class Line:
    """A screen line: which block, from where to where in its text; its `runs` where it is more than that (tables)."""

    block: int
    start: int
    end: int
    first: bool = False
    runs: tuple[Run, ...] | None = None

    def shows(self, at: int) -> bool:
        """Tell whether a place in the block's text is on this line, or before it."""
        if self.runs is None:
            return self.end > at
        return any(run.start <= at < run.end for run in self.runs)


BLANK = Line(-1, 0, 0)


def lines_of(number: int, block: Block, measure: int) -> Iterator[Line]:
    """Give the lines of a block, whose number is said, that fit so many cells."""
    room = max(8, measure - cell_len(lead(block, measure, first=False)))
    if block.table is not None:
        below = block.table.rows[0][-1][1]  # what the columns are called may stand before each cell: it is no place
        for index, runs in enumerate(lines_of_table(block.text, block.table, room)):
            said = [run for run in runs if not run.drawn] or runs
            said = [run for run in said if run.start >= below] or said
            yield Line(number, min(r.start for r in said), max(r.end for r in said), index == 0, runs)
        return
    at = 0
    for part in block.text.split("\n"):
        for start, end in wrapped(part, room):
            yield Line(number, at + start, at + end, at + start == 0)
        at += len(part) + 1


def lead(block: Block, measure: int, *, first: bool) -> str:
    """Return what stands before a line of a block; of what is nested too deeply for the screen, the innermost part."""
    over = cell_len(block.rest) - max(measure - ROOM, measure // 2)
    return (block.first if first else block.rest)[max(0, over + over % 2) :]
