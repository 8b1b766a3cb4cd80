"""Saved searches: a question with a name, asked anew each time. Those about entries stand among the feeds."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa
from sqlmodel import col

from ple.library import Body, Document, InvalidInput, Library, NotFound, Reading, Resource, trashed
from ple.search.models import Results
from ple.web.text import line

if TYPE_CHECKING:
    from ple.search.search import Search

SEARCH = "search"


class SavedSearchRow(Body, table=True):
    """A search of the learner's, by name."""

    __tablename__ = "saved_search"
    __kind__: ClassVar[str] = SEARCH

    name: str
    query: str
    among_feeds: bool = True
    """It stands among the feeds, as a feed of the entries that fit."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved search. ``query`` is in the language of the search."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: None
    tags: frozenset[str]
    created_at: dt.datetime
    query: str
    among_feeds: bool


@dataclass(frozen=True, slots=True)
class SmartFeed:
    """A saved search as a feed: how many entries fit, and how many of these are unread."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: None
    tags: frozenset[str]
    created_at: dt.datetime
    query: str
    entries: int
    unread: int


class Names:
    """Says what saved searches are called, to whoever shows them; what they ask is the learner's own affair."""

    kinds = frozenset({SEARCH})

    def __init__(self, library: Library) -> None:
        self._library = library

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what saved searches say to others: their names."""
        wanted = set(ids)
        with self._library.reading() as tx:
            found = [one for one in _searches(tx) if one.id in wanted]
        for one in found:
            yield Document(one.id, SEARCH, one.title, "", one.created_at, tags=one.tags)


class SavedSearches:
    """The saved searches of a learner.

    ``shown`` says which of some entries are to be seen among the feeds: an article that came in twice is one there.
    """

    def __init__(
        self, library: Library, search: "Search", shown: Callable[[Collection[int]], list[int]] | None = None
    ) -> None:
        self._library = library
        self._search = search
        self._shown = shown or list

    def save(self, name: str, query: str, *, among_feeds: bool = True, tags: Iterable[str] = ()) -> SavedSearch:
        """Keep a search under a name; one that has this name already asks ``query`` from now on.

        Raises:
            InvalidInput: the name or the query is empty.
            QueryError: the query is not understood.

        """
        name, query, tags = line(name)[:200], line(query), tuple(tags)
        if not name or not query:
            raise InvalidInput("a saved search has a name and a query", hint="ple searches save NAME QUERY")
        self._search.ids(query, among=())
        with self._library.writing(f"Saved the search “{name}”") as tx:
            id = _named(tx, name)
            if id is None:
                id = tx.register(SEARCH)
                tx.add(SavedSearchRow(id=id, name=name, query=query, among_feeds=among_feeds))
                tx.flush()
            else:
                tx.update(SavedSearchRow, [id], name=name, query=query, among_feeds=among_feeds)
            tx.tag(id, *tags)
        return self.one(id)

    def searches(self) -> list[SavedSearch]:
        """Return all saved searches, by name."""
        with self._library.reading() as tx:
            return _searches(tx)

    def one(self, id: int) -> SavedSearch:
        """Return one saved search.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            tx.alive(id, SEARCH)
            return _searches(tx, id)[0]

    def named(self, name: str) -> int:
        """Return the number of the search that has this name, or number (``#12``).

        Raises:
            NotFound: there is none.

        """
        digits = name.strip().removeprefix("#")
        with self._library.reading() as tx:
            if digits.isascii() and digits.isdigit() and len(digits) < 10:
                tx.alive(int(digits), SEARCH)
                return int(digits)
            found = _named(tx, line(name))
        if found is None:
            raise NotFound(name, SEARCH, hint="`ple searches list` shows them all.")
        return found

    def run(self, id: int, *, limit: int = 20) -> Results:
        """Ask a saved search now; see :meth:`ple.search.Search.find`."""
        return self._search.find(self.one(id).query, limit=limit)

    def entry_ids(self, id: int) -> list[int]:
        """Return the numbers of the entries that fit now, the newest first: the order of a long list."""
        return self._shown(self._search.ids(self.one(id).query, kinds=("entry",)))

    def smart_feeds(self) -> list[SmartFeed]:
        """Return those that stand among the feeds, by name, with how many entries fit now and are unread."""
        found = []
        for one in self.searches():
            if one.among_feeds:
                fits = self._shown(self._search.ids(one.query, kinds=("entry",)))
                unread = self._search.ids("is:unread", kinds=("entry",), among=fits)
                found.append(
                    SmartFeed(
                        one.id, one.uid, one.kind, one.title, None, one.tags, one.created_at, one.query, len(fits),
                        len(unread),
                    )
                )  # fmt: skip
        return found

    def remove(self, ids: Collection[int]) -> int:
        """Throw saved searches away; return how many."""
        with self._library.writing("Removed a saved search") as tx:
            for id in ids:
                tx.alive(id, SEARCH)
            tx.label = "Removed a saved search" if len(ids) == 1 else f"Removed {len(ids)} saved searches"
            return tx.trash(*ids)


def _named(tx: Reading, name: str) -> int | None:
    folded = name.casefold()
    return next((one.id for one in _searches(tx) if one.title.casefold() == folded), None)


def _searches(tx: Reading, id: int | None = None) -> list[SavedSearch]:
    query = (
        sa.select(
            col(SavedSearchRow.id), col(Resource.uid), col(Resource.created_at), col(SavedSearchRow.name),
            col(SavedSearchRow.query), col(SavedSearchRow.among_feeds),
        )
        .join(Resource, col(Resource.id) == col(SavedSearchRow.id))
        .where(col(SavedSearchRow.id).not_in(trashed()))
    )  # fmt: skip
    if id is not None:
        query = query.where(col(SavedSearchRow.id) == id)
    rows = tx.connection().execute(query).all()
    tags = tx.tags_of([row.id for row in rows])
    found = [
        SavedSearch(row.id, row.uid, SEARCH, row.name, None, tags[row.id], row.created_at, row.query, row.among_feeds)
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.title.casefold(), one.id))
