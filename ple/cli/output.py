"""The one place that prints: JSON for programs, tables that fit the terminal for people, tabs for pipes.

Whatever is printed loses control characters and escape sequences on the way.
"""

import dataclasses
import datetime as dt
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from ple.cli.words import ago

Moment = dt.datetime | None
Column = tuple[str, Any]  # a title, and the name of an attribute, a function of the value, or `Timed`


@dataclass(frozen=True, slots=True)
class Timed:
    """A column with moments in it: as people say them at a terminal, as dates in a pipe, which programs can sort.

    ``words`` returns the text of a value, and is given what says a moment; at a terminal that is ``said``.
    """

    words: Callable[[Any, Callable[[Moment], str]], str]
    said: Callable[[Moment], str] = ago


def when(of: str | Callable[[Any], Moment], said: Callable[[Moment], str] = ago) -> Timed:
    """Return a column of moments: those of an attribute, or of a function of the value."""
    return Timed(lambda value, say: say(of(value) if callable(of) else getattr(value, of)), said)


def date(moment: Moment) -> str:
    """Return a moment as in JSON, to the second; nothing if there is none."""
    return "" if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def line(text: object) -> str:
    """Return ``text`` as one line that a terminal can be trusted with."""
    from ple.web.text import line as cleaned

    return cleaned("" if text is None else str(text))


def plain_values(value: Any) -> Any:
    """Return ``value`` as JSON has it: times in UTC with ``Z``, sets in order, values as objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return plain_values(value.value)
    if isinstance(value, UUID | Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain_values(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return plain_values(value.model_dump())
    if isinstance(value, Mapping):
        return {str(key): plain_values(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain_values(inner) for inner in value), key=str)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain_values(inner) for inner in value]
    return str(value)


def print_json(value: Any) -> None:
    """Print one JSON document. ASCII escapes keep every control character harmless, whatever the terminal."""
    text = json.dumps(plain_values(value), ensure_ascii=False, indent=2)
    click.echo("".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text))


def print_json_line(value: Any) -> None:
    """Print a JSON document on one line, at once, for a program that listens."""
    click.echo(json.dumps(plain_values(value)))


def print_line(text: str) -> None:
    """Print one line; what it is indented by stays."""
    click.echo(text[: len(text) - len(text.lstrip(" "))] + line(text))


def print_block(text: str) -> None:
    """Print several lines."""
    from ple.web.text import block

    click.echo(block(text))


def print_aside(text: str) -> None:
    """Print one line or several on standard error."""
    from ple.web.text import block

    click.echo(block(text), err=True)


def print_fields(value: Any) -> None:
    """Print the fields of a value that say something, one below the other."""
    fields = plain_values(value)
    if not isinstance(fields, dict):
        print_line(str(fields))
        return
    wide = max((len(name) for name in fields), default=0)
    for name, said in fields.items():
        if said not in (None, "", []):
            shown = ", ".join(map(str, said)) if isinstance(said, list) else said
            click.echo(f"{name.replace('_', ' '):<{wide}}  {line(shown)}")


def print_table(values: Sequence[Any], columns: Sequence[Column]) -> None:
    """Print values as rows: cut to the terminal's width, or whole with tabs between when it is no terminal."""
    terminal = sys.stdout.isatty()
    rows = [[line(_cell(value, column, terminal)) for _, column in columns] for value in values]
    if not terminal:
        for row in rows:
            click.echo("\t".join(row))
        return
    from wcwidth import wcswidth

    titles = [title for title, _ in columns]
    widths = [max(map(_width, column)) for column in zip(titles, *rows, strict=True)]
    room = shutil.get_terminal_size().columns - 2 * (len(columns) - 1)
    while sum(widths) > room:
        widest = widths.index(max(widths))
        if widths[widest] <= 8:
            break
        second = max([w for i, w in enumerate(widths) if i != widest] or [0])
        widths[widest] = max(8, min(widths[widest] - 1, max(second, room - sum(widths) + widths[widest])))
    numbers = [all(c.lstrip("#").isdigit() or not c for c in column) for column in zip(*rows, strict=True)]
    bold = not os.environ.get("NO_COLOR")
    for index, row in enumerate([titles, *rows]):
        cells = []
        for text, width, number in zip(row, widths, numbers, strict=True):
            cut = _cut(text, width)
            pad = " " * (width - max(0, wcswidth(cut)))
            cells.append(pad + cut if number else cut + pad)
        shown = "  ".join(cells).rstrip()
        click.echo(click.style(shown, bold=True) if index == 0 and bold else shown)


def _cell(value: Any, column: "str | Timed | Callable[[Any], object]", terminal: bool) -> object:
    if isinstance(column, Timed):
        return column.words(value, column.said if terminal else date)
    said = column(value) if callable(column) else getattr(value, column)
    if isinstance(said, set | frozenset | tuple | list):
        return " ".join(sorted(map(str, said)))
    return said


def _width(text: str) -> int:
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    from wcwidth import wcwidth

    room = width - 1
    for at, character in enumerate(text):  # to try ever shorter ones would take quadratic time
        room -= max(0, wcwidth(character))
        if room < 0:
            return text[:at].rstrip() + "…"
    return text
