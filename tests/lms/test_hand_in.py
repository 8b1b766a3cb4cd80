"""Handing in, told as stories against a practice LMS of each kind."""

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from ple.library import InvalidInput, PleError
from ple.lms.errors import (
    AlreadyHandedIn,
    Busy,
    Changed,
    Closed,
    LmsError,
    NoAttemptLeft,
    Refused,
    StatementRequired,
    Undecided,
    WrongKind,
    WrongToken,
)
from ple.lms.practice import PracticeLms
from ple.web.client import Client
from tests.lms.conftest import (
    CLOSED,
    FIVE_WORDS,
    IN_CLASS,
    LAST_STEP,
    LATER,
    LINK,
    LOOK,
    ONCE,
    OVERDUE,
    PDF,
    PORTFOLIO,
    POST,
    SAVE,
    SECOND_POST,
    Learner,
    connected,
)


def test_a_link_that_is_handed_in_ends_in_a_verified_receipt(environment: Any, lms: PracticeLms) -> None:
    learner = connected(environment, lms)
    receipt = learner.hand_in()
    assert receipt.state == "verified"
    assert receipt.sent_sha256 == receipt.read_sha256
    assert receipt.url == LINK
    assert (receipt.attempt, receipt.course) == (1, "Learning in Public")
    assert len(learner.submissions()) == 1
    assert learner.courses.assignment(learner.number(POST)).state == "submitted"
    assert [line.id for line in learner.courses.receipts()] == [receipt.id]


def test_a_file_with_an_extension_and_a_sweep_goes_the_same_way_on_each_database(
    environment: Any, moodle: PracticeLms, tmp_path: Path
) -> None:
    learner = connected(environment, moodle)
    work = tmp_path / "work.pdf"
    work.write_bytes(b"%PDF")
    moodle.school.extend(PDF, moodle.school.now + 20 * 86_400)
    plan = learner.courses.plan(learner.number(PDF), files=[work])
    receipt = learner.courses.hand_in(plan)
    assert "every byte" in receipt.compared[0]
    learner.courses.discard(learner.courses.plan(learner.number(POST), files=[work]))
    assert environment.library.files.path(plan.files[0].sha256).exists()
    due = [line for line in learner.courses.assignments(due_within=dt.timedelta(days=30)) if line.extended_to]
    assert [line.due_at for line in due] == [plan.due_at]
    learner.courses.put_off(learner.number(POST), learner.courses.content(url=LINK))
    assert [each.outcome for each in learner.courses.deliver()] == ["asks"]


def test_a_receipt_keeps_the_plan_the_steps_and_what_was_read_back(learner: Learner) -> None:
    receipt = learner.hand_in()
    kept = learner.courses.receipt_record(receipt.id)
    assert kept.record["plan"]["link"] == LINK
    assert [step["outcome"] for step in kept.record["steps"]] == ["accepted"] * len(kept.record["plan"]["steps"])
    (proof,) = kept.proofs
    assert proof["same"]
    assert "sam.example.org" in json.dumps(proof["read_back"])


def test_a_plan_sends_nothing(learner: Learner) -> None:
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    assert plan.ok
    assert not plan.already
    assert learner.lms.school.writes == []


def test_the_same_link_again_says_that_it_is_there_and_sends_nothing(learner: Learner) -> None:
    first = learner.hand_in()
    writes = list(learner.lms.school.writes)
    plan = learner.courses.plan(learner.number(POST), url=LINK)
    assert plan.already
    assert plan.receipt_id == first.id
    assert learner.courses.hand_in(plan) == first
    assert learner.lms.school.writes == writes


def test_what_was_handed_in_elsewhere_gets_a_receipt_without_being_sent_again(learner: Learner) -> None:
    learner.hand_in()
    with learner.environment.library.writing() as tx:
        tx.trash(learner.courses.receipts()[0].id)
    writes = list(learner.lms.school.writes)
    receipt = learner.hand_in()
    assert (receipt.state, receipt.sent_at) == ("verified", None)
    assert learner.lms.school.writes == writes


def test_a_text_can_be_handed_in_and_is_compared_by_what_it_says(learner: Learner) -> None:
    receipt = learner.hand_in(POST, None, text="I learned <a lot>   &\n\nmore.")
    assert receipt.state == "verified"
    assert len(learner.submissions()) == 1


def test_another_link_replaces_the_first_where_that_is_how_it_goes_and_is_another_attempt_elsewhere(
    learner: Learner, kind: str
) -> None:
    learner.hand_in(SECOND_POST)
    plan = learner.courses.plan(learner.number(SECOND_POST), url=LINK + "&v=2")
    receipt = learner.courses.hand_in(plan)
    assert receipt.state == "verified"
    if kind == "moodle":
        assert plan.replaces == f"the link {LINK}"
        assert [work.number for work in learner.submissions(SECOND_POST)] == [0]
    else:
        assert plan.replaces is None
        assert receipt.attempt == 2


def test_the_same_link_once_more_is_another_attempt_only_when_asked_for(learner: Learner, kind: str) -> None:
    learner.hand_in(SECOND_POST)
    plan = learner.courses.plan(learner.number(SECOND_POST), url=LINK, again=True)
    receipt = learner.courses.hand_in(plan)
    assert receipt.attempt == (2 if kind == "canvas" else 1)
    assert len(learner.submissions(SECOND_POST)) == receipt.attempt


@pytest.mark.parametrize(
    ("task", "error"),
    [
        pytest.param(CLOSED, Closed, id="closed"),
        pytest.param(LATER, Closed, id="not open yet"),
        pytest.param(PDF, WrongKind, id="takes files only"),
        pytest.param(IN_CLASS, WrongKind, id="takes nothing online"),
    ],
)
def test_what_cannot_be_handed_in_is_refused_before_anything_is_sent(
    learner: Learner, task: int, error: type[LmsError]
) -> None:
    with pytest.raises(error) as caught:
        learner.hand_in(task)
    assert caught.value.hint
    assert learner.lms.school.writes == []
    assert learner.courses.receipts() == []


def test_what_is_late_but_open_is_handed_in_and_said_to_be_late(learner: Learner) -> None:
    plan = learner.courses.plan(learner.number(OVERDUE), url=LINK)
    assert plan.late
    assert any("late" in warning for warning in plan.warnings)
    assert learner.courses.hand_in(plan).state == "verified"


def test_a_text_with_too_many_words_is_refused_here_where_the_limit_is_told(moodle_learner: Learner) -> None:
    learner = moodle_learner
    with pytest.raises(WrongKind, match="6 words"):
        learner.hand_in(FIVE_WORDS, None, text="one two three four five six")
    assert learner.hand_in(FIVE_WORDS, None, text="one two three four five").state == "verified"


def test_a_submission_statement_is_never_accepted_for_the_learner(learner: Learner, kind: str) -> None:
    if kind == "canvas":
        assert learner.hand_in(PORTFOLIO).state == "verified"
        return
    with pytest.raises(StatementRequired):
        learner.hand_in(PORTFOLIO)
    assert learner.lms.school.writes == []
    assert learner.hand_in(PORTFOLIO, accept_statement=True).state == "verified"


def test_what_was_handed_in_for_good_cannot_be_replaced(learner: Learner, kind: str) -> None:
    learner.hand_in(ONCE)
    with pytest.raises(AlreadyHandedIn if kind == "moodle" else NoAttemptLeft):
        learner.hand_in(ONCE, LINK + "&v=2")
    assert len(learner.submissions(ONCE)) == 1


def test_a_lock_of_the_teacher_is_named_as_such(learner: Learner) -> None:
    learner.lms.school.lock(POST)
    with pytest.raises(Closed):
        learner.hand_in()


def test_an_attempt_that_the_teacher_reopened_takes_the_same_link_anew(moodle_learner: Learner) -> None:
    learner = moodle_learner
    first = learner.hand_in()
    learner.lms.school.reopen(POST)
    second = learner.hand_in()
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.state == "verified"
    assert second.id != first.id


def test_a_link_that_leads_to_this_machine_is_warned_of(learner: Learner) -> None:
    plan = learner.courses.plan(learner.number(POST), url="http://127.0.0.1:8000/post/")
    assert any("this machine" in warning for warning in plan.warnings)
    assert plan.ok


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/x",
        "javascript:alert(1)",
        "https://sam:secret@example.org/",
        "https://e.org/" + "x" * 3000,
    ],
)
def test_what_is_no_link_is_refused_before_anybody_is_asked(learner: Learner, url: str) -> None:
    asked = len(learner.lms.asked)
    with pytest.raises(PleError) as caught:
        learner.courses.plan(learner.number(POST), url=url)
    assert "secret" not in str(caught.value)
    assert len(learner.lms.asked) == asked


def test_a_link_and_a_text_at_once_is_one_too_many(learner: Learner) -> None:
    with pytest.raises(InvalidInput):
        learner.courses.plan(learner.number(POST), url=LINK, text="x")
    with pytest.raises(InvalidInput):
        learner.courses.plan(learner.number(POST))


@pytest.mark.parametrize(
    "url",
    [
        "https://sam.example.org/käse/?q=a b&c=<x>",
        "HTTPS://Sam.Example.ORG:443/a/../b%7ec#frag",
        "https://пример.рф/путь",
        "sam.example.org/without-a-scheme",
    ],
)
def test_odd_addresses_come_back_as_the_same(learner: Learner, url: str) -> None:
    assert learner.hand_in(POST, url).state == "verified"


def test_a_resource_of_the_library_is_linked_to_by_the_receipt(learner: Learner) -> None:
    note = learner.environment.journal.write("My post").id
    receipt = learner.hand_in(POST, LINK, resource=note)
    with learner.environment.library.reading() as tx:
        assert [(link.id, link.relation) for link in tx.links_from(receipt.id)] == [(note, "hands-in")]


# when answers are lost


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
    assert SAVE
