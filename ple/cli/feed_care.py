"""``ple feeds keeping``, ``expire``, ``diversity`` and ``import-mail``: what feeds keep, leave out, and take in."""

import click

from ple.cli.frame import Command, FilePath, environment, outcome, read_input, resolve, show, show_list, tell
from ple.cli.words import plural
from ple.library.errors import PleError


@click.command("keeping", cls=Command)
@click.argument("feeds", nargs=-1)
@click.option("--days", type=click.IntRange(min=0), help="Keep what was read for so many days; 0: for good.")
@click.option("--newest", type=click.IntRange(min=0), help="Keep so many of the newest; 0: all.")
@click.option("--read-after", type=click.IntRange(min=0), help="Unread for so many days counts as read; 0: never.")
@click.option("--whole/--as-given", "whole", default=None, help="Fetch articles from their pages, or not.")
@click.option("--all", "everything", is_flag=True, help="All feeds.")
@click.pass_context
def keeping(
    ctx: click.Context, feeds: tuple[str, ...], days: int | None, newest: int | None, read_after: int | None,
    whole: bool | None, everything: bool,
) -> None:  # fmt: skip
    """Show or set how long FEEDS keep what was read, and whether articles are fetched whole.

    What you starred, tagged, linked, highlighted or kept stays, whatever is set here.
    """
    doors = environment(ctx).feeds
    ids = [resolve(ctx, name, "feed") for name in feeds]
    if everything:
        ids = [feed.id for feed in doors.feeds()]
    changes = (days, newest, read_after, whole) != (None, None, None, None)
    if changes and not ids:
        raise click.UsageError("Name the feeds, or say --all.", ctx)
    if changes:
        found = doors.retention.set(ids, keep_days=days, keep_newest=newest, read_after_days=read_after, whole=whole)
    else:
        found = [care for care in doors.retention.cares() if not ids or care.feed_id in ids]
    columns = [
        ("#", "feed_id"), ("Feed", "title"), ("Days", lambda care: care.keep_days or "for good"),
        ("Newest", lambda care: care.keep_newest or "all"),
        ("Read after", lambda care: care.read_after_days or "never"),
        ("Articles", lambda care: "whole" if care.whole else "as given"),
    ]  # fmt: skip
    show_list(ctx, found, columns, empty="No feeds yet.")


@click.command("expire", cls=Command)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_context
def expire(ctx: click.Context, dry_run: bool) -> None:
    """Let go what feeds are not to keep any longer. An update does it once a day."""
    done = environment(ctx).feeds.retention.expire(dry_run=dry_run)
    verb = ("would count", "would go") if dry_run else ("count", "went")
    show_list(
        ctx, done,
        [
            ("#", "feed_id"), ("Feed", "title"),
            ("Read", lambda each: f"{each.read:,} {verb[0]} as read"),
            ("Gone", lambda each: f"{plural(each.gone, 'entry', 'entries')} {verb[1]}"),
        ],
        empty="Nothing is older than it may be.",
    )  # fmt: skip


@click.command("diversity", cls=Command)
@click.option("--days", type=click.IntRange(min=1, max=3660), default=30, show_default=True, help="Of so many days.")
@click.pass_context
def diversity(ctx: click.Context, days: int) -> None:
    """Say where your reading really came from, and what your sources brought besides."""
    found = environment(ctx).feeds.diversity(days=days)
    show(ctx, found, said=found.line)


@click.command("import-mail", cls=Command)
@click.argument("files", nargs=-1, required=True, type=FilePath())
@click.option("--title", help="All in one feed of this title; otherwise one for each list or sender.")
@click.option("--folder", help="Put it in this folder; slashes nest.")
@click.option("--strict", is_flag=True, help="Exit 1 if anything was refused.")
@click.pass_context
def import_mail(
    ctx: click.Context, files: tuple[str, ...], title: str | None, folder: str | None, strict: bool
) -> None:
    """Bring in newsletters and mailing lists: .mbox or .eml FILES become entries (- for standard input)."""
    done = []
    failed = 0
    for file in files:
        try:
            done.append(environment(ctx).feeds.import_mail(read_input(file)[1], title=title, folder=folder))
        except PleError as error:
            failed += 1
            tell(ctx, f"{file}: {error}" + (f"\n     {error.hint}" if error.hint else ""))
            continue
        for refusal in done[-1].refused:
            failed += 1
            tell(ctx, f"{file}: {refusal}")
    said = [
        f"{plural(each.added, 'new entry', 'new entries')} in {plural(len(each.feeds), 'feed')}, {each.known} known."
        for each in done
    ]
    show(ctx, done if len(done) != 1 else done[0], said=said)
    outcome(ctx, done=sum(each.added + each.known for each in done), failed=failed, strict=strict)


commands = (keeping, expire, diversity, import_mail)
