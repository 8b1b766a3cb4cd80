"""``ple portfolio mentions`` and ``ple portfolio announce``: telling others of a work, and what they answer."""

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
    piped_secret,
    read_input,
    show,
    show_list,
    tell,
)
from ple.cli.output import when
from ple.cli.words import plural

if TYPE_CHECKING:
    from ple.portfolio.echoes.models import Response, Webmention

mentions = Group("mentions", help="Webmentions: tell pages that your works link to them, and hear who links to yours.")
announcers = Group("announcers", help="Your accounts on which works are announced.")


@mentions.command("send")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@click.option("--strict", is_flag=True, help="Fail if any was not taken.")
@click.pass_context
def send(ctx: click.Context, dry_run: bool, strict: bool) -> None:
    """Tell each page that a published public work links to, once; again when the work changed or the link is gone."""
    door = environment(ctx).webmentions
    due = door.due()
    columns: list[tuple[str, Any]] = [("What", "state"), ("To", "target"), ("From", "source"), ("", "said")]
    if dry_run or not due:
        show_list(ctx, due, columns, empty="There is nothing to tell anybody.")
        return
    hosts = plural(len(due), "page")
    if not confirm(ctx, f"Tell {hosts} that your works link there? They may show it to everybody."):
        return
    done: list[Webmention] = []
    for one in door.send(due):
        tell(ctx, f"{one.target}: {one.said}")
        done.append(one)
    show_list(ctx, done, columns, empty="")
    failed = sum(one.state == "failed" for one in done)
    outcome(ctx, done=len(done) - failed, failed=failed, strict=strict)


@mentions.command("sent")
@click.pass_context
def sent(ctx: click.Context) -> None:
    """List whom you told, and what they answered."""
    columns: list[tuple[str, Any]] = [
        ("When", when("sent_at")), ("To", "target"), ("State", "state"), ("", "said"),
    ]  # fmt: skip
    show_list(ctx, environment(ctx).webmentions.sent(), columns, empty="You told nobody yet.")


@mentions.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List what others said about your works, and what of it is shown."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"), ("Work", "title"), ("Kind", "kind"), ("Who", "author"), ("What", "text"), ("Where", "url"),
        ("", lambda one: "shown" if one.shown else ""),
    ]  # fmt: skip
    empty = "Nobody said anything yet, or it was not fetched: `ple portfolio mentions fetch`."
    show_list(ctx, environment(ctx).webmentions.responses(), columns, empty=empty)


@mentions.command("fetch")
@click.option("--from", "address", hidden=True, default="https://webmention.io/api/mentions.jf2")
@click.pass_context
def fetch(ctx: click.Context, address: str) -> None:
    """Ask webmention.io what it received for your site. Nothing is shown before you allow it."""
    _received(ctx, *environment(ctx).webmentions.fetch(address))


@mentions.command("import")
@click.argument("file", type=FilePath())
@click.pass_context
def import_(ctx: click.Context, file: str) -> None:
    """Take in Webmentions from FILE, as webmention.io lists them (JF2); “-” reads standard input."""
    _received(ctx, *environment(ctx).webmentions.receive(read_input(file)[1]))


@mentions.command("allow")
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1))
@click.pass_context
def allow(ctx: click.Context, numbers: tuple[int, ...]) -> None:
    """Show these responses on their works' pages, from the next build on."""
    _shown(ctx, numbers, True)


@mentions.command("hide")
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1, 2**31 - 1))
@click.pass_context
def hide(ctx: click.Context, numbers: tuple[int, ...]) -> None:
    """Show these responses no more, from the next build on."""
    _shown(ctx, numbers, False)


@mentions.command("remove")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.pass_context
def remove(ctx: click.Context, number: int) -> None:
    """Forget a response."""
    if confirm(ctx, f"Forget response {number}?"):
        environment(ctx).webmentions.remove(number)
        show(ctx, {"removed": number}, said="It is forgotten.")


@mentions.command("token")
@click.pass_context
def token(ctx: click.Context) -> None:
    """Keep the token of webmention.io; it is asked for, or read from standard input, and never shown."""
    from ple.portfolio.echoes.webmentions import SECRET

    where = environment(ctx).secrets.set(SECRET, _secret("The token of webmention.io"))
    show(ctx, {"kept": where}, said=f"It is kept in {where}.")


@announcers.command("add")
@click.argument("kind", type=click.Choice(["mastodon", "micropub", "wordpress"]))
@click.argument("address")
@click.option("--name", help="What to call it; otherwise as its host.")
@click.option("--user", default="", help="Of WordPress, the name that the application password belongs to.")
@click.pass_context
def add(ctx: click.Context, kind: str, address: str, name: str | None, user: str) -> None:
    """Keep an account; its token (of WordPress, an application password) is asked for, or read from standard input.

    \b
    mastodon   https://your.server       Preferences, Development, New application, with write:statuses
    micropub   https://your.site         a token that may create posts
    wordpress  https://your.site         Users, Profile, Application Passwords
    """
    account = environment(ctx).announcements.keep(kind, address, name=name, user=user, secret=_secret("Its token"))
    show(ctx, account, said=f"`ple portfolio announce WORK --to {account.name}` announces there.")


@announcers.command("list")
@click.pass_context
def accounts(ctx: click.Context) -> None:
    """List your accounts."""
    columns: list[tuple[str, Any]] = [("Name", "name"), ("Kind", "kind"), ("Address", "address")]
    show_list(ctx, environment(ctx).announcements.accounts(), columns, empty="There are none yet.")


@announcers.command("remove")
@click.argument("name")
@click.pass_context
def forget(ctx: click.Context, name: str) -> None:
    """Forget an account and its token; what was announced stays there."""
    if confirm(ctx, f"Forget {name} and its token?"):
        gone = environment(ctx).announcements.forget(name)
        show(ctx, gone, said=f"{gone.name} is forgotten.")


@click.command("announce", cls=Command)
@click.argument("artifact", required=False)
@click.option("--to", "account", help="The account, as `ple portfolio announcers list` calls it.")
@click.option("--text", help="What to say; otherwise the title, why you show it, and its address. “-” reads it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be said.")
@click.pass_context
def announce(ctx: click.Context, artifact: str | None, account: str | None, text: str | None, dry_run: bool) -> None:
    """Announce ARTIFACT on one of your accounts: you see the exact text first. Without ARTIFACT: what was announced."""
    door = environment(ctx).announcements
    if artifact is None:
        columns: list[tuple[str, Any]] = [("Work", "title"), ("On", "account"), ("Address", lambda one: one.url or "?")]
        show_list(ctx, door.announcements(), columns, empty="Nothing was announced yet.")
        return
    from ple.cli.portfolio import artifact_named

    known = door.accounts()
    if account is None and len(known) != 1:
        raise click.UsageError("Say on which account: --to NAME.", ctx)
    to = account or known[0].name
    id = artifact_named(ctx, artifact)
    said = read_input("-")[1].decode("utf-8", "replace") if text == "-" else text
    what = door.preview(id, to, text=said)
    if what.url or dry_run:
        show(ctx, what, said=[f"It was announced: {what.url}"] if what.url else what.text.split("\n"))
        return
    for line in what.text.split("\n"):
        tell(ctx, f"  {line}")
    if not confirm(ctx, f"Say exactly this on {to}?"):
        return
    done = door.announce(id, to, text=said)
    show(ctx, done, said=f"Announced: {done.url} The work's page names it from the next build on.")


def _received(ctx: click.Context, new: int, known: int, useless: int) -> None:
    said = f"{plural(new, 'response')} new, {known} known" + (f", {useless} not about your works" if useless else "")
    hint = " `ple portfolio mentions list` shows them; `allow` puts one on its page." if new else ""
    show(ctx, {"new": new, "known": known, "useless": useless}, said=f"{said}.{hint}")


def _shown(ctx: click.Context, numbers: tuple[int, ...], shown: bool) -> None:
    door = environment(ctx).webmentions
    changed: list[Response] = [door.allow(number, shown) for number in numbers]
    said = "is on its work's page from the next build on" if shown else "is on no page from the next build on"
    show(ctx, changed, said=[f"{one.author or one.url} {said}." for one in changed])


def _secret(what: str) -> str:
    if interactive():
        said: str = click.prompt(f"{what} (it is not shown)", hide_input=True, err=True)
        return said
    return piped_secret()
