"""``ple save``: the short way of ``ple bookmarks add``."""

import click

from ple.cli import bookmarks
from ple.cli.frame import Command


@click.command("save", cls=Command)
@click.argument("urls", metavar="URL...", nargs=-1)
@click.option("--title", help="Call it so, whatever the page says.")
@click.option("--tag", "tags", multiple=True, help="Give it a tag; may be said several times.")
@click.option("--note", help="Why you keep it.")
@click.option("--later", is_flag=True, help="Keep the address now, fetch the page later.")
@click.option("--offline", is_flag=True, help="Keep a copy of the page as it looks too, in one file.")
@click.option("--clipboard", "copied", is_flag=True, help="Keep the address that you copied.")
@click.pass_context
def command(
    ctx: click.Context,
    urls: tuple[str, ...],
    title: str | None,
    tags: tuple[str, ...],
    note: str | None,
    later: bool,
    offline: bool,
    copied: bool,
) -> None:
    """Keep the pages at URLs (- for a list on standard input). Saving one again brings it up to date."""
    bookmarks.save(ctx, urls, title, tags, note, later, offline, copied)
