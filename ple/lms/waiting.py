"""A hand-in that waits: what is kept of it, whether it may go by itself, and when it is tried again."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ple.library import utc_now
from ple.lms.hand_in import Plan

NEAR = dt.timedelta(hours=24)
"""How long before its end a waiting hand-in is warned of."""
_LONGEST = dt.timedelta(hours=6)
_CHANCE = random.SystemRandom()


class WaitingRow(SQLModel, table=True):
    """A hand-in that waits, with all that the learner decided about it."""

    __tablename__ = "lms_outbox"

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="lms_assignment.id", index=True)
    account_id: int = Field(foreign_key="lms_account.id", index=True)
    link: str | None = None
    text: str | None = None
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    resource_id: int | None = Field(default=None, foreign_key="resource.id")
    statement: bool = False
    """Whether the learner declared what the course asks."""
    authorised: bool = False
    """Whether it may go by itself."""
    state: str = "waiting"
    """``waiting``, ``sent``, ``refused`` or ``dropped``."""
    queued_at: dt.datetime = Field(default_factory=utc_now)
    tries: int = 0
    next_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    failure: str | None = None
    receipt_id: int | None = Field(default=None, foreign_key="lms_receipt.id")


class SenderRow(SQLModel, table=True):
    """Who sends for an account, and whether it rests."""

    __tablename__ = "lms_sender"

    account_id: int = Field(primary_key=True, foreign_key="lms_account.id")
    holder: str | None = None
    leased_until: dt.datetime | None = None
    failures: int = 0
    rests_until: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    """When the token was not accepted; until the account is connected again nothing is sent."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hand-in in the outbox."""

    id: int
    assignment_id: int
    assignment: str
    course: str
    account: str
    what: str
    state: str
    authorised: bool
    statement: bool
    queued_at: dt.datetime
    tries: int
    next_at: dt.datetime | None
    deadline_at: dt.datetime | None
    """After this nothing is taken, or it is late."""
    failure: str | None
    receipt_id: int | None
    warning: str | None


@dataclass(frozen=True, slots=True)
class Rest:
    """Why nothing is sent for an account at the moment."""

    account_id: int
    account: str
    until: dt.datetime | None
    """When it is tried again; none if that takes a new sign-in."""
    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one waiting hand-in at this try."""

    id: int
    assignment: str
    outcome: str
    """``sent``, ``asks`` (the learner has to say yes first), ``waits`` or ``refused``."""
    said: str
    receipt_id: int | None = None


def pause(failures: int, wish: int | None) -> dt.timedelta:
    """Return how long to rest after the ``failures``-th failure in a row; never shorter than the LMS wishes."""
    seconds = min(60 * 2.0 ** min(failures, 20), _LONGEST.total_seconds()) * _CHANCE.uniform(0.8, 1.2)
    return dt.timedelta(seconds=max(seconds, (wish or 0) * _CHANCE.uniform(1.0, 1.1)))


def why_ask(row: WaitingRow, plan: Plan) -> str | None:
    """Return why the learner has to be asked before a waiting hand-in goes; none if it may go by itself."""
    if plan.statement and not row.statement:
        return "it needs your declaration that it is your own work"
    if not row.authorised:
        return "it can be handed in now; say yes with `ple lms outbox send`"
    if plan.replaces:
        return f"it would replace {plan.replaces}"
    if plan.late:
        return "it would be late"
    if plan.attempts_left == 0:
        return "it would use the last attempt"
    if plan.seen is not None and (plan.seen.public is False or plan.seen.shows is False):
        return plan.seen.warnings[0]
    return None


def warning(item: Waiting, now: dt.datetime) -> str | None:
    """Return what the learner should hear about how much time a waiting hand-in has left."""
    if item.state != "waiting" or item.deadline_at is None:
        return None
    left = item.deadline_at - now
    if left < dt.timedelta():
        return f"“{item.assignment}” is past its time and not handed in"
    if left > NEAR:
        return None
    hours, minutes = divmod(int(left.total_seconds() // 60), 60)
    return f"“{item.assignment}” is not handed in, and there are {hours} h {minutes} min left"
