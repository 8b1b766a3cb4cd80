"""Verbs for many things at once, each one step of undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ple.tui.dialogs import Ask
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.tui.list_room import ListRoom


def tag_all(room: ListRoom, ids: Sequence[int]) -> None:
    """Ask for tags to put on all of these and, with a minus, to take off; the others stay."""
    things = plural(len(ids), "thing")

    def keep(said: str | None) -> None:
        on, off = tags_said(said or "")
        if not on and not off:
            return

        def change(environment: Environment, chosen: Sequence[int]) -> None:
            with environment.library.writing(f"Tagged {things}") as tx:
                for id in chosen:
                    if on:
                        tx.tag(id, *sorted(on))
                    if off:
                        tx.untag(id, *sorted(off))

        put = ", ".join(sorted(on) + [f"not {tag}" for tag in sorted(off)])
        room.change_all(change, lambda _: f"Tagged {things}: {put}", ids=ids)

    room.app.push_screen(
        Ask(
            f"Tags for {things}",
            placeholder="memory, -to read",
            help="Words with commas between them are added to each; with a minus before it a tag is taken off.",
        ),
        keep,
    )


def tags_said(said: str) -> tuple[set[str], set[str]]:
    """Return the tags to put on and the tags to take off."""
    parts = [part.strip() for part in said.split(",")]
    on = {part.removeprefix("#") for part in parts if part.strip("#") and not part.startswith("-")}
    off = {part[1:].strip().removeprefix("#") for part in parts if part.startswith("-") and part.strip("-# ")}
    return on, off
