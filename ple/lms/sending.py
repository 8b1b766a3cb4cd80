"""Sending: the steps of a hand-in, done one by one as :mod:`ple.lms.hand_in` decides, each noted before it is sent."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import replace

from ple.lms import checks
from ple.lms import hand_in as saga
from ple.lms.adapter import LmsAdapter, RemoteAssignment, SubmissionStatus
from ple.lms.errors import AnswerLost, LmsError, Refused, Undecided, Unreachable
from ple.lms.hand_in import Arrived, Send, Step, Stop, Wait
from ple.lms.keeping import Keeping
from ple.lms.ledger import Ledger
from ple.lms.models import HandInState
from ple.lms.proofs import Open
from ple.lms.readback import with_bytes

_LOG = logging.getLogger(__name__)
_MOVES = 8  # more than any hand-in needs: save, submit, each tried twice, and a look before each


class Sending:
    """Does what was decided, and keeps the ledger of it."""

    def __init__(
        self, keeping: Keeping, ledger: Ledger, now: Callable[[], dt.datetime], read: Callable[[str], bytes]
    ) -> None:
        """``read`` gives the bytes of a file by their hash."""
        self._read = read
        self._keeping = keeping
        self._ledger = ledger
        self._now = now

    def carry_on(self, ours: Open, adapter: LmsAdapter, remote: RemoteAssignment) -> int:
        """Go on with a hand-in until it is settled; return the number of its receipt.

        Raises:
            LmsError: it ended otherwise, or nobody knows yet how.
        """
        for _ in range(_MOVES):
            status = self._look(ours, adapter, remote)
            if status is None:
                return self._ledger.accepted(ours, now=self._now())
            now = self._now()
            self._keeping.store_status(ours.assignment_id, status, now)
            match saga.next_move(ours.intent, status, now=now):
                case Arrived(attempt):
                    return self._ledger.arrived(ours, attempt, status, now=now)
                case Send(name):
                    ours = self._send(ours, adapter, remote, name)
                case Wait(until):
                    if ours.intent.accepted:
                        return self._ledger.accepted(ours, now=now)
                    raise saga.undecided(until, now)
                case Stop(state, error):
                    self._stop(ours, state, error, status)
                    raise self._explained(error, state, ours, adapter, remote, status)
        raise saga.undecided(self._now() + saga.SETTLE, self._now())

    def _look(self, ours: Open, adapter: LmsAdapter, remote: RemoteAssignment) -> SubmissionStatus | None:
        """Return what the LMS holds; none if it cannot be asked but has said yes to all that was sent."""
        try:
            status = adapter.status(remote.course_id, remote.remote_id)
        except LmsError as error:
            steps = ours.intent.steps
            if not steps or steps[-1].outcome == "refused":
                self._ledger.end(ours, HandInState.NOT_ARRIVED, now=self._now(), failure=str(error))
                say_what_became_of_it(error, ours)
                raise
            if ours.intent.accepted:
                return None
            said = "what was sent may have arrived, and it cannot be looked up"
            if steps[-1].outcome == "accepted":
                said = "it was saved there as a draft, and whether it can be handed in cannot be looked up"
            raise Undecided(f"{said}: {error}") from error
        return with_bytes(adapter, ours.intent.content, status)

    def _send(self, ours: Open, adapter: LmsAdapter, remote: RemoteAssignment, name: str) -> Open:
        step = Step(name, self._now())
        ours = self._ledger.note(ours, step, now=step.sent_at)  # on the disk before the first byte leaves
        try:
            if name == "save":
                adapter.save(remote, replace(ours.intent.content, read=self._read))
            else:
                adapter.submit(remote, statement=ours.statement)
            outcome, failure = "accepted", None
        except AnswerLost as error:
            _LOG.info("the answer to %s was lost: %s", name, error)
            outcome, failure = "lost", str(error)
        except Refused as error:
            outcome, failure = "refused", str(error)
        except LmsError as error:
            self._ledger.note(ours, Step(name, step.sent_at, "refused", str(error)), now=self._now())
            if any(each.unanswered for each in ours.intent.steps[:-1]):
                raise Undecided(f"what was sent before may have arrived, and now {error}") from error
            self._ledger.end(ours, HandInState.REFUSED, now=self._now(), failure=str(error))
            say_what_became_of_it(error, ours)
            raise
        return self._ledger.note(ours, Step(name, step.sent_at, outcome, failure), now=self._now())

    def _stop(self, ours: Open, state: HandInState, error: LmsError, status: SubmissionStatus) -> None:
        if state is HandInState.DIFFERS:
            self._ledger.differs(ours, status, now=self._now(), failure=str(error))
        else:
            self._ledger.end(ours, state, now=self._now(), failure=str(error))

    def _explained(
        self,
        error: LmsError,
        state: HandInState,
        ours: Open,
        adapter: LmsAdapter,
        remote: RemoteAssignment,
        status: SubmissionStatus,
    ) -> LmsError:
        """Return why it was refused in our own words: those of the LMS mislead."""
        if state is HandInState.REFUSED:
            problems = checks.check(
                remote, status, ours.intent.content, each_counts=adapter.each_counts, now=self._now()
            )
            if problems:
                return problems[0].error()
        if state is HandInState.DIFFERS:
            held = status.attempt.found.summary if status.attempt else "nothing"
            if status.attempt and (other := ours.intent.content.other_bytes(status.attempt.found)):
                held = f"{', '.join(other)} with other bytes"
            return Refused(f"{error}: there is {held}", hint="Look at it in a browser; the receipt says what was sent.")
        return error

    def settle(self, assignment: int, adapter: LmsAdapter, course_id: str, remote_id: str) -> None:
        """Find out by looking what became of a hand-in that was left open, and close it. Nothing is sent."""
        ours = self._ledger.take_over(assignment, each_counts=adapter.each_counts, now=self._now())
        if ours is None:
            return
        try:
            if not ours.intent.steps:  # nothing had been sent
                self._ledger.end(ours, HandInState.NOT_ARRIVED, now=self._now(), failure="it was not sent")
                return
            try:
                status = with_bytes(adapter, ours.intent.content, adapter.status(course_id, remote_id))
            except Unreachable as error:
                raise Undecided(
                    f"an earlier hand-in may have arrived, and it cannot be looked up: {error}", hint=error.hint
                ) from error
            now = self._now()
            self._keeping.store_status(assignment, status, now)
            match saga.next_move(ours.intent, status, now=now):
                case Arrived(attempt):
                    self._ledger.arrived(ours, attempt, status, now=now)
                case Wait(until):
                    raise saga.undecided(until, now)
                case Send():
                    self._ledger.end(ours, HandInState.NOT_ARRIVED, now=now, failure="it did not arrive")
                case Stop(state, why):
                    self._stop(ours, state, why, status)
        finally:
            self._ledger.let_go(ours)


def say_what_became_of_it(error: LmsError, ours: Open | None = None) -> None:
    """Let the hint of an error that ends a hand-in begin with what the learner wants to know first."""
    steps = ours.intent.steps if ours else ()
    drafted = any(each.name == "save" and each.outcome == "accepted" for each in steps)
    said = "It is saved there as a draft, but not handed in." if drafted else "Nothing was handed in."
    error.hint = f"{said} {error.hint or ''}".strip()
