"""``ple bookmarks import|export``: bring in what one has, and take it elsewhere."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    FilePath,
    Group,
    environment,
    export_format,
    outcome,
    read_input,
    resolve,
    show,
    state,
    tell,
    write_output,
)
from ple.cli.output import line
from ple.cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ple.bookmarks import Imported, ImportPlan
    from ple.bookmarks.intake import Progress

_EXPORTS = ["netscape", "json", "csv", "markdown", "bibtex", "ris", "csl-json"]

_here = Group("bookmarks")


def attach(group: Group) -> None:
    """Give the commands of this module to ``ple bookmarks``."""
    for one in (import_, export):
        group.add_command(one)


@_here.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FilePath())
@click.option("--format", metavar="NAME", help="Found out by itself unless you say it; see docs/bookmarks.md.")
@click.option(
    "--folders",
    type=click.Choice(["keep", "path", "parts", "last"]),
    default="keep",
    show_default=True,
    help="Make tags of folders too: the path a/b, each part, or the last.",
)
@click.option("--plan", is_flag=True, help="Only say what would be new, is known already, and cannot be read.")
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_(
    ctx: click.Context, files: tuple[str, ...], format: str | None, folders: str, plan: bool, strict: bool
) -> None:
    """Bring in bookmarks, books and highlights of a browser or another program from FILES (- for standard input).

    Which format a file is in is found out by what is in it. Doing it twice adds nothing; interrupted and done again,
    it goes on where it was.
    """
    from ple.library.errors import InvalidInput

    door = environment(ctx).bookmarks
    results: list[Any] = []
    failed = 0
    for file in files:
        try:
            name, data = read_input(file)
            if plan:
                results.append(door.plan_import(name, data, format=format, folders=folders))
            else:
                with _progress(ctx, name) as progress:
                    results.append(door.import_file(name, data, format=format, folders=folders, progress=progress))
        except InvalidInput as error:
            if len(files) == 1:
                raise
            failed += 1
            tell(ctx, f"{error}. {error.hint or ''}".rstrip())
            continue
        for bad in results[-1].refused:
            tell(
                ctx,
                f"{results[-1].counted} {bad.line}: {bad.reason}" + ("" if bad.url in bad.reason else f" ({bad.url})"),
            )
        (_say_plan if plan else _say_imported)(ctx, results[-1], name if len(files) > 1 else "")
    if state(ctx).json:
        show(ctx, results[0] if len(files) == 1 else results)
    added = 0 if plan else sum(one.added for one in results)
    if added:
        tell(ctx, "`ple bookmarks refresh` fetches their pages.")
    done = sum(
        len(one.refused) == 0 or (one.new if plan else one.added) + one.known + one.restored > 0 for one in results
    )
    outcome(ctx, done=done, failed=failed + sum(len(one.refused) for one in results), strict=strict)


def _say_plan(ctx: click.Context, planned: "ImportPlan", name: str) -> None:
    parts = [f"{plural(planned.new, 'bookmark')} would be new", f"{planned.known:,} kept already"]
    if planned.restored:
        parts.append(f"{planned.restored:,} would come back from the trash")
    if planned.highlights:
        parts.append(f"with {plural(planned.highlights, 'highlight')}")
    if planned.refused:
        parts.append(f"{len(planned.refused):,} unreadable")
    _say(ctx, name, f"{', '.join(parts)} ({planned.format}).")
    for title in planned.titles:
        _say(ctx, "", f"  + {title}")
    if planned.new > len(planned.titles):
        _say(ctx, "", f"  + {planned.new - len(planned.titles):,} more")


def _say_imported(ctx: click.Context, done: "Imported", name: str) -> None:
    parts = [f"Imported {plural(done.added, 'bookmark')}", f"{done.known:,} kept already"]
    if done.updated:
        parts.append(f"{done.updated:,} of them brought up to date")
    if done.restored:
        parts.append(f"{done.restored:,} came back from the trash")
    if done.highlights:
        parts.append(plural(done.highlights, "highlight"))
    if done.refused:
        parts.append(f"{len(done.refused):,} refused")
    _say(ctx, name, f"{', '.join(parts)}.")


def _say(ctx: click.Context, name: str, sentence: str) -> None:
    if not state(ctx).json:
        show(ctx, None, said=f"{name}: {sentence}" if name else sentence)


@contextmanager
def _progress(ctx: click.Context, name: str) -> "Iterator[Progress | None]":
    """Show how far an import is and how long it still takes, where somebody can see it."""
    import sys
    import time

    if state(ctx).quiet or not sys.stderr.isatty():
        yield None
        return
    began = time.monotonic()

    def progress(done: int, total: int | None) -> None:
        spent = time.monotonic() - began
        shown = f"{done:,}" + (f" of about {total:,}" if total and total > done else "")
        if total and total > done:
            left = spent / done * (total - done)
            shown += f", {left / 60:.0f} min left" if left >= 90 else f", {max(1, round(left))} s left"
        click.echo(f"\r\033[K{line(name)}: {shown}", nl=False, err=True)

    try:
        yield progress
    finally:
        click.echo("\r\033[K", nl=False, err=True)


@_here.command("export")
@click.argument("file", metavar="[FILE]", required=False, type=FilePath())
@click.option("--format", type=click.Choice(_EXPORTS), default="netscape", show_default=True, help="For whom it is.")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.option("--collection", help="Only those of this collection, in its order.")
@click.pass_context
def export(ctx: click.Context, file: str | None, format: str, tag: str | None, collection: str | None) -> None:
    """Write all bookmarks to FILE, or to standard output."""
    door = environment(ctx).bookmarks
    format = export_format(ctx, file, format)
    ids = door.bookmark_ids(tag=tag)[::-1]
    if collection is not None:
        wanted = set(ids)
        held = environment(ctx).collections.collection(resolve(ctx, collection, "collection")).members
        ids = [id for id in held if id in wanted]
    write_output(ctx, file, door.export(format, ids), f"Wrote {plural(len(ids), 'bookmark')} to {file}.")
