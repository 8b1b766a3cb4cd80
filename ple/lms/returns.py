"""What comes home: grades and feedback, and what changed since the learner last looked.

Feedback is kept as it came, one row for each state it was in, so that a grade that was changed later is still known as
it was. It is filed with what was handed in: the assignment links to the artifact that its receipts link to.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from ple.library import Library, Resource, Writing, chunks, utc_now
from ple.lms.adapter import Feedback
from ple.lms.models import AccountRow, AssignmentRow, CourseRow, ReceiptRow


class FeedbackRow(SQLModel, table=True):
    """Feedback in one state that it was in. Append-only."""

    __tablename__ = "lms_feedback"

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="lms_assignment.id", index=True)
    attempt: int
    sha256: str
    """Of what was said, to know it again."""
    grade: str = ""
    points: float | None = None
    graded_at: dt.datetime | None = None
    said: dict[str, Any] = Field(sa_type=sa.JSON)
    """Comments, rubric and files; HTML made safe."""
    text: str = ""
    received_at: dt.datetime = Field(default_factory=utc_now)
    fetched: bool = True
    """Whether its files are kept here."""


class NewsRow(SQLModel, table=True):
    """Something that a sync noticed."""

    __tablename__ = "lms_news"

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="lms_assignment.id", index=True)
    at: dt.datetime = Field(default_factory=utc_now, index=True)
    what: str
    said: str


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to an assignment, as a sync noticed it."""

    id: int
    at: dt.datetime
    what: str
    """``new``, ``gone``, ``date``, ``extended``, ``limited``, ``locked``, ``unlocked``, ``reopened``, ``reverted``,
    ``emptied``, ``graded``, ``feedback``."""
    said: str
    assignment_id: int
    assignment: str
    course: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Feedback as it came. ``html`` of comments is safe."""

    assignment_id: int
    assignment: str
    course: str
    url: str | None
    attempt: int
    grade: str
    points: float | None
    most: float | None
    graded_at: dt.datetime | None
    comments: tuple[dict[str, Any], ...]
    rubric: tuple[dict[str, Any], ...]
    files: tuple[dict[str, Any], ...]
    """Name, size and, when it is kept here, ``sha256``."""
    text: str
    received_at: dt.datetime
    resources: tuple[int, ...]
    """What was handed in, as far as it is in the library."""


_SAID = {
    "none": "nothing is handed in any more",
    "draft": "it is a draft again, and not handed in",
    "reopened": "another attempt is asked for",
}


def noticed(old: AssignmentRow, new: Mapping[str, Any], now: dt.datetime) -> list[tuple[str, str]]:
    """Return what a learner should hear about how an assignment differs from when it was last seen. Pure."""
    found: list[tuple[str, str]] = []
    if "due_at" in new and new["due_at"] != old.due_at:
        found.append(("date", f"it is due {_day(new['due_at'])} now, not {_day(old.due_at)}"))
    if "closes_at" in new and new["closes_at"] != old.closes_at:
        found.append(("date", f"it closes {_day(new['closes_at'])} now, not {_day(old.closes_at)}"))
    if new.get("extended_to") and new["extended_to"] != old.extended_to:
        found.append(("extended", f"you may hand it in until {_day(new['extended_to'])}"))
    if new.get("minutes") and new["minutes"] != old.minutes:
        found.append(("limited", f"it has to be done in {new['minutes']} minutes from when you start it"))
    if "locked" in new and old.state is not None and new["locked"] != old.locked:
        found.append(
            ("locked", "your teacher has locked it for you") if new["locked"] else ("unlocked", "it is unlocked again")
        )
    state = new.get("state")
    if old.state == "submitted" and state in _SAID:
        what = {"none": "emptied", "draft": "reverted", "reopened": "reopened"}[state]
        found.append((what, _SAID[state]))
    elif state == "reopened" and old.state != "reopened":
        found.append(("reopened", _SAID["reopened"]))
    elif old.state == "submitted" and new.get("attempt", old.attempt) < old.attempt:
        found.append(("emptied", f"attempt {old.attempt} is not there any more"))
    return found


def _day(when: dt.datetime | None) -> str:
    return f"{when.astimezone():%A %Y-%m-%d %H:%M %Z}".rstrip() if when else "at no set time"


def tell(tx: Writing, assignment_id: int, news: Iterable[tuple[str, str]], now: dt.datetime) -> int:
    """Write down what was noticed; return how many things that were."""
    rows = [NewsRow(assignment_id=assignment_id, at=now, what=what, said=said) for what, said in news]
    tx.add_all(rows)
    return len(rows)


def keep(tx: Writing, assignment_id: int, feedback: Feedback, now: dt.datetime) -> int:
    """Keep feedback, if it says anything that was not known; return 1 if it does, else 0."""
    from ple.web.text import line, plain, safe_html

    comments = [
        {"author": line(c.author), "html": safe_html(c.html), "text": plain(c.html), "at": _iso(c.at)}
        for c in feedback.comments
    ]
    rubric = [{**asdict(c), "title": line(c.title), "comment": plain(c.comment)} for c in feedback.rubric]
    files = [{"name": line(f.name), "size": f.size} for f in feedback.files]
    grade = line(plain(feedback.grade))
    core = {"attempt": feedback.attempt, "grade": grade, "comments": comments, "rubric": rubric, "files": files}
    sha256 = hashlib.sha256(json.dumps(core, sort_keys=True).encode()).hexdigest()
    latest = tx.exec(
        select(FeedbackRow).where(FeedbackRow.assignment_id == assignment_id).order_by(col(FeedbackRow.id).desc())
    ).first()
    if latest is not None and latest.sha256 == sha256:
        return 0
    spoken = [*(c["text"] for c in comments), *(f"{c['title']}: {c['comment']}".strip(": ") for c in rubric)]
    tx.add(
        FeedbackRow(
            assignment_id=assignment_id,
            attempt=feedback.attempt,
            sha256=sha256,
            grade=grade,
            points=feedback.points,
            graded_at=feedback.graded_at,
            said={"comments": comments, "rubric": rubric, "files": files},
            text="\n".join(said for said in spoken if said),
            received_at=now,
            fetched=not files,
        )
    )
    tx.update(AssignmentRow, [assignment_id], grade=grade, graded_at=feedback.graded_at)
    for artifact in _handed_in(tx, [assignment_id]).get(assignment_id, ()):
        tx.link(assignment_id, artifact, "gives-feedback-on")
    tx.touch([assignment_id])
    if grade and (latest is None or latest.grade != grade):
        task = tx.get(AssignmentRow, assignment_id)
        most = task.points if task is not None else None
        tx.note("graded", assignment_id, grade=grade, points=feedback.points, most=most, attempt=feedback.attempt)
        said = f"the grade is {grade}" if latest is None or not latest.grade else f"{grade} now, not {latest.grade}"
        return tell(tx, assignment_id, [("graded", said)], now)
    who = ", ".join(dict.fromkeys(c["author"] for c in comments if c["author"]))
    return tell(tx, assignment_id, [("feedback", f"there is feedback{' of ' + who if who else ''}")], now)


class Returns:
    """Feedback and news of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def feedback(self, assignments: Iterable[int] | None = None) -> list[Returned]:
        """Return the newest feedback on each assignment, or on these, the latest first."""
        newest = sa.select(sa.func.max(col(FeedbackRow.id))).group_by(col(FeedbackRow.assignment_id))
        if assignments is not None:
            newest = newest.where(col(FeedbackRow.assignment_id).in_(list(assignments)[:500]))
        with self._library.reading() as tx:
            rows = tx.exec(
                select(FeedbackRow, AssignmentRow, CourseRow.title)
                .join(AssignmentRow, col(AssignmentRow.id) == col(FeedbackRow.assignment_id))
                .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
                .where(col(FeedbackRow.id).in_(newest))
                .order_by(col(FeedbackRow.received_at).desc(), col(FeedbackRow.id).desc())
            ).all()
            artifacts = _handed_in(tx, [row.assignment_id for row, _, _ in rows])
            return [
                Returned(
                    assignment_id=row.assignment_id,
                    assignment=task.title,
                    course=course,
                    url=task.url,
                    attempt=row.attempt,
                    grade=row.grade,
                    points=row.points,
                    most=task.points,
                    graded_at=row.graded_at,
                    comments=tuple(row.said["comments"]),
                    rubric=tuple(row.said["rubric"]),
                    files=tuple(row.said["files"]),
                    text=row.text,
                    received_at=row.received_at,
                    resources=tuple(artifacts.get(row.assignment_id, ())),
                )
                for row, task, course in rows
            ]

    def about(self, resource: int) -> list[int]:
        """Return the assignments to which a thing of the learner's was handed in."""
        with self._library.reading() as tx:
            receipts = [link.id for link in tx.links_to(resource) if link.relation == "hands-in"]
            if not receipts:
                return []
            found = tx.exec(select(ReceiptRow.assignment_id).where(col(ReceiptRow.id).in_(receipts)))
            return [id for id in dict.fromkeys(found) if id is not None]

    def unfetched(self, account_id: int) -> list[tuple[int, int]]:
        """Return the feedback of an account whose files are not kept yet: its number and the assignment's."""
        query = (
            sa.select(col(FeedbackRow.id), col(FeedbackRow.assignment_id))
            .join(AssignmentRow, col(AssignmentRow.id) == col(FeedbackRow.assignment_id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .where(col(CourseRow.account_id) == account_id, col(FeedbackRow.fetched).is_(False))
        )
        with self._library.reading() as tx:
            return [(id or 0, assignment) for id, assignment in tx.connection().execute(query)]

    def fetched(self, feedback_id: int, files: Mapping[str, tuple[str, bytes]]) -> None:
        """Keep the files of feedback with the assignment: name, media type, bytes."""
        with self._library.writing() as tx:
            row = tx.get(FeedbackRow, feedback_id)
            if row is None:
                return
            kept = {}
            for name, (media_type, data) in files.items():
                kept[name] = tx.attach(row.assignment_id, "feedback", name, media_type, data)
            said = [{**file, "sha256": kept.get(file["name"])} for file in row.said["files"]]
            row.said, row.fetched = {**row.said, "files": said}, True
            tx.add(row)

    def news(self, *, since: dt.datetime | None = None, limit: int = 100) -> list[News]:
        """Return what happened, the latest first."""
        query = (
            select(NewsRow, AssignmentRow.title, CourseRow.title)
            .join(AssignmentRow, col(AssignmentRow.id) == col(NewsRow.assignment_id))
            .join(CourseRow, col(CourseRow.id) == col(AssignmentRow.course_id))
            .join(AccountRow, col(AccountRow.id) == col(CourseRow.account_id))
            .order_by(col(NewsRow.at).desc(), col(NewsRow.id).desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(col(NewsRow.at) >= since)
        with self._library.reading() as tx:
            return [
                News(row.id or 0, row.at, row.what, row.said, row.assignment_id, assignment, course)
                for row, assignment, course in tx.exec(query)
            ]


def _handed_in(tx: Any, assignments: list[int]) -> dict[int, list[int]]:
    from ple.library import Link

    found: dict[int, list[int]] = {}
    for some in chunks(assignments):
        rows = tx.connection().execute(
            sa.select(col(ReceiptRow.assignment_id), col(Link.target_id))
            .join(Link, col(Link.source_id) == col(ReceiptRow.id))
            .join(Resource, col(Resource.id) == col(Link.target_id))
            .where(
                col(ReceiptRow.assignment_id).in_(some),
                col(Link.relation) == "hands-in",
                col(Resource.trashed_at).is_(None),
            )
            .distinct()
        )
        for assignment_id, target in rows:
            found.setdefault(assignment_id, []).append(target)
    return found


def _iso(when: dt.datetime | None) -> str | None:
    return when.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if when else None
