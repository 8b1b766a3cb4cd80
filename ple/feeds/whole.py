"""Whole texts: where a feed gives only the beginning of its articles, the rest comes from their pages.

On demand for one entry, or for all that a feed brings. It is kept beside what the feed said, which goes on changing
with the feed. Only short texts are filled up: a feed that says everything needs no page.
"""

import datetime as dt
from collections.abc import Callable, Generator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import entries
from ple.feeds.marks import FeedCareRow, WholeTextRow
from ple.feeds.models import ENTRY, EntryContentRow, EntryRow, FeedRow
from ple.feeds.neighbours import Neighbours
from ple.library import InvalidInput, Library, NotFound, Resource, utc_now

SHORT = 1500
"""Characters up to which a text may be only the beginning of an article."""
MOST_TRIES = 4
AT_ONCE = 50
"""Pages of one update at most: a new feed with a long history must not keep its site busy."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of fetching the page of an entry."""

    entry_id: int
    title: str
    words: int
    problem: str | None = None
    hint: str | None = None


class WholeTexts:
    """Fetches the pages of entries, one at a time."""

    def __init__(self, library: Library, neighbours: Neighbours, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._library = library
        self._neighbours = neighbours
        self._now = now

    def fetch(self, id: int) -> Fetched:
        """Fetch the page of an entry and keep its text; what was there stays if nothing better comes.

        Raises:
            NotFound: there is no such entry.
            InvalidInput: it has no address.

        """
        with self._library.reading() as tx:
            entry = entries.entry(tx, id)
            origin = tx.connection().execute(sa.select(col(FeedRow.url)).where(col(FeedRow.id) == entry.feed_id))
            named_by = origin.scalar()
        if entry.url is None:
            raise InvalidInput(f"#{id} {entry.title} has no address", hint="There is no page to fetch.")
        page = self._neighbours.read_page(entry.url, named_by)
        problem, hint = page.problem, page.hint
        if not problem and len(page.text) <= len(entry.text or entry.summary):
            problem, hint = "its page says no more than its feed", None
        with self._library.writing() as tx:
            tx.alive(id, ENTRY)
            row = tx.get(WholeTextRow, id) or WholeTextRow(id=id)
            row.tried_at, row.problem = self._now(), problem
            if problem is None:
                row.html, row.text, row.tries = page.html, page.text, 0
            else:
                row.tries = row.tries + 1 if page.again else MOST_TRIES
            tx.add(row)
            tx.touch([id])
        return Fetched(id, entry.title, len((page.text if problem is None else "").split()), problem, hint)

    def fetch_due(self, *, limit: int = AT_ONCE) -> Generator[Fetched]:
        """Fetch the articles of the feeds that want them whole, the newest first, and yield what became of each.

        One that could not be fetched is tried again at the next update, up to four times.
        """
        length = sa.func.length(col(EntryContentRow.text))
        query = (
            sa.select(col(EntryRow.id))
            .join(Resource, col(Resource.id) == col(EntryRow.id))
            .join(FeedCareRow, col(FeedCareRow.id) == col(EntryRow.feed_id))
            .join(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
            .outerjoin(WholeTextRow, col(WholeTextRow.id) == col(EntryRow.id))
            .where(
                col(Resource.trashed_at).is_(None), col(FeedCareRow.whole).is_(True), col(EntryRow.read_at).is_(None),
                col(EntryRow.url).is_not(None), length <= SHORT,
                col(WholeTextRow.id).is_(None)
                | ((col(WholeTextRow.text) == "") & (col(WholeTextRow.tries) < MOST_TRIES)),
            )
            .order_by(col(EntryRow.occurred_at).desc(), col(EntryRow.id).desc())
            .limit(limit)
        )  # fmt: skip
        with self._library.reading() as tx:
            due = list(tx.connection().execute(query).scalars())
        if not due:
            return
        from concurrent.futures import ThreadPoolExecutor

        threads = ThreadPoolExecutor(4, thread_name_prefix="whole")
        try:
            yield from filter(None, threads.map(self._fetch_if_there, due))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # whoever stops early need not wait for slow sites

    def _fetch_if_there(self, id: int) -> Fetched | None:
        try:
            return self.fetch(id)
        except NotFound:  # thrown away since we began
            return None
