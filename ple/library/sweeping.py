"""Sweeping: files that nothing names any more, as those that were replaced, go when they have lain so for a month.

What names a file is not asked of columns that are known to: its hash may stand in any text of any table, such as the
steps of an undo, an earlier version, a plan, a receipt. The whole library is looked through, and its backups.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ple.library.attachments import Files
from ple.library.errors import LibraryError

GRACE = 30 * 86_400
"""Seconds that a file stays after it was last kept: a backup that lies elsewhere may name it."""

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def idle(files: Files, now: float | None = None) -> dict[str, Path]:
    """Return the files, by hash, that nobody kept for :data:`GRACE`, and what a crash left half written."""
    before = (time.time() if now is None else now) - GRACE
    found: dict[str, Path] = {}
    if files.folder.is_dir():
        for path in files.folder.glob("??/*"):
            name = path.parent.name + path.name
            with suppress(OSError):
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime < before:
                    found[name] = path
    return {name: path for name, path in found.items() if _HASH.fullmatch(name) or path.name.startswith(".")}


def named(connection: Connection, among: set[str]) -> set[str]:
    """Return those of ``among`` that stand anywhere in the database."""
    found: set[str] = set()
    for table in sa.inspect(connection).get_table_names():
        quoted = connection.dialect.identifier_preparer.quote(table)
        rows = connection.execution_options(yield_per=500).exec_driver_sql(f"SELECT * FROM {quoted}")
        found |= _hashes(iter(rows)) & among
    return found


def named_by_backups(folder: Path, among: set[str]) -> set[str]:
    """Return those of ``among`` that stand in a backup in ``folder``.

    Raises:
        LibraryError: a backup cannot be read; what it names nobody knows.
    """
    found: set[str] = set()
    for path in sorted(folder.glob("*.sqlite")):
        if "-damaged-" in path.name:  # nothing can be put back to it
            continue
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as backup:
                for (table,) in backup.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    found |= _hashes(backup.execute(f'SELECT * FROM "{table}"')) & among
        except sqlite3.Error as error:
            raise LibraryError(f"the backup {path} cannot be read", hint="Move it away, or delete it.") from error
    return found


def _hashes(rows: Iterator[Any]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        for value in row:
            if isinstance(value, str):
                if len(value) >= 64:
                    found.update(_HASH.findall(value))
            elif isinstance(value, dict | list):  # JSON, as PostgreSQL gives it
                found.update(_HASH.findall(str(value)))
    return found
