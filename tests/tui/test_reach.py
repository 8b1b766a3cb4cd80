"""What can be done can be done on screen: every daily verb has a key, every key does something, no key does two things.

With PLE_TEST_ALL=1 every key is pressed in every place, also where it means nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
from textual.binding import Binding

from ple.cli.main import cli
from ple.tui.commands import ALSO, Verb, Verbs, rooms
from ple.tui.keys import contexts, verbs

from .daily import DAILY, SELDOM
from .pilots import DIALOGS
from .world import opened, press, settle, whole

ALL = bool(os.environ.get("PLE_TEST_ALL"))
DOCS = Path(__file__).parents[2] / "docs" / "screens.md"


def commands(of: click.Command = cli, path: str = "") -> Iterator[str]:
    """Give every verb of the command line."""
    if not isinstance(of, click.Group):
        yield path
        return
    context = click.Context(of)
    for name in of.list_commands(context):
        if (found := of.get_command(context, name)) is not None:
            yield from commands(found, f"{path} {name}".strip())


def test_every_verb_that_a_person_does_daily_is_reachable_on_screen() -> None:
    known = {verb.id for verb in verbs()} | {id for cases in DIALOGS.values() for id in cases}
    assert {command: id for command, id in DAILY.items() if id not in known} == {}
    patterns = [pattern for some in SELDOM.values() for pattern in some]
    undecided = [
        command
        for command in commands()
        if command not in DAILY and not any(fnmatch(command, pattern) for pattern in patterns)
    ]
    assert not undecided, "is it done daily? then it needs a key: see daily.py"
    assert set(DAILY) <= set(commands())
    said = DOCS.read_text(encoding="utf-8")
    assert [command for command in DAILY if f"`{command}`" not in said] == [], "docs/screens.md does not name them"


def test_every_key_does_something_and_no_key_does_two_things_in_one_place() -> None:
    for place, bindings in contexts():
        taken: dict[str, str] = {}
        for binding in bindings:
            if not isinstance(binding, Binding):
                continue
            assert binding.id, f"{binding.key} in {place} cannot be given another key"
            assert binding.description, f"{binding.id} has no name to be found by"
            for key in binding.key.split(","):
                assert taken.setdefault(key, binding.id) == binding.id, f"{key} is twice in {place}"
    for _, title, room in rooms():
        for binding in room.BINDINGS:
            name = binding.action.partition("(")[0]
            owner, _, rest = name.rpartition(".")
            assert owner or hasattr(room, f"action_{rest}"), f"{title}: {binding.action}"


def test_verbs_are_found_by_what_they_are_called_elsewhere() -> None:
    named = {one.id: one.description for _, bindings in contexts() for one in bindings}
    assert ALSO.keys() - named.keys() == {"colours"}
    for typed, id in (("help", "help"), ("mark all as read", "feeds.mark-all"), ("del", "library.remove")):
        assert Verb(named[id], "", lambda: None, ALSO[id]).is_called(typed)
    assert not Verb("Remove", "", lambda: None, ALSO["library.remove"]).is_called("remove theme")


@whole
async def test_the_palette_has_every_verb_of_every_place_once(typical: Path) -> None:
    async with opened(typical) as pilot:
        said = [verb.name for verb in Verbs(pilot.app.screen, None)._verbs()]
        assert len(said) == len(set(said))
        for _, title, room in rooms():
            for binding in room.BINDINGS:
                if binding.description and binding.id:
                    assert f"{title}: {binding.description}" in said or binding.description in said, binding


def defects(pilot: Any) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications if "went wrong in ple itself" in str(note.message)]


@pytest.mark.skipif(not ALL, reason="long; PLE_TEST_ALL=1 runs it")
@pytest.mark.parametrize("place", ["1", "2", "3", "4", "alt+5", "6", "7", "0"])
@pytest.mark.parametrize("world", ["typical", "empty"])
async def test_no_key_of_any_place_ends_in_a_defect(
    place: str, world: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(world)
    keys = sorted(
        {key for _, bindings in contexts() for one in bindings for key in one.key.split(",")} - {"ctrl+q", "q"}
    )
    keys = [key for key in keys if key not in ("E", "ctrl+e", "R", "r")]  # editors, and servers that are not there
    async with opened(folder, place, config_folder=tmp_path, size=(100, 30)) as pilot:
        for key in keys:
            await press(pilot, key)
            assert not defects(pilot), key
            for _ in range(4):
                if len(pilot.app.screen_stack) == 1:
                    break
                await press(pilot, "escape")
                if len(pilot.app.screen_stack) > 1:
                    await press(pilot, "n")
            while len(pilot.app.screen_stack) > 1:
                pilot.app.pop_screen()
                await settle(pilot)
            await press(pilot, f"alt+{place[-1]}")
