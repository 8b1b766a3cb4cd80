"""What machines read of the site: Atom (RFC 4287), the sitemap, robots.txt, JSON-LD, licences."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from ple.portfolio.models import Settings, fit_line
from ple.portfolio.prose import excerpt
from ple.portfolio.work import Work


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of the site's feed."""

    uid: UUID
    title: str
    address: str
    published_at: dt.datetime
    updated_at: dt.datetime
    summary: str
    html: str
    tags: Sequence[str]
    language: str | None


def atom(
    *, uid: UUID, title: str, subtitle: str, author: str, url: str | None, language: str, entries: Sequence[FeedEntry]
) -> bytes:
    """Return the feed. Without an url its links are relative, and its ids, which never change, are the same."""
    base = url or ""
    updated = max((entry.updated_at for entry in entries), default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(language)}>',
        f"<title>{escape(title)}</title>",
        *([f"<subtitle>{escape(subtitle)}</subtitle>"] if subtitle else []),
        f"<id>urn:uuid:{uid}</id>",
        f"<updated>{instant(updated)}</updated>",
        f"<author><name>{escape(author or title)}</name></author>",
        "<generator>ple</generator>",
        f"<link href={quoteattr(base or './')}/>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base + "feed.atom")}/>',
    ]
    for entry in entries:
        href = base + entry.address
        tongue = f" xml:lang={quoteattr(entry.language)}" if entry.language else ""
        lines += [
            f"<entry{tongue}>",
            f"<title>{escape(entry.title)}</title>",
            f"<id>urn:uuid:{entry.uid}</id>",
            f"<link href={quoteattr(href)}/>",
            f"<published>{instant(entry.published_at)}</published>",
            f"<updated>{instant(entry.updated_at)}</updated>",
            *(f"<category term={quoteattr(tag)}/>" for tag in entry.tags),
            *([f"<summary>{escape(entry.summary)}</summary>"] if entry.summary else []),
            f'<content type="html" xml:base={quoteattr(href)}>{escape(entry.html)}</content>',
            "</entry>",
        ]
    return ("\n".join([*lines, "</feed>"]) + "\n").encode("utf-8", "replace")


def sitemap(url: str, pages: Iterable[tuple[str, dt.datetime | None]]) -> bytes:
    """Return the sitemap (sitemaps.org 0.9) of pages below ``url``, each with when it was last changed."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(
            f"<url><loc>{escape(url + address)}</loc>"
            + (f"<lastmod>{instant(changed)}</lastmod>" if changed else "")
            + "</url>"
            for address, changed in pages
        ),
        "</urlset>",
    ]
    return ("\n".join(lines) + "\n").encode()


def robots(url: str | None) -> bytes:
    """Return robots.txt: everything may be read but what is unlisted."""
    lines = ["User-agent: *", "Disallow: /u/", "Allow: /"]
    return ("\n".join([*lines, *([f"Sitemap: {url}sitemap.xml"] if url else [])]) + "\n").encode()


def instant(when: dt.datetime) -> str:
    """Return a time as RFC 3339 has it, in UTC, to the second."""
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]


def day(when: dt.date, language: str) -> str:
    """Return a date for people: “3 November 2026” in English, “2026-11-03” in languages that we do not speak."""
    if language.lower().split("-")[0] == "en":
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    return when.isoformat()


_CREATIVE_COMMONS = re.compile(r"cc[ -](by(?:-nc)?(?:-sa|-nd)?)[ -](\d\.\d)(?: international)?", re.IGNORECASE)


def licence_url(licence: str) -> str | None:
    """Return where a licence can be read: of Creative Commons' by their short names, or the address given."""
    if named := _CREATIVE_COMMONS.fullmatch(licence.strip()):
        return f"https://creativecommons.org/licenses/{named[1].lower()}/{named[2]}/"
    if re.fullmatch(r"cc0(?:[ -]1\.0)?", licence.strip(), re.IGNORECASE):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return licence if re.fullmatch(r"https?://[^\s<>\"]+", licence) else None


def work_json(work: Work, settings: Settings, url: str | None, licence: str, language: str | None) -> dict[str, Any]:
    """Return what JSON-LD says of a piece of work: schema.org's CreativeWork, with what it cites."""
    source = {"@type": "CreativeWork", "name": fit_line(work.document.title), "url": work.source}
    return _without_nothing(
        {
            "@context": "https://schema.org",
            "@type": "BlogPosting" if work.document.kind == "journal" else "CreativeWork",
            "@id": f"urn:uuid:{work.artifact.uid}",
            "headline": work.title[:110],
            "name": work.title,
            "description": work.summary,
            "url": url,
            "datePublished": work.when.isoformat(),
            "dateModified": instant(work.permalink.updated_at),
            "author": {"@type": "Person", "name": settings.author} if settings.author else None,
            "inLanguage": language or settings.language,
            "keywords": sorted(work.artifact.tags),
            "license": licence_url(licence) or licence,
            "citation": None if work.own else _without_nothing(source),
        }
    )


def site_json(settings: Settings) -> dict[str, Any]:
    """Return what JSON-LD says of the site."""
    person = {"@type": "Person", "name": settings.author, "url": settings.url}
    return _without_nothing(
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": settings.title,
            "url": settings.url,
            "description": excerpt(settings.about),
            "inLanguage": settings.language,
            "author": _without_nothing(person) if settings.author else None,
        }
    )


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in value.items() if said not in (None, "", [], {})}
