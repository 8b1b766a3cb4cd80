"""What a resource says, whatever its kind: the form in which search, portfolio, export and links see it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Document:
    """One resource as text.

    ``text`` is plain: no markup, no control characters. ``occurred_at`` is when it happened for the learner (written,
    published, saved), in UTC, not when the row was made. ``container`` is what it came in: a feed, a course.
    ``flags`` are states that can be asked for: ``unread``, ``starred``, ``private``. ``markdown`` is the source of
    what the learner wrote themselves, if it was written in Markdown. ``quotable`` is what there is to quote from, where
    ``text`` says more: a page without the learner's note on it.
    """

    id: int
    kind: str
    title: str
    text: str
    occurred_at: dt.datetime
    url: str | None = None
    tags: frozenset[str] = frozenset()
    author: str | None = None
    language: str | None = None
    container: str | None = None
    flags: frozenset[str] = frozenset()
    markdown: str | None = None
    quotable: str | None = None


class DocumentSource(Protocol):
    """A feature that can say what its resources say."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of resources that this feature owns."""
        ...

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield a document for each of ``ids`` that is of this feature's kinds and not in the trash."""
        ...


@runtime_checkable
class LeaningSource(DocumentSource, Protocol):
    """A feature some of whose documents say what other things are called: the feed of an entry, what a work shows."""

    def leaning_on(self, ids: Iterable[int]) -> list[int]:
        """Return the numbers of what says the title of one of ``ids``, and is not in the trash."""
        ...


@runtime_checkable
class MarkdownSource(DocumentSource, Protocol):
    """A feature whose resources are written in Markdown, and that can say so without rendering it."""

    def written(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what :meth:`documents` does, with ``markdown`` and without ``text``: a fifth of the work."""
        ...
