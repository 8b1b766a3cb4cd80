"""The calendar of the journal: months with the days on which something was written."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ple.tui.words import Piece, clip, count

MOST = 5000
"""Entries that the calendar looks at, the newest."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, which the cursor can stand on, or one of its weeks, which it passes over."""

    year: int
    month: int
    written: int = 0
    days: tuple[tuple[int, bool], ...] = ()
    """Of a week: each day's number, 0 for one of another month, and whether something was written."""
    week: int = 0

    @property
    def key(self) -> str:
        """What the list calls it."""
        return f"{self.year}-{self.month:02d}" + (f" {self.week}" if self.days else "")


def months(written: Iterable[tuple[int, dt.datetime]]) -> tuple[list[Month], dict[str, int]]:
    """Return the months in which something was written, newest first, with their weeks; and the newest entry of each.

    `written` are the numbers of entries with their times, the newest first.
    """
    days: dict[tuple[int, int], dict[int, int]] = {}
    newest: dict[str, int] = {}
    for id, at in written:
        local = at.astimezone()
        of = days.setdefault((local.year, local.month), {})
        of[local.day] = of.get(local.day, 0) + 1
        newest.setdefault(f"{local.year}-{local.month:02d}", id)
    rows: list[Month] = []
    for (year, month), of in days.items():
        rows.append(Month(year, month, sum(of.values())))
        for number, week in enumerate(calendar.Calendar().monthdayscalendar(year, month), 1):
            rows.append(Month(year, month, days=tuple((day, day in of) for day in week), week=number))
    return rows, newest


def paint_month(row: Month, width: int) -> Sequence[Sequence[Piece]]:
    """A month with how much was written, or a week with the days marked on which it was."""
    if not row.days:
        number = count(row.written)
        name = f" {calendar.month_name[row.month]} {row.year}"
        return [[(clip(name, max(0, width - len(number) - 2)), "heading"), (f" {number} ", "muted")]]
    pieces: list[Piece] = [(" ", "")]
    for day, written in row.days:
        # a sign beside the colour: nothing is said by colour alone
        pieces.append((f"{day:>2}{'•' if written else ' '} " if day else "    ", "mark" if written else "muted"))
    return [pieces]
