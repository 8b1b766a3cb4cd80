"""Highlights: the front door to the words that a learner marked, in anything that has text.

What a highlight is in may change: a page is fetched again, an entry is corrected. Before highlights are given out,
those whose resource has changed since are looked for again (:mod:`ple.bookmarks.anchoring`). One whose words are no
longer there is kept, with its note, and says so.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Unpack

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import annotations, highlight_lists, marking
from ple.bookmarks.anchoring import Text
from ple.bookmarks.annotations import COLORS, NewHighlight
from ple.bookmarks.highlight_lists import title
from ple.bookmarks.marking import Known, Source, tags_of
from ple.bookmarks.models import HIGHLIGHT, BookmarkRow, Highlight, HighlightRow, Imported, Refused, key_of
from ple.library import (
    Document,
    DocumentSource,
    InvalidInput,
    Library,
    NotFound,
    Resource,
    Revision,
    chunks,
    fold_tag,
    utc_now,
)
from ple.web.errors import BadAddress
from ple.web.text import block, line

__all__ = ["COLORS", "EXPORTS", "STATES", "Highlight", "Highlights", "NewHighlight"]

EXPORTS = ("markdown", "json", "w3c", "csv")
STATES = ("anchored", "doubtful", "orphaned")


class Highlights:
    """The highlights of a learner.

    ``sources`` say what resources of each kind say; what none of them knows cannot be marked.
    None of them speaks of highlights.
    """

    kinds = frozenset({HIGHLIGHT})

    def __init__(self, library: Library, sources: Mapping[str, DocumentSource]) -> None:
        self._library = library
        self._sources = sources
        self._caught_up = ("", -1)

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
        source, change = self._source(resource_id)
        new = NewHighlight(quote, prefix, suffix, start, note=note, color=color, tags=tuple(tags))
        text = Text(source.text)
        if source.text and not anyway:
            new = marking.found_in(text, new, source.title)
        with self._library.writing(f"Highlighted in “{source.title}”") as tx:
            tx.alive(resource_id)
            id, _new = marking.keep(tx, resource_id, source, text, new, change, Known(tx, resource_id))
        return self.highlight(id)

    def add_many(self, resource_id: int, new: Iterable[NewHighlight], *, undoable: bool = True) -> int:
        """Add highlights of a resource that come from elsewhere; return how many were not there yet.

        Those that are there get what these have more; doing it twice adds nothing. Words that are not in the text,
        or whose text is not here yet, are kept as orphaned until they are found. What comes with an import is not
        ``undoable`` by itself: it goes with the page.

        Raises:
            NotFound: there is no such resource, or it has nothing to mark.
        """
        return self._add_many(resource_id, new, f"Imported highlights in #{resource_id}" if undoable else None)[0]

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
                tx.set_tags(id, tags_of(tags))
            tx.label = f"Changed the highlight “{title(row.exact)}”"
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
            one = f"“{title(tx.get_one(HighlightRow, ids[0]).exact)}”" if len(ids) == 1 else f"{len(ids):,} highlights"
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
        self, resource: int | None = None, *, limit: int | None = None, **filters: Unpack[highlight_lists.Filters]
    ) -> list[Highlight]:
        """Return highlights; the filters and the order are those of :meth:`highlight_ids`."""
        return self.highlight_lines(self.highlight_ids(resource, limit=limit, **filters))

    def highlight_ids(
        self, resource: int | None = None, *, limit: int | None = None, **filters: Unpack[highlight_lists.Filters]
    ) -> list[int]:
        """Return the numbers of highlights: of one ``resource`` in the order of its text, else the newest first.

        Highlights in what is in the trash are left out; those whose words are no longer there are not.
        """
        self.catch_up()
        with self._library.reading() as tx:
            return highlight_lists.ids(tx, resource, limit, **filters)

    def highlight_lines(self, ids: Sequence[int]) -> list[Highlight]:
        """Return the highlights with these numbers, in their order; those in the trash are left out."""
        with self._library.reading() as tx:
            return highlight_lists.lines(tx, ids)

    def history(self, id: int) -> Sequence[Revision]:
        """Return the earlier notes of a highlight, the newest first, each as ``said["note"]``.

        Raises:
            NotFound: there is no such highlight.
        """
        with self._library.reading() as tx:
            tx.alive(id, HIGHLIGHT)
        return self._library.revisions(id)

    def catch_up(self) -> int:
        """Look for the highlights again whose resources have changed; return in how many resources that was.

        Those whose page was deleted for good are in it again when it is kept anew.
        """
        newest = (self._library.epoch(), self._library.newest_change())
        if newest == self._caught_up:  # each article that is opened asks this
            return 0
        with self._library.reading() as tx:
            homes = marking.homes(tx)
        if homes:
            with self._library.writing() as tx:
                marking.bring_home(tx, homes)
            newest = (newest[0], self._library.newest_change())
        query = (
            sa.select(col(Resource.id), col(Resource.change))
            .join(HighlightRow, col(HighlightRow.resource_id) == col(Resource.id))
            .where(
                # what an archive brought was last looked for by the numbers of another library
                (col(Resource.change) > col(HighlightRow.seen_change)) | (col(HighlightRow.seen_change) > newest[1]),
                col(Resource.trashed_at).is_(None),
                col(Resource.purged_at).is_(None),
            )
            .distinct()
        )
        with self._library.reading() as tx:
            changed = {id: change for id, change in tx.connection().execute(query) if id is not None}
        for id, change in changed.items():
            try:
                source, _change = self._source(id)
            except NotFound:  # thrown away since we asked
                continue
            with self._library.writing() as tx:
                marking.anchor_again(tx, id, source, change)
        self._caught_up = newest
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
        homes = _homes(self._library, found)
        missing = {one.url: one for one in found if _home(one) not in homes and one.url}
        change: int | None = None
        if missing:
            records = [Record(url=url, title=one.title, unread=True) for url, one in missing.items()]
            intake = Intake(self._library)
            intake.take("annotations", records, name, "keep")
            change = intake.change
            homes = _homes(self._library, found)
        inside: dict[int, list[NewHighlight]] = {}
        for one in found:
            home = homes.get(_home(one))
            if home is None:
                refused.append(Refused(one.line, line(one.url)[:200], "what it is in is not in this library"))
            else:
                inside.setdefault(home, []).append(one.highlight)
        added = 0
        for id, new in inside.items():  # a transaction for each text, and all of them one thing to take back
            count, change = self._add_many(id, new, f"Imported highlights from {line(name)}", change)
            added += count
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

    def _add_many(
        self, resource_id: int, new: Iterable[NewHighlight], label: str | None, after: int | None = None
    ) -> tuple[int, int]:
        """Return how many were not there yet, and the number of the change, which goes on with the one ``after``."""
        self.catch_up()
        source, change = self._source(resource_id)
        text = Text(source.text)
        with self._library.writing(label) as tx:
            tx.alive(resource_id)
            if after is not None:
                tx.continues(after)
            known = Known(tx, resource_id)
            added = sum(
                marking.keep(tx, resource_id, source, text, one, change, known)[1] for one in new if one.quote.strip()
            )
            return added, tx.change

    def _source(self, resource_id: int) -> tuple[Source, int]:
        """Return what a resource says, and the change up to which that is so for sure."""
        with self._library.reading() as tx:
            resource = tx.alive(resource_id, *self._sources)
        for document in self._sources[resource.kind].documents([resource_id]):
            text = document.text if document.quotable is None else document.quotable
            return Source(document.title, document.url, text), resource.change
        raise NotFound(resource_id)


def _homes(library: Library, found: Iterable[annotations.Found]) -> dict[str, int]:
    """Return in which resources highlights of a file are, by :func:`_home`."""
    from uuid import UUID

    homes: dict[str, int] = {}
    with library.reading() as tx:
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


def _home(one: annotations.Found) -> str:
    if one.source:
        return f"uid:{one.source}"
    try:
        return f"key:{key_of(one.url)}"
    except BadAddress:
        return f"key:{one.url}"
