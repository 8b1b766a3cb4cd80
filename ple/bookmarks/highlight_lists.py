"""Lists of highlights: which there are, in what order, and what each says."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from ple.bookmarks.models import HIGHLIGHT, Highlight, HighlightRow
from ple.library import Reading, Resource, Tagging, chunks, fold_tag, trashed
from ple.library.bulk import numbers
from ple.web.text import line

_TITLE = 90


class Filters(TypedDict, total=False):
    """What can be asked of a list of highlights; what is None does not matter."""

    tag: str | None
    color: str | None
    state: str | None
    since: dt.datetime | None


def ids(tx: Reading, resource: int | None, limit: int | None = None, **filters: Unpack[Filters]) -> list[int]:
    """Return the numbers of highlights; see :meth:`ple.bookmarks.highlights.Highlights.highlight_ids`."""
    inner: Any = aliased(Resource)
    query = (
        sa.select(col(HighlightRow.id))
        .outerjoin(inner, inner.id == col(HighlightRow.resource_id))
        .where(col(HighlightRow.id).not_in(trashed()), inner.trashed_at.is_(None) | inner.purged_at.is_not(None))
    )
    if resource is not None:
        query = query.where(col(HighlightRow.resource_id) == resource)
    if (color := filters.get("color")) is not None:
        query = query.where(col(HighlightRow.color) == color)
    if (state := filters.get("state")) is not None:
        query = query.where(col(HighlightRow.state) == state)
    if (since := filters.get("since")) is not None:
        query = query.where(col(HighlightRow.made_at) >= since.astimezone(dt.UTC))
    if (tag := filters.get("tag")) is not None:
        folded = fold_tag(tag)
        below = (col(Tagging.tag) == folded) | col(Tagging.tag).startswith(folded + "/", autoescape=True)
        query = query.where(col(HighlightRow.id).in_(sa.select(col(Tagging.resource_id)).where(below)))
    if resource is not None:
        query = query.order_by(col(HighlightRow.start).is_(None), col(HighlightRow.start), col(HighlightRow.id))
    else:
        query = query.order_by(col(HighlightRow.made_at).desc(), col(HighlightRow.id).desc())
    return numbers(tx.connection(), query.limit(limit))


def lines(tx: Reading, ids: Sequence[int]) -> list[Highlight]:
    """Return the highlights with these numbers, in their order; those in the trash are left out."""
    table: sa.Table = HighlightRow.__table__  # type: ignore[attr-defined]
    query = sa.select(*table.columns, col(Resource.uid), col(Resource.created_at))
    query = query.join(Resource, col(Resource.id) == table.c.id).where(col(Resource.trashed_at).is_(None))
    rows: dict[int, Any] = {}
    for some in chunks(ids):
        rows |= {row.id: row for row in tx.connection().execute(query.where(table.c.id.in_(some)))}
    tags = tx.tags_of(list(rows))
    return [
        Highlight(
            id=row.id, uid=row.uid, kind=HIGHLIGHT, title=title(row.exact), url=row.source_url,
            tags=tags[row.id], created_at=row.created_at, resource_id=row.resource_id,
            source_title=row.source_title, quote=row.exact, prefix=row.prefix, suffix=row.suffix,
            start=row.start if row.state != "orphaned" else None, end=row.end if row.state != "orphaned" else None,
            state=row.state, score=row.score, note=row.note, color=row.color, made_at=row.made_at,
            edited_at=row.edited_at,
        )
        for row in (rows[id] for id in ids if id in rows)
    ]  # fmt: skip


def title(exact: str) -> str:
    """Return the beginning of the words, to call a highlight by."""
    words = line(exact)
    return words if len(words) <= _TITLE else words[:_TITLE].rsplit(" ", 1)[0] + " …"
