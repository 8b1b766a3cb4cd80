"""``ple link``, ``ple unlink``, ``ple links``."""

from dataclasses import dataclass

import click

from ple.cli.frame import Command, environment, resolve, show, show_list


@dataclass(frozen=True, slots=True)
class Linked:
    """One end of a link, with what it is called."""

    direction: str
    id: int
    kind: str
    relation: str
    title: str


@click.command("link", cls=Command)
@click.argument("source")
@click.argument("target")
@click.option("--relation", default="related", show_default=True, help="In a word: about, evidence-for, part-of …")
@click.pass_context
def link(ctx: click.Context, source: str, target: str, relation: str) -> None:
    """Link SOURCE to TARGET."""
    a, b = resolve(ctx, source), resolve(ctx, target)
    with environment(ctx).library.writing(f"Linked #{a} to #{b}") as tx:
        tx.link(a, b, relation)
    show(ctx, {"source": a, "target": b, "relation": relation}, said=f"#{a} → #{b} ({relation})")


@click.command("unlink", cls=Command)
@click.argument("source")
@click.argument("target")
@click.pass_context
def unlink(ctx: click.Context, source: str, target: str) -> None:
    """Take away the links from SOURCE to TARGET."""
    a, b = resolve(ctx, source), resolve(ctx, target)
    with environment(ctx).library.writing(f"Unlinked #{a} from #{b}") as tx:
        tx.unlink(a, b)
    show(ctx, {"source": a, "target": b}, said=f"#{a} does not link to #{b} any more.")


@click.command("links", cls=Command)
@click.argument("resource")
@click.pass_context
def links(ctx: click.Context, resource: str) -> None:
    """List what a thing links to, and what links to it."""
    id = resolve(ctx, resource)
    ours = environment(ctx)
    with ours.library.reading() as tx:
        ends = [("→", end) for end in tx.links_from(id)] + [("←", end) for end in tx.links_to(id)]
    found = [Linked(way, end.id, end.kind, end.relation, ours.document(end.id).title) for way, end in ends]
    columns = [("", "direction"), ("#", "id"), ("Kind", "kind"), ("Relation", "relation"), ("Title", "title")]
    show_list(ctx, found, columns, empty=f"#{id} has no links. Make one with `ple link {id} OTHER`.")
