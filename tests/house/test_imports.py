"""What a command does not use, it does not import. Only a process of its own can tell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ple.cli.main import COMMANDS

HEAVY = {
    "sqlmodel", "sqlalchemy", "alembic", "httpx2", "feedparser", "whoosh", "textual", "rich", "bs4", "lxml",
    "trafilatura", "comrak", "minijinja", "pydantic", "asyncio",
}  # fmt: skip
TABLES = {"sqlmodel", "sqlalchemy", "pydantic", "asyncio"}


def imported(folder: Path, *words: str) -> set[str]:
    script = (
        "import sys; from ple.cli.main import run; code = run(sys.argv[1:]); "
        f"print('IMPORTED', *{HEAVY!r} & set(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--library", str(folder), *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("IMPORTED")[2].split())


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        pytest.param(["--version"], set(), id="version"),
        pytest.param(["--help"], set(), id="help"),
        pytest.param(["tag", "--help"], set(), id="help of a command"),
        pytest.param(["feeds", "--help"], set(), id="help of feeds"),
        pytest.param(["lms", "hand-in", "--help"], set(), id="help of hand-in"),
        pytest.param(["search", "--help"], set(), id="help of search"),
        pytest.param(["tui", "--help"], set(), id="help of the screens"),
        pytest.param(["demo", "--help"], set(), id="help of the demo"),
        pytest.param(["library", "info"], TABLES, id="library"),
        pytest.param(["journal", "list"], TABLES, id="journal"),
        pytest.param(["entries", "list"], TABLES, id="entries"),
        pytest.param(["bookmarks", "list"], TABLES, id="bookmarks"),
    ],
)
def test_a_command_imports_no_more_than_it_needs(tmp_path: Path, words: list[str], allowed: set[str]) -> None:
    assert imported(tmp_path, *words) <= allowed


def test_every_command_answers_help(ple) -> None:
    for name in COMMANDS:
        assert "Usage:" in ple(name, "--help").out
