"""The plain menu: what a pipe gets, and what somebody who listens can do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ple.lms.practice import PracticeLms
from ple.plain.day import Day
from ple.plain.talk import Talk

whole = pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="long; PLE_TEST_ALL=1 runs it")


def talk(environment: Any, *answers: str) -> str:
    """Answer line by line; return all that was said."""
    said = io.StringIO()
    Day(environment, Talk(io.StringIO("".join(f"{answer}\n" for answer in answers)), said)).run()
    return said.getvalue()


def test_the_daily_loop_goes_by_numbers(sqlite_environment: Any, publisher: Any) -> None:
    items = "".join(f"<item><title>Lesson {n}</title><guid>{n}</guid></item>" for n in range(12))
    feed = f"<rss version='2.0'><channel><title>Lessons</title>{items}</channel></rss>"
    url = publisher.publish("/feed", feed, Content_Type="application/rss+xml")
    page = publisher.publish("/page", "<title>Spacing works</title><p>Words", Content_Type="text/html")
    ours = sqlite_environment
    assert "Follow a site that you learn from: 3 in the menu" in talk(ours)
    said = talk(
        ours,
        *("3", "a", url),
        *("2", "s", "", "q"),  # star the first, read two
        *("3", "l", "1", "m", "12", "q"),
        *("5", page),
        *("7", "# A thought", "and more", "."),
        *("8", "thought", "1"),
        *("6", "1"),
        *("11", "12", "12", "11"),
        "0",
    )
    assert "Following Lessons, 12 unread." in said
    assert "2 of 12." in said
    assert "Starred." in said
    assert "11 to 12 of 12" in said
    assert "Kept: Spacing works." in said
    assert "Kept in your journal: A thought." in said
    assert "1. journal: A thought" in said
    assert said.count("Taken back: ") == 2
    assert said.count("Done again: ") == 1
    assert "That did not work: there is nothing to do again." in said
    assert len(ours.feeds.entry_ids(starred=True)) == 1
    assert len(ours.feeds.entry_ids(unread=True)) == 9


@whole
def test_nothing_is_sent_before_the_word_send(sqlite_environment: Any) -> None:
    ours = sqlite_environment
    with PracticeLms("moodle") as lms:
        ours.courses.connect(lms.url, token=lms.token)
        assert all(synced.failure is None for synced in ours.courses.sync())
        titles = [line.title for line in ours.courses.assignments()]
        assert "Reflection post 1" in titles
        listed = talk(ours, "9", "").split("Assignments")[1]
        [number] = [line.split(".")[0] for line in listed.splitlines() if "Reflection post 1" in line]
        link = "https://sam.example.org/learning"
        assert "Nothing was sent." in talk(ours, "9", number, link, "y")
        assert not lms.school.handed_in(1)
        said = talk(ours, "9", number, link, "send", "10", "1")
        assert "Handed in. Receipt" in said
        assert len(lms.school.handed_in(1)) == 1
        listed = talk(ours, "9", "m", "").split("Assignments")[-1] + talk(ours, "9", "")
        number = next(line.split(".")[0] for line in listed.splitlines() if "Reflection post 1" in line)
        assert "It is handed in already." in talk(ours, "9", number, link)


@whole
def test_what_goes_wrong_is_said_and_the_menu_goes_on(sqlite_environment: Any, publisher: Any) -> None:
    said = talk(sqlite_environment, "3", "a", publisher.url + "/nothing", "99", "11", "0")
    assert "That did not work: " in said
    assert "99 is none of them." in said
    assert said.count("Menu.") == 4


def test_what_comes_from_outside_cannot_take_over_the_terminal(sqlite_environment: Any) -> None:
    sqlite_environment.journal.write("# Evil \x1b]0;title\x07\n\n\x1b[2Jgone \u202etxt")
    said = talk(sqlite_environment, "6", "1")
    assert "\x1b" not in said
    assert "\u202e" not in said


@whole
def test_ple_in_a_pipe_is_the_plain_menu_and_ends_with_its_input(tmp_path: Path) -> None:
    environ = {**os.environ, "PLE_LIBRARY": str(tmp_path / "library")}
    done = subprocess.run(
        [sys.executable, "-m", "ple"], input="0\n", capture_output=True, text=True, env=environ, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Today, ")
    assert "0. Leave" in done.stdout
    assert "\x1b" not in done.stdout
