"""The catalogue: accounts, courses and assignments as they were last seen, stored and listed."""

import datetime as dt
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, Library, NotFound, Resource, chunks, trashed
from ple.lms.listing import common, documents, rows_of
from ple.lms.models import ACCOUNT, ASSIGNMENT, COURSE, AccountRow, AssignmentRow, CourseRow, ReceiptRow
from ple.lms.values import Account, Assignment, AssignmentLine, Course


class Catalogue:
    """What one library knows of its learner's LMSs."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def accounts(self) -> list[AccountRow]:
        """Return the rows of the accounts, oldest first."""
        with self._library.reading() as tx:
            return list(
                tx.exec(select(AccountRow).where(col(AccountRow.id).not_in(trashed())).order_by(col(AccountRow.id)))
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

    def by_remote(self, account_id: int, course: str) -> dict[str, int]:
        """Return the assignments of a course by the LMS's own numbers."""
        query = (
            sa.select(col(AssignmentRow.remote_id), col(AssignmentRow.id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(col(CourseRow.account_id) == account_id, col(CourseRow.remote_id) == course)
        )
        with self._library.reading() as tx:
            return {remote: id for remote, id in tx.connection().execute(query)}  # noqa: C416

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
        connected: bool = False,
    ) -> list[int]:
        """Return assignments, the next due first, those without a date last.

        ``open_only`` leaves out what is handed in, ``connected`` those of an account that was disconnected.
        """
        extended = col(AssignmentRow.extended_to)
        due = sa.case((extended > col(AssignmentRow.due_at), extended), else_=col(AssignmentRow.due_at))
        query = (
            sa.select(col(AssignmentRow.id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(
                col(AssignmentRow.id).not_in(trashed()),
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
        if connected:
            query = query.where(col(CourseRow.account_id).not_in(trashed()))
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
                    statement_text=row.statement_text,
                    minutes=row.minutes,
                    started_at=row.started_at,
                    team=row.team,
                    holds=row.holds,
                    seen_at=row.seen_at,
                    gone_at=row.gone_at,
                    receipts=tuple(receipts),
                )
        raise NotFound(id, ASSIGNMENT)

    def assignments_of(self, courses: Iterable[int]) -> list[int]:
        """Return the numbers of the assignments of these courses."""
        query = select(AssignmentRow.id).join(Resource, col(Resource.id) == col(AssignmentRow.id))
        query = query.where(col(Resource.trashed_at).is_(None))
        with self._library.reading() as tx:
            return [
                id
                for some in chunks(courses)
                for id in tx.exec(query.where(col(AssignmentRow.course_id).in_(some)))
                if id
            ]

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what accounts, courses, assignments and receipts say; see :class:`~ple.library.DocumentSource`."""
        with self._library.reading() as tx:
            said = [document for some in chunks(ids) for document in documents(tx, some)]
        yield from said
