"""``ple save`` and ``ple bookmarks add``: keep pages."""

import copy
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import Command, environment, outcome, read_input, show, state, tell
from ple.cli.words import plural

if TYPE_CHECKING:
    from ple.bookmarks import Saved


@click.command("save", cls=Command)
@click.argument("urls", metavar="URL...", nargs=-1)
@click.option("--title", help="Call it so, whatever the page says.")
@click.option("--tag", "tags", multiple=True, help="Give it a tag; may be said several times.")
@click.option("--note", help="Why you keep it.")
@click.option("--later", is_flag=True, help="Keep the address now, fetch the page later.")
@click.option("--offline", is_flag=True, help="Keep a copy of the page as it looks too, in one file.")
@click.option("--images", is_flag=True, help="Keep the images of its text as files too.")
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
    images: bool,
    copied: bool,
) -> None:
    """Keep the pages at URLs (- for a list on standard input). Saving one again brings it up to date."""
    from ple.library.errors import InvalidInput, PleError

    wanted = _wanted(urls, copied)
    if not wanted and (copied or "-" in urls):
        where = "in the clipboard" if copied else "on standard input"
        raise InvalidInput(f"there is no address {where}", hint="Nothing was saved.")
    if not wanted:
        raise click.UsageError("Name an address, - for addresses on standard input, or --clipboard.", ctx)
    door = environment(ctx).bookmarks
    many = len(wanted) > 1 or "-" in urls
    if many and title:
        raise click.UsageError("--title is for one page; here are several.", ctx)
    values: list[Any] = []
    failed = 0
    for url in wanted:
        try:
            saved = door.save(url, title=title, tags=tags, note=note, fetch=not later)
        except PleError as error:
            if not many:
                raise
            failed += 1
            tell(ctx, f"{error}. {error.hint or ''}".rstrip())
            continue
        if offline:
            _keep_copy(ctx, saved)
        if images:
            _keep_images(ctx, saved)
        if not many:
            _show_saved(ctx, saved)
            return
        values.append(_saved_value(saved))
        _tell_saved(ctx, saved)
        if not state(ctx).json:
            show(ctx, None, said=_said(saved))
    if state(ctx).json:
        show(ctx, values)
    outcome(ctx, done=len(values), failed=failed)


add = copy.copy(command)  # the same, as a verb of `ple bookmarks`
add.name = "add"


def _keep_copy(ctx: click.Context, saved: "Saved") -> None:
    from ple.library.errors import PleError

    try:
        environment(ctx).sources.snapshot(saved.bookmark.id)
    except PleError as error:
        tell(ctx, f"There is no copy of it: {error}.")


def _keep_images(ctx: click.Context, saved: "Saved") -> None:
    from ple.library.errors import PleError

    try:
        done = environment(ctx).sources.keep_images(saved.bookmark.id)
    except PleError as error:
        tell(ctx, f"Its images are not kept: {error}.")
        return
    known = f", {done.known:,} here already" if done.known else ""
    failed = f", {len(done.failed):,} could not be had" if done.failed else ""
    tell(ctx, f"Kept {plural(done.new, 'image')}{known}{failed}.")


def _wanted(urls: tuple[str, ...], copied: bool) -> list[str]:
    """Return the addresses that are named, ``-`` being those on standard input, a line each."""
    import re

    texts = [read_input("-")[1].decode("utf-8", "replace") if url == "-" else url for url in urls]
    if copied:
        from ple.cli.clipboard import clipboard

        texts.append(clipboard())
    found: list[str] = []
    for line in (line.strip() for text in texts for line in text.splitlines()):
        address = re.search(r"https?://[^\s<>\"]+", line)
        if line and not line.startswith("#"):
            found.append(address[0] if address and address[0] != line and " " in line else line)
    return list(dict.fromkeys(found))


def _show_saved(ctx: click.Context, saved: "Saved") -> None:
    """Print what was saved: as JSON the bookmark with ``known`` and ``problem``, else a sentence."""
    _tell_saved(ctx, saved)
    show(ctx, _saved_value(saved), said=_said(saved))


def _tell_saved(ctx: click.Context, saved: "Saved") -> None:
    if saved.problem:
        tell(ctx, f"Its text is not here: {saved.problem}.")
        if saved.hint:
            tell(ctx, saved.hint)


def _saved_value(saved: "Saved") -> dict[str, Any]:
    from ple.cli.output import plain_values

    return {**plain_values(saved.bookmark), "known": saved.known, "problem": saved.problem, "hint": saved.hint}


def _said(saved: "Saved") -> str:
    page = saved.bookmark
    length = f", {plural(page.words, 'word')}, {page.reading_minutes} min" if page.words else ""
    verb = "Kept already, brought up to date" if saved.known else "Saved"
    return f"{verb}: #{page.id} {page.title}{length}"
