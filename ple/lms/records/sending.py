"""Sending statements so that each arrives once, and one bad one holds up no other.

A store takes a request whole or not at all. So a refused batch is halved until the bad statement is alone, and a batch
that meets a known id goes one by one: a statement that the store has already and that is the same is done, another one
under the same id is parked. The statements go oldest first, as the very bytes that were kept.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ple.lms.records.errors import NotNow
from ple.lms.records.models import Waiting
from ple.lms.records.statements import same
from ple.lms.records.store import Bad, Conflict, Item, Lrs, TooMuch

MOST = 50
"""Statements in one request."""
HEAVIEST = 400_000
"""Bytes of one request; a single statement may be heavier."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a statement; ``known`` if the store had it already."""

    item: Item
    state: Waiting
    known: bool = False
    failure: str | None = None


def deliver(items: Sequence[Item], lrs: Lrs) -> Iterator[list[Outcome]]:
    """Send ``items`` and yield what became of them, as soon as it is known, so that it can be written down.

    Raises:
        Refused, NotNow: the store does not let us in, or not now; what was not yielded is still to be sent.
    """
    entered = False
    for batch in _batches(items):
        waiting = [batch]
        while waiting:
            some = waiting.pop()
            try:
                lrs.post(some)
                entered = True
                yield [Outcome(item, Waiting.DONE) for item in some]
            except Conflict:
                if len(some) == 1:
                    yield [_settled(some[0], lrs)]
                else:
                    waiting += [[item] for item in reversed(some)]
            except (Bad, TooMuch) as error:
                if len(some) > 1:
                    half = len(some) // 2
                    waiting += [some[half:], some[:half]]
                    continue
                if not entered:  # a store that lets nobody in may say 400 to everything
                    lrs.enter()
                    entered = True
                why = "it is too large for this store" if isinstance(error, TooMuch) else str(error)
                yield [Outcome(some[0], Waiting.PARKED, failure=why)]


def _settled(item: Item, lrs: Lrs) -> Outcome:
    """Look at what the store has under the id of a statement that it calls known."""
    theirs = lrs.get(item.uid)
    if theirs is None:
        raise NotNow(f"{lrs.host} says that it has a statement, and does not show it")
    if same(json.loads(item.body), theirs):
        return Outcome(item, Waiting.DONE, known=True)
    return Outcome(item, Waiting.PARKED, failure="the store has another statement under this id")


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    weight = 0
    for item in items:
        size = len(item.body.encode())
        if batch and (len(batch) == MOST or weight + size > HEAVIEST):
            yield batch
            batch, weight = [], 0
        batch.append(item)
        weight += size
    if batch:
        yield batch
