"""What was said before: the steps of a change, backwards.

A labelled transaction notes for each thing it does the step that leads back; :mod:`ple.library.undoing` follows these
steps, last one first, as a *new* change: history is never rewritten, and whoever follows the change feed hears of it.
A step restores only the columns that the change had set, so what came later to other columns stays.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from ple.library.resource import Body
from ple.library.tables import every


def bodies() -> dict[str, sa.Table]:
    """Return the table of each kind."""
    every()
    found: dict[str, sa.Table] = {}
    waiting: list[type[SQLModel]] = [Body]
    while waiting:
        row = waiting.pop()
        waiting += row.__subclasses__()
        kind = getattr(row, "__kind__", "")
        if kind and hasattr(row, "__table__"):
            found[kind] = row.__table__
    return found


def stored_value(value: Any) -> Any:
    """Return ``value`` as JSON can hold it; what JSON has no word for says what it was."""
    match value:
        case Enum():
            return stored_value(value.value)
        case dt.datetime():
            return {"a": "time", "is": value.astimezone(dt.UTC).isoformat()}
        case dt.date():
            return {"a": "day", "is": value.isoformat()}
        case uuid.UUID():
            return {"a": "uid", "is": value.hex}
        case bytes():
            return {"a": "bytes", "is": value.hex()}
        case dict() | list():
            return {"a": "json", "is": value}
    return value


def read_value(stored: Any) -> Any:
    """Return the value that :func:`stored_value` was given."""
    match stored:
        case {"a": "time", "is": said}:
            return dt.datetime.fromisoformat(said)
        case {"a": "day", "is": said}:
            return dt.date.fromisoformat(said)
        case {"a": "uid", "is": said}:
            return uuid.UUID(said)
        case {"a": "bytes", "is": said}:
            return bytes.fromhex(said)
        case {"a": "json", "is": said}:
            return said
    return stored


PASSING: list[Any] = ["passing"]
"""The first step of what was done in passing, as opening an article reads it: it leads nowhere."""


class Steps:
    """The way back from a transaction; empty and free of cost when it is not ``wanted``."""

    def __init__(self, *, wanted: bool, passing: bool = False) -> None:
        self.wanted = wanted
        self._passing = passing
        self._steps: list[list[Any]] = []
        self._rows: dict[tuple[str, str], list[Any]] = {}
        self._noted: dict[str, dict[str, set[int]]] = {}  # of each table and column, the rows whose first words we have
        self._made: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._steps)

    def made(self, ids: Iterable[int]) -> None:
        """Note that these are new: whatever else happens to them goes with them."""
        new = list(ids)
        self._made.update(new)
        self.trash(new)

    def trash(self, ids: Iterable[int]) -> None:
        """Note that these were taken out of the trash."""
        self._add("trash", list(ids))

    def restore(self, ids: Iterable[int]) -> None:
        """Note that these were put in the trash."""
        self._add("restore", list(ids))

    def tag(self, id: int, tag: str) -> None:
        """Note that a tag was taken off."""
        self._add("tag", id, tag)

    def untag(self, id: int, tag: str) -> None:
        """Note that a tag was added."""
        if id not in self._made:
            self._add("untag", id, tag)

    def link(self, source: int, target: int, relation: str) -> None:
        """Note that a link was cut."""
        self._add("link", source, target, relation)

    def unlink(self, source: int, target: int, relation: str) -> None:
        """Note that a link was made."""
        if source not in self._made:
            self._add("unlink", source, target, relation)

    def row(self, table: sa.Table, id: int, old: dict[str, Any]) -> bool:
        """Note what columns of a row said at first; rows that said the same are kept as one step."""
        if self.wanted and id not in self._made:
            noted = self._noted.setdefault(table.name, {})
            values = {
                name: stored_value(value)
                for name, value in old.items()
                if name != "id" and id not in noted.setdefault(name, set())
            }
            if not values:
                return True
            for name in values:
                noted[name].add(id)
            key = (table.name, repr(sorted(values.items())))
            if key in self._rows:
                self._rows[key].append(id)
            else:
                self._rows[key] = [id]
                self._steps.append(["row", table.name, values, self._rows[key]])
        return True

    def after(self, earlier: list[list[Any]]) -> None:
        """Put the steps of an earlier change, as :meth:`as_json` had them, before these."""
        self._steps[:0] = earlier[::-1]

    def as_json(self) -> list[list[Any]]:
        """Return the steps in the order in which they are to be followed."""
        return [*([PASSING] if self._passing else []), *self._steps[::-1]]

    def _add(self, *step: Any) -> None:
        if self.wanted and step[-1] != []:
            self._steps.append(list(step))
