"""The catalogue: accounts, courses and assignments as they were last seen, stored and listed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, Library, NotFound, Resource, Writing, chunks
from ple.lms.adapter import RemoteAssignment, RemoteCourse, SubmissionStatus
from ple.lms.listing import common, documents, rows_of
from ple.lms.models import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    Account,
    AccountRow,
    Assignment,
    AssignmentLine,
    AssignmentRow,
    Course,
    CourseRow,
    ReceiptRow,
)
from ple.lms.returns import keep, noticed, tell


class Catalogue:
    """What one library knows of its learner's LMSs."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def accounts(self) -> list[AccountRow]:
        """Return the rows of the accounts, oldest first."""
        with self._library.reading() as tx:
            return list(
                tx.exec(
                    select(AccountRow)
                    .join(Resource, col(Resource.id) == col(AccountRow.id))
                    .where(col(Resource.trashed_at).is_(None))
                    .order_by(col(AccountRow.id))
                )
            )

    def account(self, id: int) -> tuple[AccountRow, Resource]:
        """Return the row of an account.

        Raises:
            NotFound: there is none with this number.
        """
        with self._library.reading() as tx:
            resource = tx.alive(id, ACCOUNT)
            row = tx.get(AccountRow, id)
            assert row is not None
            return row, resource

    def described(self, row: AccountRow, *, has_token: bool) -> Account:
        """Return an account as a value."""
        with self._library.reading() as tx:
            resource = tx.resource(row.id)
            tags = tx.tags_of([row.id])[row.id]
        return Account(
            id=row.id,
            uid=resource.uid,
            kind=ACCOUNT,
            title=row.title,
            url=row.url,
            tags=tags,
            created_at=resource.created_at,
            lms=row.lms,
            person=row.person,
            capabilities=tuple(row.capabilities),
            has_token=has_token,
            token_expires_at=row.token_expires_at,
            synced_at=row.synced_at,
            failure=row.failure,
        )

    def store_course(
        self,
        account_id: int,
        remote: RemoteCourse,
        assignments: Sequence[RemoteAssignment],
        now: dt.datetime,
        *,
        keep_past: bool = False,
    ) -> tuple[int, int, int, int]:
        """Store a course with all its assignments; return how many are new, changed and gone, and how much news.

        ``keep_past``: what was due already is not gone when it is no longer listed, as calendars forget the past.
        """
        values = _course_values(remote)
        with self._library.writing() as tx:
            course_id = tx.exec(
                select(CourseRow.id).where(CourseRow.account_id == account_id, CourseRow.remote_id == remote.remote_id)
            ).first()
            first = course_id is None
            if course_id is None:
                course_id = tx.register(COURSE)
                tx.add(CourseRow(id=course_id, account_id=account_id, remote_id=remote.remote_id, **values))
                tx.flush()
            else:
                tx.update(CourseRow, [course_id], gone_at=None, **values)
            known = {
                row.remote_id: row for row in tx.exec(select(AssignmentRow).where(AssignmentRow.course_id == course_id))
            }
            new = updated = gone = heard = 0
            for assignment in {assignment.remote_id: assignment for assignment in assignments}.values():
                row = known.pop(assignment.remote_id, None)
                said = _assignment_values(assignment)
                if assignment.status is not None:
                    said |= _status_values(assignment.status, now)
                if row is None:
                    id = tx.register(ASSIGNMENT)
                    tx.add(AssignmentRow(id=id, course_id=course_id, remote_id=assignment.remote_id, **said))
                    new += 1
                    if not first:
                        tx.flush()
                        heard += tell(tx, id, [("new", "there is a new assignment")], now)
                else:
                    seen_at = said.pop("seen_at", None)
                    heard += tell(tx, row.id, noticed(row, said, now), now)
                    updated += tx.update(AssignmentRow, [row.id], gone_at=None, **said)
                    if seen_at is not None:
                        _seen(tx, row.id, seen_at)
            for row in known.values():
                if keep_past and row.due_at is not None and row.due_at < now:
                    continue
                if row.gone_at is None:
                    heard += tell(tx, row.id, [("gone", "it is not listed any more")], now)
                    gone += tx.update(AssignmentRow, [row.id], gone_at=now)
            tx.flush()
        return new, updated, gone, heard

    def leave_out(self, account_id: int, listed: Iterable[str], now: dt.datetime) -> None:
        """Note which courses of an account the LMS no longer lists."""
        known = set(listed)
        with self._library.writing() as tx:
            rows = tx.exec(
                select(CourseRow).where(CourseRow.account_id == account_id, col(CourseRow.gone_at).is_(None))
            ).all()
            tx.update(CourseRow, [row.id for row in rows if row.remote_id not in known], gone_at=now)

    def store_assignment(self, id: int, remote: RemoteAssignment, status: SubmissionStatus, now: dt.datetime) -> None:
        """Store an assignment and the learner's standing, both just read."""
        self._store(id, _assignment_values(remote) | _status_values(status, now), status, now)

    def store_status(self, id: int, status: SubmissionStatus, now: dt.datetime) -> int:
        """Store the learner's standing and feedback, just read; return how much of it is news."""
        return self._store(id, _status_values(status, now), status, now)

    def _store(self, id: int, values: dict[str, Any], status: SubmissionStatus, now: dt.datetime) -> int:
        values.pop("seen_at")
        with self._library.writing() as tx:
            row = tx.get(AssignmentRow, id)
            assert row is not None
            heard = tell(tx, id, noticed(row, values, now), now)
            tx.update(AssignmentRow, [id], gone_at=None, **values)
            if status.feedback is not None:
                heard += keep(tx, id, status.feedback, now)
            _seen(tx, id, now)
        return heard

    def add_assignment(self, account_id: int, course: RemoteCourse, task: RemoteAssignment, now: dt.datetime) -> int:
        """Add one assignment to a course, which is made if need be; return its number."""
        with self._library.writing(f"Wrote down “{task.title}”") as tx:
            course_id = tx.exec(
                select(CourseRow.id).where(CourseRow.account_id == account_id, CourseRow.remote_id == course.remote_id)
            ).first()
            if course_id is None:
                course_id = tx.register(COURSE)
                tx.add(
                    CourseRow(id=course_id, account_id=account_id, remote_id=course.remote_id, **_course_values(course))
                )
                tx.flush()
            id = tx.register(ASSIGNMENT)
            values = _assignment_values(task)
            tx.add(AssignmentRow(id=id, course_id=course_id, remote_id=task.remote_id, seen_at=now, **values))
        return id

    def by_remote(self, account_id: int, course: str) -> dict[str, int]:
        """Return the assignments of a course by the LMS's own numbers."""
        query = (
            sa.select(col(AssignmentRow.remote_id), col(AssignmentRow.id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(col(CourseRow.account_id) == account_id, col(CourseRow.remote_id) == course)
        )
        with self._library.reading() as tx:
            return {remote: id for remote, id in tx.connection().execute(query)}  # noqa: C416

    def by_hand(self, id: int, now: dt.datetime, what: str) -> None:
        """Note that the learner says to have handed it in."""
        with self._library.writing() as tx:
            row = tx.get(AssignmentRow, id)
            assert row is not None
            attempt = max(1, row.attempt)
            tx.update(AssignmentRow, [id], state="submitted", attempt=attempt, submitted_at=now, holds=what)

    def place(self, assignment_id: int) -> tuple[AssignmentRow, CourseRow, AccountRow]:
        """Return an assignment's row with its course's and account's.

        Raises:
            NotFound: there is none with this number.
        """
        with self._library.reading() as tx:
            tx.alive(assignment_id, ASSIGNMENT)
            row = tx.get(AssignmentRow, assignment_id)
            assert row is not None
            course = tx.get(CourseRow, row.course_id)
            assert course is not None
            account = tx.get(AccountRow, course.account_id)
            assert account is not None
            return row, course, account

    def unseen(
        self, account_id: int, now: dt.datetime, *, stale: dt.timedelta, limit: int
    ) -> list[tuple[int, str, str]]:
        """Return what was not looked at for as long as ``stale``: number, and the LMS's numbers of course and itself.

        Those that are due from two weeks ago to six weeks ahead or have no date, the longest unseen first.
        """
        due = col(AssignmentRow.due_at)
        query = (
            sa.select(col(AssignmentRow.id), col(CourseRow.remote_id), col(AssignmentRow.remote_id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(
                col(CourseRow.account_id) == account_id,
                col(AssignmentRow.gone_at).is_(None),
                col(CourseRow.gone_at).is_(None),
                col(AssignmentRow.seen_at).is_(None) | (col(AssignmentRow.seen_at) < now - stale),
                due.is_(None) | due.between(now - dt.timedelta(weeks=2), now + dt.timedelta(weeks=6)),
            )
            .order_by(col(AssignmentRow.seen_at).is_not(None), col(AssignmentRow.seen_at), col(AssignmentRow.id))
            .limit(limit)
        )
        with self._library.reading() as tx:
            return [(id, course, remote) for id, course, remote in tx.connection().execute(query)]

    def course_ids(self, account: int | None = None) -> list[int]:
        """Return the courses that the learner is in, by title."""
        query = (
            sa.select(col(CourseRow.id))
            .join(Resource, col(Resource.id) == col(CourseRow.id))
            .where(col(Resource.trashed_at).is_(None), col(CourseRow.gone_at).is_(None))
            .order_by(sa.func.lower(col(CourseRow.title)), col(CourseRow.id))
        )
        if account is not None:
            query = query.where(col(CourseRow.account_id) == account)
        with self._library.reading() as tx:
            return list(tx.connection().execute(query).scalars())

    def courses(self, ids: Iterable[int]) -> list[Course]:
        """Return courses in the order asked."""
        wanted = list(ids)
        found: dict[int, Course] = {}
        with self._library.reading() as tx:
            for some in chunks(wanted):
                rows = tx.exec(
                    select(CourseRow, Resource, AccountRow.title)
                    .join(Resource, col(Resource.id) == col(CourseRow.id))
                    .join(AccountRow, col(AccountRow.id) == col(CourseRow.account_id))
                    .where(col(CourseRow.id).in_(some), col(Resource.trashed_at).is_(None))
                ).all()
                counted = tx.connection().execute(
                    sa.select(col(AssignmentRow.course_id), sa.func.count())
                    .where(col(AssignmentRow.course_id).in_(some), col(AssignmentRow.gone_at).is_(None))
                    .group_by(col(AssignmentRow.course_id))
                )
                counts = {course_id: count for course_id, count in counted}  # noqa: C416 - rows are no pairs to mypy
                tags = tx.tags_of(some)
                for row, resource, account in rows:
                    found[row.id] = Course(
                        id=row.id,
                        uid=resource.uid,
                        kind=COURSE,
                        title=row.title,
                        url=row.url,
                        tags=tags[row.id],
                        created_at=resource.created_at,
                        account_id=row.account_id,
                        account=account,
                        code=row.code,
                        starts_at=row.starts_at,
                        ends_at=row.ends_at,
                        assignments=counts.get(row.id, 0),
                    )
        return [found[id] for id in wanted if id in found]

    def assignment_ids(
        self,
        *,
        course: int | None = None,
        due_from: dt.datetime | None = None,
        due_until: dt.datetime | None = None,
        open_only: bool = False,
    ) -> list[int]:
        """Return assignments, the next due first, those without a date last.

        ``open_only`` leaves out what is handed in.
        """
        due = col(AssignmentRow.due_at)
        query = (
            sa.select(col(AssignmentRow.id))
            .join(Resource, col(Resource.id) == col(AssignmentRow.id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(
                col(Resource.trashed_at).is_(None),
                col(AssignmentRow.gone_at).is_(None),
                col(CourseRow.gone_at).is_(None),
            )
            .order_by(due.is_(None), due, col(AssignmentRow.id))
        )
        if course is not None:
            query = query.where(col(AssignmentRow.course_id) == course)
        if due_from is not None:
            query = query.where(due >= due_from)
        if due_until is not None:
            query = query.where(due <= due_until)
        if open_only:
            query = query.where(sa.func.coalesce(col(AssignmentRow.state), "none") != "submitted")
        with self._library.reading() as tx:
            return list(tx.connection().execute(query).scalars())

    def lines(self, ids: Iterable[int]) -> list[AssignmentLine]:
        """Return assignments as lists show them, in the order asked."""
        wanted = list(ids)
        found: dict[int, AssignmentLine] = {}
        with self._library.reading() as tx:
            for some in chunks(wanted):
                tags = tx.tags_of(some)
                for row, resource, course, account in rows_of(tx, some):
                    found[row.id] = AssignmentLine(**common(row, resource, course, account, tags[row.id]))
        return [found[id] for id in wanted if id in found]

    def assignment(self, id: int) -> Assignment:
        """Return one assignment in full.

        Raises:
            NotFound: there is none with this number.
        """
        with self._library.reading() as tx:
            for row, resource, course, account in rows_of(tx, [id]):
                receipts = tx.exec(
                    select(ReceiptRow.id).where(ReceiptRow.assignment_id == id).order_by(col(ReceiptRow.id).desc())
                ).all()
                return Assignment(
                    **common(row, resource, course, account, tx.tags_of([id])[id]),
                    text=row.text,
                    html=row.html,
                    points=row.points,
                    attempts=row.attempts,
                    statement=row.statement,
                    holds=row.holds,
                    seen_at=row.seen_at,
                    gone_at=row.gone_at,
                    receipts=tuple(receipts),
                )
        raise NotFound(id, ASSIGNMENT)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what accounts, courses, assignments and receipts say; see :class:`~ple.library.DocumentSource`."""
        with self._library.reading() as tx:
            said = [document for some in chunks(ids) for document in documents(tx, some)]
        yield from said


def _course_values(remote: RemoteCourse) -> dict[str, Any]:
    from ple.web.text import line, plain, safe_html

    return {
        "code": line(remote.code),
        "title": line(remote.title) or f"Course {remote.remote_id}",
        "url": remote.url,
        "html": safe_html(remote.html, remote.url),
        "text": plain(remote.html),
        "starts_at": remote.starts_at,
        "ends_at": remote.ends_at,
    }


def _assignment_values(remote: RemoteAssignment) -> dict[str, Any]:
    from ple.web.text import line, plain, safe_html

    return {
        "title": line(remote.title) or f"Assignment {remote.remote_id}",
        "url": remote.url,
        "html": safe_html(remote.html, remote.url),
        "text": plain(remote.html),
        "opens_at": remote.opens_at,
        "due_at": remote.due_at,
        "closes_at": remote.closes_at,
        "takes": line(remote.accepts.summary),
        "points": remote.points,
        "attempts": remote.attempts,
        "statement": remote.statement,
    }


def _status_values(status: SubmissionStatus, now: dt.datetime) -> dict[str, Any]:
    from ple.web.text import line

    attempt = status.attempt
    return {
        "state": str(status.state),
        "attempt": status.number,
        "submitted_at": attempt.submitted_at if attempt else None,
        "locked": status.locked,
        "waits_for": status.waits_for,
        "holds": line(attempt.found.summary) if attempt and not attempt.found.empty else "",
        "extended_to": status.extended_to,
        "seen_at": now,
    }


def _seen(tx: Writing, id: int, now: dt.datetime) -> None:
    # not through tx.update: having looked is no news that search or a site would have to hear of
    tx.connection().execute(sa.update(AssignmentRow).where(col(AssignmentRow.id) == id).values(seen_at=now))
