"""The journal: dated entries in Markdown, written by the learner, linked with everything else in the library."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.journal import exchange
from ple.journal.entries import add, alive, lines, local, moment, title_of
from ple.journal.mentions import mentions
from ple.journal.models import (
    ChangedMeanwhile,
    EntryFields,
    EntryRow,
    Exported,
    Imported,
    JournalEntry,
    JournalLine,
    Memory,
    Revised,
    clean,
)
from ple.journal.prompts import PROMPTS, Prompt, named, structured
from ple.journal.written import KIND, Written
from ple.library import Document, Library
from ple.library.bulk import numbers
from ple.library.errors import InvalidInput
from ple.library.identity import fold_tag, utc_now
from ple.library.resource import Link, Tagging
from ple.library.textual import Textual
from ple.library.transaction import Writing, chunks

MENTIONS = "mentions"
ABOUT = "about"

Resolve = Callable[[str], int | None]
"""What finds the one thing in the library that has exactly this title."""


class Journal:
    """A learner's journal. It may be shared by threads.

    ``resolve`` finds the things that ``[[titles]]`` in a text name. A title that names nothing yet stays text; it
    becomes a link when the entry is next written or :meth:`relink` is called.
    """

    kinds = frozenset({KIND})

    def __init__(self, library: Library, resolve: Resolve | None = None) -> None:
        self._library = library
        self._resolve = resolve

    def write(
        self,
        text: str,
        *,
        title: str | None = None,
        tags: Iterable[str] = (),
        about: int | None = None,
        written_at: dt.datetime | None = None,
        prompt: str | None = None,
        public: bool = False,
    ) -> JournalEntry:
        """Write an entry and return it.

        ``#12``, ``[[12]]`` and ``[[A title]]`` in the text become links, ``#words`` tags. Without ``title`` the first
        line is the title. ``about`` is what it reflects on. ``written_at`` without a zone is the learner's own time.
        With ``prompt``, the text is put under that prompt's headings, see :func:`ple.journal.prompts.structured`.

        Raises:
            InvalidInput: there is no text, it is too long, or there is no such prompt.
            NotFound: ``about`` names nothing, or something in the trash.
        """
        chosen = self.prompt(prompt) if prompt else None
        kept = clean(structured(chosen, text) if chosen else text)
        given = " ".join((title or "").split())
        at = local(written_at or utc_now())
        fields = EntryFields.model_validate(
            {
                "title": given or title_of(kept, chosen, at),
                "title_given": bool(given),
                "text": kept,
                "prompt": chosen.name if chosen else None,
                "public": public,
                **moment(at),
            }
        )
        found = mentions(kept)
        named_ids = self._named(found.titles)
        with self._library.writing(f"Wrote “{fields.title}”") as tx:
            id = add(tx, fields, {*tags, *found.tags})
            if about is not None:
                tx.alive(about)
                tx.link(id, about, ABOUT)
            _link(tx, id, {*found.numbers, *named_ids})
            tx.note("wrote", id)
        return self.entry(id)

    def revise(
        self,
        id: int,
        *,
        text: str | None = None,
        title: str | None = None,
        tags: Iterable[str] | None = None,
        about: int | None = None,
        written_at: dt.datetime | None = None,
        public: bool | None = None,
        seen: str | None = None,
    ) -> JournalEntry:
        """Change what is given of an entry and return it; what it said before stays in :meth:`history`.

        An empty ``title`` makes the first line the title again. ``tags`` are all of them, those in the text aside.
        ``seen`` is the text that was changed, where that took a while.

        Raises:
            ChangedMeanwhile: the text is not what was ``seen``.
            NotFound: there is no such entry, or nothing called ``about``.
            InvalidInput: the text is empty or too long.
        """
        kept = None if text is None else clean(text)
        found = mentions(kept) if kept is not None else None
        named_ids = self._named(found.titles) if found else ()
        with self._library.writing("Edited an entry") as tx:
            tx.alive(id, KIND)
            row = tx.get_one(EntryRow, id)
            if seen is not None and row.text != seen:
                raise ChangedMeanwhile(
                    f"“{row.title}” was changed elsewhere meanwhile, so nothing was saved",
                    hint=f"`ple journal show {id}` shows it as it is; `ple journal edit {id} --file FILE` takes yours.",
                )
            before = tx.tags_of([id])[id]
            said = {"title": row.title, "text": row.text, "tags": sorted(before)}
            tx.label = f"Edited “{row.title}”"
            inline = _folded(mentions(row.text).tags)
            after = (before - inline) if tags is None else _folded(tags)
            after |= _folded(found.tags) if found else inline
            new: dict[str, Any] = {}
            if title is not None:
                new |= {"title": " ".join(title.split())[:300], "title_given": bool(title.strip())}
            if kept is not None:
                new["text"] = kept
            if written_at is not None:
                new |= moment(local(written_at))
            if public is not None:
                new["public"] = public
            if not new.get("title_given", row.title_given):
                new["title"] = title_of(kept or row.text, named(row.prompt or ""), written_at or row.written_at)
            fields = EntryFields.model_validate({**row.model_dump(exclude={"id"}), **new})
            changed = {name: value for name in new if (value := getattr(fields, name)) != getattr(row, name)}
            if changed or after != before:
                tx.remember(id, said)
                for name, value in {**changed, "edited_at": utc_now()}.items():
                    setattr(row, name, value)
                tx.add(row)
                tx.set_tags(id, after)
            if found:
                _link(tx, id, {*found.numbers, *named_ids})
            if about is not None:
                tx.alive(about)
                tx.link(id, about, ABOUT)
        return self.entry(id)

    def relink(self, ids: Iterable[int]) -> int:
        """Link what the texts of ``ids`` mention by titles that name something by now; return how many links came."""
        came = 0
        for some in chunks(ids):
            with self._library.reading() as tx:
                rows = tx.connection().execute(
                    sa.select(col(EntryRow.id), col(EntryRow.text)).where(col(EntryRow.id).in_(some))
                )
                texts = {id: mentions(text) for id, text in rows}
                linked = tx.connection().execute(
                    sa.select(col(Link.source_id)).where(col(Link.source_id).in_(some), col(Link.relation) == MENTIONS)
                )
                linking = set(linked.scalars())
            wanted = {id: {*found.numbers, *self._named(found.titles)} for id, found in texts.items()}
            with self._library.writing() as tx:
                for id, targets in wanted.items():
                    came += _link(tx, id, targets) if targets or id in linking else 0
        return came

    def entry(self, id: int) -> JournalEntry:
        """Return an entry in full.

        Raises:
            NotFound: there is none with this number, or it is in the trash.
        """
        with self._library.reading() as tx:
            resource = tx.alive(id, KIND)
            row = tx.get_one(EntryRow, id)
            return JournalEntry(
                id=id,
                uid=resource.uid,
                kind=KIND,
                title=row.title,
                url=None,
                tags=tx.tags_of([id])[id],
                created_at=resource.created_at,
                written_at=row.written_at,
                day=row.day,
                edited_at=row.edited_at,
                prompt=row.prompt,
                public=row.public,
                text=row.text,
                words=len(row.text.split()),
                links=tuple(tx.links_from(id)),
                backlinks=tuple(tx.links_to(id)),
            )

    def entries(
        self, *, tag: str | None = None, since: dt.datetime | None = None, limit: int = 50
    ) -> list[JournalLine]:
        """Return entries, the newest first: with ``tag``, written at ``since`` or later."""
        return self.entry_lines(self.entry_ids(tag=tag, since=since, limit=limit))

    def entry_ids(
        self,
        *,
        tag: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        prompt: str | None = None,
        limit: int | None = None,
    ) -> list[int]:
        """Return the numbers of entries, the newest first; ``until`` is not included."""
        query = alive(sa.select(col(EntryRow.id)))
        if tag is not None:
            tagged = sa.select(col(Tagging.resource_id)).where(col(Tagging.tag) == fold_tag(tag))
            query = query.where(col(EntryRow.id).in_(tagged))
        if since is not None:
            query = query.where(col(EntryRow.written_at) >= since.astimezone(dt.UTC))
        if until is not None:
            query = query.where(col(EntryRow.written_at) < until.astimezone(dt.UTC))
        if prompt is not None:
            query = query.where(col(EntryRow.prompt) == prompt)
        query = query.order_by(col(EntryRow.written_at).desc(), col(EntryRow.id).desc()).limit(limit)
        with self._library.reading() as tx:
            return numbers(tx.connection(), query)

    def entry_lines(self, ids: Sequence[int]) -> list[JournalLine]:
        """Return a line for each of ``ids``, in the same order; those in the trash are left out."""
        with self._library.reading() as tx:
            found = {line.id: line for line in lines(tx, ids)}
        return [found[id] for id in ids if id in found]

    def remove(self, ids: int | Iterable[int]) -> int:
        """Put entries in the trash; return how many were not there yet.

        Raises:
            NotFound: one of them is no entry.
        """
        wanted = [ids] if isinstance(ids, int) else list(ids)
        with self._library.writing("Removed journal entries") as tx:
            for id in wanted:
                tx.alive(id, KIND)
            titles = [tx.get_one(EntryRow, id).title for id in wanted]
            tx.label = f"Removed “{titles[0]}”" if len(titles) == 1 else f"Removed {len(titles)} journal entries"
            return tx.trash(*wanted)

    def history(self, id: int) -> list[Revised]:
        """Return what an entry said before, the newest first.

        Raises:
            NotFound: there is no such entry.
        """
        with self._library.reading() as tx:
            tx.alive(id, KIND)
        return [
            Revised(old.at, old.said.get("title", ""), old.said.get("text", ""), frozenset(old.said.get("tags", ())))
            for old in self._library.revisions(id)
        ]

    def prompts(self) -> list[Prompt]:
        """Return the ways to reflect that there are, the simplest first."""
        return list(PROMPTS)

    def prompt(self, name: str) -> Prompt:
        """Return the prompt of this name.

        Raises:
            InvalidInput: there is none.
        """
        found = named(name)
        if found is None:
            known = ", ".join(prompt.name for prompt in PROMPTS)
            raise InvalidInput(f"there is no prompt “{name}”", hint=f"There are {known}; see `ple journal prompts`.")
        return found

    def on_this_day(self, date: dt.date | None = None) -> list[Memory]:
        """Return entries of this month and day in other years, and of a week, a month and half a year before ``date``.

        The latest come first. On 28 February of an ordinary year, 29 February belongs to it.
        """
        today = date or dt.datetime.now().astimezone().date()
        near = {
            today - dt.timedelta(days=7): "a week ago",
            _months_before(today, 1): "a month ago",
            _months_before(today, 6): "half a year ago",
        }
        month, day = sa.extract("month", col(EntryRow.day)), sa.extract("day", col(EntryRow.day))
        same = sa.and_(month == today.month, day == today.day, col(EntryRow.day) != today)
        if (today.month, today.day) == (2, 28) and not _leap(today.year):
            same = sa.or_(same, sa.and_(month == 2, day == 29))
        query = alive(sa.select(col(EntryRow.id))).where(sa.or_(same, col(EntryRow.day).in_(near)))
        with self._library.reading() as tx:
            ids = list(
                tx.connection().execute(query.order_by(col(EntryRow.day).desc(), col(EntryRow.id).desc())).scalars()
            )
        return [
            Memory(**_as_dict(line), ago=near.get(line.day) or _years(today, line.day))
            for line in self.entry_lines(ids)
        ]

    def import_path(self, path: Path) -> Imported:
        """Take in a Markdown file, or all of a folder's; see :func:`ple.journal.exchange.take_in`."""
        imported, ids = exchange.take_in(self._library, path)
        self.relink(ids)
        return imported

    def export(self, folder: Path) -> Exported:
        """Write every entry as a Markdown file with front matter; see :func:`ple.journal.exchange.give_out`."""
        return exchange.give_out(self._library, folder)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these entries say; see :class:`~ple.library.DocumentSource`."""
        return Written(Textual(self._library)).documents(ids)

    def written(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these entries say in Markdown alone; see :class:`~ple.library.MarkdownSource`."""
        return Written(Textual(self._library)).written(ids)

    def _named(self, titles: Iterable[str]) -> list[int]:
        if self._resolve is None:
            return []
        return [id for title in titles if (id := self._resolve(title)) is not None]


def _folded(tags: Iterable[str]) -> frozenset[str]:
    return frozenset(folded for tag in tags if (folded := fold_tag(tag)))


def _link(tx: Writing, id: int, targets: Collection[int]) -> int:
    """Let the things among ``targets`` that exist be what ``id`` mentions; return how many that are."""
    known = {number for number, resource in tx.resources(targets).items() if resource.purged_at is None} - {id}
    tx.set_links(id, known, MENTIONS)
    return len(known)


def _as_dict(line: JournalLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in JournalLine.__slots__}


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = [31, 29 if _leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    return dt.date(year, month + 1, min(day.day, last))


def _years(today: dt.date, day: dt.date) -> str:
    years = today.year - day.year
    if years < 0:
        return "in " + ("a year" if years == -1 else f"{-years} years")
    return "a year ago" if years == 1 else f"{years} years ago"
