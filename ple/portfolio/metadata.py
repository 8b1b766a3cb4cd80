"""What machines read of the site: feeds (Atom, RSS, JSON Feed), the sitemap, robots.txt, JSON-LD, licences."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ple.portfolio.characters import fit_line
from ple.portfolio.values import Settings
from ple.portfolio.work import Work


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of the site's feed."""

    uid: str
    title: str
    address: str
    published_at: dt.datetime
    updated_at: dt.datetime
    summary: str
    html: str
    tags: Sequence[str]
    language: str | None
    escaped: str = ""
    """The HTML as text of XML: it stands in two formats of up to as many feeds as there are tags."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the site: all of it, or one tag's."""

    uid: str
    title: str
    subtitle: str
    author: str
    url: str | None
    """The site's; without one, links are relative and ids, which never change, are the same."""
    address: str
    """Of the folder that the feed stands in, below the site: empty or ``tags/memory/``."""
    language: str
    entries: Sequence[FeedEntry]

    @property
    def updated_at(self) -> dt.datetime:
        """When its newest entry changed."""
        return max((entry.updated_at for entry in self.entries), default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))

    def here(self, name: str = "") -> str:
        """Return the address of the page that it is the feed of, or of a file beside it."""
        return self.url + self.address + name if self.url else name or "./"

    def link(self, entry: FeedEntry) -> str:
        """Return the address of an entry."""
        return (self.url or "../" * self.address.count("/")) + entry.address


def atom(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoted(feed.language)}>',
        f"<title>{escape(feed.title)}</title>",
        *([f"<subtitle>{escape(feed.subtitle)}</subtitle>"] if feed.subtitle else []),
        f"<id>urn:uuid:{feed.uid}</id>",
        f"<updated>{instant(feed.updated_at)}</updated>",
        f"<author><name>{escape(feed.author or feed.title)}</name></author>",
        "<generator>ple</generator>",
        f"<link href={quoted(feed.here())}/>",
        f'<link rel="self" type="application/atom+xml" href={quoted(feed.here("feed.atom"))}/>',
    ]
    for entry in feed.entries:
        href = feed.link(entry)
        tongue = f" xml:lang={quoted(entry.language)}" if entry.language else ""
        lines += [
            f"<entry{tongue}>",
            f"<title>{escape(entry.title)}</title>",
            f"<id>urn:uuid:{entry.uid}</id>",
            f"<link href={quoted(href)}/>",
            f"<published>{instant(entry.published_at)}</published>",
            f"<updated>{instant(entry.updated_at)}</updated>",
            *(f"<category term={quoted(tag)}/>" for tag in entry.tags),
            *([f"<summary>{escape(entry.summary)}</summary>"] if entry.summary else []),
            f'<content type="html" xml:base={quoted(href)}>{entry.escaped}</content>',
            "</entry>",
        ]
    return ("\n".join([*lines, "</feed>"]) + "\n").encode("utf-8", "replace")


def rss(feed: Feed) -> bytes:
    """Return a feed as RSS 2.0; it needs the site's url, for links in RSS are whole."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">',
        "<channel>",
        f"<title>{escape(feed.title)}</title>",
        f"<link>{escape(feed.here())}</link>",
        f"<description>{escape(feed.subtitle or feed.title)}</description>",
        f"<language>{escape(feed.language)}</language>",
        f"<lastBuildDate>{mail_time(feed.updated_at)}</lastBuildDate>",
        "<generator>ple</generator>",
        f'<atom:link rel="self" type="application/rss+xml" href={quoted(feed.here("feed.rss"))}/>',
    ]
    for entry in feed.entries:
        lines += [
            "<item>",
            f"<title>{escape(entry.title)}</title>",
            f"<link>{escape(feed.link(entry))}</link>",
            f'<guid isPermaLink="false">urn:uuid:{entry.uid}</guid>',
            f"<pubDate>{mail_time(entry.published_at)}</pubDate>",
            f"<dc:creator>{escape(feed.author or feed.title)}</dc:creator>",
            *(f"<category>{escape(tag)}</category>" for tag in entry.tags),
            *([f"<description>{escape(entry.summary)}</description>"] if entry.summary else []),
            f"<content:encoded>{entry.escaped}</content:encoded>",
            "</item>",
        ]
    return ("\n".join([*lines, "</channel>", "</rss>"]) + "\n").encode("utf-8", "replace")


def json_feed(feed: Feed) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    items = [
        _without_nothing(
            {
                "id": f"urn:uuid:{entry.uid}",
                "url": feed.link(entry),
                "title": entry.title,
                "content_html": entry.html,
                "summary": entry.summary,
                "date_published": instant(entry.published_at),
                "date_modified": instant(entry.updated_at),
                "tags": list(entry.tags),
                "language": entry.language,
            }
        )
        for entry in feed.entries
    ]
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.here(),
        "feed_url": feed.here("feed.json"),
        "description": feed.subtitle,
        "authors": [{"name": feed.author}] if feed.author else None,
        "language": feed.language,
    }
    return (json.dumps(_without_nothing(said) | {"items": items}, ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "replace"
    )


def sitemap(url: str, pages: Iterable[tuple[str, dt.datetime | None]]) -> bytes:
    """Return the sitemap (sitemaps.org 0.9) of pages below ``url``, each with when it was last changed."""
    base = escape(url)  # addresses of ours are letters, digits and hyphens
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *[
            f"<url><loc>{base}{address}</loc>{f'<lastmod>{instant(changed)}</lastmod>' if changed else ''}</url>"
            for address, changed in pages
        ],
        "</urlset>",
    ]
    return ("\n".join(lines) + "\n").encode()


def robots(url: str | None) -> bytes:
    """Return robots.txt: everything may be read but what is unlisted."""
    lines = ["User-agent: *", "Disallow: /u/", "Allow: /"]
    return ("\n".join([*lines, *([f"Sitemap: {url}sitemap.xml"] if url else [])]) + "\n").encode()


# The standard library has these among readers of XML, e-mail and the web, which take longer to import than feeds take.


def escape(words: str) -> str:
    """Return words as text of XML."""
    return words.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def quoted(words: str) -> str:
    """Return words as an attribute of XML, with its quotes."""
    said = escape(words).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    if '"' not in said:
        return f'"{said}"'
    return f"'{said}'" if "'" not in said else '"{}"'.format(said.replace('"', "&quot;"))


def mail_time(when: dt.datetime) -> str:
    """Return a time as e-mail and RSS have it (RFC 5322), in UTC."""
    when = when.astimezone(dt.UTC)
    return f"{_DAYS[when.weekday()]}, {when.day:02} {_MONTHS[when.month - 1][:3]} {when.year:04} {when:%H:%M:%S} +0000"


@lru_cache(maxsize=8192)
def instant(when: dt.datetime) -> str:
    """Return a time as RFC 3339 has it, in UTC, to the second."""
    return when.astimezone(dt.UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


def day(when: dt.date, language: str) -> str:
    """Return a date for people: “3 November 2026” in English, “2026-11-03” in languages that we do not speak."""
    if language.lower().split("-")[0] == "en":
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    return when.isoformat()


_RIGHT_TO_LEFT = re.compile("ar|arc|azb|ckb|dv|fa|glk|he|iw|ks|lrc|mzn|nqo|pnb|ps|sd|syr|ug|ur|yi")
_SCRIPTS = re.compile("adlm|arab|hebr|mand|nkoo|rohg|samr|syrc|thaa")


def direction(language: str) -> str:
    """Return in which direction a language is written: ``ltr``, or ``rtl``; its script decides, where it is said."""
    first, *parts = language.lower().split("-")
    scripts = [part for part in parts if len(part) == 4 and part.isalpha()]
    known = _SCRIPTS.fullmatch(scripts[0]) if scripts else _RIGHT_TO_LEFT.fullmatch(first)
    return "rtl" if known else "ltr"


_CREATIVE_COMMONS = re.compile(r"cc[ -](by(?:-nc)?(?:-sa|-nd)?)[ -](\d\.\d)(?: international)?", re.IGNORECASE)


def licence_url(licence: str) -> str | None:
    """Return where a licence can be read: of Creative Commons' by their short names, or the address given."""
    if named := _CREATIVE_COMMONS.fullmatch(licence.strip()):
        return f"https://creativecommons.org/licenses/{named[1].lower()}/{named[2]}/"
    if re.fullmatch(r"cc0(?:[ -]1\.0)?", licence.strip(), re.IGNORECASE):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return licence if re.fullmatch(r"https?://[^\s<>\"]+", licence) else None


_TYPES = {"journal": "BlogPosting", "collection": "Collection", "search": "Collection"}


def work_json(
    work: Work,
    settings: Settings,
    url: str | None,
    licence: str,
    language: str | None,
    parts: Sequence[tuple[str, str | None]] = (),
) -> dict[str, Any]:
    """Return what JSON-LD says of a piece of work: schema.org's CreativeWork, with what it cites, or what is in it."""
    source = {"@type": "CreativeWork", "name": fit_line(work.document.title), "url": work.source}
    return _without_nothing(
        {
            "@context": "https://schema.org",
            "@type": _TYPES.get(work.card.kind, "CreativeWork"),
            "@id": f"urn:uuid:{work.card.uid}",
            "headline": work.title[:110],
            "name": work.title,
            "description": work.summary,
            "url": url,
            "datePublished": work.when.isoformat(),
            "dateModified": instant(work.permalink.updated_at),
            "author": {"@type": "Person", "name": settings.author} if settings.author else None,
            "inLanguage": language or settings.language,
            "keywords": work.card.tags,
            "teaches": list(work.artifact.skills),
            "license": licence_url(licence) or licence,
            "citation": None if work.own else _without_nothing(source),
            "hasPart": [_without_nothing({"@type": "CreativeWork", "name": n, "url": to}) for n, to in parts],
        }
    )


def site_json(settings: Settings, introduction: str) -> dict[str, Any]:
    """Return what JSON-LD says of the site."""
    person = {"@type": "Person", "name": settings.author, "url": settings.url, "sameAs": settings.me}
    return _without_nothing(
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": settings.title,
            "url": settings.url,
            "description": introduction,
            "inLanguage": settings.language,
            "author": _without_nothing(person) if settings.author else None,
        }
    )


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in value.items() if said}  # texts, lists and objects: no number is 0 here
