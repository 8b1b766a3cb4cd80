"""The journey against a real Moodle: ``PLE_TEST_MOODLE=http://127.0.0.1:8085 pytest tests/lms/test_real_moodle.py``.

The site has the mobile service on, the learners ``student`` and ``student2`` and the teacher ``teacher``, whose
passwords are their names and ``-pass-1``, in one course with the assignments that the tests name; docs/lms.md says
what each of them is like. The teacher puts back to a draft what an earlier run handed in, so it can be run again.
"""

import http.cookiejar
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ple.environment import Environment
from ple.lms import Courses
from ple.lms.errors import NotStarted, Refused, StatementRequired, WrongToken
from tests.lms.conftest import nobody_looks
from tests.lms.people import Person, Teacher
from tests.servers.wire import Wire, wire_to

SITE = os.environ.get("PLE_TEST_MOODLE", "").rstrip("/")
pytestmark = pytest.mark.skipif(not SITE, reason="PLE_TEST_MOODLE names no Moodle")
RUN = f"{time.time():.0f}"
"""In all that is handed in, so that each run hands in something new."""


def link(name: str) -> str:
    """An address of a post that no run before handed in."""
    return f"https://sam.example.org/{RUN}/{name}/?a=1&b=2"


class Journey:
    """A learner with ple, and the others who are there."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.student, self.teacher = Person(SITE, "student"), Teacher(SITE, "teacher")
        self.numbers = self.teacher.numbers()
        courses = Courses(environment.library, environment.client, environment.secrets, look=nobody_looks)
        self.courses = environment.__dict__["courses"] = courses
        self.account = courses.signing_in.sign_in(SITE, "student", "student-pass-1")
        mate = Person(SITE, "student2")
        for title, number in self.numbers.items():
            if title != "Reopens":
                self.teacher.revert(number, self.student, *([mate] if title == "Team work" else []))
        self.sync()

    def sync(self) -> Any:
        synced = next(self.courses.sync(self.account.id))
        assert synced.failure is None
        return synced

    def number(self, title: str) -> int:
        """The number in the library of an assignment."""
        return next(line.id for line in self.courses.assignments() if line.title == title)

    def plan(self, title: str, **what: Any) -> Any:
        return self.courses.plan(self.number(title), **what)

    def hand_in(self, title: str, *, accept_statement: bool = False, **what: Any) -> Any:
        receipt = self.courses.hand_in(self.plan(title, **what), accept_statement=accept_statement)
        assert receipt.state == "verified"
        return receipt


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    environment = Environment(tmp_path_factory.mktemp("real"))
    yield Journey(environment)
    environment.close()


def test_a_wrong_password_is_refused_and_nothing_is_kept(journey: Journey) -> None:
    before = journey.courses.accounts()
    with pytest.raises(WrongToken, match="does not accept this name and password"):
        journey.courses.signing_in.sign_in(SITE, "student", "not-the-password")
    with pytest.raises(WrongToken):
        journey.courses.connect(SITE, token="0" * 32)
    assert journey.courses.accounts() == before


def test_the_password_gives_a_token_and_is_kept_nowhere(journey: Journey) -> None:
    assert journey.account.has_token
    assert {"link", "text", "files"} <= set(journey.account.capabilities)
    for file in journey.environment.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"student-pass-1" not in data
            assert journey.student.token.encode() not in data or file.name == "secrets.json"


def test_an_address_of_any_page_leads_to_the_site_and_the_browser_gives_a_token(journey: Journey) -> None:
    """As with SSO: sign in in a browser, open the address, copy where it leads."""
    site, launch = journey.courses.signing_in.launch(f"{SITE}/course/view.php?id=2")
    assert site.url == SITE
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(f"{SITE}/login/index.php", timeout=60) as page:
        token = re.search(r'name="logintoken" value="([^"]+)"', page.read().decode())
    assert token is not None
    form = {"username": "student", "password": "student-pass-1", "logintoken": token[1]}
    browser.open(f"{SITE}/login/index.php", urlencode(form).encode(), timeout=60).close()
    with pytest.raises(urllib.error.HTTPError) as caught:
        browser.open(launch.address, timeout=60)
    caught.value.close()
    if caught.value.code == 404:
        pytest.skip("the site lets its app sign in with name and password only")
    found = re.search(r"moodlemobile://token=[\w=+/%-]+", str(caught.value))
    assert found is not None, str(caught.value)
    assert launch.token(found[0]) == journey.student.token
    with pytest.raises(WrongToken, match="another"):
        journey.courses.signing_in.launch(SITE)[1].token(found[0])


def test_a_sync_brings_each_assignment_with_what_it_takes(journey: Journey) -> None:
    lines = {line.title: line for line in journey.courses.assignments() if line.account_id == journey.account.id}
    assert set(journey.numbers) <= set(lines)
    assert "text" in lines["Text, no draft"].takes
    assert "file" in lines["Files only"].takes
    assert "text" not in lines["Files only"].takes
    assert journey.courses.assignment(lines["Time limit"].id).minutes == 30
    assert journey.courses.assignment(lines["Team work"].id).team
    assert journey.courses.assignment(lines["Text with statement"].id).statement
    assert lines["Extended"].extended_to is not None
    assert lines["Extended"].due_at == lines["Extended"].extended_to
    assert all(task.url and journey.courses.find(task.url).url == SITE for task in list(lines.values())[:1])


def test_a_link_a_text_and_one_in_its_place(journey: Journey) -> None:
    title = "Text, no draft"
    first = journey.hand_in(title, url=link("first"))
    assert first.sent_sha256 == first.read_sha256
    again = journey.plan(title, url=link("first"))
    assert again.already
    assert journey.courses.hand_in(again).id == first.id
    text = f"# Reflection {RUN}\n\nI *learned* that 2 < 3 & more: “quotes”, ünïcödé, 学び 🌱.\n\n- one\n- two"
    plan = journey.plan(title, text=text)
    assert plan.replaces is not None
    second = journey.courses.hand_in(plan)
    assert second.state == "verified"
    (there,) = journey.teacher.submissions(journey.numbers[title], journey.student)
    assert "学び" in json.dumps(there, ensure_ascii=False)
    assert [receipt.id for receipt in journey.courses.receipts(journey.number(title))][:2] == [second.id, first.id]


def test_a_draft_is_submitted_and_then_shut(journey: Journey) -> None:
    title = "Text with draft"
    assert journey.plan(title, url=link("draft")).steps == ("save", "submit")
    journey.hand_in(title, url=link("draft"))
    assert len(journey.teacher.submissions(journey.numbers[title], journey.student)) == 1
    shut = journey.plan(title, url=link("other"))
    assert not shut.ok
    with pytest.raises(Refused):
        journey.courses.hand_in(shut)
    standing = journey.courses.status(journey.number(title))
    assert (standing.state, standing.open) == ("submitted", False)


def test_a_statement_is_read_and_declared_by_the_learner_alone(journey: Journey) -> None:
    title = "Text with statement"
    plan = journey.plan(title, url=link("statement"))
    assert plan.statement
    assert "own work" in plan.declaration
    with pytest.raises(StatementRequired):
        journey.courses.hand_in(plan)
    assert journey.courses.status(journey.number(title)).state != "submitted"
    assert journey.courses.hand_in(plan, accept_statement=True).state == "verified"


def test_files_are_read_back_byte_by_byte(journey: Journey, tmp_path: Path) -> None:
    title, names = "Files only", ("essay.pdf", "übung (1) & co.txt")
    for name in names:
        (tmp_path / name).write_bytes(f"%PDF-1.4 {name} {RUN}\n".encode() + bytes(range(256)) * 40)
    receipt = journey.hand_in(title, files=[tmp_path / name for name in names])
    assert receipt.sent_sha256 == receipt.read_sha256
    assert len(receipt.compared) == 2
    assert all("SHA-256" in said or "byte" in said for said in receipt.compared), receipt.compared
    one = journey.plan(title, files=[tmp_path / names[0]])
    assert one.replaces is not None
    assert journey.courses.hand_in(one).state == "verified"
    files = json.dumps(journey.teacher.submissions(journey.numbers[title], journey.student))
    assert "essay.pdf" in files
    assert "co.txt" not in files


def test_files_that_a_moodle_would_lose_are_refused_here(journey: Journey, tmp_path: Path) -> None:
    for name, size in (("a.exe", 10), ("big.pdf", 1_000_001), ("1.txt", 1), ("2.txt", 2), ("3.txt", 3)):
        (tmp_path / name).write_bytes(b"x" * size)
    before = journey.courses.status(journey.number("Files only")).holds
    for names in (["a.exe"], ["big.pdf"], ["1.txt", "2.txt", "3.txt"]):
        plan = journey.plan("Files only", files=[tmp_path / name for name in names])
        assert not plan.ok, names
        with pytest.raises(Refused):
            journey.courses.hand_in(plan)
    assert not journey.plan("Files only", url=link("no-text")).ok
    assert journey.courses.status(journey.number("Files only")).holds == before


def test_files_beside_a_text_leave_it_there_and_the_other_way_round(journey: Journey, tmp_path: Path) -> None:
    title = "Text and files"
    (tmp_path / "data.csv").write_text(f"run,{RUN}\n")
    journey.hand_in(title, url=link("beside"))
    plan = journey.plan(title, files=[tmp_path / "data.csv"])
    assert plan.keeps is not None
    assert journey.courses.hand_in(plan).state == "verified"
    journey.hand_in(title, text=f"Words of {RUN}")
    said = json.dumps(journey.teacher.submissions(journey.numbers[title], journey.student))
    assert f"Words of {RUN}" in said
    assert "data.csv" in said


def test_work_of_a_team_is_there_for_the_others(journey: Journey) -> None:
    plan = journey.plan("Team work", url=link("team"))
    assert plan.team
    assert journey.courses.hand_in(plan).state == "verified"
    mate = Person(SITE, "student2")
    said = mate.call("mod_assign_get_submission_status", assignid=journey.numbers["Team work"])
    assert said["lastattempt"]["teamsubmission"]["status"] == "submitted"
    assert f"/{RUN}/team/" in json.dumps(said["lastattempt"]["teamsubmission"]).replace("\\/", "/")


def test_a_time_limit_has_to_be_started(journey: Journey) -> None:
    number = journey.number("Time limit")
    plan = journey.plan("Time limit", url=link("time"))
    if plan.ends_at is None:
        with pytest.raises(NotStarted, match="30 minutes"):
            journey.courses.hand_in(plan)
        standing = journey.courses.start(number)
        assert standing.ends_at is not None
        plan = journey.plan("Time limit", url=link("time"))
    assert plan.ends_at is not None
    assert any("runs out" in said or "over time" in said for said in plan.warnings)
    assert journey.courses.hand_in(plan).state == "verified"


def test_too_many_words_are_refused_here_and_the_limit_itself_is_taken(journey: Journey) -> None:
    plan = journey.plan("Word limit", text=" ".join(["word"] * 21))
    assert not plan.ok
    assert "20" in plan.problems[0].sentence
    with pytest.raises(Refused):
        journey.courses.hand_in(plan)
    journey.hand_in("Word limit", text=" ".join([f"w{RUN}", *["word"] * 19]))


@pytest.mark.parametrize("title", ["Closed", "Not yet"])
def test_what_is_closed_is_refused_with_the_true_reason(journey: Journey, title: str) -> None:
    plan = journey.plan(title, url=link("closed"))
    assert not plan.ok
    with pytest.raises(Refused, match="closed" if title == "Closed" else "open"):
        journey.courses.hand_in(plan)
    assert journey.teacher.submissions(journey.numbers[title], journey.student) == []


def test_late_work_is_said_to_be_late_and_an_extension_makes_it_timely(journey: Journey) -> None:
    late = journey.plan("Late but open", url=link("late"))
    assert (late.ok, late.late) == (True, True)
    assert journey.courses.hand_in(late).state == "verified"
    extended = journey.plan("Extended", url=link("extended"))
    assert (extended.ok, extended.late) == (True, False)
    assert extended.extended_to is not None
    assert journey.courses.hand_in(extended).state == "verified"


def test_grade_comment_and_file_come_home_and_another_attempt_is_noticed(journey: Journey) -> None:
    number, there = journey.number("Reopens"), journey.numbers["Reopens"]
    journey.hand_in("Reopens", url=link("attempt"))
    attempt = journey.courses.status(number).attempt
    points, comment = 40 + int(RUN) % 50 + 0.5, f"<p>Clear, <b>{RUN}</b>. Cite one more.</p>"
    journey.teacher.grade(there, journey.student, points, comment, f"see {RUN}".encode())
    assert journey.sync().news >= 1
    (back,) = journey.courses.feedback(number)
    assert (back.points, back.attempt) == (points, attempt)
    assert f"Clear, {RUN}" in back.text
    (file,) = back.files
    assert journey.courses.feedback_file(file["sha256"]) == f"see {RUN}".encode()
    assert journey.courses.assignment(number).grade
    assert journey.sync().news == 0

    journey.teacher.grade(there, journey.student, points, comment, again=True)
    assert journey.sync().news >= 1
    assert "reopened" in {news.what for news in journey.courses.news() if news.assignment_id == number}
    plan = journey.plan("Reopens", url=link("next"))
    assert (plan.ok, plan.attempt) == (True, attempt + 1)
    assert journey.courses.hand_in(plan).attempt == attempt + 1


def test_work_that_the_teacher_made_a_draft_again_is_noticed(journey: Journey) -> None:
    title = "Text with draft"
    number = journey.number(title)
    if journey.courses.status(number).state != "submitted":
        journey.hand_in(title, url=link("draft"))
    journey.teacher.revert(journey.numbers[title], journey.student)
    journey.sync()
    assert "reverted" in {news.what for news in journey.courses.news() if news.assignment_id == number}
    assert journey.courses.status(number).state == "draft"
    journey.hand_in(title, url=link("draft-again"))


def test_a_badge_of_the_site_is_listed_imported_and_asked_for(journey: Journey) -> None:
    badges = journey.courses.badges(journey.account.id)
    if not badges:
        pytest.skip("the learner has no badge there")
    credentials = journey.environment.credentials
    credentials.add_identity("student@example.org")
    (kept,) = credentials.import_address(badges[0].url).added
    assert kept.title == badges[0].name
    assert (kept.recipient.state, kept.signature.state) == ("holds", "not checked")
    asked = credentials.verify(kept.id, online=True)
    assert {asked.signature.state, asked.issued_by.state, asked.recipient.state, asked.current.state} == {"holds"}, (
        asked
    )
    assert set(credentials.pictures([kept.id])) == {kept.id}


def test_the_calendar_of_the_site_can_be_followed_instead(journey: Journey) -> None:
    token = journey.student.call("core_calendar_get_calendar_export_token")["token"]
    query = urlencode(
        {"userid": journey.student.id, "authtoken": token, "preset_what": "all", "preset_time": "recentupcoming"}
    )
    account = journey.courses.connect(f"{SITE}/calendar/export_execute.php?{query}")
    assert account.lms == "calendar"
    synced = next(journey.courses.sync(account.id))
    assert synced.failure is None
    titles = {line.title for line in journey.courses.assignments() if line.account_id == account.id}
    assert any("Text, no draft" in title for title in titles), titles
    with pytest.raises(WrongToken):
        journey.courses.connect(f"{SITE}/calendar/export_execute.php?{query.replace(token, '0' * 40)}")


@pytest.fixture
def wire() -> Iterator[Wire]:
    with wire_to(SITE) as wire:
        yield wire


@pytest.fixture
def behind(journey: Journey, wire: Wire, sqlite_environment: Environment) -> Callable[[str], tuple[Any, int]]:
    """Gives the courses of a learner who reaches the site over the wire, and the number of an assignment there."""
    ours = sqlite_environment
    courses = Courses(ours.library, ours.client, ours.secrets, look=nobody_looks)
    courses.connect(wire.url, token=journey.student.token)
    assert next(courses.sync()).failure is None
    journey.teacher.revert(journey.numbers["Text with draft"], journey.student)

    def assignment(title: str) -> tuple[Any, int]:
        return courses, next(line.id for line in courses.assignments() if line.title == title)

    return assignment


@pytest.mark.parametrize("function", ["mod_assign_save_submission", "mod_assign_submit_for_grading"])
@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before the write"])
def test_a_cut_wire_ends_in_one_submission(
    journey: Journey, behind: Callable[[str], Any], wire: Wire, function: str, after: bool
) -> None:
    courses, number = behind("Text with draft")
    plan = courses.plan(number, url=link(f"cut-{function}-{after}"))
    wire.cut, wire.after = function, after
    receipt = courses.hand_in(plan)
    assert wire.cut == ""
    assert receipt.state == "verified"
    assert wire.reached("mod_assign_save_submission") == 1
    assert wire.reached("mod_assign_submit_for_grading") == 1
    (there,) = journey.teacher.submissions(journey.numbers["Text with draft"], journey.student)
    assert f"cut-{function}-{after}" in json.dumps(there)
    assert len(courses.receipts(number)) == 1
