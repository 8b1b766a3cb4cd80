"""Deciding on what came in, from the Feeds room: keep, later, drop; why something stands where it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from ple.tui.dialogs import Choose
from ple.tui.screens.feeds_tree import INBOX, LATER
from ple.tui.things import named

if TYPE_CHECKING:
    from ple.tui.screens.feeds import Feeds
    from ple.tui.screens.feeds_list import EntryRow

MORNING = 5
"""The hour of a day, in the learner's zone, at which what was put off is back."""
WHEN = ((1, "tomorrow"), (2, "in three days"), (3, "in a week"), (4, "when I look into Later"))
_DAYS = {1: 1, 2: 3, 3: 7}


def star(room: Feeds, row: EntryRow) -> None:
    """Star an entry, or take its star off; in the inbox, keep it."""
    if room.node.key in (INBOX, LATER):
        keep(room, row)
        return
    id, starred = row.thing.id, row.starred
    room.list.put(id, replace(row, starred=not starred))
    room.change(
        lambda environment: environment.feeds.unstar([id]) if starred else environment.feeds.star([id]),
        _said("Star taken off" if starred else "Starred", row),
    )


def keep(room: Feeds, row: EntryRow) -> None:
    """Keep an entry for good: it is starred, and out of the inbox."""
    id = row.thing.id
    _decided(room, replace(row, starred=True))
    room.change(lambda environment: environment.feeds.triage.keep([id]), _said("Kept", row))


def drop(room: Feeds, row: EntryRow) -> None:
    """Let an entry go: it counts as read."""
    id = row.thing.id
    _decided(room, replace(row, unread=False))
    room.change(lambda environment: environment.feeds.triage.drop([id]), _said("Dropped", row))


def later(room: Feeds, row: EntryRow) -> None:
    """Put an entry off until a day; what was put off goes back to the inbox."""
    id = row.thing.id
    if room.node.key == LATER:
        _decided(room, row)
        room.change(lambda environment: environment.feeds.triage.back([id]), _said("Back in the inbox:", row))
        return

    def put(choice: int | None) -> None:
        if choice is not None:
            until = _morning(room.learning.now(), _DAYS[choice]) if choice in _DAYS else None
            _decided(room, row)
            room.change(
                lambda environment: environment.feeds.triage.later([id], until=until),
                _said(f"Put off, {'to Later' if until is None else dict(WHEN)[choice]}:", row),
            )

    room.app.push_screen(Choose(f"When will you look at {named(row.thing.title)}?", WHEN), put)


def why(room: Feeds, row: EntryRow) -> None:
    """Say how well an entry fits the learner, and why."""
    id = row.thing.id

    async def ask() -> None:
        scored = await room.ask(lambda environment: environment.feeds.triage.score(id))
        room.learning.say(remark(scored.score, scored.because) or "Nothing that you did speaks for it or against it")

    room.work(ask, group="why")


def remark(score: float, because: tuple[str, ...]) -> str:
    """Return in a line how well something fits, and why; nothing if there is nothing to say."""
    return f"{score:+.1f} {'; '.join(because)}" if because else ""


def _decided(room: Feeds, row: EntryRow) -> None:
    """Show at once what was decided: a line of the inbox goes, others say what they now are."""
    if room.node.key in (INBOX, LATER):
        room.leave(row.thing.id)
    else:
        room.list.put(row.thing.id, row)


def _said(verb: str, row: EntryRow) -> str:
    return f"{verb} {named(row.thing.title)} · u undoes"


def _morning(now: dt.datetime, days: int) -> dt.datetime:
    day = now.astimezone() + dt.timedelta(days=days)
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0).astimezone(dt.UTC)
