"""Marking lines, and what one key then does to all of them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ple.tui.bulk import tags_said
from ple.tui.list_room import ListRoom
from ple.tui.widgets.marks import Marks

from .world import environment_at, opened, press, seen, type_in

SHOWN = list(range(20))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["turn", "begin", "stretch", "all"]), st.integers(0, 19)), max_size=20))
def test_whatever_is_marked_is_shown_and_no_heading(steps: list[tuple[str, int]]) -> None:
    marks, headings = Marks(), {0, 7}
    for what, at in steps:
        if what in ("turn", "begin") and at not in headings:
            getattr(marks, what)(at)
        elif what == "stretch":
            marks.stretch(SHOWN, at, headings)
        elif what == "all":
            marks.all(SHOWN, headings)
        assert set(marks.within(SHOWN)) == marks.keys
        assert not marks.keys & headings


def test_a_stretch_follows_the_cursor_both_ways_and_keeps_what_was_marked_before() -> None:
    marks = Marks({15})
    marks.begin(5)
    marks.stretch(SHOWN, 8)
    assert marks.keys == {5, 6, 7, 8, 15}
    marks.stretch(SHOWN, 3)
    assert marks.keys == {3, 4, 5, 15}
    marks.begin(3)
    marks.stretch(SHOWN, 0)
    assert marks.keys == {3, 4, 5, 15}


def test_all_of_a_hundred_thousand_lines_are_marked_and_unmarked() -> None:
    marks, shown = Marks(), range(100_000)
    marks.all(shown)
    assert len(marks) == 100_000
    marks.all(shown)
    assert not marks


def test_tags_are_put_on_and_with_a_minus_taken_off() -> None:
    assert tags_said("memory, #paper, -to read, - , -#old,") == ({"memory", "paper"}, {"to read", "old"})


async def test_marked_pages_are_tagged_removed_and_brought_back_in_one_step(typical: Path) -> None:
    async with opened(typical, "3", "space", "space") as pilot:
        room = pilot.app.screen
        assert isinstance(room, ListRoom)
        assert "2 marked" in seen(pilot)
        assert seen(pilot).count("✓") == 2
        await press(pilot, "t")
        await type_in(pilot, "psychology, -paper")
        await press(pilot, "enter")
        assert "Tagged 2 things" in seen(pilot)
        assert "marked" not in seen(pilot)
        await press(pilot, "ctrl+a", "d")
        assert "Nothing is saved yet" in seen(pilot)
        await press(pilot, "u")
        assert "Saved pages  ·  2" in seen(pilot)
        await press(pilot, "u")
    environment = environment_at(typical)
    try:
        tags = {line.title: line.tags for line in environment.bookmarks.bookmarks()}
    finally:
        environment.close()
    assert tags["Desirable difficulties"] == {"memory", "paper"}


async def test_what_is_marked_and_not_shown_is_said_and_left_alone(typical: Path) -> None:
    async with opened(typical, "4", "space", "space", "slash") as pilot:
        await type_in(pilot, "begun")
        await press(pilot, "enter")
        assert "2 marked not shown  ·  Journal  ·  1 for “begun”" in seen(pilot)
        await press(pilot, "d")  # the one that the cursor stands on
        assert "Removed “Begun”" in seen(pilot)
        await press(pilot, "u")  # does what it says, though there is no line to stand on
        assert "2 marked not shown  ·  Journal  ·  1 for “begun”" in seen(pilot)
        await press(pilot, "d", "slash", "ctrl+u")
        await type_in(pilot, "plan")
        assert "1 marked, 1 not shown" in seen(pilot)
        await press(pilot, "enter", "t")
        await type_in(pilot, "spacing")
        await press(pilot, "enter")
        assert "1 marked not shown" in seen(pilot)
        await press(pilot, "escape")
        assert "marked" not in seen(pilot)


async def test_escape_takes_the_marks_off_and_O_orders_by_title(typical: Path) -> None:
    async with opened(typical, "4", "V", "j", "j") as pilot:
        room = pilot.app.screen
        assert isinstance(room, ListRoom)
        assert "3 marked" in seen(pilot)
        await press(pilot, "escape")
        assert "marked" not in seen(pilot)
        newest = list(room.list.keys)
        await press(pilot, "O")
        assert list(room.list.keys) == newest[::-1]
        assert "oldest first" in seen(pilot)
        await press(pilot, "O")
        titles = [room.list.row_of(key).thing.title for key in room.list.keys]
        assert titles == sorted(titles, key=str.casefold)
