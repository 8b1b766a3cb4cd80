"""Catalogue records in XML: Zotero's RDF, the libraries' MODS, and the OPF that Calibre keeps beside a book."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Record, parse_when

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ROOTS = ("<rdf:rdf", "<modscollection", "<mods", "<package")
_TYPES = {
    "article": "article-journal", "journalarticle": "article-journal", "book": "book", "booksection": "chapter",
    "bookitem": "book", "thesis": "thesis", "report": "report", "webpage": "webpage", "document": "document",
}  # fmt: skip


def recognises(head: str) -> bool:
    """Return whether a text begins as one of these; ``head`` in lower case."""
    return any(root in head for root in _ROOTS)


def read(data: bytes) -> Iterator[Record]:
    """Yield the works.

    Raises:
        ValueError: it is damaged.

    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise ValueError("no XML") from error
    name = _name(root)
    if name == "RDF":
        items: list[tuple[Element, Any]] = [(one, _of_rdf) for one in root if _is_work(one)]
        links = {one.get(f"{_RDF}about"): _first(one, "value") for one in root if _name(one) == "Attachment"}
    else:
        links = {}
        items = (
            [(root, _of_opf)] if name == "package" else [(one, _of_mods) for one in root.iter() if _name(one) == "mods"]
        )
    for number, (element, of) in enumerate(items, 1):
        item = {field: value for field, value in of(element).items() if value}
        if not item.get("URL"):
            attached = [one.get(f"{_RDF}resource") for one in element if _name(one) == "link"]
            item["URL"] = next((links[one] for one in attached if links.get(one)), "")
        yield csl.record(item, number)


def _of_rdf(element: Element) -> csl.Item:
    authors = next((one for one in element if _name(one) == "authors"), None)
    address = next((_first(one, "value") for one in element if _name(one) == "identifier"), "")
    people = [one for one in authors.iter() if _name(one) == "Person"] if authors is not None else []
    return {
        "id": element.get(f"{_RDF}about", ""),
        "type": _type(_child(element, "itemType") or _name(element)),
        "title": _child(element, "title"),
        "author": [_person(_first(one, "surname"), _first(one, "givenName")) for one in people],
        "issued": _issued(_child(element, "date")),
        "abstract": _child(element, "abstract"),
        "language": _child(element, "language"),
        "keyword": ", ".join(_texts(element, "subject")),
        "URL": address if address.startswith("http") else "",
    }


def _of_mods(element: Element) -> csl.Item:
    names = [one for one in element if _name(one) == "name"]
    people = [
        [(part.get("type"), (part.text or "").strip()) for part in one if _name(part) == "namePart"] for one in names
    ]
    numbers = {
        (one.get("type") or "").lower(): (one.text or "").strip() for one in element if _name(one) == "identifier"
    }
    return {
        "id": "",
        "type": _type(_child(element, "genre")),
        "title": _first(element, "title"),
        "author": [
            _person(dict(parts).get("family") or parts[0][1], dict(parts).get("given") or "")
            for parts in people
            if parts
        ],
        "issued": _issued(_first(element, "dateIssued") or _first(element, "copyrightDate")),
        "publisher": _first(element, "publisher"),
        "DOI": numbers.get("doi", ""),
        "ISBN": numbers.get("isbn", ""),
        "URL": _first(element, "url"),
        "abstract": _first(element, "abstract"),
        "keyword": ", ".join(_texts(element, "topic")),
    }


def _of_opf(element: Element) -> csl.Item:
    numbers = [(one.text or "").strip() for one in element.iter() if _name(one) == "identifier"]
    isbn = next((one for one in numbers if re.fullmatch(r"(urn:isbn:|isbn:?)?\s*97[89][-0-9]{10,14}", one, re.I)), "")
    people = [(one.text or "").strip() for one in element.iter() if _name(one) == "creator"]
    return {
        "id": "",
        "type": "book",
        "title": _first(element, "title"),
        "author": [person for one in people for person in csl.names(one)],
        "issued": _issued(_first(element, "date")),
        "publisher": _first(element, "publisher"),
        "ISBN": isbn.lower().removeprefix("urn:").removeprefix("isbn:"),
        "language": _first(element, "language"),
        "keyword": ", ".join(_texts(element, "subject")),
    }


def _is_work(element: Element) -> bool:
    return _name(element) not in ("Attachment", "Memo", "Collection", "Journal") and bool(_child(element, "title"))


def _person(family: str, given: str) -> csl.Item:
    return {"family": family, "given": given} if given else csl.names(family)[0]


def _issued(said: str) -> csl.Item | None:
    year = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", said)
    if year:
        return {"date-parts": [[int(part) for part in year.groups() if part]]}
    when = parse_when(said)
    return {"date-parts": [[when.year, when.month, when.day]]} if when else None


def _type(said: str) -> str:
    return _TYPES.get(re.sub(r"[^a-z]", "", said.lower()), "document")


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Element, name: str) -> str:
    return next(((one.text or "").strip() for one in element if _name(one) == name), "")


def _first(element: Element, name: str) -> str:
    return next(((one.text or "").strip() for one in element.iter() if _name(one) == name), "")


def _texts(element: Element, name: str) -> list[str]:
    return [one.text.strip() for one in element.iter() if _name(one) == name and one.text and one.text.strip()]
