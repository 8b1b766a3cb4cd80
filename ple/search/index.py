"""The index: a copy of what the library says, in a SQLite file of its own, made to be asked. It may be deleted.

The position in the change feed lies in the same file and is written in the same transaction as what was indexed, so
the two are lost, copied and restored together. A file that is missing, damaged, of another version or of another
library is made anew without a word. Long text lies in a table of its own, so that filters and dates are quick.
"""

import os
import re
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ple.library import START, Document, LibraryError, Position
from ple.library.engine import keep_journal_ahead
from ple.library.errors import DiskFull, LibraryBusy
from ple.search import lexicon
from ple.search.query import QueryError
from ple.search.statement import WEIGHTS, address_key, microseconds
from ple.search.words import indexed

APPLICATION_ID = 0x706C6573  # "ples"
VERSION = 1
"""Raised whenever an index made by older code would answer otherwise: it is then made anew."""
BUSY_SECONDS = 30.0
WORDED = ("title", "text", "tags", "author")
TOKENIZER = "unicode61 remove_diacritics 2"

# hashsize: how much FTS5 gathers in memory before it writes; a tenth less work than at the usual 1 MB
_SCHEMA = (
    """
CREATE TABLE position (only INTEGER PRIMARY KEY CHECK (only = 1), epoch TEXT NOT NULL, change INTEGER NOT NULL,
    id INTEGER NOT NULL, lexicon_in_step INTEGER NOT NULL);
CREATE TABLE doc (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, occurred INTEGER NOT NULL, year INTEGER NOT NULL,
    language TEXT, container INTEGER, site TEXT);
CREATE INDEX doc_occurred ON doc (occurred);
CREATE INDEX doc_kind ON doc (kind, occurred);
CREATE TABLE doc_text (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, registered INTEGER NOT NULL, title TEXT NOT NULL,
    name TEXT NOT NULL, tags TEXT NOT NULL, author TEXT NOT NULL, url TEXT, url_key TEXT, text TEXT NOT NULL);
CREATE INDEX doc_url_key ON doc_text (url_key) WHERE url_key IS NOT NULL;
CREATE INDEX doc_name ON doc_text (name);
CREATE TABLE doc_tag (tag TEXT NOT NULL, doc_id INTEGER NOT NULL, PRIMARY KEY (tag, doc_id)) WITHOUT ROWID;
CREATE INDEX doc_tag_doc ON doc_tag (doc_id);
CREATE TABLE doc_flag (flag TEXT NOT NULL, doc_id INTEGER NOT NULL, PRIMARY KEY (flag, doc_id)) WITHOUT ROWID;
CREATE INDEX doc_flag_doc ON doc_flag (doc_id);
CREATE TABLE container (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folded TEXT NOT NULL);
"""
    + lexicon.SCHEMA
    + f"""
CREATE VIRTUAL TABLE fts USING fts5(title, text, tags, author, content='doc_text', content_rowid='id',
    tokenize='{TOKENIZER}');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('fts', 'row');
INSERT INTO fts (fts, rank) VALUES ('rank', 'bm25({WEIGHTS})');
INSERT INTO fts (fts, rank) VALUES ('hashsize', 33554432);
INSERT INTO position VALUES (1, '', 0, 0, 1);
"""
)


class IndexUnusable(LibraryError):
    """The index can neither be used nor made anew."""

    hint = "Check the permissions of the folder, or delete it: the index is made anew from the library."


class Damaged(Exception):
    """The file is no index of ours, or no longer."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document and what the library knows of its resource besides."""

    document: Document
    uid: str
    registered: int
    """When the resource was made, in microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of which library's change feed an index has heard."""

    epoch: str = ""
    position: Position = START


class Index:
    """An index file at ``path``. It may be shared by threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[tuple[tuple[int, int], sqlite3.Connection]] = []
        self._lock = threading.Lock()

    @contextmanager
    def asking(self) -> Generator[sqlite3.Connection]:
        """Lend a connection to read with: one moment of the index.

        Raises:
            IndexUnusable: the index cannot be made.
            QueryError: FTS5 refuses a question as too complicated.
        """
        with self._lent("BEGIN") as db:
            yield db

    def mark(self) -> Mark:
        """Return how much the index has heard."""
        with self.asking() as db:
            return mark_of(db)

    def replace(
        self, said: Sequence[Indexed], gone: Iterable[int], before: Mark, after: Mark, *, counting: bool = True
    ) -> bool:
        """Say ``said``, forget ``gone``, and be at ``after``: all of it or nothing; twice is as good as once.

        Return False, having done nothing, if the index is no longer at ``before``: another process was quicker. With
        ``counting`` off the lexicon falls behind; :meth:`renew_lexicon` puts it in step again.
        """
        with self._lent("BEGIN IMMEDIATE") as db:
            if mark_of(db) != before:
                return False
            _replace(db, said, gone, counting=counting)
            db.execute(
                "UPDATE position SET epoch = ?, change = ?, id = ?, lexicon_in_step = lexicon_in_step AND ?",
                (after.epoch, after.position.change, after.position.id, counting),
            )
        return True

    def renamed(self, said: Sequence[Indexed], gone: Sequence[int], *, restored: bool) -> list[int]:
        """Return what is called otherwise than the index has it: with another title, gone, or ``restored``."""
        titles = {one.document.id: indexed(one.document.title) for one in said}
        with self.asking() as db:
            newest = db.execute("SELECT max(id) FROM doc_text").fetchone()[0] or 0
            ids = [*titles, *gone]
            marks = ",".join("?" * len(ids))
            had = dict(db.execute(f"SELECT id, title FROM doc_text WHERE id IN ({marks})", ids))
        return [
            id for id in ids if (had[id] != titles.get(id) if id in had else restored and id in titles and id < newest)
        ]

    def renew_lexicon(self) -> None:
        """Count all words anew if the lexicon has fallen behind."""
        with self.asking() as db:
            if db.execute("SELECT lexicon_in_step FROM position").fetchone()[0]:
                return
        with self._lent("BEGIN IMMEDIATE") as db:
            if not db.execute("SELECT lexicon_in_step FROM position").fetchone()[0]:
                lexicon.renew(db)
                db.execute("UPDATE position SET lexicon_in_step = 1")

    def discard(self) -> None:
        """Delete the index; the next one who asks finds an empty one.

        Raises:
            IndexUnusable: the files cannot be deleted.
        """
        self.close()
        try:
            for name in (self.path, Path(f"{self.path}-wal"), Path(f"{self.path}-shm")):
                name.unlink(missing_ok=True)
        except OSError as error:
            raise IndexUnusable(f"the search index {self.path} cannot be deleted") from error

    def faults(self) -> list[str]:
        """Return what SQLite finds wrong with the file, in its own words; nothing if it is sound."""
        with self._lent("BEGIN IMMEDIATE") as db:
            said = [row[0] for row in db.execute("PRAGMA quick_check") if row[0] != "ok"]
            try:
                db.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
            except sqlite3.DatabaseError as error:
                said.append(f"full text: {error}")
        return said

    def size_bytes(self) -> int:
        """Return how much room the index takes on the disk."""
        return sum(p.stat().st_size for p in (self.path, Path(f"{self.path}-wal")) if p.exists())

    def close(self) -> None:
        """Close the connections that nobody is using."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, db in idle:
            db.close()

    @contextmanager
    def _lent(self, begin: str) -> Generator[sqlite3.Connection]:
        try:
            inode, db = self._borrow()
        except Damaged:
            self.discard()
            inode, db = self._borrow()
        sound = True
        try:
            db.execute(begin)
            yield db
            db.execute("COMMIT")
        except sqlite3.Error as error:
            sound = False
            _refuse(error, self.path)
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        finally:
            if db.in_transaction:
                db.rollback()
            with self._lock:
                keep = sound and len(self._idle) < 4
                if keep:
                    self._idle.append((inode, db))
            if not keep:
                db.close()

    def _borrow(self) -> tuple[tuple[int, int], sqlite3.Connection]:
        """Return a connection to the file that is there now, which may not be the one that was there before."""
        inode = _inode(self.path)
        while True:
            with self._lock:
                if not self._idle:
                    break
                known, db = self._idle.pop()
            if known == inode:
                return known, db
            db.close()
        return self._connect()

    def _connect(self) -> tuple[tuple[int, int], sqlite3.Connection]:
        db = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # one thread at a time has it, but not always the same
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            keep_journal_ahead(db.cursor())
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA cache_size = -65536")
            db.execute("PRAGMA mmap_size = 268435456")
            if not _is_ours(db):
                _create(db)
            lexicon.prepare(db, TOKENIZER)
            return _inode(self.path), db
        except OSError as error:
            raise IndexUnusable(f"the search index {self.path} cannot be made: {error.strerror}") from error
        except sqlite3.Error as error:
            if db is not None:
                db.close()
            _refuse(error, self.path)
            raise
        except Damaged:
            assert db is not None
            db.close()
            raise


def _inode(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _is_ours(db: sqlite3.Connection) -> bool:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) == (APPLICATION_ID, VERSION):
        return True
    if application or version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Damaged
    return False


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:  # another process may have been quicker
        for statement in _SCHEMA.strip().split(";\n"):
            db.execute(statement.rstrip(";\n"))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _refuse(error: sqlite3.Error, path: Path) -> None:
    """Raise what ``error`` means."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = str(error)
    if code == sqlite3.SQLITE_FULL:
        raise DiskFull(f"there is no room left for the search index {path}") from error
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise LibraryBusy(f"another program has been writing to the search index {path} for too long") from error
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such table" in said or "no such column" in said:
        raise Damaged from error
    if "fts5" in said or "too large" in said or "too deep" in said or "too many" in said:
        raise QueryError("this search is too complicated", hint="Use fewer words and brackets.") from error
    raise IndexUnusable(f"the search index {path} cannot be used: {said}") from error


def mark_of(db: sqlite3.Connection) -> Mark:
    """Return how much the index that ``db`` is connected with has heard."""
    epoch, change, id = db.execute("SELECT epoch, change, id FROM position").fetchone()
    return Mark(epoch, Position(change, id))


def _replace(db: sqlite3.Connection, said: Sequence[Indexed], gone: Iterable[int], *, counting: bool) -> None:
    rows = {one.document.id: _row(one) for one in said}
    ids = [*rows, *gone]
    marks = ",".join("?" * len(ids))
    old: dict[int, tuple[Any, ...]] = {
        row[0]: row[1:]
        for row in db.execute(f"SELECT id, title, text, tags, author FROM doc_text WHERE id IN ({marks})", ids)
    }
    # what was read or starred says what it said before: only its flags are written
    reworded = [
        id for id, row in rows.items() if old.get(id) != (row["title"], row["text"], row["tags"], row["author"])
    ]
    left = [(id,) for id in old if id not in rows]
    unsaid = [(id, *old[id]) for id in (*(id for (id,) in left), *reworded) if id in old]
    if unsaid:
        db.executemany(
            "INSERT INTO fts (fts, rowid, title, text, tags, author) VALUES ('delete', ?, ?, ?, ?, ?)", unsaid
        )
    for table, column in (("doc", "id"), ("doc_text", "id"), ("doc_tag", "doc_id"), ("doc_flag", "doc_id")):
        db.executemany(f"DELETE FROM {table} WHERE {column} = ?", left if column == "id" else [(id,) for id in old])
    containers = _containers(db, {one.document.container for one in said if one.document.container})
    db.executemany(
        "INSERT OR REPLACE INTO doc VALUES (:id, :kind, :occurred, :year, :language, :container, :site)",
        ({**row, "container": containers.get(row["container"])} for row in rows.values()),
    )
    db.executemany(
        "INSERT OR REPLACE INTO doc_text VALUES "
        "(:id, :uid, :registered, :title, :name, :tags, :author, :url, :url_key, :text)",
        rows.values(),
    )
    db.executemany(
        "INSERT INTO fts (rowid, title, text, tags, author) VALUES (:id, :title, :text, :tags, :author)",
        (rows[id] for id in reworded),
    )
    documents = [one.document for one in said]
    db.executemany("INSERT OR IGNORE INTO doc_tag VALUES (?, ?)", ((tag, d.id) for d in documents for tag in d.tags))
    db.executemany(
        "INSERT OR IGNORE INTO doc_flag VALUES (?, ?)", ((flag, d.id) for d in documents for flag in d.flags)
    )
    db.executemany(
        "INSERT OR IGNORE INTO language VALUES (?)", {(row["language"],) for row in rows.values() if row["language"]}
    )
    if counting:
        if unsaid:
            lexicon.count(db, ("\n".join(words) for _, *words in unsaid), -1)
        lexicon.count(db, ("\n".join(rows[id][name] for name in WORDED) for id in reworded), 1)


def _containers(db: sqlite3.Connection, names: set[str]) -> dict[str | None, int]:
    db.executemany(
        "INSERT OR IGNORE INTO container (name, folded) VALUES (?, ?)", ((name, name.casefold()) for name in names)
    )
    found: dict[str | None, int] = {}
    for name in names:
        found[name] = db.execute("SELECT id FROM container WHERE name = ?", (name,)).fetchone()[0]
    return found


def _row(one: Indexed) -> dict[str, Any]:
    document = one.document
    url = document.url
    return {
        "id": document.id,
        "uid": one.uid,
        "kind": document.kind,
        "occurred": microseconds(document.occurred_at),
        "registered": one.registered,
        "year": document.occurred_at.year,
        "language": lexicon.language(document.language),
        "container": document.container,
        "site": _site(url),
        "title": indexed(document.title),
        "name": folded_name(document.title),
        "tags": indexed(", ".join(sorted(document.tags))),
        "author": indexed(document.author or ""),
        "url": url,
        "url_key": address_key(url) if url else None,
        "text": indexed(document.text),
    }


def folded_name(title: str) -> str:
    """Return ``title`` as titles are compared: case-folded, one space for many."""
    return " ".join(title.casefold().split())


def _site(url: str | None) -> str | None:
    authority = (url or "").partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
    host = authority.rpartition("@")[2].lower()
    return re.sub(r":\d*$", "", host).removeprefix("www.") or None
