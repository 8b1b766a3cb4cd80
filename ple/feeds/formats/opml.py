"""OPML 2.0 subscription lists (http://opml.org/spec2.opml), in and out.

Lists from the wild have bare ampersands, missing titles, folders that are feeds and feeds without addresses: what can
be followed is, and the rest is listed with a reason. Pure.
"""

import datetime as dt
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import quoteattr

from ple.feeds.errors import BrokenOutline

LARGEST = 20_000_000  # bytes; ten thousand feeds are two million
DEEPEST = 20  # folders within folders


@dataclass(frozen=True, slots=True)
class Outline:
    """One subscription of a list. ``folder`` has nested names joined by slashes; none is the top."""

    url: str
    title: str = ""
    site_url: str | None = None
    folder: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """An outline that looks like a subscription but has no address."""

    title: str


def read(data: bytes) -> list[Outline | Blank]:
    """Return the subscriptions in ``data``, in its order; the same address may come twice.

    Raises:
        BrokenOutline: it is no OPML, or too large.

    """
    if len(data) > LARGEST:
        raise BrokenOutline(f"the list has {len(data) // 1_000_000} MB; no list of subscriptions is that large")
    found = list(_walk(_outlines(data)))
    if not found and b"<opml" not in data[:100_000].lower() and b"<outline" not in data.lower():
        if b"netscape-bookmark" in data[:1000].lower():
            raise BrokenOutline("these are bookmarks, no list of feeds", hint="`ple bookmarks import` takes them in.")
        raise BrokenOutline("this is no OPML file")
    return found


def write(outlines: Iterable[Outline], *, title: str, now: dt.datetime) -> str:
    """Return a list of subscriptions as OPML 2.0, with folders as nested outlines."""
    root: dict[str, object] = {}
    for outline in outlines:
        level = root
        for name in (outline.folder or "").split("/"):
            if name:
                level = level.setdefault(f"/{name}", {})  # type: ignore[assignment]
        level[outline.url] = outline
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        f"    <title>{html.escape(title, quote=False)}</title>",
        f"    <dateCreated>{now:%a, %d %b %Y %H:%M:%S} GMT</dateCreated>",
        "  </head>",
        "  <body>",
        *_written(root, "    "),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _written(level: dict[str, object], indent: str) -> Iterator[str]:
    for name, inner in level.items():
        if isinstance(inner, Outline):
            attributes = {"type": "rss", "text": inner.title or inner.url, "title": inner.title, "xmlUrl": inner.url}
            attributes |= {"htmlUrl": inner.site_url or "", "category": ",".join(inner.tags)}
            yield f"{indent}<outline{_attributes(attributes)}/>"
        elif isinstance(inner, dict):
            yield f"{indent}<outline{_attributes({'text': name[1:], 'title': name[1:]})}>"
            yield from _written(inner, indent + "  ")
            yield f"{indent}</outline>"


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_allowed(value))}" for name, value in values.items() if value)


def _allowed(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An outline as it stands: its attributes by name in lower case, and how deep it is."""

    attributes: dict[str, str]
    depth: int
    has_children: bool


def _walk(outlines: Iterable[_Opened]) -> Iterator[Outline | Blank]:
    folders: list[str] = []
    for outline in outlines:
        del folders[outline.depth :]
        said = outline.attributes
        url = (said.get("xmlurl") or "").strip()
        name = " ".join((said.get("title") or said.get("text") or "").split())
        if not url and said.get("type", "").lower() in ("rss", "atom") and said.get("url"):
            url = said["url"].strip()
        if url:
            yield Outline(
                url=url,
                title=name,
                site_url=(said.get("htmlurl") or "").strip() or None,
                folder="/".join(folder for folder in folders if folder) or None,
                tags=tuple(tag for tag in (tag.strip() for tag in said.get("category", "").split(",")) if tag),
            )
        elif not outline.has_children:
            # A feed without an address, or an empty folder: both are worth a word, none is worth an error.
            yield Blank(name)
        folders += [""] * (outline.depth - len(folders))
        # A feed that holds others (some readers write that) is no folder; its children belong where it is.
        folders.append("" if url else name.replace("/", "∕"))


def _outlines(data: bytes) -> Iterator[_Opened]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data.lstrip(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise BrokenOutline("the list declares entities of its own, which no list of subscriptions needs") from error
    except (ParseError, ValueError, LookupError, RecursionError):
        return _torn(data)
    return _elements(root)


def _elements(root: Element) -> Iterator[_Opened]:
    waiting: list[tuple[Element, int]] = [(child, 0) for child in reversed(list(root))]
    while waiting:
        element, depth = waiting.pop()
        inner = depth
        if str(element.tag).rpartition("}")[2].lower() == "outline":
            attributes = {name.lower(): value for name, value in element.attrib.items()}
            yield _Opened(attributes, depth, len(element) > 0)
            inner = min(depth + 1, DEEPEST)
        waiting += [(child, inner) for child in reversed(list(element))]


_TAG = re.compile(r"<(/?)outline\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]{0,100})\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*')")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")


def _torn(data: bytes) -> Iterator[_Opened]:
    """Yield the outlines of a list that is not well-formed: whatever tags can be read."""
    declared = _ENCODING.match(data)
    text = ""
    for encoding in ("utf-8-sig", declared[1].decode() if declared else "cp1252", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    depth = 0
    tags = list(_TAG.finditer(text))
    ends = [*(tag.start() for tag in tags), len(text)]
    for tag, end in zip(tags, ends[1:], strict=True):
        if tag[1]:
            depth = max(0, depth - 1)
            continue
        inside = text[tag.end() : end]  # up to the next outline; its own text has no attributes
        said = {name.lower(): html.unescape(value[1:-1]) for name, value in _ATTRIBUTE.findall(inside)}
        closed = _QUOTED.sub("", inside).partition(">")[0].rstrip().endswith("/")
        yield _Opened(said, depth, has_children=not closed)
        depth = min(depth + (not closed), DEEPEST)
