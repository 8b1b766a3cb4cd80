"""Which library is meant: a new one is made where none is, and whoever misspelt the folder hears of it."""

import os
import select
import sys

import pytest

from ple.cli.main import run

pty = pytest.importorskip("pty", reason="terminals of POSIX")


@pytest.mark.parametrize("words", [["feeds", "list"], ["feeds", "update"], ["library", "info"]], ids=" ".join)
def test_a_folder_without_a_library_gets_one_and_that_is_said_once(ple, words: list[str], tmp_path) -> None:
    new = tmp_path / "libary"
    told = ple("--library", str(new), *words).err
    assert told.startswith(f"Made a new library in {new}. There is one in {ple.folder}.\n")
    assert "Made a new" not in ple("--library", str(new), *words).err


def test_a_folder_that_the_environment_names_is_one_that_the_learner_named(tmp_path, monkeypatch, capfd) -> None:
    monkeypatch.setenv("PLE_LIBRARY", str(tmp_path / "new"))
    assert run(["tags", "list", "--json"]) == 0
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("[]\n", f"Made a new library in {tmp_path / 'new'}.\n")


def test_the_first_run_in_the_default_folder_says_nothing_of_it(capfd, at_home) -> None:
    assert run(["tags", "list", "--json"]) == 0
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("[]\n", "")
    assert (at_home / "data" / "ple" / "library.sqlite").is_file()


@pytest.mark.parametrize(("keys", "words", "made"), [("n\n", [], False), ("y\n", [], True), ("", ["--yes"], True)])
def test_at_a_terminal_a_new_folder_is_asked_for(ple, tmp_path, monkeypatch, keys, words, made) -> None:
    keyboard, terminal = pty.openpty()
    with (
        os.fdopen(keyboard, "r+b", 0) as typed,
        os.fdopen(os.dup(terminal), encoding="utf-8") as stdin,
        os.fdopen(terminal, "w", encoding="utf-8") as stderr,
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", stderr)
        typed.write(keys.encode())
        code = run(["--library", str(tmp_path / "libary"), *words, "tags", "list"])
        said = ""
        while f"There is one in {ple.folder}." not in said:  # a terminal gives what it has in pieces
            assert select.select([typed], [], [], 10)[0], said
            said += typed.read(2000).decode()
    assert (code, (tmp_path / "libary").exists()) == (0 if made else 1, made)
    assert ("Make a new one? [y/N]" in said) == bool(keys)
    assert f"There is one in {ple.folder}." in said
