"""Rows of entries: how one is added, and how many are read at once."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.journal.mentions import headline, readable
from ple.journal.models import EntryFields, EntryRow, JournalLine
from ple.journal.prompts import Prompt
from ple.journal.written import KIND
from ple.library import Resource, trashed
from ple.library.errors import InvalidInput
from ple.library.transaction import Reading, Writing, chunks


def local(at: dt.datetime) -> dt.datetime:
    """Return ``at`` in the learner's own time zone; without a zone it is that already.

    Raises:
        InvalidInput: it lies at an end of the calendar.
    """
    try:
        return at.astimezone()
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInput(
            f"the year {at.year} is too far away", hint="Name a date that a journal can have."
        ) from error


def moment(at: dt.datetime) -> dict[str, Any]:
    """Return the columns that say when: ``at`` in UTC, its offset, and its day where the learner was."""
    offset = at.utcoffset() or dt.timedelta()
    return {"written_at": at.astimezone(dt.UTC), "offset_minutes": int(offset.total_seconds() // 60), "day": at.date()}


def add(
    tx: Writing,
    fields: EntryFields,
    tags: Iterable[str],
    *,
    uid: uuid.UUID | None = None,
) -> int:
    """Store a new entry and return its number; tags of which nothing is left are left out."""
    id = tx.register(KIND, uid=uid)
    tx.add(EntryRow(id=id, **fields.model_dump()))
    tx.flush()
    tx.set_tags(id, tags)
    return id


def title_of(text: str, prompt: Prompt | None, at: dt.datetime) -> str:
    """Return the title of an entry that was given none: its first line, headings of its prompt aside, or its time."""
    return headline(text, prompt.headings if prompt else ()) or f"{at.astimezone():%Y-%m-%d %H:%M}"


def alive(query: Any) -> Any:
    """Return ``query``, which selects from entries, without those in the trash."""
    return query.join(Resource, col(Resource.id) == col(EntryRow.id)).where(col(EntryRow.id).not_in(trashed()))


def lines(tx: Reading, ids: Sequence[int]) -> Iterator[JournalLine]:
    """Yield a line for each of ``ids`` that is not in the trash, in no order."""
    tags = tx.tags_of(ids)
    for some in chunks(ids):
        query = alive(
            sa.select(
                col(EntryRow.id),
                col(Resource.uid),
                col(EntryRow.title),
                col(Resource.created_at),
                col(EntryRow.written_at),
                col(EntryRow.day),
                col(EntryRow.public),
                sa.func.substr(col(EntryRow.text), 1, 300),
            )
        ).where(col(EntryRow.id).in_(some))
        for id, uid, title, created_at, written_at, day, public, beginning in tx.connection().execute(query):
            yield JournalLine(
                id, uid, KIND, title, None, tags[id], created_at, written_at, day, public, _excerpt(beginning, title)
            )


def _excerpt(beginning: str, title: str) -> str:
    lines = readable(beginning).splitlines()
    if lines and headline(lines[0]) == title:
        lines = lines[1:]
    said = " ".join(" ".join(line.strip().lstrip("#>").strip() for line in lines).split())
    return said if len(said) < 200 else said[:199].rstrip() + "…"
