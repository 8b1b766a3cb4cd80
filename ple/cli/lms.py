"""``ple lms``: courses and assignments; hand work in and get a receipt."""

import datetime as dt
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    Command,
    FilePath,
    Group,
    confirm,
    environment,
    outcome,
    resolve,
    show,
    show_list,
    show_text,
    tell,
)
from ple.cli.lms_connect import connect, renew
from ple.cli.lms_hand_in import hand_in, receipts, start, status
from ple.cli.lms_home import add, badges, calendar, feedback, news, outbox
from ple.cli.lms_sessions import attended, sessions
from ple.cli.lms_words import NOBODY, Days, columns_of, nothing, share
from ple.cli.output import Timed, when
from ple.cli.words import due, plural

if TYPE_CHECKING:
    from ple.lms.values import Account, Assignment

command = Group("lms", help="Courses and assignments; hand work in and get a receipt.")
for _one in (
    connect,
    renew,
    hand_in,
    start,
    status,
    receipts,
    feedback,
    badges,
    news,
    outbox,
    calendar,
    sessions,
    attended,
    add,
):
    command.add_command(_one)


@command.command("accounts")
@click.pass_context
def accounts(ctx: click.Context) -> None:
    """List the accounts that are connected."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"),
        ("LMS", "title"),
        ("Kind", "lms"),
        ("As", "person"),
        ("Address", "url"),
        ("Synced", when("synced_at")),
        ("Token", Timed(lambda account, said: _token_said(account, said), due)),
        ("Problem", lambda account: account.failure or ""),
    ]
    show_list(ctx, environment(ctx).courses.accounts(), columns, empty=NOBODY)


@command.command("disconnect")
@click.argument("account")
@click.pass_context
def disconnect(ctx: click.Context, account: str) -> None:
    """Forget an account and its token. Receipts stay, and what it asked of you is no longer due."""
    courses = environment(ctx).courses
    found = courses.account(resolve(ctx, account, "account"))
    if not confirm(ctx, f"Forget {found.title} and its token?"):
        tell(ctx, "Nothing was changed.")
        return
    courses.disconnect(found.id)
    forgot = f"Forgot #{found.id} {found.title} and its token."
    show(ctx, found, said=f"{forgot} Your receipts are kept, and nothing is due there any more.")


@command.command("courses")
@click.pass_context
def courses(ctx: click.Context) -> None:
    """List your courses."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"),
        ("Course", "title"),
        ("Code", "code"),
        ("LMS", "account"),
        ("Assignments", "assignments"),
    ]
    show_list(ctx, environment(ctx).courses.courses(), columns, empty=nothing(environment(ctx), "courses"))


@command.command("assignments")
@click.option("--due-within", type=Days(), help="Only those due until then, or overdue: 7d, 2w, 36h.")
@click.option("--course", help="Only those of this course.")
@click.pass_context
def assignments(ctx: click.Context, due_within: dt.timedelta | None, course: str | None) -> None:
    """List assignments, the next due first."""
    in_course = resolve(ctx, course, "course") if course else None
    lines = environment(ctx).courses.assignments(course=in_course, due_within=due_within)
    empty = "Nothing is due in that time." if due_within else nothing(environment(ctx), "assignments")
    show_list(ctx, lines, columns_of(lines), empty=empty)


@command.command("show")
@click.argument("assignment")
@click.pass_context
def show_(ctx: click.Context, assignment: str) -> None:
    """Show an assignment."""
    found = environment(ctx).courses.assignment(resolve(ctx, assignment, "assignment"))
    show_text(ctx, found, _assignment_text(found))


@command.command("sync")
@click.argument("account", required=False)
@click.option("--strict", is_flag=True, help="Exit 1 if any account failed.")
@click.pass_context
def sync(ctx: click.Context, account: str | None, strict: bool) -> None:
    """Ask your LMS, or all of them, for courses, assignments and where you stand."""
    ours = environment(ctx).courses
    number = resolve(ctx, account, "account") if account else None
    done = []
    for synced in ours.sync(number):
        done.append(synced)
        if synced.failure:
            tell(ctx, f"{synced.title}: {synced.failure}. {synced.hint or ''}")
        if synced.warning:
            tell(ctx, synced.warning)
    for sent in ours.deliver():  # what may go by itself
        tell(ctx, f"Outbox: {sent.assignment}: {sent.outcome}, {sent.said}")
    for warning in ours.warnings():
        if "Renew it" not in warning:
            tell(ctx, f"{warning}!")
    if sum(synced.news for synced in done):
        tell(ctx, "See what changed with `ple lms news`.")
    if not done:
        tell(ctx, NOBODY)
    else:
        share(ctx)
    columns: list[tuple[str, Any]] = [
        ("LMS", "title"),
        ("Courses", "courses"),
        ("Assignments", "assignments"),
        ("New", "new"),
        ("Changed", "updated"),
        ("Gone", "gone"),
        ("News", "news"),
        ("Problem", lambda synced: synced.failure or ""),
    ]
    show_list(ctx, done, columns, empty="Nothing was asked.")
    failed = sum(synced.failure is not None for synced in done)
    outcome(ctx, done=len(done) - failed, failed=failed, strict=strict)


@command.command("practice", cls=Command)
@click.option("--kind", type=click.Choice(["moodle", "canvas"]), default="moodle", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 takes a free one.")
@click.option("--state", "kept", type=FilePath(dir_okay=False), help="Keep what is handed in, in this file.")
@click.option("--clock", "skew", type=Days(ahead=True), help="Let its clock go ahead by 2h, or behind by -2h.")
@click.option(
    "--fault", "faults", multiple=True, metavar="OPERATION=FAULT", help="Let the next call of an operation fail."
)
@click.pass_context
def practice(
    ctx: click.Context, kind: str, port: int, kept: str | None, skew: dt.timedelta | None, faults: tuple[str, ...]
) -> None:
    """Run a practice LMS on this machine, to try handing in without risk. Ctrl-C stops it.

    With --fault, the next call of an operation fails: try submit=drop-answer with a Canvas, or
    mod_assign_save_submission=drop-answer with a Moodle, and see what becomes of your hand-in.
    """
    import time
    from pathlib import Path

    from ple.library.errors import InvalidInput
    from ple.lms.practice import PracticeLms

    try:
        ahead = skew.total_seconds() if skew else 0.0
        lms = PracticeLms(kind, port=port, state=Path(kept) if kept else None, clock=lambda: time.time() + ahead)
    except OSError as error:
        hint = "Take another with --port, or any free one with --port 0."
        raise InvalidInput(f"the port {port} is taken, or cannot be used", hint=hint) from error
    except ValueError as error:
        raise InvalidInput(str(error), hint="Name another file with --state.") from error
    try:
        for operation, _, name in (fault.partition("=") for fault in faults):
            lms.fail(operation, name)
    except ValueError as error:
        lms.stop()
        said = str(error)
        raise click.UsageError(f"{said[0].upper()}{said[1:]}.", ctx) from error
    connect_with = f"printf %s {lms.token} | ple lms connect {lms.url} --token-stdin"
    show(
        ctx,
        {"kind": kind, "url": lms.url, "token": lms.token, "pages": lms.url + "/", "connect": connect_with},
        said=[
            f"A practice {kind.title()} is at {lms.url} (open it in a browser to see what was handed in).",
            f"Connect to it with: {connect_with}",
            *(
                [f"Or as most do: ple lms connect {lms.url} --user student (the password is: practice)"]
                if kind == "moodle"
                else []
            ),
            "It is reachable from this machine only. Ctrl-C stops it.",
        ],
    )
    sys.stdout.flush()
    try:
        lms.serve_forever()
    except KeyboardInterrupt:
        tell(ctx, "Stopped.")


def _token_said(account: "Account", moment: Callable[[dt.datetime | None], str]) -> str:
    if account.lms == "manual":
        return ""
    if not account.has_token:
        return "missing"
    return f"until {moment(account.token_expires_at)}" if account.token_expires_at else "kept"


def _assignment_text(found: "Assignment") -> str:
    lines = [found.title, f"{found.course} ({found.account})"]
    if found.due_at:
        lines.append(f"Due {due(found.due_at)}")
    if found.opens_at and found.opens_at > dt.datetime.now(dt.UTC):
        lines.append(f"Opens {due(found.opens_at)}")
    if found.closes_at:
        lines.append(f"Takes nothing after {due(found.closes_at)}")
    lines.append(f"Takes {found.takes}" + (f", {plural(found.attempts, 'attempt')}" if found.attempts else ""))
    if found.minutes:
        ends = found.started_at + dt.timedelta(minutes=found.minutes) if found.started_at else None
        runs = f"; yours runs out {due(ends)}" if ends else f": `ple lms start {found.id}` starts it"
        lines.append(f"Has to be done in {plural(found.minutes, 'minute')} from when you start it{runs}")
    if found.extended_to:
        lines.append(f"You have an extension until {due(found.extended_to)}")
    if found.team:
        waits = f"; {plural(found.waits_for, 'member')} still to hand in" if found.waits_for else ""
        lines.append(f"It is the work of your whole team{waits}")
    if found.statement:
        lines.append(f"You have to declare: {found.statement_text or 'that it is your own work.'}")
    if found.holds:
        lines.append(f"There is {found.holds} ({found.state})")
    if found.receipts:
        lines.append("Receipts: " + ", ".join(f"#{id}" for id in found.receipts))
    if found.url:
        lines.append(found.url)
    return "\n".join(lines) + (f"\n\n{found.text}" if found.text else "")
