"""``ple feeds update``: bring in what is new, once or again and again, and tell whoever wants to hear of it."""

import datetime as dt
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import click

from ple.cli import output
from ple.cli.frame import Command, environment, outcome, resolve, show, state, tell
from ple.cli.spans import length
from ple.cli.words import ago, plural
from ple.library.errors import PleError

if TYPE_CHECKING:
    from ple.feeds.checks import Refreshed
    from ple.feeds.updates import Update, Updated


@click.command("update", cls=Command)
@click.argument("feeds", nargs=-1)
@click.option("--force", is_flag=True, help="Ask all feeds that are not paused, due or not.")
@click.option("--strict", is_flag=True, help="Exit 1 if any feed failed, not only if all did.")
@click.option("--every", metavar="SPAN", help="Go on in the background: again every 30m, 2h; one process at a time.")
@click.option(
    "--lines", is_flag=True, help="For programs: a line of JSON for each feed as it is done, and one at the end."
)
@click.pass_context
def update(
    ctx: click.Context, feeds: tuple[str, ...], force: bool, strict: bool, every: str | None, lines: bool
) -> None:
    """Bring in what is new, from what is due or from FEEDS."""
    from ple.feeds.background import UpdateRunning

    ids = [resolve(ctx, name, "feed") for name in feeds] or None
    if every is not None:
        if ids or force or state(ctx).json:
            raise click.UsageError("--every asks what is due, and speaks to people: no feeds, --force or --json.", ctx)
        _go_on(ctx, length(every))
        return
    if lines:
        _in_lines(ctx, ids, force)
        return
    try:
        done = _once(ctx, ids, force)
    except UpdateRunning as running:
        if ids or force:
            raise
        tell(ctx, f"{str(running)[0].upper()}{str(running)[1:]}. {running.hint}")
        from ple.feeds.updates import Updated

        done = Updated()
    show(ctx, done, said=_summary(done))
    outcome(ctx, done=done.feeds - done.failed, failed=done.failed, strict=strict)


def _go_on(ctx: click.Context, every: dt.timedelta) -> None:
    """Update again and again until we are told to stop."""
    from ple.feeds.background import UpdateRunning, alone, rounds

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), end) for name in names}
    folder = environment(ctx).folder
    try:
        with alone(folder, "updating"):
            tell(ctx, f"Updating every {plural(max(1, round(every.total_seconds() / 60)), 'minute')}. Ctrl-C ends it.")
            for _ in rounds(every, stop.wait):
                try:
                    done = _once(ctx, None, False, stop=stop.is_set, aloud=False)
                except UpdateRunning:
                    continue  # somebody does it by hand just now
                except PleError as error:  # a full disk, a server that restarts: the next round may go better
                    tell(ctx, f"ple: {error}" + (f"\n     {error.hint}" if error.hint else ""))
                    continue
                if done.new_entries or done.failed:
                    tell(ctx, f"{dt.datetime.now().astimezone():%H:%M} {_summary(done)}")
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _in_lines(ctx: click.Context, ids: list[int] | None, force: bool) -> None:
    """Say what becomes of each feed in lines of JSON."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    update = _update(ctx)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with closing(update.run(ids, force=force)) as refresh, suppress(KeyboardInterrupt):
            for feed in refresh:
                output.print_json_line({"feed": feed})
    except PleError as error:
        said = {"kind": type(error).__name__, "message": str(error), "hint": error.hint}
        output.print_json_line({"error": said})
        ctx.exit(1)
    finally:
        signal.signal(signal.SIGTERM, before)
    failure = update.hook_failure and str(update.hook_failure)
    output.print_json_line({"done": update.done, "notices": update.notices, "hook_failure": failure})


def _once(
    ctx: click.Context,
    ids: list[int] | None,
    force: bool,
    *,
    stop: Callable[[], bool] = lambda: False,
    aloud: bool = True,
) -> "Updated":
    ours = environment(ctx)
    update = _update(ctx)
    live = aloud and not state(ctx).quiet and sys.stderr.isatty()
    with closing(update.run(ids, force=force)) as refresh:
        try:
            for feed in refresh:
                _show(ctx, update.done, feed, live=live, aloud=aloud)
                if stop():
                    break
        except KeyboardInterrupt:
            refresh.close()
            if live:
                click.echo("\r\033[K", err=True, nl=False)
            tell(ctx, f"Stopped. {_summary(update.done)}")
            raise
    if live:
        click.echo("\r\033[K", err=True, nl=False)
    if not update.done.feeds and aloud:
        due = "No feed is due. `ple feeds update --force` asks them all." if ours.watch.following() else "No feeds yet."
        tell(ctx, due)
    if aloud:
        for notice in update.notices:
            tell(ctx, f"{notice.rule}: #{notice.entry.id} {notice.entry.title} ({ago(notice.entry.published_at)})")
    if update.hook_failure is not None:
        tell(ctx, f"ple: {update.hook_failure}\n     {update.hook_failure.hint}")
    return update.done


def _update(ctx: click.Context) -> "Update":
    """Return an update as the learner set it."""
    from ple.feeds.updates import Update

    ours = environment(ctx)
    return Update(ours.watch, ours.folder, hook=ours.settings.after_update, at_once=ours.settings.feeds_at_once)


def _show(ctx: click.Context, done: "Updated", feed: "Refreshed", *, live: bool, aloud: bool) -> None:
    if live:
        click.echo("\r\033[K", err=True, nl=False)
    if feed.failure is not None:
        if aloud:
            tell(ctx, f"{feed.title}: {feed.failure}" + (f"\n     {feed.hint}" if feed.hint else ""))
    elif aloud and (feed.new or feed.updated):
        tell(ctx, f"{feed.title}: {_arrived(feed.new, feed.updated)}")
    if live:
        click.echo(f"{plural(done.feeds, 'feed')} …", err=True, nl=False)


def _arrived(new: int, updated: int) -> str:
    parts = [f"{new} new"] if new else []
    return ", ".join([*parts, f"{updated} edited"] if updated else parts)


def _summary(done: "Updated") -> str:
    failed = f", {done.failed} failed" if done.failed else ""
    edited = f", {done.updated_entries} edited" if done.updated_entries else ""
    return (
        f"{plural(done.feeds, 'feed')}: {plural(done.new_entries, 'new entry', 'new entries')}{edited}; "
        f"{done.not_modified} unchanged{failed}."
    )
