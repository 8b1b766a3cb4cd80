"""A shelf: a feature that says whatever a test puts on it, in a real library."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.library import Document, Library
from ple.search import Search

LONG_AGO = dt.datetime(2020, 1, 2, 12, tzinfo=dt.UTC)


class Shelf:
    """Things of several kinds, kept in memory; the library knows of each, and of each change."""

    kinds = frozenset({"entry", "bookmark", "journal"})

    def __init__(self, library: Library) -> None:
        self.library = library
        self.said: dict[int, Document] = {}
        self.asked: list[int] = []

    def put(self, text: str = "", *, kind: str = "entry", title: str = "", **more: Any) -> int:
        """Put something on the shelf; return its number."""
        with self.library.writing() as tx:
            id = tx.register(kind)
        more.setdefault("occurred_at", LONG_AGO + dt.timedelta(minutes=id))
        self.said[id] = Document(id, kind, title, text, **more)
        return id

    def change(self, id: int, **more: Any) -> None:
        """Let something say something else."""
        from dataclasses import replace

        self.said[id] = replace(self.said[id], **more)
        with self.library.writing() as tx:
            tx.touch([id])

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what is on the shelf."""
        wanted = list(ids)
        self.asked += wanted
        with self.library.reading() as tx:
            known = tx.resources(wanted)
        for id in wanted:
            if id in self.said and known[id].trashed_at is None:
                yield self.said[id]


@pytest.fixture
def shelf(sqlite_environment: Any) -> Shelf:
    """An empty shelf."""
    return Shelf(sqlite_environment.library)


@pytest.fixture
def search(shelf: Shelf, tmp_path: Path) -> Iterator[Search]:
    """A search over the shelf."""
    search = Search(shelf.library, tmp_path / "search", dict.fromkeys(shelf.kinds, shelf))
    yield search
    search.close()


def found(search: Search, query: str, **more: Any) -> list[int]:
    """Return the numbers of what a search finds."""
    return [hit.id for hit in search.find(query, **more).hits]
