"""``ple lms``: courses and assignments; hand work in and get a receipt."""

import datetime as dt
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    Command,
    Group,
    confirm,
    environment,
    interactive,
    outcome,
    resolve,
    show,
    show_list,
    show_text,
    tell,
)
from ple.cli.words import ago, due, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine, Plan, Receipt, Standing
    from ple.lms.models import Assignment

command = Group("lms", help="Courses and assignments; hand work in and get a receipt.")

_LINES: list[tuple[str, Any]] = [
    ("#", "id"),
    ("Title", "title"),
    ("Course", "course"),
    ("Due", lambda line: due(line.due_at)),
    ("State", lambda line: _stands(line)),
]


class Days(click.ParamType[dt.timedelta]):
    """A time from now: ``7d``, ``2w``, ``36h``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.timedelta:
        """Return it as a duration."""
        if isinstance(value, dt.timedelta):
            return value
        match = re.fullmatch(r"(\d{1,4})\s*([hdw])", value.strip().lower())
        if match is None:
            self.fail(f"{value!r} is no time from now; say it as 7d, 2w or 36h.", param, ctx)
        number = int(match[1])
        return {"h": dt.timedelta(hours=number), "d": dt.timedelta(days=number), "w": dt.timedelta(weeks=number)}[
            match[2]
        ]


@command.command("connect")
@click.argument("url")
@click.option("--kind", metavar="KIND", help="What it is: moodle or canvas. Found out by itself.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.pass_context
def connect(ctx: click.Context, url: str, kind: str | None, token_stdin: bool) -> None:
    """Connect your account at the LMS at URL, any page of it.

    The token is asked for without showing it, or read from standard input with --token-stdin, or taken from
    PLE_LMS_TOKEN. Connecting an account again renews its token.
    """
    courses = environment(ctx).courses
    if kind is None:  # find out first: nobody likes to paste a token and then hear that the address was wrong
        site = courses.find(url)
        url, kind = site.url, site.kind
    account = courses.connect(url, kind=kind, token=_token(ctx, url, token_stdin))
    for synced in courses.sync(account.id):
        if synced.failure:
            tell(ctx, f"Its courses could not be listed yet: {synced.failure}. Try `ple lms sync`.")
        else:
            tell(ctx, f"It has {plural(synced.courses, 'course')} with {plural(synced.assignments, 'assignment')}.")
    account = courses.account(account.id)
    show(ctx, account, said=f"Connected #{account.id} {account.title} as {account.person}.")


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
        ("Synced", lambda account: ago(account.synced_at)),
        ("Token", lambda account: "kept" if account.has_token else "missing"),
        ("Problem", lambda account: account.failure or ""),
    ]
    show_list(ctx, environment(ctx).courses.accounts(), columns, empty=_NOBODY)


@command.command("disconnect")
@click.argument("account")
@click.pass_context
def disconnect(ctx: click.Context, account: str) -> None:
    """Forget an account and its token. Receipts stay."""
    courses = environment(ctx).courses
    found = courses.account(resolve(ctx, account, "account"))
    if not confirm(ctx, f"Forget {found.title} and its token?"):
        tell(ctx, "Nothing was changed.")
        return
    courses.disconnect(found.id)
    show(ctx, found, said=f"Forgot #{found.id} {found.title} and its token. Its courses and your receipts are kept.")


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
    show_list(ctx, environment(ctx).courses.courses(), columns, empty=_nothing(environment(ctx), "courses"))


@command.command("assignments")
@click.option("--due-within", type=Days(), help="Only those due until then, or overdue: 7d, 2w, 36h.")
@click.option("--course", help="Only those of this course.")
@click.pass_context
def assignments(ctx: click.Context, due_within: dt.timedelta | None, course: str | None) -> None:
    """List assignments, the next due first."""
    in_course = resolve(ctx, course, "course") if course else None
    lines = environment(ctx).courses.assignments(course=in_course, due_within=due_within)
    empty = "Nothing is due in that time." if due_within else _nothing(environment(ctx), "assignments")
    show_list(ctx, lines, _LINES, empty=empty)


@command.command("show")
@click.argument("assignment")
@click.pass_context
def show_(ctx: click.Context, assignment: str) -> None:
    """Show an assignment."""
    found = environment(ctx).courses.assignment(resolve(ctx, assignment, "assignment"))
    show_text(ctx, found, _assignment_text(found))


@command.command("hand-in")
@click.argument("assignment")
@click.option("--url", help="The link to hand in.")
@click.option("--resource", help="A thing of yours, such as an artifact: its published address is handed in.")
@click.option("--text", help="A text to hand in.")
@click.option("--file", "files", multiple=True, hidden=True)
@click.option("--plan", "plan_only", is_flag=True, help="Only say what would happen; nothing is handed in.")
@click.option("--accept-statement", is_flag=True, help="I declare that this is my own work, as the course asks.")
@click.option("--again", is_flag=True, help="Hand in once more what is there already, where each hand-in counts.")
@click.pass_context
def hand_in(
    ctx: click.Context,
    assignment: str,
    url: str | None,
    resource: str | None,
    text: str | None,
    files: tuple[str, ...],
    plan_only: bool,
    accept_statement: bool,
    again: bool,
) -> None:
    """Hand in a link or a text, and get a receipt.

    You see first what would happen, and confirm it. It is read back afterwards; if an answer is lost, run it again:
    nothing is ever handed in twice.
    """
    if files:
        raise click.UsageError(
            "Files cannot be handed in from here yet: hand in a link or a text, or use a browser.", ctx
        )
    if sum(said is not None for said in (url, resource, text)) != 1:
        raise click.UsageError("Say one thing to hand in: --url, --resource or --text.", ctx)
    ours = environment(ctx)
    number = resolve(ctx, assignment, "assignment")
    thing = None
    if resource is not None:
        thing = resolve(ctx, resource)
        url = _published(ours, thing)
    plan = ours.courses.plan(number, url=url, text=text, resource=thing, again=again)
    if plan_only:
        show_text(ctx, plan, _plan_text(plan))
        return
    if plan.already:
        receipt = ours.courses.hand_in(plan)
        tell(ctx, f"This is handed in already, as attempt {plan.attempt}; nothing was sent.")
        show(ctx, receipt, said=_receipt_said(receipt))
        return
    if plan.ok:
        tell(ctx, _plan_text(plan))
        if plan.statement and not accept_statement and interactive():
            accept_statement = click.confirm("Do you declare that this is your own work, as the course asks?", err=True)
        if not (plan.statement and not accept_statement) and not confirm(ctx, f"Hand it in to “{plan.assignment}”?"):
            tell(ctx, "Nothing was handed in.")
            return
    receipt = ours.courses.hand_in(plan, accept_statement=accept_statement)
    show(ctx, receipt, said=_receipt_said(receipt))


@command.command("status")
@click.argument("assignment", required=False)
@click.pass_context
def status(ctx: click.Context, assignment: str | None) -> None:
    """Ask where you stand with an assignment. Without one: settle what is open, and list all as last seen."""
    ours = environment(ctx).courses
    if assignment is not None:
        standing = ours.status(resolve(ctx, assignment, "assignment"))
        show_text(ctx, standing, _standing_text(standing))
        return
    for line in ours.unsettled():
        standing = ours.status(line.id)
        tell(ctx, f"#{line.id} {line.title}: {standing.failure or 'settled'}.")
    show_list(ctx, ours.assignments(), _LINES, empty=_nothing(environment(ctx), "assignments"))


@command.group("receipts", cls=Group, invoke_without_command=True)
@click.pass_context
def receipts(ctx: click.Context) -> None:
    """List receipts, newest first; `show ID` shows one."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(receipts_list)


@receipts.command("show")
@click.argument("receipt")
@click.option("--record", is_flag=True, help="All that was recorded: the plan, each step, what was read back.")
@click.pass_context
def receipt_(ctx: click.Context, receipt: str, record: bool) -> None:
    """Show a receipt."""
    ours = environment(ctx).courses
    number = resolve(ctx, receipt, "receipt")
    if record:
        show(ctx, ours.receipt_record(number))
        return
    found = ours.receipt(number)
    show_text(ctx, found, _receipt_text(found))


@receipts.command("list")
@click.pass_context
def receipts_list(ctx: click.Context) -> None:
    """List receipts, newest first."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"),
        ("Assignment", "title"),
        ("Course", "course"),
        ("State", "state"),
        ("Handed in", lambda receipt: ago(receipt.submitted_at or receipt.sent_at or receipt.created_at)),
        ("What", lambda receipt: receipt.url or receipt.text or ""),
    ]
    show_list(
        ctx,
        environment(ctx).courses.receipts(),
        columns,
        empty="No receipts yet. Hand something in with `ple lms hand-in ASSIGNMENT --url LINK`.",
    )


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
    if not done:
        tell(ctx, _NOBODY)
    columns: list[tuple[str, Any]] = [
        ("LMS", "title"),
        ("Courses", "courses"),
        ("Assignments", "assignments"),
        ("New", "new"),
        ("Changed", "updated"),
        ("Gone", "gone"),
        ("Problem", lambda synced: synced.failure or ""),
    ]
    show_list(ctx, done, columns, empty="Nothing was asked.")
    failed = sum(synced.failure is not None for synced in done)
    outcome(ctx, done=len(done) - failed, failed=failed, strict=strict)


@command.command("practice", cls=Command)
@click.option("--kind", type=click.Choice(["moodle", "canvas"]), default="moodle", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 takes a free one.")
@click.option("--state", "kept", type=click.Path(dir_okay=False), help="Keep what is handed in, in this file.")
@click.option("--fault", "faults", multiple=True, metavar="OPERATION=FAULT", help="Let something fail once; see below.")
@click.pass_context
def practice(ctx: click.Context, kind: str, port: int, kept: str | None, faults: tuple[str, ...]) -> None:
    """Run a practice LMS on this machine, to try handing in without risk. Ctrl-C stops it.

    With --fault, the next call of an operation fails: try submit=drop-answer with a Canvas, or
    mod_assign_save_submission=drop-answer with a Moodle, and see what becomes of your hand-in.
    """
    from pathlib import Path

    from ple.library.errors import InvalidInput
    from ple.lms.practice import FAULTS, PracticeLms

    armed = [fault.partition("=") for fault in faults]
    for _, _, name in armed:
        if name not in FAULTS:
            raise click.UsageError(f"There is no fault {name!r}. There are: {', '.join(FAULTS)}.", ctx)
    try:
        lms = PracticeLms(kind, port=port, state=Path(kept) if kept else None)
    except OSError as error:
        hint = "Take another with --port, or any free one with --port 0."
        raise InvalidInput(f"the port {port} is taken, or cannot be used", hint=hint) from error
    except ValueError as error:
        raise InvalidInput(str(error), hint="Name another file with --state.") from error
    for operation, _, name in armed:
        lms.faults.arm(operation, name)
    connect_with = f"printf %s {lms.token} | ple lms connect {lms.url} --token-stdin"
    show(
        ctx,
        {"kind": kind, "url": lms.url, "token": lms.token, "pages": lms.url + "/", "connect": connect_with},
        said=[
            f"A practice {kind.title()} is at {lms.url} (open it in a browser to see what was handed in).",
            f"Connect to it with: {connect_with}",
            "It is reachable from this machine only. Ctrl-C stops it.",
        ],
    )
    sys.stdout.flush()
    try:
        lms.serve_forever()
    except KeyboardInterrupt:
        tell(ctx, "Stopped.")


_NOBODY = "No LMS is connected. Connect yours with `ple lms connect ADDRESS`, or try it with `ple lms practice`."


def _token(ctx: click.Context, url: str, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline(10_000).strip()
    if named := os.environ.get("PLE_LMS_TOKEN"):
        return named
    if not interactive():
        raise click.UsageError("Give the token on standard input with --token-stdin, or in PLE_LMS_TOKEN.", ctx)
    tell(ctx, f"Make a token at {url}: in Moodle under Preferences, Security keys; in Canvas under Account, Settings.")
    tell(ctx, "It stays on this computer, in " + environment(ctx).secrets.where() + ".")
    token: str = click.prompt("Token (it is not shown)", hide_input=True, err=True)
    return token


def _nothing(ours: "Environment", what: str) -> str:
    if not ours.courses.accounts():
        return _NOBODY
    return f"There are no {what} now. Ask again with `ple lms sync`."


def _published(ours: "Environment", thing: int) -> str:
    from ple.library.errors import InvalidInput

    address = ours.portfolio.address_of(thing)
    document = ours.document(thing)
    if address is None and document.kind != "artifact":
        address = document.url
    if address is None:
        raise InvalidInput(
            f"#{thing} “{document.title}” has no address that a teacher could open",
            hint=f"Publish it: `ple portfolio add {thing} --visibility public`, then `ple portfolio build`.",
        )
    return address


def _stands(line: "AssignmentLine") -> str:
    if line.state is None:
        return "not asked yet"
    words = {"none": "nothing handed in", "draft": "a draft", "submitted": "handed in", "reopened": "another attempt"}
    said = words.get(line.state, line.state)
    return f"{said} {ago(line.submitted_at)}" if line.handed_in else said


def _assignment_text(found: "Assignment") -> str:
    lines = [found.title, f"{found.course} ({found.account})"]
    if found.due_at:
        lines.append(f"Due {due(found.due_at)}")
    if found.opens_at and found.opens_at > dt.datetime.now(dt.UTC):
        lines.append(f"Opens {due(found.opens_at)}")
    if found.closes_at:
        lines.append(f"Takes nothing after {due(found.closes_at)}")
    lines.append(f"Takes {found.takes}" + (f", {plural(found.attempts, 'attempt')}" if found.attempts else ""))
    if found.statement:
        lines.append("You have to declare that it is your own work.")
    if found.holds:
        lines.append(f"There is {found.holds} ({found.state})")
    if found.receipts:
        lines.append("Receipts: " + ", ".join(f"#{id}" for id in found.receipts))
    if found.url:
        lines.append(found.url)
    return "\n".join(lines) + (f"\n\n{found.text}" if found.text else "")


def _plan_text(plan: "Plan") -> str:
    what = plan.link or f"a text of {plural(len((plan.text or '').split()), 'word')}"
    lines = [f"To      {plan.assignment} · {plan.course} · {plan.account}", f"What    {what}"]
    attempt = f"attempt {plan.attempt}"
    if plan.attempts_left is not None:
        attempt += f", {plan.attempts_left} left afterwards"
    lines.append(f"As      {attempt}")
    if plan.due_at:
        zone = plan.due_at.astimezone().tzname()
        lines.append(f"Due     {due(plan.due_at)} {zone}" + (" (it is late)" if plan.late else ""))
    if plan.replaces:
        lines.append(f"Gone    {plan.replaces}: it is replaced")
    if plan.statement:
        lines.append("Declare that it is your own work (--accept-statement)")
    lines += [f"Note    {warning}" for warning in plan.warnings]
    for problem in plan.problems:
        lines.append(f"No      {problem.sentence}. {problem.hint or ''}".rstrip())
    if plan.already:
        lines.append("This is handed in already: nothing would be sent.")
    return "\n".join(lines)


def _receipt_said(receipt: "Receipt") -> str:
    if receipt.state == "verified":
        return f"Handed in and read back: receipt #{receipt.id} for “{receipt.title}”, attempt {receipt.attempt}."
    return (
        f"Accepted, but it could not be read back yet: receipt #{receipt.id} for “{receipt.title}”. "
        f"Look again with `ple lms status {receipt.assignment_id}`."
    )


def _receipt_text(found: "Receipt") -> str:
    lines = [
        f"Receipt #{found.id}: {found.title}",
        f"{found.course} · {found.account} · attempt {found.attempt}",
        f"What      {found.url or found.text}",
        f"State     {found.state}",
    ]
    if found.sent_at:
        lines.append(f"Sent      {found.sent_at.astimezone():%Y-%m-%d %H:%M:%S %Z}")
    else:
        lines.append("Sent      it was there already")
    if found.submitted_at:
        lines.append(f"There     {found.submitted_at.astimezone():%Y-%m-%d %H:%M:%S %Z}, by its own clock")
    if found.verified_at:
        lines.append(f"Verified  {found.verified_at.astimezone():%Y-%m-%d %H:%M:%S %Z}")
    lines += [f"Sent      sha256 {found.sent_sha256}", f"Read      sha256 {found.read_sha256 or 'not yet'}"]
    lines.append(f"Record    sha256 {found.record_sha256}")
    return "\n".join(lines)


def _standing_text(standing: "Standing") -> str:
    words = {"none": "nothing is handed in", "draft": "there is a draft, not handed in", "submitted": "it is handed in"}
    lines = [f"{standing.title} · {standing.course}", words.get(standing.state, "another attempt is asked for")]
    if standing.holds:
        lines.append(f"There is {standing.holds}")
    if standing.submitted_at:
        lines.append(f"Handed in {ago(standing.submitted_at)}, attempt {standing.attempt}")
    if standing.due_at:
        lines.append(f"Due {due(standing.due_at)}")
    if standing.open:
        lines.append("Something may be handed in now.")
    elif standing.state == "submitted":
        lines.append("It can no longer be changed.")
    else:
        lines.append(f"Nothing can be handed in: {standing.why_not}.")
    if standing.pending:
        lines.append(f"An earlier hand-in is not settled: {standing.failure or 'look again in a minute'}.")
    if standing.receipt_id:
        lines.append(f"Receipt #{standing.receipt_id}")
    return "\n".join(lines)
