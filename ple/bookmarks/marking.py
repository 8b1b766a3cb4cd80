"""Putting a highlight into a text: which of those that are there it is, where its words stand, and whether still."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.bookmarks.anchoring import Anchor, Selector, Text
from ple.bookmarks.annotations import NewHighlight, color_of
from ple.bookmarks.keeping import earlier_notes, with_note
from ple.bookmarks.models import HIGHLIGHT, BookmarkRow, HighlightRow, key_of
from ple.library import InvalidInput, Reading, Resource, Writing, fold_tag, utc_now
from ple.web.text import block, line

RELATION = "highlight-of"

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """What highlights are in, as it says itself now."""

    title: str
    url: str | None
    text: str


class Known:
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
            if anchor is None and _stands_elsewhere(new, row):
                continue
            if anchor is None or row.state != "anchored" or row.start is None or row.end is None:
                return row
            if anchor.start < row.end and row.start < anchor.end:
                return row
        before = (row for words in new.formerly for row in self._words.get(_squeezed(words), ()))
        return next((row for row in before if row.state != "anchored"), None)


def _stands_elsewhere(new: NewHighlight, row: HighlightRow) -> bool:
    """Say whether both tell what stands around the same words, and it is not the same: a text that says them twice."""
    around = [
        (_squeezed(before)[-16:], _squeezed(after)[:16])
        for before, after in ((new.prefix, new.suffix), (row.prefix, row.suffix))
    ]
    return any(around[0]) and any(around[1]) and around[0][0] != around[1][0] and around[0][1] != around[1][1]


def keep(
    tx: Writing,
    resource_id: int,
    source: Source,
    text: Text,
    new: NewHighlight,
    change: int,
    known: Known,
) -> tuple[int, bool]:
    """Make a highlight, or add to the one that it is; return its number and whether it was made."""
    exact = block(new.quote[:_LONGEST]).strip()
    start, end = (at if at is not None and 0 <= at < 2**31 else None for at in (new.start, new.end))
    selector = Selector(exact, block(new.prefix)[-64:], block(new.suffix)[:64], start, end)
    anchor = text.anchor(selector)
    row = known.same(new, exact, anchor)
    note = block(new.note).strip()
    if row is not None:
        restored = tx.restore(row.id) > 0
        if note and note not in row.note:
            came = new.origin or new.made_at  # from a file, which may be of before the learner changed it here
            row.note = with_note(row.note, note, earlier_notes(tx, [row.id]).get(row.id, ()) if came else ())
        if new.color and restored:
            row.color = color_of(new.color)
        if _squeezed(row.exact) in map(_squeezed, new.formerly):
            row.exact, row.start = exact, start
            known.add(row)
        row.origin = row.origin or new.origin
        tx.tag(row.id, *tags_of(new.tags))
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
    tx.tag(id, *tags_of(new.tags))
    tx.link(id, resource_id, RELATION)
    tx.note("highlighted", id, source=resource_id)
    return id, True


def found_in(text: Text, new: NewHighlight, title: str) -> NewHighlight:
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


def homes(tx: Reading) -> dict[int, int]:
    """Return for highlights whose page was deleted for good the bookmark that there is of it again."""
    query = (
        sa.select(col(HighlightRow.id), col(HighlightRow.source_url))
        .join(Resource, col(Resource.id) == col(HighlightRow.id))
        .where(col(HighlightRow.resource_id).is_(None), col(HighlightRow.source_url).is_not(None))
        .where(col(Resource.trashed_at).is_(None))
    )
    keys = {id: key_of(url) for id, url in tx.connection().execute(query) if id is not None and url}
    wanted = sorted(set(keys.values()))
    there: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        pages = (
            sa.select(col(BookmarkRow.url_key), col(BookmarkRow.id))
            .join(Resource, col(Resource.id) == col(BookmarkRow.id))
            .where(col(BookmarkRow.url_key).in_(wanted[start : start + 500]), col(Resource.trashed_at).is_(None))
        )
        there |= {key: id for key, id in tx.connection().execute(pages) if id is not None}
    return {id: there[key] for id, key in keys.items() if key in there}


def bring_home(tx: Writing, homes: Mapping[int, int]) -> None:
    """Let highlights be in these resources from now on; they are to be looked for there."""
    for id, home in homes.items():
        tx.update(HighlightRow, [id], resource_id=home, seen_change=0)
        tx.link(id, home, RELATION)


def anchor_again(tx: Writing, resource_id: int, source: Source, change: int) -> None:
    """Look for the highlights of a resource in what it says now."""
    text = Text(source.text)
    table: sa.Table = HighlightRow.__table__  # type: ignore[attr-defined]
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


def _standing(anchor: Anchor | None, selector: Selector) -> dict[str, Any]:
    """Return the columns that say where the words stand; the last sure place stays known while there is none."""
    if anchor is None:
        return {"state": "orphaned", "score": 0.0, "start": selector.start, "end": selector.end}
    state = "anchored" if anchor.sure else "doubtful"
    return {"state": state, "score": anchor.score, "start": anchor.start, "end": anchor.end}


def tags_of(tags: Iterable[str]) -> list[str]:
    """Return those that can be tags."""
    return [tag for tag in tags if fold_tag(tag)]


def _squeezed(words: str) -> str:
    return "".join(words.split()).casefold()
