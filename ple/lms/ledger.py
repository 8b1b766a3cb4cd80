"""The ledger of hand-ins: intents, written before the first byte is sent, and receipts, written once and kept.

One hand-in per assignment is open at a time, in all processes; whoever works on it holds a lease, which ends by itself
when that process is gone.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from ple.library import Library, Reading, Writing, uuid7
from ple.lms.adapter import Attempt, SubmissionStatus
from ple.lms.checks import local
from ple.lms.content import Content, FileMark, Found, Piece
from ple.lms.errors import Busy, Changed
from ple.lms.hand_in import Intent, Plan, Step
from ple.lms.models import HandInRow, HandInState
from ple.lms.proofs import Open, known, plan_record, prove, step_record, write_receipt

LEASE = dt.timedelta(seconds=90)
"""Longer than any one request may take; it is renewed before each."""


class Ledger:
    """Intents and receipts of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def begin(self, plan: Plan, *, each_counts: bool, statement: bool, now: dt.datetime) -> Open:
        """Write down what is about to be handed in, and take the lease.

        Raises:
            Busy: another process is handing in to the same assignment.
            Changed: an earlier hand-in to it is not settled; make a new plan, which settles it.
        """
        holder = uuid7().hex
        said = plan_record(plan)
        with self._library.writing(durable=True) as tx:
            row = _open_row(tx, plan.assignment_id)
            if row is not None:
                _not_busy(row, now)
                raise Changed("an earlier hand-in to this assignment is not settled yet")
            row = HandInRow(
                key=uuid7(),
                assignment_id=plan.assignment_id,
                open_for=plan.assignment_id,
                link=plan.link,
                text=plan.text,
                files=[asdict(piece) for piece in plan.files],
                beside=None if plan.beside.empty else asdict(plan.beside),
                resource_id=plan.resource_id,
                sent_sha256=plan.content.sha256,
                base=plan.base,
                attempt_seen=plan.attempt_seen,
                statement=statement,
                plan=said,
                confirmed_at=now,
                holder=holder,
                leased_until=now + _lease(plan.files),
            )
            tx.add(row)
            tx.flush()
            return _opened(row, each_counts=each_counts)

    def take_over(self, assignment_id: int, *, each_counts: bool, now: dt.datetime) -> Open | None:
        """Take the lease of the hand-in that is open for an assignment; none if there is none.

        Raises:
            Busy: another process holds it.
        """
        if not self.open_for(assignment_id):
            return None
        with self._library.writing(durable=True) as tx:
            row = _open_row(tx, assignment_id)
            if row is None:
                return None
            _not_busy(row, now)
            row.holder, row.leased_until = uuid7().hex, now + _lease(_pieces(row.files))
            tx.add(row)
            return _opened(row, each_counts=each_counts)

    def open_for(self, assignment_id: int) -> bool:
        """Return whether a hand-in is open for an assignment."""
        with self._library.reading() as tx:
            return _open_row(tx, assignment_id) is not None

    def open_assignments(self) -> list[int]:
        """Return the assignments for which a hand-in is open, oldest first."""
        query = select(HandInRow.assignment_id).where(col(HandInRow.open_for).is_not(None)).order_by(col(HandInRow.id))
        with self._library.reading() as tx:
            return list(tx.exec(query))

    def note(self, ours: Open, step: Step, *, now: dt.datetime) -> Open:
        """Write down a step, before it is sent and after; renew the lease.

        Raises:
            Busy: the lease ran out, and another process has taken it over.
        """
        ours = ours.after(step)
        with self._library.writing(durable=True) as tx:
            row = self._held(tx, ours)
            row.steps = [step_record(each) for each in ours.intent.steps]
            row.leased_until = now + _lease(ours.intent.content.files)
            tx.add(row)
        return ours

    def end(self, ours: Open, state: HandInState, *, now: dt.datetime, failure: str | None = None) -> None:
        """Close a hand-in without a receipt of success."""
        with self._library.writing(durable=True) as tx:
            row = self._held(tx, ours)
            _close(row, state, now, failure)
            tx.add(row)

    def let_go(self, ours: Open) -> None:
        """Give the lease back, if it is still ours; the hand-in stays open if it was."""
        with self._library.writing(durable=True) as tx:
            row = tx.get(HandInRow, ours.id)
            if row is not None and row.holder == ours.holder:
                row.holder = row.leased_until = None
                tx.add(row)

    def arrived(self, ours: Open, attempt: Attempt, status: SubmissionStatus, *, now: dt.datetime) -> int:
        """Write that it arrived: a receipt with its proof, or one more proof for the receipt there is.

        Returns the number of the receipt.
        """
        with self._library.writing(durable=True) as tx:
            row = self._held(tx, ours)
            id = ours.receipt_id
            if id is None and not ours.intent.steps:  # somebody else's doing, another ple's perhaps
                id = known(tx, ours.assignment_id, attempt.number, ours.intent.content.sha256)
            if id is None:
                id = write_receipt(tx, ours, attempt.number, attempt.remote_id, now)
            prove(tx, id, ours.intent.content, attempt, status, now)
            row.receipt_id = id
            _close(row, HandInState.VERIFIED, now, None)
            tx.add(row)
        return id

    def accepted(self, ours: Open, *, now: dt.datetime) -> int:
        """Write that the LMS said yes but could not be asked what it holds; the hand-in stays open. As ``arrived``."""
        with self._library.writing(durable=True) as tx:
            row = self._held(tx, ours)
            id = ours.receipt_id or write_receipt(tx, ours, int(ours.plan["attempt"]), None, now)
            row.receipt_id, row.state = id, HandInState.UNVERIFIED
            tx.add(row)
        return id

    def differs(self, ours: Open, status: SubmissionStatus, *, now: dt.datetime, failure: str) -> None:
        """Write that the LMS said yes and holds something else; close it."""
        with self._library.writing(durable=True) as tx:
            row = self._held(tx, ours)
            id = ours.receipt_id or write_receipt(tx, ours, int(ours.plan["attempt"]), None, now)
            prove(tx, id, ours.intent.content, status.attempt, status, now)
            row.receipt_id = id
            _close(row, HandInState.DIFFERS, now, failure)
            tx.add(row)

    def adopt(self, plan: Plan, status: SubmissionStatus, *, now: dt.datetime) -> int:
        """Return the receipt of what is handed in already; write one if there is none. Nothing was sent."""
        attempt = status.attempt
        assert attempt is not None
        content = plan.content
        with self._library.writing(durable=True) as tx:
            there = known(tx, plan.assignment_id, attempt.number, content.sha256)
            if there is None:
                ours = Open(
                    0, "", plan.assignment_id,
                    Intent(content, plan.base, plan.attempt_seen, each_counts=False, drafts=False),
                    False, plan.resource_id, None, plan_record(plan),
                )  # fmt: skip
                there = write_receipt(tx, ours, attempt.number, attempt.remote_id, now)
            prove(tx, there, content, attempt, status, now)
        return there

    def learners_word(self, plan: Plan, *, now: dt.datetime) -> int:
        """Write the receipt of what the learner says they handed in themselves; return its number."""
        ours = Open(
            0, "", plan.assignment_id,
            Intent(plan.content, plan.base, plan.attempt_seen, False, False, (Step("by-hand", now),)),
            False, plan.resource_id, None, plan_record(plan),
        )  # fmt: skip
        with self._library.writing(durable=True) as tx:
            there = known(tx, plan.assignment_id, plan.attempt, plan.content.sha256)
            return there or write_receipt(tx, ours, plan.attempt, None, now, by_hand=True)

    @staticmethod
    def _held(tx: Writing, ours: Open) -> HandInRow:
        row = tx.get(HandInRow, ours.id)
        if row is None or row.holder != ours.holder:
            raise Busy("another ple has taken over this hand-in, as this one took too long")
        return row


def _opened(row: HandInRow, *, each_counts: bool) -> Open:
    assert row.id is not None
    assert row.holder is not None
    steps = tuple(
        Step(said["name"], dt.datetime.fromisoformat(said["sent_at"]), said["outcome"], said["failure"])
        for said in row.steps
    )
    intent = Intent(
        Content(row.link, row.text, _pieces(row.files), _beside(row.beside)),
        row.base,
        row.attempt_seen,
        each_counts=each_counts,
        drafts="submit" in row.plan["steps"],
        steps=steps,
    )
    return Open(
        row.id, row.holder, row.assignment_id, intent, row.statement, row.resource_id, row.receipt_id, dict(row.plan)
    )


def _pieces(said: Collection[dict[str, Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(**each) for each in said)


def _beside(said: dict[str, Any] | None) -> Found:
    if not said:
        return Found()
    return Found(tuple(said["links"]), said["text"], tuple(FileMark(**each) for each in said["files"]), said["html"])


def _lease(files: Collection[Piece]) -> dt.timedelta:
    # up to three requests for a file, at 50 kB a second
    return LEASE * (1 + 2 * len(files)) + dt.timedelta(seconds=sum(piece.size for piece in files) / 25_000)


def _open_row(tx: Reading, assignment_id: int) -> HandInRow | None:
    return tx.exec(select(HandInRow).where(HandInRow.open_for == assignment_id)).first()


def _not_busy(row: HandInRow, now: dt.datetime) -> None:
    if row.holder is not None and row.leased_until is not None and row.leased_until > now:
        raise Busy(
            "another ple is handing in to this assignment at this moment",
            hint=f"Wait until it is done. If that ple is gone, this one may go on after {local(row.leased_until)}.",
        )


def _close(row: HandInRow, state: HandInState, now: dt.datetime, failure: str | None) -> None:
    row.open_for = row.holder = row.leased_until = None
    row.state, row.ended_at, row.failure = state, now, failure
