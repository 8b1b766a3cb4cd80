"""The outbox: hand-ins that wait until the LMS can be reached.

A hand-in is not sent behind the learner's back hours later: when the LMS answers again, everything is checked anew and
the learner is asked, unless they said beforehand that it may go by itself, and even then only if nothing new stands in
its way. One process sends for an account at a time. What fails is tried again later and later, as late as the LMS
wishes, or at once when it answers a sync; a token that is not accepted stops the account until it is connected again.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from typing import Protocol

from sqlmodel import col, select

from ple.library import Library, LibraryError, NotFound, Writing, uuid7
from ple.lms.content import Content, Piece
from ple.lms.errors import (
    Busy,
    Changed,
    LmsError,
    NeedsBrowser,
    NotConnected,
    TooManyRequests,
    Undecided,
    Unreachable,
    WrongToken,
)
from ple.lms.hand_in import Plan
from ple.lms.models import AccountRow, AssignmentRow, CourseRow
from ple.lms.values import Receipt
from ple.lms.waiting import Delivered, Rest, SenderRow, Waiting, WaitingRow, pause, warning, why_ask

LEASE = dt.timedelta(minutes=5)


class Door(Protocol):
    """What the outbox needs of :class:`ple.lms.courses.Courses`."""

    def plan_content(self, assignment: int, content: Content, *, resource: int | None = None) -> Plan:
        """Plan a hand-in."""
        ...

    def hand_in(self, plan: Plan, *, accept_statement: bool = False) -> Receipt:
        """Hand it in."""
        ...


Ask = Callable[[Waiting, Plan], bool]


class Outbox:
    """The waiting hand-ins of one library."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def put(
        self, assignment_id: int, content: Content, *, resource_id: int | None, statement: bool, authorised: bool
    ) -> Waiting:
        """Put a hand-in in, in place of one that waits for the same assignment."""
        with self._library.writing(durable=True) as tx:
            account_id = tx.exec(
                select(CourseRow.account_id)
                .join(AssignmentRow, col(AssignmentRow.course_id) == col(CourseRow.id))
                .where(AssignmentRow.id == assignment_id)
            ).first()
            if account_id is None:
                raise NotFound(assignment_id, "assignment")
            for old in tx.exec(
                select(WaitingRow).where(WaitingRow.assignment_id == assignment_id, WaitingRow.state == "waiting")
            ):
                _end(tx, old, "dropped", self._now(), "another hand-in took its place")
            row = WaitingRow(
                assignment_id=assignment_id,
                account_id=account_id,
                link=content.link,
                text=content.text,
                files=[asdict(piece) for piece in content.files],
                resource_id=resource_id,
                statement=statement,
                authorised=authorised,
                queued_at=self._now(),
            )
            tx.add(row)
            tx.flush()
            id = row.id
        assert id is not None
        return self.waiting(id)

    def list(self, *, ended: bool = False) -> "list[Waiting]":
        """Return what waits, the nearest end first; with ``ended`` also what does not any more."""
        query = (
            select(WaitingRow, AssignmentRow, CourseRow.title, AccountRow.title)
            .join(AssignmentRow, col(AssignmentRow.id) == col(WaitingRow.assignment_id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .join(AccountRow, col(AccountRow.id) == col(WaitingRow.account_id))
            .order_by(col(WaitingRow.id))
        )
        if not ended:
            query = query.where(WaitingRow.state == "waiting")
        with self._library.reading() as tx:
            found = [self._value(*each) for each in tx.exec(query)]
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        return sorted(found, key=lambda each: (each.state != "waiting", each.deadline_at or far, each.id))

    def waiting(self, id: int) -> Waiting:
        """Return one hand-in of the outbox.

        Raises:
            NotFound: there is none with this number.
        """
        for each in self.list(ended=True):
            if each.id == id:
                return each
        raise NotFound(id, "waiting hand-in", hint="`ple lms outbox` lists what waits.")

    def drop(self, id: int) -> Waiting:
        """Take a hand-in out; it is not sent. Raises NotFound."""
        return self._change(id, lambda tx, row: _end(tx, row, "dropped", self._now(), None))

    def allow(self, id: int, *, authorised: bool = True) -> Waiting:
        """Let a hand-in go by itself as soon as the LMS answers, or not any more. Raises NotFound."""

        def let(tx: Writing, row: WaitingRow) -> None:
            row.authorised, row.next_at = authorised, None
            tx.add(row)

        return self._change(id, let)

    def declare(self, id: int) -> Waiting:
        """Note that the learner declared what the course asks. Raises NotFound."""

        def note(tx: Writing, row: WaitingRow) -> None:
            row.statement = True
            tx.add(row)

        return self._change(id, note)

    def content(self, id: int) -> tuple[int, Content, int | None]:
        """Return what a waiting hand-in hands in: the assignment, the content, and the thing of the learner's.

        Raises:
            NotFound: nothing waits under this number.
        """
        found = self.waiting(id)
        with self._library.reading() as tx:
            row = tx.get(WaitingRow, id)
            if row is None or row.state != "waiting":
                raise NotFound(id, "waiting hand-in", hint=f"It is {found.state} already.")
            return row.assignment_id, _content(row), row.resource_id

    def rests(self) -> tuple[Rest, ...]:
        """Return the accounts for which nothing is sent at the moment, and why."""
        query = select(SenderRow, AccountRow).join(AccountRow, col(AccountRow.id) == col(SenderRow.account_id))
        with self._library.reading() as tx:
            rows = tx.exec(query).all()
        found = []
        for row, account in rows:
            if row.stopped_at is not None and account.connected_at <= row.stopped_at:
                found.append(Rest(account.id, account.title, None, row.reason or ""))
            elif row.rests_until is not None and row.rests_until > self._now():
                found.append(Rest(account.id, account.title, row.rests_until, row.reason or ""))
        return tuple(found)

    def deliver(
        self, door: Door, *, ask: Ask | None = None, urge: bool = False, only: Collection[int] | None = None
    ) -> Iterator[Delivered]:
        """Try to send what waits, or ``only`` these; yield what became of each.

        Without ``ask`` only what may go by itself is sent. ``urge`` does not wait for the times to try again.
        """
        accounts: dict[int, list[Waiting]] = {}
        with self._library.reading() as tx:
            of = dict(tx.exec(select(WaitingRow.id, WaitingRow.account_id).where(WaitingRow.state == "waiting")).all())
        for each in self.list():
            if only is not None and each.id not in only:
                continue
            accounts.setdefault(of[each.id], []).append(each)
        for account_id, items in accounts.items():
            holder, reason = self._take(account_id, urge=urge)
            if holder is None:
                yield from (Delivered(each.id, each.assignment, "waits", reason) for each in items)
                continue
            try:
                for each in items:
                    self._renew(account_id, holder)
                    done = self._try(door, account_id, each, ask, urge=urge)
                    yield done
                    if done.outcome == "waits" and self._rests(account_id):
                        break
            finally:
                self._release(account_id, holder)

    def _try(self, door: Door, account_id: int, item: Waiting, ask: Ask | None, *, urge: bool) -> Delivered:
        def ended(outcome: str, said: str, receipt: int | None = None) -> Delivered:
            return Delivered(item.id, item.assignment, outcome, said, receipt)

        if not urge and item.next_at is not None and item.next_at > self._now():
            return ended("waits", item.failure or "it is tried again later")
        with self._library.reading() as tx:
            row = tx.get(WaitingRow, item.id)
        if row is None or row.state != "waiting":
            return ended("waits", "somebody else has dealt with it")
        try:
            plan = door.plan_content(item.assignment_id, _content(row), resource=row.resource_id)
            if not plan.already:
                if plan.problems:
                    self._finish(item.id, "refused", failure=plan.problems[0].sentence)
                    return ended("refused", f"{plan.problems[0].sentence}. {plan.problems[0].hint or ''}".strip())
                why = why_ask(row, plan)
                if why is not None and (ask is None or not ask(item, plan)):
                    return ended("asks", why)
            receipt = door.hand_in(plan, accept_statement=row.statement)
        except (WrongToken, NotConnected, NeedsBrowser) as error:
            self._rest(account_id, stop=True, said=str(error))
            return ended("waits", f"{error}. {error.hint or ''}".strip())
        except Unreachable as error:
            self._rest(account_id, wait=error.retry_after, said=str(error))
            self._later(item.id, None, str(error))
            if error.retry_after is not None or isinstance(error, TooManyRequests):
                self._as_it_wishes(account_id)
            return ended("waits", str(error))
        except (Undecided, Changed, Busy) as error:
            self._later(item.id, self._now() + dt.timedelta(seconds=90), str(error))
            return ended("waits", f"{error}. {error.hint or ''}".strip())
        except LmsError as error:
            self._finish(item.id, "refused", failure=str(error))
            return ended("refused", f"{error}. {error.hint or ''}".strip())
        except (NotFound, LibraryError) as error:  # its own trouble, such as a thing in the trash: the others go on
            self._later(item.id, self._now() + dt.timedelta(hours=1), str(error))
            return ended("waits", f"{error}. {error.hint or ''}".strip())
        self._finish(item.id, "sent", receipt_id=receipt.id)
        self._rest(account_id, said=None)
        return ended("sent", f"receipt #{receipt.id}, {receipt.state}", receipt.id)

    def _take(self, account_id: int, *, urge: bool) -> tuple[str | None, str]:
        now = self._now()
        with self._library.writing(durable=True) as tx:
            row = tx.get(SenderRow, account_id) or SenderRow(account_id=account_id)
            account = tx.get(AccountRow, account_id)
            assert account is not None
            if row.holder is not None and row.leased_until is not None and row.leased_until > now:
                return None, "another ple is sending for this account at this moment"
            if row.stopped_at is not None and account.connected_at <= row.stopped_at:
                return None, f"{row.reason}. Sign in again with `ple lms renew {account_id}`."
            if not urge and row.rests_until is not None and row.rests_until > now:
                return None, f"{row.reason}; it is tried again at {row.rests_until.astimezone():%H:%M}"
            row.holder, row.leased_until, row.stopped_at = uuid7().hex, now + LEASE, None
            tx.add(row)
            return row.holder, ""

    def _renew(self, account_id: int, holder: str) -> None:
        with self._library.writing(durable=True) as tx:
            row = tx.get(SenderRow, account_id)
            if row is not None and row.holder == holder:
                row.leased_until = self._now() + LEASE
                tx.add(row)

    def _release(self, account_id: int, holder: str) -> None:
        with self._library.writing(durable=True) as tx:
            row = tx.get(SenderRow, account_id)
            if row is not None and row.holder == holder:
                row.holder = row.leased_until = None
                tx.add(row)

    def _rests(self, account_id: int) -> bool:
        with self._library.reading() as tx:
            row = tx.get(SenderRow, account_id)
            resting = row is not None and row.rests_until is not None and row.rests_until > self._now()
            return resting or (row is not None and row.stopped_at is not None)

    def _rest(self, account_id: int, *, said: str | None, wait: int | None = None, stop: bool = False) -> None:
        now = self._now()
        with self._library.writing(durable=True) as tx:
            row = tx.get(SenderRow, account_id)
            assert row is not None
            row.reason, row.stopped_at = said, now if stop else None
            if said is None or stop:
                row.failures, row.rests_until = 0, None
            else:
                row.rests_until = now + pause(row.failures, wait)
                row.failures += 1
            tx.add(row)

    def _as_it_wishes(self, account_id: int) -> None:
        """Let all that waits keep the pause that the LMS itself asked for, also if it answers others meanwhile."""
        with self._library.writing(durable=True) as tx:
            sender = tx.get(SenderRow, account_id)
            rows = select(WaitingRow).where(WaitingRow.account_id == account_id, WaitingRow.state == "waiting")
            for row in tx.exec(rows).all():
                row.next_at = sender.rests_until if sender else None
                tx.add(row)

    def answered(self, account_id: int) -> None:
        """Hear that the LMS of an account has answered: a rest because it could not be reached is over."""
        with self._library.reading() as tx:
            row = tx.get(SenderRow, account_id)
        if row is None or row.rests_until is None or row.stopped_at is not None:
            return
        with self._library.writing(durable=True) as tx:
            row = tx.get(SenderRow, account_id)
            if row is not None and row.stopped_at is None:
                row.rests_until, row.reason, row.failures = None, None, 0
                tx.add(row)

    def _later(self, id: int, next_at: dt.datetime | None, failure: str) -> None:
        with self._library.writing(durable=True) as tx:
            row = tx.get(WaitingRow, id)
            assert row is not None
            row.tries, row.next_at, row.failure = row.tries + 1, next_at, failure
            tx.add(row)

    def _finish(self, id: int, state: str, *, failure: str | None = None, receipt_id: int | None = None) -> None:
        with self._library.writing(durable=True) as tx:
            row = tx.get(WaitingRow, id)
            assert row is not None
            row.tries += 1
            row.receipt_id = receipt_id
            _end(tx, row, state, self._now(), failure)

    def _change(self, id: int, change: Callable[[Writing, WaitingRow], None]) -> Waiting:
        found = self.waiting(id)
        with self._library.writing(durable=True) as tx:
            row = tx.get(WaitingRow, id)
            if row is None or row.state != "waiting":
                raise NotFound(id, "waiting hand-in", hint=f"It is {found.state} already.")
            change(tx, row)
        return self.waiting(id)

    def _value(self, row: WaitingRow, task: AssignmentRow, course: str, account: str) -> Waiting:
        closes_at = max(filter(None, (task.closes_at, task.extended_to)), default=None) if task.closes_at else None
        due_at = max(filter(None, (task.due_at, task.extended_to)), default=None)
        ahead = [when for when in (due_at, closes_at) if when is not None and when > self._now()]
        deadline_at = min(ahead, default=closes_at or due_at)
        value = Waiting(
            id=row.id or 0,
            assignment_id=row.assignment_id,
            assignment=task.title,
            course=course,
            account=account,
            what=_content(row).summary,
            state=row.state,
            authorised=row.authorised,
            statement=row.statement,
            queued_at=row.queued_at,
            tries=row.tries,
            next_at=row.next_at,
            deadline_at=deadline_at,
            failure=row.failure,
            receipt_id=row.receipt_id,
            warning=None,
        )
        return replace(value, warning=warning(value, self._now()))


def _content(row: WaitingRow) -> Content:
    return Content(row.link, row.text, tuple(Piece(**said) for said in row.files))


def _end(tx: Writing, row: WaitingRow, state: str, now: dt.datetime, failure: str | None) -> None:
    row.state, row.ended_at, row.failure = state, now, failure
    tx.add(row)
