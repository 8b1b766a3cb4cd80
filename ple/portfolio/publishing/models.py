"""Rows and values of publishing: where the site goes, and what of it is there."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlmodel import Field, SQLModel, col, select

from ple.library import Reading, uuid7
from ple.library.identity import utc_now
from ple.portfolio.publishing.changes import Changes, File


class TargetRow(SQLModel, table=True):
    """A place that the learner publishes to. What opens it lies among the secrets."""

    __tablename__ = "portfolio_target"

    id: int | None = Field(default=None, primary_key=True)
    uid: uuid.UUID = Field(default_factory=uuid7)
    name: str = Field(max_length=100, unique=True)
    address: str = Field(max_length=1000)
    branch: str = Field(default="main", max_length=100)
    url: str | None = Field(default=None, max_length=500, description="Where visitors find it; ends in a slash.")
    with_unlisted: bool = True
    fingerprint: str | None = Field(default=None, max_length=200, description="Of the server's key, as confirmed.")
    created_at: dt.datetime = Field(default_factory=utc_now)
    published_at: dt.datetime | None = None


class PublicationRow(SQLModel, table=True):
    """That a piece of work stands at an address, since when, and until when it did."""

    __tablename__ = "portfolio_publication"

    target_id: int = Field(foreign_key="portfolio_target.id", primary_key=True)
    resource_id: int = Field(foreign_key="resource.id", primary_key=True, index=True)
    url: str = Field(max_length=1000)
    published_at: dt.datetime
    updated_at: dt.datetime
    withdrawn_at: dt.datetime | None = None


def can_be_read(tx: Reading, artifact: int, url: str) -> bool:
    """Return whether a work is at an address, for all that is known: nothing is while no place was ever named."""
    if tx.exec(select(TargetRow.id).limit(1)).first() is None:
        return True
    there = (col(PublicationRow.resource_id) == artifact, col(PublicationRow.url) == url)
    query = select(PublicationRow.target_id).where(*there, col(PublicationRow.withdrawn_at).is_(None))
    return tx.exec(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Target:
    """A place that the learner publishes to."""

    id: int
    name: str
    kind: str
    address: str
    branch: str | None
    """Of a git repository."""
    url: str | None
    with_unlisted: bool
    fingerprint: str | None
    secret: bool
    """Whether a password, key or token is kept for it."""
    published_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication changes, or would change."""

    target: str
    address: str
    url: str | None
    dry_run: bool
    new: tuple[File, ...]
    changed: tuple[File, ...]
    gone: tuple[File, ...]
    unchanged: int
    kept: tuple[str, ...]
    """Files that ple once put there and somebody changed since."""
    foreign: tuple[str, ...]
    replaced: tuple[str, ...]
    held_back: int
    """Unlisted pages that were not put there."""
    bytes: int
    """How many are sent."""
    commit: str | None = None
    works: int = 0
    """Pieces of work that can be read there."""
    elsewhere: bool = False
    """Whether another computer published there last."""
    in_history: int = 0
    """Works that were withdrawn with this and still stand in the repository's history."""

    def __bool__(self) -> bool:
        """Whether there was anything to change."""
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a piece of work can be read."""

    artifact: int
    title: str
    target: str
    url: str
    published_at: dt.datetime
    updated_at: dt.datetime
    withdrawn_at: dt.datetime | None


__all__ = ["Changes", "File", "Publication", "PublicationRow", "Published", "Target", "TargetRow"]
