"""Retention: how long a feed keeps what it brought. For good, unless the learner says otherwise.

Only what was read goes, and never what was starred, tagged, linked, highlighted or shown. What goes leaves its key
behind: as long as its feed still lists it, it must not come back as new (RSS Guard #951). It is judged by time alone,
so a feed that is empty on a bad day loses nothing.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import entries, lists
from ple.feeds.marks import KEEP, LATER, Care, FeedCareRow, NoticeRow, SyncedEntryRow, TriageRow, WholeTextRow, blank
from ple.feeds.models import FEED, EntryContentRow, EntryRow, FeedRow
from ple.library import InvalidInput, Library, Reading, Resource, Revision, Writing, chunks
from ple.library.resource import Marker

_MARKER = "feed-retention"


@dataclass(frozen=True, slots=True)
class Expired:
    """What retention did with one feed, or would do."""

    feed_id: int
    title: str
    read: int
    """Entries that now count as read, as they are older than the feed's unread ones may be."""
    gone: int


class Retention:
    """How long feeds keep what they brought."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def care(self, feed: int) -> Care:
        """Return what is set for a feed.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            tx.alive(feed, FEED)
            return next(care for care in cares(tx) if care.feed_id == feed)

    def cares(self) -> list[Care]:
        """Return what is set for each feed, by title."""
        with self._library.reading() as tx:
            return cares(tx)

    def set(
        self,
        feeds: Collection[int],
        *,
        keep_days: int | None = None,
        keep_newest: int | None = None,
        read_after_days: int | None = None,
        whole: bool | None = None,
    ) -> list[Care]:
        """Set how long feeds keep what was read, in days or by number; None leaves it as it is, 0 takes a limit away.

        After ``read_after_days`` unread entries count as read. With ``whole`` articles are fetched from their pages.

        Raises:
            InvalidInput: a number is negative.

        """
        wanted = {"keep_days": keep_days, "keep_newest": keep_newest, "read_after_days": read_after_days}
        if any(number is not None and number < 0 for number in wanted.values()):
            raise InvalidInput("a number of days or entries is not negative", hint="0 takes the limit away.")
        values: dict[str, object] = {name: number or None for name, number in wanted.items() if number is not None}
        if whole is not None:
            values["whole"] = whole
        with self._library.writing("Changed how long feeds keep") as tx:
            lists.check(tx, feeds, FEED)
            there = set(tx.connection().execute(sa.select(col(FeedCareRow.id))).scalars())
            rows = [{**blank(FeedCareRow), "id": id} for id in dict.fromkeys(feeds) if id not in there]
            if rows:
                tx.connection().execute(sa.insert(FeedCareRow), rows)
            if values:
                tx.update(FeedCareRow, feeds, **values)
            return [care for care in cares(tx) if care.feed_id in set(feeds)]

    def expire_daily(self) -> list[Expired]:
        """Do :meth:`expire` if it was not done today; the day is one of UTC."""
        today = self._now().date().isoformat()
        with self._library.reading() as tx:
            done = tx.connection().execute(sa.select(col(Marker.value)).where(col(Marker.name) == _MARKER)).scalar()
            wanted = tx.connection().execute(sa.select(col(FeedCareRow.id)).limit(1)).first() is not None
        if not wanted or done == today:
            return []
        expired = self.expire()
        with self._library.writing() as tx:
            tx.merge(Marker(name=_MARKER, value=today))
        return expired

    def expire(self, *, dry_run: bool = False) -> list[Expired]:
        """Let go what no feed is to keep any longer; return what that was, for each feed that had any.

        With ``dry_run`` nothing is changed. It cannot be taken back.
        """
        now = self._now()
        done = []
        with self._library.reading() as tx:
            limited = [care for care in cares(tx) if care.keep_days or care.keep_newest or care.read_after_days]
        for care in limited:
            with self._library.reading() if dry_run else self._library.writing() as tx:
                stale = _stale(tx, care, now)
                old = _old(tx, care, now, stale)
                if isinstance(tx, Writing):
                    tx.update(EntryRow, stale, read_at=now)
                    let_go(tx, old, now)
            if stale or old:
                done.append(Expired(care.feed_id, care.title, len(stale), len(old)))
        return done


def cares(tx: Reading) -> list[Care]:
    """Return what is set for each feed that is followed, by title."""
    query = (
        sa.select(
            col(FeedRow.id), col(FeedRow.own_title), col(FeedRow.title), col(FeedRow.url), col(FeedCareRow.keep_days),
            col(FeedCareRow.keep_newest), col(FeedCareRow.read_after_days), col(FeedCareRow.whole),
        )
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .outerjoin(FeedCareRow, col(FeedCareRow.id) == col(FeedRow.id))
        .where(col(Resource.trashed_at).is_(None))
    )  # fmt: skip
    found = [
        Care(id, entries.feed_title(own, said, url), days, newest, read_after, bool(whole))
        for id, own, said, url, days, newest, read_after, whole in tx.connection().execute(query)
    ]
    return sorted(found, key=lambda care: care.title.casefold())


def _stale(tx: Reading, care: Care, now: dt.datetime) -> list[int]:
    if not care.read_after_days:
        return []
    before = now - dt.timedelta(days=care.read_after_days)
    wanted = entries.Wanted(care.feed_id, unread=True, starred=False, before=before, hidden=None)
    waiting = _waiting(tx)
    return [id for id in entries.entry_ids(tx, wanted) if id not in waiting]


def _old(tx: Reading, care: Care, now: dt.datetime, read: Collection[int]) -> list[int]:
    """Return what is beyond the limits of a feed; ``read`` counts as read already."""
    ids = entries.entry_ids(tx, entries.Wanted(care.feed_id, hidden=None))
    beyond: set[int] = set()
    if care.keep_newest:
        beyond |= set(ids[care.keep_newest :])
    if care.keep_days:
        before = now - dt.timedelta(days=care.keep_days)
        beyond |= set(entries.entry_ids(tx, entries.Wanted(care.feed_id, before=before, hidden=None)))
    unread = set(entries.entry_ids(tx, entries.Wanted(care.feed_id, unread=True, hidden=None))) - set(read)
    kept = set(tx.connection().execute(entries.marked(care.feed_id)).scalars())
    kept |= _waiting(tx)
    return [id for id in ids if id in beyond and id not in unread and id not in kept]


def _waiting(tx: Reading) -> set[int]:
    """Return what the learner kept or put off in the inbox."""
    query = sa.select(col(TriageRow.id)).where(col(TriageRow.state).in_((KEEP, LATER)))
    return set(tx.connection().execute(query).scalars())


def let_go(tx: Writing, ids: Collection[int], now: dt.datetime) -> None:
    """Delete what entries say, for good; a row without words stays, so that they do not come in again."""
    words = EntryRow.__blank__
    assert words is not None
    for some in chunks(ids):
        for table, column in (
            (EntryContentRow, col(EntryContentRow.id)), (WholeTextRow, col(WholeTextRow.id)),
            (TriageRow, col(TriageRow.id)), (NoticeRow, col(NoticeRow.entry_id)),
            (Revision, col(Revision.resource_id)), (SyncedEntryRow, col(SyncedEntryRow.entry_id)),
        ):  # fmt: skip
            tx.connection().execute(sa.delete(table).where(column.in_(some)))
        tx.connection().execute(sa.update(EntryRow).where(col(EntryRow.id).in_(some)).values(**words))
        tx.connection().execute(
            sa.update(Resource)
            .where(col(Resource.id).in_(some))
            .values(trashed_at=now, purged_at=now, change=tx.change)
        )
