"""The list that holds only what is near the screen."""

from collections.abc import Sequence
from typing import Any

import pytest
from textual.app import App, ComposeResult

from ple.tui.widgets.line_list import LineList
from ple.tui.widgets.rows import AT_REST, BLOCK, Rows
from ple.tui.words import Piece

from .world import press, resize, seen, settle


def paint(row: Any, width: int) -> Sequence[Sequence[Piece]]:
    return [[(f" row {row}", "strong" if row % 2 else "")]]


NEAR = AT_REST + 2 * BLOCK
"""So many rows are asked for at most around a place that is rested at, at an end of the list."""


class ListApp(App[None]):
    """A list and what it said."""

    def __init__(self, rows: int, height: int = 1) -> None:
        super().__init__()
        self.rows, self.height = rows, height
        self.asked: list[int] = []
        self.chosen: list[Any] = []
        self.moved: list[Any] = []

    def compose(self) -> ComposeResult:
        yield LineList(paint, height=self.height, id="list")

    async def load(self, keys: Sequence[Any]) -> Sequence[Any]:
        self.asked += keys
        return [key * 10 for key in keys]

    def on_mount(self) -> None:
        self.list.show(range(self.rows), self.load)
        self.list.focus()

    @property
    def list(self) -> LineList:
        return self.query_one(LineList)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.chosen.append(event.row)

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        self.moved.append(event.key)


async def test_a_list_of_a_hundred_thousand_asks_only_for_what_is_near_the_screen() -> None:
    app = ListApp(100_000)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        assert "row 0" in seen(pilot)
        assert len(app.asked) <= NEAR
        await press(pilot, "G")
        await settle(pilot)
        assert "row 999990" in seen(pilot)
        assert len(app.asked) <= 2 * NEAR


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        (["j"], 1),
        (["j", "j", "k"], 1),
        (["down", "down", "up"], 1),
        (["k"], 0),
        (["G"], 999),
        (["end", "home"], 0),
        (["pagedown"], 19),
        (["space", "b"], 0),
        (["ctrl+d"], 9),
        (["ctrl+d", "ctrl+u"], 0),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
async def test_keys_move_the_cursor(keys: list[str], position: int) -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert app.list.position == position


async def test_enter_opens_the_row_and_moving_tells_it() -> None:
    app = ListApp(50)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "enter")
        await settle(pilot)
        assert app.chosen == [20]
        assert app.moved[-1] == 2


async def test_the_cursor_stays_on_its_row_when_others_come_before_it() -> None:
    app = ListApp(50)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j")
        app.list.show([100, 101, *range(50)], app.load)
        assert app.list.key == 3
        app.list.show([100, 101, 4, 5], app.load)  # the row is gone: the next that was below it
        assert app.list.key == 4


def test_what_was_still_wanted_of_a_longer_list_holds_up_nothing() -> None:
    rows = Rows()
    assert rows.want(0, 20 * BLOCK)
    rows.take(range(5000), 0)
    assert rows.wanting
    rows.renew()  # a filter: six lines are left
    assert rows.want(0, 5), "somebody has to go for them"
    assert rows.take(range(6), 0) == list(range(6))
    assert not rows.wanting


async def test_the_cursor_goes_to_the_line_below_those_that_went_with_its_own() -> None:
    app = ListApp(50)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j", "j")
        app.list.show(range(5, 50), app.load)  # the first five were marked, and done with
        assert app.list.key == 5
        app.list.show([7, 8, 9], app.load)
        assert app.list.key == 7
        app.list.go(9)
        app.list.show([7, 8], app.load)
        assert app.list.key == 8
        app.list.show([20, 21], app.load)  # nothing of before
        assert app.list.key == 21


async def test_the_cursor_passes_over_headings() -> None:
    app = ListApp(0)
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.show([1, 2, 3, 4, 5], rows=[1, 2, 3, 4, 5], skip={1, 3})
        assert app.list.key == 2
        await press(pilot, "j")
        assert app.list.key == 4
        await press(pilot, "k", "k")
        assert app.list.key == 2


async def test_rows_of_two_lines_scroll_whole() -> None:
    app = ListApp(100, height=2)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "pagedown", "pagedown")
        await settle(pilot)
        assert app.list.position == 18
        assert app.list.scroll_offset.y == 18


async def test_a_click_moves_and_a_double_click_opens() -> None:
    app = ListApp(100)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await pilot.click("#list", offset=(5, 7))
        assert app.list.position == 7
        await pilot.click("#list", offset=(5, 7), times=2)
        await settle(pilot)
        assert app.chosen == [70]


async def test_rows_that_are_asked_again_replace_the_old_ones() -> None:
    app = ListApp(10)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)

        async def later(keys: Sequence[Any]) -> Sequence[Any]:
            return [key * 1000 for key in keys]

        app.list.show(range(10), later)
        await settle(pilot)
        assert "row 9000" in seen(pilot)
        app.list.put(9, 77)
        await settle(pilot)
        assert "row 77" in seen(pilot)


async def test_no_size_is_too_small() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        for width, height in ((5, 3), (1, 1), (120, 40), (3, 30)):
            await resize(pilot, width, height)
            await press(pilot, "G", "j", "k", "home")


async def test_the_terminals_own_cursor_follows_the_row() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "j")
        assert tuple(app.cursor_position) == (0, 3)


async def test_the_bar_beside_a_list_stands_where_the_list_does() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        bar = app.list.vertical_scrollbar

        def drawn() -> str:
            return "".join(strip.text for strip in bar.render_lines(bar.size.region))

        for keys in (["j"], ["pagedown"] * 3, ["G"], ["pageup"], ["home"]):
            await press(pilot, *keys)
            before = drawn()
            bar.notify_style_update()  # as if it had never been drawn
            bar.refresh()
            assert drawn() == before, keys
