"""What Today showed is there at the next start, before the library is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.tui.memory import Memory
from ple.tui.screens.today import Today
from ple.tui.worker import Doors

from .world import TestedApp, environment_at, opened, press, seen, until


async def test_what_was_seen_last_is_shown_before_the_library_is_open(typical: Path) -> None:
    async with opened(typical) as pilot:
        today = pilot.app.screen
        assert isinstance(today, Today)
        before, shown = today.whereabouts(), seen(pilot)
        today._show([])
        today.go_back(before)
        assert "as it was 10:00" in seen(pilot) or "as it was" in today.headline(0)
        assert today.list.keys
        today.reload()
    async with opened(typical) as pilot:
        assert seen(pilot) == shown


async def test_at_the_start_it_is_there_with_the_first_paint(typical: Path, tmp_path: Path) -> None:
    path = tmp_path / "state" / "screens.json"
    async with opened(typical, "ctrl+q", memory=Memory(path)):
        pass
    app = TestedApp(typical, memory=Memory(path))
    app.doors = Doors(lambda: pytest.fail("the library was opened before the first paint"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "unread" in seen(pilot)
        assert "as it was" in seen(pilot)
        app.doors = Doors(lambda: environment_at(typical))
        await until(pilot, lambda: "as it was" not in seen(pilot))
    app.doors.close()


class Shut(Environment):
    """An environment whose library nobody may open."""

    @property
    def library(self) -> Any:
        raise AssertionError("the library was opened")


async def test_at_the_very_first_start_what_is_unread_is_there_before_the_library_is_open(typical: Path) -> None:
    app = TestedApp(typical)
    app.doors = Doors(lambda: Shut(typical))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "unread" in seen(pilot))
        at_a_glance = lines(seen(pilot), "NEW", "SAVED")
        app.doors = Doors(lambda: environment_at(typical))
        pilot.app.screen.reload()
        await until(pilot, lambda: "SAVED" in seen(pilot))
        assert lines(seen(pilot), "NEW", "SAVED")[: len(at_a_glance)] == at_a_glance
    app.doors.close()


async def test_who_left_in_feeds_sees_the_list_before_the_library_is_open(typical: Path, tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    async with opened(typical, "2", "j", memory=Memory(path)) as pilot:
        shown = seen(pilot).splitlines()[2:6]
        await press(pilot, "ctrl+q")
    app = TestedApp(typical, memory=Memory(path))
    app.doors = Doors(lambda: Shut(typical))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "As it was …" in seen(pilot))
        assert seen(pilot).splitlines()[2:6] == shown
        app.doors = Doors(lambda: environment_at(typical))
        pilot.app.screen.reload()
        await until(pilot, lambda: "As it was …" not in seen(pilot) and "unread of" in seen(pilot))
        assert pilot.app.screen.list.position == 1
    app.doors.close()


def lines(said: str, after: str, before: str) -> list[str]:
    """Return the lines of a list between two headings."""
    part = said.partition(after)[2].partition(before)[0]
    return [line for line in part.splitlines() if line.strip()][:6]


@pytest.mark.parametrize(
    "before", [{}, {"seen": None, "at": 1}, {"seen": [[1]], "at": 1}, {"seen": [], "at": "x"}, {"seen": [], "at": 1e99},
               {"seen": [[1, "t", "", "", "", "", [None, 1, 2, 3, 4]]], "at": 1}]
)  # fmt: skip
async def test_a_damaged_memory_is_passed_over(empty: Path, before: dict[str, Any]) -> None:
    today = Today.__new__(Today)
    today._seen_at = None
    today.go_back(before)
    assert today._seen_at is None
