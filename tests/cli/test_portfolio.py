"""`ple portfolio`, as a learner types it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ple = Callable[..., Any]


@pytest.fixture
def entry(ple: Ple) -> int:
    """An entry of the journal."""
    number: int = ple("journal", "write", "# Why spacing works\n\nI kept two sets.", "--tag", "memory", "--json").json[
        "id"
    ]
    return number


def test_the_themes_are_listed(ple: Ple) -> None:
    assert [row.split("\t")[0] for row in ple("portfolio", "themes").out.splitlines()] == ["lively", "quiet"]
    assert "as it should be" in ple("portfolio", "themes", "quiet").err


def test_from_nothing_to_a_site(ple: Ple, entry: int, tmp_path: Path) -> None:
    settings = ple("portfolio", "init", "--title", "Mine", "--url", "https://ada.example.org", "--json").json
    assert (settings["title"], settings["url"]) == ("Mine", "https://ada.example.org/")

    added = ple("portfolio", "add", f"#{entry}", "--why", "An experiment.", "--page", "Essays", "--json").json
    assert (added["kind"], added["title"], added["visibility"]) == ("artifact", "Why spacing works", "private")
    assert (added["tags"], added["url"]) == (["memory"], None)

    ple("portfolio", "edit", "spacing", "--visibility", "public")
    built = ple("portfolio", "build", str(tmp_path / "site"), "--json").json
    assert {"pages", "written", "unchanged", "removed", "seconds"} <= set(built)
    assert built["written"] > built["pages"] > 5
    assert ple("portfolio", "build", str(tmp_path / "site"), "--json").json["written"] == 0

    (listed,) = ple("portfolio", "list", "--json").json
    assert listed["url"] == "https://ada.example.org/work/why-spacing-works/"
    assert "I kept two sets." in (tmp_path / "site/work/why-spacing-works/index.html").read_text()


def test_what_is_public_is_asked_about_before_it_is_taken_out(ple: Ple, entry: int) -> None:
    ple("portfolio", "init", "--url", "https://me.example/")  # where it may be carried by hand
    ple("portfolio", "add", str(entry), "--visibility", "public")
    ple("portfolio", "build")
    refused = ple("portfolio", "remove", str(entry), code=2)
    assert "withdrawn" in refused.err
    assert ple("portfolio", "remove", str(entry), "--yes", "--json").json == {"removed": 1}
    assert ple("portfolio", "list", "--json").json == []
    ple("undo")
    assert len(ple("portfolio", "list", "--json").json) == 1


def test_what_was_handed_in_does_not_vanish_unnoticed(ple: Any, entry: int) -> None:
    from ple.environment import Environment

    artifact = ple("portfolio", "add", str(entry), "--visibility", "public", "--json").json["id"]
    ple("portfolio", "build")
    environment = Environment(ple.folder)
    with environment.library.writing() as tx:
        receipt = tx.register("receipt")
        tx.link(receipt, artifact, "of")
    environment.close()

    refused = ple("portfolio", "edit", str(artifact), "--visibility", "private", code=2)
    assert f"handed in, with the receipt #{receipt}" in refused.err
    ple("portfolio", "edit", str(artifact), "--visibility", "private", "--yes")
    found = ple("portfolio", "check", "--json", code=1).json
    assert any("was handed in" in one["problem"] for one in found)


def test_sentences_say_what_comes_next(ple: Ple, entry: int) -> None:
    assert "portfolio add" in ple("portfolio", "list").err
    assert "portfolio add" in ple("portfolio", "init").out
    assert "private" in ple("portfolio", "add", str(entry)).out
    said = ple("portfolio", "build").out
    assert "pages" in said
    assert "--visibility public" in said
    again = ple("portfolio", "add", str(entry), code=1)
    assert again.err.startswith("ple: ")
    assert "already" in again.err


def test_check_fails_when_something_serious_is_wrong(ple: Ple) -> None:
    entry = ple("journal", "write", "![](https://a.example/c.png)", "--json").json["id"]
    ple("portfolio", "add", str(entry), "--visibility", "public")
    found = ple("portfolio", "check", "--json", code=1).json
    assert found[0]["serious"] is True
    ple("portfolio", "edit", str(entry), "--visibility", "private")
    assert not [one for one in ple("portfolio", "check", "--json").json if one["serious"]]


@pytest.mark.parametrize(
    "words",
    [
        ("build", "/proc/nowhere"),
        ("add", "999"),
        ("add", "no such title"),
        ("edit", "999", "--why", "x"),
        ("init", "--url", "ftp://x.example"),
        ("serve", "/proc/nowhere"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_one_sentence_and_one_hint(ple: Ple, words: tuple[str, ...]) -> None:
    said = ple("portfolio", *words, code=1)
    assert said.out == ""
    assert said.err.startswith("ple: ")
    assert "Traceback" not in said.err


def test_a_site_is_served_until_it_is_interrupted(ple: Any, entry: int) -> None:
    ple("portfolio", "add", str(entry), "--visibility", "public")
    command = [sys.executable, "-m", "ple", "portfolio", "serve", "--port", "0", "--json", "--library", str(ple.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        said = ""
        while not said.rstrip().endswith("}") and (line := process.stdout.readline()):
            said += line
        with urllib.request.urlopen(json.loads(said)["url"] + "work/why-spacing-works/", timeout=10) as page:
            assert "I kept two sets." in page.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
