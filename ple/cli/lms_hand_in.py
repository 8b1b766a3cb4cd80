"""``ple lms hand-in``, ``status`` and ``receipts``: from a plan to the proof."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli import output
from ple.cli.frame import (
    Command,
    FilePath,
    Group,
    confirm,
    environment,
    export_format,
    interactive,
    resolve,
    show,
    show_list,
    show_text,
    state,
    tell,
    write_output,
)
from ple.cli.lms_words import columns_of, nothing, share
from ple.cli.output import when
from ple.cli.words import ago, due, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import Plan, Receipt, Standing


@click.command("hand-in", cls=Command)
@click.argument("assignment")
@click.option("--url", help="The link to hand in.")
@click.option("--resource", help="A thing of yours, such as an artifact: its published address is handed in.")
@click.option("--text", help="A text to hand in.")
@click.option("--file", "files", multiple=True, type=FilePath(), help="A file to hand in; may be said several times.")
@click.option("--plan", "plan_only", is_flag=True, help="Only say what would happen; nothing is handed in.")
@click.option("--accept-statement", is_flag=True, help="I declare what the course asks; its words are in the plan.")
@click.option("--again", is_flag=True, help="Hand in once more what is there already, where each hand-in counts.")
@click.option("--later", is_flag=True, help="If the LMS does not answer, keep it in the outbox and ask again then.")
@click.option("--when-online", is_flag=True, help="As --later, and then it may go without asking again.")
@click.option("--by-hand", is_flag=True, help="I hand it in myself, elsewhere; keep a receipt of my word.")
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
    later: bool,
    when_online: bool,
    by_hand: bool,
) -> None:
    """Hand in a link, a text or files, and get a receipt.

    You see first what would happen, and confirm it. It is read back afterwards; if an answer is lost, run it again:
    nothing is ever handed in twice.
    """
    if sum(said is not None for said in (url, resource, text)) > 1:
        raise click.UsageError("Say one of --url, --resource and --text; files may come along.", ctx)
    if url is None and resource is None and text is None and not files:
        raise click.UsageError("Say what to hand in: --url, --resource, --text or --file.", ctx)
    from ple.lms.errors import Unreachable

    ours = environment(ctx)
    number = resolve(ctx, assignment, "assignment")
    thing = None
    if resource is not None:
        thing = resolve(ctx, resource)
        url = _published(ours, thing)
    content = ours.courses.content(url=url, text=text, files=files)
    try:
        plan = ours.courses.plan_content(number, content, resource=thing, again=again, by_hand=by_hand)
    except Unreachable as error:
        if not (later or when_online) or plan_only:
            error.hint = f"{error.hint or ''} With --later it is kept in the outbox until then.".strip()
            raise
        waiting = ours.courses.put_off(
            number, content, resource=thing, accept_statement=accept_statement, authorised=when_online
        )
        goes = f"It waits in the outbox as {waiting.id}"
        if when_online:
            goes += ", and goes by itself with the next `ple lms sync` or `ple lms outbox send`."
        else:
            goes += "; `ple lms outbox send` asks about it again."
        said = f"{error}. Nothing is handed in yet. {goes}"
        show(ctx, waiting, said=[f"{said[0].upper()}{said[1:]}", *([waiting.warning] if waiting.warning else [])])
        return
    if plan_only:
        show_text(ctx, plan, plan_text(plan))
        ours.courses.discard(plan)
        return
    if plan.by_hand:
        _by_hand(ctx, plan, promised=by_hand)
        return
    if plan.already:
        receipt = ours.courses.hand_in(plan)
        tell(ctx, f"This is handed in already, as attempt {plan.attempt}; nothing was sent.")
        show(ctx, receipt, said=_receipt_said(receipt))
        return
    if plan.ok:
        tell(ctx, plan_text(plan))
        if plan.statement and not accept_statement and interactive():
            accept_statement = click.confirm(f"The course asks: “{plan.declaration}” Do you declare this?", err=True)
        declined = plan.statement and not accept_statement and interactive()
        asked = accept_statement or not plan.statement
        if declined or (asked and not confirm(ctx, f"Hand it in to “{plan.assignment}”?")):
            tell(ctx, "Nothing was handed in.")
            ours.courses.discard(plan)
            return
    receipt = ours.courses.hand_in(plan, accept_statement=accept_statement)
    show(ctx, receipt, said=_receipt_said(receipt))
    share(ctx)


def _by_hand(ctx: click.Context, plan: "Plan", *, promised: bool) -> None:
    if state(ctx).yes and not promised:  # it confirms that something is to be handed in, not that it was
        environment(ctx).courses.discard(plan)
        where = f" at {plan.page}" if plan.page else " there"
        raise click.UsageError(
            f"“{output.line(plan.assignment)}” cannot be handed in from here. Nothing was handed in, nor written down. "
            f"Hand it in{where}, and then say so with --by-hand --yes.",
            ctx,
        )
    tell(ctx, plan_text(plan))
    if interactive():
        from ple.cli.clipboard import copy

        if (what := plan.link or plan.text) and copy(what):
            tell(ctx, f"The {'link' if plan.link else 'text'} is in your clipboard, to be pasted there.")
        if plan.page:
            tell(ctx, f"The page opens in your browser: {plan.page}")
            click.launch(plan.page)
    if not confirm(ctx, f"Have you handed it in to “{plan.assignment}” there?"):
        tell(ctx, "Nothing was written down.")
        environment(ctx).courses.discard(plan)
        return
    receipt = environment(ctx).courses.handed_in_by_hand(plan)
    show(ctx, receipt, said=f"Written down as your word: receipt #{receipt.id} for “{receipt.title}”.")
    share(ctx)


@click.command("status", cls=Command)
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
    lines = ours.assignments()
    show_list(ctx, lines, columns_of(lines), empty=nothing(environment(ctx), "assignments"))


@click.command("start", cls=Command)
@click.argument("assignment")
@click.pass_context
def start(ctx: click.Context, assignment: str) -> None:
    """Start your time for an assignment that has a limit; it cannot be stopped."""
    ours = environment(ctx).courses
    number = resolve(ctx, assignment, "assignment")
    found = ours.assignment(number)
    if found.minutes and found.started_at is None:
        question = f"“{found.title}” takes {plural(found.minutes, 'minute')} from now, and cannot be stopped. Start?"
        if not confirm(ctx, question):
            tell(ctx, "It was not started.")
            return
    standing = ours.start(number)
    show(ctx, standing, said=f"Your time for “{standing.title}” runs out {due(standing.ends_at)}.")


@click.group("receipts", cls=Group, invoke_without_command=True)
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


@receipts.command("export")
@click.argument("receipt", nargs=-1)
@click.option("--format", type=click.Choice(["json", "html"]), default="html", show_default=True)
@click.option("--output", "-o", "path", type=FilePath(), help="The file to write; standard output without it.")
@click.pass_context
def receipts_export(ctx: click.Context, receipt: tuple[str, ...], format: str, path: str | None) -> None:
    """Write receipts, or all of them, as a page to print or as JSON with the whole record."""
    ours = environment(ctx).courses
    ids = [resolve(ctx, each, "receipt") for each in receipt] or ours.receipt_ids()
    if export_format(ctx, path, format) == "html":
        text = ours.receipt_page(ids)
    else:
        import json

        text = json.dumps(output.plain_values([ours.receipt_record(id) for id in ids]), ensure_ascii=False, indent=2)
    write_output(ctx, path, text, f"{plural(len(ids), 'receipt')} in {path}.")


@receipts.command("list")
@click.pass_context
def receipts_list(ctx: click.Context) -> None:
    """List receipts, newest first."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"),
        ("Assignment", "title"),
        ("Course", "course"),
        ("State", lambda receipt: "your word" if receipt.state == "learner" else str(receipt.state)),
        ("Handed in", when(lambda receipt: receipt.submitted_at or receipt.sent_at or receipt.created_at)),
        ("What", lambda receipt: receipt.url or receipt.text or ", ".join(receipt.files)),
    ]
    show_list(
        ctx,
        environment(ctx).courses.receipts(),
        columns,
        empty="No receipts yet. Hand something in with `ple lms hand-in ASSIGNMENT --url LINK`.",
    )


def _published(ours: "Environment", thing: int) -> str:
    from ple.library.errors import InvalidInput

    address = ours.portfolio.address_of(thing)
    document = ours.document(thing)
    if address is None and document.kind != "artifact":
        address = document.url
    if address is None:
        raise InvalidInput(
            f"#{thing} “{document.title}” has no address that a teacher could open",
            hint=f"Publish it: `ple portfolio add {thing} --visibility public`, then `ple portfolio publish`.",
        )
    return address


def plan_text(plan: "Plan") -> str:
    """Say what handing in would do."""
    what = plan.content.summary
    lines = [f"To      {plan.assignment} · {plan.course} · {plan.account}", f"What    {what}"]
    attempt = f"attempt {plan.attempt}"
    if plan.attempts_left is not None:
        attempt += f", {plan.attempts_left} left afterwards"
    lines.append(f"As      {attempt}")
    if plan.due_at:
        zone = plan.due_at.astimezone().tzname()
        more = " (an extension of yours)" if plan.extended_to else ""
        lines.append(f"Due     {due(plan.due_at)} {zone}{more}" + (" (it is late)" if plan.late else ""))
    if plan.closes_at and plan.closes_at != plan.due_at:
        lines.append(f"Until   {due(plan.closes_at)} {plan.closes_at.astimezone().tzname()}, then nothing is taken")
    if plan.minutes:
        lines.append(f"Time    {plural(plan.minutes, 'minute')} from when you start it")
    if plan.team:
        waits = f"; {plural(plan.waits_for, 'member')} still to hand in" if plan.waits_for else ""
        lines.append(f"Team    it is the work of your whole team{waits}")
    lines += [f"File    {piece.name}, {max(1, round(piece.size / 1024)):,} kB" for piece in plan.files]
    if plan.keeps:
        lines.append(f"Stays   {plan.keeps}")
    if plan.seen and plan.seen.public:
        shows = " and shows your work" if plan.seen.shows else ""
        lines.append(f"Public  anybody can open the link{shows}")
    if plan.replaces:
        lines.append(f"Gone    {plan.replaces}: it is replaced")
    if plan.statement:
        lines.append(f"Declare “{plan.declaration}” (--accept-statement)")
    lines += [f"Note    {warning}" for warning in plan.warnings]
    for problem in plan.problems:
        lines.append(f"No      {problem.sentence}. {problem.hint or ''}".rstrip())
    if plan.already:
        lines.append("This is handed in already: nothing would be sent.")
    return "\n".join(lines)


def _receipt_said(receipt: "Receipt") -> str:
    if receipt.state == "learner":
        return f"Your own word: receipt #{receipt.id} for “{receipt.title}”."
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
        f"What      {found.url or found.text or 'files'}",
        *(f"File      {name}" for name in found.files),
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
    lines += [f"Compared  {each}" for each in found.compared]
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
        lines.append("It may still be changed." if standing.state == "submitted" else "It is open: you can hand it in.")
    elif standing.state == "submitted":
        lines.append("It can no longer be changed.")
    else:
        lines.append(f"Nothing can be handed in: {standing.why_not}.")
    if standing.pending:
        lines.append(f"An earlier hand-in is not settled: {standing.failure or 'look again in a minute'}.")
    if standing.ends_at:
        lines.append(f"The time that you started runs out {due(standing.ends_at)}.")
    if standing.waits_for:
        lines.append(f"{plural(standing.waits_for, 'member')} of your team still to hand in.")
    if standing.grade:
        lines.append(f"Grade {standing.grade} (`ple lms feedback {standing.assignment_id}`)")
    if standing.receipt_id:
        lines.append(f"Receipt #{standing.receipt_id}")
    return "\n".join(lines)
