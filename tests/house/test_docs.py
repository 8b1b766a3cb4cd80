"""What the documentation says, against what is there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.reference import PAGES

ROOT = Path(__file__).parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_says_what_the_program_does(name: str) -> None:
    said = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert said == PAGES[name](), "write it anew: python tests/house/reference.py"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_papers_leads_somewhere(paper: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", paper.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (paper.parent / target).exists(), f"{paper.name} links to {target}"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_a_paper_names_exists(paper: Path) -> None:
    import click

    from ple.cli.main import cli

    context = click.Context(cli, info_name="ple")
    text = paper.read_text(encoding="utf-8")
    # in code between backticks, or at the beginning of a line of an example
    for words in re.findall(r"(?:`|^ {0,8}(?:\$ )?)ple ((?:[a-z][a-z-]+ ?)+)", text, flags=re.M):
        noun, *rest = words.split()
        command = cli.get_command(context, noun)
        assert command is not None, f"{paper.name} names `ple {noun}`"
        if isinstance(command, click.Group) and rest:
            assert rest[0] in command.list_commands(context), f"{paper.name} names `ple {noun} {rest[0]}`"


def test_the_readmes_two_commands_are_those_that_run() -> None:
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 run.py demo" in said
    assert "python3 run.py test" in said
    tasks = (ROOT / "run.py").read_text(encoding="utf-8")
    assert '"demo": demo' in tasks
    assert '"test": test' in tasks
    assert "run.py check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_module_says_what_it_knows() -> None:
    for path in (ROOT / "ple").rglob("*.py"):
        if "migrations/versions" not in path.as_posix():
            assert path.read_text(encoding="utf-8").lstrip().startswith(('"""', 'r"""')), path


def test_no_room_is_named_for_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "service", "base"}
    assert [path for path in (ROOT / "ple").rglob("*.py") if path.stem in vague] == []


def test_nothing_secret_or_local_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    assert [name for name in listed.stdout.split() if name.endswith((".sqlite", ".lock", ".env"))] == []
