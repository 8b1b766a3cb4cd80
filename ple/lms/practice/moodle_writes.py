"""What the practice Moodle does when work is saved and submitted, as the real one was recorded to do."""

import re
from html import escape
from typing import Any

from ple.lms.practice import moodle_files
from ple.lms.practice.cleaning import clean, words
from ple.lms.practice.moodle_refusals import Refusal, allow, invalid_parameter, missing, no_login, number
from ple.lms.practice.school import LEARNER_ID, Assignment, School

_PASSED = "The due date for this assignment has now passed"
_NOTHING = "Nothing was submitted"


def task_of(school: School, given: str) -> Assignment:
    """Return the assignment with this number, if the learner may see it."""
    task = school.assignments.get(number(given))
    if task is None:
        raise missing("assign")
    if task.hidden:
        raise no_login()
    return task


def can_edit(school: School, task: Assignment) -> bool:
    """Return whether the learner may change what is there."""
    work = school.latest(task.id)
    handed_in_for_good = work is not None and work.status == "submitted" and task.drafts
    return bool(task.takes) and school.is_open(task) and not handed_in_for_good


def start(school: School, arguments: dict[str, str]) -> dict[str, Any]:
    """Start the learner's clock; saving before that is not refused, which a client has to know."""
    allow(arguments, "assignid", "assignid")
    task = task_of(school, arguments["assignid"])
    if not task.minutes:
        said = {"item": "time limit", "itemid": task.id, "warningcode": "timelimitnotenabled"}
        return {"submissionid": 0, "warnings": [said | {"message": "Time limit is not enabled for assignment."}]}
    work = school.latest(task.id) or school.begin(task)
    if work.started_at:
        said = {"item": "submission", "itemid": task.id, "warningcode": "opensubmissionexists"}
        return {"submissionid": 0, "warnings": [said | {"message": "Open assignment submission already exists."}]}
    work.started_at = school.now
    school.wrote("started", task.id)
    return {"submissionid": work.id, "warnings": []}


def save(school: School, arguments: dict[str, str]) -> list[dict[str, Any]]:
    """Save a submission; an empty list says that it was done."""
    allow(
        arguments,
        r"assignmentid|plugindata\[(onlinetext_editor\]\[(text|format|itemid)|files_filemanager)\]",
        "assignmentid",
    )
    task = task_of(school, arguments["assignmentid"])
    editor = {name: arguments.get(f"plugindata[onlinetext_editor][{name}]") for name in ("text", "format", "itemid")}
    if all(value is None for value in editor.values()) and "plugindata[files_filemanager]" not in arguments:
        raise invalid_parameter()
    area = arguments.get("plugindata[files_filemanager]")
    if area is None and (editor["text"] is None or editor["itemid"] is None):
        raise invalid_parameter()
    if task.takes and not can_edit(school, task):
        return [_warning(task, _PASSED)]
    work = school.latest(task.id) or school.begin(task)
    texts = bool(task.takes & {"text", "link"})
    if area is not None and texts and editor["text"] is None:  # files alone where text may be handed in too
        raise Refusal("dml_write_exception", "dmlwriteexception", "Error writing to database")
    text = _kept(editor["text"] or "", number(editor["format"] or "1")) if texts else ""
    taken = texts and bool(text.strip())
    if area is not None and "file" in task.takes:
        given = list(school.areas.get(number(area), []))
        taken = moodle_files.hand_in(task, work, given, work.files) or taken
    if not taken:
        school.keep()
        return [_warning(task, _NOTHING)]
    if task.words and words(text) > task.words:
        school.keep()
        too_long = (
            '<span class="error"><i class="icon fa fa-triangle-exclamation text-warning fa-fw icon"  title="Error" '
            f'role="img" aria-label="Error"></i>The word limit for this assignment is {task.words} words and '
            f"you are attempting to submit {words(text)} words. Please review your submission and try again.</span>"
        )
        return [_warning(task, escape(too_long)), _warning(task, _NOTHING)]
    work.kind, work.modified_at = ("text" if text else "file"), school.now
    work.text = text if texts else ""
    work.status = "draft" if task.drafts else "submitted"
    work.submitted_at = 0 if task.drafts else school.now
    school.wrote("saved", task.id)
    return []


def submit(school: School, arguments: dict[str, str]) -> list[dict[str, Any]]:
    """Submit what was saved, even if nothing was."""
    allow(arguments, "assignmentid|acceptsubmissionstatement", "assignmentid", "acceptsubmissionstatement")
    task = task_of(school, arguments["assignmentid"])
    accepted = arguments["acceptsubmissionstatement"] == "1"
    if not task.drafts or not can_edit(school, task) or (task.statement and not accepted):
        item = f"User id: {LEARNER_ID}, Assignment id: {task.id} Notices:"
        message = "Could not submit assignment for grading."
        return [{"item": item, "itemid": task.id, "warningcode": "couldnotsubmitforgrading", "message": message}]
    work = school.latest(task.id) or school.begin(task)  # with nothing saved, nothing is handed in
    work.status, work.modified_at, work.submitted_at = "submitted", school.now, school.now
    school.wrote("submitted", task.id)
    return []


def _kept(text: str, format: int) -> str:
    if format == 1:
        return clean(text)
    if format == 4:  # Markdown, as much of it as a hand-in has: links
        linked = re.sub(r"\[([^\]]*)\]\((https?:[^)\s]+)\)", r'<a href="\2">\1</a>', escape(text, quote=False))
        return f"<p>{linked}</p>\n"
    return escape(text, quote=False)


def _warning(task: Assignment, item: str) -> dict[str, Any]:
    return {
        "item": item,
        "itemid": task.id,
        "warningcode": "couldnotsavesubmission",
        "message": "Could not save submission.",
    }
