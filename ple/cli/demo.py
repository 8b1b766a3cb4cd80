"""``ple demo``: the whole loop on sample material that lives on this machine."""

import os
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ple.cli.frame import Command, FilePath, show, state
from ple.cli.output import print_line
from ple.cli.words import home
from ple.library.errors import InvalidInput, PleError
from ple.settings.paths import at_home

if TYPE_CHECKING:
    from ple.demo.walk import Step


@click.command("demo", cls=Command)
@click.option("--keep", type=FilePath(file_okay=False, path_type=Path), help="Work in this new folder, and keep it.")
@click.option("--tui", is_flag=True, help="Open the screens on it afterwards.")
@click.pass_context
def command(ctx: click.Context, keep: Path | None, tui: bool) -> None:
    """See the whole loop, from a feed to a receipt, on sample material.

    Everything happens on this machine and in a folder of its own. No network is needed; nothing of yours is touched.
    """
    if tui and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInput("the screens need a terminal", hint="Run `ple demo` without --tui.")
    began = time.perf_counter()
    from ple.demo.walk import Demo
    from ple.library.identity import utc_now

    quiet = state(ctx).json or state(ctx).quiet
    steps: list[Step] = []
    with _folder(keep) as folder, _alone(), Demo(folder, utc_now()) as demo:
        if not quiet:
            _say_hello()
        try:
            for number, step in enumerate(demo.steps(), 1):
                steps.append(step)
                if not quiet:
                    _say(number, step)
        except PleError as error:
            if state(ctx).json:
                show(ctx, _summary(steps, began, keep, error))
                ctx.exit(1)
            raise
        if not quiet:
            _say_goodbye(len(steps), time.perf_counter() - began, demo.library_folder if keep else None, tui)
        elif state(ctx).json:
            show(ctx, _summary(steps, began, keep, None))
        if tui:
            from ple.tui.starting import run

            demo.environment.close()
            run(demo.library_folder)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give a folder to work in: the one to be kept, else a temporary one that is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="ple-demo-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)
        return
    folder = at_home(keep).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise InvalidInput(f"{keep} cannot be made", hint="Name a folder that you may write to.") from error
    if not empty:
        raise InvalidInput(f"{keep} is not empty", hint="Name a new folder; the demo brings its own library.")
    yield folder


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the demo's token out of the learner's keyring, and a proxy out of what stays on this machine."""
    ours = {"PLE_NO_KEYRING": "1", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _width() -> int:
    return max(40, min(88, shutil.get_terminal_size((80, 24)).columns))


def _style(text: str, **style: bool | str) -> str:
    plain = os.environ.get("NO_COLOR") or not sys.stdout.isatty()
    return text if plain else click.style(text, **style)  # type: ignore[arg-type]


def _say_hello() -> None:
    click.echo()
    click.echo("  " + _style("A learner's day", bold=True) + ", on sample material that lives on this machine alone.")
    click.echo()


def _say(number: int, step: "Step") -> None:
    from ple.web.text import line

    room = _width() - 4
    click.echo(f"{_style(f'{number:>3}', fg='cyan')} {_style(step.name, bold=True)}")
    for row in textwrap.wrap(line(step.said), room, break_on_hyphens=False):
        click.echo(f"    {row}")
    for command in step.commands:
        click.echo("    " + _style(f"$ {line(command)}", fg="green"))
    for detail in step.details:
        shown = line(detail)
        click.echo("      " + _style(shown if len(shown) <= room - 2 else shown[: room - 3] + "…", dim=True))
    click.echo()


def _say_goodbye(steps: int, seconds: float, kept: Path | None, tui: bool) -> None:
    click.echo("  " + _style(f"All {steps} steps came out as they should, in {seconds:.1f} s.", bold=True))
    if kept is not None:
        print_line(f"  Look around in it: ple --library {home(kept)}")
    elif not tui:
        print_line(
            "  Nothing of it is left. Look around in it with `ple demo --tui`, or keep it: `ple demo --keep DIR`."
        )
    click.echo()


def _summary(steps: "list[Step]", began: float, keep: Path | None, error: PleError | None) -> dict[str, object]:
    return {
        "ok": error is None,
        "seconds": round(time.perf_counter() - began, 2),
        "folder": str(keep.absolute()) if keep else None,
        "steps": steps,
        "error": str(error) if error else None,
        "hint": error.hint if error else None,
    }
