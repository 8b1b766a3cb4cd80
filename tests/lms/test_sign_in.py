"""Ways to sign in: name and password, in the browser, by OAuth2; calendars; schools that let nothing in."""

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ple.library import InvalidInput
from ple.lms import Courses
from ple.lms.errors import LmsError, NotUnderstood, WrongToken
from ple.lms.practice import PracticeLms
from ple.lms.practice.canvas import OAUTH_CLIENT, OAUTH_CODE, OAUTH_REFRESH, OAUTH_SECRET
from ple.lms.practice.moodle_files import CALENDAR_KEY
from ple.web.client import Client
from tests.lms.conftest import LINK, Clock, nobody_looks


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courses(sqlite_environment: Any, client: Client, clock: Clock) -> Courses:
    return Courses(sqlite_environment.library, client, sqlite_environment.secrets, now=clock, look=nobody_looks)


def written(environment: Any) -> str:
    """All that lies in the folder of a library, but the file of secrets."""
    files = [file for file in environment.folder.rglob("*") if file.is_file() and file.name != "secrets.json"]
    return "".join(file.read_bytes().decode("latin-1") for file in files)


def test_a_password_is_sent_once_and_kept_nowhere(
    courses: Courses, moodle: PracticeLms, sqlite_environment: Any
) -> None:
    account = courses.signing_in.sign_in(moodle.url, "student", "practice")
    assert account.person == "A Learner"
    assert next(courses.sync()).failure is None
    assert account.token_expires_at is not None
    assert 'practice"' not in (sqlite_environment.folder / "secrets.json").read_text()
    assert [r.form.get("password") for n, r in moodle.asked if "password" in r.form] == ["practice"]
    with pytest.raises(WrongToken) as caught:
        courses.signing_in.sign_in(moodle.url, "student", "hunter2")
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_the_browser_brings_the_token_and_only_of_this_site_and_sign_in(
    courses: Courses, moodle: PracticeLms, client: Client
) -> None:
    site, launch = courses.signing_in.launch(moodle.url)
    ended = client.get(launch.address, follow=False).headers["location"]
    assert ended.startswith("moodlemobile://token=")
    assert courses.connect(site.url, kind="moodle", token=launch.token(ended)).person == "A Learner"
    assert launch.token(moodle.token) == moodle.token
    _, other = courses.signing_in.launch(moodle.url)
    with pytest.raises(WrongToken):
        other.token(ended)
    for pasted in ("", "https://example.org/", "moodlemobile://token=%%%", ended[:30]):
        with pytest.raises(LmsError) as caught:
            launch.token(pasted)
        assert caught.value.hint


def test_oauth_asks_for_consent_and_renews_by_itself(
    courses: Courses, canvas: PracticeLms, clock: Clock, sqlite_environment: Any
) -> None:
    consent = courses.signing_in.consent(canvas.url, OAUTH_CLIENT)
    asked = parse_qs(urlsplit(consent.address).query)
    assert asked["redirect_uri"] == ["urn:ietf:wg:oauth:2.0:oob"]
    came = f"{canvas.url}/login/oauth2/auth?code={OAUTH_CODE}&state={asked['state'][0]}"
    with pytest.raises(WrongToken):
        courses.signing_in.consented(consent, OAUTH_SECRET, came.replace("state=", "state=x"))
    account = courses.signing_in.consented(consent, OAUTH_SECRET, came)
    clock.forward(hours=2)
    canvas.dialect._expired = True
    assert next(courses.sync(account.id)).failure is None
    assert [request.form["grant_type"] for name, request in canvas.asked if name == "token"] == [
        "authorization_code",
        "refresh_token",
    ]
    said = written(sqlite_environment) + json.dumps([str(each) for each in courses.accounts()])
    assert not any(secret in said for secret in (canvas.token, OAUTH_SECRET, OAUTH_REFRESH, OAUTH_CODE))
    courses.disconnect(account.id)
    assert canvas.dialect._expired


def test_a_token_that_ends_soon_is_warned_of_and_renewed_in_place(
    courses: Courses, moodle: PracticeLms, clock: Clock
) -> None:
    account = courses.connect(moodle.url, token=moodle.token)
    assert courses.warnings() == []
    clock.forward(days=80)
    (warning,) = courses.warnings()
    assert f"ple lms renew {account.id}" in warning
    assert next(courses.sync()).warning == warning
    assert courses.connect(moodle.url, token=moodle.token).id == account.id
    assert courses.warnings() == []
    ends = clock() + dt.timedelta(days=300)
    assert courses.connect(moodle.url, token=moodle.token, expires_at=ends).token_expires_at == ends


def test_a_calendar_feed_brings_due_dates_and_its_address_stays_secret(
    courses: Courses, moodle: PracticeLms, sqlite_environment: Any
) -> None:
    feed = f"{moodle.url}/calendar/export_execute.php?userid=4&authtoken={CALENDAR_KEY}&preset_what=all"
    account = courses.connect(feed)
    assert (account.lms, CALENDAR_KEY in account.url) == ("calendar", False)
    synced = next(courses.sync())
    assert (synced.failure, synced.courses, synced.new > 5) == (None, 2, True)
    assert next(courses.sync()).updated == 0
    assert CALENDAR_KEY not in written(sqlite_environment)
    with pytest.raises(WrongToken) as caught:
        courses.connect(feed.replace(CALENDAR_KEY, "wrong"))
    assert "wrong" not in str(caught.value)
    task = courses.assignments()[0]
    plan = courses.plan(task.id, url=LINK)
    assert plan.by_hand
    with pytest.raises(LmsError, match="cannot be handed in from here"):
        courses.hand_in(plan)
    receipt = courses.handed_in_by_hand(plan)
    assert receipt.state == "learner"
    assert courses.assignment(task.id).state == "submitted"
    assert courses.status(task.id).receipt_id == receipt.id
    next(courses.sync())
    assert courses.assignment(task.id).state == "submitted"


def test_where_nothing_is_let_in_the_learner_writes_down_what_is_due(courses: Courses, clock: Clock) -> None:
    account = courses.connect("Evening school", kind="manual")
    due_at = clock() + dt.timedelta(days=3)
    task = courses.add_assignment(account.id, "Essay", course="English", due_at=due_at, url="https://e.example/essay")
    assert [line.title for line in courses.assignments(due_within=dt.timedelta(days=7))] == ["Essay"]
    receipt = courses.handed_in_by_hand(courses.plan(task.id, text="My essay."))
    assert (receipt.state, receipt.course) == ("learner", "English")
    assert next(courses.sync()).failure is None
    assert courses.assignment(task.id).state == "submitted"


def test_what_is_typed_by_hand_is_kept_as_text_and_without_passwords(courses: Courses) -> None:
    account = courses.connect("https://me:secret@school.example/", kind="manual")
    task = courses.add_assignment(account.id, "Essay\udcff\0", course="\ud800", url="https://me:secret@e.example/essay")
    assert (account.url, task.url) == ("https://school.example/", "https://e.example/essay")
    assert (task.title + task.course).encode()


HOSTILE = {
    "no calendar": "<html>Sign in</html>",
    "broken": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:nonsense\nEND:VCALENDAR",
    "by the second": "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nSUMMARY:x is due\n"
    "DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\nEND:VCALENDAR\n",
    "cut": "BEGIN:VCALENDAR\nBEGIN:VEV",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_calendar_ends_quickly_and_in_an_error_of_ours(courses: Courses, tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.ics"
    file.write_text(HOSTILE[name])
    try:
        account = courses.connect(str(file))
    except NotUnderstood:
        return
    synced = next(courses.sync(account.id))
    assert synced.new == 0


def test_broken_events_keep_no_other_from_coming(courses: Courses, tmp_path: Path, clock: Clock) -> None:
    at = (clock() + dt.timedelta(days=1)).strftime("%Y%m%dT170000Z")
    broken = [
        f"DTSTART:{at}\nDTEND:99991231T235959Z",
        f"DTSTART:{at}\nDURATION:P999999999D",
        f"DTSTART:{at}\nRRULE:FREQ=NONSENSE",
        f"DTSTART:{at}\nDTSTART:{at}",
        "LOCATION:without a time",
    ]
    events = [f"UID:{number}\nSUMMARY:Bad is due\n{said}" for number, said in enumerate(broken)]
    events.insert(2, f"UID:good\nSUMMARY:Good is due\nDTSTART:{at}")
    said = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    (tmp_path / "some.ics").write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{said}END:VCALENDAR\n")
    account = courses.connect(str(tmp_path / "some.ics"))
    assert next(courses.sync(account.id)).failure is None
    assert [line.title for line in courses.assignments()] == ["Good"]


def test_repeating_events_whole_days_and_lessons_are_told_apart(courses: Courses, tmp_path: Path, clock: Clock) -> None:
    start = (clock() + dt.timedelta(days=1)).strftime("%Y%m%dT170000Z")
    day = (clock() + dt.timedelta(days=2)).strftime("%Y%m%d")
    file = tmp_path / "mixed.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nX-WR-CALNAME:School\n"
        f"BEGIN:VEVENT\nUID:w\nSUMMARY:Journal [Writing 1]\nDTSTART:{start}\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n"
        f"BEGIN:VEVENT\nUID:l\nSUMMARY:Lecture\nDTSTART:{start}\nDURATION:PT2H\nDTEND:{start[:9]}190000Z\nEND:VEVENT\n"
        f"BEGIN:VEVENT\nUID:d\nSUMMARY:Report - Due\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    account = courses.connect(str(file))
    next(courses.sync(account.id))
    titles = [line.title for line in courses.assignments()]
    assert sorted(titles) == ["Journal", "Journal", "Journal", "Report"]
    assert {course.title for course in courses.courses()} == {"School", "Writing 1"}


def test_a_calendar_that_is_not_there_is_said(courses: Courses) -> None:
    with pytest.raises(InvalidInput):
        courses.connect("/nowhere/at/all.ics")


def test_a_due_date_that_is_moved_in_a_feed_stays_the_same_assignment(
    courses: Courses, tmp_path: Path, clock: Clock
) -> None:
    file, at = tmp_path / "x.ics", clock() + dt.timedelta(days=1)
    for moved in (0, 2):
        when = f"{at + dt.timedelta(days=moved):%Y%m%dT%H%M%SZ}"
        lines = ["BEGIN:VEVENT", "UID:7@school", "SUMMARY:Essay is due", f"DTSTART:{when}", "END:VEVENT"]
        file.write_text("\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]))
        account = courses.connect(str(file))
        assert next(courses.sync(account.id)).failure is None
    assert [line.title for line in courses.assignments()] == ["Essay"]
    assert [news.what for news in courses.news()] == ["date"]
