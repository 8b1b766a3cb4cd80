"""The outbox: what waits for which store, who is sending, and how things stand. One sender a store in all processes."""

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Callable, Collection

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Library
from ple.library.transaction import Reading, Writing, chunks
from ple.lms.records.errors import Busy, NotConnected, NotNow, Refused
from ple.lms.records.models import ConsentRow, EventState, OutboxRow, StatementRow, Store, StoreRow, Waiting
from ple.lms.records.sending import Outcome
from ple.lms.records.store import Item
from ple.lms.records.vocabulary import EVENTS, VOIDED

LEASE = dt.timedelta(minutes=10)
"""Longer than halving a batch takes when each answer is as late as may be."""
_FIRST, _LONGEST = dt.timedelta(minutes=1), dt.timedelta(hours=6)
_CHANCE = random.SystemRandom()
_MOST = 500
"""Statements taken out at a time."""


class Outbox:
    """What waits in a library for the stores that are connected."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def take(self, id: int, holder: str, *, force: bool) -> None:
        """Become the one who sends to a store.

        Raises:
            Refused: the store is paused.
            NotNow: it rests, and ``force`` does not say to ask it all the same.
            Busy: somebody else is sending.
            NotConnected: there is no such store.
        """
        now = self._now()
        with self._library.writing() as tx:
            row = store_row(tx, id)
            if row.paused:
                raise Refused(row.paused)
            if row.next_at is not None and row.next_at > now and not force:
                raise NotNow(row.failure or "the store rests")
            if row.holder is not None and row.leased_until is not None and row.leased_until > now:
                raise Busy("another ple is sending")
            row.holder, row.leased_until = holder, now + LEASE
            tx.add(row)

    def leave(self, id: int, holder: str, failure: Refused | NotNow | None, *, all_sent: bool) -> None:
        """Stop sending; after a failure the store is paused, or rests as long as it asks or longer each time.

        Who neither failed nor sent all was interrupted, which says nothing about the store.
        """
        now = self._now()
        with self._library.writing() as tx:
            row = tx.get(StoreRow, id)
            if row is None or row.holder != holder:
                return
            row.holder = row.leased_until = None
            if all_sent:
                row.failures, row.failure, row.next_at, row.sent_at = 0, None, None, now
            elif isinstance(failure, Refused):
                row.paused = row.failure = str(failure)
            elif failure is not None:
                row.failures += 1
                rest = min(_FIRST * 2 ** min(row.failures - 1, 20), _LONGEST) * _CHANCE.uniform(0.75, 1.25)
                row.failure, row.next_at = str(failure), now + (failure.wait if failure.wait is not None else rest)
            tx.add(row)

    def waiting(self, id: int) -> list[Item]:
        """Return what is next for a store, oldest first, marked as tried."""
        query = (
            sa.select(col(StatementRow.uid), col(StatementRow.body))
            .join(OutboxRow, col(OutboxRow.statement_id) == col(StatementRow.id))
            .where(col(OutboxRow.store_id) == id, col(OutboxRow.state) == Waiting.QUEUED)
            .order_by(col(StatementRow.occurred_at), col(StatementRow.id))
            .limit(_MOST)
        )
        with self._library.writing() as tx:
            items = [Item(uid, body) for uid, body in tx.connection().execute(query)]
            # written down before the first byte leaves: from now on it may have arrived
            for some in chunks(_numbers(tx, [item.uid for item in items])):
                tx.connection().execute(
                    sa.update(OutboxRow)
                    .where(col(OutboxRow.store_id) == id, col(OutboxRow.statement_id).in_(some))
                    .values(tries=col(OutboxRow.tries) + 1)
                )
        return items

    def write_down(self, id: int, holder: str, outcomes: list[Outcome]) -> None:
        """Write down what became of statements.

        Raises:
            NotNow: somebody else has taken over.
        """
        now = self._now()
        with self._library.writing() as tx:
            row = tx.get(StoreRow, id)
            if row is None or row.holder != holder:
                raise NotNow("another ple has taken over, as this one took too long")
            row.leased_until = now + LEASE
            tx.add(row)
            for state in (Waiting.DONE, Waiting.PARKED):
                some = [outcome for outcome in outcomes if outcome.state is state]
                for outcome in some if state is Waiting.PARKED else ():
                    _mark(tx, id, [outcome.item.uid], state, outcome.failure, now)
                if state is Waiting.DONE:
                    _mark(tx, id, [outcome.item.uid for outcome in some], state, None, now)

    def queue(self, tx: Writing) -> None:
        """Put into the outbox what the learner agreed to tell and is not there yet."""
        for consent in tx.exec(select(ConsentRow).where(col(ConsentRow.allowed).is_(True))).all():
            there = sa.select(col(OutboxRow.statement_id)).where(col(OutboxRow.store_id) == consent.store_id)
            wanted = sa.select(col(StatementRow.id)).where(
                col(StatementRow.event) == consent.event,
                col(StatementRow.voided_by).is_(None),
                col(StatementRow.verb) != VOIDED,
                col(StatementRow.id).not_in(there),
            )
            if consent.since is not None:
                wanted = wanted.where(col(StatementRow.occurred_at) >= consent.since)
            rows = [
                {
                    "store_id": consent.store_id,
                    "statement_id": id,
                    "state": Waiting.QUEUED,
                    "tries": 0,
                    "at": self._now(),
                }
                for id in tx.connection().execute(wanted).scalars()
            ]
            if rows:
                tx.connection().execute(sa.insert(OutboxRow), rows)

    def seen(self, tx: Reading, row: StoreRow) -> Store:
        """Return how things stand with a store."""
        assert row.id is not None
        counted: Counter[tuple[str, str]] = Counter()
        query = (
            sa.select(col(StatementRow.event), col(OutboxRow.state), sa.func.count())
            .join(OutboxRow, col(OutboxRow.statement_id) == col(StatementRow.id))
            .where(col(OutboxRow.store_id) == row.id)
            .group_by(col(StatementRow.event), col(OutboxRow.state))
        )
        for event, state, number in tx.connection().execute(query):
            counted[str(event), str(state)] = number
        kept_query = sa.select(col(StatementRow.event), sa.func.count()).group_by(col(StatementRow.event))
        kept = {row[0]: row[1] for row in tx.connection().execute(kept_query)}
        consents = {
            one.event: one for one in tx.exec(select(ConsentRow).where(col(ConsentRow.store_id) == row.id)).all()
        }
        events = tuple(
            EventState(
                name,
                event.tells,
                consents[name].allowed if name in consents else None,
                consents[name].since if name in consents else None,
                counted[name, Waiting.QUEUED],
                counted[name, Waiting.DONE],
                counted[name, Waiting.PARKED],
                kept.get(name, 0),
            )
            for name, event in EVENTS.items()
        )
        total = {state: sum(number for (_, one), number in counted.items() if one == state) for state in Waiting}
        return Store(
            row.id,
            row.endpoint,
            row.connected_at,
            row.sent_at,
            row.paused,
            row.failure,
            row.next_at,
            total[Waiting.QUEUED],
            total[Waiting.DONE],
            total[Waiting.PARKED],
            events,
        )


def _mark(
    tx: Writing, id: int, uids: Collection[uuid.UUID], state: Waiting, failure: str | None, now: dt.datetime
) -> None:
    for some in chunks(_numbers(tx, uids)):
        tx.connection().execute(
            sa.update(OutboxRow)
            .where(col(OutboxRow.store_id) == id, col(OutboxRow.statement_id).in_(some))
            .values(state=state, failure=failure, at=now)
        )


def store_row(tx: Reading, id: int) -> StoreRow:
    """Return the row of a store.

    Raises:
        NotConnected: there is none with this number.
    """
    row = tx.get(StoreRow, id)
    if row is None:
        raise NotConnected(f"there is no record store {id}")
    return row


def _numbers(tx: Reading, uids: Collection[uuid.UUID]) -> list[int]:
    found: list[int] = []
    wanted = list(uids)
    for start in range(0, len(wanted), 500):
        query = sa.select(col(StatementRow.id)).where(col(StatementRow.uid).in_(wanted[start : start + 500]))
        found += [id for id in tx.connection().execute(query).scalars() if id is not None]
    return found
