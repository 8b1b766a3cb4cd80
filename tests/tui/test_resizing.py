"""The terminal grows and shrinks: cursor, marks, focus, and the place in a text stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ple.tui.list_room import ListRoom

from .world import opened, press, resize, seen, type_in, whole


def where(pilot: Any) -> dict[str, Any]:
    """Return all that has to stay."""
    place = pilot.app.screen
    if not isinstance(place, ListRoom):
        return {"screen": type(place).__name__, "text": place.area.text, "cursor": place.area.cursor_location}
    return {
        "mode": pilot.app.current_mode,
        "focus": getattr(pilot.app.focused, "id", None),
        "pane": place.at,
        "key": place.list.key,
        "marked": sorted(place.targets()) if place.list.marks else [],
        "filter": place.filter,
        "shown": place.shown,
        "article": place.article.thing.id if place.article and place.PANES[place.at] == "article" else None,
    }


PLACES = (
    ("today", "1 j j"), ("feeds list", "2 j j space space j"), ("feeds tree", "2 left j"),
    ("feeds article", "2 j enter"), ("library", "3 j"), ("library article", "3 enter"), ("shelves", "3 left"),
    ("journal", "4 j space"), ("calendar", "4 left"), ("entry", "4 enter"), ("hand in", "6 j j"),
    ("assignment", "6 j enter"), ("receipts", "6 v"), ("portfolio", "7 v"), ("settings", "0 j j j"),
)  # fmt: skip


@pytest.mark.parametrize(
    "keys", [pytest.param(keys, id=name, marks=[] if name == "feeds list" else whole) for name, keys in PLACES]
)
async def test_cursor_marks_and_focus_stay_when_the_terminal_grows_and_shrinks(keys: str, typical: Path) -> None:
    async with opened(typical, *keys.split(), size=(80, 24)) as pilot:
        before, shown = where(pilot), seen(pilot)
        for size in ((200, 60), (120, 40), (40, 10), (200, 60), (80, 24)):
            await resize(pilot, *size)
            assert where(pilot) == before, size
            if (focused := pilot.app.focused) is not None:
                assert focused.region.area, f"what has the focus is not in sight at {size}"
        assert seen(pilot) == shown


@whole
async def test_what_is_typed_and_found_stays(typical: Path) -> None:
    async with opened(typical, "5") as pilot:
        await type_in(pilot, "forgetting")
        await press(pilot, "enter", "j", "j")
        before = where(pilot)
        for size in ((200, 60), (80, 24)):
            await resize(pilot, *size)
            assert where(pilot) == before
        assert "61 found" in seen(pilot)


@whole
async def test_a_reader_stays_at_the_same_words_and_a_writer_too(typical: Path) -> None:
    async with opened(typical, "3", "enter", "space", size=(80, 14)) as pilot:
        view = pilot.app.screen.view  # type: ignore[attr-defined]
        place = view.place
        await resize(pilot, 200, 60)
        await resize(pilot, 80, 14)
        assert abs(view.place - place) < 80, "it is the same paragraph"
        await press(pilot, "escape", "w")
        await type_in(pilot, "Words before the window grew")
        before = where(pilot)
        await resize(pilot, 200, 60)
        assert where(pilot) == before
        await resize(pilot, 80, 24)
        assert where(pilot) == before
