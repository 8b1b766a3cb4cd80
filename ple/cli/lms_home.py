"""``ple lms feedback``, ``news``, ``outbox`` and ``calendar``: what comes home, and what waits to leave."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    Command,
    FilePath,
    Group,
    confirm,
    environment,
    interactive,
    outcome,
    resolve,
    show,
    show_list,
    show_text,
    state,
    tell,
    write_file,
    write_output,
)
from ple.cli.lms_hand_in import plan_text
from ple.cli.lms_words import moment_said, share
from ple.cli.output import when
from ple.cli.words import due, moment, plural

if TYPE_CHECKING:
    from ple.lms.hand_in import Plan
    from ple.lms.returns import Returned
    from ple.lms.waiting import Waiting


@click.command("feedback", cls=Command)
@click.argument("what", required=False)
@click.option("--save", "folder", type=FilePath(file_okay=False), help="Write the files that came back to a folder.")
@click.pass_context
def feedback(ctx: click.Context, what: str | None, folder: str | None) -> None:
    """Show grades and feedback: all, of an assignment, or on a thing of yours that was handed in."""
    ours = environment(ctx)
    if what is None:
        found = ours.courses.feedback()
    else:
        number = resolve(ctx, what)
        is_task = ours.document(number).kind == "assignment"
        found = ours.courses.feedback(number) if is_task else ours.courses.feedback(resource=number)
    if folder is not None:
        _save(ctx, found, folder)
    if what is not None and found:
        show_text(ctx, found[0] if len(found) == 1 else found, "\n\n".join(_feedback_text(each) for each in found))
        return
    columns: list[tuple[str, Any]] = [
        ("#", "assignment_id"),
        ("Assignment", "assignment"),
        ("Course", "course"),
        ("Grade", "grade"),
        ("Says", lambda each: each.text.replace("\n", " ")),
        ("Came", when("received_at")),
    ]
    show_list(ctx, found, columns, empty="No feedback yet. Look for it with `ple lms sync`.")


@click.command("badges", cls=Command)
@click.argument("account", required=False)
@click.pass_context
def badges(ctx: click.Context, account: str | None) -> None:
    """List the badges that you have at your LMS; `ple credentials import ADDRESS` brings one home."""
    found = environment(ctx).courses.badges(resolve(ctx, account, "account") if account else None)
    columns: list[tuple[str, Any]] = [
        ("Badge", "name"),
        ("From", "issuer"),
        ("Issued", when("issued_at")),
        ("Address", lambda each: each.url or ""),
    ]
    show_list(ctx, found, columns, empty="You have no badges there.")


@click.command("news", cls=Command)
@click.option("--since", help="Only since then: a date, today, 7d.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.pass_context
def news(ctx: click.Context, since: str | None, limit: int) -> None:
    """List what changed: dates, grades, feedback, and work that is a draft again."""
    found = environment(ctx).courses.news(since=moment(since) if since else None, limit=limit)
    columns: list[tuple[str, Any]] = [
        ("When", when("at")),
        ("Assignment", lambda each: f"#{each.assignment_id} {each.assignment}"),
        ("Course", "course"),
        ("What", "said"),
    ]
    show_list(ctx, found, columns, empty="Nothing changed. Look again with `ple lms sync`.")


@click.command("calendar", cls=Command)
@click.argument("file", required=False, type=FilePath())
@click.pass_context
def calendar(ctx: click.Context, file: str | None) -> None:
    """Write all due dates as a calendar (.ics) for other programs; to standard output without FILE."""
    write_output(ctx, file, environment(ctx).courses.calendar(), f"The due dates are in {file}.")


@click.command("add", cls=Command)
@click.argument("title")
@click.option("--account", required=True, help="An account of the kind manual.")
@click.option("--course", default="", help="The course it belongs to.")
@click.option("--due", "due_at", metavar="WHEN", help="2026-12-01, or 2026-12-01T23:59 in your own time zone.")
@click.option("--url", help="The page where it is handed in.")
@click.option("--text", default="", help="What is asked for.")
@click.pass_context
def add(
    ctx: click.Context, title: str, account: str, course: str, due_at: str | None, url: str | None, text: str
) -> None:
    """Write down an assignment yourself, for a school that lets no program in."""
    number = resolve(ctx, account, "account")
    at = moment_said(ctx, due_at, whole_day=True) if due_at else None
    made = environment(ctx).courses.add_assignment(number, title, course=course, due_at=at, url=url, text=text)
    show(ctx, made, said=f"Wrote down #{made.id} {made.title}" + (f", due {due(made.due_at)}." if made.due_at else "."))


@click.group("outbox", cls=Group, invoke_without_command=True)
@click.pass_context
def outbox(ctx: click.Context) -> None:
    """List what waits to be handed in; `send` tries again."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(outbox_list)


@outbox.command("list")
@click.option("--all", "ended", is_flag=True, help="Also what was sent, refused or dropped.")
@click.pass_context
def outbox_list(ctx: click.Context, ended: bool = False) -> None:
    """List what waits to be handed in, the nearest end first."""
    found = environment(ctx).courses.outbox(ended=ended)
    columns: list[tuple[str, Any]] = [
        ("No.", "id"),
        ("Assignment", "assignment"),
        ("What", "what"),
        ("State", "state"),
        ("Until", when("deadline_at", due)),
        ("Goes", lambda each: "by itself" if each.authorised else "when you say yes"),
        ("Problem", lambda each: each.failure or ""),
    ]
    for each in found:
        if each.warning:
            tell(ctx, f"{each.warning}!")
    for rest in environment(ctx).courses.rests():
        how = (
            f"it is tried again {due(rest.until)}" if rest.until else f"sign in with `ple lms renew {rest.account_id}`"
        )
        tell(ctx, f"Nothing is sent to {rest.account}: {rest.reason}; {how}.")
    show_list(ctx, found, columns, empty="Nothing waits. `ple lms hand-in … --later` keeps a hand-in until it can go.")


@outbox.command("send")
@click.option("--strict", is_flag=True, help="Exit 1 if any was not sent.")
@click.pass_context
def outbox_send(ctx: click.Context, strict: bool) -> None:
    """Check everything anew and hand in what waits; asks for each that was not allowed to go by itself."""

    def ask(item: "Waiting", plan: "Plan") -> bool:
        tell(ctx, plan_text(plan))
        return confirm(ctx, f"Hand it in to “{plan.assignment}”?")

    may_ask = interactive() or state(ctx).yes
    done = []
    for each in environment(ctx).courses.deliver(ask=ask if may_ask else None, urge=True):
        done.append(each)
        tell(ctx, f"{each.assignment}: {each.outcome}, {each.said}")
    columns: list[tuple[str, Any]] = [("No.", "id"), ("Assignment", "assignment"), ("Now", "outcome"), ("", "said")]
    show_list(ctx, done, columns, empty="Nothing waits.")
    sent = sum(each.outcome == "sent" for each in done)
    if sent:
        share(ctx)
    outcome(ctx, done=sent, failed=len(done) - sent, strict=strict)


@outbox.command("allow")
@click.argument("number", type=int)
@click.option("--no", "refuse", is_flag=True, help="Ask me first, as it was before.")
@click.pass_context
def outbox_allow(ctx: click.Context, number: int, refuse: bool) -> None:
    """Let a hand-in go by itself as soon as the LMS answers."""
    found = environment(ctx).courses.allow(number, authorised=not refuse)
    how = "you are asked first" if refuse else "it goes by itself, unless something new stands in its way"
    show(ctx, found, said=f"{found.assignment}: {how}.")


@outbox.command("drop")
@click.argument("number", type=int)
@click.pass_context
def outbox_drop(ctx: click.Context, number: int) -> None:
    """Take a hand-in out of the outbox; it is not sent."""
    ours = environment(ctx).courses
    if not confirm(ctx, f"Drop hand-in {number} from the outbox?"):
        tell(ctx, "Nothing was changed.")
        return
    found = ours.drop(number)
    show(ctx, found, said=f"{found.assignment}: it is not sent.")


def _feedback_text(found: "Returned") -> str:
    lines = [f"{found.assignment} · {found.course} · attempt {found.attempt}"]
    if found.grade:
        lines.append(f"Grade    {found.grade}")
    for line in found.rubric:
        most = f" of {line['most']:g}" if line["most"] is not None else ""
        points = f"{line['points']:g}{most}" if line["points"] is not None else ""
        lines.append(f"Rubric   {line['title']}: {points} {line['comment']}".rstrip())
    for comment in found.comments:
        lines.append(f"{comment['author'] or 'Comment'}: {comment['text']}")
    lines += [f"File     {file['name']}" for file in found.files]
    lines += [f"On       #{id}" for id in found.resources]
    if found.url:
        lines.append(found.url)
    return "\n".join(lines)


def _save(ctx: click.Context, found: "list[Returned]", folder: str) -> None:
    from pathlib import Path

    from ple.library.errors import InvalidInput
    from ple.lms.content import safe_name

    ours = environment(ctx).courses
    written: set[str] = set()
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be made: {(error.strerror or str(error)).lower()}") from error
    for each in found:
        for file in each.files:
            if file.get("sha256"):
                name = own = f"{each.assignment_id}-{safe_name(file['name'])}"
                while name.casefold() in written:  # two names there may be one here
                    name = f"{len(written)}-{own}"
                written.add(name.casefold())
                write_file(str(Path(folder) / name), ours.feedback_file(file["sha256"]))
    tell(ctx, f"Wrote {plural(len(written), 'file')} into {folder}.")
