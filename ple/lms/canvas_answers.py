"""What a Canvas says about assignments, submissions and grades, read with care. Pure."""

import datetime as dt
import json
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from ple.lms import answers
from ple.lms.adapter import (
    Accepts,
    Attempt,
    Comment,
    Criterion,
    Feedback,
    RemoteAssignment,
    SubmissionState,
    SubmissionStatus,
)
from ple.lms.content import FileMark, Found, found_in_html

_TAKEN = frozenset({"submitted", "pending_review", "graded"})


def assignment(course_id: str, item: Mapping[str, Any]) -> RemoteAssignment:
    """Return an assignment as the API says it."""
    types = item.get("submission_types")
    kinds = {answers.words(kind, 50) for kind in types} if isinstance(types, list) else set()
    most = answers.count(item.get("allowed_attempts"))
    extensions = item.get("allowed_extensions")
    said = item.get("submission")
    points = item.get("points_possible")
    return RemoteAssignment(
        remote_id=answers.remote_id(item.get("id")),
        course_id=course_id,
        title=answers.words(item.get("name"), 500),
        url=answers.web_address(item.get("html_url")),
        html=answers.words(item.get("description")),
        accepts=Accepts(
            link="online_url" in kinds,
            text="online_text_entry" in kinds,
            files="online_upload" in kinds,
            extensions=tuple(f".{answers.words(e, 20)}" for e in extensions) if isinstance(extensions, list) else (),
        ),
        opens_at=answers.moment(item.get("unlock_at")),
        due_at=answers.moment(item.get("due_at")),
        closes_at=answers.moment(item.get("lock_at")),
        points=float(points) if isinstance(points, int | float) and 0 <= points < 1e9 else None,
        attempts=most if most > 0 else None,
        locked=item.get("locked_for_user") is True,
        team=item.get("group_category_id") is not None,
        status=status(said) if isinstance(said, dict) else None,
    )


def rubric_titles(item: Mapping[str, Any]) -> dict[str, tuple[str, float | None]]:
    """Return the title and most points of each criterion of an assignment's rubric."""
    return {
        answers.words(line.get("id"), 64): (
            answers.words(line.get("description"), 500), answers.decimal(line.get("points")),
        )
        for line in answers.objects(item.get("rubric"))
    }  # fmt: skip


def status(
    said: dict[str, Any],
    rubric: Mapping[str, tuple[str, float | None]] = MappingProxyType({}),
    clock: dt.datetime | None = None,
) -> SubmissionStatus:
    """Return where the learner stands, from a submission as the API says it; ``rubric`` names its criteria."""
    latest = _attempt(said)
    history = [_attempt(item) for item in answers.objects(said.get("submission_history"))]
    earlier = tuple(attempt for attempt in history if attempt and (latest is None or attempt.number < latest.number))
    return SubmissionStatus(
        state=latest.state if latest else SubmissionState.NONE,
        attempt=latest,
        earlier=earlier,
        feedback=_feedback(said, rubric),
        clock=clock,
        raw=json.dumps(_without_secrets(said)),
    )


def _without_secrets(said: Any) -> Any:
    # a file's address holds a key of its own
    if isinstance(said, dict):
        return {
            name: _without_secrets(value)
            for name, value in said.items()
            if name != "preview_url" and not (name in ("url", "thumbnail_url") and "filename" in said)
        }
    return [_without_secrets(value) for value in said] if isinstance(said, list) else said


def _feedback(said: Mapping[str, Any], rubric: Mapping[str, tuple[str, float | None]]) -> Feedback | None:
    older = said.get("grade_matches_current_submission") is False  # handed in again after it was graded
    released = said.get("posted_at") is not None and (said.get("workflow_state") == "graded" or older)
    learner = answers.remote_id(said.get("user_id"))
    comments, files = [], []
    for item in answers.objects(said.get("submission_comments")):
        if answers.remote_id(item.get("author_id")) == learner:
            continue
        text = answers.words(item.get("comment"))
        html = "".join(f"<p>{escape(part, quote=False)}</p>" for part in text.splitlines() if part.strip())
        at = answers.moment(item.get("edited_at")) or answers.moment(item.get("created_at"))
        comments.append(Comment(answers.words(item.get("author_name"), 200), html, at))
        files += [_mark(file) for file in answers.objects(item.get("attachments"))]
    lines = []
    for id, line in answers.mapping(said.get("rubric_assessment")).items() if released else ():
        title, most = rubric.get(str(id), ("", None))
        given = answers.mapping(line)
        lines.append(
            Criterion(title, answers.decimal(given.get("points")), most, answers.words(given.get("comments"), 5000))
        )
    back = Feedback(
        attempt=max(0, answers.count(said.get("attempt")) - (1 if older else 0)),
        grade=answers.words(said.get("grade"), 100) if released else "",
        points=answers.decimal(said.get("score")) if released else None,
        graded_at=answers.moment(said.get("graded_at")) if released else None,
        comments=tuple(comments),
        rubric=tuple(lines),
        files=tuple(files),
    )
    return None if back.empty else back


def _mark(file: Mapping[str, Any]) -> FileMark:
    name = answers.words(file.get("display_name") or file.get("filename"), 300)
    return FileMark(name, answers.number(file.get("size")), answers.web_address(file.get("url")))


def _attempt(said: Mapping[str, Any]) -> Attempt | None:
    number = answers.count(said.get("attempt"))
    if number < 1 or answers.words(said.get("workflow_state"), 40) not in _TAKEN:
        return None
    link = answers.web_address(said.get("url"))
    body = found_in_html(answers.words(said.get("body")))
    files = tuple(_mark(file) for file in answers.objects(said.get("attachments")))
    by_link = said.get("submission_type") == "online_url" and link is not None
    return Attempt(
        number=number,
        state=SubmissionState.SUBMITTED,
        found=Found((link,)) if by_link and link else Found(body.links, body.text, files, body.html),
        submitted_at=answers.moment(said.get("submitted_at")),
        remote_id=answers.remote_id(said.get("id")) or None,
    )
