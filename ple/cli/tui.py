"""``ple tui``, and ``ple`` alone: the screens; where there is no terminal, the plain menu."""

import os
import sys

import click

from ple.cli.frame import Command, environment, state


@click.command("tui", cls=Command)
@click.option("--plain", is_flag=True, help="A numbered menu in plain lines, as for screen readers.")
@click.pass_context
def command(ctx: click.Context, plain: bool = False) -> None:
    """Open the screens; in a pipe, or with --plain, a numbered menu in plain lines."""
    in_browser = "TEXTUAL_DRIVER" in os.environ
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if plain or not (terminal or in_browser):
        from ple.plain.day import Day
        from ple.plain.talk import Talk

        Day(environment(ctx), Talk()).run()
        return
    from ple.settings.paths import place
    from ple.tui.starting import run

    where = place(state(ctx).library)
    if where.named and not (where.folder / "library.sqlite").exists():
        from ple.cli import naming

        naming.ask(ctx, where.folder)
    run(where.folder, where.url)
