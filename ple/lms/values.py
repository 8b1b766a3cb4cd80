"""Values of the LMS, as the door gives them: frozen, and knowing nothing of where they are kept."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ReceiptState(StrEnum):
    """How sure a receipt is."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    LEARNER = "learner"
    """The learner says so."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What all resources of the LMS have."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Account(Thing):
    """A learner's account at an LMS. Its ``url`` may be empty, where the learner does it by hand."""

    url: str
    lms: str
    person: str
    capabilities: tuple[str, ...]
    has_token: bool
    token_expires_at: dt.datetime | None
    """When its token ends, as far as that is known."""
    synced_at: dt.datetime | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Course(Thing):
    """A course that the learner is in."""

    account_id: int
    account: str
    code: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    assignments: int


@dataclass(frozen=True, slots=True)
class AssignmentLine(Thing):
    """An assignment as a list shows it. Times in UTC; ``closes_at`` counts an extension."""

    course_id: int
    course: str
    account_id: int
    account: str
    opens_at: dt.datetime | None
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    takes: str
    state: str | None
    attempt: int
    submitted_at: dt.datetime | None
    grade: str
    extended_to: dt.datetime | None
    """An extension of the learner's own; ``due_at`` and ``closes_at`` count it."""
    waits_for: int
    """How many of the team have still to hand in."""

    @property
    def handed_in(self) -> bool:
        """Whether the teacher sees something."""
        return self.state == "submitted"


@dataclass(frozen=True, slots=True)
class Assignment(AssignmentLine):
    """An assignment in full."""

    text: str
    html: str = field(repr=False)
    points: float | None
    attempts: int | None
    statement: bool
    statement_text: str
    """What has to be declared, in the course's own words."""
    minutes: int | None
    """How long it may take from when it is started; none: as long as one likes."""
    started_at: dt.datetime | None
    team: bool
    holds: str
    seen_at: dt.datetime | None
    gone_at: dt.datetime | None
    receipts: tuple[int, ...]
    """The numbers of its receipts, newest first."""


@dataclass(frozen=True, slots=True)
class Receipt(Thing):
    """Proof of a hand-in.

    ``sent_sha256`` and ``read_sha256`` hash the one form of what was sent and of what was read back; they are equal
    in a verified receipt. ``sent_at`` is none if it was there already and nothing was sent.
    """

    state: ReceiptState
    assignment_id: int | None
    course: str
    account: str
    text: str | None
    files: tuple[str, ...]
    """The names of the files; their bytes belong to the receipt."""
    attempt: int
    submission: str | None
    sent_at: dt.datetime | None
    submitted_at: dt.datetime | None
    verified_at: dt.datetime | None
    sent_sha256: str
    read_sha256: str | None
    record_sha256: str
    compared: tuple[str, ...] = ()
    """What was compared with what is there, and how: a sentence for each link, text and file."""


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """A receipt with the whole of what was recorded, for keeping elsewhere."""

    receipt: Receipt
    record: dict[str, Any]
    proofs: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the learner stands with an assignment, asked a moment ago."""

    assignment_id: int
    title: str
    course: str
    state: str
    attempt: int
    holds: str
    submitted_at: dt.datetime | None
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    open: bool
    why_not: str | None
    """Why nothing can be handed in now, if so."""
    pending: bool
    """Whether an earlier hand-in of ours is not settled."""
    receipt_id: int | None
    failure: str | None = None
    grade: str = ""
    waits_for: int = 0
    """How many of the team have still to hand in."""
    ends_at: dt.datetime | None = None
    """When the time runs out that was started for it."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did to one account."""

    account_id: int
    title: str
    courses: int = 0
    assignments: int = 0
    new: int = 0
    updated: int = 0
    gone: int = 0
    failure: str | None = None
    hint: str | None = None
    news: int = 0
    """How many things happened that the learner should hear of."""
    warning: str | None = None
    """Such as that the token ends soon."""
    sessions: int = 0
    """Sessions of courses that somebody teaches."""
