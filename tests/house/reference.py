"""The reference pages that are made from the program: ``python tests/house/reference.py`` writes them.

``tests/house/test_docs.py`` compares them with what is there, so that they cannot fall behind.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

DOCS = Path(__file__).parents[2] / "docs"
HOUSE = DOCS.parent / "ple"


def commands() -> str:
    """Return ``docs/commands.md``."""
    from ple.cli.main import COMMANDS, cli

    return "\n".join(
        [
            "# Commands",
            "",
            "`ple` alone opens the screens. `ple NOUN VERB …` does one thing. Everything here also takes",
            "`--library PATH`, `--json`, `--yes`, `--quiet` and `--verbose`, before the noun or after the verb.",
            "A thing is named by `#340`, `340`, its uid, its address, or an unambiguous part of its title.",
            "Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 interrupted.",
            "",
            *(line for name in COMMANDS for line in _command(cli, name)),
        ]
    )


def settings() -> str:
    """Return ``docs/settings.md``."""
    from ple.settings.settings import reference

    rows = [f"| `{key}` | `{json.dumps(default)}` | {says} |" for key, default, says in reference()]
    return "\n".join(
        [
            "# Settings",
            "",
            "`config.toml` in the platform's folder for settings (`~/.config/ple` on Linux, `~/Library/Application",
            "Support/ple` on macOS, `%LOCALAPPDATA%\\ple` on Windows; `PLE_CONFIG` names another). The Settings of the",
            "screens change it, and leave your comments as they are.",
            "Each key can also be given in the environment: `PLE_` and the key in capitals. Secrets are never here.",
            "",
            "| key | default | what it is for |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def modules() -> str:
    """Return ``docs/modules.md``."""
    lines = [
        "# Every room of the house",
        "",
        "Each module begins with a sentence that says what it knows. These are those sentences; the plan of the house",
        "is in [architecture.md](architecture.md).",
        "",
    ]
    for folder in sorted({path.parent for path in HOUSE.rglob("*.py")}):
        if folder.name in ("versions", "__pycache__"):
            continue
        name = ".".join(folder.relative_to(HOUSE.parent).parts)
        lines += [f"## {name}", "", _sentence(folder / "__init__.py"), ""]
        rooms = [path for path in sorted(folder.glob("*.py")) if path.stem not in ("__init__", "__main__")]
        lines += [f"- `{path.stem}`: {_sentence(path)}" for path in rooms]
        lines += [""] if rooms else []
    return "\n".join(lines)


def keys() -> str:
    """Return ``docs/keys.md``."""
    from ple.tui.keys import tables

    lines = [
        "# Keys",
        "",
        "The keys of the screens, as `?` shows them there for the place that one is in. The same key means the same",
        "everywhere. `:` finds each verb by its name. In a line to type in, digits and letters type; `alt` with a",
        "digit goes to a place from there too.",
        "",
    ]
    for title, rows in tables():
        lines += [f"## {title}", "", "| key | what it does |", "|---|---|"]
        lines += [f"| {pressed} | {does} |" for pressed, does in rows]
        lines += [""]
    return "\n".join(lines)


PAGES = {"commands.md": commands, "keys.md": keys, "modules.md": modules, "settings.md": settings}


def _sentence(path: Path) -> str:
    if not path.exists():
        return ""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split()).replace(":mod:", "").replace(":func:", "").replace("``", "`")


def _command(cli: click.Group, name: str) -> Iterator[str]:
    context = click.Context(cli, info_name="ple")
    command = cli.get_command(context, name)
    assert command is not None
    yield f"## ple {name}"
    yield ""
    yield _first(command)
    yield ""
    if isinstance(command, click.Group):
        for verb in command.list_commands(context):
            inner = command.get_command(context, verb)
            assert inner is not None
            yield from _usage(inner, f"ple {name} {verb}", "### ")
    else:
        yield from _usage(command, f"ple {name}", None)


def _usage(command: click.Command, path: str, heading: str | None) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    if heading:
        yield f"{heading}{path}"
        yield ""
        yield _first(command)
        yield ""
    pieces = " ".join(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")
    yield f"    {path} {pieces}".rstrip()
    yield ""
    shown = False
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and "--help" not in record[0]:
            yield f"- `{record[0]}`: {' '.join(record[1].split())}"
            shown = True
    if shown:
        yield ""


def _first(command: click.Command) -> str:
    return " ".join((command.help or command.short_help or "").split("\n\n")[0].split())


def main() -> int:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
