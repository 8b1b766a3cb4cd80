"""``ple entries``: read what came in from the feeds."""

from typing import TYPE_CHECKING

import click

from ple.cli import triage
from ple.cli.frame import Group, environment, resolve, show, show_list, show_text, tell
from ple.cli.output import when
from ple.cli.words import ago, plural
from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    import datetime as dt

command = Group("entries", help="Read what came in from the feeds.")
for each in triage.commands:
    command.add_command(each)


@command.command("list")
@click.option("--feed", help="Only those of this feed.")
@click.option("--folder", help="Only those of the feeds in this folder.")
@click.option("--unread", is_flag=True, help="Only those that you have not read.")
@click.option("--starred", is_flag=True, help="Only those that you starred.")
@click.option("--since", help="Only those since then: 2026-11-01, 7d, 12h, yesterday, 'last week'.")
@click.option("--search", help="Those that fit this saved search, by its name or number.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.pass_context
def list_(
    ctx: click.Context, feed: str | None, folder: str | None, unread: bool, starred: bool, since: str | None,
    search: str | None, limit: int,
) -> None:  # fmt: skip
    """List entries, newest first."""
    filtered = unread or starred or since or feed or folder
    if search and filtered:
        raise click.UsageError("A saved search says by itself what fits: name nothing else with --search.", ctx)
    doors = environment(ctx).feeds
    if search:
        searches = environment(ctx).searches
        entries = doors.entry_lines(searches.entry_ids(searches.named(search))[:limit])
    else:
        entries = doors.entries(
            feed=resolve(ctx, feed, "feed") if feed else None,
            folder=folder,
            unread=True if unread else None,
            starred=True if starred else None,
            since=_moment(since) if since else None,
            limit=limit,
        )
    columns = [
        ("#", "id"), ("", lambda entry: ("" if entry.read else "•") + ("★" if entry.starred else "")),
        ("Title", "title"), ("Feed", "feed_title"), ("When", when("published_at")),
    ]  # fmt: skip
    empty = "Nothing here." if filtered or search else "Nothing yet. Try `ple feeds update`."
    show_list(ctx, entries, columns, empty=empty)


@command.command("show")
@click.argument("entry")
@click.pass_context
def show_(ctx: click.Context, entry: str) -> None:
    """Print ENTRY for reading. It stays unread; `ple entries read` marks it."""
    found = environment(ctx).feeds.entry(resolve(ctx, entry, "entry"))
    by = f", {found.author}" if found.author else ""
    lines = [found.title, f"{found.feed_title}{by} · {ago(found.published_at)}", found.url or "", ""]
    lines.append(found.text or found.summary or "(no text)")
    lines += [f"Attached: {file['url']}" for file in found.enclosures]
    show_text(ctx, found, "\n".join(lines))


@command.command("read")
@click.argument("entries", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them, or all of a feed or folder.")
@click.option("--feed", help="With --all: those of this feed.")
@click.option("--folder", help="With --all: those of the feeds in this folder.")
@click.option("--before", help="With --all: those before then: 2026-11-01, 7d, yesterday, 'last month'.")
@click.pass_context
def read(
    ctx: click.Context,
    entries: tuple[str, ...],
    everything: bool,
    feed: str | None,
    folder: str | None,
    before: str | None,
) -> None:
    """Mark ENTRIES as read."""
    if everything == bool(entries) or (not everything and (feed or folder or before)):
        raise click.UsageError("Name the entries, or say --all (of a --feed, of a --folder, --before a day).", ctx)
    if everything:
        done = environment(ctx).feeds.mark_all_read(
            feed=resolve(ctx, feed, "feed") if feed else None, folder=folder, before=_moment(before) if before else None
        )
        show(ctx, {"read": done}, said=f"Marked {plural(done, 'entry', 'entries')} as read. `ple undo` takes it back.")
        return
    _mark(ctx, entries, "mark_read", "Read")


@command.command("unread")
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def unread(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Mark ENTRIES as unread."""
    _mark(ctx, entries, "mark_unread", "Unread")


@command.command("star")
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def star(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Star ENTRIES, which keeps them for good."""
    _mark(ctx, entries, "star", "Starred")


@command.command("unstar")
@click.argument("entries", nargs=-1, required=True)
@click.pass_context
def unstar(ctx: click.Context, entries: tuple[str, ...]) -> None:
    """Take the star off ENTRIES."""
    _mark(ctx, entries, "unstar", "Not starred")


@command.command("save")
@click.argument("entry")
@click.option("--tag", "tags", multiple=True, help="Tag the bookmark; may be given several times.")
@click.option("--note", help="Why you keep it.")
@click.pass_context
def save(ctx: click.Context, entry: str, tags: tuple[str, ...], note: str | None) -> None:
    """Keep the page of ENTRY as a bookmark."""
    ours = environment(ctx)
    found = ours.feeds.entry(resolve(ctx, entry, "entry"))
    if found.url is None:
        raise InvalidInput(f"#{found.id} {found.title} has no address to save", hint="Star it to keep it.")
    saved = ours.bookmarks.save(found.url, called=found.title, tags=tags, note=note, source=found.id)
    if saved.problem:
        tell(ctx, f"The page could not be fetched yet: {saved.problem}")
    verb = "Kept already" if saved.known else "Saved"
    show(ctx, saved.bookmark, said=f"{verb}: #{saved.bookmark.id} {saved.bookmark.title}")


@command.command("open")
@click.argument("entry")
@click.option("--attached", is_flag=True, help="Open what is attached instead: an episode, a film.")
@click.pass_context
def open_(ctx: click.Context, entry: str, attached: bool) -> None:
    """Open ENTRY in your browser and mark it as read; with --attached, its file in your player."""
    from ple.cli.opening import open_on_the_web

    feeds = environment(ctx).feeds
    found = feeds.entry(resolve(ctx, entry, "entry"))
    address = next((str(file["url"]) for file in found.enclosures), None) if attached else found.url
    if address is None:
        what = "nothing attached" if attached else "no address"
        raise InvalidInput(f"#{found.id} {found.title} has {what}", hint=f"Read it with `ple entries show {found.id}`.")
    if not open_on_the_web(address, environment(ctx).settings):
        raise InvalidInput("no browser could be opened", hint=f"The address is {address}")
    feeds.mark_read([found.id], opened=True)
    show(ctx, feeds.entry(found.id), said=f"Opened {address}")


def _mark(ctx: click.Context, names: tuple[str, ...], how: str, said: str) -> None:
    feeds = environment(ctx).feeds
    ids = [resolve(ctx, name, "entry") for name in names]
    getattr(feeds, how)(ids)
    lines = feeds.entry_lines(ids)
    show(ctx, lines if len(lines) > 1 else lines[0], said=[f"{said}: #{line.id} {line.title}" for line in lines])


def _moment(said: str) -> "dt.datetime":
    from ple.search.dates import moment  # the dates of the search: Whoosh

    return moment(said)
