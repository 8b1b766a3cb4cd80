"""``ple journal``, as a learner types it."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

PROMISED = {"id", "uid", "kind", "title", "url", "tags", "created_at"}


@pytest.fixture
def editor(ple: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An editor that does what a test tells it; somebody sits at the terminal."""
    if not hasattr(os, "openpty"):
        pytest.skip("needs a terminal of our own")

    def edit(script: str) -> None:
        file = tmp_path / "editor.py"
        file.write_text(
            f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\npath = Path(sys.argv[1])\n{script}\n"
        )
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("VISUAL", f"'{sys.executable}' '{file}'")
        ple.typed = ""
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    return edit


def kept_files(tmp_path: Path) -> list[Path]:
    """Return what was kept of texts that could not be saved."""
    return list(tmp_path.glob("ple-*.md"))


def test_an_entry_is_written_by_argument(ple: Any) -> None:
    entry = ple("journal", "write", "On memory", "--tag", "mind", "--json").json
    assert entry.keys() >= PROMISED
    assert (entry["kind"], entry["title"], entry["tags"], entry["url"]) == ("journal", "On memory", ["mind"], None)
    assert entry["written_at"].endswith("Z")
    assert ple("journal", "write", "Several", "words", "--json").json["text"] == "Several words"


def test_an_entry_is_written_on_standard_input(ple: Any) -> None:
    assert ple("journal", "write", "--json", stdin="# Größe\n\ntext\n").json["title"] == "Größe"
    assert ple("journal", "write", "-", "--json", stdin="dash").json["text"] == "dash"
    said = ple("journal", "write", stdin=b"Gr\xfc\xdfe", code=1)
    assert "not text in UTF-8" in said.err
    assert "needs some text" in ple("journal", "write", stdin="  \n", code=1).err


def test_an_entry_is_written_from_a_file(ple: Any, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("from a file")
    assert ple("journal", "write", "--file", str(tmp_path / "note.md"), "--json").json["text"] == "from a file"
    assert "cannot be read" in ple("journal", "write", "--file", str(tmp_path / "none"), code=1).err
    ple("journal", "write", "text", "--file", "x", code=2)


def test_an_entry_is_dated_as_people_say_it(ple: Any) -> None:
    assert ple("journal", "write", "x", "--date", "2025-06-01 18:00", "--json").json["day"] == "2025-06-01"
    said = ple("journal", "write", "x", "--date", "whenever", code=1)
    assert "the date “whenever” is not understood" in said.err


def test_an_entry_is_written_in_the_editor(ple: Any, editor: Any, tmp_path: Path) -> None:
    editor("assert path.read_text() == ''; path.write_text('# From the editor')")
    assert ple("journal", "write", "--json").json["title"] == "From the editor"
    assert kept_files(tmp_path) == []


def test_a_prompt_is_what_the_editor_begins_with(ple: Any, editor: Any, tmp_path: Path) -> None:
    editor("path.write_text(path.read_text().replace('## So what?', '## So what?\\n\\nI see'))")
    entry = ple("journal", "write", "--prompt", "what", "--json").json
    assert (entry["text"], entry["title"], entry["prompt"]) == ("## So what?\n\nI see", "I see", "what")
    assert "there is no prompt" in ple("journal", "write", "--prompt", "whta", code=1).err


@pytest.mark.parametrize("script", ["pass", "path.write_text(' \\n')"])
def test_an_editor_that_wrote_nothing_saves_nothing(ple: Any, editor: Any, tmp_path: Path, script: str) -> None:
    editor(script)
    for prompt in ([], ["--prompt", "gibbs"]):
        assert "nothing was written, so nothing was saved" in ple("journal", "write", *prompt, code=1).err
    assert ple("journal", "list", "--json").json == []
    assert kept_files(tmp_path) == []


def test_what_an_editor_left_before_it_failed_is_kept(ple: Any, editor: Any, tmp_path: Path) -> None:
    editor("path.write_text('hours of work'); sys.exit(3)")
    said = ple("journal", "write", code=1)
    (kept,) = kept_files(tmp_path)
    assert kept.read_text() == "hours of work"
    assert "the editor ended with 3" in said.err
    assert str(kept) in said.err
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_what_cannot_be_saved_is_kept(ple: Any, editor: Any, tmp_path: Path) -> None:
    editor("path.write_text('word ' * 300_000)")
    said = ple("journal", "write", code=1)
    (kept,) = kept_files(tmp_path)
    assert "too long" in said.err
    assert str(kept) in said.err


def test_an_editor_that_is_not_there_is_said_not_to_be(
    ple: Any, editor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor("")
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    said = ple("journal", "write", code=1)
    assert "the editor “/no/such/editor” cannot be started" in said.err
    assert kept_files(tmp_path) == []
    monkeypatch.setenv("VISUAL", "unclosed 'quote")
    assert "EDITOR cannot be read" in ple("journal", "write", code=1).err


def test_an_entry_is_shown_with_what_links_to_it(ple: Any) -> None:
    ple("journal", "write", "# First")
    ple("journal", "write", "after [[first]]", "--about", "1")
    said = ple("journal", "show", "1").out
    assert said.startswith("First\n#1 · ")
    assert "← about · #2 after first" in said
    assert "← mentions · #2 after first" in said
    entry = ple("journal", "show", "2", "--json").json
    assert [link["relation"] for link in entry["links"]] == ["about", "mentions"]
    assert "there is no journal “nothing”" in ple("journal", "show", "nothing", code=1).err


def test_an_entry_is_changed_and_its_history_kept(ple: Any, editor: Any) -> None:
    ple("journal", "write", "first #a")
    assert ple("journal", "edit", "1", "second", "--tag", "b", "--json").json["tags"] == ["b"]
    assert ple("journal", "edit", "1", "--untag", "B", "--title", "T", "--json").json["tags"] == []
    editor("path.write_text(path.read_text().upper())")
    assert ple("journal", "edit", "1", "--json").json["text"] == "SECOND"
    assert [old["text"] for old in ple("journal", "history", "1", "--json").json] == ["second", "second", "first #a"]
    assert ple("journal", "edit", "1", "--public", "--json").json["public"]


def test_entries_are_listed(ple: Any) -> None:
    assert "Begin with `ple journal write`" in ple("journal", "list").err
    ple("journal", "write", "old", "--date", "2020-01-02", "--tag", "x")
    ple("journal", "write", "new")
    assert [line["title"] for line in ple("journal", "list", "--json").json] == ["new", "old"]
    assert ple("journal", "list", "--json").json[0].keys() >= PROMISED
    assert [line["title"] for line in ple("journal", "list", "--since", "2021", "--json").json] == ["new"]
    assert [line["title"] for line in ple("journal", "list", "--tag", "x", "--json").json] == ["old"]
    assert ple("journal", "list", "--limit", "1").out.count("\n") == 1


def test_removing_is_taken_back_by_undo(ple: Any) -> None:
    ple("journal", "write", "a")
    ple("journal", "write", "b")
    assert ple("journal", "remove", "1", "2", "--json").json["removed"] == 2
    assert ple("journal", "list", "--json").json == []
    ple("undo")
    assert len(ple("journal", "list", "--json").json) == 2


def test_prompts_say_what_they_ask_and_who_says_so(ple: Any) -> None:
    prompts = ple("journal", "prompts", "--json").json
    assert {"what", "gibbs", "kolb", "muddiest"} <= {prompt["name"] for prompt in prompts}
    assert all(prompt["source"] and prompt["steps"] for prompt in prompts)
    assert "Gibbs, Learning by Doing" in ple("journal", "prompts", "gibbs").out


def test_this_day_comes_back(ple: Any) -> None:
    ple("journal", "write", "then", "--date", "2020-06-15")
    assert ple("journal", "on-this-day", "--date", "2025-06-15", "--json").json[0]["ago"] == "5 years ago"
    assert "Nothing was written" in ple("journal", "on-this-day", "--date", "2025-06-16").err


def test_a_journal_goes_out_and_in(ple: Any, tmp_path: Path) -> None:
    ple("journal", "write", "one")
    assert ple("journal", "export", str(tmp_path / "out"), "--json").json["files"] == 1
    (tmp_path / "out" / "broken.md").write_bytes(b"\xff\xfe\xfd")
    said = ple("journal", "import", str(tmp_path / "out"), "--json")
    assert (said.json["added"], said.json["known"]) == (0, 1)
    assert "broken.md: it is not text in UTF-8" in said.err
    ple("journal", "import", str(tmp_path / "out"), "--strict", code=1)
    ple("journal", "import", str(tmp_path / "out" / "broken.md"), code=1)
    (tmp_path / "days.json").write_text('{"entries": []}')
    assert "days.json is no Markdown" in ple("journal", "import", str(tmp_path / "days.json"), code=1).err


def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten(ple: Any, editor: Any, tmp_path: Path) -> None:
    id = ple("journal", "write", "as it was", "--json").json["id"]
    elsewhere = [
        sys.executable,
        "-m",
        "ple",
        "--library",
        str(ple.folder),
        "journal",
        "edit",
        str(id),
        "from elsewhere",
    ]
    editor(f"import subprocess; subprocess.run({elsewhere!r}, check=True); path.write_text('mine')")
    said = ple("journal", "edit", str(id), code=1)
    assert "was changed elsewhere meanwhile, so nothing was saved" in said.err
    assert ple("journal", "show", str(id), "--json").json["text"] == "from elsewhere"
    [kept] = kept_files(tmp_path)
    assert kept.read_text() == "mine"
    assert f"What you wrote is kept in {kept}" in said.err


def test_the_editor_of_the_settings_goes_before_that_of_the_terminal(ple: Any, editor: Any, monkeypatch: Any) -> None:
    editor("path.write_text('By the editor that I set')")
    monkeypatch.setenv("PLE_EDITOR", os.environ["VISUAL"])
    monkeypatch.setenv("VISUAL", "false")
    assert ple("journal", "write", "--json").json["title"] == "By the editor that I set"
