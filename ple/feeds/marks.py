"""Rows and values of what keeps a flood in bounds: rules, triage, notices, how long feeds keep, whole texts, sync."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.feeds.models import EntryLine
from ple.library import Body, utc_now

RULE = "rule"

KEEP, LATER, DROP, HIDDEN = "keep", "later", "drop", "hidden"
TRIAGE_STATES = (KEEP, LATER, DROP, HIDDEN)


class RuleRow(Body, table=True):
    """What to do with entries that fit a search, as soon as they come in."""

    __tablename__ = "feed_rule"
    __kind__: ClassVar[str] = RULE

    name: str
    query: str
    """In the language of the search; empty for all entries of its feed or folder."""
    feed_id: int | None = Field(default=None, foreign_key="feed.id", index=True)
    of_feed: bool = False
    """It was made for one feed: when that is deleted for good, the rule fits nothing any more."""
    folder: str | None = None
    actions: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    until: dt.datetime | None = None
    """When it ends by itself; see :meth:`ple.feeds.rules.Rules.mute`."""
    paused_at: dt.datetime | None = None
    fitted: int = 0
    """How many entries it has been applied to."""
    fitted_at: dt.datetime | None = None
    problem: str | None = None
    """Why it could not be applied the last time."""


class TriageRow(Body, table=True):
    """Where an entry went from the inbox: kept, put off, dropped; or hidden by a rule before it got there."""

    __tablename__ = "feed_triage"

    state: str = Field(index=True)
    at: dt.datetime = Field(default_factory=utc_now)
    until: dt.datetime | None = None
    """When an entry that was put off comes back to the inbox."""


class NoticeRow(SQLModel, table=True):
    """An entry that a rule wants the learner to hear of."""

    __tablename__ = "feed_notice"

    entry_id: int = Field(primary_key=True, foreign_key="feed_entry.id")
    rule_id: int = Field(primary_key=True, foreign_key="feed_rule.id")
    at: dt.datetime = Field(default_factory=utc_now)
    seen_at: dt.datetime | None = None


class FeedCareRow(Body, table=True):
    """How long a feed keeps what it brought, and whether its articles are fetched whole."""

    __tablename__ = "feed_care"

    keep_days: int | None = None
    keep_newest: int | None = None
    read_after_days: int | None = None
    whole: bool = False


class WholeTextRow(SQLModel, table=True):
    """The text of an entry as its own page has it, where its feed gives only a part."""

    __tablename__ = "feed_entry_whole"

    id: int = Field(primary_key=True, foreign_key="feed_entry.id")
    html: str = ""
    text: str = ""
    tried_at: dt.datetime = Field(default_factory=utc_now)
    tries: int = 0
    problem: str | None = None


class SyncAccountRow(SQLModel, table=True):
    """An account at a reader that speaks the Google Reader API. Its password is kept as a secret."""

    __tablename__ = "feed_sync_account"

    name: str = Field(primary_key=True)
    url: str
    login: str
    connected_at: dt.datetime = Field(default_factory=utc_now)
    synced_at: dt.datetime | None = None


class SyncedFeedRow(SQLModel, table=True):
    """A feed that both sides had at the last sync."""

    __tablename__ = "feed_synced_feed"

    account: str = Field(primary_key=True, foreign_key="feed_sync_account.name")
    stream: str = Field(primary_key=True)
    feed_id: int = Field(foreign_key="feed.id", index=True)


class SyncedEntryRow(SQLModel, table=True):
    """An entry that both sides have, with the state on which they last agreed."""

    __tablename__ = "feed_synced_entry"

    account: str = Field(primary_key=True, foreign_key="feed_sync_account.name")
    item: int = Field(primary_key=True, sa_type=sa.BigInteger)
    """Its number there, a signed 64-bit one."""
    entry_id: int = Field(foreign_key="feed_entry.id", index=True)
    read: bool = False
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the learner's. ``feed_title`` and ``folder`` say what it is confined to, if anything."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: None
    tags: frozenset[str]
    created_at: dt.datetime
    query: str
    feed_id: int | None
    feed_title: str | None
    folder: str | None
    actions: tuple[str, ...]
    until: dt.datetime | None
    paused: bool
    fitted: int
    fitted_at: dt.datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do with the entries that are there: how many fit, of how many, and the newest of them."""

    query: str
    actions: tuple[str, ...]
    fits: int
    of: int
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a rule did: to which entries, and what could not be done."""

    rule_id: int
    title: str
    actions: tuple[str, ...]
    entries: tuple[int, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a rule wants the learner to hear of."""

    entry: EntryLine
    rule_id: int
    rule: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Care:
    """How long a feed keeps what it brought (None: for good), and whether its articles are fetched whole."""

    feed_id: int
    title: str
    keep_days: int | None = None
    keep_newest: int | None = None
    read_after_days: int | None = None
    whole: bool = False


def blank(row: type[SQLModel]) -> dict[str, Any]:
    """Return the columns of a new row with their defaults, for a Core insert."""
    return {name: field.get_default(call_default_factory=True) for name, field in row.model_fields.items()}
