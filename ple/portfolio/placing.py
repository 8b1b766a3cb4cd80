"""Putting things on the shelf, as the tables have it: which artifact shows what, its file, its place among all."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Reading, Resource, Writing
from ple.portfolio import files
from ple.portfolio.models import ArtifactRow

_STEP = 1024
"""How far apart things stand that are put in, so that another can be moved between them."""


def show_file(tx: Writing, id: int, file: tuple[str, str, bytes] | None) -> None:
    """Let an artifact show a file, given as name, media type and bytes, in place of the one that it showed."""
    for known in tx.attachments_of(id):
        if known.role == files.SHOWN and (file is None or known.name != file[0]):
            tx.delete(known)
    tx.flush()
    if file is None:
        tx.touch([id])
    else:
        tx.attach(id, files.SHOWN, *file)


def shown_by(tx: Reading, source_id: int) -> int | None:
    """Return the artifact that shows a resource."""
    return tx.exec(
        select(ArtifactRow.id)
        .join(Resource, col(Resource.id) == col(ArtifactRow.id))
        .where(ArtifactRow.source_id == source_id, col(Resource.trashed_at).is_(None))
    ).first()


def last_place(tx: Reading) -> int:
    """Return the position of an artifact that is put behind all others."""
    last: int | None = tx.exec(select(sa.func.max(col(ArtifactRow.position)))).one()
    return (last or 0) + _STEP


def move(tx: Writing, id: int, place: int) -> None:
    """Let an artifact be in that place among all, the first being 1.

    It alone changes, as long as there is room between its new neighbours; else those on the shorter side make some.
    """
    query = (
        sa.select(col(ArtifactRow.id), col(ArtifactRow.position))
        .join(Resource, col(Resource.id) == col(ArtifactRow.id))
        .where(col(Resource.trashed_at).is_(None), col(ArtifactRow.id) != id)
        .order_by(col(ArtifactRow.position), col(ArtifactRow.id))
    )
    others: Sequence[Any] = tx.connection().execute(query).all()
    at = min(max(0, place - 1), len(others))
    before = others[at - 1].position if at else None
    after = others[at].position if at < len(others) else None
    if before is not None and after is not None and after - before < 2:
        behind = at >= len(others) / 2
        side = [row.id for row in (others[at:] if behind else others[:at])]
        tx.update(ArtifactRow, side, position=col(ArtifactRow.position) + (_STEP if behind else -_STEP))
        before, after = (before, after + _STEP) if behind else (before - _STEP, after)
    if before is None:
        position = 0 if after is None else after - _STEP
    else:
        position = before + _STEP if after is None else (before + after) // 2
    tx.update(ArtifactRow, [id], position=position)
