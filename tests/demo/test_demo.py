"""The demo goes the whole way, leaves nothing, and says when something is wrong."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest

from ple.demo.walk import Demo, DemoFailed
from ple.demo.world import SITES, World
from ple.library import PleError

NOW = dt.datetime(2026, 11, 22, 12, 34, 56, tzinfo=dt.UTC)
Ple = Callable[..., Any]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary folders, so that one can see what is left."""
    import tempfile

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_it_goes_from_a_feed_to_a_verified_receipt_and_leaves_nothing(ple: Ple, temporary: Path) -> None:
    said = ple("demo", "--json")
    assert said.json["ok"] is True
    assert said.err == ""
    facts = {step["name"]: step["facts"] for step in said.json["steps"]}
    assert list(facts) == ["Follow", "Update", "Read", "Save", "Reflect", "Find", "Show", "Hand in", "Keep"]
    assert facts["Update"]["second_update_new_entries"] == 0
    assert {"entry", "bookmark", "journal"} <= set(facts["Find"]["kinds"])
    assert facts["Hand in"]["state"] == "verified"
    assert facts["Hand in"]["url"] == facts["Show"]["artifact_url"]
    assert list(temporary.iterdir()) == []
    assert os.environ.get("PLE_NO_KEYRING") == "1", "what the environment said before is put back"


def test_what_is_kept_can_be_looked_around_in(ple: Ple, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    said = ple("demo", "--keep", str(kept))
    assert "All 9 steps came out as they should" in said.out
    assert "$ ple lms hand-in" in said.out
    assert max(map(len, said.out.splitlines())) < 130
    again = ple("--library", str(kept / "library"), "search", "forgetting", "--json").json
    assert again["total"] >= 3
    assert (kept / "website" / "work" / "half-forgotten-is-the-best-time" / "index.html").exists()
    refused = ple("demo", "--keep", str(kept), code=1)
    assert "not empty" in refused.err


def test_ctrl_c_leaves_nothing(temporary: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ple", "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "Follow" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert list(temporary.iterdir()) == []


def test_the_screens_need_a_terminal(ple: Ple) -> None:
    assert "terminal" in ple("demo", "--tui", code=1).err


def test_a_step_that_fails_ends_it_in_a_sentence(tmp_path: Path) -> None:
    with Demo(tmp_path, NOW) as demo:
        demo.lms.school.lock(1)
        with pytest.raises(PleError, match="handed in"):
            list(demo.steps())


def test_a_world_that_lacks_something_is_noticed(tmp_path: Path) -> None:
    with Demo(tmp_path, NOW) as demo:
        demo.world._answers["/sky/feed.atom"] = demo.world._answers["/memory/feed.xml"]
        with pytest.raises(DemoFailed, match="three formats"):
            next(demo.steps())


def test_the_sample_feeds_are_valid_and_of_three_formats(tmp_path: Path) -> None:
    import json
    import urllib.request

    with World(tmp_path, NOW) as world:
        for name, path in zip(SITES, ("memory/feed.xml", "sky/feed.atom", "python/feed.json"), strict=True):
            with urllib.request.urlopen(f"{world.url}/{path}", timeout=10) as answer:
                body = answer.read()
            if path.endswith(".json"):
                feed = json.loads(body)
                assert feed["version"] == "https://jsonfeed.org/version/1.1"
                assert len(feed["items"]) >= 5
            else:
                feed = feedparser.parse(body)
                assert not feed.bozo
                assert len(feed.entries) >= 5
            assert name in path


def test_nothing_outside_the_web_space_is_served(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    space = tmp_path / "space"
    space.mkdir()
    (space / ".hidden").write_text("hidden")
    (space / "a.html").write_text("shown")
    with World(space, NOW) as world:
        assert world.answer("/~me/a.html") is not None
        for path in ("../secret", "%2e%2e/secret", ".hidden", "%2ehidden", "", "nothing"):
            assert world.answer(f"/~me/{path}") is None
