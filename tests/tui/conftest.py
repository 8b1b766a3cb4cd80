"""Libraries to look at, and a terminal that is the same each time."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import world

os.environ.pop("TEXTUAL_THEME", None)  # ple.tui set it for NO_COLOR; the workers of xdist would begin with it


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No blinking cursor, colours on, one time zone, and what is said stays, however slow the machine."""
    from textual.widgets import Input

    from ple.tui.screens import editor
    from ple.tui.widgets.bar import KeyLine

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(KeyLine, "SECONDS", 3600.0)
    monkeypatch.setattr(editor, "SOON", 0.02)  # tests wait for drafts, too
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None, raising=False)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def typical_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with feeds, pages and a journal, made once."""
    folder = tmp_path_factory.mktemp("world") / "library"
    folder.mkdir()
    world.make(folder)
    return folder


@pytest.fixture
def typical(typical_world: Path, tmp_path: Path) -> Path:
    """The folder of a typical library, of the test's own."""
    return world.copied(typical_world, tmp_path / "typical")


@pytest.fixture
def empty(empty_library: Path, tmp_path: Path) -> Path:
    """The folder of an empty library."""
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(empty_library.read_bytes())
    return folder
