"""Annotations: passages and notes on pages, as Hypothesis gives them out and as the W3C writes them down.

https://h.readthedocs.io/en/latest/api-reference/v1/ and https://www.w3.org/TR/annotation-model/
"""

import re
from collections.abc import Iterator
from typing import Any

from ple.bookmarks.formats.record import Quotation, Record, parse_when

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_PDF = "urn:x-pdf:"
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?")


def is_hypothesis(value: Any) -> bool:
    """Return whether this is an answer of Hypothesis, or a list of its annotations."""
    rows = _rows(value)
    return bool(rows) and all(isinstance(row, dict) for row in rows) and "target" in rows[0] and "id" in rows[0] and (
        isinstance(value, dict) or "uri" in rows[0]
    )  # fmt: skip


def read_hypothesis(value: Any) -> Iterator[Record]:
    """Yield the pages, each with what was marked and said on it; a note on the whole page is the bookmark's."""
    pages: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(_rows(value), 1):
        url, text = _page_of(row), _text(row.get("text")).strip()
        if row.get("references"):
            yield Record(url, line=number, problem="it is a reply to another annotation")
            continue
        if not url:
            yield Record("", text, line=number, problem="it does not say which page it is on")
            continue
        page = pages.setdefault(
            url, {"titles": [], "notes": [], "quotations": [], "tags": [], "times": [], "at": number}
        )
        document = row.get("document")
        page["titles"] += _texts(document.get("title")) if isinstance(document, dict) else []
        created = parse_when(_text(row.get("created")))
        page["times"] += [created] if created else []
        quotation = _quotation(
            [selector for one in _dicts(row.get("target")) for selector in _dicts(one.get("selector"))]
        )
        tags = tuple(_texts(row.get("tags")))
        if quotation is None:
            page["notes"] += [text] if text else []
            page["tags"] += tags
        else:
            page["quotations"].append(_with(quotation, note=text, created_at=created, tags=tags))
    for url, page in pages.items():
        found = _record(url, page)
        if url.startswith(_PDF):  # a file of the learner's: it has no address, but is called something
            if found.title:
                yield _with_work(found)
            else:
                yield Record("", line=found.line, problem="it is a PDF without an address or a title")
        else:
            yield found


def _page_of(row: dict[str, Any]) -> str:
    """Return the address of what an annotation is on; of a PDF, which has a fingerprint for one, a real one if any."""
    document = row.get("document")
    links = _dicts(document.get("link")) if isinstance(document, dict) else []
    places = [row.get("uri"), *(one.get("source") for one in _dicts(row.get("target")))]
    said = [_text(place) for place in places if _text(place)]
    others = [*said, *(_text(one.get("href")) for one in links)]
    return next((url for url in others if url.startswith(("http:", "https:"))), next(iter(said), ""))


def is_w3c(value: Any) -> bool:
    """Return whether this is an annotation of the W3C's model, or a collection or page of them."""
    if isinstance(value, list):
        return bool(value) and is_w3c(value[0])
    if not isinstance(value, dict):
        return False
    kinds = {"Annotation", "AnnotationCollection", "AnnotationPage"}
    return _CONTEXT in _said(value.get("@context")) or bool(set(_said(value.get("type"))) & kinds)


def read_w3c(value: Any) -> Iterator[Record]:
    """Yield the pages that annotations are on; one that breaks the model is refused, with what is wrong in it."""
    pages: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(_annotations(value), 1):
        problem = "it does not say its context" if one is value and "@context" not in one else _wrong(one)
        targets = [] if problem else list(_targets(one.get("target")))
        if problem or not targets:
            yield Record(_text(one.get("id")), line=number, problem=problem or "it does not say what it is on")
            continue
        texts, tags = _bodies(one)
        created = parse_when(_text(one.get("created")))
        for source, selectors in targets:
            page = pages.setdefault(
                source, {"titles": [], "notes": [], "quotations": [], "tags": [], "times": [], "at": number}
            )
            page["times"] += [created] if created else []
            quotation = _quotation(selectors)
            note = "\n\n".join(texts)
            if quotation is None:
                page["notes"] += [note] if note else []
                page["tags"] += tags
            else:
                page["quotations"].append(_with(quotation, note=note, created_at=created, tags=tuple(tags)))
    for url, page in pages.items():
        yield _record(url, page)


def _annotations(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _annotations(one)
    elif isinstance(value, dict):
        kinds = _said(value.get("type"))
        if "AnnotationCollection" in kinds:
            yield from _annotations(value.get("first"))
        elif "AnnotationPage" in kinds:
            yield from _annotations(value.get("items") or [])
        else:
            yield value


def _wrong(one: dict[str, Any]) -> str:
    """Return what is against the model in an annotation, as far as it matters to us."""
    contexts = _said(one.get("@context"))
    if "@context" in one and _CONTEXT not in contexts:
        return "its context is not that of annotations"
    if "Annotation" not in _said(one.get("type")):
        return "it is not an Annotation"
    if not isinstance(one.get("id"), str | None):
        return "it has more than one id"
    if "target" not in one:
        return "it has no target"
    if "bodyValue" in one and ("body" in one or not isinstance(one["bodyValue"], str)):
        return "its bodyValue is no single text"
    for name in ("created", "modified", "generated"):
        if name in one and not (isinstance(one[name], str) and _TIME.fullmatch(one[name])):
            return f"its “{name}” is no time"
    return ""


def _targets(target: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for one in target if isinstance(target, list) else [target]:
        if isinstance(one, str):
            yield one, []
        elif isinstance(one, dict):
            if "items" in one:
                yield from _targets(one["items"])
                continue
            source = one.get("source", one.get("id"))
            source = source.get("id") if isinstance(source, dict) else source
            if isinstance(source, str):
                yield source, _dicts(one.get("selector"))


def _bodies(one: dict[str, Any]) -> tuple[list[str], list[str]]:
    texts = [one["bodyValue"]] if isinstance(one.get("bodyValue"), str) else []
    tags: list[str] = []
    waiting = [one.get("body")]
    while waiting:
        body = waiting.pop(0)
        if isinstance(body, list):
            waiting = [*body, *waiting]
        elif isinstance(body, str):
            texts.append(body)
        elif isinstance(body, dict):
            if "items" in body:
                waiting = [body["items"], *waiting]
            elif isinstance(body.get("value"), str):
                (tags if body.get("purpose") == "tagging" else texts).append(body["value"])
            elif isinstance(body.get("id"), str):
                texts.append(body["id"])
    return texts, tags


def _quotation(selectors: list[dict[str, Any]]) -> Quotation | None:
    quote: dict[str, Any] = {}
    position: int | None = None
    waiting = list(selectors)
    while waiting:
        selector = waiting.pop(0)
        if selector.get("type") == "TextQuoteSelector" and isinstance(selector.get("exact"), str):
            quote = selector
        elif selector.get("type") == "TextPositionSelector" and isinstance(selector.get("start"), int):
            position = max(0, selector["start"])
        waiting += _dicts(selector.get("refinedBy"))
    if not quote:
        return None
    return Quotation(
        _text(quote["exact"]), prefix=_text(quote.get("prefix")), suffix=_text(quote.get("suffix")), position=position
    )


def _with(quotation: Quotation, **more: Any) -> Quotation:
    from dataclasses import replace

    return replace(quotation, **more)


def _record(url: str, page: dict[str, Any]) -> Record:
    return Record(
        url, next(iter(page["titles"]), ""), tuple(dict.fromkeys(page["tags"])), "\n\n".join(page["notes"]),
        saved_at=min(page["times"], default=None), quotations=tuple(page["quotations"]), line=page["at"],
    )  # fmt: skip


def _with_work(record: Record) -> Record:
    from dataclasses import replace

    return replace(record, url="", csl={"type": "document", "title": record.title})


def _rows(value: Any) -> list[Any]:
    rows = value.get("rows") if isinstance(value, dict) else value
    return rows if isinstance(rows, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _said(value: Any) -> list[str]:
    return _texts(value) if isinstance(value, list) else [value] if isinstance(value, str) else []


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""
