"""``ple searches``: questions with a name, asked anew each time."""

import click

from ple.cli.frame import Group, environment, show, show_list, state, tell
from ple.cli.output import when

command = Group("searches", help="Keep searches by name and run them again.")


@command.command("save")
@click.argument("name")
@click.argument("query")
@click.option("--tag", "tags", multiple=True, help="Tag it; may be given several times.")
@click.option("--aside", is_flag=True, help="Do not show it among the feeds.")
@click.pass_context
def save(ctx: click.Context, name: str, query: str, tags: tuple[str, ...], aside: bool) -> None:
    """Keep QUERY under NAME. It stands among the feeds, as a feed of the entries that fit."""
    kept = environment(ctx).searches.save(name, query, among_feeds=not aside, tags=tags)
    show(ctx, kept, said=f"#{kept.id} {kept.title}: {kept.query}")


@command.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List your saved searches."""
    columns = [("#", "id"), ("Name", "title"), ("Query", "query"), ("", lambda one: "" if one.among_feeds else "aside")]
    show_list(
        ctx, environment(ctx).searches.searches(), columns,
        empty="No saved searches yet. `ple searches save NAME QUERY` keeps one.",
    )  # fmt: skip


@command.command("run")
@click.argument("search")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many at most.")
@click.pass_context
def run(ctx: click.Context, search: str, limit: int) -> None:
    """Ask SEARCH now, by its name or number."""
    searches = environment(ctx).searches
    found = searches.run(searches.named(search), limit=limit)
    if state(ctx).json:
        show(ctx, found)
        return
    columns = [("#", "id"), ("Kind", "kind"), ("Title", "title"), ("When", when("when"))]
    show_list(ctx, found.hits, columns, empty="Nothing fits now.")
    if found.total > len(found.hits):
        tell(ctx, f"{found.total:,} fit, the first {len(found.hits)} shown.")


@command.command("remove")
@click.argument("searches", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, searches: tuple[str, ...]) -> None:
    """Throw SEARCHES away; what they found stays."""
    ours = environment(ctx).searches
    removed = [ours.one(ours.named(name)) for name in searches]
    ours.remove([one.id for one in removed])
    titles = ", ".join(one.title for one in removed)
    show(ctx, removed if len(removed) > 1 else removed[0], said=f"Removed {titles}. `ple undo` brings it back.")
