"""Rows and values of feeds and entries."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.library import Body, utc_now

FEED = "feed"
ENTRY = "entry"


class FeedRow(Body, table=True):
    """A feed that the learner follows, and what we remember of asking for it."""

    __tablename__ = "feed"
    __kind__: ClassVar[str] = FEED

    url: str
    url_key: str = Field(unique=True)
    """What all addresses of this one page have in common; see :func:`ple.web.addresses.key`."""
    folder: str | None = Field(default=None, index=True)
    """Names of nested folders, joined by a slash."""
    own_title: str | None = None
    """What the learner calls it, if not what its publisher does."""

    title: str = ""
    site_url: str | None = None
    description: str = ""
    author: str | None = None
    language: str | None = None
    icon_url: str | None = None
    format: str = ""
    flaw: str | None = None
    """What was wrong with the feed, though it could be read."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """Of the last body that was parsed, and by which version of the parser."""
    identity_rule: str = "guid"
    """What tells its entries apart; see :mod:`ple.feeds.identity`."""
    ttl_minutes: int | None = None
    rest: str = ""
    """The hours and days, in UTC, in which its publisher wants to be left alone; see ``arrivals.awake``."""
    rhythm_minutes: int | None = None
    """The median time between its newest entries."""
    private: bool = False
    """It is asked with a password or headers that are kept among the secrets."""

    next_check_at: dt.datetime | None = Field(default=None, index=True)
    checked_at: dt.datetime | None = None
    """When its server last answered, whatever it said."""
    fetched_at: dt.datetime | None = None
    """When it last came whole."""
    changed_at: dt.datetime | None = None
    """When something last came in."""
    paused_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None
    failures: int = 0
    """How many times in a row it failed."""
    failing_since: dt.datetime | None = None
    failure: str | None = None
    failure_hint: str | None = None
    moving_to: str | None = None
    """Where permanent redirects lead, until they did so often enough to be believed."""
    moving_times: int = 0
    moving_since: dt.datetime | None = None
    listed: str = ""
    """What it listed last: digests of items as they came, and the entries that they became; see ``feeds.intake``."""


class FeedAddressRow(SQLModel, table=True):
    """An address under which a feed was known before, so that whoever gives it again finds the feed."""

    __tablename__ = "feed_address"

    url_key: str = Field(primary_key=True)
    feed_id: int = Field(foreign_key="feed.id", index=True)
    url: str
    left_at: dt.datetime = Field(default_factory=utc_now)


_UNREAD = sa.text("read_at IS NULL")
_STARRED = sa.text("starred_at IS NOT NULL")


class EntryRow(Body, table=True):
    """An entry: what lists, filters and identity need. Its words are in :class:`EntryContentRow`."""

    __tablename__ = "feed_entry"
    __kind__: ClassVar[str] = ENTRY
    __blank__: ClassVar[dict[str, Any] | None] = {
        "url": None, "title": "", "author": None, "comments_url": None, "categories": [], "enclosures": [],
        "feed_title": "", "chapters_url": None, "transcript_url": None, "image_url": None,
    }  # fmt: skip
    __table_args__ = (
        sa.UniqueConstraint("feed_id", "key"),
        sa.Index("ix_feed_entry_newest", "occurred_at", "id"),
        sa.Index("ix_feed_entry_of_feed", "feed_id", "occurred_at", "id"),
        sa.Index("ix_feed_entry_unread", "occurred_at", "id", sqlite_where=_UNREAD),
        sa.Index("ix_feed_entry_unread_of_feed", "feed_id", "occurred_at", "id", sqlite_where=_UNREAD),
        sa.Index("ix_feed_entry_starred", "occurred_at", "id", sqlite_where=_STARRED),
        sa.Index("ix_feed_entry_alias", "feed_id", "alias"),
        sa.Index("ix_feed_entry_content_hash", "content_hash", "feed_id"),
        sa.Index("ix_feed_entry_link_hash", "link_hash"),
    )  # fmt: skip

    feed_id: int | None = Field(default=None, foreign_key="feed.id")
    """None once the feed was deleted for good and this entry was kept."""
    key: str
    """What tells it apart within its feed; see :mod:`ple.feeds.identity`."""
    alias: str | None = None
    content_hash: str
    """Of title and text: the same words, whatever they are called."""
    fingerprint: str
    """Of all that is kept of it: it differs when the publisher edited anything."""
    silent_edits: int = 0
    """How often it changed without a new date of updating."""

    occurred_at: dt.datetime
    """When it came out, but not after we first saw it: what lists are ordered by."""
    published_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    seen_at: dt.datetime
    read_at: dt.datetime | None = None
    starred_at: dt.datetime | None = None

    url: str | None = None
    title: str = ""
    author: str | None = None
    language: str | None = None
    comments_url: str | None = None
    categories: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    enclosures: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    feed_title: str = ""
    """What its feed was called, when the feed was removed and this entry was kept."""
    season: int | None = None
    episode: int | None = None
    chapters_url: str | None = None
    transcript_url: str | None = None
    image_url: str | None = None
    link_hash: str | None = None
    """A digest of its address, the same in every feed that leads to this page."""
    same_as: int | None = Field(default=None, foreign_key="feed_entry.id", index=True)
    """The entry of another feed that came in first and is the same article; lists over many feeds show only that."""


class EntryContentRow(SQLModel, table=True):
    """What an entry says, apart from its row so that lists stay quick."""

    __tablename__ = "feed_entry_content"

    id: int = Field(primary_key=True, foreign_key="feed_entry.id")
    html: str = ""
    text: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that the learner follows."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str
    site_url: str | None
    folder: str | None
    description: str
    language: str | None
    format: str
    entries: int
    unread: int
    checked_at: dt.datetime | None
    changed_at: dt.datetime | None
    next_check_at: dt.datetime | None
    paused: bool
    failure: str | None
    failure_hint: str | None
    tags: frozenset[str]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line in a list of entries. ``published_at`` is never after the moment it was first seen."""

    id: int
    uid: uuid.UUID
    kind: str
    feed_id: int | None
    feed_title: str
    title: str
    url: str | None
    author: str | None
    published_at: dt.datetime
    read: bool
    starred: bool
    tags: frozenset[str]
    created_at: dt.datetime
    also_in: tuple[str, ...] = ()
    """The other feeds that brought the same article."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in full. ``html`` is safe to show; links in it are absolute."""

    id: int
    uid: uuid.UUID
    kind: str
    feed_id: int | None
    feed_title: str
    title: str
    url: str | None
    author: str | None
    published_at: dt.datetime
    updated_at: dt.datetime | None
    read: bool
    starred: bool
    tags: frozenset[str]
    created_at: dt.datetime
    language: str | None
    summary: str
    text: str
    html: str
    comments_url: str | None
    categories: tuple[str, ...]
    enclosures: tuple[dict[str, Any], ...]
    also_in: tuple[str, ...] = ()
    image_url: str | None = None
    season: int | None = None
    episode: int | None = None
    chapters_url: str | None = None
    transcript_url: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in a list of subscriptions that could not be followed, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class OpmlImported:
    """What came of a list of subscriptions: the numbers of the new feeds, how many were known, what was refused.

    ``restored`` of those in ``added`` were in the trash, and are followed again.
    """

    added: tuple[int, ...]
    known: int
    refused: tuple[Refusal, ...]
    restored: int = 0


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is doing: ``state`` is ok, new, failing, gone, paused, flawed, quiet, busy or unread.

    ``says`` puts it in words; ``hint`` proposes what to do. ``per_week`` and ``share_read`` are of the last 12 weeks.
    """

    id: int
    title: str
    url: str
    state: str
    says: str
    hint: str | None
    failures: int
    failing_since: dt.datetime | None
    checked_at: dt.datetime | None
    changed_at: dt.datetime | None
    next_check_at: dt.datetime | None
    entries: int
    unread: int
    per_week: float = 0.0
    share_read: float | None = None
