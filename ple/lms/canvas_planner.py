"""What a Canvas' planner lists beside assignments: ungraded quizzes and discussions, pages, notes, peer reviews.

Nothing of it is handed in as a file or link, but it is due all the same. Pure.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ple.lms import answers
from ple.lms.adapter import Accepts, RemoteAssignment, SubmissionState, SubmissionStatus

PREFIX = "planner-"
"""What the numbers of planned things begin with, to tell them from those of assignments."""
_PAST = dt.timedelta(days=14)
_AHEAD = dt.timedelta(days=120)
_KINDS = {
    "quiz": "A quiz",
    "discussion_topic": "A discussion",
    "wiki_page": "A page to read",
    "planner_note": "A note of your own",
    "assessment_request": "A peer review",
}


def address(now: dt.datetime) -> str:
    """Return what is asked for: two weeks back and four months ahead."""
    dates = {"start_date": f"{now - _PAST:%Y-%m-%d}", "end_date": f"{now + _AHEAD:%Y-%m-%d}", "per_page": "100"}
    return f"/api/v1/planner/items?{urlencode(dates)}"


def covers(item: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return what in the planner an assignment stands for, so that nothing is listed twice."""
    quiz = answers.remote_id(item.get("quiz_id"))
    topic = answers.remote_id(answers.mapping(item.get("discussion_topic")).get("id"))
    return {pair for pair in (("quiz", quiz), ("discussion_topic", topic)) if pair[1]}


def planned(
    site: str, items: Iterable[Mapping[str, Any]], course_id: str, known: Collection[tuple[str, str]]
) -> Iterator[RemoteAssignment]:
    """Yield what is planned in a course and is not among its assignments, which cover ``known``."""
    for item in items:
        kind = answers.words(item.get("plannable_type"), 40)
        inner = answers.mapping(item.get("plannable"))
        id = answers.remote_id(item.get("plannable_id"))
        course = answers.remote_id(item.get("course_id")) or answers.remote_id(inner.get("course_id"))
        title = answers.words(inner.get("title") or inner.get("name"), 500).strip()
        if kind not in _KINDS or not id or course != course_id or not title or (kind, id) in known:
            continue
        if answers.remote_id(inner.get("assignment_id")):  # graded: it is among the assignments
            continue
        page = answers.words(item.get("html_url"), 2000)
        done = answers.mapping(item.get("submissions")).get("submitted") is True
        marked = answers.mapping(item.get("planner_override")).get("marked_complete") is True
        at = inner.get("due_at") or inner.get("todo_date") or item.get("plannable_date")
        yield RemoteAssignment(
            remote_id=f"{PREFIX}{kind}-{id}",
            course_id=course_id,
            title=title,
            url=answers.web_address(answers.joined(f"{site}/", page)) if page else None,
            html=f"<p>{_KINDS[kind]}.</p>",
            accepts=Accepts(),
            due_at=answers.moment(at),
            status=SubmissionStatus(
                SubmissionState.SUBMITTED if done or marked else SubmissionState.NONE, None, can_edit=False
            ),
        )
