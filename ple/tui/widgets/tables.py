"""Tables: which cells one has, whether it is one at all, and how it fits a screen.

Pages, and newsletters more so, are laid out with tables in tables; those are read as what is in them. A table that says
something keeps its columns where each has room for its words, and is said row by row where it has not: nothing is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.cells import cell_len

from ple.tui.widgets.wrapping import wrapped

BETWEEN = " │ "
LONGEST_WORD = 12
"""Cells that a column has at least for the longest of its words; longer ones are broken."""
_LAID_OUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "hr")
"""What no table of facts has in its cells."""
_WIDEST, _TALLEST = 200, 1000
_WORD = re.compile(r"\S+")

Place = tuple[int, int]
"""Where the words of a cell stand in the text of their block."""


@dataclass(slots=True)
class Table:
    """The cells of a table, row by row; all rows are equally long."""

    rows: list[list[Place]]
    headed: bool = False
    """Whether the first row says what the columns are."""


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a screen line: words of the block, from `start` to `end`, or what is drawn between them."""

    start: int
    end: int
    drawn: str = ""


# from HTML


def rows_of(node: Any) -> list[list[Any | None]]:
    """Return the cells of a table's own rows that say something, each in its column; None where one is spanned."""
    found: list[list[Any | None]] = []
    spanned: dict[int, int] = {}  # columns that a cell above reaches into, and for how many rows more
    for tr in _own(node, "tr"):
        row: list[Any | None] = []
        below: dict[int, int] = {}
        for cell in islice(_own(tr, "td", "th"), _WIDEST):
            while spanned.get(len(row)):
                row.append(None)
            wide, tall = _span(cell, "colspan", _WIDEST - len(row)), _span(cell, "rowspan", _TALLEST)
            below |= dict.fromkeys(range(len(row), len(row) + wide), tall - 1)
            row += [cell, *[None] * (wide - 1)]
        spanned = {column: left - 1 for column, left in spanned.items() if left > 1} | below
        if any(cell is not None and _says(cell) for cell in row):
            found.append(row)
    return found


def is_layout(rows: list[list[Any | None]]) -> bool:
    """Tell whether these rows only put things in their places on a page."""
    if len(rows) == 1 or all(sum(cell is not None and _says(cell) for cell in row) < 2 for row in rows):
        return True
    return any(next(cell.iter(*_LAID_OUT), None) is not None for row in rows for cell in row if cell is not None)


def _own(node: Any, *tags: str) -> Iterator[Any]:
    """Give the rows of a table, or the cells of a row, but none of the tables within."""
    for child in node:
        if child.tag in tags:
            yield child
        elif child.tag not in ("table", "tr", "td", "th", "caption"):
            yield from _own(child, *tags)


def _says(cell: Any) -> bool:
    return any(text.strip() for text in cell.itertext()) or next(cell.iter("img"), None) is not None


def _span(cell: Any, name: str, most: int) -> int:
    said = cell.get(name) or ""
    return max(1, min(int(said), most)) if said.isascii() and said.isdigit() and len(said) < 7 else 1


# to the screen


def lines_of_table(text: str, table: Table, width: int) -> Iterator[tuple[Run, ...]]:
    """Lay a table out in `width` cells: columns share what there is; too many of them are said one below the other."""
    columns = len(table.rows[0])
    natural, needed = [1] * columns, [1] * columns
    for row in table.rows:
        for column, (start, end) in enumerate(row):
            if end > start:
                natural[column] = max(natural[column], cell_len(text[start:end]))
                longest = max(cell_len(word) for word in _WORD.findall(text[start:end]))
                needed[column] = max(needed[column], min(longest, LONGEST_WORD))
    room = width - len(BETWEEN) * (columns - 1)
    if sum(needed) > room:
        yield from _row_by_row(text, table, width)
        return
    widths = _shared(natural, needed, room)
    for number, row in enumerate(table.rows):
        yield from _beside(text, row, widths)
        if number == 0 and len(table.rows) > 1:
            at = table.rows[1][0][0]
            yield (Run(at, at, "─┼─".join("─" * size for size in widths)),)


def _shared(natural: list[int], needed: list[int], room: int) -> list[int]:
    """Return how wide columns are: as wide as they are where that fits, else the widest of them give way."""
    low, high = 1, max(natural)
    while low < high:  # the widest that any may be
        middle = (low + high + 1) // 2
        if sum(max(least, min(size, middle)) for size, least in zip(natural, needed, strict=True)) <= room:
            low = middle
        else:
            high = middle - 1
    widths = [max(least, min(size, low)) for size, least in zip(natural, needed, strict=True)]
    for column, size in enumerate(natural):
        if sum(widths) < room and size > widths[column]:
            widths[column] += 1
    return widths


def _wrapped(text: str, place: Place, width: int) -> list[Place]:
    start, end = place
    return [
        (start + a, start + a + len(text[start + a : start + b].rstrip())) for a, b in wrapped(text[start:end], width)
    ]


def _beside(text: str, row: list[Place], widths: list[int]) -> Iterator[tuple[Run, ...]]:
    parts = [_wrapped(text, place, size) for place, size in zip(row, widths, strict=True)]
    for line in range(max(map(len, parts))):
        runs: list[Run] = []
        for column, (part, size) in enumerate(zip(parts, widths, strict=True)):
            start, end = part[line] if line < len(part) else (part[-1][1], part[-1][1])
            if column:
                runs.append(Run(start, start, BETWEEN))
            runs.append(Run(start, end))
            runs.append(Run(end, end, " " * max(0, size - cell_len(text[start:end]))))
        yield tuple(run for run in runs if run.drawn or run.end > run.start)


def _row_by_row(text: str, table: Table, width: int) -> Iterator[tuple[Run, ...]]:
    """Give each cell a line of its own, after what its column is called."""
    heads = table.rows[0] if table.headed and len(table.rows) > 1 else None
    for number, row in enumerate(table.rows[1:] if heads else table.rows):
        if number:
            yield (Run(row[0][0], row[0][0], "───"),)
        for column, place in enumerate(row):
            if place[0] == place[1]:
                continue
            said: list[Run] = []
            if heads and heads[column][1] > heads[column][0]:
                *above, last = _wrapped(text, heads[column], max(4, width - 2))
                for start, end in above:
                    yield (Run(start, end),)
                said = [Run(*last), Run(last[1], last[1], ": ")]
            used = sum(cell_len(run.drawn or text[run.start : run.end]) for run in said)
            if said and used + min(LONGEST_WORD, cell_len(text[place[0] : place[1]])) > width:
                yield tuple(said)
                used, said = 2, [Run(place[0], place[0], "  ")]
            first, *rest = _after(text, place, used, width)
            yield (*said, Run(*first))
            for start, end in rest:
                yield (Run(start, start, "  "), Run(start, end))


def _after(text: str, place: Place, used: int, width: int) -> list[Place]:
    """Wrap words of which the first line has `used` cells less than there are, and the others two less."""
    first = _wrapped(text, place, max(1, width - used))
    if len(first) == 1:
        return first
    onward = first[1][0]
    return [first[0], *_wrapped(text, (onward, place[1]), max(1, width - 2))]
