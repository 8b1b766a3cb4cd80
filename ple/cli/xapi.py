"""``ple xapi``: the learner's record of learning; what of it goes where, and only after having been seen."""

import datetime as dt
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    FilePath,
    Group,
    confirm,
    environment,
    interactive,
    outcome,
    piped_secret,
    read_input,
    show,
    show_list,
    state,
    tell,
    write_output,
)
from ple.cli.words import ago, moment, plural

if TYPE_CHECKING:
    from ple.lms.records import Records, Sent, Store

command = Group("xapi", help="Your record of learning: keep it, take it along, send it where you want.")

_STORE = click.option(
    "--store",
    type=click.IntRange(0, 2**31 - 1),
    help="Which record store, if there are several; `ple xapi status` has numbers.",
)
_EVENTS: list[tuple[str, Any]] = [
    ("Event", "event"),
    ("Told", lambda one: {None: "undecided", True: "yes", False: "no"}[one.allowed]),
    ("Kept", "kept"),
    ("Waiting", "queued"),
    ("Sent", "done"),
    ("Not taken", "parked"),
    ("What it tells", "tells"),
]


class When(click.ParamType[dt.datetime]):
    """A date or a time ago: ``2026-11-22``, ``7d``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Return it as a moment."""
        if isinstance(value, dt.datetime):
            return value
        return moment(value)


@command.command("connect")
@click.argument("endpoint")
@click.option("--user", help="The name or key that the store gave you; otherwise PLE_LRS_USER, or it is asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password or secret from standard input.")
@click.pass_context
def connect(ctx: click.Context, endpoint: str, user: str | None, password_stdin: bool) -> None:
    """Connect a record store (LRS) by its ENDPOINT. Nothing is sent until you agree to kinds of events.

    The password is asked for without showing it, or read from standard input with --password-stdin, or taken from
    PLE_LRS_PASSWORD.
    """
    name = user or os.environ.get("PLE_LRS_USER")
    if name is None:
        if not interactive():
            raise click.UsageError("Say the name with --user or PLE_LRS_USER.", ctx)
        name = click.prompt("Name or key", err=True)
    store = environment(ctx).records.connect(endpoint, name, _password(ctx, password_stdin))
    said = [f"Connected {store.endpoint}.", "Nothing is sent yet: `ple xapi consent` shows what could be, and asks."]
    show(ctx, store, said=said)


@command.command("status")
@click.pass_context
def status(ctx: click.Context) -> None:
    """Show the record stores: what you agreed to tell, what waits, what went, what was not taken."""
    records = environment(ctx).records
    stores = records.stores()
    if state(ctx).json or not stores:
        show_list(ctx, stores, [], empty="No record store is connected. Your own record: `ple xapi export`.")
        return
    for store in stores:
        show(ctx, store, said=_headline(store))
        show_list(ctx, store.events, _EVENTS, empty="")
        for one in records.parked(store.id):
            tell(ctx, f"Not taken: {one.uid}: {one.reason}.")


@command.command("consent")
@click.argument("events", nargs=-1, metavar="[EVENT]...")
@click.option("--no", "refuse", is_flag=True, help="Tell these no longer; what still waits is taken out.")
@click.option("--all", "everything", is_flag=True, help="Tell also what was before today, not only from now on.")
@_STORE
@click.pass_context
def consent(ctx: click.Context, events: tuple[str, ...], refuse: bool, everything: bool, store: int | None) -> None:
    """Decide which kinds of EVENTs a record store may hear of; without any, of all that are undecided.

    Of each the newest statement is shown as it would go out, and you are asked. With --yes you agree without being
    asked; it is still shown.
    """
    records = environment(ctx).records
    one = _one(records, store)
    chosen = events or tuple(event.event for event in one.events if event.allowed is None)
    if not events and not interactive():
        raise click.UsageError("Name the events; `ple xapi status` lists them.", ctx)
    for name in chosen:
        if refuse:
            one = records.refuse(one.id, name)
            continue
        example = records.example(name)
        tells = next((event.tells for event in one.events if event.event == name), "")
        tell(ctx, f"“{name}” tells {one.endpoint} {tells}.")
        if example is not None:
            tell(ctx, json.dumps(json.loads(example.body), ensure_ascii=False, indent=2))
        else:
            tell(ctx, "Nothing like it has happened yet.")
        if confirm(ctx, f"Tell “{name}”? What was sent cannot be deleted, only marked as void."):
            shown = example.sha256 if example is not None else None
            one = records.agree(one.id, name, shown=shown, everything=everything)
        elif interactive():
            one = records.refuse(one.id, name)
    if state(ctx).json:
        show(ctx, one)
    else:
        show_list(ctx, one.events, _EVENTS, empty="")


@command.command("send")
@click.option("--now", is_flag=True, help="Ask also a store that had trouble, before its time.")
@click.option("--retry", is_flag=True, help="Offer again what was not taken.")
@_STORE
@click.pass_context
def send(ctx: click.Context, now: bool, retry: bool, store: int | None) -> None:
    """Send what waits, of the events that you agreed to."""
    records = environment(ctx).records
    if retry:
        for one in records.stores():
            if store in (None, one.id):
                records.retry(one.id)
    done = []
    for sent in records.send(store, now=now):
        done.append(sent)
        for sentence in _about(sent):
            tell(ctx, sentence)
    undecided = [one.event for store_ in records.stores() for one in store_.events if one.allowed is None and one.kept]
    if undecided:
        tell(ctx, f"Undecided, so not told: {', '.join(dict.fromkeys(undecided))}. `ple xapi consent` shows and asks.")
    show(ctx, done if len(done) != 1 else done[0], said=[f"Sent {plural(one.sent, 'statement')}." for one in done])
    outcome(ctx, done=sum(one.failure is None for one in done), failed=sum(one.failure is not None for one in done))


@command.command("export")
@click.argument("file", required=False, type=FilePath())
@click.option("--since", type=When(), help="From this day on: 2026-11-22, or 7d ago.")
@click.option("--until", type=When(), help="Up to this day, which is not included.")
@click.option("--event", help="Only this kind of event.")
@click.option("--verb", metavar="IRI", help="Only this verb, in either of its spellings.")
@click.option(
    "--from", "origin", type=click.Choice(["mine", "elsewhere"]), help="Only your own, or only imported ones."
)
@click.pass_context
def export(ctx: click.Context, /, file: str | None, **filters: Any) -> None:
    """Write your record as a JSON array of statements, to FILE or standard output; no store is needed."""
    text = environment(ctx).records.export(**filters)
    write_output(ctx, file, text, f"Wrote your record to {file}.")


@command.command("import")
@click.argument("file", type=FilePath())
@click.pass_context
def import_(ctx: click.Context, file: str) -> None:
    """Take statements into your record: a JSON array, a store's answer, or one statement a line. “-” reads input."""
    brought = environment(ctx).records.bring(read_input(file)[1])
    said = f"Took {plural(brought.added, 'statement')}; {brought.known} were here."
    show(ctx, brought, said=said)
    for number, reason in brought.refused:
        tell(ctx, f"Statement {number} was refused: {reason}.")
    outcome(ctx, done=brought.added + brought.known, failed=len(brought.refused))


@command.command("void")
@click.argument("statement", type=click.UUID)
@click.pass_context
def void(ctx: click.Context, statement: uuid.UUID) -> None:
    """Take a STATEMENT back, by its id. What a store has cannot be deleted, only marked as void."""
    if not confirm(ctx, f"Take back {statement}?"):
        ctx.exit(1)
    made = environment(ctx).records.void(statement)
    told = "It is marked as void at the next `ple xapi send`." if made else "It went nowhere, and will not."
    show(ctx, {"voided": statement, "by": made.uid if made else None}, said=told)


@command.command("me")
@click.option("--home-page", metavar="ADDRESS", help="Your own site, or your school's.")
@click.option("--name", help="What you are called there; a number will do.")
@click.pass_context
def me(ctx: click.Context, home_page: str | None, name: str | None) -> None:
    """Say who your statements speak of: an account, not a mail address. What is made already stays as it is."""
    records = environment(ctx).records
    if (home_page is None) != (name is None):
        raise click.UsageError("Give both --home-page and --name, or neither.", ctx)
    actor = records.introduce(home_page, name) if home_page and name else records.actor()
    show(ctx, actor, said=f"{actor['account']['name']} at {actor['account']['homePage']}")


@command.command("forget")
@_STORE
@click.pass_context
def forget(ctx: click.Context, store: int | None) -> None:
    """Forget a record store, its password and what waits for it. What it has it keeps; so do you."""
    records = environment(ctx).records
    one = _one(records, store)
    if confirm(ctx, f"Forget {one.endpoint}?"):
        records.forget(one.id)
        show(ctx, {"forgotten": one.endpoint}, said=f"Forgot {one.endpoint}.")


def _one(records: "Records", number: int | None) -> "Store":
    if number is not None:
        return records.store(number)
    stores = records.stores()
    if len(stores) > 1:
        raise click.UsageError("There are several stores; say which with --store.")
    return stores[0] if stores else records.store(0)


def _password(ctx: click.Context, from_stdin: bool) -> str:
    if from_stdin:
        return piped_secret()
    given = os.environ.get("PLE_LRS_PASSWORD")
    if given is not None:
        return given
    if not interactive():
        raise click.UsageError(
            "Give the password on standard input with --password-stdin, or as PLE_LRS_PASSWORD.", ctx
        )
    asked: str = click.prompt("Password or secret", hide_input=True, err=True)
    return asked


def _headline(store: "Store") -> list[str]:
    said = [f"{store.id}  {store.endpoint}  last sent {ago(store.sent_at) if store.sent_at else 'never'}"]
    if store.paused:
        said.append(f"Paused: {store.paused}. Connect it again.")
    elif store.failure:
        said.append(f"Trouble: {store.failure}." + (f" Not before {store.next_at:%H:%M} UTC." if store.next_at else ""))
    return said


def _about(sent: "Sent") -> list[str]:
    said = [f"{one.uid} was not taken: {one.reason}." for one in sent.parked]
    if sent.known:
        said.append(f"{plural(sent.known, 'statement')} had arrived before.")
    if sent.failure:
        said.append(
            f"{sent.endpoint}: {sent.failure}. {plural(sent.left, 'statement')} wait."
            + (f" {sent.hint}" if sent.hint else "")
        )
    return said
