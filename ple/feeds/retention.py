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

TOGETHER = 25
"""Feeds that are looked through in one transaction."""
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
        with self._library.reading() as tx:
            limited = [care for care in cares(tx) if care.keep_days or care.keep_newest or care.read_after_days]
        done: list[Expired] = []
        for start in range(0, len(limited), TOGETHER):
            with self._library.reading() if dry_run else self._library.writing() as tx:
                starred, waiting = _starred(tx), _waiting(tx)
                kept = starred | waiting | entries.all_made_of(tx)
                stale: list[int] = []
                old: list[int] = []
                for care in limited[start : start + TOGETHER]:
                    found = _looked_at(tx, care, now, kept, starred | waiting)
                    stale += found[0]
                    old += found[1]
                    if found != ([], []):
                        done.append(Expired(care.feed_id, care.title, len(found[0]), len(found[1])))
                if isinstance(tx, Writing):
                    tx.update(EntryRow, stale, read_at=now)
                    let_go(tx, old, now)
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


def _looked_at(
    tx: Reading, care: Care, now: dt.datetime, kept: Collection[int], unread: Collection[int]
) -> tuple[list[int], list[int]]:
    """Return which entries of a feed now count as read, and which go; never any of ``kept``, nor ``unread`` as read."""
    query = (
        sa.select(col(EntryRow.id), col(EntryRow.occurred_at), col(EntryRow.read_at).is_not(None))
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .where(col(EntryRow.feed_id) == care.feed_id, col(Resource.trashed_at).is_(None))
        .order_by(col(EntryRow.occurred_at).desc(), col(EntryRow.id).desc())
    )
    keep, wait = dt.timedelta(days=care.keep_days or 0), dt.timedelta(days=care.read_after_days or 0)
    stale: list[int] = []
    old: list[int] = []
    for place, (id, at, read) in enumerate(tx.connection().execute(query)):
        if not read and wait and now - at > wait and id not in unread:
            stale.append(id)
            read = True
        beyond = (keep and now - at > keep) or (care.keep_newest and place >= care.keep_newest)
        if beyond and read and id not in kept:
            old.append(id)
    return stale, old


def _starred(tx: Reading) -> set[int]:
    query = sa.select(col(EntryRow.id)).where(col(EntryRow.starred_at).is_not(None))
    return set(tx.connection().execute(query).scalars())


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
