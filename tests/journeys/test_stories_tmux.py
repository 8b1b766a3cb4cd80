"""Stories in a real terminal: reading in the morning, reflecting on it, finding and linking, building and handing in.

They run with PLE_TEST_ALL=1; without, a morning in `test_screens_tmux` stands for them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .terminal import Terminal, command, environ_of

pytestmark = [pytest.mark.tmux, pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not here")]
whole = pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="long; PLE_TEST_ALL=1 runs it")
POST = "Spacing works because forgetting is part of it. To wait is to learn."


@pytest.fixture
def folder(tmp_path: Path, empty_library: Path) -> Path:
    """The folder of an empty library."""
    folder = tmp_path / "library"
    folder.mkdir()
    shutil.copy(empty_library, folder / "library.sqlite")
    return folder


@pytest.fixture
def learner(folder: Path, publisher: Any) -> Path:
    """The folder of a library with a feed and a page from a server on this machine."""
    from ple.environment import Environment

    items = "".join(
        f"<item><title>Lesson {n}</title><guid>{n}</guid>"
        f"<description>&lt;p&gt;{POST} No. {n}.&lt;/p&gt;</description></item>"
        for n in range(5)
    )
    feed = f"<rss version='2.0'><channel><title>Lessons</title>{items}</channel></rss>"
    html = f"<title>Why we forget</title><article>{f'<p>{POST}</p>' * 9}</article>"
    environment = Environment(folder)
    try:
        environment.feeds.add(publisher.publish("/feed", feed, Content_Type="application/rss+xml"))
        environment.bookmarks.save(publisher.publish("/page", html, Content_Type="text/html"))
    finally:
        environment.close()
    return folder


def opened(folder: Path, tmp_path: Path) -> Terminal:
    terminal = Terminal(command(), environ_of(folder, tmp_path / "config"))
    terminal.wait("Welcome")
    terminal.keys("Escape")
    terminal.wait("Welcome", gone=True)
    return terminal


@pytest.fixture
def terminal(learner: Path, tmp_path: Path) -> Iterator[Terminal]:
    """The screens on that library, after the tour was skipped."""
    terminal = opened(learner, tmp_path)
    yield terminal
    terminal.close()


@whole
def test_a_kill_takes_no_words(folder: Path, tmp_path: Path) -> None:
    terminal = opened(folder, tmp_path)
    try:
        terminal.keys("w")
        terminal.wait("New journal entry")
        terminal.type("What nobody may take")
        terminal.wait("draft saved")
        os.kill(terminal.pid(), signal.SIGKILL)
        terminal.wait("ENDED")
        terminal.again(command())
        terminal.wait("Go on with what you were writing?")
        terminal.keys("y")
        terminal.wait("New journal entry")
        terminal.keys("C-s")
        terminal.wait("Kept in your journal")
        terminal.keys("4")
        terminal.wait("Journal  ·  1")
        terminal.keys("C-q")
        terminal.wait("ENDED 0")
        terminal.again(command())
        shown = terminal.wait("Journal  ·  1")  # where one left; and nothing is offered twice
        assert "Go on with" not in shown
        terminal.keys("C-q")
        terminal.wait("ENDED 0")
    finally:
        terminal.close()


@whole
def test_a_morning_of_reading(terminal: Terminal) -> None:
    terminal.wait("5 unread")
    terminal.keys("2")
    terminal.wait("5 unread of 5")
    terminal.keys("Enter")
    terminal.wait("To wait is to learn")
    terminal.keys("J")
    terminal.wait("No. 1.")
    terminal.keys("s", "Escape")
    terminal.wait("3 unread of 5")
    terminal.wait("★")
    terminal.keys("u", "u")
    terminal.wait("4 unread of 5")
    terminal.resize(120, 40)
    terminal.wait("Starred")
    terminal.keys("A")
    terminal.wait("Mark")
    terminal.keys("y")
    terminal.wait("0 unread of 5")


@whole
def test_save_highlight_and_reflect(terminal: Terminal, learner: Path) -> None:
    terminal.keys("3")
    terminal.wait("Why we forget")
    terminal.keys("Enter")
    terminal.wait("v Select words")
    terminal.keys("v")
    terminal.wait("h highlight")
    terminal.keys("h")
    terminal.wait("Highlighted “")
    terminal.keys("Escape")
    terminal.wait("enter Open")
    terminal.keys("t")
    terminal.wait("Tags of")
    terminal.type("memory")
    terminal.keys("Enter")
    terminal.wait("#memory")
    terminal.keys("n")
    terminal.wait("Note on")
    terminal.type("for the essay")
    terminal.keys("Enter")
    terminal.wait("kept")
    terminal.keys("w")
    terminal.wait("New journal entry")
    terminal.type("# On forgetting")
    terminal.keys("Enter", "Enter")
    terminal.type("See [[why we")
    terminal.wait("bookmark")
    terminal.keys("Enter")
    terminal.wait("[[Why we forget]]")
    terminal.keys("F6")
    terminal.wait("On forgetting")
    terminal.keys("F6", "C-s")
    terminal.wait("Kept in your journal")
    terminal.keys("4")
    terminal.wait("On forgetting")
    terminal.keys("Enter")
    terminal.wait("→ Why we forget")
    terminal.keys("C-q")
    terminal.wait("ENDED 0")
    from ple.environment import Environment

    environment = Environment(learner)
    try:
        [highlight] = environment.highlights.highlights()
        assert POST.startswith(highlight.quote)
        assert len(environment.journal.entry_ids()) == 1
    finally:
        environment.close()


@whole
def test_search_and_link(terminal: Terminal) -> None:
    terminal.keys("5")
    terminal.wait("Search everything")
    terminal.type("forgetting")
    terminal.wait("6 found")
    terminal.keys("Enter")
    terminal.wait("by rank")
    terminal.keys("Enter")
    terminal.wait("1 minute")
    terminal.keys("Escape")
    terminal.wait("1 minute", gone=True)
    terminal.wait("by rank")
    terminal.keys("j", "n")
    terminal.wait("About “Lesson")
    terminal.type("I doubt that forgetting helps")
    terminal.keys("C-s")
    terminal.wait("7 found")
    terminal.keys("M-4")
    terminal.wait("Journal  ·  1")
    terminal.keys("Enter")
    terminal.wait("→ ")


@whole
def test_build_and_hand_in(folder: Path, tmp_path: Path) -> None:
    from ple.environment import Environment
    from ple.lms.practice import PracticeLms

    remote = tmp_path / "site.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    with PracticeLms("moodle") as lms:
        environment = Environment(folder)
        try:
            environment.journal.write("# What I tried\n\nI waited, and it worked.")
            environment.portfolio.init("Learning in public", "https://me.example.org/")
            environment.courses.connect(lms.url, token=lms.token)
            assert all(synced.failure is None for synced in environment.courses.sync())
        finally:
            environment.close()
        terminal = opened(folder, tmp_path)
        try:
            terminal.keys("4")
            terminal.wait("What I tried")
            terminal.keys("+")
            terminal.wait("Why do you show")
            terminal.type("My first experiment")
            terminal.keys("Enter")
            terminal.wait("is in the portfolio, private")
            terminal.keys("7")
            terminal.wait("0 of 1 public")
            terminal.keys("W")
            terminal.wait("It is private now")
            terminal.keys("3")
            terminal.wait("1 of 1 public")
            terminal.keys("C")
            terminal.wait("What to put right")
            terminal.keys("Escape")
            terminal.wait("What to put right", gone=True)  # escape and a letter at once would be alt with it
            terminal.keys("B")
            terminal.wait("Built")
            terminal.keys("P")
            terminal.wait("Publish to")
            terminal.type(str(remote))
            terminal.keys("Enter")
            terminal.wait("Publish this now")  # how many files there are is not ours to say
            terminal.keys("y")
            terminal.wait("Published: ")
            terminal.keys("6")
            terminal.wait("Reflection post 1")
            terminal.keys("/")
            terminal.type("reflection post")
            terminal.wait("for “reflection post”")
            terminal.keys("Enter")
            terminal.wait("enter Open")  # the keys go to the list again
            terminal.keys("H")
            terminal.wait("Hand in for")
            terminal.type("What I tried")
            terminal.keys("Enter")
            terminal.wait("Hand this in now")
            assert not lms.school.handed_in(1)
            terminal.keys("y")
            terminal.wait("Receipt: ")
            terminal.keys("Enter")
            terminal.wait("Receipt: ", gone=True)
            terminal.keys("v")
            terminal.wait("Receipts  ·  1")
            assert len(lms.school.handed_in(1)) == 1
        finally:
            terminal.close()


@whole
def test_put_aside_and_back_and_from_a_window_of_its_own_neither(folder: Path, tmp_path: Path) -> None:
    terminal = opened(folder, tmp_path)
    try:
        terminal.keys("C-z")  # nobody there would wake it again
        terminal.wait("ple cannot be put aside here")
        terminal.again("bash --norc -i")
        terminal.type(command())
        terminal.keys("Enter")
        terminal.wait("You follow nothing yet")
        terminal.keys("C-z")
        terminal.wait("Stopped")
        terminal.wait("You follow nothing yet", gone=True)
        terminal.type("fg")
        terminal.keys("Enter")
        terminal.wait("You follow nothing yet")
        terminal.keys("4")
        terminal.wait("Your journal is empty")
    finally:
        terminal.close()
