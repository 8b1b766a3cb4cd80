"""Time limits, extensions, turns and teams: what the learner is told before anything is sent."""

import datetime as dt

import pytest

from ple.library import InvalidInput
from ple.lms.errors import NotStarted
from tests.lms.conftest import LINK, ONCE, PORTFOLIO, POST, SECOND_POST, Learner

DAY = 86_400


def test_a_time_limit_is_said_before_its_clock_starts_and_counted_down_afterwards(moodle_learner: Learner) -> None:
    learner, school = moodle_learner, moodle_learner.lms.school
    school.change(SECOND_POST, minutes=60)
    number = learner.number(SECOND_POST)
    plan = learner.courses.plan(number, url=LINK)
    assert (plan.minutes, plan.ends_at, plan.ok) == (60, None, False)
    with pytest.raises(NotStarted, match="60 minutes") as caught:
        learner.courses.hand_in(plan)
    assert "ple lms start" in (caught.value.hint or "")
    assert school.writes == []

    standing = learner.courses.start(number)
    assert standing.ends_at is not None
    assert standing.ends_at - learner.clock() > dt.timedelta(minutes=59)
    assert learner.courses.start(number).ends_at == standing.ends_at
    assert [what for what, _ in school.writes] == ["started"]
    running = learner.courses.plan(number, url=LINK)
    assert running.ends_at == standing.ends_at
    assert any("runs out" in warning and "left" in warning for warning in running.warnings)
    assert learner.courses.hand_in(running).state == "verified"
    assert learner.courses.assignment(number).minutes == 60


def test_a_time_that_ran_out_is_said_and_the_work_is_taken_all_the_same(moodle_learner: Learner) -> None:
    learner, school = moodle_learner, moodle_learner.lms.school
    school.change(SECOND_POST, minutes=60)
    learner.courses.start(learner.number(SECOND_POST))
    school.works[SECOND_POST][0].started_at -= 7200
    plan = learner.courses.plan(learner.number(SECOND_POST), url=LINK)
    assert any("over time" in warning for warning in plan.warnings)
    assert learner.courses.hand_in(plan).state == "verified"


def test_what_has_no_time_limit_is_not_started(moodle_learner: Learner) -> None:
    with pytest.raises(InvalidInput, match="no time limit"):
        moodle_learner.courses.start(moodle_learner.number(POST))


def test_a_lost_answer_to_a_start_is_settled_by_looking(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.lms.school.change(SECOND_POST, minutes=60)
    learner.lms.faults.arm("mod_assign_start_submission", "drop-answer")
    assert learner.courses.start(learner.number(SECOND_POST)).ends_at is not None


def test_the_course_words_the_declaration(moodle_learner: Learner) -> None:
    plan = moodle_learner.courses.plan(moodle_learner.number(PORTFOLIO), url=LINK)
    assert plan.declaration.startswith("This submission is my own work, except")
    assert moodle_learner.courses.assignment(moodle_learner.number(PORTFOLIO)).statement_text == plan.declaration


def test_an_extension_moves_the_date_in_every_list(moodle_learner: Learner) -> None:
    learner, now = moodle_learner, int(moodle_learner.clock().timestamp())
    learner.lms.school.extend(4, now + 3 * DAY)  # “Week 1 notes (closed)”
    plan = learner.courses.plan(learner.number(4), url=LINK)
    assert (plan.ok, plan.late, plan.extended_to is not None) == (True, False, True)
    (line,) = [line for line in learner.courses.assignments(due_within=dt.timedelta(days=4)) if line.extended_to]
    assert line.title == "Week 1 notes (closed)"
    assert line.due_at == line.extended_to == plan.due_at
    assert plan.due_at is not None
    assert f"{plan.due_at:%Y%m%dT%H%M%SZ}" in learner.courses.calendar()


def test_an_extension_and_a_limit_are_noticed_by_the_next_sync(moodle_learner: Learner) -> None:
    learner, now = moodle_learner, int(moodle_learner.clock().timestamp())
    learner.clock.forward(minutes=30)
    learner.lms.school.extend(4, now + 3 * DAY)
    learner.lms.school.change(SECOND_POST, minutes=30)
    assert next(learner.courses.sync()).news == 2
    assert {news.what for news in learner.courses.news()} == {"extended", "limited"}
    assert learner.courses.sync().__next__().news == 0


def test_a_reopened_attempt_and_the_last_one_are_said(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.lms.school.change(ONCE, attempts=2)
    assert learner.courses.plan(learner.number(ONCE), url=LINK).attempts_left == 1
    learner.hand_in(ONCE)
    learner.lms.school.reopen(ONCE)
    plan = learner.courses.plan(learner.number(ONCE), url=LINK)
    assert (plan.attempt, plan.attempts_left) == (2, 0)
    assert any("open and empty" in warning for warning in plan.warnings)
    assert any("last of 2" in warning for warning in plan.warnings)


def test_a_team_hears_that_all_have_to_hand_in(moodle_learner: Learner) -> None:
    learner = moodle_learner
    learner.lms.school.teams[POST] = [5]
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    assert plan.team
    assert any("every one of the team" in warning for warning in plan.warnings)
    learner.courses.hand_in(plan)
    assert learner.courses.assignment(learner.number(POST)).waits_for == 1


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_goes_otherwise_there_is_told_and_decides(learner: Learner, hours: int) -> None:
    learner.clock.forward(hours=-hours)
    learner.lms.school.change(SECOND_POST, due_at=learner.lms.school.now - 3600 if hours > 0 else 0)
    plan = learner.courses.plan(learner.number(SECOND_POST), url=LINK)
    (said,) = [warning for warning in plan.warnings if "clock of the LMS" in warning]
    assert ("ahead of" if hours > 0 else "behind") in said
    assert plan.late is (hours > 0)
    receipt = learner.courses.hand_in(plan)
    assert receipt.state == "verified"
    assert receipt.submitted_at is not None
    assert receipt.sent_at is not None
    assert abs(receipt.submitted_at - receipt.sent_at - dt.timedelta(hours=hours)) < dt.timedelta(minutes=1)


def test_badges_are_listed_with_where_to_verify_them(learner: Learner, kind: str) -> None:
    learner.lms.school.badges.append("Public Learner")
    found = learner.courses.badges()
    if kind == "canvas":
        assert found == []
        return
    (badge,) = found
    assert badge.name == "Public Learner"
    assert f"{learner.lms.url}/badges/assertion.php?b=" in (badge.url or "")


def test_what_a_planner_has_beside_assignments_is_due_too(canvas_learner: Learner) -> None:
    learner, school = canvas_learner, canvas_learner.lms.school
    soon = school.now + 2 * DAY
    school.planned += [(2, "quiz", "Check yourself", soon), (2, "announcement", "No class", soon)]
    assert next(learner.courses.sync()).failure is None
    due = {line.title: line for line in learner.courses.assignments(due_within=dt.timedelta(days=3))}
    assert "No class" not in due
    quiz = due["Check yourself"]
    assert (quiz.takes, quiz.state) == ("nothing online", "none")
    assert learner.courses.status(quiz.id).open is False
    plan = learner.courses.plan(quiz.id, url=LINK)
    assert "takes nothing online" in plan.problems[0].sentence
    school.planned.clear()
    learner.clock.forward(days=3)
    next(learner.courses.sync())
    assert not [news for news in learner.courses.news() if news.what == "gone"]
