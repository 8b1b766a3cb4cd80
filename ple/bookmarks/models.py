"""Bookmarks as they are stored, and as the front door gives them out."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from ple.library import Body
from ple.web import addresses

BOOKMARK = "bookmark"
HIGHLIGHT = "highlight"

_LONGEST_KEY = 500  # PostgreSQL cannot index what is longer than 2,700 bytes; a bookmarklet may have 20,000


class BookmarkRow(Body, table=True):
    """One page that the learner keeps. There is one for each key, in the trash or not."""

    __tablename__ = "bookmark"
    __table_args__ = (sa.Index("ix_bookmark_order", "pinned", "saved_at", "id"),)  # the list, without its pages
    __kind__: ClassVar[str] = BOOKMARK

    url: str
    """The address as it was given; this one is opened, shared and exported."""
    url_key: str = Field(unique=True)
    """Which page it is; see :func:`key_of`."""
    key_version: int = addresses.KEY_VERSION
    final_url: str | None = None
    """Where the redirects ended, if that is another address."""
    canonical: str | None = None
    """What the page says is its address: a hint, never an identity."""

    title: str
    title_given: bool = False
    """The learner gave the title, or a file of theirs did: fetching the page again does not change it."""
    description: str = ""
    author: str | None = None
    published_at: dt.datetime | None = None
    language: str | None = None
    site_name: str | None = None
    image: str | None = None

    note: str = ""
    folder: str = ""
    """Where it lay in the browser that it was imported from: ``Reading list/Maths``."""
    saved_at: dt.datetime = Field(index=True)
    """When the learner saved it, here or, before an import, elsewhere."""
    unread: bool = Field(default=True, index=True)
    read_at: dt.datetime | None = None
    starred: bool = False
    archived: bool = False
    pinned: bool = False
    """The learner wants it at the top of the list."""
    private: bool = False

    fetched_at: dt.datetime | None = Field(default=None, index=True)
    """When the site last answered, with the page or with a refusal; never yet, if none."""
    tried_at: dt.datetime | None = None
    tries: int = 0
    """How often it could not be fetched since it last could."""
    problem: str | None = None
    """Why there is no text, or not the newest."""
    hint: str | None = None
    status: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    words: int | None = None
    csl: str = Field(default="", sa_type=sa.Text)
    """The work that it is, as an item of CSL-JSON, where a file said so."""
    extractor: str | None = None
    """What found the readable text, and its version, so that it can be done again by a better one."""
    html: str = Field(default="", sa_type=sa.Text)
    text: str = Field(default="", sa_type=sa.Text)

    work: str = Field(default="", sa_type=sa.Text)
    """The work that the page says it is, as an item of CSL-JSON."""
    cite_key: str | None = Field(default=None, index=True)
    """The key that it was first cited by; it keeps it."""
    source_type: str | None = None
    credibility: str = Field(default="", sa_type=sa.Text)
    """What the learner thinks of it as a source."""
    checklist: str = Field(default="", sa_type=sa.Text)
    """Their answers to the questions of :mod:`ple.bookmarks.judging`, as JSON."""

    checked_at: dt.datetime | None = Field(default=None, index=True)
    """When it was last asked whether the page is still there."""
    standing: str | None = None
    """What came of it: ``there``, ``moved``, ``doubtful``, ``gone``, ``unreachable``."""
    standing_why: str | None = None
    moved_to: str | None = None
    gone_since: dt.datetime | None = None
    failures: int = 0
    """How often in a row it was not there."""


class HighlightRow(Body, table=True):
    """Words that the learner marked in something, and what they say about them (W3C Web Annotation)."""

    __tablename__ = "highlight"
    __kind__: ClassVar[str] = HIGHLIGHT

    resource_id: int | None = Field(default=None, foreign_key="resource.id", index=True)
    """What the words stand in; none once that was deleted for good: the learner's words outlive it."""
    source_title: str
    source_url: str | None = None
    exact: str = Field(sa_type=sa.Text)
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None
    """Where the words stood in the text when they were last found there for sure."""
    state: str = "anchored"
    """``anchored``, ``doubtful`` (they may stand elsewhere now), ``orphaned`` (they are not in the text)."""
    score: float = 1.0
    seen_change: int = Field(default=0, sa_type=sa.BigInteger)
    """The change of the resource in whose text they were last looked for."""
    note: str = Field(default="", sa_type=sa.Text)
    color: str = "yellow"
    made_at: dt.datetime = Field(index=True)
    edited_at: dt.datetime | None = None
    origin: str | None = Field(default=None, index=True)
    """Its name where it was imported from, so that it is known when it comes again."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A highlight. ``text[start:end]`` of what it is in are its words as they stand there now, unless it is orphaned.

    ``title`` is the beginning of the words, ``url`` the address of what they stand in.
    """

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: dt.datetime
    resource_id: int | None
    source_title: str
    quote: str
    prefix: str
    suffix: str
    start: int | None
    end: int | None
    state: str
    score: float
    note: str
    color: str
    made_at: dt.datetime
    edited_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class BookmarkLine:
    """A bookmark as a list shows it."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str
    site_name: str | None
    author: str | None
    published_at: dt.datetime | None
    saved_at: dt.datetime
    unread: bool
    starred: bool
    archived: bool
    pinned: bool
    private: bool
    words: int | None
    fetched: bool
    problem: str | None
    tags: frozenset[str]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A bookmark with all that is known of its page; ``html`` is safe to show, ``text`` safe for a terminal."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str
    url_key: str
    final_url: str | None
    canonical: str | None
    description: str
    author: str | None
    published_at: dt.datetime | None
    language: str | None
    site_name: str | None
    image: str | None
    note: str
    folder: str
    tags: frozenset[str]
    saved_at: dt.datetime
    unread: bool
    read_at: dt.datetime | None
    starred: bool
    archived: bool
    pinned: bool
    private: bool
    fetched_at: dt.datetime | None
    problem: str | None
    hint: str | None
    status: int | None
    content_type: str | None
    words: int | None
    reading_minutes: int | None
    html: str
    text: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of saving: ``known`` if the page was kept already; ``problem`` if it could not be fetched."""

    bookmark: Bookmark
    known: bool
    problem: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Refetched:
    """What became of fetching a page that is kept."""

    id: int
    title: str
    url: str
    changed: bool
    problem: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A bookmark of a file that was not imported, and why; ``line`` counts from 1."""

    line: int
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import. ``known`` were kept already; ``updated`` of them got something new from the file."""

    format: str
    added: int
    known: int
    updated: int
    refused: tuple[Refused, ...]
    highlights: int = 0
    """How many passages came along that were not marked here yet."""
    counted: str = "line"
    """What the numbers of ``refused`` count: lines of the file, or its records."""
    restored: int = 0
    """How many were in the trash, and are out of it now."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do: how many would be ``new``, are ``known`` already, and cannot be used."""

    format: str
    new: int
    known: int
    refused: tuple[Refused, ...]
    highlights: int
    """How many passages the file has."""
    titles: tuple[str, ...]
    """The first few of those that are new."""
    counted: str = "line"
    restored: int = 0
    """How many are in the trash, and would come out of it."""


def key_of(url: str) -> str:
    """Return the key of an address, short enough for an index: of a very long one the rest is a digest."""
    key = addresses.key(url)
    if len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST_KEY - 65]}~{digest}"


def reading_minutes(words: int | None) -> int | None:
    """Return how long the text takes at 230 words a minute (Brysbaert 2019), at least one; none without a text."""
    return max(1, round(words / 230)) if words else None
