"""Lists of bookmarks: which there are, in what order, and what each says, read in few statements."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlmodel import col, select

from ple.bookmarks.formats.record import Quotation, Record
from ple.bookmarks.judging import as_record
from ple.bookmarks.models import BOOKMARK, BookmarkLine, BookmarkRow, HighlightRow
from ple.library import Document, Library, Reading, Resource, Tagging, chunks, fold_tag, trashed
from ple.library.bulk import numbers

STATES = ("unread", "starred", "archived", "pinned", "private")

_LISTED: list[Any] = [
    *(
        col(getattr(BookmarkRow, name))
        for name in (
            "id", "title", "url", "site_name", "author", "published_at", "saved_at", "unread", "starred", "archived",
            "pinned", "private", "words", "fetched_at", "problem",
        )
    ),
    col(Resource.uid),
    col(Resource.created_at),
]  # fmt: skip
_EXPORTED = (
    "url", "title", "note", "folder", "saved_at", "unread", "starred", "archived", "pinned", "private",
    "description", "author", "published_at", "language", "read_at", "site_name",
)  # fmt: skip


class Filters(TypedDict, total=False):
    """What can be asked of a list of bookmarks; what is None does not matter."""

    tag: str | None
    folder: str | None
    since: dt.datetime | None
    pending: bool | None
    unread: bool | None
    starred: bool | None
    archived: bool | None
    pinned: bool | None
    private: bool | None


def ids(tx: Reading, *, limit: int | None = None, **filters: Unpack[Filters]) -> list[int]:
    """Return the numbers of bookmarks; see :meth:`ple.bookmarks.Bookmarks.bookmark_ids`."""
    query = sa.select(col(BookmarkRow.id)).where(col(BookmarkRow.id).not_in(trashed()))
    for name in STATES:
        if (wanted := filters.get(name)) is not None:
            query = query.where(col(getattr(BookmarkRow, name)).is_(wanted))
    if (pending := filters.get("pending")) is not None:
        waiting = col(BookmarkRow.fetched_at).is_(None) & on_the_web()
        query = query.where(waiting if pending else ~waiting)
    if (since := filters.get("since")) is not None:
        query = query.where(col(BookmarkRow.saved_at) >= since)
    if tag := filters.get("tag"):
        query = query.where(col(BookmarkRow.id).in_(sa.select(col(Tagging.resource_id)).where(_below(tag))))
    if folder := filters.get("folder"):
        above = folder.strip("/") + "/"  # compared, since LIKE takes Maths for maths in SQLite and not in PostgreSQL
        inner = sa.func.substr(col(BookmarkRow.folder), 1, len(above)) == above
        query = query.where((col(BookmarkRow.folder) == folder.strip("/")) | inner)
    newest = (col(BookmarkRow.saved_at).desc(), col(BookmarkRow.id).desc())
    query = query.order_by(col(BookmarkRow.pinned).desc(), *newest).limit(limit)
    return numbers(tx.connection(), query)


def lines(tx: Reading, ids: Sequence[int]) -> list[BookmarkLine]:
    """Return a line for each of ``ids``, in their order; those that are gone or in the trash are left out."""
    query = sa.select(*_LISTED).join(Resource, col(Resource.id) == col(BookmarkRow.id))
    query = query.where(col(Resource.trashed_at).is_(None))
    rows: dict[int, Any] = {}
    for some in chunks(ids):
        for row in tx.connection().execute(query.where(col(BookmarkRow.id).in_(some))):
            rows[row.id] = row
    tags = tx.tags_of(list(rows))
    return [
        BookmarkLine(
            id=row.id, uid=row.uid, kind=BOOKMARK, title=row.title, url=row.url, site_name=row.site_name,
            author=row.author, published_at=row.published_at, saved_at=row.saved_at, unread=row.unread,
            starred=row.starred, archived=row.archived, pinned=row.pinned, private=row.private, words=row.words,
            fetched=row.fetched_at is not None, problem=row.problem, tags=tags[row.id], created_at=row.created_at,
        )
        for row in (rows[id] for id in ids if id in rows)
    ]  # fmt: skip


def documents(library: Library, ids: Iterable[int]) -> Iterator[Document]:
    """Yield what bookmarks say; see :meth:`ple.bookmarks.Bookmarks.documents`."""
    for some in chunks(ids):
        with library.reading() as tx:
            rows = tx.exec(
                select(BookmarkRow)
                .join(Resource, col(Resource.id) == col(BookmarkRow.id))
                .where(col(BookmarkRow.id).in_(some), col(Resource.trashed_at).is_(None))
            ).all()
            tags = tx.tags_of([row.id for row in rows])
        for row in rows:
            yield Document(
                id=row.id,
                kind=BOOKMARK,
                title=row.title,
                text="\n\n".join(filter(None, (row.note, row.description, row.text))),
                occurred_at=row.saved_at,
                url=row.url,
                tags=tags[row.id],
                author=row.author,
                language=row.language,
                container=row.site_name,
                flags=frozenset(flag for flag in STATES if getattr(row, flag)),
                markdown=row.note or None,
                quotable=row.text,
            )


def records(library: Library, ids: Sequence[int]) -> Iterator[Record]:
    """Yield bookmarks as files have them, with the passages that were marked in them."""
    judged = (col(BookmarkRow.source_type), col(BookmarkRow.credibility), col(BookmarkRow.checklist))
    query = sa.select(
        col(BookmarkRow.id), col(BookmarkRow.csl), *judged, *(col(getattr(BookmarkRow, name)) for name in _EXPORTED)
    )
    for some in chunks(ids):
        with library.reading() as tx:
            rows = {row.id: row for row in tx.connection().execute(query.where(col(BookmarkRow.id).in_(some)))}
            tags = tx.tags_of(list(rows))
            quotations = _quotations(tx, list(rows))
        for id in some:
            if id in rows:
                row = rows[id]
                yield Record(
                    **{name: getattr(row, name) for name in _EXPORTED},
                    tags=tuple(sorted(tags[id])),
                    csl=json.loads(row.csl) if row.csl else None,
                    judged=as_record(row.source_type, row.credibility, row.checklist),
                    quotations=tuple(quotations.get(id, ())),
                )


def on_the_web() -> sa.ColumnElement[bool]:
    """Return the condition that a bookmark has an address that can be fetched."""
    return col(BookmarkRow.url).not_like("urn:%")


def _quotations(tx: Reading, ids: list[int]) -> dict[int, list[Quotation]]:
    query = (
        sa.select(HighlightRow.__table__)  # type: ignore[attr-defined]
        .join(Resource, col(Resource.id) == col(HighlightRow.id))
        .where(col(HighlightRow.resource_id).in_(ids), col(Resource.trashed_at).is_(None))
        .order_by(col(HighlightRow.start), col(HighlightRow.id))
    )
    rows = tx.connection().execute(query).fetchall()
    tags = tx.tags_of([row.id for row in rows])
    found: dict[int, list[Quotation]] = {}
    for row in rows:
        quotation = Quotation(
            row.exact, row.note, row.color, row.made_at, tuple(sorted(tags[row.id])), row.prefix, row.suffix, row.start
        )
        found.setdefault(row.resource_id, []).append(quotation)
    return found


def _below(tag: str) -> sa.ColumnElement[bool]:
    folded = fold_tag(tag)
    return (col(Tagging.tag) == folded) | col(Tagging.tag).startswith(folded + "/", autoescape=True)
