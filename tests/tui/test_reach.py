"""What can be done can be done on screen: every daily verb has a key, every key does something, no key does two things.

With PLE_TEST_ALL=1 every key of every place is pressed, and every screen is drawn in each size, theme and library.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding

from ple.tui.commands import Verbs, rooms
from ple.tui.keys import contexts, verbs

from .world import environment_at, opened, press, settle, whole

ALL = bool(os.environ.get("PLE_TEST_ALL"))
DAILY = {
    "feeds add": "feeds.add", "feeds update": "feeds.refresh", "feeds edit": "feeds.rename",
    "feeds pause": "feeds.pause",
    "feeds remove": "feeds.unfollow", "feeds import": "feeds.import", "feeds export": "feeds.export",
    "feeds health": "feeds.health", "feeds find": "feeds.add", "entries list": "go.feeds", "entries show": "list.open",
    "entries read": "feeds.mark", "entries star": "feeds.star", "entries save": "feeds.save",
    "entries open": "thing.browse",
    "bookmarks add": "library.add", "bookmarks list": "go.library", "bookmarks edit": "library.edit",
    "bookmarks remove": "library.remove", "bookmarks refresh": "library.fetch", "bookmarks open": "thing.browse",
    "bookmarks cite": "library.cite", "bookmarks import": "library.import", "journal write": "write",
    "journal edit": "journal.edit", "journal remove": "journal.remove", "journal prompts": "journal.prompt",
    "journal list": "go.journal", "tag": "thing.tag", "link": "editor.link", "search": "go.search",
    "collections put": "library.collect", "portfolio init": "portfolio.site", "portfolio add": "thing.portfolio",
    "portfolio list": "go.portfolio", "portfolio remove": "portfolio.remove", "portfolio build": "portfolio.build",
    "portfolio serve": "portfolio.look", "portfolio check": "portfolio.check", "portfolio publish": "portfolio.publish",
    "portfolio badges import": "portfolio.import", "portfolio badges verify": "portfolio.verify",
    "lms connect": "handin.connect", "lms assignments": "go.handin", "lms hand-in": "handin.hand-in",
    "lms sync": "handin.sync", "lms receipts": "handin.view", "lms outbox allow": "handin.allow",
    "lms outbox drop": "handin.drop", "lms receipts export": "handin.write-out", "xapi consent": "settings.change",
    "undo": "undo", "today": "go.today",
}  # fmt: skip
"""Verbs of the command line that a person does day by day, and what does them on screen."""


def test_every_daily_verb_is_reachable_on_screen() -> None:
    known = {verb.id for verb in verbs()}
    assert {command: id for command, id in DAILY.items() if id not in known} == {}


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


@pytest.fixture
def huge(typical: Path, publisher: Any) -> Path:
    """A library with thousands of entries whose titles are long, wide, and written from the right."""
    titles = (
        "A" * 300,
        "学習ログの付け方" * 30,
        "مرحبا بالعالم",
        "👩‍👩‍👧‍👦 family",
        "zero\u200bwidth",
        "[red]markup[/]",
        "",
    )
    items = "".join(f"<item><title>{titles[n % 7]}</title><guid>{n}</guid></item>" for n in range(3000))
    feed = f"<rss version='2.0'><channel><title>{'Huge ' * 40}</title>{items}</channel></rss>"
    environment = environment_at(typical)
    try:
        environment.feeds.add(publisher.publish("/huge", feed, Content_Type="application/rss+xml"))
        for number in range(60):
            environment.journal.write(f"# {titles[number % 7]}\n\n{'words ' * 2000}", tags=[f"tag{number}"])
    finally:
        environment.close()
    return typical


@pytest.mark.skipif(not ALL, reason="long; PLE_TEST_ALL=1 runs it")
@pytest.mark.parametrize("theme", ["ple-dark", "ple-light", "ple-contrast"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("world", ["empty", "typical", "huge"])
async def test_every_screen_is_drawn_whole_and_legible(
    world: str, size: tuple[int, int], theme: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(world)
    looks = (
        "1", "2", "3", "4", "alt+5", "6", "7", "0", "2 enter", "3 left", "4 left", "7 v", "6 v", "6 v", "0 enter",
        "2 question_mark", "3 t", "4 a", "4 p", "7 i", "f2", "2 colon",
    )  # fmt: skip
    async with opened(folder, size=size, theme=theme, config_folder=tmp_path) as pilot:
        for look in looks:
            await press(pilot, *look.split())
            strips = pilot.app.screen._compositor.render_strips()
            assert len(strips) == size[1], look
            assert {strip.cell_length for strip in strips} == {size[0]}, look
            for strip in strips:
                for segment in strip:
                    style = segment.style
                    if segment.text.strip(" ▕▏▎▁▂▃▄▅▆▇█▔") and style and style.color and style.bgcolor:
                        assert style.color.is_default or style.color != style.bgcolor, (look, segment)
            assert "<svg" in pilot.app.export_screenshot()[:200]
            assert not defects(pilot), look
            await press(pilot, "escape", "escape")
            while len(pilot.app.screen_stack) > 1:
                pilot.app.pop_screen()
                await settle(pilot)
