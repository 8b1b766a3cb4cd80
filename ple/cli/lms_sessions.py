"""``ple lms sessions`` and ``attended``: courses that somebody teaches, and who was there."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import Command, environment, show, show_list
from ple.cli.lms_words import Days

if TYPE_CHECKING:
    from ple.lms import Session


@click.command("sessions", cls=Command)
@click.option("--within", type=Days(), help="Only those that begin until then: 7d, 2w, 36h.")
@click.option("--past", is_flag=True, help="Those that have been, the latest first.")
@click.option("--attendance", is_flag=True, help="Course by course, how much you were at.")
@click.pass_context
def sessions(ctx: click.Context, within: dt.timedelta | None, past: bool, attendance: bool) -> None:
    """List sessions of courses, from the calendars that you connected."""
    ours = environment(ctx).courses
    if attendance:
        totals: list[tuple[str, Any]] = [
            ("Course", "course"),
            ("Sessions held", "held"),
            ("Attended", "attended"),
            ("Missed", "missed"),
            ("Not said", "unsaid"),
            ("Hours", lambda each: f"{each.hours:g}"),
        ]
        show_list(ctx, ours.attendance(), totals, empty="No session has been yet.")
        return
    columns: list[tuple[str, Any]] = [
        ("No.", "id"),
        ("When", _when),
        ("Session", "title"),
        ("Course", "course"),
        ("Where", "place"),
        ("", _about),
    ]
    found = ours.sessions(within=within, past=past)
    show_list(ctx, found, columns, empty="There are no sessions. They come with a calendar: `ple lms connect FEED`.")


@click.command("attended", cls=Command)
@click.argument("numbers", nargs=-1, required=True, type=int, metavar="SESSION...")
@click.option("--no", "missed", is_flag=True, help="I was not there.")
@click.option("--clear", is_flag=True, help="Take back what I said.")
@click.pass_context
def attended(ctx: click.Context, numbers: tuple[int, ...], missed: bool, clear: bool) -> None:
    """Note that you were at a session, by its number; it is your own word."""
    if missed and clear:
        raise click.UsageError("Say one of --no and --clear.", ctx)
    ours = environment(ctx).courses
    done = [ours.attend(number, None if clear else not missed) for number in numbers]
    how = "not said whether you were there" if clear else "you were not there" if missed else "you were there"
    said = [f"“{each.title}” on {_when(each)}: {how}." for each in done]
    show(ctx, done if len(done) > 1 else done[0], said=said)


def _when(session: "Session") -> str:
    begins, ends = session.starts_at.astimezone(), session.ends_at.astimezone()
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%a %d %b %H:%M}"
    return f"{begins:%a %Y-%m-%d %H:%M}–{until}"


def _about(session: "Session") -> str:
    if session.cancelled:
        return "cancelled"
    if session.attended is not None:
        return "attended" if session.attended else "missed"
    return f"moved from {session.moved_from.astimezone():%a %H:%M}" if session.moved_from else ""
