"""What Leap2A must be: Atom (RFC 4287), the specification of 2010-07, and what Mahara's importer looks for."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from defusedxml.ElementTree import fromstring

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"
LEAP, RDF = "{http://terms.leapspecs.org/}", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_TYPES = {
    "ability", "achievement", "activity", "affiliation", "entry", "meeting", "organization", "person", "plan",
    "publication", "resource", "selection",
}  # fmt: skip
_PAIRS = {
    "has_part": "is_part_of", "has_evidence": "is_evidence_of", "supports": "is_supported_by", "reflects_on":
    "is_reflected_on_by", "has_outcome": "is_outcome_of", "has_agenda": "is_agenda_of", "attends": "is_attended_by",
}  # fmt: skip
_RELATIONS = {*_PAIRS, *_PAIRS.values(), "relation"}
_FIELDS = {
    "full_name", "legal_family_name", "legal_given_name", "preferred_family_name", "preferred_given_name",
    "name_prefix", "name_suffix", "other_id", "website", "mobile", "workphone", "homephone", "fax", "email", "dob",
    "gender", "id", "country", "minicom", "other",
}  # fmt: skip
_TERMS = {
    "person_type": {"Self", "Significant other", "Parent"},
    "selection_type": {"Blog", "Collection", "Folder", "Grouping", "Webpage", "Website", "Feature", "Project"},
}
_SPACES = {
    "http://www.w3.org/2005/Atom", LEAP[1:-1], RDF[1:-1], "http://wiki.leapspecs.org/2A/categories/",
}  # fmt: skip
_ONCE = ("id", "title", "updated", "published", "summary", "content", "rights", "source")
_KNOWN = {
    "author",
    "category",
    "content",
    "contributor",
    "id",
    "link",
    "published",
    "rights",
    "summary",
    "title",
    "updated",
}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def faults(document: bytes) -> Iterator[str]:
    """Yield what is wrong with a document, in sentences; nothing is good."""
    root = document[document.index(b"<feed") : document.index(b">", document.index(b"<feed"))].decode()
    for space in _SPACES:
        if f'"{space}"' not in root:
            yield f"the root does not declare {space}: values that begin with its prefix mean nothing"
    feed = fromstring(document)
    if feed.tag != f"{ATOM}feed":
        yield "it is no Atom feed"
    if feed.findtext(f"{LEAP}version") != "http://www.leapspecs.org/2010-07/2A/":
        yield "it does not say which version it is"
    yield from _constructs("the feed", feed)
    author = feed.find(f"{ATOM}author")
    if author is None or not (author.findtext(f"{ATOM}name") or "").strip():
        yield "the feed's author has no name"
    entries = feed.findall(f"{ATOM}entry")
    order = [child.tag == f"{ATOM}entry" for child in feed]
    if order != sorted(order):
        yield "something of the feed stands behind its first entry"
    by_id: dict[str, Any] = {}
    for entry in entries:
        id = entry.findtext(f"{ATOM}id") or ""
        if id in by_id:
            yield f"two entries are {id}"
        by_id[id] = entry
    me = by_id.get(author.findtext(f"{ATOM}uri") or "") if author is not None else None
    if me is None or _type(me) != "person" or ("Self", "person_type") not in set(_categories(me)):
        yield "the feed's author points at no entry of type person that says that it is the learner's own"
    for entry in entries:
        yield from _entry(entry, by_id)


def _constructs(where: str, element: Any) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        if len(element.findall(f"{ATOM}{name}")) != 1:
            yield f"{where} has not exactly one {name}"
    for name in _ONCE:
        if len(element.findall(f"{ATOM}{name}")) > 1:
            yield f"{where} has more than one {name}"
    if not _URI.fullmatch(element.findtext(f"{ATOM}id") or ""):
        yield f"the id of {where} is no URI"
    for name in ("updated", "published"):
        when = element.findtext(f"{ATOM}{name}")
        if when is not None and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", when):
            yield f"{name} of {where} is no date of RFC 3339"
        elif when is not None:
            datetime.fromisoformat(when)


def _entry(entry: Any, by_id: dict[str, Any]) -> Iterator[str]:
    where = f"“{entry.findtext(f'{ATOM}title')}”"
    yield from _constructs(where, entry)
    for child in entry:
        if child.tag.startswith(ATOM) and child.tag.removeprefix(ATOM) not in _KNOWN:
            yield f"{where} has {child.tag}"
        if not child.tag.startswith((ATOM, LEAP, RDF)):
            yield f"{where} has {child.tag}"
    kind = _type(entry)
    if kind not in _TYPES:
        yield f"{where} is of no type that there is: {kind}"
    links = entry.findall(f"{ATOM}link")
    if entry.find(f"{ATOM}content") is None and not any(link.get("rel") == "alternate" for link in links):
        yield f"{where} has neither content nor another place where it can be read"
    content = entry.find(f"{ATOM}content")
    if content is not None and content.get("type") == "xhtml":
        inside = list(content)
        if [one.tag for one in inside] != [f"{XHTML}div"] or (content.text or "").strip():
            yield f"what {where} says is not one XHTML div"
        elif any(not one.tag.startswith(XHTML) for one in inside[0].iter()):
            yield f"what {where} says holds what is no XHTML"
    elif content is not None and content.get("src") is not None:
        if kind != "resource" or "/" not in content.get("type", "") or len(content) or content.text:
            yield f"{where} lies elsewhere, and is no file: a resource with a media type and nothing else in it"
    elif content is not None and content.get("type", "text") != "text":
        yield f"what {where} says is of type {content.get('type')}; XHTML is strongly preferred"
    alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
    if len(alternates) != len(set(alternates)):
        yield f"{where} has two alternates of the same type and language"
    for link in links:
        yield from _link(where, entry, link, by_id)
    for term, scheme in _categories(entry):
        if scheme and term not in _TERMS.get(scheme, set()):
            yield f"{where} is in no category {scheme} {term}"
    if kind == "selection" and not any(scheme == "selection_type" for _, scheme in _categories(entry)):
        yield f"{where} does not say which sort of selection it is"
    for data in entry.findall(f"{LEAP}persondata"):
        if kind != "person" or data.get(f"{LEAP}field") not in _FIELDS or not data.text:
            yield f"{where} says {data.get(f'{LEAP}field')} of a person"


def _link(where: str, entry: Any, link: Any, by_id: dict[str, Any]) -> Iterator[str]:
    rel, href = link.get("rel", "alternate"), link.get("href") or ""
    if not _URI.fullmatch(href):
        yield f"{where} links to {href!r}"
    if ":" not in rel:
        if rel not in ("alternate", "related", "enclosure", "self", "via"):
            yield f"{where} has a link of the relation {rel}"
        return
    name = rel.removeprefix("leap2:")
    if name not in _RELATIONS:
        yield f"{where} has a link of the relation {rel}"
    target = by_id.get(href)
    if target is None:
        yield f"{where} {name} {href}, which is not here"
        return
    back = _PAIRS.get(name) or {value: key for key, value in _PAIRS.items()}.get(name)
    own = entry.findtext(f"{ATOM}id")
    if back and not any(
        one.get("rel") == f"leap2:{back}" and one.get("href") == own for one in target.findall(f"{ATOM}link")
    ):
        yield f"{where} {name} “{target.findtext(f'{ATOM}title')}”, which does not say {back}"
    order = link.get(f"{LEAP}display_order")
    if order is not None and not re.fullmatch(r"[1-9]\d*", order):
        yield f"{where} has {order} as an order"


def _type(entry: Any) -> str:
    kinds = [one.get(f"{RDF}resource") or "" for one in entry.findall(f"{RDF}type")]
    return kinds[0].removeprefix("leap2:").removeprefix(LEAP[1:-1]) if len(kinds) == 1 else f"{len(kinds)} types"


def _categories(entry: Any) -> Iterator[tuple[str, str]]:
    for one in entry.findall(f"{ATOM}category"):
        yield one.get("term") or "", (one.get("scheme") or "").removeprefix("categories:").removesuffix("#")
