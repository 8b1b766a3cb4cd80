"""``ple bookmarks cite|judge|snapshot|snapshots|check``: bookmarks as sources."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    FilePath,
    Group,
    environment,
    outcome,
    resolve,
    show,
    show_list,
    state,
    tell,
    write_output,
)
from ple.cli.output import when
from ple.cli.words import plural, size

if TYPE_CHECKING:
    from ple.bookmarks.judging import Judgement

_STYLES = "apa, mla, chicago, ieee, harvard"
_FORMATS = ["text", "markdown", "bibtex", "csl-json", "ris"]


def attach(group: Group) -> None:
    """Give the commands of this module to ``ple bookmarks``."""
    for one in (cite, judge, snapshot, snapshots, images, check):
        group.add_command(one)


_here = Group("sources")


@_here.command("cite")
@click.argument("bookmarks", nargs=-1)
@click.option("--tag", help="All with this tag, or one below it: a bibliography.")
@click.option("--of", "thing", metavar="THING", help="All that a collection, an essay, a goal … builds on.")
@click.option("--style", metavar="STYLE", default="apa", show_default=True, help=f"{_STYLES}, FILE.csl or its name.")
@click.option("--language", metavar="LANGUAGE", help="For a style file: the language to write in, such as en-GB.")
@click.option("--format", type=click.Choice(_FORMATS), default="text", show_default=True, help="For whom it is.")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="Say what the page does not: issued=1918.")
@click.option("--resolve", "lookup", is_flag=True, help="Ask doi.org, PubMed or Open Library; it hears what you read.")
@click.option("--output", metavar="FILE", type=FilePath(), help="Write to FILE.")
@click.pass_context
def cite(
    ctx: click.Context,
    bookmarks: tuple[str, ...],
    tag: str | None,
    thing: str | None,
    style: str,
    language: str | None,
    format: str,
    fields: tuple[str, ...],
    lookup: bool,
    output: str | None,
) -> None:
    """Write references to BOOKMARKS, to all with a tag, or to all that something builds on.

    --of takes a collection, whose order stays where the style has none, or anything that is linked with bookmarks: a
    journal entry, a goal, an artifact.

    --style takes any style file (CSL) too, or the NAME of a NAME.csl in the folder `styles` beside your settings; that
    needs `pip install 'ple[csl]'`.

    What is cited is what the page says of itself, unless you say otherwise: --set author="Noether, Emmy" --set
    issued=1918 --set type=book. An empty value leaves it to the page again.
    """
    from ple.settings.paths import config_folder

    ours = environment(ctx)
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    if tag:
        ids += [id for id in ours.bookmarks.bookmark_ids(tag=tag) if id not in ids]
    if thing:
        ids += [id for id in ours.sources.bibliography(resolve(ctx, thing)) if id not in ids]
    if not (bookmarks or tag or thing):
        raise click.UsageError("Name bookmarks, or a tag with --tag, or say --of what.", ctx)
    if (fields or lookup) and len(ids) != 1:
        raise click.UsageError("--set and --resolve are for one bookmark at a time.", ctx)
    if lookup:
        ours.sources.resolve(ids[0])
    if fields:
        ours.sources.describe(ids[0], _pairs(ctx, fields))
    written = ours.sources.cite(ids, style=style, format=format, styles=config_folder() / "styles", language=language)
    if not ids:
        tell(ctx, "Nothing to cite.")
    if output:
        write_output(ctx, output, written, f"Wrote {plural(len(ids), 'reference')} to {output}.")
        return
    value = {"style": style, "format": format, "text": written, "works": ours.sources.works(ids)}
    if format in ("bibtex", "ris", "csl-json") and not state(ctx).json:
        write_output(ctx, None, written, "")  # for a program: every blank counts
    else:
        show(ctx, value, said=written.rstrip("\n").split("\n") if written else [])


@_here.command("judge")
@click.argument("bookmark")
@click.option("--type", "kind", metavar="TYPE", help="What it is: study, review, news, opinion …; empty takes it away.")
@click.option("--note", help="What you think of it as a source, in place of what is there.")
@click.option(
    "--answer", "answers", multiple=True, metavar="QUESTION=ANSWER", help="who=yes, evidence='no: none given'."
)
@click.pass_context
def judge(ctx: click.Context, bookmark: str, kind: str | None, note: str | None, answers: tuple[str, ...]) -> None:
    """Say what you think of BOOKMARK as a source; without options, what you said.

    The checklist asks who, when, evidence, elsewhere, views, purpose; answers are yes, no, partly, unknown, and why
    after a colon.
    """
    door = environment(ctx).sources
    id = resolve(ctx, bookmark, "bookmark")
    if kind is None and note is None and not answers:
        found = door.judgement(id)
    else:
        found = door.judge(id, type=kind, note=note, answers=_pairs(ctx, answers))
    show(ctx, found, said=lines_of(found, every=True))


@_here.command("snapshot")
@click.argument("bookmarks", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Exit 1 if any of them failed.")
@click.pass_context
def snapshot(ctx: click.Context, bookmarks: tuple[str, ...], strict: bool) -> None:
    """Keep a copy of BOOKMARKS as they look now, each one file that opens without a network."""
    from ple.library.errors import PleError

    door = environment(ctx).sources
    made, failed = [], 0
    for id in [resolve(ctx, name, "bookmark") for name in bookmarks]:
        try:
            copy = door.snapshot(id)
        except PleError as error:
            failed += 1
            tell(ctx, f"#{id}: {error}")
            continue
        made.append(copy)
    said = [
        f"#{one.id}: " + (f"a copy of {size(one.bytes)}" if one.new else "the page is as in the last copy")
        + (f", without {plural(one.missing, 'image or style', 'images or styles')}" if one.missing else "")
        for one in made
    ]  # fmt: skip
    show(ctx, made, said=said)
    outcome(ctx, done=len(made), failed=failed, strict=strict)


@_here.command("snapshots")
@click.argument("bookmark")
@click.pass_context
def snapshots(ctx: click.Context, bookmark: str) -> None:
    """List the copies of BOOKMARK that are kept, newest first."""
    id = resolve(ctx, bookmark, "bookmark")
    found = environment(ctx).sources.snapshots(id)
    columns = [("Kept", when("at")), ("Size", lambda one: size(one.bytes)), ("File", "file")]
    show_list(ctx, found, columns, empty=f"No copies yet. Make one with `ple bookmarks snapshot {id}`.")


@_here.command("images")
@click.argument("bookmark")
@click.option("--keep", is_flag=True, help="Fetch the images of its text, and keep them as files.")
@click.pass_context
def images(ctx: click.Context, bookmark: str, keep: bool) -> None:
    """List the images of BOOKMARK that you keep, with their files."""
    door = environment(ctx).sources
    id = resolve(ctx, bookmark, "bookmark")
    if keep:
        done = door.keep_images(id)
        for address in done.failed:
            tell(ctx, f"no picture to be had at {address}")
        tell(ctx, f"Kept {plural(done.new, 'image')}, {done.known:,} here already.")
    columns = [("Image", "name"), ("Size", lambda one: size(one.bytes)), ("File", "file")]
    show_list(ctx, door.images(id), columns, empty=f"No images yet. `ple bookmarks images {id} --keep` keeps them.")


@_here.command("check")
@click.argument("bookmarks", nargs=-1)
@click.option("--limit", type=click.IntRange(min=1), help="Without BOOKMARKS: at most so many.")
@click.option("--force", is_flag=True, help="Without BOOKMARKS: also those whose turn has not come again.")
@click.option("--strict", is_flag=True, help="Exit 1 if any of them is not there.")
@click.pass_context
def check(ctx: click.Context, bookmarks: tuple[str, ...], limit: int | None, force: bool, strict: bool) -> None:
    """Ask whether BOOKMARKS are still there; without any, those whose turn it is.

    Each site is asked one page a second. A page that is there is asked again after a month, one that is not after 1, 2,
    4 … days. Nothing is removed, and only the page's own site is asked.
    """
    ids = [resolve(ctx, name, "bookmark") for name in bookmarks]
    found = []
    for one in environment(ctx).sources.check(ids or None, force=force, limit=limit):
        found.append(one)
        if one.standing == "there":
            continue
        tell(ctx, f"#{one.id} {one.title}: {one.standing}" + (f", {one.why}" if one.why else ""))
        if one.moved_to:
            tell(ctx, f"  now there: `ple bookmarks edit {one.id} --url {one.moved_to}`")
        if one.has_copy and one.standing != "moved":
            tell(ctx, f"  you have a copy: `ple bookmarks open {one.id} --offline`")
        elif one.archived:
            tell(ctx, f"  perhaps at {one.archived}")
    counts = {state: sum(one.standing == state for one in found) for state in dict.fromkeys(o.standing for o in found)}
    said = f"Checked {plural(len(found), 'page')}: " + ", ".join(f"{n:,} {state}" for state, n in counts.items())
    show(ctx, {"checked": len(found), **counts, "pages": found}, said=said if found else "No page's turn has come.")
    there = counts.get("there", 0) + counts.get("moved", 0)
    if strict:
        outcome(ctx, done=there, failed=len(found) - there, strict=True)


def lines_of(judgement: "Judgement", *, every: bool = False) -> list[str]:
    """Return what a learner thinks of a source as lines; of the checklist ``every`` question or those answered."""
    lines = [f"Source: {judgement.type}"] if judgement.type else []
    for one in judgement.checklist:
        if one.answer or every:
            remark = f" ({one.remark})" if one.remark else ""
            lines.append(f"  {one.answer or '·':8}{one.name}: {one.asks}{remark}")
    return [*lines, *(f"| {part}" for part in judgement.note.splitlines())]


def _pairs(ctx: click.Context, said: tuple[str, ...]) -> dict[str, Any]:
    pairs = [one.partition("=") for one in said]
    if any(not equals for _name, equals, _value in pairs):
        raise click.UsageError("Write NAME=VALUE.", ctx)
    return {name.strip(): value.strip() for name, _equals, value in pairs}
