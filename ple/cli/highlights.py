"""``ple highlights``: mark words in what one reads."""

from typing import TYPE_CHECKING, Any

import click

from ple.bookmarks.annotations import COLORS
from ple.cli.frame import (
    FilePath,
    Group,
    confirm,
    environment,
    export_format,
    outcome,
    read_input,
    resolve,
    show,
    show_list,
    tell,
    write_output,
)
from ple.cli.output import when
from ple.cli.words import moment, plural

if TYPE_CHECKING:
    from ple.bookmarks.models import Highlight

command = Group("highlights", help="Mark words in what you read, and find them again.")

_COLOR = click.Choice(COLORS, case_sensitive=False)
_STATES = ["anchored", "doubtful", "orphaned"]


@command.command("add")
@click.argument("resource")
@click.option("--quote", required=True, help="The words, as they stand in the text; “begin … end” for a long passage.")
@click.option("--note", default="", help="What you say about them, in Markdown.")
@click.option("--color", type=_COLOR, default="yellow", show_default=True, help="The colour of the marker.")
@click.option("--tag", "tags", multiple=True, help="Give it a tag; may be said several times.")
@click.option("--prefix", default="", help="What stands before the words, if they stand there more than once.")
@click.option("--suffix", default="", help="What stands after them.")
@click.option("--anyway", is_flag=True, help="Keep words that are not in the text.")
@click.pass_context
def add(
    ctx: click.Context,
    resource: str,
    quote: str,
    note: str,
    color: str,
    tags: tuple[str, ...],
    prefix: str,
    suffix: str,
    anyway: bool,
) -> None:
    """Mark words in RESOURCE: a page, an entry, an assignment, whatever has text."""
    id = resolve(ctx, resource)
    made = environment(ctx).highlights.add(
        id, quote, note=note, color=color, tags=tags, prefix=prefix, suffix=suffix, anyway=anyway
    )
    if made.state != "anchored":
        tell(ctx, "These words are not in its text for sure; they are kept, and looked for when it changes.")
    show(ctx, made, said=f"Highlighted in “{made.source_title}”: #{made.id} {made.title}")


@command.command("list")
@click.argument("resource", required=False)
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.option("--color", type=_COLOR, help="Only those of this colour.")
@click.option("--state", type=click.Choice(_STATES), help="Only those that are so.")
@click.option("--since", help="Only those made since then: 2026-11-01, 7d, 12h, today, yesterday.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.pass_context
def list_(
    ctx: click.Context,
    resource: str | None,
    tag: str | None,
    color: str | None,
    state: str | None,
    since: str | None,
    limit: int,
) -> None:
    """List highlights, newest first; those in RESOURCE in the order of its text."""
    id = resolve(ctx, resource) if resource else None
    found = environment(ctx).highlights.highlights(
        id, tag=tag, color=color, state=state, since=moment(since) if since else None, limit=limit
    )
    columns: list[tuple[str, Any]] = [("#", "id"), ("", _mark), ("Words", "title"), ("Note", "note")]
    columns += [] if id else [("In", "source_title")]
    columns += [("Tags", "tags"), ("Made", when("made_at"))]
    filtered = resource or tag or color or state or since
    empty = (
        "Nothing here." if filtered else "No highlights yet. Mark words with `ple highlights add RESOURCE --quote …`."
    )
    show_list(ctx, found, columns, empty=empty)
    orphaned = sum(one.state == "orphaned" for one in found)
    if orphaned:
        tell(
            ctx,
            f"{plural(orphaned, 'highlight')} marked “!”: the words are not in the text that is here; they are kept.",
        )


@command.command("edit")
@click.argument("highlight")
@click.option("--note", help="Your note, in place of the one there; empty takes it away.")
@click.option("--color", type=_COLOR, help="Its colour.")
@click.option("--tag", "tags", multiple=True, help="Add a tag; may be said several times.")
@click.option("--untag", "untags", multiple=True, help="Take a tag off; may be said several times.")
@click.pass_context
def edit(
    ctx: click.Context,
    highlight: str,
    note: str | None,
    color: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
) -> None:
    """Change what you say about HIGHLIGHT."""
    from ple.library.identity import fold_tag

    door = environment(ctx).highlights
    id = resolve(ctx, highlight, "highlight")
    all_tags: list[str] | None = None
    if tags or untags:
        gone = {fold_tag(tag) for tag in untags}
        all_tags = [*(tag for tag in door.highlight(id).tags if tag not in gone), *tags]
    changed = door.edit(id, note=note, color=color, tags=all_tags)
    show(ctx, changed, said=f"Changed: #{changed.id} {changed.title}")


@command.command("remove")
@click.argument("highlights", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, highlights: tuple[str, ...]) -> None:
    """Put HIGHLIGHTS in the trash. `ple undo` brings them back."""
    ids = [resolve(ctx, name, "highlight") for name in highlights]
    if len(ids) > 20 and not confirm(ctx, f"Remove {len(ids)} highlights?"):
        return
    done = environment(ctx).highlights.remove(ids)
    show(ctx, {"removed": done, "ids": ids}, said=f"Removed {plural(done, 'highlight')}. `ple undo` brings it back.")


@command.command("import")
@click.argument("file", metavar="FILE", type=FilePath())
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_(ctx: click.Context, file: str, strict: bool) -> None:
    """Bring in highlights from FILE (- for standard input): W3C Web Annotations, Hypothesis, or an export of ple."""
    name, data = read_input(file)
    done = environment(ctx).highlights.import_file(name, data)
    for bad in done.refused:
        tell(ctx, f"annotation {bad.line}: {bad.reason}")
    said = f"Imported {plural(done.added, 'highlight')}, {done.known:,} here already"
    said += f", {len(done.refused):,} refused." if done.refused else "."
    show(ctx, done, said=said)
    outcome(ctx, done=done.added + done.known, failed=len(done.refused), strict=strict)


@command.command("export")
@click.argument("file", metavar="[FILE]", required=False, type=FilePath())
@click.option(
    "--format",
    type=click.Choice(["markdown", "json", "w3c", "csv"]),
    default="markdown",
    show_default=True,
    help="For whom it is; w3c is JSON-LD of the Web Annotation model.",
)
@click.option("--in", "resource", help="Only those in this resource.")
@click.option("--tag", help="Only those with this tag, or one below it.")
@click.pass_context
def export(ctx: click.Context, file: str | None, format: str, resource: str | None, tag: str | None) -> None:
    """Write highlights to FILE, or to standard output."""
    door = environment(ctx).highlights
    ids = door.highlight_ids(resolve(ctx, resource) if resource else None, tag=tag)
    ids = ids if resource else ids[::-1]
    format = export_format(ctx, file, format)
    write_output(ctx, file, door.export(format, ids), f"Wrote {plural(len(ids), 'highlight')} to {file}.")


def _mark(one: "Highlight") -> str:
    return {"anchored": "", "doubtful": "?", "orphaned": "!"}[one.state]
