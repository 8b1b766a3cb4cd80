"""Highlights: the front door to the words that a learner marked, in anything that has text.

What a highlight is in may change: a page is fetched again, an entry is corrected. Before highlights are given out,
those whose resource has changed since are looked for again (:mod:`ple.bookmarks.anchoring`). One whose words are no
longer there is kept, with its note, and says so.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from ple.bookmarks import annotations
from ple.bookmarks.anchoring import Anchor, Selector, Text
from ple.bookmarks.annotations import COLORS, NewHighlight, color_of
from ple.bookmarks.models import HIGHLIGHT, BookmarkRow, Highlight, HighlightRow, Imported, Refused, key_of
from ple.library import (
    Document,
    DocumentSource,
    InvalidInput,
    Library,
    NotFound,
    Resource,
    Revision,
    Tagging,
    Writing,
    chunks,
    fold_tag,
    utc_now,
)
from ple.web.errors import BadAddress
from ple.web.text import block, line

__all__ = ["COLORS", "EXPORTS", "STATES", "Highlight", "Highlights", "NewHighlight"]

EXPORTS = ("markdown", "json", "w3c", "csv")
STATES = ("anchored", "doubtful", "orphaned")
RELATION = "highlight-of"

_LONGEST = 20_000
_TITLE = 90


@dataclass(frozen=True, slots=True)
class _Source:
    """What highlights are in, as it says itself now."""

    title: str
    url: str | None
    text: str


class Highlights:
    """The highlights of a learner.

    ``sources`` say what resources of each kind say; what none of them knows cannot be marked.
    """

    kinds = frozenset({HIGHLIGHT})

    def __init__(self, library: Library, sources: Mapping[str, DocumentSource]) -> None:
        self._library = library
        self._sources = {kind: source for kind, source in sources.items() if kind != HIGHLIGHT}

    def add(
        self,
        resource_id: int,
        quote: str,
        *,
        prefix: str = "",
        suffix: str = "",
        start: int | None = None,
        note: str = "",
        color: str = "",
        tags: Iterable[str] = (),
        anyway: bool = False,
    ) -> Highlight:
        """Mark words in a resource, and return the highlight; marked already, they get the note and the tags too.

        The words may be written in any case and spacing, with slight mistakes, or as ``begin … end``; those of the
        text are kept. Where they stand several times, ``prefix``, ``suffix`` and ``start`` say which are meant, or else
        the first. What has no text yet can be marked on trust, or with ``anyway``.

        Raises:
            NotFound: there is no such resource, or it has nothing to mark.
            InvalidInput: the words are not in its text, or a colour or tag cannot be one.
        """
        if color and color.strip().casefold() not in COLORS:
            raise InvalidInput(f"there is no colour “{line(color)}”", hint=f"There are {', '.join(COLORS)}.")
        tags = list(tags)
        for tag in tags:
            if not fold_tag(tag):
                raise InvalidInput(f"“{line(tag)}” cannot be a tag", hint="A tag has letters or digits.")
        if not quote.strip():
            raise InvalidInput("a highlight needs some words", hint="Say which with --quote.")
        source = self._source(resource_id)
        new = NewHighlight(quote, prefix, suffix, start, note=note, color=color, tags=tuple(tags))
        text = Text(source.text)
        if source.text and not anyway:
            new = _found_in(text, new, source.title)
        with self._library.writing(f"Highlighted in “{source.title}”") as tx:
            change = tx.alive(resource_id).change
            id, _new = self._keep(tx, resource_id, source, text, new, change, _Known(tx, resource_id))
        return self.highlight(id)

    def add_many(self, resource_id: int, new: Iterable[NewHighlight], *, undoable: bool = True) -> int:
        """Add highlights of a resource that come from elsewhere; return how many were not there yet.

        Those that are there get what these have more; doing it twice adds nothing. Words that are not in the text,
        or whose text is not here yet, are kept as orphaned until they are found. What comes with an import is not
        ``undoable`` by itself: it goes with the page.

        Raises:
            NotFound: there is no such resource, or it has nothing to mark.
        """
        return self._add_many(resource_id, new, f"Imported highlights in #{resource_id}" if undoable else None)

    def edit(
        self, id: int, *, note: str | None = None, color: str | None = None, tags: Iterable[str] | None = None
    ) -> Highlight:
        """Change what the learner says about a highlight; what is None stays. Earlier notes are kept in its history.

        Raises:
            NotFound: there is no such highlight.
            InvalidInput: a colour or tag cannot be one.
        """
        if color is not None and color.strip().casefold() not in COLORS:
            raise InvalidInput(f"there is no colour “{line(color)}”", hint=f"There are {', '.join(COLORS)}.")
        with self._library.writing("Changed a highlight") as tx:
            tx.alive(id, HIGHLIGHT)
            row = tx.get_one(HighlightRow, id)
            if note is not None and (kept := block(note).strip()) != row.note:
                tx.remember(id, {"note": row.note})
                row.note, row.edited_at = kept, utc_now()
            if color is not None and color.strip().casefold() != row.color:
                row.color, row.edited_at = color.strip().casefold(), utc_now()
            if tags is not None:
                tx.set_tags(id, _tags(tags))
            tx.label = f"Changed the highlight “{_title(row.exact)}”"
        return self.highlight(id)

    def remove(self, ids: Iterable[int]) -> int:
        """Put highlights in the trash; return how many.

        Raises:
            NotFound: one of them is no highlight, or is there already; then none is removed.
        """
        ids = list(dict.fromkeys(ids))
        with self._library.writing("Removed highlights") as tx:
            for id in ids:
                tx.alive(id, HIGHLIGHT)
            one = f"“{_title(tx.get_one(HighlightRow, ids[0]).exact)}”" if len(ids) == 1 else f"{len(ids):,} highlights"
            tx.label = f"Removed {one}"
            return tx.trash(*ids)

    def highlight(self, id: int) -> Highlight:
        """Return one highlight.

        Raises:
            NotFound: there is none, or it is in the trash.
        """
        self.catch_up()
        for found in self.highlight_lines([id]):
            return found
        raise NotFound(id, HIGHLIGHT)

    def highlights(
        self,
        resource: int | None = None,
        *,
        tag: str | None = None,
        color: str | None = None,
        state: str | None = None,
        since: dt.datetime | None = None,
        limit: int | None = None,
    ) -> list[Highlight]:
        """Return highlights; the filters and the order are those of :meth:`highlight_ids`."""
        ids = self.highlight_ids(resource, tag=tag, color=color, state=state, since=since, limit=limit)
        return self.highlight_lines(ids)

    def highlight_ids(
        self,
        resource: int | None = None,
        *,
        tag: str | None = None,
        color: str | None = None,
        state: str | None = None,
        since: dt.datetime | None = None,
        limit: int | None = None,
    ) -> list[int]:
        """Return the numbers of highlights: of one ``resource`` in the order of its text, else the newest first.

        Highlights in what is in the trash are left out; those whose words are no longer there are not.
        """
        self.catch_up()
        inner: Any = aliased(Resource)
        query = (
            sa.select(col(HighlightRow.id))
            .join(Resource, col(Resource.id) == col(HighlightRow.id))
            .outerjoin(inner, inner.id == col(HighlightRow.resource_id))
            .where(col(Resource.trashed_at).is_(None), inner.trashed_at.is_(None) | inner.purged_at.is_not(None))
        )
        if resource is not None:
            query = query.where(col(HighlightRow.resource_id) == resource)
        if color is not None:
            query = query.where(col(HighlightRow.color) == color)
        if state is not None:
            query = query.where(col(HighlightRow.state) == state)
        if since is not None:
            query = query.where(col(HighlightRow.made_at) >= since.astimezone(dt.UTC))
        if tag is not None:
            folded = fold_tag(tag)
            below = (col(Tagging.tag) == folded) | col(Tagging.tag).startswith(folded + "/", autoescape=True)
            query = query.where(col(HighlightRow.id).in_(sa.select(col(Tagging.resource_id)).where(below)))
        if resource is not None:
            query = query.order_by(col(HighlightRow.start).is_(None), col(HighlightRow.start), col(HighlightRow.id))
        else:
            query = query.order_by(col(HighlightRow.made_at).desc(), col(HighlightRow.id).desc())
        with self._library.reading() as tx:
            return list(tx.connection().execute(query.limit(limit)).scalars())

    def highlight_lines(self, ids: Sequence[int]) -> list[Highlight]:
        """Return the highlights with these numbers, in their order; those in the trash are left out."""
        table: sa.Table = HighlightRow.__table__  # type: ignore[attr-defined]
        query = sa.select(*table.columns, col(Resource.uid), col(Resource.created_at))
        query = query.join(Resource, col(Resource.id) == table.c.id).where(col(Resource.trashed_at).is_(None))
        rows: dict[int, Any] = {}
        with self._library.reading() as tx:
            for some in chunks(ids):
                rows |= {row.id: row for row in tx.connection().execute(query.where(table.c.id.in_(some)))}
            tags = tx.tags_of(list(rows))
        return [
            Highlight(
                id=row.id, uid=row.uid, kind=HIGHLIGHT, title=_title(row.exact), url=row.source_url,
                tags=tags[row.id], created_at=row.created_at, resource_id=row.resource_id,
                source_title=row.source_title, quote=row.exact, prefix=row.prefix, suffix=row.suffix,
                start=row.start if row.state != "orphaned" else None, end=row.end if row.state != "orphaned" else None,
                state=row.state, score=row.score, note=row.note, color=row.color, made_at=row.made_at,
                edited_at=row.edited_at,
            )
            for row in (rows[id] for id in ids if id in rows)
        ]  # fmt: skip

    def history(self, id: int) -> Sequence[Revision]:
        """Return the earlier notes of a highlight, the newest first, each as ``said["note"]``.

        Raises:
            NotFound: there is no such highlight.
        """
        with self._library.reading() as tx:
            tx.alive(id, HIGHLIGHT)
        return self._library.revisions(id)

    def catch_up(self) -> int:
        """Look for the highlights again whose resources have changed; return in how many resources that was."""
        query = (
            sa.select(col(Resource.id), col(Resource.change))
            .join(HighlightRow, col(HighlightRow.resource_id) == col(Resource.id))
            .where(
                col(Resource.change) > col(HighlightRow.seen_change),
                col(Resource.trashed_at).is_(None),
                col(Resource.purged_at).is_(None),
            )
            .distinct()
        )
        with self._library.reading() as tx:
            changed = {id: change for id, change in tx.connection().execute(query) if id is not None}
        for id, change in changed.items():
            self._anchor_again(id, change)
        return len(changed)

    def import_file(self, name: str, data: bytes) -> Imported:
        """Bring in highlights from a file of W3C annotations or of Hypothesis; doing it twice adds nothing.

        A page that is not kept yet is, without being fetched. What cannot be used is in ``refused``.

        Raises:
            InvalidInput: it is no such file.
        """
        from ple.bookmarks.formats.record import Record
        from ple.bookmarks.intake import Intake

        refused: list[Refused] = []
        found: list[annotations.Found] = []
        for one in annotations.read(data, name):
            if isinstance(one, annotations.Unread):
                refused.append(Refused(one.line, line(one.url)[:200], one.reason))
            else:
                found.append(one)
        homes = self._homes(found)
        missing = {one.url: one for one in found if _home(one) not in homes and one.url}
        if missing:
            records = [Record(url=url, title=one.title, unread=True) for url, one in missing.items()]
            Intake(self._library).take("annotations", records, name, "keep")
            homes = self._homes(found)
        inside: dict[int, list[NewHighlight]] = {}
        for one in found:
            home = homes.get(_home(one))
            if home is None:
                refused.append(Refused(one.line, line(one.url)[:200], "what it is in is not in this library"))
            else:
                inside.setdefault(home, []).append(one.highlight)
        added = sum(self._add_many(id, new, f"Imported highlights from {line(name)}") for id, new in inside.items())
        known = sum(map(len, inside.values())) - added
        return Imported(format="annotations", added=added, known=known, updated=0, refused=tuple(refused))

    def export(self, format: str = "markdown", ids: Collection[int] | None = None) -> str:
        """Return highlights, all of them unless ``ids`` says which, as a file in one of :data:`EXPORTS`.

        Raises:
            InvalidInput: there is no such format.
        """
        if format not in EXPORTS:
            raise InvalidInput(f"highlights cannot be exported as {format}", hint=f"Formats: {', '.join(EXPORTS)}.")
        found = self.highlight_lines(self.highlight_ids()[::-1] if ids is None else list(ids))
        if format in ("markdown", "csv"):
            order = {id: place for place, id in enumerate(dict.fromkeys(one.resource_id for one in found))}
            found.sort(key=lambda one: (order[one.resource_id], one.start is None, one.start or 0, one.id))
        if format == "markdown":
            return annotations.to_markdown(found)
        if format == "csv":
            return annotations.to_csv(found)
        with self._library.reading() as tx:
            homes = tx.resources({one.resource_id for one in found if one.resource_id is not None})
        uids = {id: str(resource.uid) for id, resource in homes.items()}
        return annotations.to_w3c(found, uids) if format == "w3c" else annotations.to_json(found, uids)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what highlights say: the words, and the learner's note on them."""
        for some in chunks(ids):
            for one in self.highlight_lines(some):
                yield Document(
                    id=one.id,
                    kind=HIGHLIGHT,
                    title=one.title,
                    text="\n\n".join(filter(None, (one.quote, one.note))),
                    occurred_at=one.made_at,  # no url: an address names the page, and nothing on it
                    tags=one.tags,
                    container=one.source_title,
                    flags=frozenset({one.color, *([one.state] if one.state != "anchored" else [])}),
                    markdown=one.note or None,
                    quotable="",
                )

    def _add_many(self, resource_id: int, new: Iterable[NewHighlight], label: str | None) -> int:
        self.catch_up()
        source = self._source(resource_id)
        text = Text(source.text)
        with self._library.writing(label) as tx:
            change = tx.alive(resource_id).change
            known = _Known(tx, resource_id)
            return sum(
                self._keep(tx, resource_id, source, text, one, change, known)[1] for one in new if one.quote.strip()
            )

    def _keep(
        self,
        tx: Writing,
        resource_id: int,
        source: _Source,
        text: Text,
        new: NewHighlight,
        change: int,
        known: "_Known",
    ) -> tuple[int, bool]:
        """Make a highlight, or add to the one that it is; return its number and whether it was made."""
        exact = block(new.quote[:_LONGEST]).strip()
        selector = Selector(exact, block(new.prefix)[-64:], block(new.suffix)[:64], new.start, new.end)
        anchor = text.anchor(selector)
        row = known.same(new, exact, anchor)
        note = block(new.note).strip()
        if row is not None:
            restored = tx.restore(row.id) > 0
            if note and note not in row.note:
                row.note = f"{row.note}\n\n{note}".strip()
            if new.color and restored:
                row.color = color_of(new.color)
            row.origin = row.origin or new.origin
            tx.tag(row.id, *_tags(new.tags))
            return row.id, restored
        if anchor is not None and anchor.sure:
            selector = text.select(anchor.start, anchor.end)
            exact = selector.exact
        made_at = new.made_at or utc_now()
        id = tx.register(HIGHLIGHT)
        row = HighlightRow(
                id=id, resource_id=resource_id, source_title=source.title, source_url=source.url, exact=exact,
                prefix=selector.prefix, suffix=selector.suffix, note=note, color=color_of(new.color),
                made_at=made_at.astimezone(dt.UTC), origin=line(new.origin or "")[:300] or None, seen_change=change,
                **_standing(anchor, selector),
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        known.add(row)
        tx.tag(id, *_tags(new.tags))
        tx.link(id, resource_id, RELATION)
        tx.note("highlighted", id, source=resource_id)
        return id, True

    def _anchor_again(self, resource_id: int, change: int) -> None:
        try:
            source = self._source(resource_id)
        except NotFound:  # thrown away since we asked
            return
        text = Text(source.text)
        table: sa.Table = HighlightRow.__table__  # type: ignore[attr-defined]
        with self._library.writing() as tx:
            rows = tx.connection().execute(sa.select(table).where(table.c.resource_id == resource_id)).fetchall()
            for row in rows:
                new: dict[str, Any] = {"seen_change": change, "source_title": source.title, "source_url": source.url}
                said = (row.source_title, row.source_url, row.state)
                if source.text:
                    selector = Selector(row.exact, row.prefix, row.suffix, row.start, row.end)
                    anchor = text.anchor(selector)
                    new |= _standing(anchor, selector)
                    if anchor is not None and anchor.sure and not row.prefix and not row.suffix:
                        here = text.select(anchor.start, anchor.end)
                        new |= {"prefix": here.prefix, "suffix": here.suffix}
                tx.connection().execute(sa.update(table).where(table.c.id == row.id).values(**new))
                if said != (source.title, source.url, new.get("state", row.state)):
                    tx.touch([row.id])

    def _source(self, resource_id: int) -> _Source:
        with self._library.reading() as tx:
            kind = tx.alive(resource_id, *self._sources).kind
        for document in self._sources[kind].documents([resource_id]):
            text = document.text if document.quotable is None else document.quotable
            return _Source(document.title, document.url, text)
        raise NotFound(resource_id)

    def _homes(self, found: Iterable[annotations.Found]) -> dict[str, int]:
        """Return in which resources highlights of a file are, by :func:`_home`."""
        from uuid import UUID

        homes: dict[str, int] = {}
        with self._library.reading() as tx:
            for home in {_home(one) for one in found}:
                what, _colon, name = home.partition(":")
                if what == "uid":
                    try:
                        query = sa.select(col(Resource.id)).where(col(Resource.uid) == UUID(name))
                    except ValueError:
                        continue
                else:
                    query = sa.select(col(BookmarkRow.id)).where(col(BookmarkRow.url_key) == name)
                    query = query.join(Resource, col(Resource.id) == col(BookmarkRow.id))
                id = tx.connection().execute(query.where(col(Resource.trashed_at).is_(None))).scalar()
                if id is not None:
                    homes[home] = id
        return homes


class _Known:
    """The highlights that there are in a resource, in the trash or not, as they are compared with new ones."""

    def __init__(self, tx: Writing, resource_id: int) -> None:
        self._named: dict[str, HighlightRow] = {}
        self._words: dict[str, list[HighlightRow]] = {}
        self._spans: dict[tuple[int | None, int | None], HighlightRow] = {}
        rows = tx.exec(select(HighlightRow).where(HighlightRow.resource_id == resource_id)).all()
        uids = {id: f"urn:uuid:{one.uid}" for id, one in tx.resources(row.id for row in rows).items()}
        for row in rows:
            self.add(row)
            self._named[uids[row.id]] = row

    def add(self, row: HighlightRow) -> None:
        """Note one that was made."""
        if row.origin:
            self._named[row.origin] = row
        self._words.setdefault(_squeezed(row.exact), []).append(row)
        if row.state == "anchored":
            self._spans[row.start, row.end] = row

    def same(self, new: NewHighlight, exact: str, anchor: Anchor | None) -> HighlightRow | None:
        """Return the one that ``new`` is: of the same name, in the same place, or of the same words."""
        if new.origin and new.origin in self._named:
            return self._named[new.origin]
        if anchor is not None and anchor.sure and (anchor.start, anchor.end) in self._spans:
            return self._spans[anchor.start, anchor.end]
        for row in self._words.get(_squeezed(exact), ()):
            if anchor is None or row.state != "anchored" or row.start is None or row.end is None:
                return row
            if anchor.start < row.end and row.start < anchor.end:
                return row
        return None


def _squeezed(words: str) -> str:
    return "".join(words.split()).casefold()


def _home(one: annotations.Found) -> str:
    if one.source:
        return f"uid:{one.source}"
    try:
        return f"key:{key_of(one.url)}"
    except BadAddress:
        return f"key:{one.url}"


def _found_in(text: Text, new: NewHighlight, title: str) -> NewHighlight:
    """Return the highlight with the words as they stand in the text.

    Raises:
        InvalidInput: they do not stand there.
    """
    quote, prefix, suffix, start = new.quote, new.prefix, new.suffix, new.start
    spans = text.occurrences(quote)
    if not spans:
        anchor = text.anchor(Selector(quote, prefix, suffix))
        if anchor is None or anchor.score < 0.85:
            near = f" The nearest are “{line(text.text[anchor.start : anchor.end])[:200]}”." if anchor else ""
            raise InvalidInput(
                f"these words are not in “{line(title)}”: “{line(quote)[:80]}”",
                hint=f"Copy them from its text.{near} --anyway keeps them all the same.",
            )
        spans = [(anchor.start, anchor.end)]
    best = spans[0]
    if len(spans) > 1 and start is not None:
        best = min(spans, key=lambda span: abs(span[0] - start))
    elif len(spans) > 1 and (prefix or suffix):
        anchor = text.anchor(Selector(text.text[best[0] : best[1]], prefix, suffix))
        best = (anchor.start, anchor.end) if anchor else best
    found = text.select(*best)
    return NewHighlight(
        found.exact, found.prefix, found.suffix, found.start, found.end, new.note, new.color, new.tags, new.made_at
    )


def _standing(anchor: Anchor | None, selector: Selector) -> dict[str, Any]:
    """Return the columns that say where the words stand; the last sure place stays known while there is none."""
    if anchor is None:
        return {"state": "orphaned", "score": 0.0, "start": selector.start, "end": selector.end}
    state = "anchored" if anchor.sure else "doubtful"
    return {"state": state, "score": anchor.score, "start": anchor.start, "end": anchor.end}


def _tags(tags: Iterable[str]) -> list[str]:
    return [tag for tag in tags if fold_tag(tag)]


def _title(exact: str) -> str:
    words = line(exact)
    return words if len(words) <= _TITLE else words[:_TITLE].rsplit(" ", 1)[0] + " …"
