"""How many entries there are to see, and how many of them are unread: what stands beside feeds, folders and lists.

The numbers are those of the lines that the list of the same name shows. An article that came in by several feeds is
one in a list over them; what was thrown away or hidden by a rule is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlmodel import col

from ple.feeds import entries
from ple.feeds.models import EntryRow, FeedRow
from ple.library import Reading, trashed


def by_feed(tx: Reading, feed: int | None = None) -> dict[int, tuple[int, int]]:
    """Return how many entries each feed shows, and how many of them are unread: neither thrown away nor hidden."""
    of_feed = col(EntryRow.feed_id) == feed if feed is not None else col(EntryRow.feed_id).is_not(None)
    unread = col(EntryRow.read_at).is_(None)
    away = col(EntryRow.id).in_(sa.union(trashed(), entries.hidden()))
    number = sa.func.count()

    def grouped(*what: Any) -> Any:
        return sa.select(col(EntryRow.feed_id), *what).where(of_feed).group_by(col(EntryRow.feed_id))

    # Each is counted by its own index; in one query SQLite would look at every row.
    found: dict[int, tuple[int, int]] = {id: (count, 0) for id, count in tx.connection().execute(grouped(number))}
    for id, count in tx.connection().execute(grouped(number).where(unread)):
        found[id] = found[id][0], count
    for id, count, count_unread in tx.connection().execute(grouped(number, number.filter(unread)).where(away)):
        found[id] = _plus(found[id], (-count, -count_unread))
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries lists over several feeds show: each article once, whatever number of feeds brought it."""

    entries: int
    unread: int
    starred: int
    folders: Mapping[str, tuple[int, int]]
    """For each folder, with those within it, the entries and how many of them are unread."""


def counts(tx: Reading, of_feeds: Mapping[int, tuple[int, int]]) -> Counts:
    """Return how many entries the lists of everything, of what is starred and of each folder show.

    ``of_feeds`` is what :func:`by_feed` says of this moment.
    """
    places: Any = tx.connection().execute(
        sa.select(col(FeedRow.id), col(FeedRow.folder)).where(col(FeedRow.id).not_in(trashed()))
    )
    folders = {id: _around(folder) for id, folder in places}
    inside: dict[str, tuple[int, int]] = {}
    for id, paths in folders.items():
        for path in paths:
            inside[path] = _plus(inside.get(path, (0, 0)), of_feeds.get(id, (0, 0)))
    for feed, first_feed, unread in _shown_elsewhere(tx):
        for path in set(folders.get(feed, ())) & set(folders.get(first_feed, ())):
            inside[path] = _plus(inside[path], (-1, -1 if unread else 0))
    starred = col(EntryRow.starred_at).is_not(None)
    of_starred = how_many(tx, starred, wanted=entries.Wanted(starred=True))
    return Counts(how_many(tx), how_many_unread(tx), of_starred, inside)


def how_many_unread(tx: Reading, *beside: sa.Select[Any]) -> int:
    """Return how many unread entries the list of everything shows, those that ``beside`` select left aside."""
    return how_many(tx, col(EntryRow.read_at).is_(None), beside=beside)


def how_many(
    tx: Reading,
    *conditions: sa.ColumnElement[bool],
    beside: Sequence[sa.Select[Any]] = (),
    wanted: entries.Wanted | None = None,
) -> int:
    """Return how many entries fulfil conditions, of those that the list of everything shows.

    It is what there is of them, which an index knows, less the few that the list leaves out or that ``beside`` select.
    """
    query = sa.select(sa.func.count()).select_from(EntryRow).where(*conditions)
    less = query.where(col(EntryRow.id).in_(sa.union(*entries.left_out(wanted), *beside)))
    return (tx.connection().execute(query).scalar() or 0) - (tx.connection().execute(less).scalar() or 0)


def _shown_elsewhere(tx: Reading) -> Iterator[tuple[int | None, int | None, bool]]:
    """Yield the feed of each copy that an entry of another feed stands for, that other feed, and if it is unread."""
    first: Any = sa.orm.aliased(EntryRow)
    away = sa.union(trashed(), entries.hidden())
    rows: Any = tx.connection().execute(
        sa.select(col(EntryRow.feed_id), first.feed_id, col(EntryRow.read_at).is_(None))
        .join(first, first.id == col(EntryRow.same_as))
        .where(col(EntryRow.same_as) > 0)  # as all are; for "IS NOT NULL" SQLite looks at every entry
        .where(col(EntryRow.id).not_in(away), col(EntryRow.same_as).not_in(away))
    )
    yield from rows


def _around(folder: str | None) -> list[str]:
    """Return a folder and those that it is within: ``A/B`` and ``A``."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
