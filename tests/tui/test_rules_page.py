"""Rules on screen: made, tried, applied, paused, removed; and what else became reachable there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ple.tui.screens.feed_rules import Rules
from ple.tui.sheet import Sheet

from .world import environment_at, opened, press, seen, type_in, whole


async def rules(pilot: Any) -> Any:
    return await pilot.app.ask(lambda environment: environment.feeds.rules.rules())


async def test_a_rule_is_made_tried_applied_paused_and_removed_on_screen(typical: Path) -> None:
    async with opened(typical, "2", "f3") as pilot:
        assert "No rules yet" in seen(pilot)
        await press(pilot, "a")
        await type_in(pilot, "portfolios")
        await press(pilot, "enter")
        assert "15 of 60 entries fit" in seen(pilot)
        await type_in(pilot, "star tag:portfolio")
        await press(pilot, "enter")
        [one] = await rules(pilot)
        assert (one.query, one.actions) == ("portfolios", ("star", "tag:portfolio"))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Sheet)
        assert "15 of 60 entries fit: star, tag:portfolio" in seen(pilot)
        assert "How portfolios are graded" in seen(pilot)
        await press(pilot, "escape", "r", "y")
        starred = await pilot.app.ask(lambda environment: environment.feeds.entry_ids(starred=True))
        assert len(starred) == 16  # one was before
        await press(pilot, "p")
        assert "paused" in seen(pilot)
        await press(pilot, "d")
        assert await rules(pilot) == []
        await press(pilot, "u")
        assert len(await rules(pilot)) == 1
        assert isinstance(pilot.app.screen, Rules)


@whole
async def test_a_search_is_kept_and_stands_among_the_feeds(typical: Path) -> None:
    async with opened(typical, "5") as pilot:
        await type_in(pilot, "portfolios")
        await press(pilot, "enter", "s", "enter", "2", "left")
        assert "? portfolios" in seen(pilot)


@whole
async def test_a_highlight_gets_another_note_and_is_removed_from_its_shelf(typical: Path) -> None:
    environment = environment_at(typical)
    try:
        page = environment.bookmarks.bookmark_ids()[0]
        environment.highlights.add(page, "What makes practice harder today", note="so")
    finally:
        environment.close()
    async with opened(typical, "3", "left", "j", "j", "j", "enter") as pilot:
        assert "Highlights  ·  1" in seen(pilot)
        await press(pilot, "e")
        await type_in(pilot, " what?")
        await press(pilot, "enter")
        [one] = await pilot.app.ask(lambda environment: environment.highlights.highlights())
        assert one.note == "so what?"
        await press(pilot, "d")
        assert not await pilot.app.ask(lambda environment: environment.highlights.highlights())
