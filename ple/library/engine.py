"""How we speak to SQLite and PostgreSQL so that both keep one promise: one writer at a time.

The driver's own transactions are not enough. Left alone, ``sqlite3`` begins a transaction at the first *write*, so a
value that is read, changed and written back can lose another writer's change without an error. We therefore begin
every transaction ourselves: a reading one DEFERRED, a writing one IMMEDIATE, which waits for its turn *before* it
reads.
"""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from ple.library.errors import LibraryError, from_database

WRITER_LOCK = 0x706C65  # "ple"; any constant will do, so long as all our processes use the same
BUSY_SECONDS = 30.0


class SQLite(SQLiteDialect_pysqlite):
    """SQLite as SQLAlchemy speaks it, one for all libraries: a statement compiled for one need not be for the next.

    To compile a statement takes longer than to execute it. SQLAlchemy keeps what it compiled by statement and dialect,
    and has a dialect for each engine; ours are all the same, so they are equal.
    """

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        """Say whether what is compiled for this one will do for the other."""
        return type(other) is type(self)

    def __hash__(self) -> int:
        """Return the hash that all have."""
        return hash(type(self))


registry.register("sqlite.ple", __name__, SQLite.__name__)
compiled_sqlite: LRUCache[Any, Any] = LRUCache(500)


def open_engine(url: str) -> Engine:
    """Return an engine for ``url`` whose writing transactions come one after another.

    Statement parameters are hidden in errors and logs: they are a learner's own words.
    """
    # The connection that was used last is used next: each keeps pages of its own, and others are needed only at once.
    options: dict[str, Any] = {"hide_parameters": True, "pool_use_lifo": True}
    address = make_url(url)
    if url.startswith("sqlite"):
        address = address.set(drivername="sqlite+ple")
        options["connect_args"] = {"timeout": BUSY_SECONDS}
        options["execution_options"] = {"compiled_cache": compiled_sqlite}
    else:
        options["connect_args"] = {"connect_timeout": 10}
        options["pool_pre_ping"] = True  # a server may have been restarted while the screens were open
    try:
        engine = create_engine(address, **options)
    except ModuleNotFoundError as error:
        raise LibraryError(
            f"a library on a server needs {error.name}, which is not installed",
            hint="Install it: `pip install 'ple[postgresql]'`.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if address.database:
            _SameFile(engine, Path(address.database).absolute())
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    keep_journal_ahead(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


class _SameFile:
    """Lets nobody read or write a file that is not the library any more: what is kept there goes when we end.

    The library may be deleted, moved or put back by another program while it is open here. Where a file lies in its
    place, that is opened; none is made.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._path = path
        self._open = False
        event.listen(engine, "do_connect", self._before)
        event.listen(engine, "connect", self._after)
        event.listen(engine, "checkout", self._again)
        event.listen(engine, "engine_disposed", self._closed)

    def _now(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return stat.st_dev, stat.st_ino

    def _before(self, *_: object) -> None:
        if self._open and self._now() is None:
            raise LibraryError(
                f"the library was moved or deleted while it was open: {self._path.parent}",
                hint="Put it back where it was, or end ple and open the one that you want.",
            )

    def _after(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info["file"] = self._now()
        self._open = True

    def _again(self, _connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
        if self._now() != entry.info["file"]:
            raise DisconnectionError

    def _closed(self, _engine: Engine) -> None:
        self._open = False


def keep_journal_ahead(cursor: sqlite3.Cursor) -> None:
    """Put a database into WAL mode, waiting for whoever does that at the same moment.

    Changing the mode needs the file alone, and SQLite says "locked" at once when two want that: its own waiting
    (``timeout``) would be a deadlock there, so that is not used (https://sqlite.org/c3ref/busy_handler.html).

    Raises:
        sqlite3.OperationalError: the file is locked by others for half a minute, or cannot be written.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("ple_writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    if writing:  # a transaction outlives a killed process in any case; a power cut only once it is on the disk
        level = "FULL" if connection.get_execution_options().get("ple_durable", False) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("ple_writing", False):
        # without it, the later of two numbers may be seen first and a follower misses the earlier for ever
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@contextmanager
def plain_errors(where: str | Path) -> Generator[None]:
    """Turn what a database says in its own words into our errors; ``where`` names the library in them."""
    try:
        yield
    except DBAPIError as error:
        if (ours := from_database(str(error.orig), where)) is not None:
            raise ours from error
        if error.connection_invalidated or "connection" in str(error.orig).casefold():
            raise LibraryError(
                f"the database server of the library {where} does not answer",
                hint="Check that it runs, and the address in PLE_LIBRARY.",
            ) from error
        raise
