"""What things are called, also those in the trash, whose features do not speak of them any more.

The tables are asked by what they are: each whose rows are resources, by whichever column names them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlmodel import SQLModel

_NAMED_BY = ("own_title", "title", "name", "exact", "text", "url")
"""Columns that say what a thing is called, the best first."""
_AT_ONCE = 500
_LONGEST = 100


def titles(connection: sa.Connection, ids: Collection[int]) -> dict[int, str]:
    """Return what the things of these numbers are called, on one line; whoever has no name is left out."""
    found: dict[int, str] = {}
    for tables in (_imported, _all):  # what all there are takes longer to ask than what is known here already
        if len(found) < len(ids):
            for name, says in tables(connection):
                _look(connection, name, says, [id for id in ids if id not in found], found)
    return found


def _imported(_: sa.Connection) -> Iterator[tuple[str, list[str]]]:
    for name, table in list(SQLModel.metadata.tables.items()):
        number = table.columns.get("id")
        if number is not None and any(key.target_fullname == "resource.id" for key in number.foreign_keys):
            yield name, [column for column in _NAMED_BY if column in table.columns]


def _all(connection: sa.Connection) -> Iterator[tuple[str, list[str]]]:
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        if any(
            key["constrained_columns"] == ["id"] and key["referred_table"] == "resource"
            for key in inspector.get_foreign_keys(name)
        ):
            columns = {column["name"] for column in inspector.get_columns(name)}
            yield name, [column for column in _NAMED_BY if column in columns]


def _look(connection: sa.Connection, name: str, says: list[str], wanted: list[int], found: dict[int, str]) -> None:
    if not says:
        return
    table = sa.table(name, sa.column("id"), *(sa.column(column) for column in says))
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(sa.select(table).where(table.c.id.in_(wanted[start : start + _AT_ONCE])))
        for id, *words in rows:
            if said := next((first for each in words if (first := _first_line(each))), ""):
                found[id] = said


def _first_line(words: str | None) -> str:
    line = next((line for line in (words or "")[:2000].splitlines() if line.strip()), "").strip().lstrip("# ")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
