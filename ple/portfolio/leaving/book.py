"""The built site as a book: its works in the learner's order, their pictures, and links that lead within it.

It is read from the pages as they were built, so a book says what the site says and nothing that the site does not.
"""

import datetime as dt
import posixpath
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

from ple.library import InvalidInput
from ple.portfolio.characters import fit
from ple.portfolio.mentions import HIDDEN, ROOT, Mention, Target
from ple.portfolio.prose import page_html
from ple.portfolio.values import Artifact, Settings, Visibility

_NOT_IN_BOOKS = frozenset(
    {"nav", "script", "style", "form", "button", "template", "dialog", "iframe", "object", "source"}
)
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".svg":
             "image/svg+xml", ".webp": "image/webp"}  # fmt: skip
CHAPTER = "chapter:"
"""How links begin that lead to another chapter: then comes its number, and what follows “#”."""


@dataclass(slots=True)
class Chapter:
    """A piece of work."""

    number: int
    title: str
    language: str
    collection: str
    element: html.HtmlElement
    """Its page's own part, with links as they are in a book and pictures by their paths in :attr:`Book.pictures`."""


@dataclass(slots=True)
class Book:
    """A portfolio to be read on paper, or on a reader for books."""

    title: str
    author: str
    language: str
    uid: str
    url: str | None
    about: html.HtmlElement | None
    """What the learner says about himself or herself, as the first page of the site has it."""
    licence: str
    modified: dt.datetime
    chapters: list[Chapter] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Media type and content of each picture, by its path."""


def read_book(site: Path, settings: Settings, artifacts: Iterable[Artifact], *, with_unlisted: bool = False) -> Book:
    """Read the site that was built in ``site``; public works, and unlisted ones too if that is said.

    Raises:
        InvalidInput: nothing is shown to anybody.
    """
    wanted = {Visibility.PUBLIC, Visibility.UNLISTED} if with_unlisted else {Visibility.PUBLIC}
    shown = [one for one in artifacts if one.visibility in wanted and one.address]
    shown = [one for one in shown if (site / str(one.address) / "index.html").is_file()]
    if not shown:
        raise InvalidInput(
            "there is nothing to put in a book yet",
            hint="Show something: `ple portfolio edit ARTIFACT --visibility public`.",
        )
    numbers = {str(one.address): number for number, one in enumerate(shown, 1)}
    book = Book(
        settings.title, settings.author, settings.language, str(settings.uid), settings.url,
        _introduction(settings, shown, numbers), settings.licence, dt.datetime(1980, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    for artifact in shown:
        address = str(artifact.address)
        page = html.document_fromstring((site / address / "index.html").read_bytes().decode("utf-8"))
        book.modified = max(book.modified, _modified(page))
        part = next(iter(page.iter("article")), None)
        part = next(iter(page.iter("main")), page.body) if part is None else part
        language = part.get("lang") or page.get("lang") or settings.language
        _clean(part)
        _lead(part, address, numbers, settings.url)
        _show(part, address, site, book.pictures)
        book.chapters.append(Chapter(numbers[address], artifact.title, language, artifact.page, part))
    return book


def _introduction(settings: Settings, shown: Iterable[Artifact], numbers: Mapping[str, int]) -> html.HtmlElement | None:
    """Return what stands on the first page: like there, it names nothing but what is public."""
    about = fit(settings.about)
    if not about.strip():
        return None
    public = [one for one in shown if one.visibility is Visibility.PUBLIC]
    by_title = {_folded(one.title): one for one in reversed(public)}

    def target(mention: Mention) -> Target:
        if mention.title is None:
            return Target(mention.written)
        known = by_title.get(_folded(mention.title))
        return Target(mention.label or (known.title if known else HIDDEN), known.address if known else None)

    part = html.fragment_fromstring(page_html(about, target).replace(ROOT, ""), create_parent="div")
    _clean(part)
    _lead(part, "", numbers, settings.url)
    return part


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def _modified(page: html.HtmlElement) -> dt.datetime:
    for meta in page.iter("meta"):
        if meta.get("property") == "article:modified_time":
            try:
                return dt.datetime.fromisoformat(str(meta.get("content"))).astimezone(dt.UTC)
            except ValueError:
                break
    return dt.datetime(1980, 1, 1, tzinfo=dt.UTC)


def _clean(part: html.HtmlElement) -> None:
    for element in list(part.iter()):
        if not isinstance(element.tag, str) or (element.tag in _NOT_IN_BOOKS and element is not part):
            element.drop_tree()
        elif element.tag == "picture":
            element.drop_tag()
        else:
            for name in [name for name in element.attrib if name.startswith(("on", "data-")) or ":" in name]:
                del element.attrib[name]
            if element.get("dir") == "auto":
                element.set("dir", _direction(element.text_content()))


def _direction(text: str) -> str:
    """Return in which direction a text runs: what makes books of pages does not find that out."""
    for letter in text:
        if (sort := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return "ltr" if sort == "L" else "rtl"
    return "ltr"


def _lead(part: html.HtmlElement, address: str, numbers: Mapping[str, int], url: str | None) -> None:
    """Let links lead to chapters, or to the web; those that would lead nowhere become words."""
    for link in list(part.iter("a")):
        href = link.get("href")
        if href is None or href.startswith("#"):
            continue
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            continue
        target = posixpath.normpath(posixpath.join("/", address, unquote(parts.path))).lstrip("/")
        target = target.removesuffix("/index.html").removesuffix("index.html")
        number = numbers.get(f"{target.rstrip('/')}/")
        if number is not None:
            link.set("href", f"{CHAPTER}{number}{'#' + parts.fragment if parts.fragment else ''}")
        elif url:
            link.set("href", url + target + ("/" if parts.path.endswith(("/", "..")) and target else ""))
        else:
            link.drop_tag()


def _show(part: html.HtmlElement, address: str, site: Path, pictures: dict[str, tuple[str, bytes]]) -> None:
    """Take the pictures along; one that is elsewhere, or not there, is said by its alternative text."""
    for image in list(part.iter("img")):
        source = urlsplit(image.get("src") or "")
        path = posixpath.normpath(posixpath.join("/", address, unquote(source.path))).lstrip("/")
        kind = _PICTURES.get(posixpath.splitext(path)[1].lower())
        file = site / path
        if source.scheme or source.netloc or kind is None or not file.is_file():
            words = html.Element("span")
            words.text = image.get("alt") or ""
            words.tail = image.tail
            image.getparent().replace(image, words)
            continue
        pictures[path] = (kind, file.read_bytes())
        image.set("src", path)
        for name in ("srcset", "sizes", "loading", "decoding", "fetchpriority"):
            image.attrib.pop(name, None)
        image.set("alt", image.get("alt") or "")
