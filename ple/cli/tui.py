"""``ple tui``, and ``ple`` alone: the screens."""

import sys

import click

from ple.cli.frame import Command, state
from ple.library.errors import InvalidInput


@click.command("tui", cls=Command)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Open the screens."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise InvalidInput("the screens need a terminal", hint="Use the commands in scripts: `ple --help` lists them.")
    from ple.settings.paths import place
    from ple.tui.app import run

    where = place(state(ctx).library)
    run(where.folder, where.url)
