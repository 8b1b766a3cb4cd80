"""Feeds behind a password: ``ple feeds sign-in``."""

import sys
from typing import Any

import click

from ple.cli.frame import Command, environment, piped_secret, resolve, show


@click.command("sign-in", cls=Command)
@click.argument("feed")
@click.option("--user", metavar="NAME", help="Sign in with this name; the password is asked for, or read from input.")
@click.option("--header", metavar="NAME", help="Send this header along; its value is asked for, or read from input.")
@click.option("--forget", is_flag=True, help="Send nothing along any more.")
@click.pass_context
def sign_in(ctx: click.Context, feed: str, user: str | None, header: str | None, forget: bool) -> None:
    """Give FEED the password or key that its server wants; it is kept among your secrets."""
    if forget == bool(user or header):
        raise click.UsageError("Give --user or --header, or --forget.", ctx)
    changed = environment(ctx).feeds.sign_in(resolve(ctx, feed, "feed"), **signed(user, header))
    said = "is asked without a password" if forget else "is asked with what you gave"
    show(ctx, changed, said=f"#{changed.id} {changed.title} {said}.")


def signed(user: str | None, header: str | None) -> dict[str, Any]:
    """Ask for what must not stand on a command line, where other users of the computer see it."""
    found: dict[str, Any] = {}
    if user is not None:
        found |= {"user": user, "password": _secret(f"Password of {user}")}
    if header is not None:
        found["headers"] = {header: _secret(f"Value of {header}")}
    return found


def _secret(what: str) -> str:
    if sys.stdin.isatty():
        said: str = click.prompt(f"{what} (it is not shown)", hide_input=True, err=True)
        return said
    return piped_secret()
