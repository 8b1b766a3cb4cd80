"""Handing in on screen, at a practice course on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ple.lms.practice import PracticeLms
from ple.tui.screens.handin import HandIn, PlanDialog, ReceiptDialog

from .world import NOW, copied, environment_at, opened, press, seen, type_in

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
        assert "[ ] d  I declare that this is my own work" in seen(pilot)
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
