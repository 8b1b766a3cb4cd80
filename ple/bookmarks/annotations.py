"""Highlights as the rest of the world has them: W3C Web Annotation JSON-LD, Hypothesis' rows, Markdown, CSV.

Pure: values in, text out, and back. What is exported as JSON-LD comes in again as it was.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ple.bookmarks.formats.table import harmless
from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    from ple.bookmarks.models import Highlight

COLORS = ("yellow", "green", "blue", "pink", "orange", "purple", "red", "grey")
CONTEXT_URL = "http://www.w3.org/ns/anno.jsonld"

_OTHER_NAMES = {"gray": "grey", "violet": "purple", "magenta": "pink", "cyan": "blue", "gold": "yellow"}


@dataclass(frozen=True, slots=True)
class NewHighlight:
    """A highlight that is to be made: its words, and what is known about where they stand.

    ``start`` and ``end`` are positions in the text that it was made in, if that was one of ours. ``origin`` is its
    name where it comes from, so that it is known when it comes again; ``formerly`` are words that it had before.
    """

    quote: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None
    note: str = ""
    color: str = ""
    tags: tuple[str, ...] = ()
    made_at: dt.datetime | None = None
    origin: str | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A highlight of a file, and what it is in; ``line`` is which of the file's highlights it is, from 1."""

    url: str
    title: str
    highlight: NewHighlight
    line: int = 0
    source: str = ""
    """The uid of what it is in, if the file comes from a ple."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a file that is no highlight, and why."""

    line: int
    url: str
    reason: str


def color_of(name: str) -> str:
    """Return the colour of ours that ``name`` means; yellow if it means none."""
    folded = name.strip().casefold()
    folded = _OTHER_NAMES.get(folded, folded)
    return folded if folded in COLORS else COLORS[0]


def to_w3c(marked: Iterable["Highlight"], uids: Mapping[int, str]) -> str:
    """Return highlights as a page of annotations in JSON-LD; ``uids`` names what has no address."""
    return json.dumps(
        {
            "@context": CONTEXT_URL,
            "type": "AnnotationPage",
            "items": [_annotation(one, uids) for one in marked],
        },
        ensure_ascii=False,
        indent=1,
    )


def to_json(marked: Iterable["Highlight"], uids: Mapping[int, str]) -> str:
    """Return highlights as a list of plain objects, which :func:`read` reads again."""
    return json.dumps([_object(one, uids) for one in marked], ensure_ascii=False, indent=1)


def read(data: bytes, name: str) -> Iterator[Found | Unread]:
    """Yield the highlights of a file of W3C annotations, or of Hypothesis' ``rows``, and what of it is none.

    Raises:
        InvalidInput: it is neither.
    """
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            f"{name} is no file of annotations", hint="W3C JSON-LD and the rows of Hypothesis' API can be read."
        ) from error
    items = _items(said)
    if items is None:
        raise InvalidInput(
            f"{name} has no annotations", hint="Highlights of other programs: try `ple bookmarks import`."
        )
    return (_read_one(item, number) for number, item in enumerate(items, start=1))


def to_markdown(marked: Iterable["Highlight"]) -> str:
    """Return highlights as Markdown: what they are in as a heading, their words as quotations, notes below."""
    lines: list[str] = []
    under: tuple[str, str | None] | None = None
    for one in marked:
        if (one.source_title, one.url) != under:
            under = (one.source_title, one.url)
            title = one.source_title.replace("[", "\\[").replace("]", "\\]")
            lines += ["", f"## [{title}](<{one.url}>)" if one.url else f"## {title}"]
        lines += ["", *(f"> {part}".rstrip() for part in one.quote.strip().splitlines())]
        about = [one.made_at.date().isoformat(), *([one.color] if one.color != COLORS[0] else [])]
        about += [f"#{tag.replace(' ', '-')}" for tag in sorted(one.tags)]
        about += ["no longer in the text"] if one.state == "orphaned" else []
        lines += ["", "— " + " · ".join(about)]
        if one.note:
            lines += ["", one.note]
    return "\n".join(["# Highlights", *lines, ""])


def to_csv(marked: Iterable["Highlight"]) -> str:
    """Return highlights as a table with the columns that Readwise and others take in."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["Highlight", "Title", "URL", "Note", "Color", "Tags", "State", "Date"])
    for one in marked:
        when = one.made_at.isoformat().replace("+00:00", "Z")
        tags = ", ".join(sorted(one.tags))
        said = [one.quote, one.source_title, one.url or "", one.note, one.color, tags, one.state, when]
        table.writerow(map(harmless, said))
    return out.getvalue()


def _annotation(one: "Highlight", uids: Mapping[int, str]) -> dict[str, Any]:
    selectors: list[dict[str, Any]] = [{"type": "TextQuoteSelector", "exact": one.quote}]
    for name in ("prefix", "suffix"):
        if getattr(one, name):
            selectors[0][name] = getattr(one, name)
    if one.start is not None and one.end is not None:
        selectors.append({"type": "TextPositionSelector", "start": one.start, "end": one.end})
    bodies: list[dict[str, Any]] = []
    if one.note:
        bodies.append({"type": "TextualBody", "value": one.note, "format": "text/markdown", "purpose": "commenting"})
    bodies += [{"type": "TextualBody", "value": tag, "purpose": "tagging"} for tag in sorted(one.tags)]
    said: dict[str, Any] = {
        "id": f"urn:uuid:{one.uid}",
        "type": "Annotation",
        "motivation": "commenting" if one.note else "highlighting",
        "created": _time(one.made_at),
    }
    if one.edited_at:
        said["modified"] = _time(one.edited_at)
    if bodies:
        said["body"] = bodies
    source: dict[str, Any] = {"type": "Text", "dcterms:title": one.source_title}
    if one.url or one.resource_id in uids:
        source = {"id": one.url or f"urn:uuid:{uids[one.resource_id or 0]}", **source}
    said["target"] = {"source": source, "selector": selectors, "styleClass": one.color}
    return said


def _object(one: "Highlight", uids: Mapping[int, str]) -> dict[str, Any]:
    names = ("url", "source_title", "quote", "prefix", "suffix", "start", "end", "state", "note", "color")
    return {
        "id": f"urn:uuid:{one.uid}",
        "source": f"urn:uuid:{uids[one.resource_id or 0]}" if one.resource_id in uids else None,
        **{name: getattr(one, name) for name in names},
        "tags": sorted(one.tags),
        "created": _time(one.made_at),
    }


def _time(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _items(said: Any) -> list[Any] | None:
    """Return the annotations of a page, a collection, a list, Hypothesis' rows, or the one that it is."""
    while isinstance(said, dict):
        inner = next(
            (said[name] for name in ("items", "rows", "first") if isinstance(said.get(name), list | dict)), None
        )
        if isinstance(inner, list):
            return inner
        if inner is None:
            return [said] if "target" in said else None
        said = inner
    if not isinstance(said, list):
        return None
    return said if any(isinstance(one, dict) and ("target" in one or "quote" in one) for one in said) else None


def _read_one(item: Any, number: int) -> Found | Unread:
    if not isinstance(item, dict):
        return Unread(number, "", "it is no annotation")
    if "target" not in item and _text(item.get("quote")).strip():
        item = _as_annotation(item)
    targets = _list(item.get("target"))
    quote: dict[str, Any] = {}
    position: dict[str, Any] = {}
    url = title = uid = color = ""
    for target in targets:
        here = target if isinstance(target, dict) else {"source": target}
        source = here.get("source", here.get("id", ""))
        if isinstance(source, dict):
            title = title or _text(source.get("dcterms:title") or source.get("title") or source.get("name"))
            source = source.get("id") or source.get("@id") or ""
        url = url or _text(source).partition("#")[0]
        color = color or _text(here.get("styleClass"))
        for selector in _selectors(here.get("selector")):
            kind = _text(selector.get("type"))
            quote = quote or (selector if kind == "TextQuoteSelector" else {})
            position = position or (selector if kind == "TextPositionSelector" else {})
    url = url or _text(item.get("uri"))
    if not title and isinstance(item.get("document"), dict):
        title = "".join(_text(one) for one in _list(item["document"].get("title"))[:1])
    if url.startswith("urn:uuid:"):
        url, uid = "", url.removeprefix("urn:uuid:")
    exact = _text(quote.get("exact"))
    if not exact.strip():
        why = "it is an answer to another annotation" if item.get("references") else "it quotes no words"
        return Unread(number, url, why)
    if not url and not uid:
        return Unread(number, url, "it does not say what it is in")
    notes, tags = _bodies(item)
    named = _text(item.get("id") or item.get("@id"))
    new = NewHighlight(
        quote=exact, prefix=_text(quote.get("prefix")), suffix=_text(quote.get("suffix")),
        start=_number(position.get("start")), end=_number(position.get("end")),
        note="\n\n".join(notes), color=color, tags=tuple(tags),
        made_at=_moment(_text(item.get("created"))), origin=named[:300] or None,
    )  # fmt: skip
    return Found(url, title, new, number, uid)


def _as_annotation(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object of our own JSON as the annotation that it is."""
    selectors = [
        {**item, "type": "TextQuoteSelector", "exact": item["quote"]},
        {"type": "TextPositionSelector", "start": item.get("start"), "end": item.get("end")},
    ]
    source = {"id": item.get("url") or item.get("source"), "title": item.get("source_title")}
    target = {"source": source, "selector": selectors, "styleClass": item.get("color")}
    return {**item, "target": target, "text": item.get("note")}


def _bodies(item: dict[str, Any]) -> tuple[list[str], list[str]]:
    notes = [_text(item.get("text")), _text(item.get("bodyValue"))]
    tags = [_text(tag) for tag in _list(item.get("tags"))]
    for body in _list(item.get("body")):
        if isinstance(body, str):
            notes.append("" if body.startswith(("http:", "https:")) else body)
        elif isinstance(body, dict):
            value = _text(body.get("value"))
            purposes = [*_list(body.get("purpose")), *_list(body.get("role"))]
            (tags if "tagging" in purposes or "oa:tagging" in purposes else notes).append(value)
    return [note for note in notes if note.strip()], [tag for tag in tags if tag.strip()]


def _selectors(said: Any) -> Iterator[dict[str, Any]]:
    """Yield selectors, those that refine others and those to choose from included."""
    waiting = _list(said)
    for _ in range(50):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, dict):
            yield one
            waiting += [*_list(one.get("refinedBy")), *_list(one.get("items"))]


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [] if said is None else [said]


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _number(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 2**31 else None


def _moment(text: str) -> dt.datetime | None:
    try:
        when = dt.datetime.fromisoformat(text)
        return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):  # the year 1 east of Greenwich
        return None
