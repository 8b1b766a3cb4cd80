"""What the learner said about something they read: notes on its words, and what of their own leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ple.library.errors import NotFound
from ple.tui.widgets.blocks import Block, Prose, Span, clean
from ple.tui.widgets.mentioned import numbered

if TYPE_CHECKING:
    from ple.environment import Environment

MOST = 20


def with_mentioners(text: Prose, environment: Environment, id: int) -> None:
    """Put links to what of the learner's own mentions a thing after its text. For threads."""
    with environment.library.reading() as tx:
        leading = tx.links_to(id)[:MOST]
    blocks = [block for link in leading if (block := _link(text, environment, link.id, "←")) is not None]
    if blocks:
        text.blocks += [Block("rule", "───"), *blocks]


def with_notes(text: Prose, notes: Sequence[str]) -> None:
    """Put what was said about words of a text at its end."""
    if notes:
        said = [Block("p", clean(note), first="✎ ", rest="  ", gap=not place) for place, note in enumerate(notes)]
        text.blocks += [Block("rule", "───"), *said]
        text.place()


def with_where_it_stands(text: Prose, environment: Environment, id: int) -> None:
    """Put a link to what words were marked in after them. For threads."""
    resource = environment.highlights.highlight(id).resource_id
    if resource is not None and (block := _link(text, environment, resource, "→")) is not None:
        text.blocks += [Block("rule", "───"), block]


def _link(text: Prose, environment: Environment, id: int, arrow: str) -> Block | None:
    try:
        document = environment.document(id)
    except NotFound:  # in the trash since
        return None
    number = numbered(text, id)
    said = clean(f"{arrow} {document.title} ({document.kind} #{id})")
    mark = f"[{number}] "
    return Block("link", said, [Span(0, len(said), "link", number)], mark, " " * len(mark))
