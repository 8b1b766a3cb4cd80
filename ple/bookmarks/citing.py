"""What is cited of a bookmark: the work that it is, what the learner says of it, and the key that it keeps."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ple.bookmarks import citations, lists
from ple.bookmarks.collections import COLLECTION, members
from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Record
from ple.bookmarks.models import BOOKMARK, HIGHLIGHT, BookmarkRow
from ple.bookmarks.scholarly import identifiers, person, valid_isbn
from ple.bookmarks.styles import StyleFile
from ple.bookmarks.works import is_on_the_web
from ple.library import InvalidInput, Library, Reading, chunks
from ple.web.text import line

FIELDS = (
    "type", "title", "author", "editor", "issued", "container-title", "publisher", "volume", "issue", "page", "edition",
    "DOI", "ISBN", "PMID", "language", "URL",
)  # fmt: skip
"""What a learner can say of a work, in place of what its page says."""

_LONGEST_KEY = 200  # PostgreSQL cannot index what is longer than 2,700 bytes
_PRIVATE = ("note", "annote", "keyword", "abstract")
_RANGES = ((1, 9999), (1, 12), (1, 31))


def items(library: Library, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return bookmarks as items of CSL-JSON; see :meth:`ple.bookmarks.sources.Sources.works`."""
    said = _said(library, ids)
    found = []
    for (_id, record), key in zip(said, _keys(library, said), strict=True):
        item = {**csl.item(record), "id": key}
        found.append({name: value for name, value in item.items() if value and name not in _PRIVATE})
    return found


def in_style(
    items: Sequence[dict[str, Any]], style: StyleFile, *, language: str | None = None, markdown: bool = False
) -> list[str]:
    """Return references as a style file wants them; see :meth:`ple.bookmarks.sources.Sources.cite`."""
    try:
        from ple.bookmarks import styling
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "citeproc":
            raise
        hint = "Install it: pip install 'ple[csl]'. apa, mla, chicago, ieee and harvard need nothing."
        raise InvalidInput("style files need a library that is not installed", hint=hint) from error
    if not items:
        return []
    try:
        said = styling.bibliography(items, style, language=language)
    except ValueError as error:
        raise InvalidInput(f"the style {line(style.name)} makes no sense", hint=line(str(error))[:200]) from error
    marks = {2: "*", 3: "*", 4: "**", 5: "**"} if markdown else dict.fromkeys((2, 3, 4, 5))
    return [one.translate(marks) for one in said]


def behind(library: Library, thing: int) -> list[int]:
    """Return the bookmarks that a thing builds on; see :meth:`ple.bookmarks.sources.Sources.bibliography`."""
    found: dict[int, None] = {}
    with library.reading() as tx:
        waiting = [(thing, str(tx.alive(thing).kind), True)]
        seen = {thing}
        while waiting:
            id, kind, ask = waiting.pop()
            if kind == BOOKMARK:
                found[id] = None
                continue
            if not ask and kind not in (COLLECTION, HIGHLIGHT):
                continue
            near = [(other, its, False) for other, its in _near(tx, id, kind) if other not in seen]
            seen.update(other for other, _kind, _ask in near)
            waiting += reversed(near)
    return list(found)


def _near(tx: Reading, id: int, kind: str) -> list[tuple[int, str]]:
    """Return what a thing is linked with, and its kind; what a collection holds, in its order."""
    if kind == COLLECTION:
        things = tx.resources(held := members(tx, id))
        return [(one, str(things[one].kind)) for one in held]
    links = [*tx.links_from(id), *([] if kind == HIGHLIGHT else tx.links_to(id))]
    return [(link.id, str(link.kind)) for link in links]


def value(name: str, text: str) -> Any:
    """Return a value as CSL has it."""
    if name not in FIELDS:
        raise InvalidInput(f"a work has no “{line(name)}”", hint=f"It has {', '.join(FIELDS)}.")
    said = line(text)
    if not said:
        return ""
    if name in ("author", "editor"):
        return [person(one) for one in said.split(";") if one.strip()]
    if name == "issued":
        parts = said.split("-")
        if not all(part.isdigit() for part in parts) or len(parts) > 3 or not _is_date(parts):
            raise InvalidInput(f"“{said}” is no date", hint="Say 1918, 1918-07 or 1918-07-26.")
        return {"date-parts": [[int(part) for part in parts]]}
    if name == "DOI":
        found = identifiers(said).get("DOI")
        if not found:
            raise InvalidInput(f"“{said}” is no DOI", hint="A DOI begins with 10. and has a slash.")
        return found
    if name == "ISBN" and not valid_isbn(said):
        raise InvalidInput(f"“{said}” is no ISBN: its check digit is not right", hint="Look at it again.")
    return said


def _is_date(parts: Sequence[str]) -> bool:
    """Return whether these are a year, a month and a day, as far as they go."""
    return all(low <= int(part) <= high for part, (low, high) in zip(parts, _RANGES, strict=False))


def _said(library: Library, ids: Sequence[int]) -> list[tuple[int, Record]]:
    with library.reading() as tx:
        for id in ids:
            tx.alive(id, BOOKMARK)
        table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
        more: dict[int, Any] = {}
        for some in chunks(ids):
            query = sa.select(table.c.id, table.c.work, table.c.fetched_at).where(table.c.id.in_(some))
            more |= {row.id: row for row in tx.connection().execute(query)}
    found = []
    for id, record in zip(ids, lists.records(library, list(ids)), strict=True):
        row = more[id]
        said = json.loads(row.work) if row.work else {}
        accessed = row.fetched_at or record.saved_at
        if accessed and is_on_the_web(record.url):
            said.setdefault("accessed", {"date-parts": [[accessed.year, accessed.month, accessed.day]]})
        if record.author and not said.get("author"):
            said["author"] = [person(name) for name in record.author.split(", ")]
        said = identifiers(record.url) | said
        found.append((id, replace(record, csl={**said, **(record.csl or {})}, tags=())))
    return found


def _keys(library: Library, said: Sequence[tuple[int, Record]]) -> list[str]:
    """Return the keys of works; those that have none yet get one."""
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    ids = [id for id, _ in said]
    with library.reading() as tx:
        have = _have(tx, ids)
    if all(have.get(id) for id in ids):
        return [have[id] for id in ids]
    with library.writing() as tx:
        taken = set(tx.connection().execute(sa.select(table.c.cite_key).where(table.c.cite_key.is_not(None))).scalars())
        have = _have(tx, ids)
        for id, record in said:
            if not have.get(id):
                item = {**(record.csl or {}), "title": record.title}
                own = str((record.csl or {}).get("id") or "")
                fits = own.isascii() and len(own) <= _LONGEST_KEY and not any(map(str.isspace, own))
                free = own if fits and own and own not in taken else ""
                key = free or citations.key_of(item, taken)
                have[id] = key
                taken.add(key)
                tx.connection().execute(sa.update(table).where(table.c.id == id).values(cite_key=key))
    return [have[id] for id in ids]


def _have(tx: Reading, ids: Iterable[int]) -> dict[int, str]:
    table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
    have: dict[int, str] = {}
    for some in chunks(ids):
        query = sa.select(table.c.id, table.c.cite_key).where(table.c.id.in_(some))
        have |= {id: key for id, key in tx.connection().execute(query) if key}
    return have
