"""The shelf: what came in, as it is listed, read and marked. The half of :class:`Subscriptions` that readers use."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import counting, duplicates, entries, lists
from ple.feeds.entries import Wanted
from ple.feeds.models import ENTRY, FEED, Entry, EntryLine, EntryRow
from ple.library import Document, Library, chunks


class Shelf:
    """The entries of a library."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def entries(
        self,
        *,
        feed: int | None = None,
        folder: str | None = None,
        unread: bool | None = None,
        starred: bool | None = None,
        since: dt.datetime | None = None,
        limit: int | None = 50,
    ) -> list[EntryLine]:
        """Return the newest entries that fit all of this, newest first."""
        wanted = Wanted(feed, folder_name(folder), unread, starred, since)
        with self._library.reading() as tx:
            return entries.entry_lines(tx, entries.entry_ids(tx, wanted, limit))

    def entry_ids(
        self,
        *,
        feed: int | None = None,
        folder: str | None = None,
        unread: bool | None = None,
        starred: bool | None = None,
        since: dt.datetime | None = None,
        before: dt.datetime | None = None,
        limit: int | None = None,
    ) -> list[int]:
        """Return the numbers of all entries that fit, newest first: the order of a long list."""
        with self._library.reading() as tx:
            return entries.entry_ids(tx, Wanted(feed, folder_name(folder), unread, starred, since, before), limit)

    def entry_lines(self, ids: Iterable[int]) -> list[EntryLine]:
        """Return a line for each of these entries, in their order: a page of a long list."""
        with self._library.reading() as tx:
            return entries.entry_lines(tx, list(ids))

    def shown(self, ids: Collection[int]) -> list[int]:
        """Return those entries that a list over all feeds shows, in their order: none hidden, no article twice."""
        with self._library.reading() as tx:
            there = set(entries.entry_ids(tx, Wanted()))
        return [id for id in ids if id in there]

    def unread(self) -> int:
        """Return how many unread entries a list over all feeds shows."""
        with self._library.reading() as tx:
            return counting.how_many_unread(tx)

    def newest_entry(self) -> int:
        """Return the number of the entry that came in last, 0 if there is none; see :meth:`entries_after`."""
        with self._library.reading() as tx:
            return entries.newest(tx)

    def entries_after(self, id: int) -> list[EntryLine]:
        """Return what came in after the entry of this number, the newest first."""
        with self._library.reading() as tx:
            return entries.entry_lines(tx, entries.entry_ids(tx, Wanted(), after=id))

    def entry(self, id: int) -> Entry:
        """Return one entry in full.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            return entries.entry(tx, id)

    def mark_read(self, ids: Collection[int], *, opened: bool = False) -> int:
        """Mark entries as read, perhaps since they were ``opened``; return how many were not."""
        return self._mark("Marked {} as read", ids, "read_at", self._now(), passing=opened)

    def mark_unread(self, ids: Collection[int]) -> int:
        """Mark entries as unread; return how many were read."""
        return self._mark("Marked {} as unread", ids, "read_at", None)

    def star(self, ids: Collection[int]) -> int:
        """Star entries, which keeps them for good; return how many were not starred."""
        return self._mark("Starred {}", ids, "starred_at", self._now())

    def unstar(self, ids: Collection[int]) -> int:
        """Take the star off entries; return how many had one."""
        return self._mark("Took the star off {}", ids, "starred_at", None)

    def mark_all_read(
        self, *, feed: int | None = None, folder: str | None = None, before: dt.datetime | None = None
    ) -> int:
        """Mark everything as read, or what is of a feed, in a folder, or older than a moment; return how much."""
        with self._library.writing("Marked everything as read") as tx:
            if feed is not None:
                tx.alive(feed, FEED)
            wanted = Wanted(feed, folder_name(folder), unread=True, before=before, copies=True)
            ids = entries.entry_ids(tx, wanted)
            done = tx.update(EntryRow, ids, read_at=self._now())
            tx.label = f"Marked {_entries(done)} as read"
            return done

    def _mark(
        self, label: str, ids: Collection[int], name: str, to: dt.datetime | None, *, passing: bool = False
    ) -> int:
        field = getattr(EntryRow, name)
        said = label.format(_entries(len(ids)))
        with self._library.writing(said, durable=False, passing=passing) as tx:  # at every article that is read
            lists.check(tx, ids, ENTRY)
            others = [
                id
                for some in chunks(ids)
                for id in tx.connection().execute(
                    sa.select(col(EntryRow.id)).where(
                        col(EntryRow.id).in_(some), field.is_not(None) if to is None else field.is_(None)
                    )
                ).scalars()
            ]  # fmt: skip
            done = tx.update(EntryRow, others, **{name: to})
            same = set(duplicates.with_copies(tx, ids)) - set(ids)
            if to is not None:  # a time that is there stays
                same = set(entries.without(tx, same, field))
            tx.update(EntryRow, sorted(same), **{name: to})
            if len(ids) == 1 and done and to is not None and name == "read_at":
                tx.note("read", others[0])  # reading one is reading; marking many is clearing up
            tx.label = label.format(_entries(done)) if done else None
            return done

    def leaning_on(self, ids: Iterable[int]) -> list[int]:
        """Return the entries that say what these feeds are called; see :class:`~ple.library.LeaningSource`."""
        with self._library.reading() as tx:
            found = (tx.connection().execute(entries.of_feed(id)).scalars() for id in ids)
            return [entry for some in found for entry in some]

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these feeds and entries say; see :class:`ple.library.DocumentSource`."""
        for some in chunks(ids):
            with self._library.reading() as tx:
                found = list(entries.documents(tx, some))
            yield from found


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"


def folder_name(folder: str | None) -> str | None:
    """Return a folder as it is kept; none if none was said."""
    return None if folder is None else lists.folder_name(folder)
