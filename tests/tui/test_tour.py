"""The tour of a minute: at the first start, skipped by one key, found again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ple.tui.memory import Memory
from ple.tui.screens.tour import PAGES, Tour

from .world import opened, press, seen, whole


def eager(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
    """From Python 3.12 on a task may begin within what makes it, which is how Textual runs an app there."""
    return asyncio.Task(coroutine, loop=loop, **more)


async def test_the_first_start_shows_around_once(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    loop = asyncio.get_running_loop()
    loop.set_task_factory(getattr(asyncio, "eager_task_factory", eager))
    async with opened(empty, tour=True, memory=Memory(path)) as pilot:
        assert loop.get_task_factory() is None  # each begins when it is its turn, whatever the version
        assert isinstance(pilot.app.screen, Tour)
        for number, (title, _, lines) in enumerate(PAGES, 1):
            assert title in seen(pilot)
            assert f"{number} of {len(PAGES)}" in seen(pilot)
            assert all(line.split()[-1] in seen(pilot) for line in lines), "a page must fit 80 by 24"
            await press(pilot, "enter")
        assert "press 2, then a" in seen(pilot)
    async with opened(empty, tour=True, memory=Memory(path)) as pilot:
        assert not isinstance(pilot.app.screen, Tour)
        await press(pilot, "f2")
        assert isinstance(pilot.app.screen, Tour)


@whole
@pytest.mark.parametrize("key", ["escape", "q"])
async def test_one_key_skips_it(empty: Path, key: str) -> None:
    async with opened(empty, key, tour=True) as pilot:
        assert not isinstance(pilot.app.screen, Tour)
        assert pilot.app.is_running
