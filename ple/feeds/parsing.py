"""From bytes to what the publisher said, checked; with :mod:`ple.feeds.strict` all that knows feedparser.

feedparser's own two passes over HTML are off: they are two thirds of its time, and :mod:`ple.web.text` does their work
in one. A flawed feed gives what could be read of it, and says so; see :attr:`ParsedFeed.flaw`.
"""

import calendar
import contextlib
import datetime as dt
import hashlib
import io
import marshal
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ple.feeds import checking, dates, encoding
from ple.feeds.errors import FeedError, NotAFeed, Unreadable
from ple.feeds.formats import jsonfeed, quick
from ple.feeds.publication import VERSION, Enclosure, ParsedEntry, ParsedFeed
from ple.web import text

_CHANNEL = re.compile(
    rb"(?:\s|<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->|<!doctype[^>]{0,500}>){0,20}<channel[\s>]", re.I | re.S
)
"""How a channel of CDF (Microsoft, 1997) begins; one without items is a feed in which nothing has come yet."""


def parse(
    url: str,
    body: bytes,
    content_type: str | None = None,
    *,
    listed: Container[str] = frozenset(),
    quickly: bool = True,
) -> ParsedFeed:
    """Return the feed in ``body``, which came from ``url``: RSS, RDF, Atom or JSON Feed.

    Most feeds are well-formed, and what is certain about them is read ``quickly`` (:mod:`ple.feeds.formats.quick`).
    Whatever is not is feedparser's to read, and so is everything if not ``quickly``, with the same result. Of an entry
    whose digest is ``listed`` only the names are read: it is the same as it was.

    Raises:
        NotAFeed: it is something else.
        Unreadable: it says that it is a feed, but nothing could be made of it.

    """
    if not body.strip():
        raise NotAFeed("the answer is empty", hint="Try again later; the publisher may be at work on it.")
    if jsonfeed.looks_like_json(body):
        return checking.checked(_with_digests(jsonfeed.read(body), url, listed), url)
    if kind := encoding.kind_of_file(body):
        raise NotAFeed(f"it is {kind}, not a feed")
    try:
        said = quick.read(url, body, content_type, _any_date) if quickly else None
        if not said or not said["entries"]:
            said = _read(url, body, content_type)
        feed = replace(_feed(said, url, listed), rest=_rest(body))
    except FeedError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # feedparser raises whatever its input makes it trip over (feedparser #599)
        raise Unreadable(f"it cannot be read ({type(error).__name__})") from error
    if not feed.format and not feed.entries:
        if not _CHANNEL.match(body[:4096]):
            raise _no_feed(url, body, said)
        feed = replace(feed, format="cdf")
    return checking.checked(feed, url)


def _read(url: str, body: bytes, content_type: str | None) -> Any:
    body, charset = encoding.settle(body, content_type)
    headers = {
        "content-type": f"application/xml; charset={charset}" if charset else "application/xml",
        "content-location": url,
    }
    options: dict[str, Any] = {
        "response_headers": headers,
        "sanitize_html": False,
        "resolve_relative_uris": False,
    }
    parse = _feedparser()
    try:
        return parse(io.BytesIO(body), **options)
    except (ValueError, OverflowError):  # &#1114112; is no character
        return parse(io.BytesIO(encoding.possible_characters(body)), **options)


@lru_cache(maxsize=1)
def _feedparser() -> Callable[..., Any]:
    """Return feedparser's function, by shorter ways; see :mod:`ple.feeds.strict`."""
    import feedparser  # 90 ms: only what parses pays it

    from ple.feeds import strict

    strict.shorten()
    found: Callable[..., Any] = feedparser.parse
    return found


def _any_date(said: str) -> Any:
    """Return a date of any shape as feedparser reads it."""
    from feedparser.datetimes import _parse_date

    return _parse_date(said)


def _no_feed(url: str, body: bytes, said: Any) -> FeedError:
    start = body[:4096].lower()
    if b"<opml" in start:
        return NotAFeed("it is a list of feeds, not a feed", hint="Save it and use `ple feeds import FILE`.")
    if b"<html" in start or b"<!doctype html" in start or b"<body" in start or b"<head" in start:
        return NotAFeed(
            "it is a web page, not a feed", hint=f"Look for the feeds of the site with `ple feeds find {url}`."
        )
    if dict.get(said, "bozo") and any(mark in start for mark in (b"<rss", b"<feed", b"<rdf", b"<channel")):
        return Unreadable(f"it is damaged: {_flaw(said)}")
    return NotAFeed("it is not a feed that ple can read", hint=f"Look for feeds with `ple feeds find {url}`.")


# ---- what feedparser found -----------------------------------------------------------------------------------------
# dict.get and not .get: feedparser's own get() answers for keys that are not there, with warnings.

_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


def _feed(said: Any, url: str, listed: Container[str]) -> ParsedFeed:
    about = said["feed"]
    image = _get(about, "image")
    return ParsedFeed(
        title=_title(about, "title"),
        format=_string(said, "version"),
        site_url=_string(about, "link") or None,
        feed_url=next((_string(link, "href") for link in _links(about) if _string(link, "rel") == "self"), None),
        description=_title(about, "subtitle") or _title(about, "summary"),
        author=_string(about, "author") or None,
        language=_string(about, "language") or None,
        icon_url=_string(about, "icon") or (_string(image, "href") if image else "") or None,
        ttl_minutes=_ttl(about),
        flaw=_flaw(said),
        entries=tuple(_entry(entry, _digest(entry, url), listed) for entry in said["entries"]),
    )


def _digest(said: Any, url: str) -> str:
    """Return a digest of all that was said of an entry in the feed at ``url``, and of who read it."""
    written = b""
    if isinstance(said, dict):
        pairs = [pair for pair in said.items() if not pair[0].endswith("_parsed")]  # times are there as written, too
        with contextlib.suppress(ValueError):  # something else may be in it, somewhere
            written = marshal.dumps(pairs if type(said) is dict else [(name, _usual(it)) for name, it in pairs], 2)
    written = written or repr(said).encode()
    return hashlib.blake2b(f"{VERSION} {url} ".encode() + written, digest_size=8).hexdigest()


def _usual(value: Any) -> Any:
    """Return a value of feedparser's with dictionaries of the usual kind."""
    if isinstance(value, dict):
        return dict(value)
    return [dict(each) if isinstance(each, dict) else each for each in value] if type(value) is list else value


def _with_digests(feed: ParsedFeed, url: str, listed: Container[str]) -> ParsedFeed:
    entries = [(entry, _digest(entry, url)) for entry in feed.entries]
    return replace(
        feed,
        entries=tuple(
            ParsedEntry(guid=entry.guid, url=entry.url, digest=digest, same=True)
            if digest in listed
            else replace(entry, digest=digest)
            for entry, digest in entries
        ),
    )


def _entry(entry: Any, digest: str, listed: Container[str]) -> ParsedEntry:
    if digest in listed:
        return ParsedEntry(guid=_string(entry, "id") or None, url=_link(entry), digest=digest, same=True)
    html, base = _content(entry)
    summary, summary_base = _marked_up(_get(entry, "summary_detail"), _string(entry, "summary"))
    detail = (_get(entry, "content") or [None])[0]
    published, updated = _time(entry, "published"), _time(entry, "updated")
    return ParsedEntry(
        guid=_string(entry, "id") or None,
        url=_link(entry),
        title=_title(entry, "title"),
        author=_author(entry),
        published_at=published or _time(entry, "created") or updated,
        updated_at=updated,
        html=html or summary,
        summary=text.plain(summary) if html and summary and summary != html else "",
        comments_url=_string(entry, "comments") or None,
        image_url=_named(entry, "image", "href") or None,
        season=_whole(_string(entry, "itunes_season") or _string(entry, "podcast_season")),
        episode=_whole(_string(entry, "itunes_episode") or _string(entry, "podcast_episode")),
        chapters_url=_named(entry, "podcast_chapters", "url") or None,
        transcript_url=_named(entry, "podcast_transcript", "url") or None,
        language=(_string(detail, "language") if detail else "") or None,
        categories=tuple(
            term for tag in _get(entry, "tags") or () if (term := _string(tag, "label") or _string(tag, "term"))
        ),
        enclosures=tuple(_enclosures(entry)),
        base=base or summary_base,
        digest=digest,
    )


def _content(entry: Any) -> tuple[str, str | None]:
    contents = [each for each in _get(entry, "content") or () if _string(each, "value")]
    marked_up = [each for each in contents if "html" in _string(each, "type")]
    chosen = (marked_up or contents or [None])[0]
    return _marked_up(chosen, "") if chosen is not None else ("", None)


def _marked_up(detail: Any, value: str) -> tuple[str, str | None]:
    """Return HTML, made of plain text if it is none, and what its links are relative to."""
    if detail is None:
        return value, None
    value = _string(detail, "value")
    if _string(detail, "type") == "text/plain":
        value = jsonfeed.as_html(value)
    return value, _string(detail, "base") or None


def _title(said: Any, name: str) -> str:
    detail = _get(said, f"{name}_detail")
    if detail is None:
        return _string(said, name)
    value = _string(detail, "value")
    return text.plain(value) if "html" in _string(detail, "type") and re.search("[<&]", value) else value


def _link(entry: Any) -> str | None:
    if link := _string(entry, "link"):
        return link
    links = _links(entry)
    chosen = [each for each in links if _string(each, "rel") == "alternate"] or [
        each for each in links if _string(each, "rel") not in ("enclosure", "self", "edit", "replies")
    ]
    return (_string(chosen[0], "href") if chosen else "") or None


def _author(entry: Any) -> str | None:
    names = [_name(author) for author in _get(entry, "authors") or () if author]
    return ", ".join(dict.fromkeys(name for name in names if name)) or _string(entry, "author") or None


def _name(author: Any) -> str:
    """Return the name of an author; feedparser leaves half of ``a@b.industries (Ann)`` and ``Ann (mailto:a@b.c)``."""
    name = _string(author, "name")
    if name.count("(") > name.count(")") and _string(author, "email"):
        before, _, within = name.rpartition("(")
        return within.removeprefix("mailto:").strip() or before.strip()
    return name


def _enclosures(entry: Any) -> Iterator[Enclosure]:
    seconds = _duration(_string(entry, "itunes_duration"))
    given: set[str] = set()
    for link in _links(entry):
        url = _string(link, "href")
        if _string(link, "rel") == "enclosure" and url and url not in given:
            given.add(url)
            yield Enclosure(
                url, _string(link, "type"), _whole(_string(link, "length")), _string(link, "title"), seconds
            )
    for media in _get(entry, "media_content") or ():
        url = _string(media, "url")
        if url and url not in given:
            given.add(url)
            kind = _string(media, "type") or _string(media, "medium")
            yield Enclosure(
                url, kind, _whole(_string(media, "filesize")), seconds=_duration(_string(media, "duration"))
            )


def _time(entry: Any, name: str) -> dt.datetime | None:
    """Return a time that the publisher gave; none for the year 1 or 1970, which publishers give for "none"."""
    parsed = _get(entry, f"{name}_parsed")
    if not parsed:
        return dates.in_words(_string(entry, name))
    if "0001" in (said := _string(entry, name)) and re.search(r"\b0001\b", said):  # feedparser makes 2001 of the year 1
        return None
    try:
        when = dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return when if when.year > 1970 else None


def _ttl(about: Any) -> int | None:
    if minutes := _whole(_string(about, "ttl")):
        return min(minutes, 525600)
    period = _PERIODS.get(_string(about, "sy_updateperiod").lower())
    if period is None:
        return None
    return max(1, period // max(1, _whole(_string(about, "sy_updatefrequency")) or 1))


def _rest(body: bytes) -> str:
    """Return the hours and days in which the publisher of an RSS feed wants to be left alone.

    feedparser keeps only the last of them, so they are read from the bytes.
    """
    found: list[str] = []
    if hours := _SKIPPED_HOURS.search(body):
        found += [str(int(hour) % 24) for hour in _HOUR.findall(hours[1])]  # some count from 1 to 24
    if days := _SKIPPED_DAYS.search(body):
        found += [day.decode().lower() for day in _DAY.findall(days[1])]
    return " ".join(dict.fromkeys(found))


_SKIPPED_HOURS = re.compile(rb"<skipHours>([^!]{0,2000}?)</skipHours>", re.I)
_SKIPPED_DAYS = re.compile(rb"<skipDays>([^!]{0,2000}?)</skipDays>", re.I)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.I)
_DAY = re.compile(rb"<day>\s*((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\s*</day>", re.I)


def _flaw(said: Any) -> str | None:
    problem = _get(said, "bozo_exception")
    if not _get(said, "bozo") or problem is None or type(problem).__name__ in _HARMLESS:
        return None
    message = getattr(problem, "getMessage", lambda: str(problem))()
    where = getattr(problem, "getLineNumber", lambda: None)()
    return checking.line(f"{message} (line {where})" if where else message) or "it is not well-formed"


_HARMLESS = {"CharacterEncodingOverride", "NonXMLContentType"}


def _links(said: Any) -> list[Any]:
    return [link for link in _get(said, "links") or () if link]


def _get(said: Any, name: str) -> Any:
    return dict.get(said, name)


def _named(said: Any, name: str, within: str) -> str:
    """Return what an element says in an attribute."""
    value = dict.get(said, name)
    return _string(value, within) if isinstance(value, dict) else ""


def _string(said: Any, name: str) -> str:
    value = dict.get(said, name)
    return value.strip() if isinstance(value, str) else ""


def _whole(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


def _duration(said: str) -> int | None:
    """Return the seconds of ``3600``, ``59:30`` or ``1:02:03``."""
    if not re.fullmatch(r"\d{1,6}(?::\d{1,2}){0,2}(?:\.\d{1,6})?", said):
        return None
    seconds = 0
    for part in said.partition(".")[0].split(":"):
        seconds = seconds * 60 + int(part)
    return seconds
