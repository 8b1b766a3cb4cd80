"""The Feeds room, driven by keys on a real library."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from ple.feeds.background import alone

from .world import environment_at, opened, press, seen


def rss(title: str, *titles: str) -> str:
    items = "".join(
        f"<item><title>{each}</title><guid>{each}</guid><link>https://example.org/{number}</link>"
        f"<description>What “{each}” says in a few words.</description></item>"
        for number, each in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


async def test_r_updates_as_the_command_does_one_at_a_time_and_with_the_learners_own_command(
    empty: Path, publisher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    code = f"import sys; open({str(heard)!r}, 'w').write(sys.stdin.read())"
    monkeypatch.setenv("PLE_AFTER_UPDATE", f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}")
    url = publisher.publish("/feed", rss("Growing", "One"))
    other = environment_at(empty)
    try:
        other.feeds.add(url)
        other.feeds.rules.add("title:two", ["notify"], name="Look")
        async with opened(empty, "2") as pilot:
            publisher.publish("/feed", rss("Growing", "One", "Two"))
            with alone(other.folder):
                await press(pilot, "r")
            assert not heard.exists()
            assert any("another update" in note.message.lower() for note in pilot.app._notifications)
            await press(pilot, "r")
            assert "1 new entry from 1 feed" in seen(pilot)
            assert [note.message for note in pilot.app._notifications][-1] == "Look: Two"
    finally:
        other.close()
    said = json.loads(heard.read_text(encoding="utf-8"))
    assert [entry["title"] for entry in said["entries"]] == ["Two"]
    assert said["notices"][0]["rule"] == "Look"
