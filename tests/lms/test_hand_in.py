"""Handing in, told as stories against a practice LMS of each kind."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from ple.library import InvalidInput, PleError
from ple.lms.errors import (
    AlreadyHandedIn,
    Closed,
    LmsError,
    NoAttemptLeft,
    StatementRequired,
    WrongKind,
)
from ple.lms.practice import PracticeLms
from tests.lms.conftest import (
    CLOSED,
    FIVE_WORDS,
    IN_CLASS,
    LATER,
    LINK,
    ONCE,
    OVERDUE,
    PDF,
    PORTFOLIO,
    POST,
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
