"""Handing in when answers are lost, tokens end and others are quicker: it looks first, and sends nothing twice."""

import datetime as dt
import threading
from typing import Any

import pytest

from ple.lms.errors import (
    Busy,
    Changed,
    LmsError,
    Refused,
    Undecided,
    WrongToken,
)
from ple.lms.practice import PracticeLms
from ple.web.client import Client
from tests.lms.conftest import (
    FIRST_STEP,
    LAST_STEP,
    LINK,
    LOOK,
    POST,
    SECOND_POST,
    Learner,
)


def test_with_the_answer_dropped_after_the_write_the_look_afterwards_finds_it(learner: Learner, kind: str) -> None:
    learner.lms.faults.arm(LAST_STEP[kind], "drop-answer")
    receipt = learner.hand_in()
    assert receipt.state == "verified"
    assert len(learner.submissions()) == 1


def test_with_the_answer_and_the_look_lost_running_it_again_ends_in_the_same_single_submission(
    learner: Learner, kind: str
) -> None:
    number = learner.number(POST)
    plan = learner.courses.plan(number, url=LINK)
    learner.lms.faults.arm(LAST_STEP[kind], "drop-answer")
    learner.lms.faults.arm(LOOK[kind], "close", skip=1 if kind == "canvas" else 2)
    with pytest.raises(Undecided) as caught:
        learner.courses.hand_in(plan)
    assert "twice" in (caught.value.hint or "")
    assert [line.id for line in learner.courses.unsettled()] == [number]
    writes = list(learner.lms.school.writes)

    again = learner.courses.plan(number, url=LINK)
    receipt = learner.courses.hand_in(again)
    assert again.already
    assert receipt.state == "verified"
    assert receipt.sent_at is not None
    assert len(learner.submissions()) == 1
    assert learner.lms.school.writes == writes
    assert learner.courses.unsettled() == []


def test_what_ends_a_hand_in_without_a_yes_or_no_says_first_what_became_of_it(learner: Learner, kind: str) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    for operation in (FIRST_STEP[kind], "*"):  # while it is sent, and where the assignment is asked for once more
        learner.lms.faults.arm(operation, "too-many")
        with pytest.raises(LmsError) as caught:
            learner.courses.hand_in(plan)
        assert (caught.value.hint or "").startswith("Nothing was handed in. ")
    assert learner.submissions() == []


def test_an_absence_right_after_a_lost_answer_proves_nothing_where_each_hand_in_counts(canvas_learner: Learner) -> None:
    learner, lms = canvas_learner, canvas_learner.lms
    lms.faults.arm("submit", "close")
    with pytest.raises(Undecided):
        learner.hand_in()
    with pytest.raises(Undecided):
        learner.hand_in()
    assert lms.school.writes == []
    learner.clock.forward(minutes=2)
    assert learner.hand_in().state == "verified"
    assert len(learner.submissions()) == 1


def test_a_yes_that_could_not_be_read_back_is_an_unverified_receipt_until_it_can(learner: Learner, kind: str) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    learner.lms.faults.arm(LOOK[kind], "error-500", skip=1 if kind == "canvas" else 2)
    receipt = learner.courses.hand_in(plan)
    assert receipt.state == "unverified"
    assert learner.courses.status(learner.number(POST)).state == "submitted"
    assert learner.courses.receipt(receipt.id).state == "verified"
    assert len(learner.courses.receipts()) == 1


def test_a_sync_settles_what_was_left_open(learner: Learner, kind: str) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    learner.lms.faults.arm(LAST_STEP[kind], "drop-answer")
    learner.lms.faults.arm(LOOK[kind], "close", skip=1 if kind == "canvas" else 2)
    with pytest.raises(Undecided):
        learner.courses.hand_in(plan)
    assert [synced.failure for synced in learner.courses.sync()] == [None]
    assert [receipt.state for receipt in learner.courses.receipts()] == ["verified"]


def test_a_crash_right_after_the_intent_was_written_sends_nothing_twice(learner: Learner) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    ledger = learner.courses._ledger
    ledger.begin(plan, each_counts=True, statement=False, now=learner.clock())  # and then the power went
    with pytest.raises(Busy):
        learner.hand_in()
    learner.clock.forward(minutes=2)
    assert learner.hand_in().state == "verified"
    assert len(learner.submissions()) == 1


def test_a_token_that_expires_between_the_steps_leaves_a_draft_and_says_so(moodle_learner: Learner) -> None:
    learner, lms = moodle_learner, moodle_learner.lms
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    lms.faults.arm("mod_assign_submit_for_grading", "expired")
    with pytest.raises(LmsError) as caught:
        learner.courses.hand_in(plan)
    assert "draft" in (caught.value.hint or "")
    assert learner.submissions() == []
    lms.dialect.token, lms.dialect._expired = lms.token, False
    learner.courses.connect(lms.url, token=lms.token)
    assert learner.hand_in().state == "verified"


def test_what_changed_since_the_plan_is_not_overwritten(learner: Learner) -> None:
    plan = learner.courses.plan(learner.number(SECOND_POST), url=LINK)
    learner.hand_in(SECOND_POST, "https://sam.example.org/from-another-machine")
    writes = list(learner.lms.school.writes)
    with pytest.raises(Changed):
        learner.courses.hand_in(plan)
    assert learner.lms.school.writes == writes


def test_two_at_once_hand_in_once(learner: Learner, kind: str) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    together = threading.Barrier(2)
    ended: list[Any] = []

    def run() -> None:
        together.wait()
        try:
            ended.append(learner.courses.hand_in(plan))
        except (Busy, Changed) as error:
            ended.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [end for end in ended if not isinstance(end, LmsError)]
    assert receipts
    assert {receipt.id for receipt in receipts} == {learner.courses.receipts()[0].id}
    assert len(learner.submissions()) == 1
    assert [what for what, _ in learner.lms.school.writes].count("submitted") == 1


def test_a_redirect_as_an_answer_is_a_no(canvas_learner: Learner) -> None:
    learner, lms = canvas_learner, canvas_learner.lms
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    lms.dialect.locks_late = True
    lms.school.lock(POST)
    with pytest.raises(Refused):
        learner.courses.hand_in(plan)
    assert learner.submissions() == []
    assert learner.courses.unsettled() == []


def test_a_wrong_token_is_said_in_one_sentence_that_does_not_hold_it(lms: PracticeLms, sqlite_environment: Any) -> None:
    from ple.lms import Courses

    client = Client()
    courses = Courses(sqlite_environment.library, client, sqlite_environment.secrets)
    with pytest.raises(WrongToken) as caught:
        courses.connect(lms.url, token="not-the-right-token")
    assert "not-the-right-token" not in f"{caught.value} {caught.value.hint}"
    assert courses.accounts() == []
    client.close()


def test_an_assignment_is_due_within_a_week_or_overdue_and_not_handed_in(learner: Learner) -> None:
    due = {line.title for line in learner.courses.assignments(due_within=dt.timedelta(days=8))}
    assert "Reflection post 1" in due
    assert "Week 2 notes (overdue, still open)" in due
    assert "Week 1 notes (closed)" not in due
    assert "Reading log" not in due
