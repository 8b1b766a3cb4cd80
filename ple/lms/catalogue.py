"""The catalogue: accounts, courses and assignments as they were last seen, stored and listed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, Library, NotFound, Reading, Resource, Writing, chunks
from ple.lms.adapter import RemoteAssignment, RemoteCourse, SubmissionStatus
from ple.lms.models import (
    ACCOUNT,
    ASSIGNMENT,
    COURSE,
    RECEIPT,
    Account,
    AccountRow,
    Assignment,
    AssignmentLine,
    AssignmentRow,
    Course,
    CourseRow,
    ReceiptRow,
)


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
            synced_at=row.synced_at,
            failure=row.failure,
        )

    def store_course(
        self, account_id: int, remote: RemoteCourse, assignments: Sequence[RemoteAssignment], now: dt.datetime
    ) -> tuple[int, int, int]:
        """Store a course with all its assignments; return how many of those are new, changed and gone."""
        values = _course_values(remote)
        with self._library.writing() as tx:
            course_id = tx.exec(
                select(CourseRow.id).where(CourseRow.account_id == account_id, CourseRow.remote_id == remote.remote_id)
            ).first()
            if course_id is None:
                course_id = tx.register(COURSE)
                tx.add(CourseRow(id=course_id, account_id=account_id, remote_id=remote.remote_id, **values))
                tx.flush()
            else:
                tx.update(CourseRow, [course_id], gone_at=None, **values)
            known = {
                row.remote_id: row for row in tx.exec(select(AssignmentRow).where(AssignmentRow.course_id == course_id))
            }
            new = updated = gone = 0
            for assignment in {assignment.remote_id: assignment for assignment in assignments}.values():
                row = known.pop(assignment.remote_id, None)
                said = _assignment_values(assignment)
                if assignment.status is not None:
                    said |= _status_values(assignment.status, now)
                if row is None:
                    id = tx.register(ASSIGNMENT)
                    tx.add(AssignmentRow(id=id, course_id=course_id, remote_id=assignment.remote_id, **said))
                    new += 1
                else:
                    seen_at = said.pop("seen_at", None)
                    updated += tx.update(AssignmentRow, [row.id], gone_at=None, **said)
                    if seen_at is not None:
                        _seen(tx, row.id, seen_at)
            for row in known.values():
                if row.gone_at is None:
                    gone += tx.update(AssignmentRow, [row.id], gone_at=now)
            tx.flush()
        return new, updated, gone

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
        values = _assignment_values(remote) | _status_values(status, now)
        values.pop("seen_at")
        with self._library.writing() as tx:
            tx.update(AssignmentRow, [id], gone_at=None, **values)
            _seen(tx, id, now)

    def store_status(self, id: int, status: SubmissionStatus, now: dt.datetime) -> None:
        """Store the learner's standing, just read."""
        values = _status_values(status, now)
        values.pop("seen_at")
        with self._library.writing() as tx:
            tx.update(AssignmentRow, [id], **values)
            _seen(tx, id, now)

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

    def unseen(self, account_id: int, now: dt.datetime, *, limit: int) -> list[tuple[int, str, str]]:
        """Return assignments whose standing a sync should ask for: number, and the LMS's numbers of course and itself.

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
                for row, resource, course, account in _rows(tx, some):
                    found[row.id] = AssignmentLine(**_common(row, resource, course, account, tags[row.id]))
        return [found[id] for id in wanted if id in found]

    def assignment(self, id: int) -> Assignment:
        """Return one assignment in full.

        Raises:
            NotFound: there is none with this number.
        """
        with self._library.reading() as tx:
            for row, resource, course, account in _rows(tx, [id]):
                receipts = tx.exec(
                    select(ReceiptRow.id).where(ReceiptRow.assignment_id == id).order_by(col(ReceiptRow.id).desc())
                ).all()
                return Assignment(
                    **_common(row, resource, course, account, tx.tags_of([id])[id]),
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
            said = [document for some in chunks(ids) for document in _documents(tx, some)]
        yield from said


def _documents(tx: Reading, ids: list[int]) -> Iterator[Document]:
    tags = tx.tags_of(ids)
    alive = col(Resource.trashed_at).is_(None)
    for row, resource in tx.exec(
        select(AccountRow, Resource)
        .join(Resource, col(Resource.id) == col(AccountRow.id))
        .where(col(AccountRow.id).in_(ids), alive)
    ):
        yield Document(
            row.id, ACCOUNT, row.title, row.person, resource.created_at, url=row.url, tags=tags[row.id],
            flags=frozenset({"private"}),
        )  # fmt: skip
    for course, resource, account in tx.exec(
        select(CourseRow, Resource, AccountRow.title)
        .join(Resource, col(Resource.id) == col(CourseRow.id))
        .join(AccountRow, col(AccountRow.id) == col(CourseRow.account_id))
        .where(col(CourseRow.id).in_(ids), alive)
    ):
        yield Document(
            course.id, COURSE, course.title, f"{course.code}\n{course.text}".strip(),
            course.starts_at or resource.created_at, url=course.url, tags=tags[course.id], container=account,
            flags=frozenset({"private"}),
        )  # fmt: skip
    for assignment, resource, (_, title), _account in _rows(tx, ids):
        flags = {"private", "handed-in" if assignment.state == "submitted" else "open"}
        yield Document(
            assignment.id, ASSIGNMENT, assignment.title, assignment.text,
            assignment.due_at or resource.created_at, url=assignment.url, tags=tags[assignment.id], container=title,
            flags=frozenset(flags),
        )  # fmt: skip
    for receipt in tx.exec(
        select(ReceiptRow)
        .join(Resource, col(Resource.id) == col(ReceiptRow.id))
        .where(col(ReceiptRow.id).in_(ids), alive)
    ):
        said = receipt.text or receipt.url or ""
        yield Document(
            receipt.id, RECEIPT, f"Receipt: {receipt.title}", f"{receipt.account}, attempt {receipt.attempt}\n{said}",
            receipt.made_at, url=receipt.url, tags=tags[receipt.id], container=receipt.course,
            flags=frozenset({"private"}),
        )  # fmt: skip


_Placed = tuple[AssignmentRow, Resource, tuple[int, str], tuple[int, str]]


def _rows(tx: Reading, ids: Sequence[int]) -> list[_Placed]:
    rows = tx.connection().execute(
        sa.select(
            col(AssignmentRow.id), col(CourseRow.id), col(CourseRow.title), col(AccountRow.id), col(AccountRow.title)
        )
        .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
        .join(AccountRow, col(AccountRow.id) == col(CourseRow.account_id))
        .where(col(AssignmentRow.id).in_(ids))
    )
    places = {row[0]: ((row[1], row[2]), (row[3], row[4])) for row in rows}
    found = tx.exec(
        select(AssignmentRow, Resource)
        .join(Resource, col(Resource.id) == col(AssignmentRow.id))
        .where(col(AssignmentRow.id).in_(ids), col(Resource.trashed_at).is_(None))
        .order_by(col(AssignmentRow.id))
    ).all()
    return [(row, resource, *places[row.id]) for row, resource in found]


def _common(
    row: AssignmentRow, resource: Resource, course: tuple[int, str], account: tuple[int, str], tags: frozenset[str]
) -> dict[str, Any]:
    closes_at = max(filter(None, (row.closes_at, row.extended_to))) if row.closes_at else None
    return {
        "id": row.id,
        "uid": resource.uid,
        "kind": ASSIGNMENT,
        "title": row.title,
        "url": row.url,
        "tags": tags,
        "created_at": resource.created_at,
        "course_id": course[0],
        "course": course[1],
        "account_id": account[0],
        "account": account[1],
        "opens_at": row.opens_at,
        "due_at": row.due_at,
        "closes_at": closes_at,
        "takes": row.takes,
        "state": row.state,
        "attempt": row.attempt,
        "submitted_at": row.submitted_at,
    }


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
        "holds": line(attempt.found.summary) if attempt and not attempt.found.empty else "",
        "extended_to": status.extended_to,
        "seen_at": now,
    }


def _seen(tx: Writing, id: int, now: dt.datetime) -> None:
    # not through tx.update: having looked is no news that search or a site would have to hear of
    tx.connection().execute(sa.update(AssignmentRow).where(col(AssignmentRow.id) == id).values(seen_at=now))
