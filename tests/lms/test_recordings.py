"""The practice Moodle beside recordings of real ones: the same shapes, the same errors, the same states."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ple.lms import moodle_answers
from ple.lms.adapter import Accepts, RemoteAssignment
from ple.lms.content import FileMark, Piece
from ple.lms.practice import MOODLE_TOKEN, School
from ple.lms.practice.http import Request
from ple.lms.practice.moodle import Moodle as PracticeMoodle

pytestmark = pytest.mark.real
LINK = "https://stu.example.org/2026/11/learning-in-public/"
SUBMIT = {"acceptsubmissionstatement": "0"}
SEVEN = {"plugindata[onlinetext_editor][text]": "<p>one two three four five six seven</p>"}
SAVED = {
    "plugindata[onlinetext_editor][text]": f'<p>My post: <a href="{LINK}">Learning in public</a></p>',
    "plugindata[onlinetext_editor][format]": "1",
    "plugindata[onlinetext_editor][itemid]": "0",
}
AT = 1795304953.0
NOW = dt.datetime.fromtimestamp(AT, dt.UTC)
PIECE = Piece("x.txt", 1, "0" * 64, "text/plain")
MARK = FileMark("x", 1, "http://127.0.0.1:8085/webservice/pluginfile.php/1/x")
TASK = RemoteAssignment("1", "2", "x", "http://127.0.0.1:8085/mod/assign/view.php?id=3", "", Accepts())


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> dict[str, Any]:
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted((shared_data / "moodle").glob("*.json"))
    }


@pytest.fixture
def moodle() -> PracticeMoodle:
    return PracticeMoodle(School(lambda: AT), "http://127.0.0.1:8085", MOODLE_TOKEN)


def say(moodle: PracticeMoodle, function: str, token: str = MOODLE_TOKEN, **arguments: str) -> Any:
    from urllib.parse import urlencode

    form = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **arguments}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = moodle.answer(Request("POST", "/webservice/rest/server.php", {}, headers, urlencode(form).encode()))
    assert answer is not None
    assert answer.status == 200
    return json.loads(answer.body)


def online_text(submission: dict[str, Any]) -> list[str]:
    return [p["editorfields"][0]["text"] for p in submission["plugins"] if p["type"] == "onlinetext"]


def shape(value: Any) -> Any:
    """The keys and types, of a list its first element; what is null has any type."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None if value is None else type(value).__name__


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    """Where our shape has a key that theirs lacks, lacks one of theirs, or another type."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() ^ theirs.keys()):
            yield f"{at}.{name} is only in {'ours' if name in ours else 'theirs'}"
        for name in sorted(ours.keys() & theirs.keys()):
            yield from differences(ours[name], theirs[name], f"{at}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if ours and theirs:
            yield from differences(ours[0], theirs[0], f"{at}[]")
    elif None not in (ours, theirs) and ours != theirs:
        yield f"{at}: {ours} in ours, {theirs} in theirs"


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [
        ("03-site-info", "core_webservice_get_site_info", {}),
        ("05-courses", "core_enrol_get_users_courses", {"userid": "4", "returnusercount": "0"}),
        ("05-courses-outsider", "core_enrol_get_users_courses", {"userid": "6"}),
        ("06-assign-by-cmid", "core_course_get_course_module", {"cmid": "3"}),
        ("06-assignments-denied", "mod_assign_get_assignments", {"courseids[0]": "2", "courseids[1]": "999"}),
        ("10-status-new", "mod_assign_get_submission_status", {"assignid": "1"}),
        ("15-closed-status", "mod_assign_get_submission_status", {"assignid": "4"}),
        ("15-closed-save", "mod_assign_save_submission", {"assignmentid": "4", **SAVED}),
        ("15-closed-submit", "mod_assign_submit_for_grading", {"assignmentid": "4", **SUBMIT}),
        (
            "14-statement-refused",
            "mod_assign_submit_for_grading",
            {"assignmentid": "3", **SUBMIT},
        ),
        ("16-fileonly-text", "mod_assign_save_submission", {"assignmentid": "8", **SAVED}),
        ("16-offline-save", "mod_assign_save_submission", {"assignmentid": "10", **SAVED}),
        (
            "16-wordlimit",
            "mod_assign_save_submission",
            {
                "assignmentid": "7",
                **SAVED,
                "plugindata[onlinetext_editor][text]": "<p>one two three four five six seven</p>",
            },
        ),
        ("10-save-text-link", "mod_assign_save_submission", {"assignmentid": "1", **SAVED}),
    ],
)
def test_an_answer_has_the_keys_and_types_of_the_real_one(
    recorded: dict[str, Any], moodle: PracticeMoodle, name: str, function: str, arguments: dict[str, str]
) -> None:
    real = recorded[name]["response"]["body"]
    ours = say(moodle, function, **arguments)
    assert list(differences(shape(ours), shape(real))) == []
    if isinstance(real, list) and real and "warningcode" in real[0]:
        assert [(w["warningcode"], w["message"]) for w in ours] == [(w["warningcode"], w["message"]) for w in real]
        assert [w["item"].split("Assignment id")[0] for w in ours] == [
            w["item"].split("Assignment id")[0] for w in real
        ]


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [
        ("04-err-bad-token", "core_webservice_get_site_info", {"token": "0" * 32}),
        ("04-err-empty-token", "core_webservice_get_site_info", {"token": ""}),
        ("04-err-invalid-parameter", "mod_assign_get_submission_status", {"assignid": "abc"}),
        ("04-err-missing-parameter", "mod_assign_get_submission_status", {}),
        ("04-err-no-function", "", {}),
        ("04-err-not-in-service", "core_user_create_users", {"users[0][username]": "x"}),
        ("04-err-record-not-found", "mod_assign_get_submission_status", {"assignid": "99999"}),
        ("04-err-unexpected-parameter", "mod_assign_get_submission_status", {"assignid": "1", "bogus": "2"}),
        ("04-err-unknown-function", "mod_assign_nonsense", {}),
        ("10-save-nothing", "mod_assign_save_submission", {"assignmentid": "1"}),
        ("45-hidden-status", "mod_assign_get_submission_status", {"assignid": "12"}),
    ],
)
def test_an_error_is_the_real_one(
    recorded: dict[str, Any], moodle: PracticeMoodle, name: str, function: str, arguments: dict[str, str]
) -> None:
    assert say(moodle, function, **arguments) == recorded[name]["response"]["body"]


def test_a_submission_goes_through_the_states_of_the_real_one(recorded: dict[str, Any], moodle: PracticeMoodle) -> None:
    def compare(name: str) -> None:
        ours = say(moodle, "mod_assign_get_submission_status", assignid="1")["lastattempt"]
        real = recorded[name]["response"]["body"]["lastattempt"]
        for key in ("canedit", "cansubmit", "locked", "submissionsenabled", "graded"):
            assert ours[key] == real[key], (name, key)
        assert ours["submission"]["status"] == real["submission"]["status"]
        texts = [p["editorfields"][0]["text"] for p in ours["submission"]["plugins"] if p["type"] == "onlinetext"]
        assert texts == [
            p["editorfields"][0]["text"] for p in real["submission"]["plugins"] if p["type"] == "onlinetext"
        ]
        theirs = {**real["submission"], "plugins": []}
        assert list(differences(shape({**ours["submission"], "plugins": []}), shape(theirs))) == []

    assert say(moodle, "mod_assign_save_submission", assignmentid="1", **SAVED) == []
    compare("10-status-draft")
    assert say(moodle, "mod_assign_submit_for_grading", assignmentid="1", acceptsubmissionstatement="0") == []
    compare("12-status-submitted")
    again = say(moodle, "mod_assign_submit_for_grading", assignmentid="1", acceptsubmissionstatement="0")
    assert again == recorded["12-submit-twice"]["response"]["body"]
    late = say(moodle, "mod_assign_save_submission", assignmentid="1", **SAVED)
    assert late == recorded["12-save-after-submit"]["response"]["body"]


def test_html_is_cleaned_as_the_real_one_cleans_it(recorded: dict[str, Any], moodle: PracticeMoodle) -> None:
    sent = recorded["73-html-clean"]["request"]["form"]
    given = {key: value for key, value in sent.items() if key.startswith("plugindata")}
    assert say(moodle, "mod_assign_save_submission", assignmentid="2", **given) == []
    ours = say(moodle, "mod_assign_get_submission_status", assignid="2")["lastattempt"]["submission"]["plugins"]
    real = recorded["73-html-clean-status"]["response"]["body"]["lastattempt"]["submission"]["plugins"]
    assert online_text({"plugins": ours}) == online_text({"plugins": real})


def test_recorded_grades_and_feedback_are_read(recorded: dict[str, Any]) -> None:
    def back(name: str) -> Any:
        status = moodle_answers.status(recorded[name]["response"]["body"])
        assert status is not None
        return status.feedback

    graded = back("21-status-graded")
    assert (graded.points, graded.attempt) == (85.5, 1)
    assert [file.name for file in graded.files] == ["feedback.txt"]
    assert "Clear post" in graded.comments[0].html
    assert back("42-workflow-status-unreleased") is None
    assert back("42-workflow-status-released") is not None
    assert "Competent" in back("47-scale-status").grade
    assert back("20-ungraded") is None


def test_a_recorded_team_is_one_work_with_somebody_missing(recorded: dict[str, Any]) -> None:
    status = moodle_answers.status(recorded["41-team-status2"]["response"]["body"])
    assert status is not None
    assert status.attempt is not None
    assert (status.waits_for, status.attempt.found.links) == (1, (LINK,))
