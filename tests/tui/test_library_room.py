"""The library on screen: shelves of pages, kinds, collections and tags, and what is put where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ple.tui.dialogs import Ask, Choose
from ple.tui.memory import Memory

from .world import opened, press, seen, type_in, whole


async def door(pilot: Any, call: Any) -> Any:
    return await pilot.app.ask(call)


@whole
async def test_a_tag_is_a_shelf_with_things_of_every_kind(typical: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    async with opened(typical, "3", "left", memory=Memory(path)) as pilot:
        shown = seen(pilot)
        assert "Saved pages" in shown
        assert "COLLECTIONS" in shown
        assert "#memory" in shown
        await press(pilot, "G", "k", "enter")
        assert "#memory  ·  3" in seen(pilot)
        assert "What I read" in seen(pilot)
        assert "Desirable difficulties" in seen(pilot)
        await press(pilot, "j", "enter")
        assert pilot.app.screen.article is not None
        await press(pilot, "ctrl+q")
    async with opened(typical, memory=Memory(path)) as pilot:
        assert "#memory" in seen(pilot) or pilot.app.screen.shown == "tag:memory"


async def test_what_is_put_into_a_collection_stands_on_its_shelf(typical: Path) -> None:
    async with opened(typical, "3", "C") as pilot:
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Ask)
        await type_in(pilot, "Essay on memory")
        await press(pilot, "enter", "j", "C", "1")
        [one] = await door(pilot, lambda environment: environment.collections.collections())
        assert len(one.members) == 2
        await press(pilot, "left")
        assert "Essay on memory" in seen(pilot)
        await press(pilot, "u")
        [one] = await door(pilot, lambda environment: environment.collections.collections())
        assert len(one.members) == 1


@whole
async def test_pages_are_pinned_put_away_and_cited(typical: Path) -> None:
    async with opened(typical, "3", "j", "p") as pilot:
        assert "▲" in seen(pilot).splitlines()[2]
        await press(pilot, "Y")
        assert "Copied: " in seen(pilot)
        await press(pilot, "home", "Z")
        [pinned] = await door(pilot, lambda environment: environment.bookmarks.bookmark_ids(archived=True))
        await press(pilot, "left")
        assert "Archived pages" in seen(pilot)
        assert "Pinned pages" in seen(pilot)
        await press(pilot, "u")
        assert await door(pilot, lambda environment: environment.bookmarks.bookmark_ids(archived=True)) == []
        assert pinned


@whole
async def test_v_goes_through_how_pages_stand(typical: Path) -> None:
    async with opened(typical, "3", size=(120, 40)) as pilot:
        for title in ("To read", "Starred pages", "Starred entries", "Saved pages"):
            await press(pilot, "v")
            assert f"{title}  ·  " in seen(pilot)
