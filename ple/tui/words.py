"""How screens say things in few cells: times, numbers and titles that fit a column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""A text without markup and the name of a style of the widget that shows it; "" is the widget's own."""


def clip(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: padded with blanks, or cut with an ellipsis."""
    if width <= 0:
        return ""
    text = text[: width * 2]  # a title of 50 kB is nobody's, and measuring it at each step is felt
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Return `text` at the right end of `width` cells, cut where it does not fit."""
    room = width - cell_len(text)
    return " " * room + text if room >= 0 else clip(text, width)


def short(when: dt.datetime | None, now: dt.datetime) -> str:
    """Say in at most six cells when something was, in the learner's zone: `14:05`, `21 Nov` or `2019`."""
    if when is None:
        return ""
    local, here = when.astimezone(), _local(now)
    if local.date() == here.date():
        return f"{local.hour:02}:{local.minute:02}"
    if local.year == here.year or 0 <= (here - local).days < 300:
        return f"{local.day} {_month(local.month)}"
    return f"{local.year}"


@lru_cache(maxsize=12)
def _month(number: int) -> str:
    return f"{dt.date(2000, number, 1):%b}"


@lru_cache(maxsize=8)
def _local(now: dt.datetime) -> dt.datetime:
    """Return a moment in the learner's zone: the same for all lines of a list."""
    return now.astimezone()


def due(when: dt.datetime | None, now: dt.datetime) -> str:
    """Say when something has to be done: `today 18:00`, `tomorrow 09:00`, `Fri 12:00`, `3 Dec`, `2 days late`."""
    if when is None:
        return "no date"
    local, here = when.astimezone(), now.astimezone()
    days = (local.date() - here.date()).days
    if local < here:
        return f"{plural(-days, 'day')} late" if days < 0 else f"late {local:%H:%M}"
    if days == 0:
        return f"today {local:%H:%M}"
    if days == 1:
        return f"tomorrow {local:%H:%M}"
    return f"{local:%a %H:%M}" if days < 7 else f"{local.day} {local:%b}"


def day(when: dt.datetime) -> str:
    """Say a day in full: `Sunday 22 November 2026`."""
    local = when.astimezone()
    return f"{local:%A} {local.day} {local:%B %Y}"


def moment(when: dt.datetime | None) -> str:
    """Say a moment in full: `22 Nov 2026, 14:05`; midnight UTC is a date that nobody gave an hour."""
    if when is None:
        return ""
    if when.timestamp() % 86400 == 0:
        return f"{when.astimezone(dt.UTC).day} {when.astimezone(dt.UTC):%b %Y}"
    return f"{when.astimezone().day} {when.astimezone():%b %Y, %H:%M}"


def count(number: int) -> str:
    """Return a number that eyes can read: `100 000`."""
    return f"{number:,}".replace(",", " ")


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `1 entry`, `2 entries`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def joined(*parts: str) -> str:
    """Join the parts that say something with middle dots, each once: many a feed is its own author."""
    return " · ".join(dict.fromkeys(part for part in parts if part))


def columns(parts: Sequence[tuple[str, int, str]]) -> list[Piece]:
    """Return (text, width, style) columns as pieces with one blank between them; columns of width 0 are left out."""
    pieces: list[Piece] = []
    for text, width, style in parts:
        if width > 0:
            pieces.append((clip(text, width) + " ", style))
    return pieces
