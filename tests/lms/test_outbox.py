"""The outbox: what waits is checked anew, asked about, and sent once."""

import datetime as dt
from pathlib import Path

import pytest

from ple.library import NotFound
from ple.lms.waiting import pause
from tests.lms.conftest import LAST_STEP, LINK, LOOK, POST, SECOND_POST, Learner


def put_off(learner: Learner, task: int = SECOND_POST, *, authorised: bool = False) -> int:
    content = learner.courses.content(url=LINK)
    return learner.courses.put_off(learner.number(task), content, authorised=authorised).id


def test_what_waits_is_asked_about_before_it_goes(learner: Learner) -> None:
    id = put_off(learner)
    (done,) = learner.courses.deliver()
    assert (done.outcome, learner.submissions(SECOND_POST)) == ("asks", [])
    (done,) = learner.courses.deliver(ask=lambda item, plan: False)
    assert done.outcome == "asks"
    (done,) = learner.courses.deliver(ask=lambda item, plan: plan.ok and item.id == id)
    assert done.outcome == "sent"
    assert learner.courses.receipt(done.receipt_id or 0).state == "verified"
    assert learner.courses.outbox() == []
    assert list(learner.courses.deliver()) == []
    assert len(learner.submissions(SECOND_POST)) == 1


def test_what_may_go_by_itself_goes_unless_something_new_stands_in_its_way(moodle_learner: Learner) -> None:
    learner = moodle_learner
    put_off(learner, authorised=True)
    learner.hand_in(SECOND_POST, LINK + "&other=1")
    (done,) = learner.courses.deliver()
    assert (done.outcome, "replace" in done.said) == ("asks", True)
    put_off(learner, POST, authorised=True)
    assert {each.outcome for each in learner.courses.deliver()} == {"asks", "sent"}


def test_what_was_handed_in_meanwhile_is_not_sent_again(learner: Learner) -> None:
    put_off(learner)
    learner.hand_in(SECOND_POST)
    writes = list(learner.lms.school.writes)
    (done,) = learner.courses.deliver()
    assert (done.outcome, learner.lms.school.writes) == ("sent", writes)


def test_what_is_closed_by_now_is_refused_and_says_why(learner: Learner) -> None:
    put_off(learner, authorised=True)
    learner.lms.school.lock(SECOND_POST)
    (done,) = learner.courses.deliver()
    assert done.outcome == "refused"
    assert learner.courses.outbox() == []
    assert learner.courses.outbox(ended=True)[0].state == "refused"


def test_an_lms_that_is_closed_is_left_alone_as_long_as_it_wishes(learner: Learner) -> None:
    put_off(learner, authorised=True)
    learner.lms.faults.arm("*", "maintenance", times=1)
    (done,) = learner.courses.deliver()
    assert done.outcome == "waits"
    asked = len(learner.lms.asked)
    learner.clock.forward(seconds=200)
    (done,) = learner.courses.deliver()
    assert (done.outcome, len(learner.lms.asked)) == ("waits", asked)
    learner.clock.forward(minutes=10)
    (done,) = learner.courses.deliver()
    assert done.outcome == "sent"


def test_what_waits_for_a_network_goes_as_soon_as_a_sync_was_answered(learner: Learner) -> None:
    put_off(learner, authorised=True)
    for _ in range(3):  # a day on the train: each time the rest gets longer
        learner.lms.faults.arm("*", "close", times=9)
        assert [done.outcome for done in learner.courses.deliver(urge=True)] == ["waits"]
    learner.lms.faults.clear()
    assert [done.outcome for done in learner.courses.deliver()] == ["waits"]
    assert [synced.failure for synced in learner.courses.sync()] == [None]
    assert not learner.courses.rests()
    assert [done.outcome for done in learner.courses.deliver()] == ["sent"]


def test_a_pause_that_the_lms_asked_for_is_kept_though_it_answers_a_sync(learner: Learner) -> None:
    put_off(learner, authorised=True)
    put_off(learner, POST, authorised=True)
    learner.lms.faults.arm("*", "too-many")
    assert {done.outcome for done in learner.courses.deliver()} == {"waits"}
    assert [synced.failure for synced in learner.courses.sync()] == [None]
    assert {done.outcome for done in learner.courses.deliver()} == {"waits"}
    learner.clock.forward(minutes=10)
    assert {done.outcome for done in learner.courses.deliver()} == {"sent"}


def test_a_token_that_is_not_accepted_stops_the_account_until_it_is_connected_again(learner: Learner) -> None:
    put_off(learner, authorised=True)
    learner.lms.dialect.expire()
    (done,) = learner.courses.deliver()
    assert done.outcome == "waits"
    asked = len(learner.lms.asked)
    learner.clock.forward(days=1)
    (done,) = learner.courses.deliver(urge=True)
    assert ("renew" in done.said, len(learner.lms.asked)) == (True, asked)
    learner.lms.dialect.token, learner.lms.dialect._expired = learner.lms.token, False
    learner.courses.connect(learner.lms.url, token=learner.lms.token)
    (done,) = learner.courses.deliver()
    assert done.outcome == "sent"


def test_one_ple_sends_at_a_time(learner: Learner) -> None:
    put_off(learner, authorised=True)
    seen = []

    def ask(item: object, plan: object) -> bool:
        seen.extend(learner.courses.deliver())
        return True

    learner.courses.drop(learner.courses.outbox()[0].id)
    put_off(learner)
    (done,) = learner.courses.deliver(ask=ask)
    assert done.outcome == "sent"
    assert [(each.outcome, "another ple" in each.said) for each in seen] == [("waits", True)]


def test_a_lost_answer_is_settled_by_looking_and_nothing_goes_twice(learner: Learner, kind: str) -> None:
    put_off(learner, POST, authorised=True)
    learner.lms.faults.arm(LAST_STEP[kind], "drop-answer")
    learner.lms.faults.arm(LOOK[kind], "close", skip=2)
    for _ in range(4):
        list(learner.courses.deliver())
        learner.clock.forward(minutes=15)
    assert learner.courses.outbox() == []
    assert len(learner.submissions(POST)) == 1
    assert [receipt.state for receipt in learner.courses.receipts()] == ["verified"]


def test_a_cut_off_that_comes_near_is_warned_of(learner: Learner) -> None:
    put_off(learner)
    assert learner.courses.warnings() == []
    learner.clock.forward(days=6, hours=20)
    (warning,) = learner.courses.warnings()
    assert "not handed in" in warning
    assert "left" in warning


def test_another_hand_in_takes_the_place_of_the_first_and_dropped_is_dropped(learner: Learner) -> None:
    put_off(learner)
    id = put_off(learner)
    assert [each.id for each in learner.courses.outbox()] == [id]
    assert learner.courses.allow(id).authorised
    learner.courses.drop(id)
    with pytest.raises(NotFound):
        learner.courses.drop(id)


def test_a_pause_grows_and_is_never_shorter_than_the_lms_wishes() -> None:
    assert dt.timedelta(seconds=48) <= pause(0, None) <= dt.timedelta(seconds=72)
    assert pause(30, None) <= dt.timedelta(hours=8)
    assert pause(0, 300) >= dt.timedelta(seconds=300)


def test_a_screen_shows_the_plan_of_what_waits_and_sends_what_was_confirmed(learner: Learner) -> None:
    id = put_off(learner)
    plan = learner.courses.plan_waiting(id)
    assert (plan.ok, plan.link, learner.submissions(SECOND_POST)) == (True, LINK, [])
    learner.hand_in(SECOND_POST, LINK + "&elsewhere=1")
    assert learner.courses.send(id, plan).outcome == "asks"
    assert learner.courses.send(id, learner.courses.plan_waiting(id)).outcome == "sent"
    assert learner.courses.waiting(id).state == "sent"
    with pytest.raises(NotFound):
        learner.courses.send(id, plan)


def test_an_account_that_rests_says_why_and_until_when(learner: Learner) -> None:
    id = put_off(learner)
    learner.lms.faults.arm("*", "too-many")
    list(learner.courses.deliver())
    (rest,) = learner.courses.rests()
    assert (rest.until is not None and rest.until > learner.clock(), "less often" in rest.reason) == (True, True)
    learner.clock.forward(hours=1)
    learner.lms.dialect.expire()
    list(learner.courses.deliver())
    (rest,) = learner.courses.rests()
    assert (rest.until, "token" in rest.reason) == (None, True)
    assert not learner.courses.allow(id, authorised=False).authorised


def test_emptying_the_trash_leaves_the_files_of_what_waits(moodle_learner: Learner, tmp_path: Path) -> None:
    learner = moodle_learner
    (tmp_path / "essay.pdf").write_bytes(b"%PDF-1.4 essay")
    content = learner.courses.content(files=[tmp_path / "essay.pdf"])
    learner.courses.put_off(learner.number(SECOND_POST), content)
    library, other = learner.environment.library, learner.environment.journal.write("The same essay").id
    with library.writing() as tx:
        tx.attach(other, "document", "essay.pdf", "application/pdf", b"%PDF-1.4 essay")
        tx.trash(other)
    library.empty_trash()
    assert library.files.read(content.files[0].sha256) == b"%PDF-1.4 essay"


def test_what_cannot_go_for_a_reason_of_its_own_holds_up_no_other(moodle_learner: Learner) -> None:
    learner, journal = moodle_learner, moodle_learner.environment.journal
    thing, content = journal.write("a thing").id, learner.courses.content(url=LINK)
    learner.courses.put_off(learner.number(SECOND_POST), content, resource=thing, authorised=True)
    put_off(learner, POST, authorised=True)
    journal.remove([thing])
    done = {each.assignment: each for each in learner.courses.deliver()}
    assert sorted(each.outcome for each in done.values()) == ["sent", "waits"]
    assert next(each.said for each in done.values() if each.outcome == "waits").endswith("takes it out.")
    learner.environment.library.undo()
    assert [each.outcome for each in learner.courses.deliver(urge=True)] == ["sent"]
