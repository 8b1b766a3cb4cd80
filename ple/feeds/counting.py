"""How many entries there are to see, and how many of them are unread: what stands beside feeds, folders and lists.

The numbers are those of the lines that the list of the same name shows. An article that came in by several feeds is
one in a list over them; what was thrown away or hidden by a rule is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlmodel import col

from ple.feeds import entries
from ple.feeds.models import EntryRow, FeedRow
from ple.library import Reading, Resource


def by_feed(tx: Reading, feed: int | None = None) -> dict[int, tuple[int, int]]:
    """Return how many entries each feed shows, and how many of them are unread: neither thrown away nor hidden."""
    all_of, unread_of = _count(tx, feed, unread=False), _count(tx, feed, unread=True)
    away, unread_away = _count(tx, feed, unread=False, away=True), _count(tx, feed, unread=True, away=True)
    return {
        id: (count - away.get(id, 0), unread_of.get(id, 0) - unread_away.get(id, 0)) for id, count in all_of.items()
    }


def _count(tx: Reading, feed: int | None, *, unread: bool, away: bool = False) -> dict[int, int]:
    query = sa.select(col(EntryRow.feed_id), sa.func.count()).group_by(col(EntryRow.feed_id))
    query = query.where(col(EntryRow.feed_id) == feed if feed is not None else col(EntryRow.feed_id).is_not(None))
    if unread:
        query = query.where(col(EntryRow.read_at).is_(None))
    if away:
        query = query.where(col(EntryRow.id).in_(sa.union(entries.trashed(), entries.hidden())))
    return {id: count for id, count in tx.connection().execute(query) if id is not None}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries lists over several feeds show: each article once, whatever number of feeds brought it."""

    entries: int
    unread: int
    starred: int
    folders: Mapping[str, tuple[int, int]]
    """For each folder, with those within it, the entries and how many of them are unread."""


def counts(tx: Reading) -> Counts:
    """Return how many entries the lists of everything, of what is starred and of each folder show."""
    of_feeds = by_feed(tx)
    places: Any = tx.connection().execute(
        sa.select(col(FeedRow.id), col(FeedRow.folder))
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(Resource.trashed_at).is_(None))
    )
    folders = {id: _around(folder) for id, folder in places}
    inside: dict[str, tuple[int, int]] = {}
    for id, paths in folders.items():
        for path in paths:
            inside[path] = _plus(inside.get(path, (0, 0)), of_feeds.get(id, (0, 0)))
    for feed, first_feed, unread in _shown_elsewhere(tx):
        for path in set(folders.get(feed, ())) & set(folders.get(first_feed, ())):
            inside[path] = _plus(inside[path], (-1, -1 if unread else 0))
    return Counts(
        how_many(tx, entries.Wanted()),
        how_many(tx, entries.Wanted(unread=True)),
        how_many(tx, entries.Wanted(starred=True)),
        inside,
    )


def how_many(tx: Reading, wanted: entries.Wanted) -> int:
    """Return how many entries are wanted: as many as :func:`ple.feeds.entries.entry_ids` would return."""
    query = sa.select(sa.func.count()).select_from(EntryRow)
    query = query.where(*entries.conditions(wanted), col(EntryRow.id).not_in(entries.trashed()))
    return tx.connection().execute(query).scalar() or 0


def _shown_elsewhere(tx: Reading) -> Iterator[tuple[int | None, int | None, bool]]:
    """Yield the feed of each copy that an entry of another feed stands for, that other feed, and if it is unread."""
    first: Any = sa.orm.aliased(EntryRow)
    rows: Any = tx.connection().execute(
        sa.select(col(EntryRow.feed_id), first.feed_id, col(EntryRow.read_at).is_(None))
        .join(first, first.id == col(EntryRow.same_as))
        .where(col(EntryRow.id).not_in(entries.trashed()), col(EntryRow.id).not_in(entries.hidden()))
        .where(first.id.not_in(entries.trashed()), first.id.not_in(entries.hidden()))
    )
    yield from rows


def _around(folder: str | None) -> list[str]:
    """Return a folder and those that it is within: ``A/B`` and ``A``."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
