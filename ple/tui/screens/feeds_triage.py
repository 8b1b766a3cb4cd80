"""Deciding on what came in, from the Feeds room: keep, later, drop; why something stands where it stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ple.tui.dialogs import Choose
from ple.tui.screens.feeds_tree import INBOX, LATER
from ple.tui.things import named
from ple.tui.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ple.tui.screens.feeds import Feeds
    from ple.tui.screens.feeds_list import EntryRow

MORNING = 5
"""The hour of a day, in the learner's zone, at which what was put off is back."""
WHEN = ((1, "tomorrow"), (2, "in three days"), (3, "in a week"), (4, "when I look into Later"))
_DAYS = {1: 1, 2: 3, 3: 7}


def star(room: Feeds) -> None:
    """Star entries, or take their stars off; in the inbox, keep them."""
    ids, rows = room.chosen()
    if room.node.key in (INBOX, LATER):
        _decided(room, ids, rows, starred=True)
        room.change_all(lambda environment, ids: environment.feeds.triage.keep(ids), _said("Kept", rows), ids=ids)
        return
    off = len(rows) == len(ids) and all(row.starred for row in rows)
    room.put(rows, starred=not off)
    room.change_all(
        lambda environment, ids: environment.feeds.unstar(ids) if off else environment.feeds.star(ids),
        _said("Star taken off" if off else "Starred", rows),
        ids=ids,
    )


def drop(room: Feeds) -> None:
    """Let entries go: they count as read."""
    ids, rows = room.chosen()
    _decided(room, ids, rows, unread=False)
    room.change_all(lambda environment, ids: environment.feeds.triage.drop(ids), _said("Dropped", rows), ids=ids)


def later(room: Feeds) -> None:
    """Put entries off until a day; what was put off goes back to the inbox."""
    ids, rows = room.chosen()
    if room.node.key == LATER:
        _decided(room, ids, rows)
        said = _said("Back in the inbox:", rows)
        room.change_all(lambda environment, ids: environment.feeds.triage.back(ids), said, ids=ids)
        return

    def put(choice: int | None) -> None:
        if choice is not None:
            until = _morning(room.learning.now(), _DAYS[choice]) if choice in _DAYS else None
            _decided(room, ids, rows)
            room.change_all(
                lambda environment, ids: environment.feeds.triage.later(ids, until=until),
                _said(f"Put off, {'to Later' if until is None else dict(WHEN)[choice]}:", rows),
                ids=ids,
            )

    if ids:
        room.app.push_screen(Choose(f"When will you look at {_what(rows, len(ids))}?", WHEN), put)


def why(room: Feeds, row: EntryRow) -> None:
    """Say how well an entry fits the learner, and why."""
    id = row.thing.id

    async def ask() -> None:
        scored = await room.ask(lambda environment: environment.feeds.triage.score(id))
        said = remark(scored.score, scored.because) or "Nothing that you did speaks for it or against it"
        room.learning.say(said)
        if len(said) > room.size.width - 2:
            room.app.notify(said, markup=False)  # the last line cuts the reasons off

    room.work(ask, group="why")


def remark(score: float, because: tuple[str, ...]) -> str:
    """Return in a line how well something fits, and why; nothing if there is nothing to say."""
    return f"{score:+.1f} {'; '.join(because)}" if because else ""


def _decided(room: Feeds, ids: Sequence[int], rows: Sequence[EntryRow], **now: bool) -> None:
    """Show at once what was decided: lines of the inbox go, others say what they now are."""
    if room.node.key in (INBOX, LATER):
        room.leave(ids)
    else:
        room.put(rows, **now)


def _said(verb: str, rows: Sequence[EntryRow]) -> Callable[[int], str]:
    return lambda number: f"{verb} {_what(rows, number)}"


def _what(rows: Sequence[EntryRow], number: int) -> str:
    return named(rows[0].thing.title) if number == 1 and rows else plural(number, "entry", "entries")


def _morning(now: dt.datetime, days: int) -> dt.datetime:
    day = now.astimezone() + dt.timedelta(days=days)
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0).astimezone(dt.UTC)
