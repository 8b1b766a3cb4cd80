"""What a command does not use, it does not import. Only a process of its own can tell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ple.cli.main import COMMANDS

HEAVY = {
    "sqlmodel", "sqlalchemy", "alembic", "httpx2", "feedparser", "whoosh", "textual", "rich", "bs4", "lxml",
    "trafilatura", "comrak", "minijinja", "pydantic", "asyncio", "sqlalchemy.dialects.postgresql",
}  # fmt: skip
TABLES = {"sqlmodel", "sqlalchemy", "pydantic", "asyncio"}


def imported(folder: Path, commands: list[str]) -> dict[str, set[str]]:
    """Run commands in one new process; return what heavy each of them imported."""
    script = (
        "import sys; from ple.cli.main import run\n"
        "for command in sys.argv[3:]:\n"
        "    before = set(sys.modules)\n"
        "    assert run([*sys.argv[1:3], *command.split()]) == 0, command\n"
        f"    print('IMPORTED', command, *{HEAVY!r} & (set(sys.modules) - before), sep='\\t', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--library", str(folder), *commands],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stderr
    told = [line.split("\t")[1:] for line in done.stderr.splitlines() if line.startswith("IMPORTED")]
    return {command: set(modules) for command, *modules in told}


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    helps = ["--version", "--help", *(f"{noun} --help" for noun in (*COMMANDS, "lms hand-in"))]
    assert imported(tmp_path, helps) == {words: set() for words in helps}


def test_a_list_imports_the_tables_alone(tmp_path: Path, empty_library: Path) -> None:
    shutil.copy(empty_library, tmp_path)
    lists = ["library info", "journal list", "entries list", "bookmarks list"]
    told = imported(tmp_path, lists)
    assert list(told) == lists
    assert set().union(*told.values()) <= TABLES


def test_every_command_answers_help(ple) -> None:
    for name in COMMANDS:
        assert "Usage:" in ple(name, "--help").out
