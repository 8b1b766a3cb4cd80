"""One article that comes in by several feeds: a blog and the planet that repeats it, a story on two front pages.

The first that came in stands for all of them. A later one is kept as well, since its feed may be all that a learner
looks at, but lists over many feeds leave it out and say on the first "also in …". What is read in one place is read in
all of them.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlmodel import col

from ple.feeds import arrivals
from ple.feeds.identity import Arrival, has_words
from ple.feeds.models import EntryRow
from ple.library import Reading, Resource, chunks


@dataclass(frozen=True, slots=True)
class Original:
    """The entry that came in first, and when it was read."""

    id: int
    read_at: dt.datetime | None


def elsewhere(tx: Reading, coming: Sequence[tuple[int, Arrival]], ids: Sequence[int]) -> list[Original | None]:
    """Return for each that comes in by a feed the same article of another one that is there, or comes before it.

    The same is what says the same, or has the same title and leads to the same address. What has too few words to be
    told by them, as "Update", is not the same because of them. ``ids`` are the numbers that they will have.
    """
    links = {arrival.link_hash for _, arrival in coming if arrival.link_hash}
    hashes = {arrival.content_hash for _, arrival in coming if has_words(arrival.entry)}
    rows = [row for some in _some(links) for row in tx.connection().execute(_BY_LINK, {"names": some})]
    rows += [row for some in _some(hashes) for row in tx.connection().execute(_BY_WORDS, {"names": some})]
    by_link: dict[tuple[str, str], dict[int, Original]] = {}
    by_words: dict[str, dict[int, Original]] = {}

    def note(feed_id: int, original: Original, title: str, link_hash: str | None, content_hash: str) -> None:
        if link_hash:
            by_link.setdefault((link_hash, title.casefold()), {}).setdefault(feed_id, original)
        by_words.setdefault(content_hash, {}).setdefault(feed_id, original)

    for id, feed_id, same_as, read_at, title, link_hash, content_hash in sorted(rows, key=lambda row: row.id):
        note(feed_id, Original(same_as or id, read_at), title, link_hash, content_hash)
    found: list[Original | None] = []
    for (feed_id, arrival), id in zip(coming, ids, strict=True):
        same = None
        if has_words(arrival.entry):
            same = _of_another(by_words.get(arrival.content_hash), feed_id)
        if same is None and arrival.link_hash and arrival.entry.title:
            same = _of_another(by_link.get((arrival.link_hash, arrival.entry.title.casefold())), feed_id)
        found.append(same)
        note(
            feed_id, same or Original(id, None), arrivals.title(arrival.entry), arrival.link_hash, arrival.content_hash
        )
    return found


def _of_another(there: dict[int, Original] | None, feed_id: int) -> Original | None:
    return next((original for by, original in (there or {}).items() if by != feed_id), None)


def _query(column: Any) -> Any:
    query: Any = (
        sa.select(
            col(EntryRow.id), col(EntryRow.feed_id), col(EntryRow.same_as), col(EntryRow.read_at), col(EntryRow.title),
            col(EntryRow.link_hash), col(EntryRow.content_hash),
        )
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .where(column.in_(sa.bindparam("names", expanding=True)), col(EntryRow.feed_id).is_not(None))
        .where(col(Resource.trashed_at).is_(None))
    )  # fmt: skip
    return query


_BY_LINK, _BY_WORDS = _query(col(EntryRow.link_hash)), _query(col(EntryRow.content_hash))


def _some(names: Iterable[str]) -> list[list[str]]:
    ordered = sorted(names)
    return [ordered[start : start + 500] for start in range(0, len(ordered), 500)]


def copies(away: Any, feeds: sa.Select[Any] | None = None, *, starred: bool = False) -> sa.Select[Any]:
    """Select the entries that another stands for; not those whose other is ``away``, or of none of ``feeds``.

    Nor those whose other has no star, if only what is ``starred`` is shown.
    """
    query = sa.select(col(EntryRow.id)).where(col(EntryRow.same_as).is_not(None), col(EntryRow.same_as).not_in(away))
    if feeds is not None or starred:
        first: Any = sa.orm.aliased(EntryRow)
        query = query.join(first, first.id == col(EntryRow.same_as))
        query = query if feeds is None else query.where(first.feed_id.in_(feeds))
        query = query.where(first.starred_at.is_not(None)) if starred else query
    return query


_PAIRS: Any = sa.select(col(EntryRow.id), col(EntryRow.same_as))
_THESE: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_COPIED = _PAIRS.where(col(EntryRow.same_as).in_(_THESE))
_COPIES_OR_COPIED = sa.union_all(
    _PAIRS.where(col(EntryRow.id).in_(_THESE), col(EntryRow.same_as).is_not(None)), _COPIED
)


def together(tx: Reading, ids: Collection[int]) -> dict[int, list[int]]:
    """Return, for those of ``ids`` that came in by several feeds, the other entries that are the same article."""
    firsts: dict[int, int] = {}
    found: dict[int, set[int]] = {}

    def note(copied: Any) -> None:
        for id, first in copied:
            firsts[id] = first
            found.setdefault(first, {first}).add(id)

    for some in chunks(ids):
        note(tx.connection().execute(_COPIES_OR_COPIED, {"ids": some}))
    for some in chunks(set(firsts.values()) - set(ids)):
        note(tx.connection().execute(_COPIED, {"ids": some}))
    return {id: sorted(found[first] - {id}) for id in ids if (first := firsts.get(id, id)) in found}


def with_copies(tx: Reading, ids: Collection[int]) -> list[int]:
    """Return entries and all that are the same articles: what is done with one is done with the article."""
    return sorted({*ids, *(other for others in together(tx, ids).values() for other in others)})
