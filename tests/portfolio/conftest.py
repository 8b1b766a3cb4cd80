"""A portfolio over a shelf of things, so that each test says what they say."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ple.library import Document, Library
from ple.portfolio import Portfolio

WRITTEN = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)


class Shelf:
    """A source of documents that says what it is told to."""

    kinds = frozenset({"journal", "bookmark", "entry", "collection", "search"})

    def __init__(self, library: Library) -> None:
        self._library = library
        self.says: dict[int, Document] = {}

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        with self._library.reading() as tx:
            alive = {id for id, row in tx.resources(ids).items() if row.trashed_at is None}
        yield from (self.says[id] for id in ids if id in alive and id in self.says)

    def put(self, title: str, text: str = "", kind: str = "journal", tags: Iterable[str] = (), **more: Any) -> int:
        with self._library.writing() as tx:
            id = tx.register(kind)
            tx.set_tags(id, tags)
        if kind in ("journal", "collection"):
            more.setdefault("markdown", text)
        self.says[id] = Document(id, kind, title, text, more.pop("when", WRITTEN), **more)
        return id


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return Shelf(library)


def everything(_kind: str, _id: int, _works: Mapping[int, Sequence[int]]) -> Iterable[int]:
    """Say of any collection that everything is in it, what may not be shown too."""
    return range(1, 3000)


@pytest.fixture
def portfolio(library: Library, shelf: Shelf, tmp_path: Path) -> Portfolio:
    portfolio = Portfolio(library, dict.fromkeys(shelf.kinds, shelf), tmp_path / "portfolio", held=everything)
    portfolio.init("Learning in public", "https://ada.example.org/portfolio", author="Noor Vance")
    return portfolio


def short_lists(portfolio: Portfolio) -> None:
    """Let lists be cut into parts of two or three works."""
    theme = portfolio.themes / "short"
    theme.mkdir(parents=True)
    said = 'name = "Short"\ndescription = "Short lists."\ncontext = 1\nbase = "quiet"\ncards = 2\nlines = 3\n'
    (theme / "theme.toml").write_text(said)
    portfolio.init(theme="short")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def all_of(folder: Path) -> str:
    """Return everything that a folder says, names of files included."""
    return "\n".join(f"{path}\n{content.decode()}" for path, content in tree(folder).items())
