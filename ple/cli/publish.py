"""``ple portfolio publish`` and its places: put the site where its visitors are, and take it along."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import (
    Command,
    FilePath,
    Group,
    confirm,
    environment,
    interactive,
    piped_secret,
    show,
    show_list,
    state,
    tell,
)
from ple.cli.output import when
from ple.cli.words import ago, home, plural, size

if TYPE_CHECKING:
    from ple.portfolio.publishing import Published, Publishing, Target

targets = Group("targets", help="The places that the portfolio is published to.")

_ABOUT = [
    click.option("--branch", help="Of a git repository, the branch that the host serves; otherwise “main”."),
    click.option("--url", help="Where visitors find it: https://…; empty takes it away."),
    click.option(
        "--with-unlisted/--without-unlisted", default=None,
        help="Whether unlisted pages go there too. A git repository shows them to all who may read it, so: not there.",
    ),
    click.option("--fingerprint", metavar="SHA256:…", help="Of an SFTP server's key, as your school or host says it."),
    click.option("--secret-stdin", is_flag=True, help="Read the password, key or token from standard input."),
]  # fmt: skip


def _about(function: Any) -> Any:
    for option in reversed(_ABOUT):
        function = option(function)
    return function


@click.command("publish", cls=Command)
@click.argument("target", required=False)
@_about
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--adopt", is_flag=True, help="Somebody else's files are there, and that is meant: they stay.")
@click.option("--anyway", is_flag=True, help="Another computer published there since, and this is what should be seen.")
@click.pass_context
def publish(ctx: click.Context, /, target: str | None, dry_run: bool, adopt: bool, anyway: bool, **about: Any) -> None:
    """Build the site and put it at TARGET: a name, or an address; without it, where you last published to.

    \b
    git@codeberg.org:you/pages.git          a branch of a repository: GitHub, GitLab, Codeberg Pages
    sftp://you@school.example/~/public_html a folder by SFTP; /~/ is where you are when you sign in
    davs://you@cloud.example/dav/site       a WebDAV folder: Nextcloud, ownCloud
    s3://KEYID@bucket?endpoint=https://…    a bucket: Amazon S3, Cloudflare R2, MinIO
    neocities:yoursite                      a site on Neocities
    netlify:yoursite.netlify.app            a site on Netlify
    rsync+ssh://you@host.example/var/www    a folder by rsync

    Only what changed is sent; visitors see a whole site at every moment; what is cut is gone on with.
    """
    publishing = environment(ctx).publishing
    place = _place(ctx, publishing, target, about)
    seen = _asked(ctx, publishing, place, lambda: publishing.preview(place.name, adopt=adopt))
    _list(ctx, seen, all_of_them=dry_run or state(ctx).verbose)
    if seen.elsewhere and seen and not anyway:
        from ple.portfolio.publishing import PublishedElsewhere

        said = PublishedElsewhere(seen.address)
        if not dry_run:
            raise said
        tell(ctx, f"Note that {said}: publishing this would want --anyway.")
    if dry_run or not seen:
        show(ctx, seen, said=f"{'Would change' if dry_run else 'Nothing to change'}: {_counts(seen)}.")
        if not dry_run:
            publishing.publish(place.name, adopt=adopt)
        return
    if (seen.gone or seen.replaced) and not confirm(ctx, f"{_counts(seen)}. Publish to {seen.address}?"):
        return

    def told(done: int, todo: int) -> None:
        tell(ctx, f"{done:,} of {todo:,} files")

    done = publishing.publish(place.name, adopt=adopt, anyway=anyway, told=told if state(ctx).verbose else None)
    where = " Say where visitors find it with --url, so that its works have addresses to hand in."
    if done.url:
        where = f" {plural(done.works, 'work')} can be read at {done.url} now."
    show(ctx, done, said=f"Published to {done.address}: {_counts(done)}.{where}")
    _remembered(ctx, done)


@targets.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List the places that you publish to, the last used first."""
    columns: list[tuple[str, Any]] = [
        ("Name", "name"),
        ("Address", "address"),
        ("Visitors find it at", lambda one: one.url or ""),
        ("Secret", lambda one: "kept" if one.secret else ""),
        ("Published", when("published_at", lambda at: ago(at) if at else "never")),
    ]
    found = environment(ctx).publishing.targets()
    show_list(ctx, found, columns, empty="There are none yet. `ple portfolio publish ADDRESS` makes one.")


@targets.command("add")
@click.argument("address")
@click.option("--name", help="What to call it; otherwise as its host.")
@_about
@click.pass_context
def add(ctx: click.Context, /, address: str, name: str | None, **about: Any) -> None:
    """Keep ADDRESS as a place to publish to, or change what is known of it. Nothing is published yet."""
    secret = _read_secret("The secret") if about.pop("secret_stdin") else None
    target = environment(ctx).publishing.keep(address, name=name, secret=secret, **about)
    show(ctx, target, said=f"`ple portfolio publish {target.name}` publishes to {target.address}.")


@targets.command("secret")
@click.argument("target")
@click.option("--forget", is_flag=True, help="Keep none any more.")
@click.pass_context
def secret_(ctx: click.Context, target: str, forget: bool) -> None:
    """Say the password, key or token of TARGET; it is asked for, or read from standard input, and never shown."""
    publishing = environment(ctx).publishing
    place = publishing.target(target)
    where = publishing.keep_secret(place.name, "" if forget else _read_secret(f"The secret of {place.name}"))
    show(ctx, publishing.target(place.name), said="It is forgotten." if forget else f"It is kept in {where}.")


@targets.command("remove")
@click.argument("target")
@click.pass_context
def remove(ctx: click.Context, target: str) -> None:
    """Forget TARGET and its secret. What was published stays where it is."""
    publishing = environment(ctx).publishing
    place = publishing.target(target)
    if not confirm(ctx, f"Forget {place.name} and its secret? What was published stays there."):
        return
    gone = publishing.forget(place.name)
    show(ctx, gone, said=f"{gone.name} is forgotten; what was published stays there.")


@click.command("published", cls=Command)
@click.argument("artifact", required=False)
@click.pass_context
def published(ctx: click.Context, artifact: str | None) -> None:
    """List where your works, or ARTIFACT, can be read, and since when: the addresses to hand in."""
    from ple.cli.frame import resolve

    id = resolve(ctx, artifact) if artifact else None
    found = environment(ctx).publishing.publications(id)
    columns: list[tuple[str, Any]] = [
        ("#", "artifact"),
        ("Title", "title"),
        ("Address", "url"),
        ("Since", when("published_at")),
        ("", lambda one: "withdrawn" if one.withdrawn_at else ""),
    ]
    show_list(ctx, found, columns, empty="Nothing is published yet: `ple portfolio publish ADDRESS`.")


@click.command("export", cls=Command)
@click.argument("file", type=FilePath(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["zip", "site", "epub", "pdf", "leap2a"]),
    help="zip: the site and all its sources. site: the site alone, to hand to a host. leap2a: for Mahara.",
)
@click.option("--with-unlisted", is_flag=True, help="Unlisted works too; a zip has all of them anyway.")
@click.pass_context
def export(ctx: click.Context, file: Path, form: str | None, with_unlisted: bool) -> None:
    """Take the whole portfolio along: a zip with all its sources, a book (.epub, .pdf), or a zip for Mahara.

    The name of FILE says which, or --format. Only the zip has what is private: it is your own copy.
    """
    count = environment(ctx).portfolio.leave(file, form, with_unlisted=with_unlisted)
    what = "work" if form in ("epub", "pdf", "leap2a") or file.suffix.lower() in (".epub", ".pdf") else "file"
    show(ctx, {"file": str(file), "files": count}, said=f"Wrote {plural(count, what)} to {home(file)}.")


def _place(ctx: click.Context, publishing: "Publishing", target: str | None, about: dict[str, Any]) -> "Target":
    """Return the place that is meant, with what was said about it; an address that is new becomes one."""
    from ple.library.errors import NotFound

    secret = _read_secret("The secret") if about.pop("secret_stdin") else None
    given = {name: value for name, value in about.items() if value is not None}
    try:
        known = publishing.target(target)
    except NotFound:
        if target is None or not _is_address(target):
            raise
        return publishing.keep(target, secret=secret, **given)
    if given or secret is not None:
        return publishing.keep(known.address, secret=secret, **given)
    return known


def _is_address(said: str) -> bool:
    """Return whether this is an address and no name of ours that was mistyped."""
    return any(mark in said for mark in (":", "/", "\\")) or Path(said).exists()


def _asked(ctx: click.Context, publishing: "Publishing", place: "Target", look: Any) -> "Published":
    """Look; where somebody is there, ask them about a server that is new and about a secret that is missing."""
    from ple.portfolio.publishing.errors import NoSecret, UnknownServer

    asked: set[type] = set()
    while True:
        try:
            seen: Published = look()
            return seen
        except UnknownServer as error:
            if not interactive() or state(ctx).json or UnknownServer in asked:
                raise
            asked.add(UnknownServer)
            click.echo(f"{error.host} shows the key {error.fingerprint}.", err=True)
            if not click.confirm("Is that what your school or host says?", default=False, err=True):
                raise
            publishing.keep(place.address, fingerprint=error.fingerprint)
        except NoSecret as error:
            if not interactive() or state(ctx).json or NoSecret in asked:
                raise
            asked.add(NoSecret)
            tell(ctx, f"{place.name} wants {error.what}.")
            publishing.keep_secret(place.name, _read_secret("It"))


def _read_secret(what: str) -> str:
    if interactive():
        said: str = click.prompt(f"{what} (it is not shown)", hide_input=True, err=True)
        return said
    return piped_secret()


def _list(ctx: click.Context, seen: "Published", *, all_of_them: bool) -> None:
    if all_of_them:
        for sign, files in (("+", seen.new), ("~", seen.changed), ("-", seen.gone)):
            for file in files:
                tell(ctx, f"{sign} {file.path} ({size(file.size)})")
    for path in seen.kept:
        tell(ctx, f"{path} was changed there by somebody and stays as it is.")
    if seen.replaced:
        tell(ctx, f"Replaces {plural(len(seen.replaced), 'file')} of others: {', '.join(seen.replaced[:5])}")
    if seen.held_back:
        tell(ctx, f"{plural(seen.held_back, 'unlisted page')} stayed here: a repository lists all its files.")
        tell(ctx, "Their links answer nobody; --with-unlisted puts them there.")


def _remembered(ctx: click.Context, done: "Published") -> None:
    if done.in_history:
        tell(ctx, "What was withdrawn stands in the repository's history still, for whoever may read that.")
        tell(ctx, "To take it out of there, delete the branch at its host, and publish again.")


def _counts(seen: "Published") -> str:
    said = f"{len(seen.new)} new, {len(seen.changed)} changed, {len(seen.gone)} gone"
    return f"{said}; {size(seen.bytes)} to send" if seen.dry_run and seen else said
