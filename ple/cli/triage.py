"""``ple entries inbox`` and what is decided there; notes on entries; their whole text."""

import datetime as dt

import click

from ple.cli.frame import Command, environment, outcome, resolve, show, show_list, state, tell
from ple.cli.output import when
from ple.cli.spans import length
from ple.cli.words import plural


@click.command("inbox", cls=Command)
@click.option("--feed", help="Only those of this feed.")
@click.option("--folder", help="Only those of the feeds in this folder.")
@click.option("--newest", is_flag=True, help="The newest first, not what fits you best.")
@click.option("--state", "which", type=click.Choice(["keep", "later", "drop", "hidden"]), help="What was decided so.")
@click.option("--limit", type=click.IntRange(min=1), default=30, show_default=True, help="At most so many.")
@click.pass_context
def inbox(
    ctx: click.Context, feed: str | None, folder: str | None, newest: bool, which: str | None, limit: int
) -> None:
    """Show what is to be decided on: unread, and not kept, put off or dropped. What fits you best comes first."""
    triage = environment(ctx).feeds.triage
    if which:
        lines = environment(ctx).feeds.entry_lines(triage.ids(which)[:limit])
        columns = [("#", "id"), ("Title", "title"), ("Feed", "feed_title"), ("When", when("published_at"))]
        show_list(ctx, lines, columns, empty="Nothing here.")
        return
    found = triage.inbox(
        feed=resolve(ctx, feed, "feed") if feed else None, folder=folder, best_first=not newest, limit=limit
    )
    show_list(
        ctx, found,
        [
            ("#", lambda line: line.entry.id), ("Fits", lambda line: f"{line.score:+.1f}" if line.score else ""),
            ("Title", lambda line: line.entry.title), ("Feed", lambda line: line.entry.feed_title),
            ("Why", lambda line: line.because[0] if line.because else ""),
        ],
        empty="The inbox is empty.",
    )  # fmt: skip
    counts = triage.counts()
    if not state(ctx).json:
        tell(ctx, f"{counts['inbox']:,} in the inbox, {counts['later']:,} put off, {counts['keep']:,} kept.")


@click.command("keep", cls=Command)
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def keep(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Keep ENTRIES: out of the inbox, starred, here for good."""
    ids = [resolve(ctx, name, "entry") for name in entries]
    environment(ctx).feeds.triage.keep(ids)
    _said(ctx, ids, "Kept")


@click.command("later", cls=Command)
@click.argument("entries", nargs=-1, required=True)
@click.option("--for", "span", metavar="SPAN", help="Back in the inbox after 12h, 7d, 4w; otherwise when you ask.")
@click.pass_context
def later(ctx: click.Context, entries: tuple[str, ...], span: str | None) -> None:
    """Put ENTRIES off: `ple entries inbox --state later` shows them."""
    ids = [resolve(ctx, name, "entry") for name in entries]
    until = dt.datetime.now(dt.UTC) + length(span) if span else None
    environment(ctx).feeds.triage.later(ids, until=until)
    _said(ctx, ids, "Put off")


@click.command("drop", cls=Command)
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def drop(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Drop ENTRIES: out of the inbox, counted as read."""
    ids = [resolve(ctx, name, "entry") for name in entries]
    environment(ctx).feeds.triage.drop(ids)
    _said(ctx, ids, "Dropped")


@click.command("back", cls=Command)
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def back(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Put ENTRIES back in the inbox, whatever was decided, or hidden by a rule."""
    ids = [resolve(ctx, name, "entry") for name in entries]
    environment(ctx).feeds.triage.back(ids)
    _said(ctx, ids, "Back in the inbox")


@click.command("why", cls=Command)
@click.argument("entry")
@click.pass_context
def why(ctx: click.Context, entry: str) -> None:
    """Say how well ENTRY fits what you read, star, save and highlight, and why."""
    scored = environment(ctx).feeds.triage.score(resolve(ctx, entry, "entry"))
    said = (
        [f"{scored.score:+.1f}", *scored.because]
        if scored.because
        else ["0: nothing that you did speaks for it or against it."]
    )
    show(ctx, scored, said=said)


@click.command("note", cls=Command)
@click.argument("entry")
@click.argument("text")
@click.option("--tag", "tags", multiple=True, help="Tag the note; may be given several times.")
@click.pass_context
def note(ctx: click.Context, entry: str, text: str, tags: tuple[str, ...]) -> None:
    """Write TEXT in the journal, about ENTRY. An entry with a note is kept for good."""
    written = environment(ctx).journal.write(text, about=resolve(ctx, entry, "entry"), tags=tags)
    show(ctx, written, said=f"Wrote #{written.id} {written.title}")


@click.command("fetch", cls=Command)
@click.argument("entries", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Exit 1 if any failed, not only if all did.")
@click.pass_context
def fetch(ctx: click.Context, entries: tuple[str, ...], strict: bool) -> None:
    """Fetch the whole text of ENTRIES from their pages, where the feed gives only a part."""
    done = [environment(ctx).feeds.whole_texts.fetch(resolve(ctx, name, "entry")) for name in entries]
    for each in done:
        if each.problem:
            tell(ctx, f"#{each.entry_id} {each.title}: {each.problem}" + (f"\n     {each.hint}" if each.hint else ""))
    said = [f"#{each.entry_id} {each.title}: {plural(each.words, 'word')}" for each in done if not each.problem]
    show(ctx, done if len(done) > 1 else done[0], said=said)
    outcome(ctx, done=len(said), failed=len(done) - len(said), strict=strict)


commands = (inbox, keep, later, drop, back, why, note, fetch)


def _said(ctx: click.Context, ids: list[int], said: str) -> None:
    lines = environment(ctx).feeds.entry_lines(ids)
    show(ctx, lines if len(lines) > 1 else lines[0], said=[f"{said}: #{line.id} {line.title}" for line in lines])
