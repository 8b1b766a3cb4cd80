"""Reading on, from the Feeds room: the next unread entry, whole texts, and marking much as read at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ple.tui.dialogs import Choose
from ple.tui.screens.feeds_list import EntryRow, listed
from ple.tui.things import named
from ple.tui.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ple.environment import Environment
    from ple.tui.screens.feeds import Feeds

ASKS_FROM = 20
"""Marking so many as read is asked about first."""
AGES = ((1, "older than a day"), (7, "older than a week"), (30, "older than a month"))


async def next_unread(room: Feeds, step: int) -> None:
    """Go to the next unread entry of the list and read it."""
    here, node = room.list.row, room.node
    if isinstance(here, EntryRow) and here.unread and room.at == 2 and room.article:
        room.read([here])
    unread = set(await room.ask(lambda environment: listed(environment, node, unread=True)))
    total, here_at = len(room.list.keys), room.list.position
    for away in range(1, total):  # around: those above come after the last
        at = (here_at + away * step) % total
        key, row = room.list.keys[at], room.list.row_at(at)
        if key in unread and not (isinstance(row, EntryRow) and not row.unread):
            room.list.position = at
            await room.open_article(key)
            rows = await room.ask(room.rows([key]))
            if rows and rows[0] is not None:
                room.list.put(key, rows[0])
                if room.view.display:
                    room.read([rows[0]])
            if (at - here_at) * step < 0:
                room.learning.say("On from the top" if step > 0 else "On from the end")
            return
    room.learning.say("Nothing more is unread here")


def mark(room: Feeds) -> None:
    """Mark entries read, or if all of them are read, unread again."""
    ids, rows = room.chosen()
    read = len(rows) < len(ids) or any(row.unread for row in rows)
    room.put(rows, unread=not read)
    done = f"Marked {'read' if read else 'unread'}"
    room.change_all(
        lambda environment, ids: environment.feeds.mark_read(ids) if read else environment.feeds.mark_unread(ids),
        lambda number: done if number == 1 else f"{done}: {plural(number, 'entry', 'entries')}",
        ids=ids,
    )


def whole_text(room: Feeds, row: EntryRow) -> None:
    """Fetch the whole text of an entry from its page, in the background."""
    id = row.thing.id
    room.learning.say(f"Fetching the page of {named(row.thing.title)} …")

    async def fetch() -> None:
        done = await room.ask(lambda environment: environment.feeds.whole_texts.fetch(id))
        if done.problem:
            said = f"{done.problem[:1].upper()}{done.problem[1:]}\n{done.hint or ''}"
            room.app.notify(said.strip(), severity="warning", markup=False)
            room.learning.say(f"{named(row.thing.title)} stays as it is")
        else:
            room.learning.say(f"{named(row.thing.title)}: {plural(done.words, 'word')}")
        await room.learning.look()

    room.learning.guarded(fetch, group=f"whole {id}", exclusive=True)


def mark_all(room: Feeds) -> None:
    """Mark as read what is unread in the chosen list; of much, ask first how much of it."""
    node, now = room.node, room.learning.now()

    def count(environment: Environment) -> tuple[list[int], list[tuple[str, list[int]]]]:
        ids = listed(environment, node, unread=True)
        if len(ids) < ASKS_FROM:
            return ids, []
        older = []
        for days, said in AGES:
            wanted = set(environment.feeds.entry_ids(unread=True, before=now - dt.timedelta(days=days)))
            if those := [id for id in ids if id in wanted]:
                older.append((said, those))
        return ids, older

    async def ask() -> None:
        ids, older = await room.ask(count)
        if not ids:
            room.learning.say("Everything here is read already")
        elif len(ids) < ASKS_FROM:
            mark_these(ids)
        else:
            choices = [(f"all {plural(len(ids), 'entry', 'entries')}", ids)]
            choices += [(f"{said}: {plural(len(those), 'entry', 'entries')}", those) for said, those in older]
            rows = [(number, said) for number, (said, _) in enumerate(choices, 1)]

            def chosen(number: int | None) -> None:
                if number is not None:
                    mark_these(choices[number - 1][1])

            room.app.push_screen(Choose(f"Mark as read in {named(node.title)} …", rows), chosen)

    def mark_these(ids: Sequence[int]) -> None:
        # The numbers that were counted, not "all that is shown": a refresh may bring more meanwhile.
        room.change(
            lambda environment: environment.feeds.mark_read(ids),
            f"Marked {plural(len(ids), 'entry', 'entries')} read · u undoes",
        )

    room.work(ask, group="mark all")
