"""Bringing in many bookmarks at once: what is new is made, what is known gets what the file has more.

In bulk and in one transaction, so that an import is there whole or not at all, and is taken back as one.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import fetching
from ple.bookmarks.formats.record import Record
from ple.bookmarks.models import BOOKMARK, BookmarkRow, Imported, Refused, key_of
from ple.library import InvalidInput, Library, Resource, Writing, chunks, fold_tag, utc_now
from ple.web import addresses
from ple.web.errors import BadAddress
from ple.web.text import block, line

_AT_ONCE = 2000
_fold = lru_cache(maxsize=10_000)(fold_tag)  # a file has few tags, many times
_FOLDERS = ("keep", "path", "parts", "last")


@dataclass(slots=True)
class _Wanted:
    """What a file says of one page, all its records together; texts as they are kept."""

    url: str
    title: str
    note: str
    folder: str
    tags: set[str]
    record: Record

    def add(self, other: "_Wanted") -> None:
        """Take from another record of the page what this one does not have, and the earlier date."""
        dates = [when for when in (self.record.saved_at, other.record.saved_at) if when]
        self.title = self.title or other.title
        self.folder = self.folder or other.folder
        self.tags |= other.tags
        if other.note not in self.note:
            self.note = f"{self.note}\n\n{other.note}".strip()
        self.record = replace(
            self.record,
            saved_at=min(dates, default=None),
            starred=self.record.starred or other.record.starred,
            unread=self.record.unread or other.record.unread,
        )


class Intake:
    """The way in for files."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def take(self, format: str, records: Iterable[Record], name: str, folders: str) -> Imported:
        """Store the records of a file; see :meth:`ple.bookmarks.Bookmarks.import_file`."""
        if folders not in _FOLDERS:
            raise InvalidInput(f"folders cannot be “{folders}”", hint=f"They can be {', '.join(_FOLDERS)}.")
        wanted, doubles, refused = _sorted_out(records, folders)
        added = updated = 0
        with self._library.writing("Imported bookmarks") as tx:
            known = _known(tx, wanted)
            fresh = {key: want for key, want in wanted.items() if key not in known}
            added = _add(tx, fresh)
            updated = _add_to(tx, {known[key]: want for key, want in wanted.items() if key in known})
            tx.label = f"Imported {added:,} bookmark{'' if added == 1 else 's'} from {line(name)}"
        return Imported(format, added, len(known) + doubles, updated, tuple(refused))


def _sorted_out(records: Iterable[Record], folders: str) -> tuple[dict[str, _Wanted], int, list[Refused]]:
    """Return what is wanted, by key; how many records repeat a page of an earlier one; and what cannot be used."""
    wanted: dict[str, _Wanted] = {}
    doubles = 0
    refused: list[Refused] = []
    for record in records:
        try:
            url = addresses.clean(record.url)
        except BadAddress as error:
            refused.append(Refused(record.line, line(record.url)[:200], str(error)))
            continue
        key = key_of(url)
        folder = "/".join(filter(None, (line(part) for part in record.folder.split("/"))))
        tags = {folded for tag in record.tags if (folded := _fold(tag))} | _folder_tags(folder, folders)
        want = _Wanted(url, line(record.title)[:1000], block(record.note).strip(), folder, tags, record)
        if key in wanted:
            doubles += 1
            wanted[key].add(want)
        else:
            wanted[key] = want
    return wanted, doubles, refused


def _folder_tags(folder: str, folders: str) -> set[str]:
    if not folder or folders == "keep":
        return set()
    parts = folder.split("/")
    tags = {"path": [folder], "parts": parts, "last": parts[-1:]}[folders]
    return {folded for tag in tags if (folded := _fold(tag))}


def _known(tx: Writing, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _parts(list(keys)):
        query = sa.select(col(BookmarkRow.url_key), col(BookmarkRow.id)).where(col(BookmarkRow.url_key).in_(some))
        found.update((key, id) for key, id in tx.connection().execute(query))
    return found


def _parts(keys: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(keys), 500):
        yield keys[start : start + 500]


def _add(tx: Writing, fresh: dict[str, _Wanted]) -> int:
    now = utc_now()
    items = list(fresh.items())
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        ids = tx.register_many(BOOKMARK, len(some))
        rows = [_row(id, key, want, now) for id, (key, want) in zip(ids, some, strict=True)]
        tx.connection().execute(sa.insert(BookmarkRow), rows)
        tx.tag_many({id: want.tags for id, (_key, want) in zip(ids, some, strict=True) if want.tags})
    return len(items)


def _row(id: int, key: str, want: _Wanted, now: dt.datetime) -> dict[str, Any]:
    record = want.record
    return {
        "id": id,
        "url": want.url,
        "url_key": key,
        "key_version": addresses.KEY_VERSION,
        "title": want.title or fetching.title_of(want.url),
        "title_given": bool(want.title),
        "description": line(record.description),
        "author": line(record.author or "") or None,
        "published_at": record.published_at,
        "language": line(record.language or "")[:35] or None,
        "note": want.note,
        "folder": want.folder,
        "saved_at": record.saved_at or now,
        "unread": record.unread,
        "read_at": record.read_at,
        "starred": record.starred,
        "archived": record.archived,
        "private": record.private,
        "tries": 0,
        "html": "",
        "text": "",
    }


def _add_to(tx: Writing, known: dict[int, _Wanted]) -> int:
    """Give bookmarks that are kept already what the file has more, and take them out of the trash; return how many."""
    changed: set[int] = set()
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    columns = [table.c[name] for name in ("id", "note", "folder", "saved_at", "starred", "title_given")]
    for some in chunks(known):
        tags = tx.tags_of(some)
        trashed = [
            id
            for id in tx.connection()
            .execute(
                sa.select(col(Resource.id)).where(col(Resource.id).in_(some), col(Resource.trashed_at).is_not(None))
            )
            .scalars()
            if id is not None
        ]
        tx.restore(*trashed)
        changed.update(trashed)
        for row in tx.connection().execute(sa.select(*columns).where(table.c.id.in_(some))).fetchall():
            want = known[row.id]
            record = want.record
            more: dict[str, Any] = {}
            if want.note and want.note not in row.note:
                more["note"] = f"{row.note}\n\n{want.note}".strip()
            if want.folder and not row.folder:
                more["folder"] = want.folder
            if record.saved_at and record.saved_at < row.saved_at:
                more["saved_at"] = record.saved_at
            if record.starred and not row.starred:
                more["starred"] = True
            if want.title and not row.title_given:
                more |= {"title": want.title, "title_given": True}
            if more and tx.update(BookmarkRow, [row.id], **more):
                changed.add(row.id)
            if want.tags - tags[row.id]:
                tx.tag(row.id, *sorted(want.tags - tags[row.id]))
                changed.add(row.id)
    return len(changed)
