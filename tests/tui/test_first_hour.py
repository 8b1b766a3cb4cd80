"""What somebody stumbled over in the first hour with the screens."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, cast

from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Input

from ple.environment import Environment
from ple.tui import drafts
from ple.tui.dialogs import Ask, Choose
from ple.tui.list_room import ListRoom

from .world import opened, press, seen, send, settle, type_in, until, whole


class Lent(HeadlessDriver):
    """A terminal that can be lent, and knows whether it came back."""

    away = 0

    @property
    def can_suspend(self) -> bool:
        return True

    def suspend_application_mode(self) -> None:
        self.away += 1

    def resume_application_mode(self) -> None:
        self.away -= 1


def at_once(pilot: Any, *keys: str) -> None:
    """Send keys as a slow line does: all of them before the first is dealt with."""
    for key in keys:
        send(pilot, key, key if len(key) == 1 else None)


async def test_keys_that_come_with_an_answer_close_nothing_else(typical: Path) -> None:
    async with opened(typical, "4") as pilot:
        answers: list[int | None] = []
        pilot.app.push_screen(Choose("Which?", [(1, "one"), (2, "two")]), answers.append)
        await settle(pilot)
        at_once(pilot, "2", "1")
        await settle(pilot)
        assert answers == [2]
        assert "What I read" in seen(pilot)
        await press(pilot, "G")
        at_once(pilot, "g", "g")
        await settle(pilot)
        assert cast("ListRoom", pilot.app.screen).list.position == 0
        at_once(pilot, "t", "d", "x")
        await settle(pilot)
        assert pilot.app.screen.query_one(Input).value == "memorydx"
        await press(pilot, "escape", "3", "a", "h", "i", "escape", "a")
        assert pilot.app.screen.query_one(Input).value == "hi"
        await press(pilot, "o", "ctrl+s")
        assert not isinstance(pilot.app.screen, Ask)


async def test_an_editor_that_is_not_there_gives_the_terminal_back_and_is_named(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "w", drafts=tmp_path, editor="no-such-editor --wait") as pilot:
        driver = cast("Lent", pilot.app._driver)
        driver.__class__ = Lent
        await press(pilot, "x", "ctrl+e")
        assert driver.away == 0
        [note] = pilot.app._notifications
        assert "“no-such-editor --wait” cannot be started: no such file" in str(note.message)
        assert "Editor in Settings" in str(note.message)


async def test_a_window_that_is_closed_leaves_a_draft_of_the_last_word(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "w", drafts=tmp_path) as pilot:
        await type_in(pilot, "Begun")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(pilot, lambda: not pilot.app.is_running)
    [left] = drafts.left_behind(tmp_path)
    assert left.text == "Begun"


async def test_an_address_that_did_not_work_is_there_to_be_put_right(empty: Path, publisher: Any) -> None:
    missing = publisher.publish("/feed", "", status=404).removeprefix("http://")
    async with opened(empty, "2", "a") as pilot:
        await type_in(pilot, missing)
        await press(pilot, "enter")
        [note] = pilot.app._notifications
        assert "(404).\nCheck its spelling" in str(note.message)
        assert "Looking for" not in seen(pilot)  # it is over
        await press(pilot, "a")
        assert pilot.app.screen.query_one(Input).value == missing
        pilot.app.screen.query_one(Input).value = "words of another window " * 500
        await press(pilot, "enter")
        said = str(list(pilot.app._notifications)[-1].message)
        assert "” is no address.\nGive a whole address" in said
        assert len(said) < 400
        await press(pilot, "I")
        await type_in(pilot, "/nowhere.opml")
        await press(pilot, "enter", "I")
        assert pilot.app.screen.query_one(Input).value == "/nowhere.opml"


@whole
async def test_while_words_are_selected_no_letter_acts_on_the_article(typical: Path) -> None:
    async with opened(typical, "2", "enter", "v", "d", "e", "A") as pilot:
        assert isinstance(pilot.app.screen, ListRoom)  # nothing asks whether to leave the feed
        await press(pilot, "h")
        marks = await pilot.app.ask(lambda environment: environment.highlights.highlights())
        assert len(marks) == 1


@whole
async def test_the_next_unread_entry_may_stand_above(typical: Path) -> None:
    async with opened(typical, "2", "G", "enter", "escape", "J") as pilot:
        assert cast("ListRoom", pilot.app.screen).list.position == 0


@whole
async def test_a_setting_is_taken_back_before_anything_older(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "4", "d", "0", config_folder=tmp_path) as pilot:
        await press(pilot, "slash")
        await type_in(pilot, "theme")
        await press(pilot, "enter", "enter", "j", "enter")
        changed = pilot.app.theme
        await press(pilot, "u")
        assert pilot.app.theme != changed
        assert "theme" not in (tmp_path / "config.toml").read_text()
        await press(pilot, "u", "4")
        assert "What I read" in seen(pilot)


@whole
async def test_where_it_is_narrow_escape_leads_from_the_entries_to_the_feeds(typical: Path) -> None:
    async with opened(typical, "2") as pilot:
        await press(pilot, "escape")
        assert "Inbox" in seen(pilot)
        await press(pilot, "enter")
        assert "unread of" in seen(pilot)


async def test_what_one_said_about_an_article_stands_under_it_and_leads_there_and_back(typical: Path) -> None:
    async with opened(typical, "2", "enter") as pilot:
        room = cast("ListRoom", pilot.app.screen)
        entry = room.article.thing.id if room.article else 0

        def say(environment: Environment) -> int:
            environment.highlights.add(entry, "forgetting", note="Against my grain")
            return environment.journal.write(f"So says #{entry}.", title="Why forget").id

        said = await pilot.app.ask(say)
        await pilot.app.look()
        await settle(pilot)
        await press(pilot, "escape", "enter", "end")
        assert "✎ Against my grain" in seen(pilot)
        assert f"← Why forget (journal #{said})" in seen(pilot)
        await press(pilot, "f")
        assert "← Why forget" in seen(pilot)


@whole
async def test_tab_completes_a_path_as_a_shell_does(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    for name in ("feeds-old.opml", "feeds.opml"):
        (tmp_path / "lists" / name).touch()
    async with opened(empty, "2", "I") as pilot:
        field = pilot.app.screen.query_one(Input)
        await type_in(pilot, f"{tmp_path}/li")
        await press(pilot, "tab", "f", "tab")
        assert field.value == f"{tmp_path}/lists/feeds"
        assert "feeds-old.opml, feeds.opml" in seen(pilot)
        await press(pilot, ".", "tab")
        assert field.value == f"{tmp_path}/lists/feeds.opml"
