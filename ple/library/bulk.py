"""Many rows at once, by the shortest way that a database has.

Core's own way makes a dictionary of each row and looks up each of its values; for what a refresh brings in that costs
more than SQLite itself. What a column does with its values is asked of its type all the same, once for each column.
"""

import datetime as dt
import json
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

CHUNK = 500  # SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535; short ones are also planned faster


def chunks(ids: Iterable[int]) -> Generator[list[int]]:
    """Yield ``ids`` in lists that are short enough for an ``IN``."""
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def insert_many(connection: Connection, table: sa.Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of ``names``; every column without a default must be named."""
    if connection.dialect.name != "sqlite":
        named = [dict(zip(names, row, strict=True)) for row in rows]
        if named:
            connection.execute(sa.insert(table), named)
        return
    writers = [
        (place, write)
        for place, name in enumerate(names)
        if (write := _writer(table.c[name].type, connection.dialect)) is not None
    ]
    kept = []
    for row in rows:
        values = list(row)
        for place, write in writers:
            if (value := values[place]) is not None:
                values[place] = write(value)
        kept.append(tuple(values))
    if kept:
        connection.exec_driver_sql(_statement(table, tuple(names)), kept)


def numbers(connection: Connection, query: sa.Select[Any]) -> list[int]:
    """Return the numbers that a query for one column of them finds, in its order.

    SQLite makes one text of them: a hundred thousand come in a quarter of the time that as many rows take, and without
    holding up other threads meanwhile. It keeps the order of a query within a query for ``group_concat``
    (https://sqlite.org/optoverview.html#flattening, rule 16).
    """
    if connection.dialect.name != "sqlite":
        return list(connection.execute(query).scalars())
    found = query.subquery()
    said = connection.execute(sa.select(sa.func.group_concat(found.c[0]))).scalar()
    numbers: list[int] = json.loads(f"[{said or ''}]")
    return numbers


@lru_cache(maxsize=64)
def _statement(table: sa.Table, names: tuple[str, ...]) -> str:
    columns, places = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'


def _writer(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes of a value, not None, what the driver takes."""
    if isinstance(kind, sa.types.TypeDecorator) and isinstance(kind.impl, sa.DateTime):
        return lru_cache(maxsize=64)(_moment)  # one moment is that of many rows
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
