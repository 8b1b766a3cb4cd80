"""Rows of the LMS: accounts, courses, assignments, hand-ins and receipts.

What came from an LMS is kept as it was said, cleaned; what the learner handed in is kept for good. A receipt's row is
never changed; every look at what arrived adds a proof to it.
"""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from ple.library import Body, utc_now

ACCOUNT = "account"
COURSE = "course"
ASSIGNMENT = "assignment"
RECEIPT = "receipt"


class HandInState(StrEnum):
    """Where a hand-in stands. The first two are open: nothing else is handed in to the assignment meanwhile."""

    SENDING = "sending"
    UNVERIFIED = "unverified"
    """The LMS said yes, and what arrived could not be read back yet."""
    VERIFIED = "verified"
    NOT_ARRIVED = "not-arrived"
    REFUSED = "refused"
    DIFFERS = "differs"
    """The LMS said yes, and holds something else."""


class AccountRow(Body, table=True):
    """A learner's account at an LMS. Its token is not here: it is the secret ``lms:<uid>``."""

    __tablename__ = "lms_account"
    __kind__: ClassVar[str] = ACCOUNT
    __table_args__ = (UniqueConstraint("url", "remote_id"),)

    lms: str
    """The kind of its adapter."""
    url: str
    title: str
    person: str
    remote_id: str
    capabilities: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    connected_at: dt.datetime = Field(default_factory=utc_now)
    synced_at: dt.datetime | None = None
    failure: str | None = None
    token_expires_at: dt.datetime | None = None


class CourseRow(Body, table=True):
    """A course that the learner is or was in."""

    __tablename__ = "lms_course"
    __kind__: ClassVar[str] = COURSE
    __table_args__ = (UniqueConstraint("account_id", "remote_id"),)

    account_id: int = Field(foreign_key="lms_account.id")
    remote_id: str
    code: str = ""
    title: str = ""
    url: str | None = None
    html: str = ""
    text: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None
    """When the LMS no longer listed it."""


class AssignmentRow(Body, table=True):
    """Something to hand in, with what was last seen of the learner's own submission."""

    __tablename__ = "lms_assignment"
    __kind__: ClassVar[str] = ASSIGNMENT
    __table_args__ = (UniqueConstraint("course_id", "remote_id"),)

    course_id: int = Field(foreign_key="lms_course.id")
    remote_id: str
    title: str = ""
    url: str | None = None
    html: str = ""
    text: str = ""
    opens_at: dt.datetime | None = None
    due_at: dt.datetime | None = Field(default=None, index=True)
    closes_at: dt.datetime | None = None
    extended_to: dt.datetime | None = None
    takes: str = ""
    """What may be handed in, in words."""
    points: float | None = None
    attempts: int | None = None
    statement: bool = False
    statement_text: str = ""
    """What has to be declared, in the course's own words."""
    minutes: int | None = None
    """How long it may take from when it is started."""
    started_at: dt.datetime | None = None
    team: bool = False
    reopens: str = ""
    """How another attempt comes about."""
    state: str | None = None
    """The learner's submission as last seen; none: never looked."""
    attempt: int = 0
    submitted_at: dt.datetime | None = None
    holds: str = ""
    """What is there, in a few words."""
    grade: str = ""
    """As the LMS shows it, once it is released."""
    graded_at: dt.datetime | None = None
    waits_for: int = 0
    """How many of the team have still to hand in."""
    locked: bool = False
    seen_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None


class HandInRow(SQLModel, table=True):
    """What the learner meant to hand in, written down before the first byte was sent."""

    __tablename__ = "lms_hand_in"

    id: int | None = Field(default=None, primary_key=True)
    key: uuid.UUID = Field(unique=True)
    assignment_id: int = Field(foreign_key="lms_assignment.id", index=True)
    open_for: int | None = Field(default=None, unique=True, foreign_key="lms_assignment.id")
    """The assignment while it is open: unique, so that there is one at a time."""
    state: str = HandInState.SENDING
    link: str | None = None
    text: str | None = None
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    beside: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    """What was there already and stays beside it."""
    resource_id: int | None = Field(default=None, foreign_key="resource.id")
    sent_sha256: str
    base: str
    """What the LMS held when the plan was made."""
    attempt_seen: int
    statement: bool = False
    plan: dict[str, Any] = Field(sa_type=sa.JSON)
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    """Each step: its name, when it was sent, and what became of it."""
    confirmed_at: dt.datetime
    ended_at: dt.datetime | None = None
    failure: str | None = None
    receipt_id: int | None = Field(default=None, foreign_key="lms_receipt.id")
    holder: str | None = None
    """The run of ple that works on it now, until its lease ends."""
    leased_until: dt.datetime | None = None


class ReceiptRow(Body, table=True):
    """Proof of a hand-in; never changed, and kept when the account is not."""

    __tablename__ = "lms_receipt"
    __kind__: ClassVar[str] = RECEIPT

    assignment_id: int | None = Field(default=None, foreign_key="lms_assignment.id", index=True)
    title: str
    course: str
    account: str
    url: str | None = None
    text: str | None = None
    files: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    by_hand: bool = False
    """Whether it is the learner's word alone."""
    attempt: int
    submission: str | None = None
    """The number that the LMS gave it."""
    sent_at: dt.datetime | None = None
    """None if it was there already and nothing was sent."""
    sent_sha256: str
    record: str
    """All of it as JSON, as it was when the receipt was made."""
    record_sha256: str
    made_at: dt.datetime = Field(default_factory=utc_now)


class ProofRow(SQLModel, table=True):
    """One look at what arrived. Append-only."""

    __tablename__ = "lms_proof"

    id: int | None = Field(default=None, primary_key=True)
    receipt_id: int = Field(foreign_key="lms_receipt.id", index=True)
    at: dt.datetime = Field(default_factory=utc_now)
    same: bool
    read_sha256: str
    read_back: str
    """What the LMS said, as JSON."""
    compared: list[dict[str, Any]] | None = Field(default=None, sa_type=sa.JSON)
    """What was compared, and how."""
    submitted_at: dt.datetime | None = None
    """When it was handed in by the clock of the LMS."""


class KeptRow(SQLModel, table=True):
    """A file that was kept for a plan, until somebody else looks after it."""

    __tablename__ = "lms_kept"

    sha256: str = Field(primary_key=True)
    at: dt.datetime = Field(default_factory=utc_now, index=True)


class SessionRow(SQLModel, table=True):
    """A session of a course that somebody teaches, as a calendar tells it."""

    __tablename__ = "lms_session"
    __table_args__ = (UniqueConstraint("account_id", "remote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="lms_account.id")
    remote_id: str
    title: str = ""
    course: str = ""
    place: str = ""
    url: str | None = None
    starts_at: dt.datetime = Field(index=True)
    ends_at: dt.datetime
    cancelled: bool = False
    moved_from: dt.datetime | None = None
    attended: bool | None = None
    """The learner's own word; none: they have not said."""
    noted_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None
