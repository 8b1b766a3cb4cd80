"""The settings on screen: values, keys of one's own, what is told to whom, and where one was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ple.settings import writing
from ple.settings.settings import load
from ple.tui.dialogs import Confirm
from ple.tui.keys import clashes, keymap
from ple.tui.memory import Memory
from ple.tui.sheet import Sheet

from .world import NOW, opened, press, seen, settle, type_in, whole


async def find(pilot: Any, words: str) -> None:
    await press(pilot, "slash")
    await type_in(pilot, words)
    await press(pilot, "enter")


@whole
async def test_a_setting_is_changed_at_once_and_the_learners_comments_stay(typical: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text("# mine\nfeeds_at_once = 4  # slow line\n")
    async with opened(typical, "0", config_folder=config) as pilot:
        assert "Feeds at once" in seen(pilot)
        await press(pilot, "enter")
        await find(pilot, "light")  # there is no filter in a list to choose from: the keys go on
        await press(pilot, "escape")
        await find(pilot, "minutes")
        await press(pilot, "enter")
        await type_in(pilot, "x")  # 30x
        await press(pilot, "enter")
        assert any("whole number" in str(note.message) for note in pilot.app._notifications)
        assert load(config).refresh_minutes == 30
        await press(pilot, "enter", "backspace", "backspace")
        await type_in(pilot, "5")
        await press(pilot, "enter")
        assert load(config).refresh_minutes == 5
        assert (config / "config.toml").read_text().startswith("# mine\nfeeds_at_once = 4  # slow line\n")
        await press(pilot, "d")
        assert load(config).refresh_minutes == 30


@whole
async def test_a_theme_is_put_on_at_once(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "0", "enter", config_folder=tmp_path) as pilot:
        await press(pilot, *"jjjj", "enter")
        chosen = load(tmp_path).theme
        assert chosen != "auto"
        assert pilot.app.theme == chosen


async def test_a_verb_gets_another_key_and_a_key_that_is_taken_is_told(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "0", config_folder=tmp_path) as pilot:
        await find(pilot, "undo the last")
        await press(pilot, "enter", "f9")
        assert load(tmp_path).keys == {"undo": "f9"}
        await press(pilot, "escape", "2", "m", "f9")
        assert "Taken back" in seen(pilot)
        await press(pilot, "0")
        await find(pilot, "undo the last")
        await press(pilot, "enter", "R")  # all feeds
        assert isinstance(pilot.app.screen, Confirm)
        assert "Refresh all feeds" in seen(pilot)
        await press(pilot, "n")
        assert load(tmp_path).keys == {"undo": "f9"}
        await press(pilot, "d")
        assert load(tmp_path).keys == {}


def test_keys_in_the_file_that_cannot_work_are_told_in_sentences() -> None:
    said = clashes({"undo": "R", "undoo": "z", "feeds.star": "ctrl+k"})
    assert said[0] == "R is “Undo the last change” and also “Refresh all feeds” (everywhere)"
    assert "“undoo”, which is no verb; undo is" in " ".join(said)
    assert not any("ctrl+k" in one for one in said)
    assert keymap({"undo": "?, f9"}) == {"undo": "question_mark,f9"}
    assert not clashes({})


def test_what_stands_in_a_file_that_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    import pytest

    from ple.settings.settings import SettingsError

    (tmp_path / "config.toml").write_text("theme = ")
    with pytest.raises(SettingsError):
        writing.change(tmp_path, "theme", "nord")
    assert (tmp_path / "config.toml").read_text() == "theme = "


@whole
async def test_a_store_of_records_hears_only_what_was_shown_and_agreed_to(typical: Path, publisher: Any) -> None:
    def answer(request: Any) -> None:
        request.send_response(200)
        body = json.dumps({"version": ["1.0.3"], "statements": []}).encode()
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    publisher.handle("/xapi/about", answer)
    publisher.handle("/xapi/statements?limit=1", answer)
    async with opened(typical, "0", size=(120, 40)) as pilot:
        await press(pilot, "0")
        store = await pilot.app.ask(
            lambda environment: environment.records.connect(publisher.url + "/xapi", "name", "secret")
        )
        event = next(event.event for event in store.events if event.kept)
        pilot.app.screen.reload()
        await settle(pilot)
        await find(pilot, f"{event} not decided")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Sheet)
        assert '"verb"' in seen(pilot)
        await press(pilot, "escape")
        told = await pilot.app.ask(lambda environment: environment.records.store(store.id))
        assert all(one.allowed is None for one in told.events)
        await press(pilot, "enter", "y")
        told = await pilot.app.ask(lambda environment: environment.records.store(store.id))
        assert [one.event for one in told.events if one.allowed] == [event]


async def test_the_screens_open_where_they_were_left(typical: Path, tmp_path: Path) -> None:
    path = tmp_path / "state" / "screens.json"
    async with opened(typical, "7", "v", "4", "j", memory=Memory(path)) as pilot:
        key = pilot.app.screen.list.key
        await press(pilot, "ctrl+q")
    async with opened(typical, memory=Memory(path)) as pilot:
        assert pilot.app.current_mode == "journal"
        assert pilot.app.screen.list.key == key
        await press(pilot, "7")
        assert "Badges and certificates" in seen(pilot)
        assert json.loads(path.read_text())["place"] == "journal"
    path.write_text("{broken")
    async with opened(typical, memory=Memory(path)) as pilot:
        assert pilot.app.current_mode == "today"
    assert NOW
