"""Backups of the database of a library on SQLite: copies that are whole, and the way back to one."""

import os
import secrets
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from ple.library import schema
from ple.library.errors import Damaged, LibraryError, SchemaTooNew, from_database
from ple.library.identity import utc_now


def new_name(folder: Path, reason: str = "") -> Path:
    """Return where the next backup of the library in ``folder`` lies, by the time and by chance."""
    said = f"-{reason}" if reason else ""
    # the end is by chance: what failed may be tried again within the second
    return folder / "backups" / f"library-{utc_now():%Y%m%dT%H%M%SZ}{said}-{secrets.token_hex(2)}.sqlite"


def write(path: Path, target: Path, where: str) -> Path:
    """Write a consistent copy of the database ``path`` to a new file; ``where`` names the library in errors.

    Raises:
        LibraryError: the file exists already, or cannot be written.
        Damaged: the database cannot be read.
    """
    part = target.parent / f".{target.name}.part"
    try:
        if target.exists():
            raise LibraryError(f"{target} is there already", hint="Name a new file.")
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        # made empty first, for its owner alone: there is no moment in which others could read it
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error) and not _readable(path):  # SQLite may blame the new file for it
            raise Damaged(f"the file of the library {where} is damaged") from error
        raise LibraryError(
            f"the backup {target} cannot be written: {error}", hint="Check the folder and the room on the disk."
        ) from error
    return target


def check(source: Path) -> None:
    """See whether ``source`` can take a library's place.

    Raises:
        LibraryError: it is not a backup of a library, or damaged.
        SchemaTooNew: a newer ple wrote it.
    """
    version = ""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as backup:
            sound = backup.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
            sound = sound and backup.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            version = backup.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except (sqlite3.Error, TypeError, OSError):  # no such table; no row in it; a name that no file can have
        sound = False
    if not sound:
        raise LibraryError(f"{source} is not a backup of a library, or is damaged")
    if version > schema.HEAD:  # before anything is put in its place: this ple could not open it afterwards
        raise SchemaTooNew(f"the backup {source} was written by a newer ple (schema {version})")


def put_back(path: Path, source: Path, before: Path, *, damaged: bool) -> None:
    """Put a checked backup in the place of the database ``path``, of which ``before`` holds what was.

    Raises:
        LibraryError: it cannot be done; the database is as it was.
    """
    staged = path.with_name(f".restoring-{secrets.token_hex(4)}")
    try:
        shutil.copyfile(source, staged)
        with closing(sqlite3.connect(staged)) as copy:
            copy.execute("UPDATE marker SET value = ? WHERE name = 'epoch'", (secrets.token_hex(16),))
            copy.commit()
            if not damaged:
                # through SQLite, page by page under its locks: other processes that have it open stay right
                with closing(sqlite3.connect(path, timeout=30)) as ours:
                    copy.backup(ours)
        if damaged:
            for extra in ("-wal", "-shm"):  # first: what they hold belongs to the damaged file
                Path(f"{path}{extra}").unlink(missing_ok=True)
            staged.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(f"the backup could not be restored: {error}", hint=f"{before} holds what was.") from error
    finally:
        for extra in ("", "-wal", "-shm", "-journal"):
            Path(f"{staged}{extra}").unlink(missing_ok=True)


def set_aside(path: Path, folder: Path) -> Path:
    """Copy the file of a damaged database, with what was not yet written into it, as it is; return the copy.

    Raises:
        LibraryError: it cannot be copied.
    """
    aside = new_name(folder, "damaged")
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        for extra in ("", "-wal"):
            if (part := Path(f"{path}{extra}")).exists():
                shutil.copyfile(part, f"{aside}{extra}")
                Path(f"{aside}{extra}").chmod(0o600)
    except OSError as error:
        raise LibraryError(
            f"the damaged file cannot be copied to {aside}: {error}", hint="Check the room on the disk."
        ) from error
    return aside


def _readable(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        return not isinstance(from_database(str(error), path), Damaged)
