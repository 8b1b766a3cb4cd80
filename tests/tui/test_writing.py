"""Writing on screen: links that are found, a preview, colours, and drafts that no crash takes."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

from textual.keys import _character_to_key

from ple.tui import drafts
from ple.tui.dialogs import Confirm
from ple.tui.drafts import Draft, Work
from ple.tui.screens.editor import Editor
from ple.tui.widgets.markdown_area import highlights

from .world import NOW, opened, press, seen, send, settle, type_in, whole


def editor(pilot: Any) -> Editor:
    screen = pilot.app.screen
    assert isinstance(screen, Editor)
    return screen


async def entries(pilot: Any) -> list[str]:
    return await pilot.app.ask(
        lambda environment: [environment.journal.entry(id).text for id in environment.journal.entry_ids()]
    )


async def test_two_brackets_find_a_title_to_link_to(typical: Path) -> None:
    async with opened(typical, "w") as pilot:
        await type_in(pilot, "See [[desirab")
        assert "Desirable difficulties" in seen(pilot)
        await press(pilot, "enter")
        await type_in(pilot, " and [[plan for")
        await press(pilot, "tab")
        assert editor(pilot).area.text == "See [[Desirable difficulties]] and [[My plan for statistics]]"
        await type_in(pilot, " [[nothing of this name")
        await press(pilot, "enter")  # nothing is offered: it is a new line
        assert editor(pilot).area.text.endswith("name\n")
        await press(pilot, "ctrl+s", "4")
        linked = await pilot.app.ask(lambda environment: environment.journal.entries(limit=1)[0].id)
        links = await pilot.app.ask(lambda environment: environment.journal.entry(linked).links)
        assert {link.kind for link in links} >= {"bookmark", "journal"}


@whole
async def test_escape_closes_what_is_offered_before_it_leaves(typical: Path) -> None:
    async with opened(typical, "w") as pilot:
        await type_in(pilot, "[[desi")
        await press(pilot, "escape")
        assert "bookmark" not in seen(pilot)
        assert editor(pilot).area.text == "[[desi"


@whole
async def test_the_preview_stands_beside_the_text_or_in_its_place(typical: Path) -> None:
    async with opened(typical, "4", "e", "f6", size=(120, 40)) as pilot:
        assert "▌ A feature, not a flaw" in seen(pilot)
        assert "> A feature, not a flaw" in seen(pilot)
        await press(pilot, "enter", "enter")
        await type_in(pilot, "- one more")
        assert "• one more" in seen(pilot)
        await press(pilot, "f6")
        assert "▌" not in seen(pilot)
    async with opened(typical, "4", "e", "ctrl+r") as pilot:
        assert "▌ A feature, not a flaw" in seen(pilot)
        assert "> A feature, not a flaw" not in seen(pilot)


def test_markdown_is_coloured_where_it_stands() -> None:
    assert highlights("## Head") == ((0, 7, "heading"),)
    assert (3, 8, "strong") in highlights("é **b** c")  # bytes, not characters
    assert {name for _, _, name in highlights("- *a* `b` [[c]] #tag #12 https://d.example")} == {
        "mark", "em", "code", "link", "tag",
    }  # fmt: skip
    assert highlights("plain 2 * 3 * 4 and snake_case_name") == ()


async def test_a_draft_outlives_the_window_and_goes_on_at_the_next_start(typical: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "drafts"
    async with opened(typical, "w", drafts=folder) as pilot:
        await type_in(pilot, "Half a thought")
        editor(pilot).save_draft()  # what happens a second after the last key
        assert "draft saved" in seen(pilot)
        [path] = folder.glob("*.json")
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert drafts.left_behind(folder) == []  # it is held
    async with opened(typical, drafts=folder) as pilot:
        assert isinstance(pilot.app.screen, Confirm)
        assert "Half a thought" in seen(pilot)
        await press(pilot, "n", "D")  # later, by its key
        await press(pilot, "enter")
        await type_in(pilot, " and the rest")
        await press(pilot, "ctrl+s")
        assert (await entries(pilot)).count("Half a thought and the rest") == 1
        assert not list(folder.iterdir())


async def test_keys_that_come_faster_than_the_text_grows_are_all_kept_and_none_after(typical: Path) -> None:
    words = "Typed while the machine was busy"
    async with opened(typical, "w") as pilot:
        for character in words + "x":
            send(pilot, _character_to_key(character), character)
        send(pilot, "backspace", None)
        send(pilot, "ctrl+s", None)
        send(pilot, "4", "4")
        await settle(pilot)
        assert words in await entries(pilot)
        assert pilot.app.current_mode == "journal", "what comes after it is for the place"
        await press(pilot, "w")
        for character in "not lost":
            send(pilot, _character_to_key(character), character)
        send(pilot, "escape", None)
        await settle(pilot)
        assert "Keep what you wrote?" in seen(pilot)
        await press(pilot, "y")
        assert "not lost" in await entries(pilot)


async def test_the_last_words_are_in_the_draft_and_in_the_other_editor_however_busy_the_machine(
    typical: Path, tmp_path: Path
) -> None:
    async with opened(typical, "w", drafts=tmp_path, editor="true") as pilot:
        for character in "Typed before the other editor":
            send(pilot, _character_to_key(character), character)
        send(pilot, "ctrl+e", None)  # what is no terminal cannot be lent: that is told, after the words were put down
        await settle(pilot)
        assert any("cannot be lent" in str(note.message) for note in pilot.app._notifications)
        assert "Typed before the other editor" in next(tmp_path.glob("*.json")).read_text()
        for character in ", and before the end":
            send(pilot, _character_to_key(character), character)
        send(pilot, "ctrl+q", None)
        await settle(pilot)
    [left] = drafts.left_behind(tmp_path)
    assert left.text == "Typed before the other editor, and before the end"


async def test_what_cannot_be_kept_stays_in_sight_with_the_reason_and_is_kept_once(
    typical: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "drafts"
    async with opened(typical, "4", "e", drafts=folder) as pilot:
        await type_in(pilot, " What I think of it")
        about = await pilot.app.ask(lambda environment: environment.journal.entry_ids()[0])
        await pilot.app.ask(lambda environment: environment.journal.remove([about]))  # as another window does
        await press(pilot, "ctrl+s")
        words = editor(pilot).area.text
        assert words.endswith("Next: interleave. What I think of it")
        assert "! Not kept. ctrl+s keeps it as an entry of its own" in seen(pilot)
        assert words not in await entries(pilot)
        assert len(list(folder.glob("*.json"))) == 1, "it goes on in the draft that it had"
        written = editor(pilot)
        written.action_keep()
        written.action_keep()  # a key that is held sends it only once
        await settle(pilot)
        assert (await entries(pilot)).count(words) == 1
        assert not isinstance(pilot.app.screen, Editor)
        assert not list(folder.iterdir())


async def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten_unasked(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "4", "e", drafts=tmp_path) as pilot:
        await type_in(pilot, " Mine.")
        id = await pilot.app.ask(lambda environment: environment.journal.entry_ids()[0])
        await pilot.app.ask(lambda environment: environment.journal.revise(id, text="# Said elsewhere"))
        await press(pilot, "ctrl+s")
        assert "! Not kept: it was changed elsewhere meanwhile. ctrl+s keeps yours" in seen(pilot)
        assert (await entries(pilot))[0] == "# Said elsewhere"
        assert editor(pilot).area.text.endswith(" Mine.")
        await press(pilot, "ctrl+s")
        assert (await entries(pilot))[0].endswith(" Mine.")
        assert list(tmp_path.glob("*.json")) == []
        await press(pilot, "e")
        await type_in(pilot, " More.")
        await press(pilot, "ctrl+s")
        assert (await entries(pilot))[0].endswith(" Mine. More.")


@whole
async def test_words_are_not_kept_in_a_library_that_was_deleted_meanwhile(empty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    async with opened(empty, "4", "a", drafts=folder) as pilot:
        await type_in(pilot, "What I think of it")
        shutil.rmtree(empty)
        await press(pilot, "ctrl+s")
        assert "! Not kept. ctrl+s tries again: the library was moved or deleted" in seen(pilot)
        assert editor(pilot).area.text == "What I think of it"
        await press(pilot, "escape", "l", "R", "r")
        assert not empty.exists(), "no refresh makes another in its place"
    assert [left.text for left in drafts.left_behind(folder)] == ["What I think of it"]


@whole
async def test_what_was_kept_before_the_crash_is_not_offered_again(typical: Path, tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    async with opened(typical, "w", drafts=folder) as pilot:
        await type_in(pilot, "Said once")
        editor(pilot).save_draft()
        [path] = folder.glob("*.json")
        shutil.copy(path, tmp_path / "copy.json")
        await press(pilot, "ctrl+s")
    shutil.copy(tmp_path / "copy.json", path)  # killed between the library and the draft
    async with opened(typical, drafts=folder) as pilot:
        assert not isinstance(pilot.app.screen, Confirm)
        assert (await entries(pilot)).count("Said once") == 1
        assert not list(folder.glob("*.json"))


@whole
async def test_a_draft_of_an_entry_goes_on_where_it_was_or_becomes_an_entry_if_that_is_gone(
    typical: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "drafts"
    async with opened(typical, "4", "e", drafts=folder) as pilot:
        await type_in(pilot, " More.")
        editor(pilot).save_draft()
    (folder / "broken.json").write_text("{")
    async with opened(typical, "y", drafts=folder) as pilot:
        assert editor(pilot).area.text.endswith("interleave. More.")
        await press(pilot, "escape", "n", "y")  # throw away, yes
        assert [path.name for path in folder.glob("*.json")] == ["broken.json"]
        id = await pilot.app.ask(lambda environment: environment.journal.entry_ids()[0])
        await pilot.app.ask(lambda environment: environment.journal.remove([id]))
    lost = Draft(folder, Work("entry", "What I read", id), NOW)
    assert lost.save("Words whose entry is gone")
    lost.let_go()
    async with opened(typical, "y", drafts=folder) as pilot:
        await press(pilot, "ctrl+s")
        assert "Words whose entry is gone" in await entries(pilot)


@whole
async def test_leaving_the_app_while_writing_keeps_the_draft(typical: Path, tmp_path: Path) -> None:
    async with opened(typical, "w", drafts=tmp_path) as pilot:
        await type_in(pilot, "In the middle")
        await press(pilot, "ctrl+q")
    [left] = drafts.left_behind(tmp_path)
    assert left.text == "In the middle"
    drafts.forget(left)
    assert drafts.left_behind(tmp_path) == []


@whole
async def test_the_calendar_marks_the_days_and_leads_to_their_entries(typical: Path) -> None:
    async with opened(typical, "4", "left") as pilot:
        assert " November 2026" in seen(pilot)
        assert "19•" in seen(pilot)
        await press(pilot, "down", "enter")
        assert pilot.app.focused is pilot.app.screen.list
