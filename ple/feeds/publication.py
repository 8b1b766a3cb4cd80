"""What a publisher said: a feed and its entries, as plain values.

They come out of the parser safe to keep: one-line titles without markup, HTML made safe with absolute links, only
http and https addresses, times aware and in UTC or absent. They know no storage, so they travel between processes.
"""

import datetime as dt
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

VERSION = 2  # of what makes these; raise it when feeds that have not changed should be parsed anew


class _Travelling:
    """Goes from process to process as its class and its values, a third of what dataclasses take by themselves."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, _VALUES[kind](self)


@dataclass(frozen=True, slots=True)
class Enclosure(_Travelling):
    """A file that belongs to an entry: an episode, a film, a picture."""

    url: str
    media_type: str = ""
    size_bytes: int | None = None
    title: str = ""
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedEntry(_Travelling):
    """One entry. ``guid`` is the publisher's own name for it, if it gave one."""

    guid: str | None = None
    url: str | None = None
    title: str = ""
    author: str | None = None
    published_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    html: str = ""
    text: str = ""
    summary: str = ""
    """Plain text: the publisher's own summary where there is one besides the content."""
    comments_url: str | None = None
    image_url: str | None = None
    season: int | None = None
    episode: int | None = None
    chapters_url: str | None = None
    """Where the chapters of an episode are (Podcasting 2.0, JSON)."""
    transcript_url: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    base: str | None = None
    """What links in ``html`` are relative to; only until they are made absolute."""
    digest: str = field(default="", compare=False)
    """Of all that the publisher said of it, as it came."""
    same: bool = False
    """It came as it had come before, so only its names were read: ``guid`` and ``url``."""


@dataclass(frozen=True, slots=True)
class ParsedFeed(_Travelling):
    """A feed and what it says now, in the publisher's order."""

    title: str = ""
    format: str = ""
    """``rss20``, ``atom10``, ``rdf`` …, ``json11``."""
    site_url: str | None = None
    feed_url: str | None = None
    """The address that the feed gives as its own."""
    description: str = ""
    author: str | None = None
    language: str | None = None
    icon_url: str | None = None
    ttl_minutes: int | None = None
    """How long the publisher wants an answer to be kept (RSS ``ttl``, ``sy:updatePeriod``)."""
    rest: str = ""
    """When the publisher wants to be left alone (RSS ``skipHours``, ``skipDays``), in UTC: ``0 1 2 sunday``."""
    flaw: str | None = None
    """What was wrong with it, if it could be read all the same."""
    entries: tuple[ParsedEntry, ...] = ()


_VALUES: dict[Any, Any] = {
    kind: attrgetter(*[each.name for each in fields(kind)]) for kind in (Enclosure, ParsedEntry, ParsedFeed)
}
