"""``ple portfolio collections``: pages that show works together, chosen by hand or by a saved search."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import Group, environment, show, show_list
from ple.cli.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment

collections = Group("collections", help="Pages that show works together, chosen by hand or by a saved search.")


@collections.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List the collections of the site, with how many works stand in each."""
    columns: list[tuple[str, Any]] = [
        ("#", lambda one: one.id or ""),
        ("Collection", "title"),
        ("Chosen", "how"),
        ("Works", lambda one: len(one.works)),
        ("Visibility", "visibility"),
        ("Address", lambda one: one.url or one.address or ""),
    ]
    empty = "The site has no collections yet. Make one with `ple portfolio collections add TITLE WORK…`."
    show_list(ctx, environment(ctx).portfolio.collections(), columns, empty=empty)


@collections.command("add")
@click.argument("title")
@click.argument("works", nargs=-1)
@click.option("--search", "query", help="Show what fits this, in the language of `ple search`, asked in each build.")
@click.option("--about", "why", help="What holds it together, in a sentence or two.")
@click.option(
    "--visibility", type=click.Choice(["private", "unlisted", "public"]), default="private", show_default=True,
    help="Who may see its page. Only works that are public stand on it.",
)  # fmt: skip
@click.pass_context
def add(
    ctx: click.Context, title: str, works: tuple[str, ...], query: str | None, why: str | None, visibility: str
) -> None:
    """Make a page called TITLE that shows WORKS, in this order, or what a search finds.

    A collection or a saved search that has this name already is shown as it is. Its works change with `ple collections
    put` and `take-out`, its search with `ple searches save`, its page with `ple portfolio edit`.
    """
    if query and works:
        raise click.UsageError("either WORKS or --search: a page shows what was put there, or what a search finds")
    ours = environment(ctx)
    context = {"why": why} if why else {}
    with ours.library.as_one(f"Made the collection “{' '.join(title.split())}”"):
        source = _searched(ours, title, query) if query else _gathered(ctx, ours, title, works)
        artifact = ours.portfolio.add(source, visibility=visibility, **context)
    made = next(one for one in ours.portfolio.collections() if one.id == artifact.id)
    said = [f"Added the collection #{made.id} “{made.title}”: {plural(len(made.works), 'public work')} in it now."]
    if visibility == "private":
        said.append(f"It is private. Show it with `ple portfolio edit {made.id} --visibility public`.")
    show(ctx, made, said=said)


def _searched(ours: "Environment", title: str, query: str) -> int:
    """Return the saved search of this name; one that asks something else stays as it is."""
    from ple.library.errors import InvalidInput

    folded = " ".join(title.split()).casefold()
    for one in ours.searches.searches():
        if one.title.casefold() == folded:
            if one.query != " ".join(query.split()):
                hint = "Choose another title, or leave --search out to show that one."
                raise InvalidInput(
                    f"there is a saved search “{one.title}” already, and it asks: {one.query}", hint=hint
                )
            return one.id
    return ours.searches.save(title, query, among_feeds=False).id


def _gathered(ctx: click.Context, ours: "Environment", title: str, works: tuple[str, ...]) -> int:
    """Return the collection of this name with these works in it, or, without works, the saved search of this name."""
    from ple.cli.portfolio import artifact_named

    found = [ours.portfolio.artifact(artifact_named(ctx, name)) for name in works]
    folded = " ".join(title.split()).casefold()
    named = [one.id for one in ours.collections.collections() if one.title.casefold() == folded]
    if not named and not works:
        named = [one.id for one in ours.searches.searches() if one.title.casefold() == folded]
    id = named[0] if named else ours.collections.add(title).id
    if found:
        ours.collections.put(id, [one.source_id or one.id for one in found])
    return id
