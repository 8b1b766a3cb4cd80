"""``ple feeds``: follow feeds and bring in what is new."""

from typing import TYPE_CHECKING

import click

from ple.cli import feed_care, feed_secrets, feed_sync, feed_update, rules
from ple.cli.frame import (
    FilePath,
    Group,
    confirm,
    environment,
    outcome,
    read_input,
    resolve,
    show,
    show_list,
    state,
    tell,
    write_output,
)  # fmt: skip
from ple.cli.output import when
from ple.cli.words import due, plural

if TYPE_CHECKING:
    from ple.feeds.models import Feed

command = Group("feeds", help="Follow feeds and bring in what is new.")
for each in (feed_update.update, feed_secrets.sign_in, rules.rules, rules.mute, *feed_care.commands, feed_sync.sync):
    command.add_command(each)


@command.command("add")
@click.argument("url")
@click.option("--folder", help="Put it in this folder; slashes nest.")
@click.option("--tag", "tags", multiple=True, help="Tag it; may be given several times.")
@click.option("--title", help="What to call it, if not what its publisher does.")
@click.option("--user", metavar="NAME", help="Sign in with this name; the password is asked for, or read from input.")
@click.option("--header", metavar="NAME", help="Send this header along; its value is asked for, or read from input.")
@click.pass_context
def add(
    ctx: click.Context,
    url: str,
    folder: str | None,
    tags: tuple[str, ...],
    title: str | None,
    user: str | None,
    header: str | None,
) -> None:
    """Follow the feed at URL; a site's address will do."""
    signed = feed_secrets.signed(user, header)
    feed = environment(ctx).feeds.add(url, folder=folder, tags=tags, title=title, **signed)
    show(ctx, feed, said=f"Following #{feed.id} {feed.title} ({plural(feed.entries, 'entry', 'entries')})")
    from ple.feeds import places
    from ple.web import addresses

    if not signed and "@" not in url and addresses.key(places.address(url)) != addresses.key(feed.url):
        tell(ctx, f"The feed is {addresses.display(feed.url)}. `ple feeds find {url}` shows whether there are others.")


@command.command("list")
@click.option("--folder", help="Only those in this folder and the ones within it.")
@click.option("--smart", is_flag=True, help="Only saved searches that stand among the feeds.")
@click.pass_context
def list_(ctx: click.Context, folder: str | None, smart: bool) -> None:
    """List the feeds that you follow, and the saved searches that stand among them."""
    show_smart = smart or (folder is None and not state(ctx).json)
    smart_feeds = environment(ctx).searches.smart_feeds() if show_smart else []
    if smart or smart_feeds:
        about = [("#", "id"), ("Unread", "unread"), ("Entries", "entries"), ("Search", "title"), ("Query", "query")]
        show_list(ctx, smart_feeds, about, empty="No saved searches yet. `ple searches save NAME QUERY` keeps one.")
    if smart:
        return
    feeds = environment(ctx).feeds.feeds()
    if folder is not None:
        within = folder.strip("/")
        feeds = [feed for feed in feeds if f"{feed.folder or ''}/".startswith(f"{within}/")]
    columns = [
        ("#", "id"), ("Unread", "unread"), ("Entries", "entries"), ("Title", "title"),
        ("Folder", lambda feed: feed.folder or ""), ("New", when("changed_at")), ("State", _state),
    ]  # fmt: skip
    show_list(ctx, feeds, columns, empty="No feeds yet. Follow one with `ple feeds add ADDRESS`.")


@command.command("show")
@click.argument("feed")
@click.pass_context
def show_(ctx: click.Context, feed: str) -> None:
    """Show what is known about FEED."""
    show(ctx, environment(ctx).feeds.feed(resolve(ctx, feed, "feed")))


@command.command("edit")
@click.argument("feed")
@click.option("--title", help="What to call it; empty for what its publisher does.")
@click.option("--folder", help="Move it to this folder; empty for none.")
@click.option("--url", help="Its new address; what you marked stays.")
@click.option("--tag", "tags", multiple=True, help="Add a tag.")
@click.pass_context
def edit(
    ctx: click.Context, feed: str, title: str | None, folder: str | None, url: str | None, tags: tuple[str, ...]
) -> None:
    """Change the title, folder or address of FEED."""
    changed = environment(ctx).feeds.edit(resolve(ctx, feed, "feed"), title=title, folder=folder, url=url, tags=tags)
    show(ctx, changed, said=f"#{changed.id} {changed.title}" + (f" in {changed.folder}" if changed.folder else ""))


@command.command("pause")
@click.argument("feeds", nargs=-1, required=True)
@click.pass_context
def pause(ctx: click.Context, feeds: tuple[str, ...]) -> None:
    """Stop asking FEEDS; what they brought stays."""
    ids = [resolve(ctx, name, "feed") for name in feeds]
    environment(ctx).feeds.pause(ids)
    _show_each(ctx, ids, "Paused {}. `ple feeds resume` asks again.")


@command.command("resume")
@click.argument("feeds", nargs=-1, required=True)
@click.pass_context
def resume(ctx: click.Context, feeds: tuple[str, ...]) -> None:
    """Ask FEEDS again."""
    ids = [resolve(ctx, name, "feed") for name in feeds]
    environment(ctx).feeds.resume(ids)
    _show_each(ctx, ids, "Resumed {}.")


@command.command("remove")
@click.argument("feeds", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, feeds: tuple[str, ...]) -> None:
    """Stop following FEEDS; they go to the trash. Entries that you starred, tagged or linked are kept."""
    doors = environment(ctx).feeds
    removed = [doors.feed(resolve(ctx, name, "feed")) for name in feeds]
    if len(removed) > 1 and not confirm(ctx, f"Stop following {len(removed)} feeds?"):
        return
    doors.remove([feed.id for feed in removed])
    titles = ", ".join(feed.title for feed in removed)
    show(ctx, removed if len(removed) > 1 else removed[0], said=f"Removed {titles}. `ple undo` brings it back.")


@command.command("import")
@click.argument("file", type=FilePath())
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_(ctx: click.Context, file: str, strict: bool) -> None:
    """Follow the feeds of an OPML FILE (- for standard input)."""
    _name, data = read_input(file)
    done = environment(ctx).feeds.import_opml(data)
    for refusal in done.refused:
        tell(ctx, f"Not followed: {refusal.what}: {refusal.why}")
    known = f", {done.restored} again" if done.restored else ""
    known += f", {done.known} known already" if done.known else ""
    refused = f", {len(done.refused)} refused" if done.refused else ""
    next_step = " `ple feeds update` brings in their entries." if done.added else ""
    new = len(done.added) - done.restored
    show(ctx, done, said=f"Following {plural(new, 'new feed')}{known}{refused}.{next_step}")
    outcome(ctx, done=len(done.added) + done.known, failed=len(done.refused), strict=strict)


@command.command("export")
@click.argument("file", required=False, type=FilePath())
@click.pass_context
def export(ctx: click.Context, file: str | None) -> None:
    """Write your feeds as OPML to FILE, or to standard output."""
    doors = environment(ctx).feeds
    if state(ctx).json and file in (None, "-"):
        show(ctx, doors.feeds())
        return
    write_output(ctx, file, doors.export_opml(), f"Wrote {plural(len(doors.feeds()), 'feed')} to {file}.")


@command.command("find")
@click.argument("url")
@click.pass_context
def find(ctx: click.Context, url: str) -> None:
    """Show the feeds that the page at URL leads to."""
    columns = [
        ("Address", "url"), ("Title", "title"), ("What", "what"), ("Format", "format"), ("Entries", "entries"),
        ("Newest", when("newest_at")),
    ]  # fmt: skip
    show_list(ctx, environment(ctx).feeds.find(url), columns, empty="No feeds were found.")


@command.command("health")
@click.pass_context
def health(ctx: click.Context) -> None:
    """Show how your feeds are doing, those that need attention first."""
    columns = [
        ("#", "id"), ("State", "state"), ("Title", "title"), ("Says", "says"),
        ("A week", lambda feed: f"{feed.per_week:g}"),
        ("Read", lambda feed: "" if feed.share_read is None else f"{feed.share_read:.0%}"),
        ("Next", when(lambda feed: None if feed.state in ("gone", "paused") else feed.next_check_at, due)),
    ]  # fmt: skip
    found = environment(ctx).feeds.health()
    show_list(ctx, found, columns, empty="No feeds yet. Follow one with `ple feeds add ADDRESS`.")
    if not state(ctx).json:
        for feed in found:
            if feed.hint and feed.state not in ("ok", "new"):
                tell(ctx, f"#{feed.id} {feed.title}: {feed.hint}")


def _state(feed: "Feed") -> str:
    if feed.paused:
        return "paused"
    return "failing" if feed.failure else ""


def _show_each(ctx: click.Context, ids: list[int], said: str) -> None:
    feeds = [environment(ctx).feeds.feed(id) for id in ids]
    show(ctx, feeds if len(feeds) > 1 else feeds[0], said=said.format(", ".join(feed.title for feed in feeds)))
