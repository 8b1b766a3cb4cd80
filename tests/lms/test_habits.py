"""The habits of a real Moodle, one by one under their numbers in docs/lms-adapters.md, asked of the practice LMS."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ple.lms.practice.http import Request
from ple.lms.practice.moodle import Moodle
from ple.lms.practice.school import School
from tests.lms.conftest import CLOSED, FIVE_WORDS, LATER, LOG, ONCE, PDF, PORTFOLIO, POST, SECOND_POST, Learner
from tests.lms.test_recordings import MOODLE_TOKEN, say


@pytest.fixture
def moodle() -> Moodle:
    return Moodle(School(lambda: 1_795_304_953.0), "http://127.0.0.1:8085", MOODLE_TOKEN)


def save(moodle: Moodle, task: int, text: str | None = None, area: int | None = None) -> Any:
    given = {"assignmentid": str(task)}
    if text is not None:
        editor = "plugindata[onlinetext_editor]"
        given |= {f"{editor}[text]": text, f"{editor}[format]": "1", f"{editor}[itemid]": "0"}
    if area is not None:
        given["plugindata[files_filemanager]"] = str(area)
    return say(moodle, "mod_assign_save_submission", **given)


def submit(moodle: Moodle, task: int) -> Any:
    return say(moodle, "mod_assign_submit_for_grading", assignmentid=str(task), acceptsubmissionstatement="0")


def upload(moodle: Moodle, *files: tuple[str, int]) -> int:
    school = moodle.school
    area = 0
    for name, size in files:
        area = school.upload(school.keep_file(name, b"x" * size), area)
    return area


def names(moodle: Moodle, task: int) -> list[str]:
    work = moodle.school.latest(task)
    return [file["name"] for file in work.files] if work else []


def test_1_submitting_with_nothing_saved_hands_in_an_empty_work(moodle: Moodle) -> None:
    assert submit(moodle, POST) == []
    assert [work.text for work in moodle.school.handed_in(POST)] == [""]


def test_2_a_file_of_a_forbidden_kind_is_taken(moodle: Moodle) -> None:
    assert save(moodle, PDF, area=upload(moodle, ("a.txt", 3))) == []
    assert names(moodle, PDF) == ["a.txt"]


def test_3_a_file_that_is_too_big_takes_the_earlier_ones_with_it(moodle: Moodle) -> None:
    save(moodle, PDF, area=upload(moodle, ("a.pdf", 3)))
    assert save(moodle, PDF, area=upload(moodle, ("b.pdf", 200_000)))[0]["item"] == "Nothing was submitted"
    assert (names(moodle, PDF), len(moodle.school.handed_in(PDF))) == ([], 1)


def test_4_a_surplus_file_is_dropped_without_a_word(moodle: Moodle) -> None:
    assert save(moodle, PDF, area=upload(moodle, ("a.pdf", 3), ("b.pdf", 3))) == []
    assert names(moodle, PDF) == ["a.pdf"]


def test_5_files_alone_where_text_may_come_too_fail(moodle: Moodle) -> None:
    assert save(moodle, LOG, area=upload(moodle, ("a.pdf", 3)))["errorcode"] == "dmlwriteexception"


def test_6_text_alone_keeps_the_files_and_a_new_area_replaces_them(moodle: Moodle) -> None:
    save(moodle, LOG, "<p>x</p>", upload(moodle, ("a.pdf", 3)))
    save(moodle, LOG, "<p>y</p>")
    assert names(moodle, LOG) == ["a.pdf"]
    save(moodle, LOG, "<p>y</p>", upload(moodle, ("b.pdf", 3)))
    assert names(moodle, LOG) == ["b.pdf"]


def test_7_text_where_none_is_taken_makes_an_empty_submission(moodle: Moodle) -> None:
    assert save(moodle, PDF, "<p>x</p>")[0]["item"] == "Nothing was submitted"
    assert moodle.school.latest(PDF) is not None


def test_8_one_sentence_stands_for_five_reasons(moodle: Moodle) -> None:
    save(moodle, ONCE, "<p>x</p>")
    submit(moodle, ONCE)  # handed in already, and no attempt is left
    moodle.school.lock(POST)
    said = {save(moodle, task, "<p>y</p>")[0]["item"] for task in (POST, ONCE, CLOSED, LATER)}
    assert said == {"The due date for this assignment has now passed"}


def test_9_text_comes_back_cleaned(moodle: Moodle) -> None:
    save(moodle, SECOND_POST, '<p data-x="1">a<script>b</script><!-- c --></p>')
    assert moodle.school.handed_in(SECOND_POST)[0].text == "<p>a</p>"


def test_10_saving_again_overwrites_the_same_attempt(moodle: Moodle) -> None:
    for text in ("<p>1</p>", "<p>2</p>"):
        save(moodle, SECOND_POST, text)
    assert [(work.number, work.text) for work in moodle.school.handed_in(SECOND_POST)] == [(0, "<p>2</p>")]


def test_10_four_saves_at_once_are_one_submission(moodle_learner: Learner) -> None:
    lms = moodle_learner.lms
    form = {"wstoken": lms.token, "wsfunction": "mod_assign_save_submission", "moodlewsrestformat": "json"}
    editor = "plugindata[onlinetext_editor]"
    forms = [
        {**form, "assignmentid": str(SECOND_POST), f"{editor}[text]": f"<p>{n}</p>", f"{editor}[itemid]": "0"}
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as threads:
        url = f"{lms.url}/webservice/rest/server.php"
        answers = list(threads.map(lambda given: moodle_learner.client.post(url, form=given).json(), forms))
    assert answers == [[]] * 4
    assert len(moodle_learner.submissions(SECOND_POST)) == 1


def test_11_submitting_twice_warns(moodle: Moodle) -> None:
    save(moodle, POST, "<p>x</p>")
    assert submit(moodle, POST) == []
    assert submit(moodle, POST)[0]["warningcode"] == "couldnotsubmitforgrading"


def test_12_the_word_limit_speaks_escaped_html(moodle: Moodle) -> None:
    assert "&lt;span" in save(moodle, FIVE_WORDS, "<p>one two three four five six</p>")[0]["item"]


def test_13_a_missing_statement_gives_the_general_warning(moodle: Moodle) -> None:
    save(moodle, PORTFOLIO, "<p>x</p>")
    assert submit(moodle, PORTFOLIO)[0]["warningcode"] == "couldnotsubmitforgrading"


def test_14_a_teacher_may_take_back_lock_and_reopen(moodle: Moodle) -> None:
    save(moodle, POST, "<p>x</p>")
    submit(moodle, POST)
    moodle.school.revert(POST)
    assert moodle.school.handed_in(POST) == []
    moodle.school.reopen(POST)
    said = say(moodle, "mod_assign_get_submission_status", assignid=str(POST))
    assert said["lastattempt"]["submission"]["status"] == "reopened"
    assert len(said["previousattempts"]) == 1


def test_15_a_team_is_a_draft_until_all_have_handed_in(moodle: Moodle) -> None:
    moodle.school.teams[POST] = [5]
    save(moodle, POST, "<p>x</p>")
    submit(moodle, POST)
    last = say(moodle, "mod_assign_get_submission_status", assignid=str(POST))["lastattempt"]
    assert (last["submission"]["status"], last["teamsubmission"]["status"]) == ("submitted", "draft")
    assert last["submissiongroupmemberswhoneedtosubmit"] == [5]


def test_16_file_names_are_changed(moodle: Moodle) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + MOODLE_TOKEN.encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a:b*c?.txt"\r\n\r\nx\r\n--b--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    said = moodle.answer(Request("POST", "/webservice/upload.php", {}, headers, body))
    assert said is not None
    assert b"ab*c?.txt" in said.body


def test_17_a_function_that_this_version_lacks_is_no_record_and_a_sync_goes_on_without(
    moodle: Moodle, moodle_learner: Learner
) -> None:
    del moodle_learner.lms.dialect.functions["core_course_get_updates_since"]
    assert [synced.failure for synced in moodle_learner.courses.sync()] == [None]
    del moodle.functions["core_course_get_updates_since"]
    assert say(moodle, "core_course_get_updates_since", courseid="2", since="1")["errorcode"] == "invalidrecord"
