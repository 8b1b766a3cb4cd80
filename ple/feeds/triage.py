"""Triage: what came in is looked at once, and each thing kept, put off, or dropped.

The inbox is what is unread, not starred, and has not been decided on. Keeping stars an entry, so that it stays for
good; putting off takes it away, until a day or until it is asked for; dropping counts as read. What a rule hides never
gets there.
"""

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import counting, duplicates, entries, lists
from ple.feeds.marks import DROP, HIDDEN, KEEP, LATER, TRIAGE_STATES, TriageRow, blank
from ple.feeds.models import ENTRY, EntryLine, EntryRow
from ple.feeds.scoring import Scored, Taste, learn
from ple.library import InvalidInput, Library, Reading, Writing, chunks, trashed
from ple.library.bulk import numbers

RANKED = 2000
"""So many of the newest are put in order by score; who has more in the inbox will not get to the others anyway."""

LEARNT_FOR = 30.0
"""Seconds for which what the learner's doings say is remembered: a screen asks for page after page."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """An entry in the inbox, with how well it fits the learner (0 is as any other) and why."""

    entry: EntryLine
    score: float
    because: tuple[str, ...]


class Triage:
    """The inbox of a learner."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now
        self._learnt: tuple[Taste | None, float] = None, 0.0

    def inbox_ids(self, *, feed: int | None = None, folder: str | None = None, best_first: bool = False) -> list[int]:
        """Return the numbers of what is to be decided on: the newest first, or what fits the learner best."""
        with self._library.reading() as tx:
            ids = _inbox(tx, feed, folder, self._now())
            if not best_first:
                return ids
            scored = self.taste(tx).scores(tx, ids[:RANKED])
        return [*sorted(ids[:RANKED], key=lambda id: -scored[id].score), *ids[RANKED:]]

    def inbox(
        self, *, feed: int | None = None, folder: str | None = None, best_first: bool = True, limit: int | None = 50
    ) -> list[InboxLine]:
        """Return what is to be decided on, what fits the learner best first, each with the reasons."""
        return self.inbox_lines(self.inbox_ids(feed=feed, folder=folder, best_first=best_first)[:limit])

    def inbox_lines(self, ids: Sequence[int]) -> list[InboxLine]:
        """Return a line for each of ``ids``, in their order: a page of the inbox."""
        with self._library.reading() as tx:
            scored = self.taste(tx).scores(tx, ids)
            lines = entries.entry_lines(tx, ids)
        return [InboxLine(line, scored[line.id].score, scored[line.id].because) for line in lines]

    def score(self, id: int) -> Scored:
        """Return how well one entry fits the learner, and why.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            tx.alive(id, ENTRY)
            return self.taste(tx).scores(tx, [id])[id]

    def taste(self, tx: Reading) -> Taste:
        """Return what the learner's doings so far say about them, or said half a minute ago."""
        learnt, at = self._learnt
        if learnt is None or time.monotonic() - at > LEARNT_FOR:
            learnt = learn(tx)
            self._learnt = learnt, time.monotonic()
        return learnt

    def ids(self, state: str) -> list[int]:
        """Return the numbers of what was kept, put off, dropped or hidden, the last first.

        Raises:
            InvalidInput: there is no such state.

        """
        if state not in TRIAGE_STATES:
            raise InvalidInput(f"nothing is ever “{state}”", hint=f"Say {', '.join(TRIAGE_STATES)}.")
        query = (
            sa.select(col(TriageRow.id))
            .where(col(TriageRow.state) == state, col(TriageRow.id).not_in(trashed()))
            .order_by(col(TriageRow.at).desc(), col(TriageRow.id).desc())
        )
        with self._library.reading() as tx:
            return numbers(tx.connection(), query)

    def counts(self) -> dict[str, int]:
        """Return how many are in the inbox, kept, put off, dropped and hidden."""
        query = (
            sa.select(col(TriageRow.state), sa.func.count())
            .where(col(TriageRow.id).not_in(trashed()))
            .group_by(col(TriageRow.state))
        )
        starred = sa.select(col(EntryRow.id)).where(col(EntryRow.starred_at).is_not(None))
        with self._library.reading() as tx:
            found = {state: number for state, number in tx.connection().execute(query) if state}
            inbox = counting.how_many_unread(tx, starred, _away(self._now()))
        return {"inbox": inbox, **{state: found.get(state, 0) for state in TRIAGE_STATES}}

    def keep(self, ids: Collection[int]) -> int:
        """Keep entries: they are starred, and stay unread until they are read. Return how many."""
        return self._decide("Kept", ids, KEEP)

    def later(self, ids: Collection[int], *, until: dt.datetime | None = None) -> int:
        """Put entries off; at ``until`` they come back to the inbox. Return how many."""
        return self._decide("Put off", ids, LATER, until)

    def drop(self, ids: Collection[int]) -> int:
        """Drop entries: they count as read. Return how many."""
        return self._decide("Dropped", ids, DROP)

    def back(self, ids: Collection[int]) -> int:
        """Put entries back in the inbox, unread, as if nothing had been decided; return how many."""
        with self._library.writing(f"Put {_entries(len(set(ids)))} back in the inbox") as tx:
            lists.check(tx, ids, ENTRY)
            decided = _decided(tx, ids)
            tx.update(TriageRow, decided, state="", at=self._now(), until=None)
            tx.update(EntryRow, ids, read_at=None)
            return len(set(ids))

    def _decide(self, verb: str, ids: Collection[int], state: str, until: dt.datetime | None = None) -> int:
        now = self._now()
        with self._library.writing(f"{verb} {_entries(len(set(ids)))}") as tx:
            lists.check(tx, ids, ENTRY)
            _set(tx, ids, state, now, until)
            same = duplicates.with_copies(tx, ids)
            if state == KEEP:
                tx.update(EntryRow, entries.without(tx, same, col(EntryRow.starred_at)), starred_at=now)
            if state == DROP:
                tx.update(EntryRow, entries.without(tx, same, col(EntryRow.read_at)), read_at=now)
            return len(set(ids))


def hide(tx: Writing, ids: Iterable[int], now: dt.datetime) -> None:
    """Hide entries, except what the learner starred or decided on: they count as read and are left out of lists."""
    starless = entries.without(tx, ids, col(EntryRow.starred_at))
    fresh = [id for id in starless if id not in set(_decided(tx, starless, undone=False))]
    _set(tx, fresh, HIDDEN, now, None)
    tx.update(EntryRow, entries.without(tx, fresh, col(EntryRow.read_at)), read_at=now)


def _set(tx: Writing, ids: Iterable[int], state: str, now: dt.datetime, until: dt.datetime | None) -> None:
    wanted = list(dict.fromkeys(ids))
    there = set(_decided(tx, wanted))
    # A row that is new says nothing yet, so that taking back has something to go back to.
    rows = [{**blank(TriageRow), "id": id, "state": "", "at": now} for id in wanted if id not in there]
    if rows:
        tx.connection().execute(sa.insert(TriageRow), rows)
    tx.update(TriageRow, wanted, state=state, at=now, until=until)


def _decided(tx: Reading, ids: Iterable[int], *, undone: bool = True) -> list[int]:
    query = sa.select(col(TriageRow.id))
    if not undone:
        query = query.where(col(TriageRow.state) != "")
    return [
        id for some in chunks(ids) for id in tx.connection().execute(query.where(col(TriageRow.id).in_(some))).scalars()
    ]


def _inbox(tx: Reading, feed: int | None, folder: str | None, now: dt.datetime) -> list[int]:
    wanted = entries.Wanted(feed, lists.folder_name(folder) if folder else None, unread=True, starred=False)
    decided = set(tx.connection().execute(_away(now)).scalars())
    found = entries.entry_ids(tx, wanted)
    return [id for id in found if id not in decided] if decided else found


def _away(now: dt.datetime) -> sa.Select[Any]:
    """Select what has been decided on, and has not come back."""
    back = col(TriageRow.until).is_not(None) & (col(TriageRow.until) <= now)
    return sa.select(col(TriageRow.id)).where(col(TriageRow.state) != "", ~((col(TriageRow.state) == LATER) & back))


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
