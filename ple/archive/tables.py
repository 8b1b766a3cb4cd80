"""The rows of the library as lines of JSON, and back: one file a table, one object a line.

Values are what other programs expect: times in ISO 8601 with ``Z``, dates, uids with their dashes, JSON as JSON.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ple.archive.errors import ArchiveError
from ple.library.tables import every

STAY_BEHIND = {
    "deed": "how to take changes back: it names rows as they lie in this library",
    "marker": "facts about this copy of the library",
    "lms_kept": "files of plans that nobody has confirmed",
    "lms_sender": "which process is sending at the moment",
    "lms_outbox": "what waits to be handed in waits on one computer, or it might be sent from two",
    "xapi_outbox": "the same for statements",
}
"""Tables that an archive leaves out, and why."""

COUNTED_HERE = "change"
"""The column that counts transactions of one library; in another it means nothing."""

LOOKED_AT = "seen_change"
"""The column that says up to which of them something was looked at; in another library, up to none."""


def tables() -> list[sa.Table]:
    """Return the tables that go out, those that others point at first."""
    return [table for table in every().sorted_tables if table.name not in STAY_BEHIND]


def columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns that go out."""
    return [column for column in table.columns if column.name not in (COUNTED_HERE, LOOKED_AT)]


def write(connection: sa.Connection, table: sa.Table, to: Path) -> int:
    """Write the rows of ``table``, in the order of their keys, to the file ``to``; return how many there are."""
    wanted = columns(table)
    names = [column.name for column in wanted]
    count = 0
    query = sa.select(*wanted).order_by(*table.primary_key)
    rows = connection.execute(query, execution_options={"yield_per": 1000})
    with to.open("w", encoding="utf-8", newline="\n") as file:
        for count, row in enumerate(rows, 1):  # noqa: B007 - counted on purpose
            said = {name: _plain(value) for name, value in zip(names, row, strict=True) if value is not None}
            file.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")
    return count


def read(table: sa.Table, file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows in ``file`` as ``table`` holds them; columns that it does not know are left out.

    Raises:
        ArchiveError: a line is no row of that table.
    """
    kinds = {column.name: _python_type(column) for column in columns(table)}
    missing = dict.fromkeys(kinds)
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
                row = {name: _value(kinds[name], value) for name, value in said.items() if name in kinds}
            except (ValueError, TypeError, AttributeError, RecursionError) as error:
                raise ArchiveError(f"line {number} of {file.name} in the archive is damaged") from error
            yield {**missing, **row}


def _python_type(column: sa.Column[Any]) -> type:
    kind = column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type
    try:
        return kind.python_type
    except NotImplementedError:
        return object


def _plain(value: Any) -> Any:
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date() | dt.time():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case _:
            return value


def _value(kind: type, value: Any) -> Any:
    if value is None:
        return None
    if kind is dt.datetime:
        when = dt.datetime.fromisoformat(value)
        if when.tzinfo is None:
            raise ValueError("a time without its zone")
        return when
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if kind is uuid.UUID:
        return uuid.UUID(value)
    if kind in (int, float, bool, str) and not isinstance(value, kind if kind is not float else (int, float)):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL holds none
    return value
