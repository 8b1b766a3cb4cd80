"""Emptying the trash: what goes, what stays as a tombstone, and in which order.

Tables that point at a purged resource go first. A kind may ask to be blanked instead of deleted (``__blank__``): an
entry that the learner threw away must not come in again with the next refresh, so its row stays, without its words.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.library.history import bodies
from ple.library.identity import utc_now
from ple.library.resource import Activity, Attachment, Body, Deed, Link, Resource, Revision, Tagging
from ple.library.tables import every
from ple.library.transaction import CHUNK, Reading, Writing, chunks


def purge(tx: Writing) -> tuple[int, set[str]]:
    """Purge all that is in the trash; return how many resources, and the hashes of files nobody needs any more."""
    doomed = set(
        tx.connection()
        .execute(
            sa.select(col(Resource.id)).where(col(Resource.trashed_at).is_not(None), col(Resource.purged_at).is_(None))
        )
        .scalars()
    )
    ids = _with_children(tx, {id for id in doomed if id is not None})
    if not ids:
        return 0, set()
    tables = {table: kind for kind, table in bodies().items()}
    blanks = _blanks()
    files: set[str] = set()
    for some in chunks(sorted(ids)):
        files |= set(
            tx.connection()
            .execute(sa.select(col(Attachment.sha256)).where(col(Attachment.resource_id).in_(some)))
            .scalars()
        )
        for statement in (
            sa.delete(Attachment).where(col(Attachment.resource_id).in_(some)),
            sa.delete(Tagging).where(col(Tagging.resource_id).in_(some)),
            sa.delete(Link).where(col(Link.source_id).in_(some) | col(Link.target_id).in_(some)),
            sa.delete(Revision).where(col(Revision.resource_id).in_(some)),
            sa.update(Activity).where(col(Activity.resource_id).in_(some)).values(detail={}),
        ):
            tx.connection().execute(statement)
    for table in reversed(every().sorted_tables):
        own = table in tables
        for column in table.columns:
            if not _points_at_resources(column) or table.name in _OURS or (own and column.name == "id"):
                continue
            for some in chunks(sorted(ids)):
                where = column.in_(some)
                if column.nullable:
                    tx.connection().execute(sa.update(table).where(where).values({column.name: None}))
                elif not own:
                    tx.connection().execute(sa.delete(table).where(where))
        if own:
            for some in chunks(sorted(ids)):
                if (blank := blanks.get(tables[table])) is not None:
                    tx.connection().execute(sa.update(table).where(table.c.id.in_(some)).values(**blank))
                else:
                    tx.connection().execute(sa.delete(table).where(table.c.id.in_(some)))
    now = utc_now()
    for some in chunks(sorted(ids)):
        tx.connection().execute(
            sa.update(Resource)
            .where(col(Resource.id).in_(some))
            .values(trashed_at=sa.func.coalesce(col(Resource.trashed_at), now), purged_at=now, change=tx.change)
        )
    tx.connection().execute(sa.delete(Deed))  # their steps hold words of what is gone; the way back ends here
    return len(ids), files - needed(tx, files)


def needed(tx: Reading, hashes: Iterable[str]) -> set[str]:
    """Return those of ``hashes`` that a row names: a file of a resource, or one that a feature keeps for later."""
    found: set[str] = set()
    wanted = sorted(hashes)
    for table in every().sorted_tables:
        if (column := table.columns.get("sha256")) is not None:
            for start in range(0, len(wanted), CHUNK):
                some = wanted[start : start + CHUNK]
                found |= set(tx.connection().execute(sa.select(column).where(column.in_(some))).scalars())
    return found


_OURS = {"resource", "link", "tagging", "revision", "activity", "attachment", "deed", "marker"}


def _points_at_resources(column: sa.Column[Any]) -> bool:
    homes = {table.name for table in bodies().values()} | {"resource"}
    return any(key.column.table.name in homes and key.column.name == "id" for key in column.foreign_keys)


def _with_children(tx: Writing, ids: set[int]) -> set[int]:
    """Add the resources that cannot be without one of ``ids``: the entries of a feed."""
    found, fresh = set(ids), set(ids)
    while fresh:
        more: set[int] = set()
        for table in bodies().values():
            for column in table.columns:
                if column.name != "id" and not column.nullable and _points_at_resources(column):
                    for some in chunks(sorted(fresh)):
                        more |= set(tx.connection().execute(sa.select(table.c.id).where(column.in_(some))).scalars())
        fresh = more - found
        found |= fresh
    return found


def _blanks() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    waiting: list[type[Body]] = [Body]
    while waiting:
        row = waiting.pop()
        waiting += row.__subclasses__()
        if row.__kind__ and row.__blank__ is not None:
            found[row.__kind__] = row.__blank__
    return found
