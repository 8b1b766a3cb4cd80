"""What every screen looks like: pictures that a person looked at, compared cell by cell.

In each run some screens are looked at in one size and theme; with PLE_TEST_ALL=1 all of them in all sizes and themes,
empty, typical and huge: ``PLE_TEST_ALL=1 pytest tests/tui/test_snapshots.py``. With ``--snapshot-update`` they are
drawn anew; look at each before it is committed. Of what differs, `.differs/report.html` beside them shows both.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ple.lms.practice import PracticeLms

from . import worlds
from .drawing import illegible, report, svg
from .looks import LOOKS, SIZES, THEMES, Look, go
from .world import NOW, copied, opened, settle, whole

PICTURES = Path(__file__).parent / "drawn"
DIFFERS = PICTURES / ".differs"
LEAST = {"dark": 3.0, "light": 3.0, "contrast": 7.0}
"""The contrast that all words have at least; of muted ones WCAG wants 3 : 1 where they are not needed."""


@pytest.fixture(scope="module")
def course() -> Iterator[PracticeLms]:
    """A practice course that is asked for plans."""
    with PracticeLms("moodle", clock=NOW.timestamp) as lms:
        yield lms


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, course: PracticeLms) -> Path:
    """A library at a place that is called the same in each run."""
    home = tmp_path / "home"
    for name, folder in (("CONFIG_HOME", ".config"), ("STATE_HOME", ".state"), ("DATA_HOME", ".data")):
        monkeypatch.setenv(f"XDG_{name}", str(home / folder))
    monkeypatch.setenv("HOME", str(home))
    folder = home / "library"
    if request.param == "empty":
        folder.mkdir(parents=True)
        shutil.copy(request.getfixturevalue("empty_library"), folder / "library.sqlite")
        return folder
    copied(request.getfixturevalue("typical_world"), folder)
    worlds.shown(folder)
    course.start_over()
    worlds.at_school(folder, course)
    if request.param == "huge":
        worlds.enlarge(folder)
    return folder


async def look_at(
    folder: Path, looks: Iterable[Look], of: str, size: str, themes: tuple[str, ...], course: str, update: bool
) -> list[str]:
    """Look at screens, one after the other; return the names of those that are not as they were, or cannot be read."""
    wrong = []
    config = folder.parent / ".config"
    async with opened(folder, size=SIZES[size], theme=THEMES[themes[0]], config_folder=config) as pilot:
        for look in looks:
            await go(pilot, look, course)
            wrong += [f"{look.name}: {note.message}" for note in pilot.app._notifications if note.severity == "error"]
            pilot.app.clear_notifications()
            for theme in themes:
                if pilot.app.theme != THEMES[theme]:
                    pilot.app.theme = THEMES[theme]
                    if look.name.startswith(("palette", "settings")):  # they say, or keep, the theme of when they came
                        await go(pilot, look, course)
                    await settle(pilot)
                name = f"{look.name}.{of}.{size}.{theme}.svg"
                drawn, before = svg(pilot.app), PICTURES / name
                wrong += [f"{name}: {said}" for said in illegible(pilot.app, LEAST[theme])]
                if update:
                    before.write_text(drawn, encoding="utf-8")
                elif not before.exists() or before.read_text(encoding="utf-8") != drawn:
                    DIFFERS.mkdir(exist_ok=True)
                    (DIFFERS / name).write_text(drawn, encoding="utf-8")
                    wrong.append(name)
            pilot.app.theme = THEMES[themes[0]]
    return wrong


def told(wrong: list[str]) -> str:
    """Say what is wrong, and where both pictures can be seen."""
    where = report(DIFFERS, PICTURES).as_uri() if DIFFERS.exists() else "no picture differs"
    return f"{len(wrong)} looks are not as they were ({where}):\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize(
    ("world", "size", "theme"),
    [("typical", "80x24", "dark"), ("typical", "120x40", "light"), ("empty", "80x24", "dark")],
    indirect=["world"],
)
async def test_the_main_screens_look_as_they_did(
    world: Path, size: str, theme: str, course: PracticeLms, request: pytest.FixtureRequest
) -> None:
    of, update = request.node.callspec.params["world"], request.config.option.update_snapshots
    looks = [look for look in LOOKS if look.thin and (look.empty or of != "empty")]
    wrong = await look_at(world, looks, of, size, (theme,), course.url, update)
    assert not wrong, told(wrong)


@whole
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("world", ["empty", "typical", "huge"], indirect=True)
async def test_every_screen_looks_as_it_did_in_each_size_and_theme(
    world: Path, size: str, course: PracticeLms, request: pytest.FixtureRequest
) -> None:
    of, update = request.node.callspec.params["world"], request.config.option.update_snapshots
    looks = [look for look in LOOKS if look.empty or of != "empty"]
    wrong = await look_at(world, looks, of, size, tuple(THEMES), course.url, update)
    assert not wrong, told(wrong)
