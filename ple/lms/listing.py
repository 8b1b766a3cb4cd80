"""Accounts, courses, assignments and receipts as lists and search read them: in bulk, no query per row."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, Reading, Resource
from ple.lms.models import ACCOUNT, ASSIGNMENT, COURSE, RECEIPT, AccountRow, AssignmentRow, CourseRow, ReceiptRow
from ple.lms.returns import FeedbackRow


def documents(tx: Reading, ids: list[int]) -> Iterator[Document]:
    """Say what accounts, courses, assignments and receipts say."""
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
    back: dict[int, str] = {}
    for said in tx.exec(
        select(FeedbackRow).where(col(FeedbackRow.assignment_id).in_(ids)).order_by(col(FeedbackRow.id))
    ):
        back[said.assignment_id] = f"{said.grade}\n{said.text}".strip()
    for assignment, resource, (_, title), _account in rows_of(tx, ids):
        flags = {"private", "handed-in" if assignment.state == "submitted" else "open"}
        yield Document(
            assignment.id, ASSIGNMENT, assignment.title,
            f"{assignment.text}\n{back.get(assignment.id, '')}".strip(),
            assignment.due_at or resource.created_at, url=assignment.url, tags=tags[assignment.id], container=title,
            flags=frozenset(flags),
        )  # fmt: skip
    for receipt in tx.exec(
        select(ReceiptRow)
        .join(Resource, col(Resource.id) == col(ReceiptRow.id))
        .where(col(ReceiptRow.id).in_(ids), alive)
    ):
        words = "\n".join(filter(None, (receipt.text or receipt.url, *receipt.files)))
        yield Document(
            receipt.id, RECEIPT, f"Receipt: {receipt.title}", f"{receipt.account}, attempt {receipt.attempt}\n{words}",
            receipt.made_at, url=receipt.url, tags=tags[receipt.id], container=receipt.course,
            flags=frozenset({"private"}),
        )  # fmt: skip


_Placed = tuple[AssignmentRow, Resource, tuple[int, str], tuple[int, str]]


def rows_of(tx: Reading, ids: Sequence[int]) -> list[_Placed]:
    """Return assignments with their resource, and the number and title of course and account."""
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


def common(
    row: AssignmentRow, resource: Resource, course: tuple[int, str], account: tuple[int, str], tags: frozenset[str]
) -> dict[str, Any]:
    """Return what lines and whole assignments have in common."""
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
        "due_at": max(filter(None, (row.due_at, row.extended_to))) if row.due_at else None,
        "closes_at": closes_at,
        "takes": row.takes,
        "state": row.state,
        "attempt": row.attempt,
        "submitted_at": row.submitted_at,
        "grade": row.grade,
        "extended_to": row.extended_to,
        "waits_for": row.waits_for,
    }
