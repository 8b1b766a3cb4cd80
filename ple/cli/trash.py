"""``ple undo``, ``ple redo`` and ``ple trash``."""

from dataclasses import dataclass
from datetime import datetime

import click

from ple.cli.frame import Column, Command, Group, confirm, environment, show, show_list, tell
from ple.cli.output import when
from ple.cli.words import ago, plural
from ple.library.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Thrown:
    """Something in the trash."""

    id: int
    kind: str
    title: str
    trashed_at: datetime | None


_STEPS: list[Column] = [("When", when("at")), ("What", "label")]


@click.command("undo", cls=Command)
@click.option("--list", "listed", is_flag=True, help="List what would be taken back, one after the other.")
@click.pass_context
def undo(ctx: click.Context, listed: bool) -> None:
    """Take back the last change. `ple redo` does it again."""
    library = environment(ctx).library
    if listed:
        show_list(ctx, library.to_undo(), _STEPS, empty="There is nothing to take back.")
        return
    undone = library.undo()
    show(ctx, undone, said=f"Taken back: {undone.label} ({ago(undone.at)}). `ple redo` does it again.")


@click.command("redo", cls=Command)
@click.option("--list", "listed", is_flag=True, help="List what would be done again, one after the other.")
@click.pass_context
def redo(ctx: click.Context, listed: bool) -> None:
    """Do again what was taken back last, unless something new was done since."""
    library = environment(ctx).library
    if listed:
        show_list(ctx, library.to_redo(), _STEPS, empty="There is nothing to do again.")
        return
    done = library.redo()
    show(ctx, done, said=f"Done again: {done.label}. `ple undo` takes it back.")


trash = Group("trash", help="What was thrown away: list, restore, empty.")


@trash.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List what is in the trash, the last thrown away first."""
    library = environment(ctx).library
    thrown = library.trashed()
    titles = library.titles([resource.id or 0 for resource in thrown])
    things = [Thrown(r.id or 0, r.kind, titles.get(r.id or 0, ""), r.trashed_at) for r in thrown]
    columns = [("#", "id"), ("Kind", "kind"), ("Title", "title"), ("Thrown away", when("trashed_at"))]
    show_list(ctx, things, columns, empty="The trash is empty.")


@trash.command("restore")
@click.argument("numbers", nargs=-1, required=True)
@click.pass_context
def restore(ctx: click.Context, numbers: tuple[str, ...]) -> None:
    """Take things out of the trash again, by their numbers."""
    try:
        ids = [int(number.removeprefix("#")) for number in numbers]
        if beyond := next((id for id in ids if id >= 2**31), None):
            raise NotFound(beyond)
    except ValueError as error:
        raise InvalidInput("things in the trash are named by number", hint="`ple trash list` shows them.") from error
    with environment(ctx).library.writing(f"Restored {plural(len(ids), 'thing')}") as tx:
        done = tx.restore(*ids)
    show(ctx, {"restored": done}, said=f"Restored {plural(done, 'thing')}.")


@trash.command("empty")
@click.pass_context
def empty(ctx: click.Context) -> None:
    """Delete for good what is in the trash."""
    library = environment(ctx).library
    count = len(library.trashed())
    if count and not confirm(ctx, f"Delete {plural(count, 'thing')} for good, with files and history?"):
        tell(ctx, "Nothing was deleted.")
        return
    purged = library.empty_trash()
    show(ctx, {"purged": purged}, said=f"Deleted {plural(purged, 'thing')} for good.")
