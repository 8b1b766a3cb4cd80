"""One learner's library: where everything is kept, and the only way to read or change it."""

import os
import sqlite3
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import backups, schema
from ple.library import folder as folders
from ple.library.attachments import Files
from ple.library.engine import open_engine, plain_errors
from ple.library.errors import Damaged, InvalidInput, LibraryError, NothingToUndo, from_database
from ple.library.identity import fold_tag
from ple.library.inspection import Finding, inspect
from ple.library.purge import needed, purge
from ple.library.resource import Marker, Resource, Revision, Tagging
from ple.library.transaction import Reading, Writing
from ple.library.undoing import Undoing


@dataclass(frozen=True, slots=True, order=True)
class TagCount:
    """A tag and how many things have it."""

    tag: str
    count: int


class Library(Undoing):
    """A library: a folder, and a database in it (SQLite) or on a server (``postgresql+psycopg://…``).

    It may be shared by threads; a transaction may not.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        super().__init__()
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'library.sqlite'}"
        self.files = Files(folder / "files")
        self.where = str(folder) if url is None else sa.make_url(url).render_as_string(hide_password=True)
        self._engine = open_engine(self.url)
        self._writer = self._engine.execution_options(ple_writing=True)
        self._durable_writer = self._engine.execution_options(ple_writing=True, ple_durable=True)

    @property
    def on_sqlite(self) -> bool:
        """Whether the library is a file of ours."""
        return self._engine.dialect.name == "sqlite"

    @property
    def path(self) -> Path:
        """Where the database file of a library on SQLite lies."""
        return self.folder / "library.sqlite"

    def open(self) -> "Library":
        """Make the folder and the tables if they are missing, upgrade them if they are old; return the library.

        Raises:
            LibraryError: the folder or the database cannot be opened, or is not a library.
            SchemaTooNew: a newer ple wrote it.
        """
        folders.prepare(self.folder)
        try:
            with plain_errors(self.where):
                schema.prepare(self._writer, self.where, self._back_up_for_upgrade)
        except BaseException:
            self.close()  # nobody gets it, so nobody else would
            raise
        return self

    def open_as_of(self, version: str) -> "Library":
        """Make the tables of an older schema in a new library, to be filled with what was written then; return it.

        :meth:`open` upgrades it afterwards.

        Raises:
            LibraryError: there is no such version.
        """
        if version == schema.HEAD:
            return self.open()
        with plain_errors(self.where):
            schema.upgrade(self._writer, to=version)
        return self

    @contextmanager
    def reading(self) -> Generator[Reading]:
        """Open a transaction for reading: one moment of the library, however long it is looked at."""
        with plain_errors(self.where), Reading(self._engine, expire_on_commit=False) as transaction:
            transaction.files = self.files
            yield transaction

    @contextmanager
    def writing(
        self, label: str | None = None, *, durable: bool | None = None, passing: bool = False
    ) -> Generator[Writing]:
        """Open a transaction for writing: all of it is kept, or, if an error leaves it, none.

        ``label`` says what the learner did, for :meth:`undo`; without one it cannot be taken back. What is ``durable``
        is on the disk at the end, whatever happens to the power then (3 ms, where the other way takes a tenth): what
        has a label is, unless said otherwise, and what came from elsewhere is not, since it can be fetched again.
        What is done in ``passing``, as opening an article reads it, can be taken back like all else, but is no new
        deed: what was taken back before can still be done again.

        Raises:
            LibraryBusy: another process did not finish writing for half a minute.
            DiskFull: there is no room left.
        """
        writer = self._durable_writer if (label is not None if durable is None else durable) else self._writer
        with (
            plain_errors(self.where),
            Writing(writer, expire_on_commit=False, label=label, passing=passing) as transaction,
        ):
            with transaction.begin():
                transaction.files = self.files
                transaction.connection()  # begins at once: what is read from here on nobody else changes
                yield transaction
                self.joins(transaction)
            self.did(transaction.deed)

    def revisions(self, id: int) -> Sequence[Revision]:
        """Return what a resource said before, newest first."""
        with self.reading() as tx:
            return tx.exec(select(Revision).where(Revision.resource_id == id).order_by(col(Revision.id).desc())).all()

    def kind_counts(self) -> dict[str, int]:
        """Return how many things of each kind there are, those in the trash left out."""
        with self.reading() as tx:
            counts: dict[str, int] = {}
            for kind, count in tx.connection().execute(
                sa.select(col(Resource.kind), sa.func.count())
                .where(col(Resource.trashed_at).is_(None))
                .group_by(col(Resource.kind))
                .order_by(col(Resource.kind))
            ):
                counts[kind] = count
            return counts

    def tag_counts(self) -> list[TagCount]:
        """Return every tag in use with how many things, not in the trash, have it, in alphabetical order."""
        with self.reading() as tx:
            rows = tx.connection().execute(
                sa.select(col(Tagging.tag), sa.func.count())
                .join(Resource, col(Resource.id) == col(Tagging.resource_id))
                .where(col(Resource.trashed_at).is_(None))
                .group_by(col(Tagging.tag))
            )
            return sorted(TagCount(tag, count) for tag, count in rows)

    def rename_tag(self, old: str, new: str) -> int:
        """Rename a tag and those below it (``math`` and ``math/topology``); return how many things had one.

        Things that have the new tag already keep it once, so renaming to a tag that is there merges the two.

        Raises:
            InvalidInput: nothing is left of ``new`` when it is written as tags are.
        """
        return self.merge_tags([old], new)

    def merge_tags(self, tags: Iterable[str], into: str) -> int:
        """Make one tag of several, each as by :meth:`rename_tag`, in one step; return how many things had one of them.

        Raises:
            InvalidInput: nothing is left of ``into`` when it is written as tags are.
        """
        names, after = list(dict.fromkeys(map(fold_tag, tags))), fold_tag(into)
        if not after:
            raise InvalidInput(f"“{into}” cannot be a tag", hint="A tag has letters or digits.")
        with self.writing(f"Renamed the tag {', '.join(names)} to {after}") as tx:
            changed: set[int] = set()
            for before in names:
                rows = tx.connection().execute(
                    sa.select(col(Tagging.resource_id), col(Tagging.tag)).where(
                        (col(Tagging.tag) == before) | col(Tagging.tag).startswith(before + "/", autoescape=True)
                    )
                )
                had = [(id, tag) for id, tag in rows if before != after]
                for id, tag in had:  # all old ones first: a new one may be written like an old one of the same thing
                    tx.untag(id, tag)
                for id, tag in had:
                    tx.tag(id, after + tag[len(before) :])
                changed.update(id for id, _ in had)
            if len(names) > 1:
                tx.label = f"Merged the tags {', '.join(names)} into {after}"
            return len(changed)

    def trashed(self) -> Sequence[Resource]:
        """Return what is in the trash, the last thrown away first."""
        with self.reading() as tx:
            return tx.exec(
                select(Resource)
                .where(col(Resource.trashed_at).is_not(None), col(Resource.purged_at).is_(None))
                .order_by(col(Resource.trashed_at).desc(), col(Resource.id).desc())
            ).all()

    def titles(self, ids: Collection[int]) -> dict[int, str]:
        """Return what things are called, also those in the trash; see :mod:`ple.library.titles`."""
        from ple.library.titles import titles

        with self.reading() as tx:
            return titles(tx.connection(), ids)

    def empty_trash(self) -> int:
        """Delete for good what is in the trash, files and history included; return how many things that were.

        A tombstone remains of each, so that indexes and copies hear of it. It cannot be taken back.
        """
        with self.writing() as tx:
            purged, orphans = purge(tx)
        if orphans:
            # after the commit: a file without a row is only untidy, the opposite is a loss. In a turn of our own, since
            # another process may have begun to need one meanwhile
            with self.writing() as tx:
                for sha256 in orphans - needed(tx, orphans):
                    with suppress(OSError, LibraryError):
                        self.files.path(sha256).unlink(missing_ok=True)
        return purged

    def newest_change(self) -> int:
        """Return the number of the newest change: asked once a second, it tells whether anything is new."""
        with self.reading() as tx:
            return tx.connection().execute(sa.select(sa.func.max(Resource.change))).scalar() or 0

    def epoch(self) -> str:
        """Return a mark that changes when the library is put back to an earlier state.

        Numbers of changes run again after that, so whoever keeps a position keeps this mark with it, and starts
        anew when it differs.
        """
        with self.reading() as tx:
            marker = tx.get(Marker, "epoch")
            return marker.value if marker else ""

    def back_up(self, to: Path | None = None) -> Path:
        """Write a consistent copy of the database to ``to`` (a new file) and return its path.

        Files are not in it: they lie under their hashes in ``files/`` and never change.

        Raises:
            LibraryError: the library is on a server, the file exists already, or cannot be written.
        """
        if not self.on_sqlite:
            raise LibraryError(
                "a library on PostgreSQL is backed up by its server", hint="Use `pg_dump`, or `ple library export`."
            )
        with plain_errors(self.where):
            return backups.write(self.path, to or backups.new_name(self.folder), self.where)

    def restore_backup(self, source: Path) -> Path:
        """Put the library back to the backup ``source``; return the backup that was made of what it was before.

        The library need not be open: one that is damaged, or of a newer ple, is put back all the same. A damaged one
        is copied as it is.

        Raises:
            LibraryError: ``source`` is not a backup of a library.
            SchemaTooNew: a newer ple wrote it.
        """
        if not self.on_sqlite:
            raise LibraryError("a library on PostgreSQL is restored by its server", hint="Use `pg_restore`.")
        backups.check(source)
        try:
            before, damaged = self.back_up(), False
        except Damaged:
            self.close()
            before, damaged = backups.set_aside(self.path, self.folder), True
        backups.put_back(self.path, source, before, damaged=damaged)
        self.close()
        self.open()
        self.close()  # the next question opens it again
        return before

    def check(self, *, files: bool = True) -> list[Finding]:
        """Return all that is wrong with the library; nothing when it is sound. See :mod:`ple.library.inspection`."""
        with plain_errors(self.where):
            return inspect(self, files=files)

    def sweep(self) -> int:
        """Delete the files that nothing names any more, and nobody kept for a month; return how many bytes.

        What the trash, an earlier version, a step of undo or a backup in the library's folder names stays.

        Raises:
            LibraryError: a backup cannot be read.
        """
        from ple.library import sweeping

        idle = sweeping.idle(self.files)
        with self.reading() as tx:
            idle = {name: idle[name] for name in idle.keys() - sweeping.named(tx.connection(), set(idle))}
        for name in sweeping.named_by_backups(self.folder / "backups", set(idle)) if idle else ():
            del idle[name]
        if not idle:
            return 0
        freed = 0
        with self.writing() as tx:  # in a turn of our own: nobody begins to need one meanwhile
            still = sweeping.named(tx.connection(), set(idle))
            for name, path in sweeping.idle(self.files).items():
                if name in idle and name not in still:
                    with suppress(OSError):
                        size = path.stat().st_size
                        path.unlink()
                        freed += size
        return freed

    def compact(self) -> int:
        """Give room that is not needed any more back to the disk, in the database and by :meth:`sweep`.

        Return how many bytes.
        """
        swept = self.sweep()
        if not self.on_sqlite:
            return swept
        before = _size(self.path)
        with plain_errors(self.where), self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            connection.rollback()
            try:
                raw.execute("PRAGMA query_only = OFF")
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:  # not wrapped: the driver itself was asked
                raise from_database(str(error), self.where) or error from error
        return swept + max(0, before - _size(self.path))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _back_up_for_upgrade(self, reason: str) -> None:
        if self.on_sqlite:  # a server's library is backed up by its server
            self.back_up(backups.new_name(self.folder, reason))


def _size(path: Path) -> int:
    return sum(os.path.getsize(part) for part in (path, Path(f"{path}-wal")) if part.exists())  # noqa: PTH202


__all__ = ["Library", "NothingToUndo", "Reading", "Writing"]
