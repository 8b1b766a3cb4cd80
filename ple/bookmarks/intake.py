"""Bringing in many bookmarks at once: what is new is made, what is known gets what the file has more.

A file is read and kept in parts of some thousand records, each in a transaction of its own: memory does not grow with
the file, others may write in between, and whoever interrupts an import keeps the parts that are done. Doing it again
finds them and goes on. All parts together are one change to take back.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import fetching, judging, works
from ple.bookmarks.formats.files import Found
from ple.bookmarks.formats.record import Quotation, Record
from ple.bookmarks.keeping import earlier_notes, with_note
from ple.bookmarks.models import BOOKMARK, BookmarkRow, Imported, ImportPlan, Refused, key_of
from ple.library import InvalidInput, Library, Reading, Resource, Writing, chunks, fold_tag, utc_now
from ple.web import addresses
from ple.web.errors import BadAddress
from ple.web.text import block, line

Progress = Callable[[int, int | None], None]  # how many records are done, and of how many about
Mark = Callable[[int, Sequence[Quotation]], int]  # keeps the passages of a bookmark, returns how many were new

A_PART = 4000
_AT_ONCE = 2000
_TITLES = 10
_SAID_ONCE = ("csl", "description", "author", "published_at", "language", "read_at", "site_name")
_FOLDERS = ("keep", "path", "parts", "last")


@dataclass(slots=True)
class _Wanted:
    """What a file says of one page, all its records in a part together; texts as they are kept."""

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
        self.note = with_note(self.note, other.note)
        self.record = replace(
            self.record,
            saved_at=min(dates, default=None),
            starred=self.record.starred or other.record.starred,
            pinned=self.record.pinned or other.record.pinned,
            archived=self.record.archived or other.record.archived,
            private=self.record.private or other.record.private,
            unread=self.record.unread or other.record.unread,
            judged=self.record.judged or other.record.judged,
            **{name: getattr(self.record, name) or getattr(other.record, name) for name in _SAID_ONCE},
            quotations=(*self.record.quotations, *other.record.quotations),
        )


class Intake:
    """The way in for files; ``mark`` keeps the passages that come along, ``part`` records are kept at once.

    ``change`` is the number of the last change, for whoever goes on with it.
    """

    def __init__(self, library: Library, mark: Mark | None = None, part: int = A_PART) -> None:
        self.change: int | None = None
        self._library = library
        self._mark = mark
        self._part = part

    def take(
        self,
        format: str,
        records: Iterable[Record],
        name: str,
        folders: str,
        *,
        total: int | None = None,
        counted: str = "line",
        progress: Progress | None = None,
    ) -> Imported:
        """Store the records of a file; see :meth:`ple.bookmarks.Bookmarks.import_file`."""
        _check(folders)
        added = known = updated = restored = done = highlights = 0
        refused: list[Refused] = []
        made: set[int] = set()
        before: int | None = None
        for part in _parts_of(records, self._part):
            wanted, doubles, bad = _sorted_out(part, folders)
            refused += bad
            if wanted:
                with self._library.writing("Imported bookmarks") as tx:
                    there = _known(tx, wanted)
                    if before is not None:
                        tx.continues(before)
                    ids = _add(tx, {key: want for key, want in wanted.items() if key not in there})
                    made.update(ids.values())
                    back = _trashed(tx, there.values())
                    tx.restore(*back)
                    changed = _add_to(tx, {there[key]: want for key, want in wanted.items() if key in there}, made)
                    updated += len(changed - made - back)
                    added, restored = added + len(ids), restored + len(back)
                    known += len(there) - len(back) + doubles
                    came = added + restored
                    tx.label = f"Imported {came:,} bookmark{'' if came == 1 else 's'} from {line(name)}"
                    self.change = before = tx.change
                for key, want in wanted.items():
                    if want.record.quotations and self._mark is not None:
                        highlights += self._mark(ids.get(key) or there[key], want.record.quotations)
            done += len(part)
            if progress is not None:
                progress(done, total)
        return Imported(format, added, known, updated, tuple(refused), highlights, counted, restored)

    def plan(self, found: Found, folders: str) -> ImportPlan:
        """Return what :meth:`take` would do."""
        _check(folders)
        seen: set[str] = set()
        new = known = restored = highlights = 0
        refused: list[Refused] = []
        titles: list[str] = []
        for part in _parts_of(found.records, self._part):
            wanted, doubles, bad = _sorted_out(part, folders)
            refused += bad
            with self._library.reading() as tx:
                there = _known(tx, wanted)
                back = _trashed(tx, there.values())
            fresh = [want for key, want in wanted.items() if key not in there and key not in seen]
            again = sum(there[key] in back for key in there if key not in seen)
            new, restored = new + len(fresh), restored + again
            known += len(wanted) - len(fresh) - again + doubles
            highlights += sum(len(want.record.quotations) for want in wanted.values())
            titles += [want.title or addresses.display(want.url) for want in fresh[: _TITLES - len(titles)]]
            seen.update(wanted)
        return ImportPlan(found.format, new, known, tuple(refused), highlights, tuple(titles), found.counted, restored)


def _check(folders: str) -> None:
    if folders not in _FOLDERS:
        raise InvalidInput(f"folders cannot be “{folders}”", hint=f"They can be {', '.join(_FOLDERS)}.")


def _parts_of(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    coming = iter(records)
    while part := list(islice(coming, size)):
        yield part


def _sorted_out(records: Iterable[Record], folders: str) -> tuple[dict[str, _Wanted], int, list[Refused]]:
    """Return what is wanted, by key; how many records repeat a page of an earlier one; and what cannot be used."""
    wanted: dict[str, _Wanted] = {}
    doubles = 0
    refused: list[Refused] = []
    for record in records:
        if record.problem:
            refused.append(Refused(record.line, line(record.url or record.title)[:200], record.problem))
            continue
        try:
            url = works.address(record)
        except BadAddress as error:
            refused.append(Refused(record.line, line(record.url or record.title)[:200], str(error)))
            continue
        key = key_of(url)
        folder = "/".join(filter(None, (line(part) for part in record.folder.split("/")))) if record.folder else ""
        tags = {folded for tag in record.tags if (folded := fold_tag(tag))} | _folder_tags(folder, folders)
        want = _Wanted(url, line(record.title)[:1000], block(record.note).strip(), folder, tags, record)
        if record.quotations:
            _take_notes(want)
        if key in wanted:
            doubles += 1
            wanted[key].add(want)
        else:
            wanted[key] = want
    return wanted, doubles, refused


def _take_notes(want: _Wanted) -> None:
    """Let notes that are on no passage be the bookmark's own."""
    loose = [block(one.note).strip() for one in want.record.quotations if not one.quote.strip()]
    want.note = "\n\n".join(filter(None, [want.note, *loose]))
    want.record = replace(want.record, quotations=tuple(one for one in want.record.quotations if one.quote.strip()))


def _folder_tags(folder: str, folders: str) -> set[str]:
    if not folder or folders == "keep":
        return set()
    parts = folder.split("/")
    tags = {"path": [folder], "parts": parts, "last": parts[-1:]}[folders]
    return {folded for tag in tags if (folded := fold_tag(tag))}


def _known(tx: Reading, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        query = sa.select(col(BookmarkRow.url_key), col(BookmarkRow.id)).where(col(BookmarkRow.url_key).in_(some))
        found.update((key, id) for key, id in tx.connection().execute(query))
    return found


def _trashed(tx: Reading, ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(ids):
        query = sa.select(col(Resource.id)).where(col(Resource.id).in_(some), col(Resource.trashed_at).is_not(None))
        found.update(id for id in tx.connection().execute(query).scalars() if id is not None)
    return found


def _add(tx: Writing, fresh: dict[str, _Wanted]) -> dict[str, int]:
    """Make bookmarks; return their numbers by key."""
    now = utc_now()
    items = list(fresh.items())
    made: dict[str, int] = {}
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        ids = tx.register_many(BOOKMARK, len(some))
        rows = [_row(id, key, want, now) for id, (key, want) in zip(ids, some, strict=True)]
        tx.connection().execute(sa.insert(BookmarkRow), rows)
        tx.tag_many({id: want.tags for id, (_key, want) in zip(ids, some, strict=True) if want.tags})
        made.update((key, id) for id, (key, _want) in zip(ids, some, strict=True))
    return made


def _row(id: int, key: str, want: _Wanted, now: dt.datetime) -> dict[str, Any]:
    record = want.record
    return {
        "id": id,
        "url": want.url,
        "url_key": key,
        "key_version": addresses.KEY_VERSION,
        "title": want.title or fetching.title_of(want.url),
        "title_given": bool(want.title),
        "description": block(record.description).strip() if record.description else "",
        "author": (line(record.author)[:1000] or None) if record.author else None,
        "published_at": record.published_at,
        "language": (line(record.language)[:35] or None) if record.language else None,
        "site_name": (line(record.site_name)[:300] or None) if record.site_name else None,
        "csl": json.dumps(record.csl, ensure_ascii=True) if record.csl else "",
        "note": want.note,
        "folder": want.folder,
        "saved_at": record.saved_at or now,
        "unread": record.unread,
        "read_at": record.read_at,
        "starred": record.starred,
        "archived": record.archived,
        "pinned": record.pinned,
        "private": record.private,
        **judging.of_record(record.judged),
        "tries": 0,
        "html": "",
        "text": "",
    }


def _add_to(tx: Writing, known: dict[int, _Wanted], made: set[int]) -> set[int]:
    """Give bookmarks that are kept already what the file has more; return those that had not all of it.

    Those that this import has ``made`` itself are the learner's to say nothing about yet: they are still to be read
    if any of their records says so.
    """
    changed: set[int] = set()
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    names = (
        "id",
        "note",
        "folder",
        "saved_at",
        "starred",
        "pinned",
        "unread",
        "archived",
        "private",
        "title_given",
        "source_type",
        "credibility",
        "checklist",
        "csl",
    )
    columns = [table.c[name] for name in names]
    for some in chunks(known):
        tags, earlier = tx.tags_of(some), earlier_notes(tx, some)
        for row in tx.connection().execute(sa.select(*columns).where(table.c.id.in_(some))).fetchall():
            want = known[row.id]
            more = _more(row, want, row.id in made, earlier.get(row.id, ()))
            if more and tx.update(BookmarkRow, [row.id], **more):
                changed.add(row.id)
            if want.tags - tags[row.id]:
                tx.tag(row.id, *sorted(want.tags - tags[row.id]))
                changed.add(row.id)
    return changed


def _more(row: Any, want: _Wanted, is_new: bool, earlier: Collection[str]) -> dict[str, Any]:
    """Return the columns of a bookmark that a file has more to say of."""
    record = want.record
    more: dict[str, Any] = {}
    if (note := with_note(row.note, want.note, earlier)) != row.note:
        more["note"] = note
    if want.folder and not row.folder:
        more["folder"] = want.folder
    if record.saved_at and row.saved_at - record.saved_at >= dt.timedelta(seconds=1):  # files have whole seconds
        more["saved_at"] = record.saved_at
    if record.starred and not row.starred:
        more["starred"] = True
    if record.pinned and not row.pinned:
        more["pinned"] = True
    for name in ("unread", "archived", "private"):
        if is_new and getattr(record, name) and not getattr(row, name):
            more[name] = True
    if want.title and not row.title_given:
        more |= {"title": want.title, "title_given": True}
    if record.judged and not (row.source_type or row.credibility or row.checklist):
        more |= {name: value for name, value in judging.of_record(record.judged).items() if value}
    if record.csl and not row.csl:
        more["csl"] = json.dumps(record.csl, ensure_ascii=True)
    return more
