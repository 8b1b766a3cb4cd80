"""What a Moodle says about assignments, submissions and feedback, read with care. Pure."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ple.lms import answers
from ple.lms.adapter import (
    Accepts,
    Attempt,
    Comment,
    Feedback,
    RemoteAssignment,
    RemoteBadge,
    SubmissionState,
    SubmissionStatus,
)
from ple.lms.content import FileMark, Found, found_in_html

_STATES = {
    "new": SubmissionState.NONE,
    "draft": SubmissionState.DRAFT,
    "submitted": SubmissionState.SUBMITTED,
    "reopened": SubmissionState.REOPENED,
}


def assignment(site: str, course_id: str, item: Mapping[str, Any]) -> RemoteAssignment:
    """Return an assignment of ``mod_assign_get_assignments``; ``site`` is the address that its page is below."""
    settings = {
        (answers.words(config.get("plugin"), 50), answers.words(config.get("name"), 50)): config.get("value")
        for config in answers.objects(item.get("configs"))
        if config.get("subtype") == "assignsubmission"
    }
    online = not answers.number(item.get("nosubmissions"))
    text = online and answers.number(settings.get(("onlinetext", "enabled"))) == 1
    limited = answers.number(settings.get(("onlinetext", "wordlimitenabled"))) == 1
    files = online and answers.number(settings.get(("file", "enabled"))) == 1
    most = answers.count(item.get("maxattempts"))
    page = answers.remote_id(item.get("cmid"))
    limit = answers.number(item.get("timelimit"))
    return RemoteAssignment(
        remote_id=answers.remote_id(item.get("id")),
        course_id=course_id,
        title=answers.words(item.get("name"), 500),
        url=f"{site}/mod/assign/view.php?id={page}" if page else None,
        html=answers.words(item.get("intro")),
        accepts=Accepts(
            link=text,
            text=text,
            files=files,
            words=answers.number(settings.get(("onlinetext", "wordlimit"))) or None if limited else None,
            extensions=_extensions(settings.get(("file", "filetypeslist"))) if files else (),
            most_files=answers.number(settings.get(("file", "maxfilesubmissions"))) or None if files else None,
            most_bytes=answers.number(settings.get(("file", "maxsubmissionsizebytes"))) or None if files else None,
        ),
        opens_at=answers.seconds(item.get("allowsubmissionsfromdate")),
        due_at=answers.seconds(item.get("duedate")),
        closes_at=answers.seconds(item.get("cutoffdate")),
        points=float(answers.number(item.get("grade"))) if answers.number(item.get("grade")) > 0 else None,
        attempts=most if most > 0 else None,
        drafts=bool(answers.number(item.get("submissiondrafts"))),
        statement=bool(answers.number(item.get("requiresubmissionstatement"))),
        statement_text=found_in_html(answers.words(item.get("submissionstatement"), 5000)).text,
        time_limit=answers.duration(limit) if limit > 0 else None,
        reopens=answers.words(item.get("attemptreopenmethod"), 20).replace("none", ""),
        team=bool(answers.number(item.get("teamsubmission"))),
        team_all=bool(answers.number(item.get("requireallteammemberssubmit"))),
    )


def badge(site: str, name: str, item: Mapping[str, Any]) -> RemoteBadge:
    """Return a badge of ``core_badges_get_user_badges``."""
    key = answers.words(item.get("uniquehash"), 100)
    return RemoteBadge(
        name=name,
        issuer=answers.words(item.get("issuername"), 300),
        issued_at=answers.seconds(item.get("dateissued")),
        expires_at=answers.seconds(item.get("dateexpire")),
        url=f"{site}/badges/assertion.php?b={key}&obversion=2.1" if re.fullmatch(r"[0-9a-zA-Z]{8,100}", key) else None,
        description=answers.words(item.get("description"), 5000),
        course_id=answers.remote_id(item.get("courseid")) or None,
    )


def status(said: Mapping[str, Any], clock: dt.datetime | None = None) -> SubmissionStatus | None:
    """Return what ``mod_assign_get_submission_status`` says; none if it says nothing of the learner.

    ``clock`` is what time it was there.
    """
    last = said.get("lastattempt")
    if not isinstance(last, dict):
        return None
    own, team = last.get("submission"), last.get("teamsubmission")
    latest = attempt(own or team) if own or team else None
    waits_for = 0
    if latest and isinstance(team, dict):
        content = attempt(team)  # the team's work, and whether this learner has handed it in
        latest = replace(latest, number=content.number, found=content.found, remote_id=content.remote_id)
        waiting = last.get("submissiongroupmemberswhoneedtosubmit")
        waits_for = len(waiting) if isinstance(waiting, list) else 0
    earlier = [attempt(item.get("submission")) for item in answers.objects(said.get("previousattempts"))]
    can_edit = last.get("canedit")
    raw = {name: said.get(name) for name in ("lastattempt", "previousattempts", "feedback") if said.get(name)}
    return SubmissionStatus(
        state=latest.state if latest else SubmissionState.NONE,
        attempt=latest,
        earlier=tuple(earlier),
        can_edit=can_edit if isinstance(can_edit, bool) else None,
        locked=bool(last.get("locked")),
        extended_to=answers.seconds(last.get("extensionduedate")),
        waits_for=waits_for,
        feedback=_feedback(said, latest.number if latest else 0),
        clock=clock,
        raw=json.dumps(raw),
    )


def _feedback(said: Mapping[str, Any], number: int) -> Feedback | None:
    given = said.get("feedback")
    if not isinstance(given, dict):  # such as while a marking workflow has not released it
        return _earlier_feedback(said)
    grade = answers.mapping(given.get("grade"))
    comments, files = [], []
    at = answers.seconds(given.get("gradeddate"))
    for plugin in answers.objects(given.get("plugins")):
        for editor in answers.objects(plugin.get("editorfields")):
            text = answers.words(editor.get("text"))
            if text.strip():
                comments.append(Comment("", text, at))
        for area in answers.objects(plugin.get("fileareas")):
            if plugin.get("type") == "file":
                files += [_mark(file) for file in answers.objects(area.get("files"))]
    display = answers.words(given.get("gradefordisplay"), 500)
    points = answers.decimal(grade.get("grade"))
    back = Feedback(
        attempt=answers.count(grade.get("attemptnumber")) + 1 if grade else number,
        grade="" if display.strip() == "-" else display,
        points=points if points is not None and points >= 0 else None,
        graded_at=at,
        comments=tuple(comments),
        files=tuple(files),
    )
    return None if back.empty else back


def _earlier_feedback(said: Mapping[str, Any]) -> Feedback | None:
    for item in reversed(answers.objects(said.get("previousattempts"))):
        if item.get("grade"):
            inner = {"feedback": {"grade": item["grade"], "plugins": item.get("feedbackplugins")}}
            grade = answers.decimal(answers.mapping(item["grade"]).get("grade"))
            inner["feedback"]["gradefordisplay"] = f"{grade:g}" if grade is not None and grade >= 0 else ""
            return _feedback(inner, answers.count(item.get("attemptnumber")) + 1)
    return None


def attempt(said: Any) -> Attempt:
    """Return one attempt of a status."""
    submission = answers.mapping(said)
    text = ""
    files: list[FileMark] = []
    for plugin in answers.objects(submission.get("plugins")):
        if plugin.get("type") == "onlinetext":
            for editor in answers.objects(plugin.get("editorfields")):
                text = answers.words(editor.get("text"))
        for area in answers.objects(plugin.get("fileareas")):
            if plugin.get("type") == "file":
                files += [_mark(file) for file in answers.objects(area.get("files"))]
    found = found_in_html(text)
    state = _STATES.get(answers.words(submission.get("status"), 20), SubmissionState.NONE)
    return Attempt(
        number=answers.count(submission.get("attemptnumber")) + 1,
        state=state,
        found=Found(found.links, found.text, tuple(files), text),
        submitted_at=answers.seconds(submission.get("timemodified")) if state.handed_in else None,
        remote_id=answers.remote_id(submission.get("id")) or None,
        started_at=answers.seconds(submission.get("timestarted")),
    )


def _mark(file: Mapping[str, Any]) -> FileMark:
    name = answers.words(file.get("filename"), 300)
    return FileMark(name, answers.number(file.get("filesize")), answers.web_address(file.get("fileurl")))


def _extensions(said: Any) -> tuple[str, ...]:
    return tuple(part for part in answers.words(said, 500).replace(";", ",").replace(" ", ",").split(",") if part)
