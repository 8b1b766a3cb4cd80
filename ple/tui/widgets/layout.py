"""Blocks become screen lines: offsets into a block's text, and what is drawn where that is no part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from ple.tui.widgets.blocks import Block, table_lines
from ple.tui.widgets.wrapping import wrapped


@dataclass(frozen=True, slots=True)
class Line:
    """A screen line: which block, from where to where in its text; `drawn` where it is no part of the text (tables)."""

    block: int
    start: int
    end: int
    drawn: str | None = None
    first: bool = False


BLANK = Line(-1, 0, 0)


def lines_of(number: int, block: Block, measure: int) -> Iterator[Line]:
    """Give the lines of a block, whose number is said, that fit so many cells."""
    room = max(8, measure - cell_len(block.rest))
    if block.cells is not None:
        for index, drawn in enumerate(table_lines(block.cells, room)):
            yield Line(number, 0, 0, drawn, index == 0)
        return
    at = 0
    for part in block.text.split("\n"):
        for start, end in wrapped(part, room):
            yield Line(number, at + start, at + end, None, at + start == 0)
        at += len(part) + 1
