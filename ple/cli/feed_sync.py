"""``ple feeds sync``: agree with a reader that you run elsewhere."""

import os

import click

from ple.cli.frame import Group, environment, interactive, outcome, piped_secret, show, show_list, tell
from ple.cli.output import when
from ple.library.errors import InvalidInput, PleError

sync = Group("sync", help="Agree with FreshRSS, Miniflux and others on feeds, and on what is read and starred.")


@sync.command("connect")
@click.argument("url")
@click.option("--login", required=True, help="Your name there.")
@click.option("--name", help="What to call the account; otherwise its host.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def connect(ctx: click.Context, url: str, login: str, name: str | None, password_stdin: bool) -> None:
    """Sign in at URL, the address of a reader with the Google Reader API.

    The password is asked for, read from standard input, or taken from PLE_SYNC_PASSWORD; it is kept among your secrets.
    """
    account = environment(ctx).sync.connect(url, login, _password(login, password_stdin), name=name)
    show(ctx, account, said=f"Signed in to {account.name}. `ple feeds sync run` agrees with it.")


@sync.command("run")
@click.argument("accounts", nargs=-1)
@click.option("--strict", is_flag=True, help="Exit 1 if any account failed, not only if all did.")
@click.pass_context
def run(ctx: click.Context, accounts: tuple[str, ...], strict: bool) -> None:
    """Agree with ACCOUNTS, or with all: what you follow, what is read, what is starred."""
    door = environment(ctx).sync
    names = accounts or tuple(account.name for account in door.accounts())
    if not names:
        raise InvalidInput("no account is connected", hint="`ple feeds sync connect URL --login NAME` signs in.")
    done = []
    failed = 0
    for name in names:
        try:
            done.append(door.run(name))
        except PleError as error:
            failed += 1
            tell(ctx, f"{name}: {error}" + (f"\n     {error.hint}" if error.hint else ""))
            continue
        for problem in done[-1].problems:
            tell(ctx, problem)
    said = [
        f"{each.account}: {each.marked_here} marked here, {each.marked_there} there; {each.followed_here} feeds "
        f"followed here, {each.followed_there} there; {each.left_here} left here, {each.left_there} there."
        for each in done
    ]
    show(ctx, done if len(done) != 1 else done[0], said=said)
    outcome(ctx, done=len(done), failed=failed, strict=strict)


@sync.command("accounts")
@click.pass_context
def accounts(ctx: click.Context) -> None:
    """List the accounts that are connected."""
    columns = [("Name", "name"), ("Address", "url"), ("Login", "login"), ("Synced", when("synced_at"))]
    empty = "None yet. `ple feeds sync connect URL --login NAME` signs in."
    show_list(ctx, environment(ctx).sync.accounts(), columns, empty=empty)


@sync.command("disconnect")
@click.argument("account")
@click.pass_context
def disconnect(ctx: click.Context, account: str) -> None:
    """Forget ACCOUNT and its password; feeds and entries stay, on both sides."""
    door = environment(ctx).sync
    found = door.account(account)
    door.disconnect(found.name)
    show(ctx, found, said=f"Forgot {found.name}.")


def _password(login: str, from_input: bool) -> str:
    if from_input:
        return piped_secret()
    if given := os.environ.get("PLE_SYNC_PASSWORD"):
        return given
    if interactive():
        said: str = click.prompt(f"Password of {login} (it is not shown)", hide_input=True, err=True)
        return said
    raise InvalidInput("there is no password", hint="Say --password-stdin, or set PLE_SYNC_PASSWORD.")
