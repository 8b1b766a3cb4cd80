"""Every key of every screen, pressed; every verb of the palette, run from where it is and from another place.

That none is forgotten is held in each run; all are tried with PLE_TEST_ALL=1.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

import ple.tui
from ple.lms.practice import PracticeLms
from ple.tui.keys import Verb, verbs

from . import worlds
from .looks import words
from .pilots import CASES, DIALOGS, ELSEWHERE, Case
from .world import NOW, copied, environment_at, opened, press, seen, type_in, until, whole

PLACES = {"1": "today", "2": "Feeds", "3": "Library", "4": "Journal", "5": "Search", "6": "Hand in", "7": "Portfolio",
          "0": "Settings"}  # fmt: skip
ALL = {verb.id: verb for verb in verbs()}
OF_DIALOGS = [(name, id) for name, cases in DIALOGS.items() for id in cases]


def declared() -> Iterator[tuple[str, Binding]]:
    """Give every binding of every class of the screens."""
    for module in pkgutil.walk_packages(ple.tui.__path__, "ple.tui."):
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name:
                for binding in kind.__dict__.get("BINDINGS", ()):
                    assert isinstance(binding, Binding), f"{name}: {binding} has no name to be found by"
                    yield name, binding


def test_every_key_and_every_verb_of_the_palette_has_a_pilot() -> None:
    assert set(CASES) | set(ELSEWHERE) == set(ALL)
    assert not set(CASES) & set(ELSEWHERE)
    others = {(name, binding.id) for name, binding in declared() if binding.id not in ALL}
    assert others == set(OF_DIALOGS)
    for where in ELSEWHERE.values():
        module, _, name = where.partition(".")
        assert hasattr(importlib.import_module(f"tests.tui.{module}"), name), where


@pytest.fixture(scope="module")
def course() -> Iterator[PracticeLms]:
    """A practice course."""
    with PracticeLms("moodle", clock=NOW.timestamp) as lms:
        yield lms


@pytest.fixture(scope="module")
def learners(typical_world: Path, tmp_path_factory: pytest.TempPathFactory, course: PracticeLms) -> Path:
    """A library with something of everything, made once."""
    folder = copied(typical_world, tmp_path_factory.mktemp("pilots") / "library")
    worlds.shown(folder)
    worlds.at_school(folder, course)
    return folder


async def go(pilot: Pilot[Any], keys: str, course: str = "") -> None:
    """Press keys; what begins with _ is typed."""
    for key in words(keys):
        if key.startswith("_"):
            await type_in(pilot, key[1:].replace("{course}", course))
        else:
            await press(pilot, key)


async def pressed(folder: Path, case: Case, keys: str, config: Path, course: PracticeLms) -> None:
    """Hold that each of the keys brings about what was not so before."""
    for number, key in enumerate(keys.split(",")):
        course.start_over()
        own = copied(folder, config / f"library {number}")
        async with opened(own, config_folder=config, drafts=own / "drafts", editor="true") as pilot:
            await go(pilot, case.before, course.url)
            assert not case.holds(pilot), f"before {key} it is so already"
            await press(pilot, key)
            await until(pilot, lambda: case.holds(pilot), 20)


@whole
@pytest.mark.parametrize("id", CASES)
async def test_each_key_does_what_it_is_for(id: str, learners: Path, tmp_path: Path, course: PracticeLms) -> None:
    await pressed(learners, CASES[id], ALL[id].keys, tmp_path, course)


@whole
@pytest.mark.parametrize(("name", "id"), OF_DIALOGS)
async def test_each_key_of_what_opens_over_a_place_does_what_it_is_for(
    name: str, id: str, learners: Path, tmp_path: Path, course: PracticeLms
) -> None:
    [keys] = {binding.key for of, binding in declared() if (of, binding.id) == (name, id)}
    await pressed(learners, DIALOGS[name][id], keys, tmp_path, course)


async def run_by_name(pilot: Pilot[Any], name: str) -> None:
    """Open the palette, type the name of a verb, and choose it."""
    await press(pilot, "ctrl+p")
    pilot.app.screen.query_one(Input).value = name
    found = pilot.app.screen.query_one(OptionList)

    def there() -> bool:
        return found.highlighted is not None and any(_named(found, n) == name for n in range(found.option_count))

    await until(pilot, there, 20)
    wanted = next(n for n in range(found.option_count) if _named(found, n) == name)
    for _ in range(wanted - (found.highlighted or 0)):
        await press(pilot, "down")
    await press(pilot, "enter")
    if type(pilot.app.screen).__name__ == "CommandPalette":
        await press(pilot, "enter")


def _named(found: OptionList, number: int) -> str:
    return str(found.get_option_at_index(number).hit.text or "")  # type: ignore[attr-defined]


@whole
@pytest.mark.parametrize("id", [id for id, case in CASES.items() if case.palette])
async def test_each_verb_of_the_palette_does_what_its_key_does(
    id: str, learners: Path, tmp_path: Path, course: PracticeLms
) -> None:
    case, verb = CASES[id], ALL[id]
    own = copied(learners, tmp_path / "library")
    async with opened(own, config_folder=tmp_path, drafts=tmp_path / "drafts", editor="true") as pilot:
        await go(pilot, case.before, course.url)
        assert not case.holds(pilot)
        await run_by_name(pilot, verb.does)
        await until(pilot, lambda: case.holds(pilot), 20)


def elsewhere(id: str) -> Verb | None:
    """Return a verb of a place that needs nothing but that one is there; such a one can be run from anywhere."""
    case, verb = CASES[id], ALL[id]
    return verb if case.palette and PLACES.get(case.before) == verb.place.removeprefix("In ") else None


@whole
@pytest.mark.parametrize("id", [id for id in CASES if elsewhere(id)])
async def test_each_verb_of_another_place_goes_there_first(
    id: str, learners: Path, tmp_path: Path, course: PracticeLms
) -> None:
    case, verb = CASES[id], ALL[id]
    own = copied(learners, tmp_path / "library")
    here = "4" if case.before != "4" else "3"
    async with opened(own, here, config_folder=tmp_path, drafts=tmp_path / "drafts", editor="true") as pilot:
        await run_by_name(pilot, f"{PLACES[case.before]}: {verb.does}")
        await until(pilot, lambda: case.holds(pilot), 20)


@whole
@pytest.mark.parametrize("by", ["key", "name", "name elsewhere"])
async def test_the_page_of_an_entry_is_saved_by_its_key_and_by_its_name(
    by: str, empty: Path, tmp_path: Path, publisher: Any
) -> None:
    page = publisher.publish("/p", "<title>A page to keep</title><p>Words", Content_Type="text/html")
    item = f"<item><title>One</title><guid>1</guid><link>{page}</link></item>"
    feed = f"<rss version='2.0'><channel><title>Feed</title>{item}</channel></rss>"
    environment = environment_at(empty)
    environment.feeds.add(publisher.publish("/feed", feed, Content_Type="application/rss+xml"))
    environment.close()
    async with opened(empty, "4" if by == "name elsewhere" else "2", config_folder=tmp_path) as pilot:
        if by == "key":
            await press(pilot, "S")
        else:
            await run_by_name(pilot, "Save page" if by == "name" else "Feeds: Save page")
        await until(pilot, lambda: "Saved “A page to keep”" in seen(pilot), 20)
