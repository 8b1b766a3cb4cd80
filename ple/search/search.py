"""Search over everything in the library, whatever its kind."""

import datetime as dt
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import sqlalchemy as sa
from sqlmodel import col

from ple.library import START, Change, Document, DocumentSource, LeaningSource, Library, Resource, changes_since
from ple.search import answers, lexicon
from ple.search.dates import moment
from ple.search.index import Damaged, Index, Indexed, IndexUnusable, Mark, folded_name, mark_of
from ple.search.models import Facets, Hit, Rebuilt, Results, Status
from ple.search.query import And, During, Fact, Node, Or, parse
from ple.search.query import live as as_typed
from ple.search.statement import Statement, compile_query, kind_named, microseconds, named_address
from ple.search.together import together
from ple.search.words import indexed

BATCH = 2500
"""Documents in one transaction of the index."""
MANY = 3000
"""From so many changes on, counting all words anew at the end is quicker than keeping count."""

_LEANING: Mapping[str, tuple[str, ...]] = {"entry": ("feed",), "assignment": ("course",), "artifact": ()}
"""Whose documents say what others are called, and the kinds of these; none: any but its own."""

Progress = Callable[[int, int], None]
"""Called with how many resources are done, and how many there are to do."""


_T = TypeVar("_T")


class Search:
    """Keeps an index in step with a library, and asks it. It may be shared by threads.

    The index is ``index.sqlite`` in ``folder``, which is its own and may be deleted at any time. ``sources`` says who
    speaks for each kind.
    """

    def __init__(self, library: Library, folder: Path, sources: Mapping[str, DocumentSource]) -> None:
        self._library = library
        self._sources = sources
        self._index = Index(folder / "index.sqlite")
        self._one_at_a_time = threading.Lock()

    def catch_up(self, progress: Progress | None = None) -> int:
        """Index what changed since the last time; return how many resources that was."""
        return self._whole(lambda: self._catch_up(progress)[0])

    def find(
        self,
        query: str,
        *,
        kinds: Iterable[str] = (),
        tags: Iterable[str] = (),
        since: dt.datetime | str | None = None,
        limit: int = 20,
        sort: Literal["relevance", "date"] = "relevance",
        live: bool = False,
    ) -> Results:
        """Return what fits ``query``, after catching up: nothing that was saved is missed.

        ``kinds`` (any of them), ``tags`` (all of them) and ``since`` (a moment, or a date in words) narrow it down. The
        best come first, or the newest with ``sort="date"``; without words to rank by, the newest. ``live`` is for
        searching while typing: the last word may go on, the newest come first, and nothing is counted by facets.
        A blank query finds everything.

        Raises:
            QueryError: the query names a kind that there is not, or is too long.
            UnknownDate: it has a date that is not understood.
        """
        began = time.perf_counter()
        node = parse(as_typed(query) if live else query)
        narrowed: list[Node] = [node]
        if chosen := tuple(Fact("kind", kind_named(kind, self._sources)) for kind in kinds):
            narrowed.append(Or(chosen) if len(chosen) > 1 else chosen[0])
        narrowed += [Fact("tag", tag) for tag in tags]
        if since is not None:
            narrowed.append(During(moment(since) if isinstance(since, str) else since.astimezone(dt.UTC), None))
        tree = And(tuple(part for one in narrowed for part in (one.parts if isinstance(one, And) else (one,))))

        def ask() -> Results:
            with self._in_step() as db:
                words_known = lexicon.Lexicon(db)
                statement = compile_query(tree, words_known, self._sources)
                if live:
                    facets = Facets()
                    total, hits = answers.typed(db, statement, limit)
                else:
                    total, facets = answers.facets(db, statement)
                    hits = answers.hits(db, statement, limit, by_date=sort == "date") if total else []

                def finds(words: str) -> bool:
                    return answers.facets(db, compile_query(parse(words), words_known, self._sources))[0] > 0

                meant = answers.did_you_mean(query, node, words_known, finds) if not total and not live else None
            took = (time.perf_counter() - began) * 1000
            return Results(total, round(took, 1), tuple(hits), facets, meant)

        return self._whole(ask)

    def ids(self, query: str, *, kinds: Iterable[str] = (), among: Collection[int] | None = None) -> list[int]:
        """Return the numbers of all that fits ``query``, the newest first; with ``among`` only those of them.

        This is what rules and smart feeds ask: no ranking, no excerpts, nothing counted.

        Raises:
            QueryError: the query names a kind that there is not, or is too long.
            UnknownDate: it has a date that is not understood.
        """
        node = parse(query)
        chosen = tuple(Fact("kind", kind_named(kind, self._sources)) for kind in kinds)
        narrowed = Or(chosen) if len(chosen) > 1 else chosen[0] if chosen else None
        tree = And((*(node.parts if isinstance(node, And) else (node,)), *([narrowed] if narrowed else ())))

        def ask() -> list[int]:
            with self._in_step() as db:
                statement = compile_query(tree, lexicon.Lexicon(db), self._sources)
                few, values = "", statement.bound
                if among is not None and len(among) <= 500:
                    few, values = f" AND d.id IN ({','.join('?' * len(among))})", (*statement.bound, *among)
                sql = f"SELECT d.id {statement.source}{few} ORDER BY d.occurred DESC, d.id DESC"
                found = _ids(db, sql, values)
            wanted = None if among is None else set(among)
            return found if wanted is None else [id for id in found if id in wanted]

        return self._whole(ask)

    def together(self, query: str, things: Mapping[int, Collection[int]]) -> frozenset[int]:
        """Return which of ``things`` fit ``query``, each given as the numbers of what belongs to it, asked as one.

        Raises:
            QueryError: the query names a kind that there is not, or is too long.
            UnknownDate: it has a date that is not understood.
        """
        node = parse(query)

        def ask() -> frozenset[int]:
            with self._in_step() as db:
                words_known = lexicon.Lexicon(db)

                def fits(leaf: Node) -> set[int]:
                    statement = compile_query(leaf, words_known, self._sources)
                    return set(_ids(db, f"SELECT d.id {statement.source}", statement.bound))

                return together(node, things, fits)

        return self._whole(ask)

    def named(self, text: str, kinds: Iterable[str] = (), *, limit: int = 10) -> list[Hit]:
        """Return what ``text`` may name: what has this address; else what has this title, or it as a part of its title.

        A whole title comes before the beginning of one, that before a part; then the newest.
        """
        wanted = sorted(kinds)
        of_kind = f"AND d.kind IN ({','.join('?' * len(wanted))})" if wanted else ""
        found = f"SELECT d.id FROM doc_text t JOIN doc d ON d.id = t.id WHERE %s {of_kind} "
        found += "ORDER BY %s d.occurred DESC LIMIT ?"
        name = folded_name(text)

        def ask() -> list[Hit]:
            with self._in_step() as db:
                ids: list[int] = []
                if key := named_address(text.strip()) if re.search(r"\w\.\w|://", name) and " " not in name else None:
                    ids = _ids(db, found % ("t.url_key = ?", ""), (key, *wanted, limit))
                if not ids and name:
                    rank = "t.name <> ?, instr(t.name, ?) <> 1,"
                    ids = _ids(db, found % ("instr(t.name, ?) > 0", rank), (name, *wanted, name, name, limit))
                return answers.described(db, [(id, 0.0) for id in ids], None)

        return self._whole(ask)

    def titled(self, title: str) -> int | None:
        """Return the one resource whose whole title this is, case and spaces aside; the newest of several."""
        found = [hit for hit in self.named(title, limit=1) if folded_name(hit.title) == folded_name(title)]
        return found[0].id if found else None

    def related(self, id: int, *, limit: int = 10) -> list[Hit]:
        """Return what says most of the rarer words that ``id`` says, best first; nothing for an unknown ``id``."""

        def ask() -> list[Hit]:
            with self._in_step() as db:
                row = db.execute("SELECT title, tags, text FROM doc_text WHERE id = ?", (id,)).fetchone()
                if row is None:
                    return []
                telling = answers.telling_words(db, " ".join((row[0], row[0], row[1], row[2][:50_000])))
                if not telling:
                    return []
                match = " OR ".join(f'"{word}"' for word in telling)
                statement = Statement(match, "d.id <> ?", (id,))
                return answers.hits(db, statement, limit, by_date=False)

        return self._whole(ask)

    def status(self) -> Status:
        """Say how the index stands to the library, without changing it."""

        def ask() -> Status:
            mark = self._index.mark()
            _, behind = self._standing(mark)
            with self._index.asking() as db:
                documents = db.execute("SELECT count(*) FROM doc").fetchone()[0]
            size = self._index.size_bytes()
            return Status(documents, mark.position.change, behind, behind == 0, size, str(self._index.path))

        return self._whole(ask)

    def rebuild(self, progress: Progress | None = None) -> Rebuilt:
        """Throw the index away and make it anew."""
        began = time.perf_counter()
        self._index.discard()
        self.catch_up(progress)
        status = self.status()
        return Rebuilt(status.documents, round(time.perf_counter() - began, 2), status.size_bytes)

    def verify(self) -> list[str]:
        """Return how the index differs from the library, a sentence for each; nothing when they agree."""

        def ask() -> list[str]:
            self._catch_up()
            wrong = self._index.faults()
            with self._index.asking() as db:
                left = set(_ids(db, "SELECT id FROM doc", ()))
                for batch in changes_since(self._library, START, BATCH):
                    for one in self._said(batch):
                        document = one.document
                        row = db.execute(
                            "SELECT t.title, t.text, c.name FROM doc_text t JOIN doc d ON d.id = t.id "
                            "LEFT JOIN container c ON c.id = d.container WHERE t.id = ?",
                            (document.id,),
                        ).fetchone()
                        if row is None:
                            wrong.append(f"#{document.id} is missing")
                        elif row != (indexed(document.title), indexed(document.text), document.container or None):
                            wrong.append(f"#{document.id} says something else")
                        left.discard(document.id)
            return wrong + [f"#{id} is no longer there" for id in sorted(left)]

        return self._whole(ask)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _whole(self, ask: Callable[[], _T]) -> _T:
        """Return what ``ask`` returns; an index that turns out to be damaged is thrown away and made anew first."""
        try:
            return ask()
        except Damaged:
            self._index.discard()
        try:
            return ask()
        except Damaged as error:
            raise IndexUnusable(f"the search index {self._index.path} cannot be made anew") from error

    def _standing(self, mark: Mark) -> tuple[Mark, int]:
        """Return where an index at ``mark`` has to go on in *this* library, and how many resources lie beyond."""
        epoch, here = self._library.epoch(), mark.position
        order = sa.tuple_(col(Resource.change), col(Resource.id))
        with self._library.reading() as tx:
            connection = tx.connection()
            if here != START:
                known = connection.execute(sa.select(col(Resource.change)).where(col(Resource.id) == here.id)).scalar()
                # numbers of changes run again after a restore, and in a file that somebody copied back by hand
                if mark.epoch != epoch or known is None or known < here.change:
                    here = START
            beyond = order > sa.tuple_(sa.literal(here.change), sa.literal(here.id))
            behind = connection.execute(sa.select(sa.func.count()).select_from(Resource).where(beyond)).scalar_one()
        return Mark(epoch, here), behind

    @contextmanager
    def _in_step(self) -> Generator[sqlite3.Connection]:
        """Lend one moment of an index that is in step; not of one that another process has just begun anew."""
        for attempt in range(10):
            _, reached = self._catch_up()
            with self._index.asking() as db:
                if mark_of(db).position >= reached.position or attempt == 9:
                    yield db
                    return

    def _catch_up(self, progress: Progress | None = None) -> tuple[int, Mark]:
        """Return how much was indexed, and where the index is now."""
        with self._one_at_a_time:
            heard = 0
            while True:
                mark = self._index.mark()
                standing, behind = self._standing(mark)
                if standing.position != mark.position:
                    self._index.discard()
                elif behind:
                    heard += self._follow(mark, standing.epoch, behind, progress)
                else:
                    self._index.renew_lexicon()
                    return heard, mark

    def _follow(self, mark: Mark, epoch: str, behind: int, progress: Progress | None) -> int:
        """Index what lies beyond ``mark``, until there is no more or another process was quicker."""
        done = 0
        for batch in changes_since(self._library, mark.position, BATCH):
            said = self._said(batch)
            spoken = {one.document.id for one in said}
            gone = [change.id for change in batch if change.id not in spoken]
            after = Mark(epoch, batch[-1].position)
            if mark.position != START and not self._rename(said, gone, batch, mark, counting=behind < MANY):
                break
            if not self._index.replace(said, gone, mark, after, counting=behind < MANY):
                break
            mark = after
            done += len(batch)
            if progress:
                progress(done, max(behind, done))
        return done

    def _said(self, batch: Sequence[Change]) -> list[Indexed]:
        """Return what the resources of a batch say; those that say nothing any more are left out."""
        asked: dict[int, tuple[DocumentSource, list[int]]] = {}
        for change in batch:
            source = self._sources.get(change.kind)
            if source is not None and not change.gone:
                asked.setdefault(id(source), (source, []))[1].append(change.id)
        return self._dated([document for source, ids in asked.values() for document in source.documents(ids)])

    def _rename(
        self, said: Sequence[Indexed], gone: Sequence[int], batch: Sequence[Change], mark: Mark, *, counting: bool
    ) -> bool:
        """Index anew what says how things of a batch are called, where they are called otherwise now.

        The change feed does not tell: the entries of a feed were not touched when it got another title. Return False if
        another process was quicker.
        """
        renamed = self._index.renamed(said, gone, restored=counting)
        if not renamed:
            return True
        kinds = {change.id: change.kind for change in batch}
        for leaning, on in _LEANING.items():
            ids = [id for id in renamed if kinds[id] in on] if on else [id for id in renamed if kinds[id] != leaning]
            source = self._sources.get(leaning) if ids else None
            if not isinstance(source, LeaningSource):
                continue
            others = source.leaning_on(ids)
            for start in range(0, len(others), BATCH):
                again = self._dated([*source.documents(others[start : start + BATCH])])
                if not self._index.replace(again, (), mark, mark, counting=counting):
                    return False
        return True

    def _dated(self, documents: Sequence[Document]) -> list[Indexed]:
        """Return documents with what the index has to know of their resources."""
        known: dict[int, tuple[uuid.UUID, dt.datetime]] = {}
        with self._library.reading() as tx:
            for start in range(0, len(documents), 500):
                some = [document.id for document in documents[start : start + 500]]
                query = sa.select(col(Resource.id), col(Resource.uid), col(Resource.created_at))
                for number, uid, created_at in tx.connection().execute(query.where(col(Resource.id).in_(some))):
                    known[number or 0] = (uid, created_at)
        return [
            Indexed(document, known[document.id][0].hex, microseconds(known[document.id][1])) for document in documents
        ]


def _ids(db: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[int]:
    return [row[0] for row in db.execute(sql, values)]
