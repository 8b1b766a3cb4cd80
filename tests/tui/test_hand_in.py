"""Handing in on screen, at a practice course on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ple.lms.practice import PracticeLms
from ple.tui.screens.handin import PlanDialog, ReceiptDialog

from .world import NOW, environment_at, opened, press, seen, type_in

LINK = "https://sam.example.org/learning-in-public"


@pytest.fixture
def lms(empty: Path) -> Iterator[PracticeLms]:
    """A practice course that the empty library's learner is in."""
    environment = environment_at(empty)
    try:
        with PracticeLms("moodle", clock=NOW.timestamp) as lms:
            environment.courses.connect(lms.url, token=lms.token)
            for synced in environment.courses.sync():
                assert synced.failure is None
            yield lms
    finally:
        environment.close()


async def test_a_link_is_handed_in_only_after_its_plan_was_confirmed(empty: Path, lms: PracticeLms) -> None:
    async with opened(empty, "6", "j", "j", "H") as pilot:
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


async def test_something_kept_is_handed_in_by_its_title(empty: Path, lms: PracticeLms) -> None:
    environment = environment_at(empty)
    environment.bookmarks.save(LINK, title="My best post", fetch=False)
    environment.close()
    async with opened(empty, "6", "j", "j", "H") as pilot:
        await type_in(pilot, "best post")
        await press(pilot, "enter")
        assert LINK in seen(pilot)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, ReceiptDialog)


async def test_what_cannot_be_handed_in_says_why_and_offers_no_key(empty: Path, lms: PracticeLms) -> None:
    async with opened(empty, "6", "H") as pilot:  # the first one is closed
        await type_in(pilot, LINK)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlanDialog)
        assert "! " in seen(pilot)
        assert "Hand this in now" not in seen(pilot)
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, PlanDialog)
    assert not lms.asked or not any(lms.school.handed_in(task) for task in lms.school.assignments)


async def test_a_name_that_means_nothing_is_told_and_nothing_happens(empty: Path, lms: PracticeLms) -> None:
    async with opened(empty, "6", "j", "j", "H") as pilot:
        await type_in(pilot, "no such thing")
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, PlanDialog)
        assert any("no such thing" in str(note.message) for note in pilot.app._notifications)


async def test_r_asks_the_courses(empty: Path, lms: PracticeLms) -> None:
    async with opened(empty, "6", "r") as pilot:
        assert "Practice School: 0 new of 11 assignments" in seen(pilot)
