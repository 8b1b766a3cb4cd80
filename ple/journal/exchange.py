"""Entries out to a folder of Markdown files, and in again: as often as you like, nothing doubled, nothing lost."""

import datetime as dt
import errno
import os
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.journal.entries import add, local, moment, title_of
from ple.journal.formats import markdown
from ple.journal.mentions import mentions
from ple.journal.models import EntryFields, EntryRow, Exported, Imported, clean
from ple.journal.prompts import named
from ple.journal.written import KIND
from ple.library import Library, Resource
from ple.library.errors import DiskFull, InvalidInput, LibraryError, PleError
from ple.library.identity import fold_tag, utc_now
from ple.library.transaction import Writing, chunks

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".txt"})
LARGEST_BYTES = 4_000_000
_OURS = uuid.UUID("0e2f9f4e-6d1c-5b38-9a55-5f6c3b0e7a11")
"""Namespace of the uids that files without one get, from what they say and when."""


def take_in(library: Library, path: Path) -> tuple[Imported, list[int]]:
    """Import a Markdown file, or all of them in a folder and the folders below it; return also the entries' numbers.

    A file with the uid of an entry that we have changes that entry if it says something else, and takes it out of the
    trash; what was deleted for good stays away. A file without uid is known again by what it says and when. Hidden
    folders (``.obsidian``) are passed over. A file that cannot be read is refused and the rest goes on.

    Raises:
        InvalidInput: ``path`` is neither a file nor a folder that can be read.
    """
    done: Counter[str] = Counter()
    change = 0
    refused: list[tuple[str, str]] = []
    ids: list[int] = []
    batch: list[tuple[str, markdown.MarkdownEntry]] = []

    def store() -> None:
        nonlocal change
        if not batch:
            return
        with library.writing("Imported journal entries") as tx:
            if change:
                tx.continues(change)  # one import is one thing to take back
            change = tx.change
            for name, entry in batch:
                try:
                    what, id = _keep(tx, entry)
                except InvalidInput as error:
                    refused.append((name, str(error)))
                    continue
                done[what] += 1
                if what not in ("known", "gone"):
                    ids.append(id)
            came = done["added"] + done["updated"] + done["restored"]
            tx.label = f"Imported {came:,} journal entr{'y' if came == 1 else 'ies'}"
        batch.clear()

    for name, file in _files(path):
        try:
            if file.stat().st_size > LARGEST_BYTES:
                raise InvalidInput("it is too large for a journal entry")
            text = file.read_bytes().decode("utf-8-sig")
            batch.append((name, _dated(markdown.read(text, file.name), file)))
        except UnicodeDecodeError:
            refused.append((name, "it is not text in UTF-8"))
        except OSError as error:
            refused.append((name, (error.strerror or str(error)).lower()))
        except PleError as error:
            refused.append((name, str(error)))
        if len(batch) >= 200:
            store()
    store()
    imported = Imported(done["added"], done["updated"], done["known"], tuple(refused), done["restored"], done["gone"])
    return imported, ids


def give_out(library: Library, folder: Path) -> Exported:
    """Write every entry that is not in the trash to ``folder``, a file each, named by day and title.

    A file of an earlier export whose entry has another title now is replaced; all other files are left alone.

    Raises:
        LibraryError: the folder cannot be written to.
        DiskFull: there is no room left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before: dict[str, list[Path]] = {}
        for file in folder.glob("????-??-??-*-????????.md"):
            before.setdefault(file.stem[-8:], []).append(file)
        written: set[Path] = set()
        replaced: set[Path] = set()
        for uid, row, tags in _entries(library):
            zone = dt.timezone(dt.timedelta(minutes=row.offset_minutes))
            entry = markdown.MarkdownEntry(
                row.text,
                row.title if row.title_given else None,
                row.written_at.astimezone(zone),
                tuple(sorted(tags)),
                uid,
                row.prompt,
                row.public,
                row.extra,
            )
            target = folder / markdown.file_name(row.day, row.title, uid)
            part = target.with_name(f".{target.name}.part")
            part.write_text(markdown.write(entry), encoding="utf-8", newline="\n")
            part.replace(target)
            written.add(target)
            replaced.update(before.get(uid.hex[-8:], ()))
        for old in replaced - written:  # when all are written: the ends of two uids may be the same
            old.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"there is no room left in {folder}") from error
        reason = (error.strerror or str(error)).lower()
        raise LibraryError(
            f"the journal cannot be written to {folder}: {reason}",
            hint="Name another folder, or check its permissions.",
        ) from error
    return Exported(str(folder), len(written))


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        if path.suffix and path.suffix.lower() not in SUFFIXES:  # an export of another program, most likely
            raise InvalidInput(
                f"{path.name} is no Markdown",
                hint="Name a file in .md or .txt, or a folder of them; most programs can export as Markdown.",
            )
        yield path.name, path
        return
    if not path.is_dir():
        raise InvalidInput(f"{path} is neither a file nor a folder", hint="Name a Markdown file or a folder of them.")
    for root, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                file = Path(root) / name
                yield str(file.relative_to(path)), file


def _dated(entry: markdown.MarkdownEntry, file: Path) -> markdown.MarkdownEntry:
    """Return ``entry`` with a date and a uid, from the file if it says none itself."""
    text = clean(entry.text)
    date = entry.date or dt.datetime.fromtimestamp(int(file.stat().st_mtime), dt.UTC)
    if entry.date is None or date.tzinfo is None:
        date = local(date)
    local(date)  # refuses the ends of the calendar
    said = entry.date.isoformat() if entry.date else ""
    uid = entry.uid or uuid.uuid5(_OURS, "\n".join((entry.title or "", said, text)))
    return replace(entry, text=text, date=date, uid=uid)


def _keep(tx: Writing, entry: markdown.MarkdownEntry) -> tuple[str, int]:
    assert entry.date is not None
    assert entry.uid is not None
    title = " ".join((entry.title or "").split())
    found = mentions(entry.text)
    fields = EntryFields.model_validate(
        {
            "title": title or title_of(entry.text, named(entry.prompt or ""), entry.date),
            "title_given": bool(title),
            "text": entry.text,
            "prompt": entry.prompt,
            "public": entry.public,
            "extra": entry.extra,
            **moment(entry.date),
        }
    )
    tags = {folded for tag in (*entry.tags, *found.tags) if (folded := fold_tag(tag))}
    resource = tx.exec(sa.select(Resource).where(col(Resource.uid) == entry.uid)).scalars().first()  # type: ignore[call-overload]
    if resource is None:
        return "added", add(tx, fields, tags, uid=entry.uid)
    if resource.kind != KIND or resource.id is None:
        raise InvalidInput("its uid belongs to something that is no journal entry")
    if resource.purged_at is not None:
        return "gone", resource.id
    came = "restored" if tx.restore(resource.id) else ""
    if entry.uid.version == 5:  # given by us, from what the file says: there is nothing that could differ
        return came or "known", resource.id
    row = tx.get_one(EntryRow, resource.id)
    new: dict[str, Any] = fields.model_dump(exclude={"edited_at"})
    before = tx.tags_of([row.id])[row.id]
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed and before == tags:
        return came or "known", row.id
    tx.remember(row.id, {"title": row.title, "text": row.text, "tags": sorted(before)})
    for name, value in {**changed, "edited_at": utc_now()}.items():
        setattr(row, name, value)
    tx.add(row)
    tx.flush()
    tx.set_tags(row.id, tags)
    return came or "updated", row.id


def _entries(library: Library) -> Iterator[tuple[uuid.UUID, EntryRow, frozenset[str]]]:
    with library.reading() as tx:
        query = (
            sa.select(col(EntryRow.id))
            .join(Resource, col(Resource.id) == col(EntryRow.id))
            .where(col(Resource.trashed_at).is_(None))
            .order_by(col(EntryRow.written_at))
        )
        ids = list(tx.connection().execute(query).scalars())
    for some in chunks(ids):
        with library.reading() as tx:
            resources = tx.resources(some)
            rows = {row.id: row for row in tx.exec(sa.select(EntryRow).where(col(EntryRow.id).in_(some))).scalars()}  # type: ignore[call-overload]
            tags = tx.tags_of(some)
        for id in some:
            if id in rows and id in resources and resources[id].trashed_at is None:
                yield resources[id].uid, rows[id], tags[id]
