"""What a page says about itself: title, author, date, language, canonical address, the feeds that it offers.

Where several places say it, the one that was made for it goes first: ``citation_*`` and Dublin Core of scholarly pages,
then JSON-LD, then OpenGraph, then plain HTML. What no place says stays unknown.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ple.web import addresses, titles
from ple.web.client import Response
from ple.web.decoding import decode
from ple.web.linked_data import names_of, things_of
from ple.web.text import line
from ple.web.times import parse_time

__all__ = ["FeedLink", "Page", "decode", "parse_time", "read_page"]

if TYPE_CHECKING:
    from bs4 import Tag

_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/xml",
    "text/xml",
    "application/json",
}
_FEED_PATH = re.compile(r"(?:^|/)(?:(?:rss|atom|feeds?|index)(?:\.(?:xml|rss|rdf|atom|json))|(?:rss|feed|atom)/?)$")
_READ = ["title", "meta", "link", "base", "script", "h1", "time", "a"]
_HTML_TAG = re.compile(r"<html\b[^>]{0,2000}>", re.I)
_LANG = re.compile(r"""\s(?:xml:)?lang\s*=\s*["']?([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)(?=["'\s>/])""", re.I)
_CALLED = ("headline", "name")
_NO_NAME = re.compile(
    r"^(?:(?:written |posted |published )?by|von|par|por|eingestellt von|view all posts by|author:?)\s+", re.I
)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page offers."""

    url: str
    title: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it describes itself. All text is on one line and safe for a terminal; times are aware."""

    url: str
    title: str = ""
    description: str = ""
    author: str | None = None
    published_at: dt.datetime | None = None
    language: str | None = None
    canonical: str | None = None
    site_name: str | None = None
    image: str | None = None
    feeds: tuple[FeedLink, ...] = ()
    base: str = ""
    """What relative links on the page are relative to."""
    html: str = field(default="", repr=False)
    """The page decoded, as it came: not safe to show."""
    meta: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False, hash=False)
    """What its metas say, by name in lower case, as they came."""
    data: tuple[dict[str, Any], ...] = field(default=(), repr=False, hash=False)
    """The things of its JSON-LD that it may be about, as they came."""


def read_page(page: Response | bytes | str, url: str = "", content_type: str = "") -> Page:
    """Return what a page says about itself; ``page`` is an answer, or the bytes or text of one from ``url``.

    Never raises: of what is no HTML, or no page at all, nothing is known but its address.
    """
    language = None
    if isinstance(page, Response):
        url = url or page.url
        content_type = content_type or page.headers.get("content-type", "")
        language = _language(page.headers.get("content-language", "").split(",")[0].strip())
        page = page.body
    html = page if isinstance(page, str) else decode(page, content_type)
    if "<" not in html:
        return Page(url=url, base=url, html=html, language=language)
    reader = _Reader(html, url)
    return Page(
        url=url,
        title=reader.title(),
        description=reader.first("citation_abstract", "og:description", "description", "dc.description",
                                 "dcterms.abstract", "twitter:description") or reader.linked("description"),
        author=reader.author(),
        published_at=reader.published_at(),
        language=reader.language() or language,
        canonical=reader.canonical(),
        site_name=reader.site_name() or None,
        image=reader.image(),
        feeds=reader.feeds(),
        base=reader.base,
        html=html,
        meta=reader.meta,
        data=tuple(reader.data),
    )  # fmt: skip


def _language(text: str) -> str | None:
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9-_]{2,20}))?", text.strip())
    if not found:
        return None
    more = (found[2] or "").replace("_", "-")
    return found[1].lower() + (f"-{more.upper() if len(more) == 2 else more}" if more else "")


class _Reader:
    """The head of a page, and of its body what says who, when and where."""

    def __init__(self, html: str, url: str) -> None:
        from bs4 import BeautifulSoup  # 90 ms
        from bs4.filter import SoupStrainer

        markup = re.sub(r"^\s*<\?xml[^>]*>", "", html)
        self.opening = _HTML_TAG.search(html[:10_000])
        self.soup: BeautifulSoup = BeautifulSoup(markup, "lxml", parse_only=SoupStrainer(_READ))
        self.tags: dict[str, list[Tag]] = {name: [] for name in _READ}
        for tag in self.soup.find_all(_READ):
            self.tags[tag.name].append(tag)
        self.meta: dict[str, list[str]] = {}
        for name in ("property", "name", "itemprop", "http-equiv"):  # RDFa is newer than the name for the same thing
            for tag in self.tags["meta"]:
                content = _attribute(tag, "content")
                if content and tag.get(name):
                    for one in _attribute(tag, name).lower().split():
                        one = re.sub(r"^(dc|dcterms):", r"\1.", one)
                        self.meta.setdefault(one, []).append(content)
        self.base = self.url = url
        for tag in self.tags["base"]:
            if tag.get("href"):
                self.base = addresses.resolve(url or None, _attribute(tag, "href")) or url
                break
        scripts = (tag.string or "" for tag in self.tags["script"] if "ld+json" in _attribute(tag, "type"))
        self.data = list(things_of(scripts))

    def first(self, *names: str) -> str:
        """Return the first of these metas that says something, on one line."""
        for name in names:
            for content in self.meta.get(name, ()):
                said = line(content)
                if said:
                    return said[:2000]
        return ""

    def linked(self, *names: str) -> str:
        """Return the first of these properties of the page's JSON-LD that is a text."""
        for name in names:
            for thing in self.data:
                if isinstance(thing.get(name), str) and line(thing[name]):
                    return line(thing[name])[:2000]
        return ""

    def title(self) -> str:
        scholarly = self.first("citation_title", "dc.title", "dcterms.title")
        if scholarly:
            return scholarly
        heads = [text for text in (line(tag.get_text(" ")) for tag in self.tags["h1"][:5]) if text]
        given = line(self.tags["title"][0].get_text()) if self.tags["title"] else ""
        site = self.site_name()
        said = self._linked_title(given) or self.first("parsely-title", "og:title", "twitter:title")
        if said and said.casefold() != site.casefold():  # some pages say there what their site is called
            return titles.without_site(said, site, heads, self.url)[:1000]
        if given:
            return titles.without_tail(titles.without_site(given, site, heads, self.url), given, heads)[:1000]
        return (said or self.linked("name") or (heads[0] if heads else ""))[:1000]

    def _linked_title(self, given: str) -> str:
        """Return the headline of the JSON-LD, or the name if that is what ``<title>`` has and the headline is not."""
        for thing in self.data:
            headline, name = (line(said)[:2000] if isinstance(said := thing.get(key), str) else "" for key in _CALLED)
            if headline:
                return name if name and given.startswith(name) and headline not in given else headline
        return ""

    def site_name(self) -> str:
        for thing in self.data:
            publisher = thing.get("publisher")
            if not self.meta.get("og:site_name") and isinstance(publisher, dict):
                return line(str(publisher.get("name") or ""))[:200]
        return self.first("og:site_name", "application-name", "citation_journal_title")[:200]

    def author(self) -> str | None:
        names = [line(name) for name in self.meta.get("citation_author", []) + self.meta.get("dc.creator", [])]
        if not names:
            for thing in self.data:
                names += list(names_of(thing.get("author")))
                if names:
                    break
        if not names:
            metas = ("author", "article:author", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
            names = [line(name) for meta in metas for name in self.meta.get(meta, [])][:1]
        if not names:
            marked = [tag for tag in self.tags["a"] if "author" in _relations(tag)]
            names = [line(tag.get_text(" ")) for tag in marked][:1]
        site = self.site_name().casefold()
        kept = []
        for name in names:
            name = _NO_NAME.sub("", name).strip(" ,;|")
            is_name = 1 < len(name) < 120 and not name.startswith(("http:", "https:", "@", "/")) and "://" not in name
            if is_name and name.casefold() != site and name not in kept:
                kept.append(name)
            if len(kept) == 20:
                break
        return ", ".join(kept) or None

    def published_at(self) -> dt.datetime | None:
        metas = (
            "citation_publication_date", "citation_date", "dcterms.issued", "dc.date.issued", "dc.date",
            "article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "date",
            "pubdate", "publishdate",
        )  # fmt: skip
        said = [thing[name] for thing in self.data for name in ("datePublished", "uploadDate") if thing.get(name)]
        for text in [*(self.meta.get("citation_publication_date") or []), *said]:
            when = parse_time(text) if isinstance(text, str) else None
            if when:
                return when
        for meta in metas:
            for text in self.meta.get(meta, ()):
                if when := parse_time(text):
                    return when
        for tag in self.tags["time"]:
            marked = tag.has_attr("pubdate") or "datePublished" in _attribute(tag, "itemprop")
            if marked and (when := parse_time(_attribute(tag, "datetime"))):
                return when
        return None

    def language(self) -> str | None:
        found = _LANG.search(self.opening[0]) if self.opening else None
        return (
            (_language(found[1]) if found else None)
            or _language(self.first("content-language", "dc.language", "citation_language", "og:locale"))
            or _language(self.linked("inLanguage"))
        )

    def canonical(self) -> str | None:
        for tag in self.tags["link"]:
            if "canonical" in _relations(tag) and tag.get("href"):
                return addresses.resolve(self.base or None, _attribute(tag, "href"))
        return addresses.resolve(self.base or None, self.first("og:url")) if self.first("og:url") else None

    def image(self) -> str | None:
        found = self.first("og:image", "og:image:url", "twitter:image", "twitter:image:src")
        return addresses.resolve(self.base or None, found) if found else None

    def feeds(self) -> tuple[FeedLink, ...]:
        found: dict[str, FeedLink] = {}
        for tag in self.tags["link"]:
            relations, kind = _relations(tag), _attribute(tag, "type").partition(";")[0].strip().lower()
            offered = ("alternate" in relations and kind in _FEED_TYPES) or "feed" in relations
            url = addresses.resolve(self.base or None, _attribute(tag, "href")) if offered else None
            if url and "/wp-json/" not in url and not (kind == "application/json" and "oembed" in url):
                found.setdefault(url, FeedLink(url, line(_attribute(tag, "title")), kind))
        if not found:
            for tag in self.tags["a"]:
                href = _attribute(tag, "href")
                if _FEED_PATH.search(href.partition("?")[0].lower()) and (
                    url := addresses.resolve(self.base or None, href)
                ):
                    found.setdefault(url, FeedLink(url, line(tag.get_text(" "))))
                    if len(found) == 10:
                        break
        return tuple(found.values())


def _attribute(tag: "Tag", name: str) -> str:
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _relations(tag: "Tag") -> list[str]:
    return _attribute(tag, "rel").lower().split()
