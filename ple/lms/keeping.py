"""What an LMS said, kept: courses, assignments and where the learner stands, with what is news about them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Library, Writing
from ple.lms.adapter import Accepts, RemoteAssignment, RemoteCourse, SubmissionStatus
from ple.lms.models import ASSIGNMENT, COURSE, AssignmentRow, CourseRow
from ple.lms.returns import keep, noticed, tell


class Keeping:
    """Keeps what was read of LMSs in one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

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
                quietly = keep_past or row.takes == Accepts().summary  # what is past falls off such lists
                if quietly and row.due_at is not None and row.due_at < now:
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

    def by_hand(self, id: int, now: dt.datetime, what: str) -> None:
        """Note that the learner says to have handed it in."""
        with self._library.writing() as tx:
            row = tx.get(AssignmentRow, id)
            assert row is not None
            attempt = max(1, row.attempt)
            tx.update(AssignmentRow, [id], state="submitted", attempt=attempt, submitted_at=now, holds=what)


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

    said = {"html": safe_html(remote.html, remote.url), "text": plain(remote.html)}
    if remote.locked and not remote.html:  # Canvas takes the description away while it is locked; ours stays
        said = {}
    return said | {
        "title": line(remote.title) or f"Assignment {remote.remote_id}",
        "url": remote.url,
        "opens_at": remote.opens_at,
        "due_at": remote.due_at,
        "closes_at": remote.closes_at,
        "takes": line(remote.accepts.summary),
        "points": remote.points,
        "attempts": remote.attempts,
        "statement": remote.statement,
        "statement_text": line(remote.statement_text)[:2000],
        "minutes": int(remote.time_limit.total_seconds() // 60) if remote.time_limit else None,
        "team": remote.team,
        "reopens": line(remote.reopens)[:20],
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
        "started_at": attempt.started_at if attempt else None,
        "seen_at": now,
    }


def _seen(tx: Writing, id: int, now: dt.datetime) -> None:
    # not through tx.update: having looked is no news that search or a site would have to hear of
    tx.connection().execute(sa.update(AssignmentRow).where(col(AssignmentRow.id) == id).values(seen_at=now))
