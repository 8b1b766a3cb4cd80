"""``ple portfolio``: choose what to show and build a site of it."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ple.cli.credentials import command as credentials
from ple.cli.echoes import announce, announcers, mentions
from ple.cli.frame import FilePath, Group, confirm, environment, read_input, resolve, show, show_list, tell
from ple.cli.portfolio_collections import collections
from ple.cli.publish import export, publish, published, targets
from ple.cli.words import home, plural

if TYPE_CHECKING:
    from ple.portfolio import Artifact

command = Group("portfolio", help="Choose what to show and build a site of it.")
command.add_command(credentials, "badges")
for one in (collections, publish, targets, published, export, mentions, announce, announcers):
    command.add_command(one)

_VISIBILITY = click.Choice(["private", "unlisted", "public"])
_ABOUT = [
    click.option("--title", help="What the page is called; otherwise as its source."),
    click.option("--why", help="What it is and why you show it, in a sentence or two."),
    click.option("--reflection", help="What you learned from it, in Markdown; “-” reads standard input."),
    click.option("--quote", help="Of another's text, the passage to quote; otherwise its beginning."),
    click.option(
        "--date", "made_on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="When it was made: 2026-11-22."
    ),
    click.option("--licence", "--license", help="What others may do with it, as “CC BY 4.0”."),
    click.option("--page", help="The collection it stands in."),
    click.option("--skill", "skills", multiple=True, help="What it is evidence of; several are possible."),
    click.option("--sources", help="What it builds on, in Markdown."),
    click.option("--feedback", help="What others said of it, in Markdown."),
    click.option("--tag", "tags", multiple=True, help="Its tags on the site; otherwise those of its source."),
    click.option("--alt", help="What can be seen on its picture, for those who cannot see it."),
    click.option("--file", metavar="FILE", help="A file to show with it, or the name of one that its source has."),
]


def _about(function: Any) -> Any:
    for option in reversed(_ABOUT):
        function = option(function)
    return function


@command.command("init")
@click.option("--title", help="What the site is called.")
@click.option("--url", help="Where it will be published: https://…; empty takes it away.")
@click.option("--author", help="Your name, as it stands on the site.")
@click.option(
    "--about", type=click.Path(dir_okay=False), help="A Markdown file that introduces you; “-”: standard input."
)
@click.option("--language", help="The site's language, as “en” or “de-AT”.")
@click.option("--licence", "--license", help="What others may do with your own work, as “CC BY 4.0”.")
@click.option("--theme", help="How it looks; `ple portfolio themes` lists them.")
@click.option("--me", multiple=True, metavar="URL", help="An address that is yours too: a profile, mailto:…")
@click.option("--previews/--no-previews", default=None, help="Make a picture for whoever is sent a link to a page.")
@click.option("--search/--no-search", default=None, help="Give the site a search: the only page with a script.")
@click.option("--resume", type=click.Path(dir_okay=False), help="A JSON Resume for the page “CV”; “-”: standard input.")
@click.pass_context
def init(
    ctx: click.Context,
    /,
    about: str | None,
    me: tuple[str, ...],
    resume: str | None,
    previews: bool | None,
    search: bool | None,
    **given: str | None,
) -> None:
    """Begin the site, or change what it says about itself; what is not given stays."""
    portfolio = environment(ctx).portfolio
    words = read_input(about)[1].decode("utf-8", "replace") if about else None
    more: dict[str, Any] = {"me": [one for one in me if one]} if me else {}
    if previews is not None or search is not None:
        asked = {"previews": previews, "search": search}
        known = portfolio.settings().extras
        more["extras"] = [name for name, wanted in asked.items() if (name in known if wanted is None else wanted)]
    if resume is not None:
        from ple.portfolio.formats.resume import read_resume

        more["resume"] = read_resume(read_input(resume)[1]) if resume else {}
    settings = portfolio.init(given.pop("title"), given.pop("url"), about=words, **given, **more)
    where = f" at {settings.url}" if settings.url else ""
    said = [f"Your portfolio is “{settings.title}”{where}."]
    if not portfolio.artifacts():
        said.append("Put something in it with `ple portfolio add RESOURCE`.")
    show(ctx, settings, said=said)


@command.command("add")
@click.argument("what", metavar="RESOURCE|FILE")
@click.option("--visibility", type=_VISIBILITY, default="private", show_default=True, help="Who may see it.")
@_about
@click.pass_context
def add(
    ctx: click.Context, /, what: str, visibility: str, tags: tuple[str, ...], file: str | None, **context: Any
) -> None:
    """Put RESOURCE in the portfolio (what you wrote, saved or read), or a FILE: a picture, PDF, text, code.

    It stays private unless you say otherwise. A picture needs --alt.
    """
    portfolio = environment(ctx).portfolio
    context = _context(ctx, context)
    if os.path.isfile(what):  # noqa: PTH113 - as it was typed
        name, data = read_input(what)
        artifact = portfolio.add_file(name, data, visibility=visibility, tags=tags, **context)
    else:
        artifact = portfolio.add(resolve(ctx, what), visibility=visibility, tags=tags or None, **context)
        if file:
            artifact = _with_file(ctx, artifact.id, file, context.get("alt"))
    show(ctx, artifact, said=[f"Added #{artifact.id} “{artifact.title}” to the portfolio.", _who(artifact)])


@command.command("list")
@click.option("--visibility", type=_VISIBILITY, help="Only what is so.")
@click.option("--page", help="Only what stands in this collection.")
@click.option("--tag", help="Only what has this tag.")
@click.pass_context
def list_(ctx: click.Context, visibility: str | None, page: str | None, tag: str | None) -> None:
    """List what is in the portfolio, in your order."""
    found = environment(ctx).portfolio.artifacts(visibility=visibility, page=page, tag=tag)
    columns: list[tuple[str, Any]] = [
        ("#", "id"),
        ("Title", "title"),
        ("Visibility", "visibility"),
        ("Page", "page"),
        ("Tags", "tags"),
        # whole only where it is on the web, for all that is known
        ("Address", lambda one: (one.url if one.published else None) or one.address or ""),
    ]
    show_list(
        ctx,
        found,
        columns,
        empty="Nothing is in the portfolio yet. Put something in with `ple portfolio add RESOURCE`.",
    )


@command.command("show")
@click.argument("artifact")
@click.pass_context
def show_(ctx: click.Context, artifact: str) -> None:
    """Show all that is said about one artifact."""
    show(ctx, environment(ctx).portfolio.artifact(artifact_named(ctx, artifact)))


@command.command("edit")
@click.argument("artifact")
@click.option("--visibility", type=_VISIBILITY, help="Who may see it.")
@click.option("--place", type=click.IntRange(min=1), help="Its place among all, the first being 1.")
@_about
@click.pass_context
def edit(
    ctx: click.Context,
    /,
    artifact: str,
    visibility: str | None,
    place: int | None,
    tags: tuple[str, ...],
    file: str | None,
    **context: Any,
) -> None:
    """Change how ARTIFACT is shown; what is not given stays, an empty text takes one away."""
    portfolio = environment(ctx).portfolio
    wanted = [tag for tag in tags if tag] if tags else None
    before = portfolio.artifact(artifact_named(ctx, artifact))
    if visibility == "private" and before.visibility != "private" and not _withdraw(ctx, [before]):
        return
    context = _context(ctx, context)
    if file is not None:
        _with_file(ctx, before.id, file, context.get("alt"))
    changed = portfolio.edit(before.id, visibility=visibility, place=place, tags=wanted, **context)
    show(ctx, changed, said=[f"Changed #{changed.id} “{changed.title}”.", _who(changed)])


@command.command("remove")
@click.argument("artifacts", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, artifacts: tuple[str, ...]) -> None:
    """Take ARTIFACTS out of the portfolio; what they show stays in the library. `ple undo` takes it back."""
    portfolio = environment(ctx).portfolio
    found = [portfolio.artifact(artifact_named(ctx, name)) for name in artifacts]
    if not _withdraw(ctx, found):
        return
    count = portfolio.remove(one.id for one in found)
    show(ctx, {"removed": count}, said=f"Took {plural(count, 'artifact')} out of the portfolio.")


@command.command("build")
@click.argument("folder", metavar="[DIR]", required=False, type=FilePath(file_okay=False, path_type=Path))
@click.pass_context
def build(ctx: click.Context, folder: Path | None) -> None:
    """Build the site in DIR, otherwise in the library's folder. Only what changed is written."""
    press = environment(ctx).press
    built = press.build(folder)
    for path in built.kept:
        tell(ctx, f"{path} is not ours and stays as it is.")
    for address in built.lost:
        tell(ctx, f"{address} was handed in, and says now that it was withdrawn: see `ple portfolio check`.")
    changes = [f"{built.written} written", f"{built.unchanged} unchanged"]
    changes += [f"{built.removed} removed"] if built.removed else []
    said = [
        f"Built {plural(built.pages, 'page')} in {home(built.folder)} ({', '.join(changes)}; {built.seconds:.2f} s)."
    ]
    if not press.anything_public():
        said.append("Nothing in it is public yet: `ple portfolio edit ARTIFACT --visibility public`.")
    show(ctx, built, said=said)


@command.command("serve")
@click.argument("folder", metavar="[DIR]", required=False, type=FilePath(file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free.")
@click.pass_context
def serve(ctx: click.Context, folder: Path | None, port: int) -> None:
    """Build the site and show it on this machine alone, until Ctrl-C; open pages follow what changes in the library."""
    from ple.portfolio.following import following
    from ple.portfolio.serve import serving

    portfolio = environment(ctx).portfolio

    def again() -> bool:
        done = portfolio.build(folder)
        return done.written + done.removed > 0

    built = portfolio.build(folder)
    under = urlsplit(portfolio.settings().url or "/").path or "/"
    newest = environment(ctx).library.newest_change
    with (
        following(newest, again, lambda error: tell(ctx, str(error))) as news,
        serving(built.folder, port, under, news) as address,
    ):
        try:  # who reads the address may interrupt at once
            show(ctx, {"url": address, "folder": built.folder}, said=f"Your portfolio is at {address} (Ctrl-C ends).")
            threading.Event().wait()
        except KeyboardInterrupt:
            tell(ctx, "")


@command.command("themes")
@click.argument("theme", metavar="[THEME]", required=False, type=FilePath(file_okay=False, path_type=Path))
@click.pass_context
def themes(ctx: click.Context, theme: Path | None) -> None:
    """List the themes there are; with THEME, a folder or a name, try it on a sample site and say what is wrong."""
    from ple.portfolio.theme import Theme
    from ple.portfolio.theme import themes as known

    own = environment(ctx).portfolio.themes
    if theme is None:
        found = [{"name": name, "description": said} for name, said in known(own).items()]
        columns: list[tuple[str, Any]] = [
            ("Name", lambda theme: theme["name"]),
            ("What it is", lambda theme: theme["description"]),
        ]
        show_list(ctx, found, columns, empty="There are no themes.")
        return
    from ple.portfolio.trial import try_theme

    named = not theme.is_dir() and str(theme) in known(own)
    problems = try_theme(Theme(str(theme), own) if named else Theme(theme.absolute()))
    said = [{"page": one.page, "problem": one.problem} for one in problems]
    show_list(ctx, said, [("Page", "page"), ("Problem", "problem")], empty="Every page is as it should be.")
    if problems:
        ctx.exit(1)


@command.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=FilePath(file_okay=False, path_type=Path))
@click.pass_context
def check(ctx: click.Context, folder: Path | None) -> None:
    """Look for what should be put right before anybody sees the site: links, context, alt texts, private things."""
    found = environment(ctx).portfolio.check(folder)
    columns: list[tuple[str, Any]] = [
        ("", lambda one: "must" if one.serious else "could"),
        ("What", "problem"),
        ("What to do", "hint"),
    ]
    show_list(ctx, found, columns, empty="All is well.")
    if any(one.serious for one in found):
        ctx.exit(1)


def _with_file(ctx: click.Context, id: int, file: str, alt: str | None) -> "Artifact":
    """Let an artifact show a file from this machine, or one that its source has."""
    name, data = read_input(file) if os.path.isfile(file) else (file, None)  # noqa: PTH113 - as it was typed
    return environment(ctx).portfolio.show_file(id, name, data, alt=alt)


def artifact_named(ctx: click.Context, name: str) -> int:
    """Return the number of an artifact, named as such or by what it shows."""
    from ple.library.errors import NotFound

    digits = name.strip().removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return int(digits)
    try:
        return resolve(ctx, name, "artifact")
    except NotFound:
        return resolve(ctx, name)


def _withdraw(ctx: click.Context, artifacts: "list[Artifact]") -> bool:
    """Ask before something disappears that people have an address of; return whether it may."""
    known = [one for one in artifacts if one.published]
    if not known:
        return True
    them = f"“{known[0].title}” has" if len(known) == 1 else f"{len(known)} of them have"
    question = f"{them} been published; the address will say that it was withdrawn."
    receipts = environment(ctx).portfolio.handed_in(one.id for one in known)
    if receipts:
        numbers = ", ".join(f"#{receipt}" for some in receipts.values() for receipt in some)
        question += f" It was handed in, with the receipt {numbers}: whoever marks it will not find it."
    return confirm(ctx, f"{question} Withdraw?")


def _context(ctx: click.Context, context: dict[str, Any]) -> dict[str, Any]:
    if context.get("reflection") == "-":
        context["reflection"] = read_input("-")[1].decode("utf-8", "replace")
    if "skills" in context:
        named = [skill for skill in context["skills"] if skill]
        context["skills"] = named if context["skills"] else None
    if context.get("made_on"):
        context["made_on"] = context["made_on"].date()
    return context


def _who(artifact: "Artifact") -> str:
    match artifact.visibility:
        case "private":
            return f"It is private. Show it with `ple portfolio edit {artifact.id} --visibility public`."
        case "unlisted":
            return "It is unlisted: after the next build, whoever has its link can read it."
    return "It is public: everybody can read it after the next build."
