"""What earlier builds learned: the cards of all that is published, code that was coloured, how files were left.

A SQLite file beside the site, derived from the library and disposable. It follows the change feed, so a build reads
from the library only what changed since the last one; its position lies in the same file as what was made from it.
A library that was put back to an earlier state, another release of ple, or a damaged file: it begins anew.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import ple
from ple.library import Document, PleError
from ple.portfolio.asking import Transactions, changed_since, epoch, newest_change
from ple.portfolio.notation import encoder
from ple.portfolio.values import Artifact, Visibility
from ple.portfolio.work import Card, Whole

Published = Callable[[Iterable[int] | None], Iterator[tuple[Artifact, Document | None]]]
"""What says everything that is shown, or that of it which is or shows one of some resources."""

_VERSION = f"{ple.__version__}/5"
_ANEW_BEYOND = 2000
_AHEAD = 8
_TABLES = """
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS card (id INTEGER PRIMARY KEY, said TEXT);
CREATE TABLE IF NOT EXISTS code (key TEXT PRIMARY KEY, html TEXT, build INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS left (folder TEXT, files TEXT, PRIMARY KEY (folder)) WITHOUT ROWID;
DROP TABLE IF EXISTS whole;
DROP TABLE IF EXISTS body;
"""
_CARD = tuple(field.name for field in fields(Card))
_FIELDS = attrgetter(*_CARD)


class Moved(PleError):
    """The library said something else while a page was made of it than when the build began."""

    hint = "Build again."


class Memory:
    """The memory of one library's site; a context manager, for one build at a time."""

    def __init__(self, path: Path, library: Transactions) -> None:
        self._path = path
        self._library = library
        self._wholes: dict[int, Whole] = {}
        self._new: list[int] = []
        self._ahead = _AHEAD
        self._has_code: bool | None = None
        self.cards: dict[int, Card] = {}

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
        self._published = published
        with self._library.reading() as statements:
            mark, newest = epoch(statements), newest_change(statements)
            known = -1
            if (self._marks.get("version"), self._marks.get("epoch")) == (_VERSION, mark):
                known = int(self._marks.get("position", "-1"))
            changed: set[int] | None = None
            if known >= 0:
                changed = set(changed_since(statements, known, _ANEW_BEYOND + 1) if newest > known else ())
                if len(changed) > _ANEW_BEYOND:
                    changed = None
        if changed is not None:
            rows = self._connection.execute("SELECT said FROM card ORDER BY id").fetchall()
            said = json.loads(f"[{','.join([row[0] for row in rows])}]")
            self.cards = {values[0]: Card(*values) for values in said}
        if changed:
            for id in [card.id for card in self.cards.values() if card.id in changed or card.source in changed]:
                del self.cards[id]
        if changed is None or changed:
            for artifact, document in published(changed):
                if artifact.visibility is not Visibility.PRIVATE and document is not None:
                    whole = Whole.of(artifact, document)
                    self._wholes[artifact.id] = whole
                    self._new.append(artifact.id)
                    self.cards[artifact.id] = Card.of(whole)
        self._anew = changed is None
        self._now = {"version": _VERSION, "epoch": mark, "position": str(newest), "build": str(self.build)}

    # the whole of a work, only while its page is made

    def whole(self, id: int) -> Whole:
        """Return all that is said about one of what is shown.

        Raises:
            Moved: the library says something else now.
        """
        if id not in self._wholes:
            # whoever asks for one usually asks for those that stand behind it next
            order = list(self.cards)
            at = order.index(id)
            self.expect(order[at : at + self._ahead])
            self._ahead = min(2 * self._ahead, 1024)
        return self._wholes[id]

    def expect(self, ids: Iterable[int]) -> None:
        """Read these works now, at once: they will all be asked for."""
        unknown = [id for id in ids if id not in self._wholes]
        for artifact, document in self._published(unknown) if unknown else ():
            if artifact.id in self.cards and document is not None:
                whole = Whole.of(artifact, document)
                if Card.of(whole).said == self.cards[artifact.id].said:
                    self._wholes[artifact.id] = whole
        if any(id not in self._wholes for id in unknown):
            raise Moved("the library changed while the site was built")

    def keep(self, new: Iterable[Card]) -> None:
        """Keep what :meth:`catch_up` learned, and ``new`` summaries."""
        cards = {card.id: card for card in new} | {id: self.cards[id] for id in self._new}
        told = {name: value for name, value in self._now.items() if name != "build"}
        if not cards and not self._anew and self._marks.items() >= told.items():
            return
        with self._writing():
            if self._anew:
                self._connection.execute("DELETE FROM card")
                if self._marks.get("version") != _VERSION:
                    self._connection.execute("DELETE FROM code")
            else:
                kept = {row[0] for row in self._connection.execute("SELECT id FROM card")}
                gone = [(id,) for id in kept - set(self.cards)]
                self._connection.executemany("DELETE FROM card WHERE id = ?", gone)
            said = [(id, _ENCODED(_FIELDS(card))) for id, card in cards.items()]
            self._connection.executemany("INSERT OR REPLACE INTO card VALUES (?, ?)", said)
            self._connection.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", self._now.items())
        self._marks |= self._now
        self._anew = False

    # code that was coloured

    def code(self, key: str) -> str | None:
        """Return the coloured code that was made under this key."""
        if self._has_code is None:
            self._has_code = self._connection.execute("SELECT 1 FROM code LIMIT 1").fetchone() is not None
        if not self._has_code:
            return None  # as whenever a site is built for the first time
        row = self._connection.execute("SELECT html FROM code WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def keep_code(self, made: Mapping[str, str]) -> None:
        """Keep what was coloured; what was not used in the last builds goes when there is much of it."""
        if made:
            with self._writing():
                rows = [(key, html, self.build) for key, html in sorted(made.items())]
                self._connection.executemany("INSERT OR REPLACE INTO code VALUES (?, ?, ?)", rows)
                count = self._connection.execute("SELECT count(*) FROM code").fetchone()[0]
                if count > 8 * len(self.cards) + 100:
                    self._connection.execute("DELETE FROM code WHERE build < ?", (self.build - 20,))
            self._has_code = None

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


_ENCODED = encoder()
