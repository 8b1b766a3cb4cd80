"""``ple tag``, ``ple untag``, ``ple tags``."""

from dataclasses import dataclass

import click

from ple.cli.frame import Command, Group, environment, resolve, show, show_list
from ple.cli.words import plural


@dataclass(frozen=True, slots=True)
class Tagged:
    """A thing and its tags now."""

    id: int
    tags: frozenset[str]


@click.command("tag", cls=Command)
@click.argument("resource")
@click.argument("tags", nargs=-1, required=True)
@click.pass_context
def tag(ctx: click.Context, resource: str, tags: tuple[str, ...]) -> None:
    """Put TAGS on a thing. A slash nests them: math/topology."""
    _change(ctx, resource, tags, add=True)


@click.command("untag", cls=Command)
@click.argument("resource")
@click.argument("tags", nargs=-1, required=True)
@click.pass_context
def untag(ctx: click.Context, resource: str, tags: tuple[str, ...]) -> None:
    """Take TAGS off a thing."""
    _change(ctx, resource, tags, add=False)


tags = Group("tags", help="List, rename and merge tags.")


@tags.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List all tags, with how many things have each."""
    counts = environment(ctx).library.tag_counts()
    show_list(
        ctx,
        counts,
        [("Tag", "tag"), ("Things", "count")],
        empty="No tags yet. Put one on with `ple tag THING TAG`.",
    )


@tags.command("rename")
@click.argument("old")
@click.argument("new")
@click.pass_context
def rename(ctx: click.Context, old: str, new: str) -> None:
    """Rename the tag OLD to NEW, with all tags below it. If NEW is there, the two become one."""
    changed = environment(ctx).library.rename_tag(old, new)
    show(ctx, {"renamed": changed}, said=f"Renamed {old} to {new} on {plural(changed, 'thing')}.")


@tags.command("merge")
@click.argument("tags", nargs=-1, required=True)
@click.option("--into", required=True, help="The tag that stays.")
@click.pass_context
def merge(ctx: click.Context, tags: tuple[str, ...], into: str) -> None:
    """Make one tag of several."""
    changed = environment(ctx).library.merge_tags(tags, into)
    show(ctx, {"renamed": changed}, said=f"{plural(changed, 'thing')} now have the tag {into}.")


def _change(ctx: click.Context, resource: str, tags: tuple[str, ...], *, add: bool) -> None:
    id = resolve(ctx, resource)
    library = environment(ctx).library
    with library.writing(f"{'Tagged' if add else 'Untagged'} #{id}") as tx:
        (tx.tag if add else tx.untag)(id, *tags)
        now = tx.tags_of([id])[id]
    show(ctx, Tagged(id, now), said=f"#{id} has {'the tags ' + ', '.join(sorted(now)) if now else 'no tags'}.")
