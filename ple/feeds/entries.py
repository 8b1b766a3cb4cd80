"""What came in, to be listed and read: queries over feeds and entries that stay quick with 100,000 of them.

Lists are made in two steps: all numbers in their order, from an index alone, then the lines of one page. Things in the
trash are few, so they are subtracted, not joined.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import counting, duplicates
from ple.feeds.marks import HIDDEN, TriageRow, WholeTextRow
from ple.feeds.models import ENTRY, FEED, Entry, EntryContentRow, EntryLine, EntryRow, Feed, FeedRow
from ple.feeds.titles import feed_title as feed_title
from ple.library import Document, Link, NotFound, Reading, Resource, Tagging, chunks, trashed
from ple.library.bulk import numbers
from ple.library.history import bodies


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a feed, of a folder and those within it, (un)read, (un)starred, since and before a moment.

    Those that a rule has hidden are left out, unless they are asked for, or it does not matter (None).
    """

    feed: int | None = None
    folder: str | None = None
    unread: bool | None = None
    starred: bool | None = None
    since: dt.datetime | None = None
    before: dt.datetime | None = None
    hidden: bool | None = False
    copies: bool = False
    """Whether an article that came in by several feeds is wanted as often; it is where a feed is named."""


def entry_ids(
    tx: Reading, wanted: Wanted, limit: int | None = None, *, after: int | None = None, up_to: int | None = None
) -> list[int]:
    """Return the numbers of the entries that are wanted, newest first; only those after one and up to another."""
    query = sa.select(col(EntryRow.id)).where(*conditions(wanted))
    if after is not None:
        query = query.where(col(EntryRow.id) > after)
    if up_to is not None:
        query = query.where(col(EntryRow.id) <= up_to)
    query = query.order_by(col(EntryRow.occurred_at).desc(), col(EntryRow.id).desc())
    if limit is not None:
        query = query.limit(limit)
    return numbers(tx.connection(), query)


def conditions(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what is true of the entries that are wanted."""
    feeds = _feeds_in(wanted.folder) if wanted.folder is not None else None
    yield col(EntryRow.id).not_in(sa.union(*left_out(wanted, feeds)))
    if wanted.feed is not None:
        yield col(EntryRow.feed_id) == wanted.feed
    if feeds is not None:
        yield col(EntryRow.feed_id).in_(feeds)
    if wanted.unread is not None:
        unread = col(EntryRow.read_at).is_(None)
        yield unread if wanted.unread else ~unread
    if wanted.starred is not None:
        starred = col(EntryRow.starred_at).is_not(None)
        yield starred if wanted.starred else ~starred
    if wanted.since is not None:
        yield col(EntryRow.occurred_at) >= wanted.since
    if wanted.before is not None:
        yield col(EntryRow.occurred_at) < wanted.before
    if wanted.hidden:
        yield col(EntryRow.id).in_(hidden())


def left_out(wanted: Wanted | None = None, feeds: sa.Select[Any] | None = None) -> list[sa.Select[Any]]:
    """Return selects of what a list leaves out whatever else is wanted; ``feeds`` are those it is over, if not all.

    That is little: what was thrown away, what a rule has hidden, and what another entry stands for.
    """
    wanted = wanted or Wanted()
    away = [trashed(), hidden()] if wanted.hidden is False else [trashed()]
    if not wanted.copies and wanted.feed is None:
        return [*away, duplicates.copies(sa.union(*away), feeds, starred=wanted.starred is True)]
    return away


def newest(tx: Reading) -> int:
    """Return the number of the entry that came in last; 0 if there is none."""
    return tx.connection().execute(sa.select(sa.func.max(col(EntryRow.id)))).scalar() or 0


def without(tx: Reading, ids: Iterable[int], column: Any) -> list[int]:
    """Return which of the entries ``ids`` have nothing in a column."""
    return [
        id
        for some in chunks(ids)
        for id in tx.connection()
        .execute(sa.select(col(EntryRow.id)).where(col(EntryRow.id).in_(some), column.is_(None)))
        .scalars()
    ]


def hidden() -> sa.Select[Any]:
    """Select the entries that a rule has hidden."""
    return sa.select(col(TriageRow.id)).where(col(TriageRow.state) == HIDDEN)


def _feeds_in(folder: str) -> sa.Select[Any]:
    within = col(FeedRow.folder).startswith(f"{folder}/", autoescape=True)
    followed = col(FeedRow.id).not_in(trashed())
    return sa.select(col(FeedRow.id)).where((col(FeedRow.folder) == folder) | within, followed)


def entry_lines(tx: Reading, ids: Sequence[int]) -> list[EntryLine]:
    """Return a line for each of ``ids`` that is there, in their order."""
    found: dict[int, tuple[Any, ...]] = {}
    for some in chunks(ids):
        found |= {row[0]: tuple(row) for row in tx.connection().execute(_LINES, {"ids": some})}
    tags = tx.tags_of(list(found))
    others = _also_in(tx, list(found))
    return [_line(found[id], tags[id], others.get(id, ())) for id in ids if id in found]


def _also_in(tx: Reading, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the feeds that brought the same articles as these."""
    found: dict[int, tuple[str, ...]] = {}
    together = duplicates.together(tx, ids)
    everyone = sorted({other for others in together.values() for other in others})
    for some in chunks(everyone):
        rows = tx.connection().execute(_from_feeds().where(col(EntryRow.id).in_(some)))
        titles = {id: feed_title(own, said, url, kept) for id, own, said, url, kept in rows}
        for id, others in together.items():
            found[id] = tuple(dict.fromkeys((*found.get(id, ()), *(titles[o] for o in others if o in titles))))
    return found


def _from_feeds(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(
            col(EntryRow.id), col(FeedRow.own_title), col(FeedRow.title), col(FeedRow.url), col(EntryRow.feed_title),
            *columns,
        )
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .outerjoin(FeedRow, col(FeedRow.id) == col(EntryRow.feed_id))
        .where(col(Resource.trashed_at).is_(None))
    )  # fmt: skip


# Made once: a page of a list is asked for between two keys.
_LINES = _from_feeds(
    col(Resource.uid), col(Resource.created_at), col(EntryRow.feed_id), col(EntryRow.title), col(EntryRow.url),
    col(EntryRow.author), col(EntryRow.occurred_at), col(EntryRow.read_at), col(EntryRow.starred_at),
).where(col(EntryRow.id).in_(sa.bindparam("ids", expanding=True)))  # fmt: skip


def _line(row: tuple[Any, ...], tags: frozenset[str], also_in: tuple[str, ...]) -> EntryLine:
    id, own, said, address, kept, uid, created, feed_id, title, url, author, occurred, read, starred = row
    return EntryLine(
        id, uid, ENTRY, feed_id, feed_title(own, said, address, kept), title, url, author, occurred, read is not None,
        starred is not None, tags, created, also_in,
    )  # fmt: skip


def entry(tx: Reading, id: int) -> Entry:
    """Return one entry in full.

    Raises:
        NotFound: there is none of this number, or it is in the trash.

    """
    tx.alive(id, ENTRY)
    lines = entry_lines(tx, [id])
    row = tx.connection().execute(
        sa.select(
            col(EntryRow.updated_at), col(EntryRow.language), col(EntryRow.comments_url), col(EntryRow.categories),
            col(EntryRow.enclosures), col(EntryContentRow.html), col(EntryContentRow.text),
            col(EntryContentRow.summary), col(WholeTextRow.html), col(WholeTextRow.text), col(EntryRow.image_url),
            col(EntryRow.season), col(EntryRow.episode), col(EntryRow.chapters_url), col(EntryRow.transcript_url),
        )
        .outerjoin(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
        .outerjoin(WholeTextRow, col(WholeTextRow.id) == col(EntryRow.id))
        .where(col(EntryRow.id) == id)
    ).first()  # fmt: skip
    if not lines or row is None:
        raise NotFound(id, ENTRY)
    line = lines[0]
    updated, language, comments, categories, enclosures, html, text, summary, whole_html, whole_text, *episode = row
    if whole_text:
        html, text, summary = whole_html, whole_text, summary or text
    return Entry(
        line.id, line.uid, line.kind, line.feed_id, line.feed_title, line.title, line.url, line.author,
        line.published_at, updated, line.read, line.starred, line.tags, line.created_at, language, summary or "",
        text or "", html or "", comments, tuple(categories or ()), tuple(enclosures or ()), line.also_in, *episode,
    )  # fmt: skip


def feeds(tx: Reading, id: int | None = None, *, counts: Mapping[int, tuple[int, int]] | None = None) -> list[Feed]:
    """Return the feeds that are followed, or one of them: by folder, then by title.

    ``counts`` is what :func:`ple.feeds.counting.by_feed` says of this moment, if that was asked already.
    """
    query = (
        sa.select(
            col(Resource.id), col(Resource.uid), col(Resource.created_at), col(FeedRow.own_title), col(FeedRow.title),
            col(FeedRow.url), col(FeedRow.site_url), col(FeedRow.folder), col(FeedRow.description),
            col(FeedRow.language), col(FeedRow.format), col(FeedRow.checked_at), col(FeedRow.changed_at),
            col(FeedRow.next_check_at), col(FeedRow.paused_at), col(FeedRow.failure), col(FeedRow.failure_hint),
        )
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(FeedRow.id).not_in(trashed()))
    )  # fmt: skip
    if id is not None:
        query = query.where(col(FeedRow.id) == id)
    rows = tx.connection().execute(query).all()
    counts = counting.by_feed(tx, id) if counts is None else counts
    tags = tx.tags_of([row.id for row in rows])
    found = [
        Feed(
            id=row.id, uid=row.uid, kind=FEED, title=feed_title(row.own_title, row.title, row.url), url=row.url,
            site_url=row.site_url, folder=row.folder, description=row.description, language=row.language,
            format=row.format, entries=counts.get(row.id, (0, 0))[0], unread=counts.get(row.id, (0, 0))[1],
            checked_at=row.checked_at, changed_at=row.changed_at, next_check_at=row.next_check_at,
            paused=row.paused_at is not None, failure=row.failure, failure_hint=row.failure_hint,
            tags=tags[row.id], created_at=row.created_at,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda feed: ((feed.folder or "").casefold(), feed.title.casefold(), feed.id))


def documents(tx: Reading, ids: Iterable[int]) -> Iterator[Document]:
    """Yield what feeds and entries say, for those of ``ids`` that are such and are not in the trash."""
    for some in chunks(ids):
        tags = tx.tags_of(some)
        for row in tx.connection().execute(
            sa.select(
                col(FeedRow.id), col(FeedRow.own_title), col(FeedRow.title), col(FeedRow.url), col(FeedRow.site_url),
                col(FeedRow.description), col(FeedRow.language), col(FeedRow.author), col(FeedRow.folder),
                col(Resource.created_at),
            )
            .join(Resource, col(Resource.id) == col(FeedRow.id))
            .where(col(FeedRow.id).in_(some), col(Resource.trashed_at).is_(None))
        ).all():  # fmt: skip
            yield Document(
                id=row.id, kind=FEED, title=feed_title(row.own_title, row.title, row.url), text=row.description,
                occurred_at=row.created_at, url=row.url, tags=tags[row.id], author=row.author,
                language=row.language, container=row.folder,
            )  # fmt: skip
        query = _from_feeds(
            col(EntryRow.title).label("entry_title"), col(EntryRow.url).label("entry_url"),
            col(EntryRow.author).label("entry_author"), col(EntryRow.occurred_at), col(EntryRow.read_at),
            col(EntryRow.starred_at), col(EntryRow.language), col(FeedRow.language).label("feed_language"),
            col(EntryContentRow.text), col(EntryContentRow.summary), col(WholeTextRow.text).label("whole"),
        )  # fmt: skip
        query = query.outerjoin(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
        query = query.outerjoin(WholeTextRow, col(WholeTextRow.id) == col(EntryRow.id))
        for row in tx.connection().execute(query.where(col(EntryRow.id).in_(some))).all():
            flags = {"unread"} if row.read_at is None else set()
            flags |= {"starred"} if row.starred_at is not None else set()
            yield Document(
                id=row.id, kind=ENTRY, title=row.entry_title, text=row.whole or row.text or row.summary or "",
                occurred_at=row.occurred_at, url=row.entry_url, tags=tags[row.id], author=row.entry_author,
                language=row.language or row.feed_language,
                container=feed_title(row.own_title, row.title, row.url, row.feed_title), flags=frozenset(flags),
            )  # fmt: skip


def of_feed(feed: int) -> sa.Select[Any]:
    """Select the entries of a feed that are not in the trash."""
    return (
        sa.select(col(EntryRow.id))
        .join(Resource, col(Resource.id) == col(EntryRow.id))
        .where(col(EntryRow.feed_id) == feed, col(Resource.trashed_at).is_(None))
    )


def marked(feed: int) -> sa.Select[Any]:
    """Select the entries of a feed that the learner did something with: see :func:`made_of`."""
    return of_feed(feed).where(col(EntryRow.starred_at).is_not(None) | made_of())


def made_of() -> sa.ColumnElement[bool]:
    """Say of an entry whether it is tagged, linked, or something was made of it: a highlight, a work of a portfolio.

    Whatever kind that is, its own row names the entry; so kinds that come later are kept from the first day.
    """
    return sa.or_(*(col(EntryRow.id).in_(named) for named in _named()))


def all_made_of(tx: Reading) -> set[int]:
    """Return all entries, and other things, of which :func:`made_of` is true: for looking at many at once."""
    return {id for named in _named() for id in tx.connection().execute(named).scalars()}


def _named() -> Iterator[sa.Select[Any]]:
    """Yield selects of what is tagged, linked, or named by something else."""
    yield sa.select(col(Tagging.resource_id))
    yield sa.select(col(Link.target_id))
    yield sa.select(col(Link.source_id))
    for kind, table in bodies().items():
        for column in table.columns:
            points = any(key.column.table.name == "resource" for key in column.foreign_keys)
            if kind != ENTRY and column.name != "id" and points:
                yield sa.select(column).where(column.is_not(None))
