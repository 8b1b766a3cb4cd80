"""Rows and values of echoes: what was sent to whom, what came back, where works were announced."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.library import uuid7
from ple.library.identity import utc_now


class Sent(StrEnum):
    """What became of a Webmention."""

    TAKEN = "taken"
    """The receiver took it."""
    NOBODY = "nobody"
    """The page names no receiver."""
    FAILED = "failed"
    """It was not taken; it is sent again when asked for."""
    WITHDRAWN = "withdrawn"
    """The link is gone, and the receiver was told."""


class WebmentionRow(SQLModel, table=True):
    """A Webmention that was sent: that a page of ours links to somebody's."""

    __tablename__ = "portfolio_webmention"

    source: str = Field(primary_key=True, max_length=1000)
    target: str = Field(primary_key=True, max_length=1000)
    artifact_id: int = Field(foreign_key="resource.id", index=True)
    endpoint: str | None = Field(default=None, max_length=1000)
    fingerprint: str = Field(default="", max_length=64, description="Of the page when it was sent.")
    state: str = Field(default=Sent.FAILED.value, max_length=16)
    said: str = Field(default="", sa_type=sa.Text, description="What the receiver answered, in a sentence.")
    sent_at: dt.datetime = Field(default_factory=utc_now)


class ResponseRow(SQLModel, table=True):
    """What somebody said about a work elsewhere. It is on the page when the learner allowed it."""

    __tablename__ = "portfolio_response"

    id: int | None = Field(default=None, primary_key=True)
    artifact_id: int = Field(foreign_key="resource.id", index=True)
    source: str = Field(max_length=1000, unique=True)
    kind: str = Field(max_length=16)
    author: str = Field(default="", max_length=200)
    author_url: str | None = Field(default=None, max_length=1000)
    text: str = Field(default="", sa_type=sa.Text)
    said_at: dt.datetime | None = None
    received_at: dt.datetime = Field(default_factory=utc_now)
    shown: bool = False


class AccountRow(SQLModel, table=True):
    """Where the learner announces works. What opens it lies among the secrets."""

    __tablename__ = "portfolio_announcer"

    id: int | None = Field(default=None, primary_key=True)
    uid: uuid.UUID = Field(default_factory=uuid7)
    name: str = Field(max_length=100, unique=True)
    kind: str = Field(max_length=16, description="mastodon, micropub or wordpress")
    address: str = Field(max_length=1000)
    user: str = Field(default="", max_length=200)


class AnnouncementRow(SQLModel, table=True):
    """That a work was announced. Kept before it is sent, so that a lost answer is not a second announcement."""

    __tablename__ = "portfolio_announcement"

    account_id: int = Field(foreign_key="portfolio_announcer.id", primary_key=True)
    artifact_id: int = Field(foreign_key="resource.id", primary_key=True, index=True)
    key: str = Field(max_length=64, description="The same for every try, so that the network can tell them.")
    text: str = Field(sa_type=sa.Text)
    url: str | None = Field(default=None, max_length=1000)
    sent_at: dt.datetime = Field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class Webmention:
    """A Webmention that was sent, or would be."""

    artifact: int
    source: str
    target: str
    state: str
    endpoint: str | None
    said: str
    sent_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Response:
    """What somebody said about a work elsewhere."""

    id: int
    artifact: int
    title: str
    """Of the work."""
    kind: str
    """reply, like, repost, bookmark or mention"""
    author: str
    author_url: str | None
    url: str
    text: str
    said_at: dt.datetime | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Where the learner announces works."""

    id: int
    name: str
    kind: str
    address: str
    user: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """A work's announcement, as it went or would go."""

    artifact: int
    account: str
    title: str
    text: str
    """Exactly what is sent."""
    url: str | None
    """Where it can be read; None before it is sent."""
    sent_at: dt.datetime | None
    tags: tuple[str, ...] = ()
    page: str = ""
    """The work's own address."""
