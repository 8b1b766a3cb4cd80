"""``ple today``."""

from collections.abc import Iterator

import click

from ple.cli.frame import Command, environment, show, state, tell
from ple.cli.words import ago, due, plural


@click.command("today", cls=Command)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show what is due, what is unread, and one suggestion."""
    from ple.today import gather

    found = gather(environment(ctx))
    if state(ctx).json:
        show(ctx, found)
        return
    show(ctx, found, said=list(_lines(found)))
    tell(ctx, "")
    tell(ctx, found.suggestion)


def _lines(found: object) -> Iterator[str]:
    from ple.today import Today

    assert isinstance(found, Today)
    yield from found.reminders
    yield "Due" if found.due else "Nothing is due within two weeks."
    for assignment in found.due:
        yield f"  #{assignment.id}  {due(assignment.due_at)}  {assignment.title}"
    yield f"Unread: {plural(found.unread, 'entry', 'entries')}"
    for entry in found.entries:
        yield f"  #{entry.id}  {entry.title}  ({entry.feed_title}, {ago(entry.published_at)})"
    if found.unread_pages:
        yield f"Saved to read: {plural(found.unread_pages, 'page')}"
        for page in found.pages:
            yield f"  #{page.id}  {page.title}"
    if found.on_this_day:
        yield "On this day"
        for written in found.on_this_day:
            yield f"  #{written.id}  {written.day}  {written.title}"
