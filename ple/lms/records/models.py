"""Rows and values of the record of learning."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.library.identity import utc_now


class Waiting(StrEnum):
    """Where a statement stands on its way to a store."""

    QUEUED = "queued"
    DONE = "done"
    PARKED = "parked"
    """The store has another statement of this id, or refuses this one; the learner decides."""


class StatementRow(SQLModel, table=True):
    """A statement, for ever as it was made: what is sent, exported and compared is ``body``, byte for byte."""

    __tablename__ = "xapi_statement"

    id: int | None = Field(default=None, primary_key=True)
    uid: uuid.UUID = Field(unique=True)
    event: str | None = Field(default=None, index=True)
    """The name of what happened; none for what came from elsewhere."""
    verb: str
    activity_id: int | None = Field(default=None, unique=True, foreign_key="activity.id")
    """The line of the activity log that it tells."""
    resource_id: int | None = Field(default=None, foreign_key="resource.id", index=True)
    occurred_at: dt.datetime = Field(index=True)
    body: str = Field(sa_type=sa.Text)
    sha256: str
    voided_by: uuid.UUID | None = None
    kept_at: dt.datetime = Field(default_factory=utc_now)


class StoreRow(SQLModel, table=True):
    """A record store (LRS) that the learner connected. Its password is not here: it is the secret ``lrs:<uid>``."""

    __tablename__ = "xapi_store"

    id: int | None = Field(default=None, primary_key=True)
    uid: uuid.UUID = Field(unique=True)
    endpoint: str = Field(unique=True)
    connected_at: dt.datetime = Field(default_factory=utc_now)
    sent_at: dt.datetime | None = None
    paused: str | None = None
    """Why nothing is sent until the learner connects anew."""
    failures: int = 0
    failure: str | None = None
    next_at: dt.datetime | None = None
    """Not to be asked before."""
    holder: str | None = None
    """Who is sending."""
    leased_until: dt.datetime | None = None


class ConsentRow(SQLModel, table=True):
    """What the learner said about telling one kind of event to one store."""

    __tablename__ = "xapi_consent"

    store_id: int = Field(primary_key=True, foreign_key="xapi_store.id")
    event: str = Field(primary_key=True)
    allowed: bool
    since: dt.datetime | None = None
    """What happened before is not told; none: all of it."""
    shown_sha256: str | None = None
    """Of the statement that was shown when the learner agreed."""
    decided_at: dt.datetime = Field(default_factory=utc_now)


class OutboxRow(SQLModel, table=True):
    """A statement on its way to a store."""

    __tablename__ = "xapi_outbox"

    store_id: int = Field(primary_key=True, foreign_key="xapi_store.id")
    statement_id: int = Field(primary_key=True, foreign_key="xapi_statement.id", index=True)
    state: str = Field(default=Waiting.QUEUED, index=True)
    tries: int = 0
    failure: str | None = None
    at: dt.datetime = Field(default_factory=utc_now)


class ActorRow(SQLModel, table=True):
    """Who the statements speak of. There is one row."""

    __tablename__ = "xapi_actor"

    id: int = Field(default=1, primary_key=True)
    actor: dict[str, Any] = Field(sa_type=sa.JSON)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it is kept."""

    uid: uuid.UUID
    event: str | None
    verb: str
    occurred_at: dt.datetime
    voided: bool
    body: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EventState:
    """How things stand with one kind of event at a store; ``allowed`` is None until the learner decides."""

    event: str
    tells: str
    allowed: bool | None
    since: dt.datetime | None
    queued: int
    done: int
    parked: int
    kept: int


@dataclass(frozen=True, slots=True)
class Store:
    """A record store and how things stand with it."""

    id: int
    endpoint: str
    connected_at: dt.datetime
    sent_at: dt.datetime | None
    paused: str | None
    failure: str | None
    next_at: dt.datetime | None
    queued: int
    done: int
    parked: int
    events: tuple[EventState, ...]


@dataclass(frozen=True, slots=True)
class Parked:
    """A statement that a store did not take, and why."""

    uid: uuid.UUID
    event: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sending did. ``waiting`` says until when the store is left alone, ``failure`` why."""

    endpoint: str
    sent: int
    known: int
    parked: tuple[Parked, ...]
    left: int
    failure: str | None = None
    hint: str | None = None
    waiting: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import of statements did."""

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]
    """The number of the statement in the file, from 1, and why it was not taken."""
