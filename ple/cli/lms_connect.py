"""``ple lms connect`` and ``renew``: a way to sign in for each way that schools let learners in."""

import os
import sys
from typing import TYPE_CHECKING

import click

from ple.cli.frame import Command, environment, interactive, piped_secret, resolve, show, tell
from ple.cli.lms_words import moment_said
from ple.cli.words import plural

if TYPE_CHECKING:
    import datetime as dt

    from ple.lms import Account


@click.command("connect", cls=Command)
@click.argument("url")
@click.option("--kind", metavar="KIND", help="What it is: moodle, canvas, calendar or manual. Found out by itself.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.option("--user", metavar="NAME", help="Moodle: sign in with this name; the password is asked for, never kept.")
@click.option("--password-stdin", is_flag=True, help="With --user: read the password from standard input.")
@click.option("--sso", is_flag=True, help="Moodle: sign in in the browser, and paste the address that it ends at.")
@click.option("--oauth", metavar="CLIENT-ID", help="Canvas: sign in with a developer key of your institution (OAuth2).")
@click.option("--expires", metavar="DATE", help="When the token ends, as the LMS said; ple reminds you.")
@click.pass_context
def connect(
    ctx: click.Context,
    url: str,
    kind: str | None,
    token_stdin: bool,
    user: str | None,
    password_stdin: bool,
    sso: bool,
    oauth: str | None,
    expires: str | None,
) -> None:
    """Connect your account at the LMS at URL, any page of it, or a calendar (its feed or file).

    The token is asked for without showing it, or read from standard input with --token-stdin, or taken from
    PLE_LMS_TOKEN. Connecting an account again renews its token. A school that lets no program in: give the address of
    its calendar feed, or --kind manual and a name.
    """
    courses = environment(ctx).courses
    if sum((user is not None, sso, oauth is not None, token_stdin)) > 1:
        raise click.UsageError("Say one of --user, --sso, --oauth and --token-stdin.", ctx)
    from ple.lms.accounts import is_calendar

    if user is not None:
        account = courses.signing_in.sign_in(url, user, _secret(ctx, "Password", password_stdin))
    elif sso:
        account = _in_browser(ctx, url)
    elif oauth is not None:
        account = _by_consent(ctx, url, oauth)
    elif kind in ("calendar", "manual") or (kind is None and not token_stdin and is_calendar(url)):
        account = courses.connect(url, kind=kind or "calendar")
    else:
        if kind is None and not any(sign in url for sign in "./:"):
            from ple.library.errors import InvalidInput

            raise InvalidInput(
                f"“{url}” is no address",
                hint="Give that of any page of your LMS; where no program is let in, --kind manual and a name.",
            )
        if kind is None:  # find out first: nobody likes to paste a token and then hear that the address was wrong
            site = courses.find(url)
            url, kind = site.url, site.kind
        token = _token(ctx, url, kind, token_stdin)
        account = courses.connect(url, kind=kind, token=token, expires_at=_ends(ctx, kind, expires))
    _first_sync(ctx, account)


@click.command("renew", cls=Command)
@click.argument("account")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@click.option("--sso", is_flag=True, help="Moodle: sign in in the browser.")
@click.option("--user", metavar="NAME", help="Moodle: sign in with this name and a password.")
@click.option("--password-stdin", is_flag=True, help="With --user: read the password from standard input.")
@click.option("--expires", metavar="DATE", help="When the token ends, as the LMS said; ple reminds you.")
@click.pass_context
def renew(
    ctx: click.Context,
    account: str,
    token_stdin: bool,
    sso: bool,
    user: str | None,
    password_stdin: bool,
    expires: str | None,
) -> None:
    """Give an account a new token; everything else stays."""
    courses = environment(ctx).courses
    found = courses.account(resolve(ctx, account, "account"))
    if found.lms in ("calendar", "manual"):
        raise click.UsageError("This account has no token; connect it again with its new address.", ctx)
    if user is not None:
        again = courses.signing_in.sign_in(found.url, user, _secret(ctx, "Password", password_stdin))
    elif sso:
        again = _in_browser(ctx, found.url)
    else:
        token = _token(ctx, found.url, found.lms, token_stdin)
        again = courses.connect(found.url, kind=found.lms, token=token, expires_at=_ends(ctx, found.lms, expires))
    said = f"Renewed the token of #{again.id} {again.title}."
    if again.id != found.id:
        said = f"This token is of another person, {again.person}; it is account #{again.id} now."
    show(ctx, again, said=said)


def _first_sync(ctx: click.Context, account: "Account") -> None:
    courses = environment(ctx).courses
    for synced in courses.sync(account.id):
        if synced.failure:
            tell(ctx, f"Its courses could not be listed yet: {synced.failure}. Try `ple lms sync`.")
        elif account.lms != "manual":
            tell(ctx, f"It has {plural(synced.courses, 'course')} with {plural(synced.assignments, 'assignment')}.")
    account = courses.account(account.id)
    as_whom = f" as {account.person}" if account.person else ""
    show(ctx, account, said=f"Connected #{account.id} {account.title}{as_whom}.")


def _in_browser(ctx: click.Context, url: str) -> "Account":
    courses = environment(ctx).courses
    site, launch = courses.signing_in.launch(url)
    tell(ctx, f"1. Sign in to {site.url} in your browser.")
    tell(ctx, f"2. In the same browser, open: {launch.address}")
    tell(ctx, "3. The browser cannot open what comes then. Copy its address, which begins with moodlemobile://token=")
    tell(ctx, "   (Firefox shows it on the page; elsewhere: F12, Network, the last request, its Location.)")
    if interactive():
        click.launch(launch.address)
        pasted = click.prompt("4. Paste it here (it is not shown)", hide_input=True, err=True)
    else:
        pasted = sys.stdin.readline(20_000)
    return courses.connect(site.url, kind="moodle", token=launch.token(pasted))


def _by_consent(ctx: click.Context, url: str, client_id: str) -> "Account":
    signing_in = environment(ctx).courses.signing_in
    consent = signing_in.consent(url, client_id)
    tell(ctx, f"1. Open {consent.address} and allow it.")
    tell(ctx, "2. Copy the address that comes then; it holds a code.")
    if interactive():
        secret = click.prompt("The secret of the developer key (it is not shown)", hide_input=True, err=True)
        pasted = click.prompt("The address with the code (it is not shown)", hide_input=True, err=True)
    else:
        secret, pasted = sys.stdin.readline(20_000).strip(), sys.stdin.readline(20_000)
    return signing_in.consented(consent, secret, pasted)


def _secret(ctx: click.Context, what: str, from_input: bool) -> str:
    if from_input:
        return piped_secret()
    if not interactive():
        raise click.UsageError(f"Give the {what.lower()} on standard input with --{what.lower()}-stdin.", ctx)
    said: str = click.prompt(f"{what} (it is not shown, and not kept)", hide_input=True, err=True)
    return said


def _ends(ctx: click.Context, kind: str, said: str | None) -> "dt.datetime | None":
    if said is None and kind == "canvas" and interactive():
        said = click.prompt(
            "When does it end, as Canvas says? (2027-03-31; Enter if it does not)",
            default="",
            show_default=False,
            err=True,
        )
    return moment_said(ctx, said) if said else None


def _token(ctx: click.Context, url: str, kind: str, from_input: bool) -> str:
    if from_input:
        return piped_secret().strip()
    if named := os.environ.get("PLE_LMS_TOKEN"):
        return named
    if not interactive():
        raise click.UsageError("Give the token on standard input with --token-stdin, or in PLE_LMS_TOKEN.", ctx)
    if kind == "canvas":
        tell(
            ctx,
            f"Make a token at {url}/profile/settings: Account, Settings, New Access Token. Canvas lets you make one",
        )
        tell(ctx, "for programs that you run yourself; those of students end after 120 days at most.")
    else:
        tell(
            ctx,
            f"Copy your token from {url}: Preferences, Security keys. If there is none, connect with --user or --sso.",
        )
    tell(ctx, "It stays on this computer, in " + environment(ctx).secrets.where() + ".")
    token: str = click.prompt("Token (it is not shown)", hide_input=True, err=True)
    return token
