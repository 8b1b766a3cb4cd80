"""What the learner did, as a log: read, saved, wrote, handed in. It says when, never judges."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.library.library import Library
from ple.library.resource import Activity, Resource


@dataclass(frozen=True, slots=True)
class Doing:
    """One line of the log."""

    at: dt.datetime
    verb: str
    resource_id: int | None
    kind: str | None
    detail: dict[str, Any]


def doings(library: Library, *, since: dt.datetime | None = None, limit: int = 1000) -> Iterator[Doing]:
    """Yield the newest lines of the activity log, newest first, from ``since`` on."""
    query = (
        sa.select(
            col(Activity.at), col(Activity.verb), col(Activity.resource_id), col(Resource.kind), col(Activity.detail)
        )
        .outerjoin(Resource, col(Resource.id) == col(Activity.resource_id))
        .order_by(col(Activity.at).desc(), col(Activity.id).desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(col(Activity.at) >= since)
    with library.reading() as tx:
        rows = tx.connection().execute(query).fetchall()
    for row in rows:
        yield Doing(*row)
