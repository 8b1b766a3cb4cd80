"""Handing in on screen, at a practice course on this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ple.lms.practice import PracticeLms
from ple.tui.dialogs import Choose
from ple.tui.screens.handin import HandIn
from ple.tui.screens.plan import PlanDialog, ReceiptDialog
from tests.servers.lrs import PASSWORD, USER, Lrs

from .world import NOW, PATIENCE, copied, environment_at, opened, press, seen, send, type_in, until, whole

LINK = "https://sam.example.org/learning-in-public"


@pytest.fixture(scope="module")
def course(empty_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PracticeLms, Path]]:
    """A practice course, and the folder of a library whose learner is in it; made once."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "library.sqlite").write_bytes(empty_library.read_bytes())
    with PracticeLms("moodle", clock=NOW.timestamp) as lms:
        environment = environment_at(folder)
        try:
            environment.courses.connect(lms.url, token=lms.token)
            for synced in environment.courses.sync():
                assert synced.failure is None
        finally:
            environment.close()
        yield lms, folder


@pytest.fixture
def lms(course: tuple[PracticeLms, Path]) -> PracticeLms:
    """The course as it was before anybody handed anything in."""
    course[0].start_over()
    return course[0]


@pytest.fixture
def learner(course: tuple[PracticeLms, Path], tmp_path: Path) -> Path:
    """The folder of a library of the test's own, whose learner is in the course."""
    return copied(course[1], tmp_path / "learner")


async def test_a_link_is_handed_in_only_after_its_plan_was_confirmed(learner: Path, lms: PracticeLms) -> None:
    async with opened(learner, "6", "j", "j", "H") as pilot:
        assert "Hand in for “Reflection post 1”" in seen(pilot)
        await type_in(pilot, LINK)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanDialog)
        assert LINK in seen(pilot)
        assert "Learning in Public" in seen(pilot)
        await press(pilot, "enter")  # enter alone sends nothing
        assert isinstance(pilot.app.screen, PlanDialog)
        assert not lms.school.handed_in(1)
        await press(pilot, "escape")
        assert not lms.school.handed_in(1)
        await press(pilot, "H")
        await type_in(pilot, LINK)
        await press(pilot, "enter", "y")
        assert isinstance(pilot.app.screen, ReceiptDialog)
        assert "verified" in seen(pilot)
        assert len(lms.school.handed_in(1)) == 1
        await press(pilot, "enter")
        assert "✓" in seen(pilot)
        await press(pilot, "v")
        assert "Receipts  ·  1" in seen(pilot)


async def test_a_course_that_asks_for_a_declaration_gets_it_only_from_the_learner(
    learner: Path, lms: PracticeLms
) -> None:
    environment = environment_at(learner)
    [task] = [line for line in environment.courses.assignments() if line.title == "Final portfolio"]
    environment.close()
    async with opened(learner, "6") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, HandIn)
        screen.go_to(task.id)
        await press(pilot, "H")
        await type_in(pilot, LINK)
        await press(pilot, "enter")
        assert "[ ] d  I declare: " in seen(pilot)
        await press(pilot, "y")  # not declared yet: nothing is sent
        assert isinstance(pilot.app.screen, PlanDialog)
        await press(pilot, "d")
        assert "[x] d  I declare" in seen(pilot)
        await press(pilot, "d", "y")  # taken back
        assert isinstance(pilot.app.screen, PlanDialog)
        assert not lms.school.handed_in(3)
        await press(pilot, "d", "y")
        assert isinstance(pilot.app.screen, ReceiptDialog)
        assert len(lms.school.handed_in(3)) == 1


async def test_something_kept_is_handed_in_by_its_title(learner: Path, lms: PracticeLms) -> None:
    environment = environment_at(learner)
    environment.bookmarks.save(LINK, title="My best post", fetch=False)
    environment.close()
    async with opened(learner, "6", "j", "j", "H") as pilot:
        await type_in(pilot, "best post")
        await press(pilot, "enter")
        assert LINK in seen(pilot)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, ReceiptDialog)


async def test_what_cannot_be_handed_in_says_why_and_offers_no_key(learner: Path, lms: PracticeLms) -> None:
    async with opened(learner, "6", "H") as pilot:  # the first one is closed
        await type_in(pilot, LINK)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanDialog)
        assert "! " in seen(pilot)
        assert "Hand this in now" not in seen(pilot)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, PlanDialog)
    assert not lms.asked or not any(lms.school.handed_in(task) for task in lms.school.assignments)


async def test_a_name_that_means_nothing_is_told_and_nothing_happens(learner: Path, lms: PracticeLms) -> None:
    async with opened(learner, "6", "j", "j", "H") as pilot:
        await type_in(pilot, "no such thing")
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, PlanDialog)
        assert any("no such thing" in str(note.message) for note in pilot.app._notifications)


async def test_r_asks_the_courses(learner: Path, lms: PracticeLms) -> None:
    async with opened(learner, "6", "r") as pilot:
        assert "Practice School: 0 new of 11 assignments" in seen(pilot)


async def while_at_work(condition: Callable[[], bool]) -> None:
    """Wait for something that comes while a job waits for its learner."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.002)


async def test_what_the_course_does_not_answer_waits_in_the_outbox_until_the_learner_says_yes(
    learner: Path, lms: PracticeLms
) -> None:
    async with opened(learner, "6", "j", "j", "H") as pilot:
        lms.faults.arm("*", "close", times=50)
        await type_in(pilot, LINK)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "1")
        assert "waiting in the outbox" in seen(pilot)
        lms.faults.clear()
        await press(pilot, "v", "v", "enter")
        assert "when you have seen it and say yes" in seen(pilot)
        assert LINK in seen(pilot)
        await press(pilot, "escape")
        send(pilot, "H", "H")
        await while_at_work(lambda: isinstance(pilot.app.screen, PlanDialog))
        assert not lms.school.handed_in(1)
        send(pilot, "y", "y")
        await while_at_work(lambda: isinstance(pilot.app.screen, ReceiptDialog))
        assert len(lms.school.handed_in(1)) == 1


@whole
async def test_what_waits_may_go_by_itself_or_is_taken_out(learner: Path, lms: PracticeLms) -> None:
    environment = environment_at(learner)
    task = next(line for line in environment.courses.assignments() if line.title == "Reflection post 1")
    environment.courses.put_off(task.id, environment.courses.content(url=LINK))
    environment.close()
    async with opened(learner, "6", "v", "v", "L", "enter") as pilot:
        assert "by itself, as soon as the course answers" in seen(pilot)
        await press(pilot, "escape", "d", "y")
        assert "It is not sent" in seen(pilot)
        assert "dropped" in seen(pilot)
    assert not lms.school.handed_in(1)


@whole
async def test_a_receipt_is_shown_whole_and_written_to_a_file(learner: Path, lms: PracticeLms, tmp_path: Path) -> None:
    async with opened(learner, "6", "j", "j", "H", size=(120, 60)) as pilot:
        await type_in(pilot, LINK)
        await press(pilot, "enter", "y", "enter", "v")
        assert "The whole record" in seen(pilot)
        assert '"record": {' in seen(pilot)
        for name in ("receipt.html", "receipt.json"):
            await press(pilot, "W", *["backspace"] * 30)
            await type_in(pilot, str(tmp_path / name))
            await press(pilot, "enter")
        assert LINK in (tmp_path / "receipt.html").read_text()
        assert LINK in (tmp_path / "receipt.json").read_text()
        await press(pilot, "W", *["backspace"] * 30)
        await type_in(pilot, str(tmp_path / "receipt.json"))
        await press(pilot, "enter")
        assert any("is there already" in str(note.message) for note in pilot.app._notifications)


async def test_a_hand_in_is_told_to_the_record_store_that_the_learner_agreed_to(
    learner: Path, lms: PracticeLms
) -> None:
    with Lrs() as store:
        environment = environment_at(learner)
        connected = environment.records.connect(store.url, USER, PASSWORD)
        environment.records.agree(connected.id, "handed-in", shown=None)
        environment.close()
        async with opened(learner, "6", "j", "j", "H") as pilot:
            await type_in(pilot, LINK)
            await press(pilot, "enter", "y")
            assert isinstance(pilot.app.screen, ReceiptDialog)
            await until(pilot, lambda: store.statements)
            [told] = store.statements.values()
            assert told["verb"]["display"]["en"] == "submitted"
