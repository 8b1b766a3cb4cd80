"""The file of a library on SQLite, asked without the tables.

Most refreshes find nothing new, and SQLAlchemy with the models of all features takes longer to import than a thousand
feeds take to ask.

Only for what no other part of the library hears of: reading, and columns that are neither undone nor followed by
anybody. What makes, touches, tags or trashes a resource is done through :class:`ple.library.Library`. The same
discipline holds: one writer at a time in all processes, who waits for its turn before it reads.
"""

import datetime as dt
import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ple.library.errors import from_database
from ple.library.version import APPLICATION_ID, HEAD

BUSY_SECONDS = 30.0
Row = tuple[Any, ...]


def _moment(said: bytes) -> dt.datetime:
    return dt.datetime.fromisoformat(said.decode()).replace(tzinfo=dt.UTC)


def _said(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


sqlite3.register_converter("DATETIME", _moment)  # for connections that ask for it: ours below


class Statements:
    """SQL in a transaction, with ``:names`` for values. Times go in and come out aware, in UTC."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Return what a query finds."""
        return self._connection.execute(sql, plain(values or {})).fetchall()

    def run(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement for each of ``values``."""
        self._connection.executemany(sql, [plain(each) for each in values])


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as SQLite keeps them."""
    return {name: _said(value) if isinstance(value, dt.datetime) else value for name, value in values.items()}


class LibraryFile:
    """The database file of a library. May be shared by threads: their transactions come one after another."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "library.sqlite"
        self._where = str(folder)
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def current(self) -> bool:
        """Say whether it is there, ours, and of this version; if not, :class:`ple.library.Library` knows what to do."""
        if not self._path.exists():
            return False
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
                ours = connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
                return ours and connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        except sqlite3.Error:
            return False

    @contextmanager
    def reading(self) -> Generator[Statements]:
        """Open a transaction for reading: one moment of the library."""
        with self._transaction(writing=False) as statements:
            yield statements

    @contextmanager
    def writing(self) -> Generator[Statements]:
        """Open a transaction for writing: all of it is kept, or, if an error leaves it, none.

        Raises:
            LibraryError: somebody else writes for too long, or there is no room left.

        """
        with self._transaction(writing=True) as statements:
            yield statements

    def close(self) -> None:
        """Close the connection; a later transaction opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, *, writing: bool) -> Generator[Statements]:
        try:
            with self._turn:
                connection = self._connected()
                connection.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
                connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")
                try:
                    yield Statements(connection)
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        except sqlite3.Error as error:
            ours = from_database(str(error), self._where)
            if ours is None:
                raise
            raise ours from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            # as ple.library.engine prepares its own
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                detect_types=sqlite3.PARSE_DECLTYPES,
                check_same_thread=False,
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._connection = connection
        return self._connection
