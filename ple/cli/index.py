"""``ple index``: the search index, a copy of the library that may be deleted at any time."""

import sys
from collections.abc import Callable

import click

from ple.cli.frame import Group, environment, show, state
from ple.cli.words import home, plural, size

command = Group("index", help="The search index: its state, and making it anew.")


@command.command("status")
@click.pass_context
def status(ctx: click.Context) -> None:
    """Say whether the index is in step with the library."""
    found = environment(ctx).search.status()
    step = "in step" if found.in_step else f"{plural(found.behind, 'change')} behind; the next search catches up"
    said = [f"{plural(found.documents, 'document')}, {step}", f"{size(found.size_bytes)} in {home(found.path)}"]
    show(ctx, found, said=said)


@command.command("rebuild")
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Throw the index away and make it anew from the library."""
    rebuilt = environment(ctx).search.rebuild(_progress(ctx))
    said = f"Indexed {plural(rebuilt.documents, 'document')} in {rebuilt.seconds:.1f} s, {size(rebuilt.size_bytes)}"
    show(ctx, rebuilt, said=said)


@command.command("verify")
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Compare the index with the library, thing by thing."""
    wrong = environment(ctx).search.verify()
    show(ctx, {"wrong": wrong}, said=wrong or "The index says what the library says")
    if wrong:
        ctx.exit(1)


def _progress(ctx: click.Context) -> Callable[[int, int], None] | None:
    if state(ctx).quiet or not sys.stderr.isatty():
        return None

    def said(done: int, of: int) -> None:
        end = "\n" if done >= of else ""
        click.echo(f"\rIndexed {done:,} of {of:,} ({100 * done // max(of, 1)} %){end}", err=True, nl=False)

    return said
