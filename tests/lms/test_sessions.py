"""Sessions of courses that somebody teaches, from a calendar: when, where, moved, cancelled, and who was there."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ple.library import NotFound
from ple.lms import Courses
from ple.web.client import Client
from tests.lms.conftest import Clock, nobody_looks


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courses(environment: Any, client: Client, clock: Clock) -> Courses:
    return Courses(environment.library, client, environment.secrets, now=clock, look=nobody_looks)


def feed(*events: str) -> str:
    return "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nX-WR-CALNAME:School\n" + "".join(events) + "END:VCALENDAR\n"


def event(uid: str, title: str, at: dt.datetime, *more: str, minutes: int = 90) -> str:
    lines = [f"UID:{uid}", f"SUMMARY:{title}", f"DTSTART:{at:%Y%m%dT%H%M%SZ}", f"DURATION:PT{minutes}M", *more]
    return "BEGIN:VEVENT\n" + "".join(f"{line}\n" for line in lines) + "END:VEVENT\n"


def test_sessions_come_from_a_calendar_beside_what_is_due(courses: Courses, clock: Clock, tmp_path: Path) -> None:
    file, soon = tmp_path / "school.ics", clock().replace(microsecond=0) + dt.timedelta(hours=20)
    due = f"BEGIN:VEVENT\nUID:d\nSUMMARY:Essay is due\nDTSTART:{soon:%Y%m%dT%H%M%SZ}\nEND:VEVENT\n"
    weekly = event("w", "Workshop [Writing 1]", soon, "LOCATION:Room 7", "RRULE:FREQ=WEEKLY;COUNT=3")
    talk = event("t", "Talk", soon + dt.timedelta(days=4), "STATUS:CANCELLED")
    file.write_text(feed(weekly, talk, due))
    account = courses.connect(str(file))
    (synced,) = courses.sync(account.id)
    assert (synced.failure, synced.sessions, synced.assignments) == (None, 4, 1)
    found = courses.sessions()
    assert [(each.title, each.course, each.cancelled) for each in found] == [
        ("Workshop", "Writing 1", False), ("Talk", "School", True), ("Workshop", "Writing 1", False),
        ("Workshop", "Writing 1", False),
    ]  # fmt: skip
    assert (found[0].place, found[0].hours, found[0].starts_at) == ("Room 7", 1.5, soon)
    assert [each.title for each in courses.sessions(within=dt.timedelta(days=1))] == ["Workshop"]
    (reminder,) = courses.reminders()
    assert "“Workshop” (Writing 1) begins" in reminder
    assert "Room 7" in reminder
    exported = courses.calendar()
    assert exported.count("BEGIN:VEVENT") == 5
    assert "STATUS:CANCELLED" in exported


def test_what_is_moved_or_taken_away_is_noticed(courses: Courses, clock: Clock, tmp_path: Path) -> None:
    file, soon = tmp_path / "school.ics", clock().replace(microsecond=0) + dt.timedelta(hours=5)
    file.write_text(feed(event("a", "Seminar", soon), event("b", "Lab", soon)))
    courses.connect(str(file))
    list(courses.sync())
    file.write_text(feed(event("a", "Seminar", soon + dt.timedelta(hours=2))))
    list(courses.sync())
    (seminar,) = courses.sessions()
    assert (seminar.title, seminar.moved_from) == ("Seminar", soon)
    assert any("was moved from" in said for said in courses.reminders())
    file.write_text(feed(event("a", "Seminar", soon, "STATUS:CANCELLED")))
    list(courses.sync())
    assert courses.reminders()[0].endswith("is cancelled.")
    clock.forward(days=1)
    assert courses.attendance() == []  # neither of them was held


def test_who_was_there_is_the_learners_own_word(courses: Courses, clock: Clock, tmp_path: Path) -> None:
    file, first = tmp_path / "school.ics", clock().replace(microsecond=0) + dt.timedelta(hours=1)
    days = [event(f"s{day}", "Seminar", first + dt.timedelta(days=day)) for day in range(3)]
    file.write_text(feed(*days))
    courses.connect(str(file))
    list(courses.sync())
    clock.forward(days=2, hours=12)
    assert [said.startswith("Were you at") for said in courses.reminders()] == [True, True, True]
    latest, middle, earliest = courses.sessions(past=True)
    assert courses.attend(latest.id).attended is True
    assert courses.attend(earliest.id, False).attended is False
    (total,) = courses.attendance()
    assert (total.held, total.attended, total.missed, total.unsaid, total.hours) == (3, 1, 1, 1, 1.5)
    assert len(courses.reminders()) == 1
    file.write_text(feed())
    list(courses.sync())
    assert len(courses.sessions(past=True)) == 3
    assert courses.attend(middle.id, None).attended is None
    for nothing in (999, 10**20):
        with pytest.raises(NotFound):
            courses.attend(nothing)
