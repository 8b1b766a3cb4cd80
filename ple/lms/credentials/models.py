"""Rows and values of credentials."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.library import Body
from ple.library.identity import utc_now
from ple.lms.credentials.reading import Form, Skill
from ple.lms.credentials.verification import Ending, Fact, Verdict

KIND = "credential"


class CredentialRow(Body, table=True):
    """A credential as it was given, what it says, and what was found about it last."""

    __tablename__ = "credential"
    __kind__: ClassVar[str] = KIND

    form: str
    title: str
    description: str = Field(default="", sa_type=sa.Text)
    criteria: str = Field(default="", sa_type=sa.Text)
    issuer: str = ""
    issuer_id: str | None = None
    url: str | None = None
    image: str | None = None
    issued_at: dt.datetime | None = Field(default=None, index=True)
    expires_at: dt.datetime | None = None
    skills: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    evidence: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    said: str = Field(sa_type=sa.Text)
    """What was signed, as text: JSON, a token, or an address; empty for a PDF."""
    said_sha256: str = Field(index=True)
    """Of what was signed, so that the same badge in another picture is the same badge; of a PDF, of its bytes."""
    file_name: str
    file_sha256: str
    source: str | None = None
    """The address that it was fetched from, if the learner gave one."""
    inside_of: int | None = Field(default=None, foreign_key="credential.id", index=True)
    """The record (CLR) that holds it."""
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    checked_at: dt.datetime = Field(default_factory=utc_now)
    asked_at: dt.datetime | None = None
    """When its issuer was last asked."""


class IdentityRow(SQLModel, table=True):
    """An address or identifier that the learner says is theirs."""

    __tablename__ = "credential_identity"

    value: str = Field(primary_key=True)
    added_at: dt.datetime = Field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """A credential on a list, with its four facts."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: dt.datetime
    form: Form
    issuer: str
    issued_at: dt.datetime | None
    expires_at: dt.datetime | None
    inside_of: int | None
    signature: Fact
    issued_by: Fact
    recipient: Fact
    current: Fact
    checked_at: dt.datetime
    asked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Credential(CredentialLine):
    """A credential in full; texts are safe for a terminal."""

    issuer_id: str | None
    image: str | None
    description: str
    criteria: str
    skills: tuple[Skill, ...]
    evidence: tuple[str, ...]
    file_name: str
    file_sha256: str
    holds: tuple[int, ...]
    """The credentials inside, for a record (CLR)."""
    evidence_for: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a part of one, that was not kept, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: tuple[CredentialLine, ...]
    known: tuple[CredentialLine, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """How a file ended that was looked at and not kept; without a verdict it could not be read."""

    name: str
    form: Form | None
    title: str
    ending: Ending
    reason: str
    verdict: Verdict | None
