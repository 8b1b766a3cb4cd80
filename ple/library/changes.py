"""The change feed: every follower hears of every change, after it is committed, in order.

A resource carries the number of the last transaction that touched it. A follower asks for what lies beyond a
position, does its work, and keeps the new position *beside what it made*, so that the two are lost, copied and
restored together. Ten edits of one entry are one change to hear of. Nothing is ever taken out of the feed, so a new
follower, or one that lost its work, starts from :data:`START`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from ple.library.library import Library
from ple.library.resource import Resource


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the change feed of one library."""

    change: int = 0
    id: int = 0


START = Position()


@dataclass(frozen=True, slots=True)
class Change:
    """A resource that says something new, or nothing any more."""

    id: int
    kind: str
    gone: bool
    """It is in the trash or deleted for good."""
    position: Position


def changes_since(library: Library, position: Position, size: int = 256) -> Iterator[list[Change]]:
    """Yield what changed after ``position``, oldest first, in batches of at most ``size``.

    Each batch is read in a short transaction of its own. A follower that fails before it keeps a position hears the
    same batch again, so what it does with a batch must bear repeating.
    """
    order = sa.tuple_(col(Resource.change), col(Resource.id))
    while True:
        with library.reading() as tx:
            rows = tx.connection().execute(
                sa.select(
                    col(Resource.id), col(Resource.kind), col(Resource.trashed_at).is_not(None), col(Resource.change)
                )
                .where(order > sa.tuple_(sa.literal(position.change), sa.literal(position.id)))
                .order_by(col(Resource.change), col(Resource.id))
                .limit(size)
            )
            batch = [
                Change(id, kind, bool(gone), Position(change, id)) for id, kind, gone, change in rows if id is not None
            ]
        if not batch:
            return
        yield batch
        position = batch[-1].position
