"""What earlier builds learned: the cards of all that is published, bodies made from Markdown, how files were left.

A SQLite file beside the site, derived from the library and disposable. It follows the change feed, so a build reads
from the library only what changed since the last one; its position lies in the same file as what was made from it.
A library that was put back to an earlier state, another release of ple, or a damaged file: it begins anew.
"""

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import ple
from ple.library import Document, Library, Position, changes_since
from ple.portfolio.models import Artifact, Visibility
from ple.portfolio.work import Card, Whole

Published = Callable[[Iterable[int] | None], Iterator[tuple[Artifact, Document | None]]]
"""What says everything that is shown, or that of it which is or shows one of some resources."""

_VERSION = f"{ple.__version__}/1"
_END = 2**62
_ANEW_BEYOND = 2000
_TABLES = """
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS card (id INTEGER PRIMARY KEY, said TEXT);
CREATE TABLE IF NOT EXISTS whole (id INTEGER PRIMARY KEY, said TEXT);
CREATE TABLE IF NOT EXISTS body (key TEXT PRIMARY KEY, html TEXT, build INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS left (folder TEXT, files TEXT, PRIMARY KEY (folder)) WITHOUT ROWID;
"""


class Memory:
    """The memory of one library's site; a context manager, for one build at a time."""

    def __init__(self, path: Path, library: Library) -> None:
        self._path = path
        self._library = library
        self._fresh: dict[int, Whole] = {}
        self.cards: dict[int, Card] = {}
        self._saw = ""

    def __enter__(self) -> "Memory":
        """Open it; one that cannot be read begins anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.DatabaseError:
            for name in (self._path, self._path.with_name(self._path.name + "-wal")):
                name.unlink(missing_ok=True)
            self._open()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._connection.close()

    def _open(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")  # it can be made again
            self._connection.executescript(_TABLES)
            self._marks = dict(self._connection.execute("SELECT name, value FROM mark"))
            self.build = int(self._marks.get("build", "0")) + 1
        except sqlite3.DatabaseError:
            self._connection.close()
            raise

    def catch_up(self, published: Published) -> None:
        """Learn what changed in the library; afterwards :attr:`cards` are those of all that is shown."""
        epoch = self._library.epoch()
        newest = self._library.newest_change()
        if (self._marks.get("version"), self._marks.get("epoch")) == (_VERSION, epoch):
            known = int(self._marks.get("position", "-1"))
        else:
            known = -1
        changed: set[int] | None = set() if known >= 0 else None
        if changed is not None and newest > known:
            for batch in changes_since(self._library, Position(known, _END), size=1024):
                changed.update(change.id for change in batch)
                if len(changed) > _ANEW_BEYOND:
                    changed = None
                    break
        if changed is not None:
            rows = self._connection.execute("SELECT said FROM card ORDER BY id").fetchall()
            said = json.loads(f"[{','.join(row[0] for row in rows)}]")
            self.cards = {fields[0]: Card(*fields) for fields in said}
        if changed:
            for id in [card.id for card in self.cards.values() if card.id in changed or card.source in changed]:
                del self.cards[id]
        if changed is None or changed:
            self._changed = changed
            for artifact, document in published(changed):
                if artifact.visibility is not Visibility.PRIVATE and document is not None:
                    whole = Whole.of(artifact, document)
                    self._fresh[artifact.id] = whole
                    self.cards[artifact.id] = Card.of(whole)
        self._anew = changed is None
        self._now = {"version": _VERSION, "epoch": epoch, "position": str(newest), "build": str(self.build)}

    def whole(self, id: int) -> Whole:
        """Return all that is said about one of what is shown."""
        fresh = self._fresh.get(id)
        if fresh is not None:
            return fresh
        row = self._connection.execute("SELECT said FROM whole WHERE id = ?", (id,)).fetchone()
        return _whole(json.loads(row[0]))

    def keep(self, new: Iterable[Card]) -> None:
        """Keep what :meth:`catch_up` learned, and ``new`` summaries."""
        cards = {card.id: card for card in new} | {id: self.cards[id] for id in self._fresh}
        told = {name: value for name, value in self._now.items() if name != "build"}
        if not cards and not self._anew and self._marks.items() >= told.items():
            return
        with self._writing():
            if self._anew:
                for table in ("card", "whole"):
                    self._connection.execute(f"DELETE FROM {table}")
                if self._marks.get("version") != _VERSION:
                    self._connection.execute("DELETE FROM body")
            kept = {row[0] for row in self._connection.execute("SELECT id FROM card")}
            gone = [(id,) for id in kept - set(self.cards)]
            self._connection.executemany("DELETE FROM card WHERE id = ?", gone)
            self._connection.executemany("DELETE FROM whole WHERE id = ?", gone)
            said = [(id, json.dumps(astuple(card))) for id, card in cards.items()]
            self._connection.executemany("INSERT OR REPLACE INTO card VALUES (?, ?)", said)
            wholes = [(id, json.dumps(_plain(whole), default=_said)) for id, whole in self._fresh.items()]
            self._connection.executemany("INSERT OR REPLACE INTO whole VALUES (?, ?)", wholes)
            self._connection.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", self._now.items())
        self._marks |= self._now
        self._anew = False

    # what was made from Markdown

    def body(self, key: str) -> str | None:
        """Return what was made under this key."""
        row = self._connection.execute("SELECT html FROM body WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def keep_bodies(self, made: dict[str, str]) -> None:
        """Keep what was made; what was not used in the last builds goes when there is much of it."""
        if made:
            with self._writing():
                rows = [(key, html, self.build) for key, html in made.items()]
                self._connection.executemany("INSERT OR REPLACE INTO body VALUES (?, ?, ?)", rows)
                count = self._connection.execute("SELECT count(*) FROM body").fetchone()[0]
                if count > 4 * len(self.cards) + 100:
                    self._connection.execute("DELETE FROM body WHERE build < ?", (self.build - 20,))

    # how files were left

    def left(self, folder: Path) -> dict[str, list[int]]:
        """Return size and times of each file as a build left it in ``folder``, by the hash of its path."""
        row = self._connection.execute('SELECT files FROM "left" WHERE folder = ?', (str(folder),)).fetchone()
        with suppress(ValueError):
            return json.loads(row[0]) if row else {}
        return {}

    def keep_left(self, folder: Path, files: dict[str, list[int]]) -> None:
        """Keep how the files in ``folder`` were left."""
        with self._writing():
            said = json.dumps(files, separators=(",", ":"))
            self._connection.execute('INSERT OR REPLACE INTO "left" VALUES (?, ?)', (str(folder), said))

    def _writing(self) -> "_Writing":
        return _Writing(self._connection)


class _Writing:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: Any, *_: object) -> None:
        self._connection.execute("ROLLBACK" if kind else "COMMIT")


def _plain(whole: Whole) -> list[Any]:
    artifact = {f.name: getattr(whole.artifact, f.name) for f in fields(Artifact)}
    document = {f.name: getattr(whole.document, f.name) for f in fields(Document) if f.name not in ("text", "markdown")}
    return [artifact, document, whole.text, whole.quote]


def _said(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _whole(said: list[Any]) -> Whole:
    a, d, text, quote = said
    a |= {
        "uid": uuid.UUID(a["uid"]),
        "tags": frozenset(a["tags"]),
        "skills": tuple(a["skills"]),
        "created_at": dt.datetime.fromisoformat(a["created_at"]),
        "made_on": dt.date.fromisoformat(a["made_on"]) if a["made_on"] else None,
        "visibility": Visibility(a["visibility"]),
    }
    d |= {
        "tags": frozenset(d["tags"]),
        "flags": frozenset(d["flags"]),
        "occurred_at": dt.datetime.fromisoformat(d["occurred_at"]),
    }
    return Whole(Artifact(**a), Document(**d, text=""), text, quote)
