"""Handing in, decided: what would happen, whether it may, and after each look at the LMS what to do next.

Nothing here talks to anybody. A hand-in is a plan that the learner confirms, an intent written down, and then moves:
look at the LMS, decide, send one step, look again. What is there decides, never what was answered; so a lost answer,
a crash and a second run all go the same way.
"""

import datetime as dt
from dataclasses import dataclass, field, replace

from ple.library.errors import InvalidInput
from ple.lms import checks
from ple.lms.adapter import Attempt, RemoteAssignment, SubmissionState, SubmissionStatus
from ple.lms.checks import Problem, Whereto
from ple.lms.content import Content, Found, Piece, files_said
from ple.lms.errors import Changed, LmsError, Refused, Undecided
from ple.lms.models import AssignmentRow, HandInState
from ple.lms.showing import Seen
from ple.web import addresses

SETTLE = dt.timedelta(seconds=60)
"""How long something that was sent may be on its way; before that its absence proves nothing."""
MOST_CHARACTERS = 2000
TRIES = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What handing in would do; nothing has been sent. Times in UTC."""

    assignment_id: int
    assignment: str
    course: str
    account: str
    lms: str
    link: str | None
    text: str | None
    files: tuple[Piece, ...]
    resource_id: int | None
    attempt: int
    """The number that the attempt will have."""
    attempts_left: int | None
    """How many would be left afterwards; none: as many as one likes."""
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    late: bool
    replaces: str | None
    """What is there now and would be gone, in words."""
    keeps: str | None
    """What is there now and stays beside it, in words."""
    steps: tuple[str, ...]
    statement: bool
    """Whether the learner has to declare something; ``statement_text`` says what, in the course's own words."""
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    already: bool
    """Whether this very thing is handed in already, so that nothing needs to be sent."""
    receipt_id: int | None
    """The receipt of that."""
    made_at: dt.datetime
    base: str
    attempt_seen: int
    page: str | None = None
    """The assignment's page, for people."""
    by_hand: bool = False
    """Whether ple cannot hand it in: the learner does, and gives their word for it."""
    seen: Seen | None = None
    """What somebody who is not signed in sees at the link."""
    beside: Found = field(default=Found(), repr=False)
    statement_text: str = ""
    """What has to be declared, as the course words it; empty if the course does not tell."""
    minutes: int | None = None
    """How long it may take from when it is started; none: as long as one likes."""
    ends_at: dt.datetime | None = None
    """When the time runs out that the learner has started."""
    extended_to: dt.datetime | None = None
    """An extension of the learner's own; ``due_at`` and ``closes_at`` count it."""
    team: bool = False
    """Whether it is handed in for a whole team."""
    waits_for: int = 0
    """How many of the team have still to hand in before it counts."""
    artifact_sha256: str | None = None
    """Of the thing in the library as it says itself at this moment, in Markdown; it is kept with the receipt."""

    @property
    def declaration(self) -> str:
        """What the learner declares: the course's own words, or ours where it has none."""
        return self.statement_text or "This is my own work."

    @property
    def content(self) -> Content:
        """What is handed in."""
        return Content(self.link, self.text, self.files, self.beside)

    @property
    def ok(self) -> bool:
        """Whether it may be handed in."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was sent. Without an outcome, ple ended before it heard one."""

    name: str
    sent_at: dt.datetime
    outcome: str | None = None
    """``accepted``, ``refused`` or ``lost``."""
    failure: str | None = None

    @property
    def unanswered(self) -> bool:
        """Whether it may have arrived or not."""
        return self.outcome in (None, "lost")


@dataclass(frozen=True, slots=True)
class Intent:
    """What the learner meant to hand in, and what was done about it so far."""

    content: Content
    base: str
    attempt_seen: int
    each_counts: bool
    drafts: bool
    steps: tuple[Step, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the LMS said yes to all there is to send."""
        last = self.steps[-1] if self.steps else None
        return last is not None and last.outcome == "accepted" and last.name == ("submit" if self.drafts else "save")

    def tries(self, name: str) -> int:
        """Return how often a step was sent."""
        return sum(step.name == name for step in self.steps)


@dataclass(frozen=True, slots=True)
class Arrived:
    """It is handed in: this is the attempt."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Send:
    """Send this step: ``save`` or ``submit``."""

    step: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It may still be on its way until then."""

    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """It ends here, and this is how."""

    state: HandInState
    error: LmsError


Move = Arrived | Send | Wait | Stop


def link_to_hand_in(url: str) -> str:
    """Return an address as it is handed in.

    Raises:
        BadAddress: it is no http(s) address.
        InvalidInput: it holds a password, or is too long for an LMS.
    """
    link = addresses.clean(url)
    if addresses.without_credentials(link) != link:
        raise InvalidInput("an address with a name and password in it is not handed in", hint="Leave them out.")
    if not link.isascii() or any(character in link for character in " <>\"'`{}|\\^"):
        link = addresses.wire(link)
    if len(link) > MOST_CHARACTERS:
        raise InvalidInput(f"the address has more than {MOST_CHARACTERS} characters", hint="Hand in a shorter one.")
    return link


def text_to_hand_in(text: str) -> str:
    """Return a text as it is handed in.

    Raises:
        InvalidInput: there is nothing in it, or too much for an LMS.
    """
    kept = text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8").strip()
    if not kept:
        raise InvalidInput("the text is empty", hint="Say what to hand in.")
    if len(kept) > 50_000:
        raise InvalidInput("the text has more than 50,000 characters", hint="Publish it, and hand in its link.")
    return kept


def make_plan(
    to: Whereto,
    remote: RemoteAssignment,
    status: SubmissionStatus,
    content: Content,
    *,
    now: dt.datetime,
    resource_id: int | None = None,
    again: bool = False,
    seen: Seen | None = None,
) -> Plan:
    """Return what handing in ``content`` would do, with every check that needs no writing.

    ``again`` hands in what is there already once more, where each hand-in counts: the page behind a link may be new.
    """
    content = replace(content, beside=beside(to, status, content))
    already = _is_there(to, status, content) and not (again and to.each_counts)
    closes_at = checks.closing(remote, status)
    due_at = max(filter(None, (remote.due_at, status.extended_to)), default=None)
    number = status.number + 1 if to.each_counts else max(1, status.number)
    there = status.attempt
    replaces = None
    if there and not to.each_counts and not content.is_in(there.found):
        old = there.found
        gone = (old.words if content.worded else "", files_said(old.files) if content.files else "")
        replaces = " and ".join(filter(None, gone)) or None
    if already:
        problems: tuple[Problem, ...] = ()
        number = status.number
    else:
        problems = tuple(checks.check(remote, status, content, each_counts=to.each_counts, now=now))
    late = due_at is not None and due_at < (status.clock or now)  # it is the clock there that decides
    ends_at = checks.runs_out(remote, status)
    said = checks.warnings(to, remote, status, content, late=late, now=now)
    return Plan(
        assignment_id=to.assignment_id,
        assignment=remote.title,
        course=to.course,
        account=to.account,
        lms=to.lms,
        link=content.link,
        text=content.text,
        files=content.files,
        resource_id=resource_id,
        attempt=number,
        attempts_left=max(0, remote.attempts - number) if remote.attempts else None,
        due_at=due_at,
        closes_at=closes_at,
        late=late,
        replaces=replaces,
        keeps=content.beside.summary if not content.beside.empty else None,
        steps=("save", "submit") if remote.drafts else ("save",),
        statement=remote.statement,
        warnings=() if already else (*said, *(seen.warnings if seen else ())),
        problems=problems,
        already=already,
        receipt_id=None,
        made_at=now,
        base=status.fingerprint,
        attempt_seen=status.number,
        page=remote.url,
        seen=seen,
        beside=content.beside,
        statement_text=remote.statement_text if remote.statement else "",
        minutes=int(remote.time_limit.total_seconds() // 60) if remote.time_limit else None,
        ends_at=ends_at,
        extended_to=status.extended_to,
        team=remote.team,
        waits_for=status.waits_for,
    )


def plan_by_hand(
    row: AssignmentRow,
    course: str,
    account: str,
    content: Content,
    *,
    now: dt.datetime,
    resource_id: int | None,
) -> Plan:
    """Return what the learner hands in themselves, as far as the library knows the assignment; nobody is asked."""
    due_at = max(filter(None, (row.due_at, row.extended_to)), default=None)
    return Plan(
        assignment_id=row.id,
        assignment=row.title,
        course=course,
        account=account,
        lms="by hand",
        link=content.link,
        text=content.text,
        files=content.files,
        resource_id=resource_id,
        attempt=max(1, row.attempt),
        attempts_left=None,
        due_at=due_at,
        closes_at=row.closes_at,
        late=due_at is not None and due_at < now,
        replaces=None,
        keeps=None,
        steps=("by-hand",),
        statement=False,
        warnings=("You hand it in yourself; the receipt is your word for it, with the time and a hash.",),
        problems=(),
        already=False,
        receipt_id=None,
        made_at=now,
        base="",
        attempt_seen=row.attempt,
        page=row.url,
        by_hand=True,
    )


def beside(to: Whereto, status: SubmissionStatus, content: Content) -> Found:
    """Return what is there already and stays: where saving replaces, it replaces only what is sent anew."""
    there = status.attempt.found if status.attempt else Found()
    if to.each_counts:
        return Found()
    if content.files and not content.worded:
        return Found(there.links, there.text, (), there.html)
    return Found(files=there.files) if content.worded and not content.files else Found()


def next_move(intent: Intent, status: SubmissionStatus, *, now: dt.datetime) -> Move:
    """Return what to do, having looked at the LMS a moment ago. Called again after each step that was sent."""
    if (attempt := arrived(intent, status)) is not None:
        return Arrived(attempt)
    last = intent.steps[-1] if intent.steps else None
    ours_is_draft = (
        status.state is SubmissionState.DRAFT
        and status.attempt is not None
        and intent.content.is_in(status.attempt.found)
    )
    if last is None:
        if status.fingerprint != intent.base and not ours_is_draft:
            return Stop(HandInState.NOT_ARRIVED, Changed("something else was handed in or changed there meanwhile"))
        return Send("submit" if ours_is_draft and intent.drafts else "save")
    if last.outcome == "refused":
        return Stop(HandInState.REFUSED, Refused(last.failure or "the LMS did not take it"))
    if intent.each_counts:
        return _after_the_only_one(last, moved=status.number > intent.attempt_seen, now=now)
    if ours_is_draft and intent.drafts:
        if last.outcome == "accepted" and last.name == "submit":
            return Stop(HandInState.DIFFERS, Refused("it was said to be handed in, but is still a draft"))
        return Send("submit") if intent.tries("submit") < TRIES else Wait(last.sent_at + SETTLE)
    if last.outcome == "accepted":
        return Stop(HandInState.DIFFERS, Refused("it was accepted, but something else is there than was sent"))
    if last.name == "submit":
        return Stop(HandInState.NOT_ARRIVED, Changed("the draft was changed meanwhile by someone else"))
    if status.fingerprint != intent.base:
        return Stop(HandInState.NOT_ARRIVED, Changed("something else was handed in or changed there meanwhile"))
    return Send("save") if intent.tries("save") < TRIES else Wait(last.sent_at + SETTLE)


def arrived(intent: Intent, status: SubmissionStatus) -> Attempt | None:
    """Return the attempt that holds what was meant, handed in and not from before; none if there is none."""
    first = intent.attempt_seen + (1 if intent.each_counts else 0)
    for attempt in filter(None, (status.attempt, *reversed(status.earlier))):
        if attempt.number >= first and attempt.state.handed_in and intent.content.is_in(attempt.found):
            return attempt
    return None


def undecided(until: dt.datetime, now: dt.datetime) -> Undecided:
    """Return the error that says that nobody knows yet."""
    seconds = max(1, int((until - now).total_seconds()))
    return Undecided(
        "the answer was lost, and what was sent is not there so far; it may still arrive",
        hint=f"Run the same command again in {seconds} seconds: it looks first, and sends nothing twice.",
    )


def _after_the_only_one(last: Step, *, moved: bool, now: dt.datetime) -> Move:
    if moved and last.outcome == "accepted":
        return Stop(HandInState.DIFFERS, Refused("it was accepted, but something else is there than was sent"))
    if now < last.sent_at + SETTLE:  # on its way still, or not yet in the copy of the database that was asked
        return Wait(last.sent_at + SETTLE)
    if last.outcome == "accepted":
        return Stop(HandInState.DIFFERS, Refused("it was accepted, but nothing new is there"))
    return Stop(HandInState.NOT_ARRIVED, Changed("what was sent before did not arrive"))


def _is_there(to: Whereto, status: SubmissionStatus, content: Content) -> bool:
    there = status.attempt
    return there is not None and there.state.handed_in and content.is_in(there.found)
