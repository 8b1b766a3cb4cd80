"""What things are called, also those in the trash, whose features do not speak of them any more.

The tables are asked by what they are: each whose rows are resources, by whichever column names them.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

_NAMED_BY = ("own_title", "title", "name", "exact", "text", "url")
"""Columns that say what a thing is called, the best first."""
_AT_ONCE = 500
_LONGEST = 100


def titles(connection: sa.Connection, ids: Collection[int]) -> dict[int, str]:
    """Return what the things of these numbers are called, on one line; whoever has no name is left out."""
    found: dict[int, str] = {}
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        resources = any(
            key["constrained_columns"] == ["id"] and key["referred_table"] == "resource"
            for key in inspector.get_foreign_keys(name)
        )
        columns = {column["name"] for column in inspector.get_columns(name)} if resources else set()
        says = [column for column in _NAMED_BY if column in columns]
        if not says:
            continue
        table = sa.table(name, sa.column("id"), *(sa.column(column) for column in says))
        wanted = [id for id in ids if id not in found]
        for start in range(0, len(wanted), _AT_ONCE):
            rows = connection.execute(sa.select(table).where(table.c.id.in_(wanted[start : start + _AT_ONCE])))
            for id, *words in rows:
                if said := next((first for each in words if (first := _first_line(each))), ""):
                    found[id] = said
    return found


def _first_line(words: str | None) -> str:
    line = next((line for line in (words or "")[:2000].splitlines() if line.strip()), "").strip().lstrip("# ")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
