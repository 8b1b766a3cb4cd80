"""The one way in for feeds of all formats: lines without markup, safe HTML, addresses of the web, nothing too long."""

import re
from dataclasses import replace

from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.web import addresses, text

LONGEST_LINE = 1000
LONGEST_ADDRESS = 4000
LONGEST_SUMMARY = 4000
LONGEST_GUID = 4000


def checked(feed: ParsedFeed, url: str) -> ParsedFeed:
    """Return what a feed at ``url`` said as it may be kept."""
    site = _address(feed.site_url, url)
    return replace(
        feed,
        title=line(feed.title),
        site_url=site,
        feed_url=_address(feed.feed_url, url),
        description=line(feed.description, LONGEST_SUMMARY),
        author=line(feed.author or "") or None,
        language=_language(feed.language),
        icon_url=_address(feed.icon_url, url),
        flaw=feed.flaw and line(feed.flaw),
        entries=tuple(_checked_entry(entry, url) for entry in feed.entries),
    )


def _checked_entry(entry: ParsedEntry, url: str) -> ParsedEntry:
    link = _address(entry.url, url)
    guid = _storable(entry.guid)[:LONGEST_GUID] or None if entry.guid else None
    if entry.same:
        return replace(entry, guid=guid, url=link)
    base = _address(entry.base, url)
    if base is None or base == url:  # no xml:base: publishers mean the article's own address
        base = link or url
    html = text.safe_html(_storable(entry.html), base) if entry.html else ""
    return ParsedEntry(
        guid=guid,
        url=link,
        title=line(entry.title),
        author=line(entry.author or "") or None,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        html=html,
        text=text.plain_of_safe(html) if html else "",
        summary=text.block(entry.summary)[:LONGEST_SUMMARY] if entry.summary else "",
        comments_url=_address(entry.comments_url, url),
        image_url=_address(entry.image_url, url),
        season=_small(entry.season),
        episode=_small(entry.episode),
        chapters_url=_address(entry.chapters_url, url),
        transcript_url=_address(entry.transcript_url, url),
        language=_language(entry.language),
        categories=tuple(dict.fromkeys(name for each in entry.categories[:50] if (name := line(each, 200)))),
        enclosures=tuple(
            replace(file, url=address, media_type=line(file.media_type, 200), title=line(file.title))
            for file in entry.enclosures[:100]
            if (address := _address(file.url, url))
        ),
        digest=entry.digest,
    )


def _address(said: str | None, base: str) -> str | None:
    if not said or len(said) > LONGEST_ADDRESS:
        return None
    return said if _PLAIN_ADDRESS.fullmatch(said) else addresses.resolve(base, said)


# As most are: nothing is left to resolve, nor to write in another way.
_PLAIN_ADDRESS = re.compile(
    r"https?://(?!xn--)[a-z][a-z0-9-]*(?:\.(?!xn--)[a-z][a-z0-9-]*)+"
    r"(?:/|(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?)(?:\?[A-Za-z0-9_.~&=-]*)?"
)


def line(said: str, longest: int = LONGEST_LINE) -> str:
    """Return text on one line that is not too long."""
    shown = text.line(_storable(said)) if said else ""
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _language(said: str | None) -> str | None:
    return said.strip().replace("_", "-").lower() if said and re.fullmatch(r"\s*[A-Za-z0-9_-]{2,35}\s*", said) else None


def _storable(said: str) -> str:
    """Return text that every database takes: no NUL, no lone surrogates (JSON can spell both)."""
    if "\0" in said:
        said = said.replace("\0", "")
    if not said.isascii():
        try:
            said.encode()
        except UnicodeEncodeError:
            return said.encode("utf-8", "replace").decode()
    return said


def _small(number: int | None) -> int | None:
    return number if number is not None and number < 2**31 else None
