"""What somebody stumbled over in the first hour, and what took longer to mend: undo, two windows, keys typed ahead."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from ple.environment import Environment
from ple.tui import drafts
from ple.tui.dialogs import Answer, Confirm
from ple.tui.list_room import FilterField, ListRoom
from ple.tui.widgets.bar import KeyLine

from .test_first_hour import at_once
from .world import TestedApp, environment_at, opened, press, seen, send, settle, type_in, until, whole


def room(pilot: Pilot[Any]) -> ListRoom:
    return cast("ListRoom", pilot.app.screen)


def last_line(pilot: Pilot[Any]) -> str:
    return room(pilot).query_one(KeyLine).message


def titles(pilot: Pilot[Any]) -> list[str]:
    lines = room(pilot).list
    return [cast("Any", lines.row_of(key)).thing.title for key in lines.keys]


async def test_what_was_taken_back_can_be_done_again_after_reading_on(typical: Path) -> None:
    async with opened(typical, "2", "s", "u", "j", "enter", "escape", "U") as pilot:
        assert last_line(pilot).startswith("Done again: Starred")


async def test_u_takes_back_and_big_u_does_it_again(typical: Path) -> None:
    async with opened(typical, "4", "d") as pilot:
        assert len(titles(pilot)) == 2
        await press(pilot, "u")
        assert last_line(pilot) == "Taken back: Removed “What I read” · U does it again"
        assert len(titles(pilot)) == 3
        await press(pilot, "U")
        assert last_line(pilot) == "Done again: Removed “What I read” · u takes it back"
        assert len(titles(pilot)) == 2
        await press(pilot, "U")
        assert "nothing to do again.\nWhat was taken back" in str(next(iter(pilot.app._notifications)).message)


async def test_each_window_takes_back_its_own_and_asks_before_it_takes_back_anothers(typical: Path) -> None:
    elsewhere = Environment(typical)
    try:
        async with opened(typical, "4") as pilot:
            key = room(pilot).list.key
            await press(pilot, "G", "d")
            assert isinstance(key, int)
            elsewhere.journal.revise(key, text="# Said elsewhere")
            await press(pilot, "u")
            assert titles(pilot) == ["Said elsewhere", "My plan for statistics", "Begun"]
            await press(pilot, "u")
            assert isinstance(pilot.app.screen, Confirm)
            assert "Take back what was not done here?" in seen(pilot)
            assert "Edited “What I read”, " in seen(pilot)
            await press(pilot, "n")
            assert titles(pilot)[0] == "Said elsewhere"
            await press(pilot, "u", "y")
            assert titles(pilot)[0] == "What I read"
            assert last_line(pilot).endswith("U does it again")
    finally:
        elsewhere.close()


@whole
async def test_nothing_else_takes_the_place_of_an_article_that_is_taken_away_elsewhere(typical: Path) -> None:
    elsewhere = Environment(typical)
    try:
        async with opened(typical, "4", "enter") as pilot:
            assert room(pilot).PANES[room(pilot).at] == "article"
            key = room(pilot).list.key
            assert isinstance(key, int)
            elsewhere.journal.remove([key])
            await room(pilot).learning.watch_library()  # as it does once a second
            await until(pilot, lambda: room(pilot).list.key != key)
            assert room(pilot).PANES[room(pilot).at] == "list"
            assert last_line(pilot) == "“What I read” was taken away elsewhere"
            await press(pilot, "enter", "d")  # by oneself: on to the next, as before
            assert room(pilot).PANES[room(pilot).at] == "article"
    finally:
        elsewhere.close()


@whole
async def test_what_came_after_it_elsewhere_has_to_go_first(typical: Path) -> None:
    elsewhere = Environment(typical)
    try:
        async with opened(typical, "4", "e") as pilot:
            await type_in(pilot, " More.")
            await press(pilot, "ctrl+s")
            key = room(pilot).list.key
            assert isinstance(key, int)
            elsewhere.journal.revise(key, text="# Said elsewhere")
            await press(pilot, "u")
            assert "Take back first what came after it?" in seen(pilot)
            assert "Edited “What I read” cannot go alone." in seen(pilot)
            assert elsewhere.journal.entry(key).title == "Said elsewhere"
            await press(pilot, "y", "u")
            assert "More." not in elsewhere.journal.entry(key).text
    finally:
        elsewhere.close()


@whole
@pytest.mark.parametrize("place", ["4", "3"])
async def test_d_twice_at_once_removes_one(typical: Path, place: str) -> None:
    async with opened(typical, place) as pilot:
        before = len(room(pilot).list.keys)
        at_once(pilot, "d", "d")
        await settle(pilot)
        assert len(room(pilot).list.keys) == before - 1
        await until(pilot, lambda: room(pilot) not in _pressed())
        await press(pilot, "d")
        assert len(room(pilot).list.keys) == before - 2


def _pressed() -> Any:
    from ple.tui.habits import _pressed

    return _pressed


@whole
async def test_what_is_being_written_can_wait(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "4", "a", drafts=tmp_path) as pilot:
        await type_in(pilot, "Half a thought")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Answer)
        await press(pilot, "escape")
        await type_in(pilot, "!")
        await press(pilot, "escape", "l")
        assert last_line(pilot) == "It waits as a draft: D goes on with it"
        assert [(left.text, left.later) for left in drafts.left_behind(tmp_path)] == [("Half a thought!", True)]
    async with opened(typical, drafts=tmp_path) as pilot:
        assert last_line(pilot) == "A draft waits: D goes on with it"  # no question at each start
        await press(pilot, "4", "D", "enter")
        await type_in(pilot, "!")
        await press(pilot, "ctrl+s")
        assert titles(pilot)[0] == "Half a thought!!"
        assert drafts.left_behind(tmp_path) == []


@whole
async def test_where_there_is_nothing_the_last_line_names_what_can_be_done(empty: Path, typical: Path) -> None:
    async with opened(empty, "2") as pilot:
        line = seen(pilot).splitlines()[-1]
        assert line.startswith(" a Add feed")
        assert "Star" not in line
    async with opened(typical, "4", "slash") as pilot:
        await type_in(pilot, "nothing of this")
        await press(pilot, "enter", "down")
        assert "Remove" not in seen(pilot).splitlines()[-1]
        await press(pilot, "escape")
        assert "Edit" in seen(pilot).splitlines()[-1]


@whole
@pytest.mark.parametrize("keys", ["5", "4 slash"])
async def test_a_search_that_takes_its_time_says_so(keys: str, typical: Path) -> None:
    async with opened(typical, *keys.split()) as pilot:
        await pilot.app.ask(lambda environment: environment.journal.write("Something new"))  # type: ignore[attr-defined]
        with closing(sqlite3.connect(typical / "search" / "index.sqlite", isolation_level=None)) as busy:
            busy.execute("BEGIN IMMEDIATE")
            at_once(pilot, *"begun")
            while "Looking through all you keep …" not in seen(pilot):
                await pilot.pause()
            busy.execute("ROLLBACK")
        await settle(pilot)
        assert "1 for “begun”" in seen(pilot) or "1 found" in seen(pilot)


@whole
async def test_today_says_what_to_do_first_where_nothing_is_followed(empty: Path, typical: Path) -> None:
    async with opened(empty, "1") as pilot:
        assert "You follow nothing yet: 2 and then a" in seen(pilot)
        assert "came in is read" not in seen(pilot)


async def test_keys_that_come_before_the_list_are_dealt_with_when_it_is_there(typical: Path) -> None:
    go = threading.Event()

    def open_late() -> Environment:
        go.wait(60)
        return environment_at(typical)

    app = TestedApp(typical)
    app.doors._open = open_late
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            at_once(pilot, "4")
            while app.current_mode != "journal" or not isinstance(app.screen, ListRoom) or app.focused is None:
                await pilot.pause()
            at_once(pilot, "j", "X", "j")
            send(pilot, "enter", None)
            await pilot.pause()
            assert not room(pilot).list.keys
            go.set()
            await settle(pilot)
            assert room(pilot).list.position == 2
            assert len(room(pilot).targets()) == 2
            assert getattr(app.focused, "id", None) == "article"
            assert "Begun" in seen(pilot)
    finally:
        go.set()
        app.doors.close()


@whole
async def test_what_is_said_over_a_question_is_seen(typical: Path) -> None:
    async with opened(typical, "4", "t") as pilot:
        pilot.app.say("Saved “A page” · u undoes")
        await settle(pilot)
        assert [str(note.message) for note in pilot.app._notifications] == ["Saved “A page” · u undoes"]


@whole
async def test_ctrl_z_says_that_it_cannot_where_there_is_no_shell(typical: Path) -> None:
    async with opened(typical, "4", "ctrl+z") as pilot:
        assert "cannot be put aside here" in last_line(pilot)


@whole
async def test_a_filter_takes_the_words_of_the_search_and_what_it_does_not_know_is_text(typical: Path) -> None:
    async with opened(typical, "2", "slash") as pilot:
        await type_in(pilot, "is:starred")
        assert len(room(pilot).list.keys) == 1
        for typed, left in (("is:star", 60), ("is:read", 4), ("kind:none", 0), ("since:never", 0), ("tag:", 60)):
            room(pilot).query_one(FilterField).value = typed
            await settle(pilot)
            assert len(room(pilot).list.keys) == left, typed
        assert not pilot.app._notifications
        await press(pilot, "escape", "3", "left", "G", "enter", "slash")  # a shelf of things of several kinds
        await type_in(pilot, "journal tag:mem")
        assert not pilot.app._notifications


def test_what_is_not_finished_asks_for_nothing_and_what_is_not_understood_is_text() -> None:
    from ple.tui.filtering import as_text, finished

    assert finished("memory is:unr") == "memory"
    assert finished("is:unread") == "is:unread"
    assert finished("-tag:") == ""
    assert finished("https://x.example") == "https://x.example"
    assert as_text('is:odd -kind:none tag:x is:read in:"A b" plain') == (
        '"is:odd" -"kind:none" tag:x is:read "in:A b" plain'
    )
