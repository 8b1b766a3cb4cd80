"""The practice LMS: its habits, its memory, and its page for people."""

import contextlib
import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from ple.lms.canvas import Canvas
from ple.lms.errors import LmsError, NotAllowed, NotThere, TooManyRequests
from ple.lms.moodle import Moodle
from ple.lms.practice import FAULTS, PracticeLms
from ple.web.client import Client
from tests.lms.conftest import HIDDEN, LINK, LOG, POST, SECOND_POST, Learner


def test_what_was_handed_in_is_there_after_a_restart(tmp_path: Path, client: Client) -> None:
    state = tmp_path / "school" / "state.json"
    with PracticeLms("canvas", state=state) as lms:
        form = {"submission[submission_type]": "online_url", "submission[url]": LINK}
        headers = {"Authorization": f"Bearer {lms.token}"}
        answer = client.post(f"{lms.url}/api/v1/courses/2/assignments/2/submissions", form=form, headers=headers)
        assert answer.status == 201
    with PracticeLms("canvas", state=state) as again:
        assert [work.url for work in again.school.handed_in(SECOND_POST)] == [LINK]
        assert LINK.replace("&", "&amp;") in client.get(again.url + "/").text


def test_a_state_file_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"mine": 1}')
    with pytest.raises(ValueError, match="does not hold"):
        PracticeLms("moodle", state=state)
    assert json.loads(state.read_text()) == {"mine": 1}


def test_its_page_shows_what_was_handed_in_harmlessly(moodle: PracticeLms, client: Client) -> None:
    form = {
        "wstoken": moodle.token,
        "wsfunction": "mod_assign_save_submission",
        "moodlewsrestformat": "json",
        "assignmentid": "2",
        "plugindata[onlinetext_editor][text]": "<p onclick=x()>hello</p><script>alert(1)</script>",
        "plugindata[onlinetext_editor][itemid]": "0",
    }
    client.post(f"{moodle.url}/webservice/rest/server.php", form=form)
    page = client.get(moodle.url + "/").text
    assert "<p>hello</p>" in page
    assert "alert" not in page


def test_it_answers_only_to_names_of_this_machine(moodle: PracticeLms) -> None:
    connection = HTTPConnection(moodle.url.removeprefix("http://"))
    connection.request("GET", "/", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 421
    connection.close()


def test_a_moodle_says_xml_unless_it_is_asked_for_json(moodle: PracticeLms, client: Client) -> None:
    form = {"wstoken": moodle.token, "wsfunction": "core_webservice_get_site_info"}
    answer = client.post(f"{moodle.url}/webservice/rest/server.php", form=form)
    assert answer.content_type == "application/xml"
    assert b'<KEY name="userid">' in answer.body


def test_a_moodle_takes_nothing_as_handed_in_when_it_is_told_to_submit_nothing(
    moodle: PracticeLms, client: Client
) -> None:
    form = {
        "wstoken": moodle.token,
        "wsfunction": "mod_assign_submit_for_grading",
        "moodlewsrestformat": "json",
        "assignmentid": "1",
        "acceptsubmissionstatement": "0",
    }
    assert client.post(f"{moodle.url}/webservice/rest/server.php", form=form).json() == []
    assert [work.text for work in moodle.school.handed_in(POST)] == [""]


def test_every_page_of_a_list_is_read(canvas: PracticeLms, client: Client) -> None:
    canvas.dialect.page_cap = 2
    adapter = Canvas(client, canvas.url, canvas.token)
    assert len(list(adapter.assignments("2"))) == 6
    assert all(isinstance(course.remote_id, str) for course in adapter.courses())
    assert [operation for operation, _ in canvas.asked].count("assignments") == 3


@pytest.mark.parametrize("old", [True, False])
def test_what_is_not_permitted_is_told_apart_from_a_wrong_token(canvas: PracticeLms, client: Client, old: bool) -> None:
    canvas.dialect.old_refusals = old
    adapter = Canvas(client, canvas.url, canvas.token)
    with pytest.raises(NotAllowed):
        adapter.assignment("3", str(HIDDEN))
    with pytest.raises(NotThere):
        adapter.assignment("2", "99")
    canvas.faults.arm("courses", "too-many")
    with pytest.raises(TooManyRequests):
        list(adapter.courses())


def test_there_is_no_fault_by_another_name(moodle: PracticeLms) -> None:
    with pytest.raises(ValueError, match=next(iter(FAULTS))):
        moodle.faults.arm("*", "bad weather")


def test_what_the_library_knows_can_be_searched(learner: Learner) -> None:
    receipt = learner.hand_in(SECOND_POST)
    search = learner.environment.search
    assert {hit.kind for hit in search.find("kind:assignment reflection").hits} == {"assignment"}
    assert [hit.id for hit in search.find("kind:receipt sam.example.org").hits] == [receipt.id]
    assert learner.environment.resolve("Reading log") == learner.number(LOG)
    assert learner.environment.document(receipt.id).container == "Learning in Public"


def test_a_second_sync_changes_nothing_and_one_after_a_change_says_so(learner: Learner) -> None:
    before = learner.environment.library.newest_change()
    (synced,) = learner.courses.sync()
    assert (synced.new, synced.updated, synced.gone) == (0, 0, 0)
    learner.lms.school.extend(4, int(learner.clock().timestamp()) + 86_400)
    del learner.lms.school.assignments[LOG]
    try:
        (synced,) = learner.courses.sync()
    finally:
        learner.lms.school.assignments[LOG] = learner.lms.school.__class__(learner.lms.school.clock).assignments[LOG]
    assert synced.gone == 1
    assert "Reading log" not in {line.title for line in learner.courses.assignments()}
    assert before <= learner.environment.library.newest_change()


def test_an_account_whose_lms_is_down_is_reported_and_the_others_go_on(
    moodle_learner: Learner, canvas: PracticeLms
) -> None:
    courses = moodle_learner.courses
    courses.connect(canvas.url, token=canvas.token)
    moodle_learner.lms.faults.arm("*", "maintenance", times=50)
    first, second = courses.sync()
    moodle_learner.lms.faults.clear()
    assert "maintenance" in first.failure
    assert second.failure is None
    assert second.courses == 2
    assert [bool(account.failure) for account in courses.accounts()] == [True, False]


def test_connecting_again_renews_the_token_and_makes_no_second_account(learner: Learner) -> None:
    (before,) = learner.courses.accounts()
    after = learner.courses.connect(learner.lms.url + "/some/page?x=1", token=learner.lms.token)
    assert after.id == before.id
    assert len(learner.courses.accounts()) == 1


HOSTILE = (
    "[" * 100_000,
    '{"lastattempt": 7}',
    "null",
    '{"lastattempt": {"submission": {"plugins": [[]]}}}',
    "\xff",
    "[[]]",
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_end_in_errors_of_ours(client: Client, publisher: Any, body: str) -> None:
    publisher.publish("/webservice/rest/server.php", body, Content_Type="application/json")
    adapter = Moodle(client, publisher.url, "t0ken")
    for ask in (adapter.whoami, lambda: adapter.status("1", "1"), lambda: list(adapter.assignments("1"))):
        with contextlib.suppress(LmsError):
            ask()


def test_its_page_lets_one_do_what_teachers_do_and_a_sync_brings_it_home(learner: Learner, kind: str) -> None:
    lms = learner.lms
    learner.hand_in(SECOND_POST)

    def do(what: str, **more: str) -> Any:
        form = {"assignment": str(SECOND_POST), "do": what, **more}
        return learner.client.request(
            "POST", f"{lms.url}/teacher", form=form, headers={"Origin": lms.url}, follow=False
        )

    assert "As the teacher" in learner.client.get(lms.url).text
    assert do("grade", points="85", comment="<p>Good.</p>").status == 303
    do("extend")
    learner.clock.forward(hours=7)
    list(learner.courses.sync())
    assert learner.courses.feedback()[0].points == 85
    assert do("give it a star").status == 404
    foreign = {"Origin": "https://evil.example"}
    assert learner.client.post(f"{lms.url}/teacher", form={"do": "lock"}, headers=foreign).status == 403
    do("lock")
    assert SECOND_POST in lms.school.locked
