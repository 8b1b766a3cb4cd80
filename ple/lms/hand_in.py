"""Handing in, decided: what would happen, whether it may, and after each look at the LMS what to do next.

Nothing here talks to anybody. A hand-in is a plan that the learner confirms, an intent written down, and then moves:
look at the LMS, decide, send one step, look again. What is there decides, never what was answered; so a lost answer,
a crash and a second run all go the same way.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ple.library.errors import InvalidInput
from ple.lms.adapter import Accepts, Attempt, RemoteAssignment, SubmissionState, SubmissionStatus
from ple.lms.content import Content
from ple.lms.errors import (
    AlreadyHandedIn,
    Changed,
    Closed,
    LmsError,
    NoAttemptLeft,
    Refused,
    Undecided,
    Unsupported,
    WrongKind,
)
from ple.lms.models import HandInState
from ple.web import addresses

SETTLE = dt.timedelta(seconds=60)
"""How long something that was sent may be on its way; before that its absence proves nothing."""
MOST_CHARACTERS = 2000
TRIES = 2

_ERRORS: Mapping[str, type[LmsError]] = {
    error.__name__: error for error in (AlreadyHandedIn, Closed, NoAttemptLeft, Refused, Unsupported, WrongKind)
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be handed in, as a learner would read it."""

    kind: str
    sentence: str
    hint: str | None

    def error(self) -> LmsError:
        """Return it as an error."""
        return _ERRORS.get(self.kind, Refused)(self.sentence, hint=self.hint)


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
    steps: tuple[str, ...]
    statement: bool
    """Whether the learner has to declare that it is their own work."""
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    already: bool
    """Whether this very thing is handed in already, so that nothing needs to be sent."""
    receipt_id: int | None
    """The receipt of that."""
    made_at: dt.datetime
    base: str
    attempt_seen: int

    @property
    def content(self) -> Content:
        """What is handed in."""
        return Content(self.link, self.text)

    @property
    def ok(self) -> bool:
        """Whether it may be handed in."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Whereto:
    """The names that a plan shows, and how the LMS counts."""

    assignment_id: int
    course: str
    account: str
    lms: str
    each_counts: bool


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
) -> Plan:
    """Return what handing in ``content`` would do, with every check that needs no writing.

    ``again`` hands in what is there already once more, where each hand-in counts: the page behind a link may be new.
    """
    already = _is_there(to, status, content) and not (again and to.each_counts)
    closes_at = closing(remote, status)
    due_at = max(filter(None, (remote.due_at, status.extended_to)), default=None)
    number = status.number + 1 if to.each_counts else max(1, status.number)
    there = status.attempt
    replaces = None
    if there and not to.each_counts and not there.found.empty and not content.is_in(there.found):
        replaces = there.found.summary
    if already:
        problems: tuple[Problem, ...] = ()
        number = status.number
    else:
        problems = tuple(check(remote, status, content, each_counts=to.each_counts, now=now))
    late = due_at is not None and due_at < now
    return Plan(
        assignment_id=to.assignment_id,
        assignment=remote.title,
        course=to.course,
        account=to.account,
        lms=to.lms,
        link=content.link,
        text=content.text,
        resource_id=resource_id,
        attempt=number,
        attempts_left=max(0, remote.attempts - number) if to.each_counts and remote.attempts else None,
        due_at=due_at,
        closes_at=closes_at,
        late=late,
        replaces=replaces,
        steps=("save", "submit") if remote.drafts else ("save",),
        statement=remote.statement,
        warnings=() if already else tuple(_warnings(to, remote, status, content, late=late)),
        problems=problems,
        already=already,
        receipt_id=None,
        made_at=now,
        base=status.fingerprint,
        attempt_seen=status.number,
    )


def closing(remote: RemoteAssignment, status: SubmissionStatus) -> dt.datetime | None:
    """Return when nothing is taken any more, an extension counted in."""
    if remote.closes_at is None:
        return None
    return max(filter(None, (remote.closes_at, status.extended_to)))


def check(
    remote: RemoteAssignment, status: SubmissionStatus, content: Content, *, each_counts: bool, now: dt.datetime
) -> list[Problem]:
    """Return all that stands against handing in ``content`` now, the weightiest first.

    Whether it is open is the LMS's word, as its clock counts; the dates only tell why.
    """
    found = []
    if (reason := why_closed(remote, status, each_counts=each_counts, now=now)) is not None:
        found.append(reason)
    accepts = remote.accepts
    fits = accepts.text if content.text is not None else accepts.link or accepts.text
    if not fits:
        found.append(
            _problem(
                WrongKind, f"“{remote.title}” takes {_taken(accepts)}, not a {content.kind}", "See what it asks for."
            )
        )
    if content.text is not None and accepts.words and len(content.text.split()) > accepts.words:
        count = len(content.text.split())
        sentence = f"the text has {count} words, and “{remote.title}” takes {accepts.words} at most"
        found.append(_problem(WrongKind, sentence, "Shorten it."))
    if remote.time_limit:
        minutes = int(remote.time_limit.total_seconds() // 60)
        sentence = f"“{remote.title}” has to be done in {minutes} minutes from when you start it there"
        found.append(_problem(Unsupported, sentence, "Start it and hand it in in a browser."))
    return found


def why_closed(
    remote: RemoteAssignment, status: SubmissionStatus, *, each_counts: bool, now: dt.datetime
) -> Problem | None:
    """Return why nothing can be handed in now; none if it is open."""
    title = f"“{remote.title}”"
    closes_at = closing(remote, status)
    if each_counts and remote.attempts and status.number >= remote.attempts:
        return _problem(NoAttemptLeft, f"all {remote.attempts} attempts at {title} are used", NoAttemptLeft.hint)
    if status.can_edit is True or (status.can_edit is None and not remote.locked):
        return None
    if status.locked:
        return _problem(Closed, f"your teacher has locked {title} for you", "Ask your teacher.")
    if remote.opens_at and remote.opens_at > now:
        return _problem(Closed, f"{title} opens on {local(remote.opens_at)}", "Hand it in after that.")
    if closes_at and closes_at < now:
        return _problem(Closed, f"{title} closed on {local(closes_at)}", "Ask your teacher for an extension.")
    if status.state.handed_in:
        held = status.attempt.found.summary if status.attempt else "something else"
        sentence = f"{title} is handed in already, with {held}, and can no longer be changed"
        return _problem(AlreadyHandedIn, sentence, AlreadyHandedIn.hint)
    if not (remote.accepts.link or remote.accepts.text or remote.accepts.files):
        return _problem(WrongKind, f"{title} takes nothing online", "Ask your teacher how to hand it in.")
    return _problem(Closed, f"{title} takes nothing at this moment", "Open it in a browser to see why.")


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


def local(when: dt.datetime) -> str:
    """Return a moment in the learner's own time zone, with its name."""
    return f"{when.astimezone():%A %Y-%m-%d %H:%M %Z}".rstrip()


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


def _warnings(
    to: Whereto, remote: RemoteAssignment, status: SubmissionStatus, content: Content, *, late: bool
) -> list[str]:
    said = []
    if late:
        said.append("The due date has passed: it will be marked as late.")
    if content.link is not None and addresses.is_local_name(addresses.host(content.link)):
        said.append("The link leads to this machine or its network; your teacher cannot open it from elsewhere.")
    if content.link is not None and not remote.accepts.link:
        said.append("The assignment takes texts: the link is handed in as one.")
    if to.each_counts and status.number:
        said.append(f"Attempt {status.number} stays in the record; your teacher sees the new one first.")
    if remote.drafts and not status.state.handed_in:
        said.append("Once it is handed in, you cannot change it yourself.")
    return said


def _taken(accepts: Accepts) -> str:
    extensions = f" ({', '.join(accepts.extensions)})" if accepts.extensions else ""
    return accepts.summary + extensions


def _problem(kind: type[LmsError], sentence: str, hint: str | None) -> Problem:
    return Problem(kind.__name__, sentence, hint)
