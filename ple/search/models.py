"""What a search answers with: values that any screen may keep."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    ``excerpt`` is one line of its text. ``marks`` are the places in it that matched, as ``(start, end)`` offsets, in
    order, never overlapping; they are for highlighting. ``score`` is higher for what fits better (BM25), and 0 where
    nothing was ranked. ``when`` is when it happened for the learner, in UTC.
    """

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    excerpt: str
    score: float
    when: dt.datetime
    tags: frozenset[str]
    created_at: dt.datetime
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of all that was found there are of each kind, tag and year; the most frequent first."""

    kind: Mapping[str, int] = field(default_factory=dict)
    tag: Mapping[str, int] = field(default_factory=dict)
    year: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found: how many in all, and the first of them."""

    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: Facets
    did_you_mean: str | None
    """The query with misspelt words put right; only when nothing was found."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the index stands to the library."""

    documents: int
    change: int
    """The number of the last change that the index has heard of."""
    behind: int
    """How many resources changed since then."""
    in_step: bool
    size_bytes: int
    path: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    documents: int
    seconds: float
    size_bytes: int
