"""The folder that everything goes out to, and comes in from.

- ``README.md`` what this is, for whoever finds it in ten years
- ``library.json`` format, version, what is there
- ``readable/`` OPML, HTML, Markdown, JSON-LD: what other programs take in
- ``tables/*.jsonl`` every row, one object a line: nothing is lost
- ``files/ab/cdef…`` the files, by the SHA-256 of their bytes
"""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ple import __version__
from ple.archive import tables
from ple.archive.errors import ArchiveError
from ple.archive.merging import Merged, Merger, Renumber
from ple.archive.place import replacing
from ple.library import Library, LibraryError, schema, utc_now

FORMAT = "ple-archive"
VERSION = 1
_BATCH = 1000

README = """# Everything that was in a learner's library

Written by ple {version} on {day}. It is yours: plain files that need no program of ours.

- `readable/` is for people and other programs: the feeds as OPML, the bookmarks as HTML and JSON, highlights as
  W3C Web Annotations, the journal as Markdown, the record of learning as xAPI statements.
- `tables/` is the whole library, one JSON object a line; `files/` are the files that belong to it, each under the
  SHA-256 of its bytes. `ple library import` takes these in again, into an empty library or one that has things already.
- Passwords, tokens and keys are not here.
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What went out."""

    folder: Path
    things: dict[str, int]
    """How many of each kind, those in the trash too."""
    rows: int
    files: int
    bytes: int
    missing: list[str] = field(default_factory=list)
    """Files that should be in the library and are not, by hash."""


class _OnlyALook(Exception):
    """No error: it ends the transaction of a plan, of which nothing is to be kept."""


class Archive:
    """Everything out and in again.

    ``readable`` writes what other programs read, each to a path under the folder ``readable``. ``renumber`` names
    the columns (``table.column``) that hold text which mentions things by number, and what exchanges the numbers.
    """

    def __init__(
        self,
        library: Library,
        readable: Mapping[str, Callable[[Path], object]] | None = None,
        renumber: Mapping[str, Renumber] | None = None,
    ) -> None:
        self._library = library
        self._readable = readable or {}
        self._renumber = renumber or {}

    def export(self, folder: Path) -> Exported:
        """Write everything to ``folder``, which is new, empty, or an older archive that is replaced when all is there.

        Raises:
            ArchiveError: the folder holds something else, or cannot be written.
        """
        folder = folder.absolute()
        library = self._library.folder.absolute()
        if folder == library or folder in library.parents or (library in folder.parents and folder.exists()):
            raise ArchiveError(f"{folder} is where the library itself lies", hint="Name another folder.")
        if folder.exists() and not _replaceable(folder):
            raise ArchiveError(f"{folder} holds something else", hint="Name a new or an empty folder.")
        with replacing(folder) as part:
            return self._write(part, folder)

    def bring_in(self, folder: Path, *, plan: bool = False) -> Merged:
        """Take an archive in, all of it or nothing. What is here already stays as it is; with ``plan`` nothing is kept.

        A thing is here already if it has the same uid, or is known by the same address as one that is.

        Raises:
            ArchiveError: the folder is no archive, or a damaged one.
            SchemaTooNew: a newer ple wrote it.
        """
        about = _about(folder)
        with tempfile.TemporaryDirectory(prefix="ple-archive-") as room:
            theirs = self._unpack(folder, about, Path(room))
            try:
                return self._merge(theirs, folder / "files", plan)
            finally:
                theirs.close()

    def _write(self, part: Path, name: Path) -> Exported:
        (part / "readable").mkdir()
        for path, write in self._readable.items():
            write(part / "readable" / path)
        (part / "tables").mkdir()
        rows = {}
        with self._library.reading() as tx:
            connection = tx.connection()
            for table in tables.tables():
                rows[table.name] = tables.write(connection, table, part / "tables" / f"{table.name}.jsonl")
            query = sa.text("SELECT kind, count(*) FROM resource WHERE purged_at IS NULL GROUP BY kind ORDER BY kind")
            things = {str(row.kind): int(row[1]) for row in connection.execute(query)}
            hashes = set(connection.execute(sa.text("SELECT DISTINCT sha256 FROM attachment")).scalars())
        missing = [sha256 for sha256 in sorted(hashes) if not self._copy_out(sha256, part / "files")]
        now = utc_now()
        about = {
            "format": FORMAT,
            "version": VERSION,
            "schema": schema.HEAD,
            "written_by": f"ple {__version__}",
            "written_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "things": things,
            "rows": rows,
            "files": len(hashes) - len(missing),
        }
        (part / "README.md").write_text(README.format(version=__version__, day=f"{now:%Y-%m-%d}"), encoding="utf-8")
        (part / "library.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
        return Exported(name, things, sum(rows.values()), len(hashes) - len(missing), size, missing)

    def _copy_out(self, sha256: str, to: Path) -> bool:
        try:
            source = self._library.files.path(sha256)
            target = to / source.parent.name / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except (FileNotFoundError, LibraryError):
            return False
        return True

    def _unpack(self, folder: Path, about: dict[str, Any], room: Path) -> Library:
        """Return a library of its own with what the archive holds, of our version."""
        theirs = Library(room)
        try:
            theirs.open_as_of(about["schema"])
            with theirs.writing() as tx:
                connection = tx.connection()
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                there = set(sa.inspect(connection).get_table_names())
                for table in (table for table in tables.tables() if table.name in there):
                    file = folder / "tables" / f"{table.name}.jsonl"
                    if file.exists():
                        _fill(connection, _as_it_was(connection, table), table, file)
            return theirs.open()
        except BaseException as error:
            theirs.close()
            if isinstance(error, sa.exc.StatementError | OverflowError | UnicodeEncodeError):
                raise ArchiveError(f"the archive {folder} is damaged: its rows do not fit together") from error
            if isinstance(error, OSError | UnicodeDecodeError):
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                raise ArchiveError(f"the archive {folder} cannot be read: {reason}") from error
            raise

    def _merge(self, theirs: Library, files: Path, plan: bool) -> Merged:
        lost: list[str] = []
        with theirs.reading() as source:
            named = set(source.connection().execute(sa.text("SELECT DISTINCT sha256 FROM attachment")).scalars())
        here: set[str] = set()
        for sha256, data in _files(files, named, lost):
            here.add(sha256)
            if not plan:
                self._library.files.keep(data)

        def has(sha256: str) -> bool:
            try:
                if self._library.files.path(sha256).exists() or (plan and sha256 in here):
                    return True
            except LibraryError:
                return False
            # another ple may have swept it since it was kept: from here on nobody else writes
            return any(self._library.files.keep(data) for _, data in _files(files, {sha256} & here, []))

        merged: Merged | None = None
        try:
            with theirs.reading() as source, self._library.writing("Brought in an archive") as tx:
                merged = Merger(source, tx, self._renumber, has).merge()
                merged.problems.extend(lost)
                if plan:
                    raise _OnlyALook
        except _OnlyALook:
            pass
        assert merged is not None
        return merged


def _replaceable(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    if not any(folder.iterdir()):
        return True
    try:
        _about(folder)
    except ArchiveError:
        return False
    return {path.name for path in folder.iterdir()} <= {"README.md", "library.json", "readable", "tables", "files"}


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / "library.json").read_text("utf-8"))
        fits = about["format"] == FORMAT and about["schema"].isdecimal() and isinstance(about["version"], int)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"{folder} is no archive of a library") from error
    if not fits:
        raise ArchiveError(f"{folder} is no archive of a library")
    if about["version"] > VERSION or about["schema"] > schema.HEAD:
        raise ArchiveError(f"{folder} was written by a newer ple", hint="Install the newest ple, then import again.")
    if not any((schema.MIGRATIONS / "versions").glob(f"{about['schema']}_*.py")):
        raise ArchiveError(f"{folder} is of a version that never was")
    return dict(about)


def _as_it_was(connection: sa.Connection, table: sa.Table) -> sa.Table:
    """Return the table with the columns that it has in an older library, and our types."""
    there = sa.inspect(connection).get_columns(table.name)
    types = {column.name: column.type for column in table.columns}
    wanted = [sa.Column(one["name"], types.get(one["name"], one["type"])) for one in there]
    return sa.Table(table.name, sa.MetaData(), *wanted)


def _fill(connection: sa.Connection, there: sa.Table, table: sa.Table, file: Path) -> None:
    rows: list[dict[str, Any]] = []
    names = {column.name for column in there.columns}
    for row in tables.read(table, file):
        known = {name: value for name, value in row.items() if name in names}
        if tables.COUNTED_HERE in names:
            known[tables.COUNTED_HERE] = 1
        if tables.LOOKED_AT in names:
            known[tables.LOOKED_AT] = 0
        rows.append(known)
        if len(rows) == _BATCH:
            connection.execute(sa.insert(there), rows)
            rows = []
    if rows:
        connection.execute(sa.insert(there), rows)


def _files(folder: Path, named: Collection[str], lost: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield those of the ``named`` files that an archive has; of one that is not what its name says, tell ``lost``."""
    for sha256 in sorted(named):
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            continue
        try:
            data = (folder / sha256[:2] / sha256[2:]).read_bytes()
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == sha256:
            yield sha256, data
        else:
            lost.append(f"the file {sha256[:12]}… in the archive is damaged")


__all__ = ["FORMAT", "VERSION", "Archive", "Exported"]
