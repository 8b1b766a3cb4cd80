"""Asking the library in SQL, without its tables: they take longer to import than a site of hundreds of pages to build.

The words are such that SQLite and PostgreSQL understand the same. See :mod:`ple.library.file`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from ple.library.file import LibraryFile
    from ple.library.file import Statements as OfFile
    from ple.library.textual import Statements as OfTables
    from ple.library.textual import Textual

Transactions = Union["LibraryFile", "Textual"]
"""Who opens transactions for SQL: the file of a library, or a library whose tables are there anyway."""
Statements = Union["OfFile", "OfTables"]
_SOME = 500


def listed(ids: Iterable[int]) -> Iterator[str]:
    """Yield numbers as SQL lists them, some at once."""
    wanted = [str(int(id)) for id in ids]
    for start in range(0, len(wanted), _SOME):
        yield ", ".join(wanted[start : start + _SOME])


def moment(raw: object) -> dt.datetime:
    """Return a time as a database gives it, in UTC."""
    when = raw if isinstance(raw, dt.datetime) else dt.datetime.fromisoformat(str(raw))
    return when.replace(tzinfo=dt.UTC) if when.tzinfo is None else when.astimezone(dt.UTC)


def epoch(statements: Statements) -> str:
    """Return the mark that changes when the library is put back to an earlier state."""
    return next((value for (value,) in statements.rows("SELECT value FROM marker WHERE name = 'epoch'")), "")


def newest_change(statements: Statements) -> int:
    """Return the number of the newest change."""
    return statements.rows("SELECT max(change) FROM resource")[0][0] or 0


def changed_since(statements: Statements, change: int, most: int) -> list[int]:
    """Return what changed after ``change``, up to so many."""
    query = "SELECT id FROM resource WHERE change > :change ORDER BY change, id LIMIT :most"
    return [id for (id,) in statements.rows(query, {"change": change, "most": most})]
