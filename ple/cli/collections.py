"""``ple collections``: things put together, in an order that means something."""

from typing import TYPE_CHECKING, Any

import click

from ple.cli.frame import Group, environment, resolve, show, show_list, tell
from ple.cli.words import plural

if TYPE_CHECKING:
    from ple.bookmarks.collections import Collection

command = Group("collections", help="Put things together, in an order that means something.")


@command.command("add")
@click.argument("name")
@click.option("--about", default="", help="What holds it together, in Markdown.")
@click.pass_context
def add(ctx: click.Context, name: str, about: str) -> None:
    """Begin a collection called NAME."""
    made = environment(ctx).collections.add(name, description=about)
    show(ctx, made, said=f"Began: #{made.id} {made.title}")


@command.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List your collections."""
    columns: list[tuple[str, Any]] = [
        ("#", "id"), ("Collection", "title"), ("Things", lambda one: len(one.members)), ("About", "description"),
    ]  # fmt: skip
    empty = "No collections yet. Begin one with `ple collections add NAME`."
    show_list(ctx, environment(ctx).collections.collections(), columns, empty=empty)


@command.command("show")
@click.argument("collection")
@click.pass_context
def show_(ctx: click.Context, collection: str) -> None:
    """List what is in COLLECTION, in its order."""
    ours = environment(ctx)
    one = ours.collections.collection(resolve(ctx, collection, "collection"))
    if one.description:
        tell(ctx, one.description)
    columns: list[tuple[str, Any]] = [("#", "id"), ("Kind", "kind"), ("Title", "title"), ("Address", "url")]
    things = [ours.document(id) for id in one.members]
    values = [{"id": thing.id, "kind": thing.kind, "title": thing.title, "url": thing.url} for thing in things]
    if ctx.find_root().obj.json:
        from ple.cli.output import plain_values

        show(ctx, {**plain_values(one), "things": values})
    else:
        show_list(ctx, things, columns, empty=f"Nothing yet. `ple collections put {one.id} THING` puts something in.")


@command.command("put")
@click.argument("collection")
@click.argument("things", nargs=-1, required=True)
@click.option("--before", help="Before this one, which is in it.")
@click.pass_context
def put(ctx: click.Context, collection: str, things: tuple[str, ...], before: str | None) -> None:
    """Put THINGS into COLLECTION, at its end; what is in it already is moved."""
    id = resolve(ctx, collection, "collection")
    place = resolve(ctx, before) if before else None
    _told(ctx, environment(ctx).collections.put(id, [resolve(ctx, thing) for thing in things], before=place))


@command.command("take-out")
@click.argument("collection")
@click.argument("things", nargs=-1, required=True)
@click.pass_context
def take_out(ctx: click.Context, collection: str, things: tuple[str, ...]) -> None:
    """Take THINGS out of COLLECTION; they stay in the library."""
    id = resolve(ctx, collection, "collection")
    _told(ctx, environment(ctx).collections.take_out(id, [resolve(ctx, thing) for thing in things]))


@command.command("edit")
@click.argument("collection")
@click.option("--name", help="Call it so.")
@click.option("--about", help="What holds it together, in place of what is there.")
@click.pass_context
def edit(ctx: click.Context, collection: str, name: str | None, about: str | None) -> None:
    """Change what COLLECTION is called or says."""
    id = resolve(ctx, collection, "collection")
    _told(ctx, environment(ctx).collections.edit(id, name=name, description=about))


@command.command("remove")
@click.argument("collections", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, collections: tuple[str, ...]) -> None:
    """Put COLLECTIONS in the trash, not what is in them."""
    ids = [resolve(ctx, name, "collection") for name in collections]
    done = environment(ctx).collections.remove(ids)
    show(ctx, {"removed": done, "ids": ids}, said=f"Removed {plural(done, 'collection')}. `ple undo` brings it back.")


def _told(ctx: click.Context, one: "Collection") -> None:
    show(ctx, one, said=f"#{one.id} {one.title}: {plural(len(one.members), 'thing')}")
