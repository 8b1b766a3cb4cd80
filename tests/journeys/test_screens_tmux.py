"""A morning in a real terminal: the real process, real keys, what is really on the screen."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .terminal import ROOT, Terminal

pytestmark = [pytest.mark.tmux, pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not here")]


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4CAIAAAC2BqGFAAAAs0lEQVR42u3QMQ0AAAgDsMmZfxXIwgU8TaqgmZYDUSBaNKJFi7YgWjSiRYu2IF"
    "o0okWLRrRoRIsWjWjRiBYtGtGiES1aNKJFI1q0aESLRrRo0YgWjWjRohEtGtGiRSNaNKJFi0a0aESLFo1o0YgWLRrRohEtWjSiRSNatGhEi0a0"
    "aNGIFo1o0aIRLRrRokUjWjSiRYtGtGhEixaNaNGIFi0a0aIRLVo0okUjWrRoRItG9L8Fjw6JlHodF08AAAAASUVORK5CYII="
)


@pytest.fixture
def terminal(tmp_path: Path, empty_library: Path, at_home: Path, publisher: Any) -> Iterator[Terminal]:
    """The screens on an empty library, with a feed and a page to be found on this machine."""
    items = "".join(f"<item><title>Lesson {n}</title><guid>{n}</guid></item>" for n in range(3))
    feed = f"<rss version='2.0'><channel><title>Lessons</title>{items}</channel></rss>"
    publisher.publish("/feed", feed, Content_Type="application/rss+xml")
    publisher.publish("/page", "<title>Spacing works</title><p>Words<p><img src=curve.png>", Content_Type="text/html")
    publisher.publish("/curve.png", PICTURE, Content_Type="image/png")
    folder = tmp_path / "library"
    folder.mkdir()
    shutil.copy(empty_library, folder / "library.sqlite")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "and this in my editor" >> "$1"\n')
    editor.chmod(0o755)
    environ = {
        "PLE_LIBRARY": str(folder),
        "PLE_CONFIG": str(at_home / "config"),
        "PLE_NO_KEYRING": "1",
        "PLE_REFRESH_MINUTES": "0",
        "EDITOR": str(editor),
        "VISUAL": "",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
        "NO_COLOR": "",
    }
    terminal = Terminal(f"cd {ROOT} && {sys.executable} -m ple", environ)
    yield terminal
    terminal.close()


def test_a_morning_from_first_start_to_quit(terminal: Terminal, publisher: Any) -> None:
    terminal.wait("Welcome")
    terminal.keys("Enter")
    terminal.wait("2 of 5")
    terminal.keys("Escape")
    terminal.wait("Follow a site that you learn from: press 2, then a")
    terminal.keys("2")
    terminal.wait("No feeds yet")
    terminal.keys("a")
    terminal.wait("Follow a feed")
    terminal.type(publisher.url + "/feed")
    terminal.keys("Enter")
    terminal.wait("Lesson 2")
    terminal.keys("s")
    terminal.wait("★")
    terminal.keys("u")
    terminal.wait("Taken back")
    terminal.keys("Enter")
    terminal.wait("This entry has no text of its own")
    terminal.keys("Escape")
    terminal.wait("2 unread of 3")

    terminal.keys("3", "a")
    terminal.wait("Save a page")
    terminal.type(publisher.url + "/page")
    terminal.keys("Enter")
    terminal.wait("Saved “Spacing works”")
    terminal.wait("  127.0.0.1")  # its line in the list
    terminal.keys("Enter")
    terminal.wait("i Pictures")
    terminal.keys("i")
    terminal.wait("Fetch the pictures of")
    terminal.keys("y")
    terminal.wait("Draw it whole")
    terminal.keys("w")  # the terminal is asked whether it can; whatever it says, the screens come back
    if "Enter goes back" in terminal.wait("pictures."):
        terminal.keys("Enter")
        terminal.wait("Draw it whole")
    terminal.keys("Escape")
    terminal.wait("Draw it whole", gone=True)
    terminal.keys("Escape")
    terminal.wait("  127.0.0.1")
    terminal.keys("n")
    terminal.wait("Note on")
    terminal.type("read this twice")
    terminal.keys("Enter")
    terminal.wait("kept")

    terminal.keys("w")
    terminal.wait("New journal entry")
    terminal.type("Written in ple")
    terminal.keys("C-e")
    terminal.wait("and this in my editor")
    terminal.keys("C-s")
    terminal.wait("Kept in your journal")

    terminal.keys("5")
    terminal.wait("Search everything")
    terminal.type("twice")
    terminal.wait("1 found")
    terminal.keys("Enter")
    terminal.wait("by rank")
    terminal.keys("Enter")
    terminal.wait("✎ read this twice")

    terminal.keys("2")
    terminal.wait("2 unread of 3")
    terminal.keys("?")
    terminal.wait("Keys of this place")
    terminal.keys("Escape")
    terminal.wait("Keys of this place", gone=True)  # what a terminal says of its size would make another key of it
    terminal.resize(160, 40)
    terminal.wait("★ Starred")
    terminal.resize(60, 15)
    terminal.wait("★ Starred", gone=True)
    terminal.keys(":")
    terminal.wait("Search for commands")
    terminal.keys("Escape")
    terminal.wait("2 unread of 3")

    other = [sys.executable, "-m", "ple", "entries", "read", "Lesson 1"]  # another process marks an entry read
    subprocess.run(other, check=True, cwd=ROOT, env=environ_of(terminal), capture_output=True)
    terminal.wait("1 unread of 3")
    terminal.keys("q")
    terminal.wait("ENDED 0")


@pytest.fixture
def colourless(tmp_path: Path, empty_library: Path, at_home: Path) -> Iterator[Terminal]:
    """The screens where no colour is wanted."""
    folder = tmp_path / "library"
    folder.mkdir()
    shutil.copy(empty_library, folder / "library.sqlite")
    environ = {"NO_COLOR": "1", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT), "PLE_CONFIG": str(at_home)}
    environ |= {"PLE_LIBRARY": str(folder), "PLE_REFRESH_MINUTES": "0"}
    terminal = Terminal(f"cd {ROOT} && {sys.executable} -m ple", environ)
    yield terminal
    terminal.close()


def test_no_color_means_no_colour_and_the_cursor_is_seen_all_the_same(colourless: Terminal) -> None:
    colourless.wait("Welcome")
    colourless.keys("Escape")
    colourless.wait("press 2, then a")
    painted = colourless.tmux("capture-pane", "-p", "-e", "-t", "t")
    assert "[38;" not in painted
    assert "[48;" not in painted
    assert "[7m" in painted  # where one is
    colourless.keys("C-q")
    colourless.wait("ENDED 0")


def environ_of(terminal: Terminal) -> dict[str, str]:
    """Return the environment variables that the session was given."""
    shown = terminal.tmux("show-environment", "-t", "t")
    given = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line and not line.startswith("-"))
    return {**os.environ, **given}
