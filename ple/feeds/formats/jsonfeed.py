"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read as leniently as its publishers write it.

The values are as the publisher said them: nothing is made safe here.
"""

import datetime as dt
import html
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ple.feeds.errors import Unreadable
from ple.feeds.publication import Enclosure, ParsedEntry, ParsedFeed


def looks_like_json(body: bytes) -> bool:
    """Say whether ``body`` begins as a JSON object does."""
    return body[:256].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read(body: bytes) -> ParsedFeed:
    """Return the feed in ``body``.

    Raises:
        Unreadable: it is no JSON, or JSON that is no feed.

    """
    text, flaw = body.decode("utf-8-sig", "replace"), None
    try:
        said = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        said, flaw = _recovered(text), "it breaks off, or is damaged in the middle"
        if said is None:
            raise Unreadable("it is JSON that breaks off or is damaged") from error
    if not isinstance(said, dict):
        raise Unreadable("it is JSON, but not a feed")
    version, items = _text(said.get("version")), said.get("items")
    if "jsonfeed" not in version and not (isinstance(items, list) and "title" in said):
        raise Unreadable("it is JSON, but not a feed")
    return ParsedFeed(
        title=_text(said.get("title")),
        format="json10" if version.rstrip("/").endswith(("/1", "/1.0")) else "json11",
        site_url=_text(said.get("home_page_url")) or None,
        feed_url=_text(said.get("feed_url")) or None,
        description=_text(said.get("description")),
        author=_authors(said),
        language=_text(said.get("language")) or None,
        icon_url=_text(said.get("icon")) or _text(said.get("favicon")) or None,
        flaw=flaw,
        entries=tuple(_entry(item) for item in _objects(items)),
    )


def _recovered(text: str) -> dict[str, Any] | None:
    """Return what can be read of a damaged feed: what stands before its items, and the items up to the damage."""
    start = re.search(r'"items"\s*:\s*\[', text)
    if start is None:
        return None
    items: list[Any] = []
    said: dict[str, Any] = {}
    try:
        said = _DECODER.decode(text[: start.start()] + '"items": []}')
        at = start.end()
        while True:
            at = _PAUSE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
            item, at = _DECODER.raw_decode(text, at)
            items.append(item)
    except (ValueError, RecursionError):
        pass
    return {**said, "items": items} if items else None


_PAUSE = re.compile(r"[\s,]*")
# Python refuses to read numbers of thousands of digits; nothing in a feed is one.
_DECODER = json.JSONDecoder(strict=False, parse_int=lambda digits: int(digits) if len(digits) < 100 else digits[:100])


def _entry(item: dict[str, Any]) -> ParsedEntry:
    content = _text(item.get("content_html"))
    if not content:
        content = as_html(_text(item.get("content_text")))
    summary = _text(item.get("summary"))
    return ParsedEntry(
        guid=_text(item.get("id")) or None,
        url=_text(item.get("url")) or _text(item.get("external_url")) or None,
        title=_text(item.get("title")),
        author=_authors(item),
        published_at=moment(item.get("date_published")),
        updated_at=moment(item.get("date_modified")),
        html=content or as_html(summary),
        summary=summary,
        language=_text(item.get("language")) or None,
        categories=tuple(text for tag in _list(item.get("tags")) if (text := _text(tag))),
        enclosures=tuple(_enclosures(item)),
    )


def _enclosures(item: dict[str, Any]) -> Iterator[Enclosure]:
    for attachment in _objects(item.get("attachments")):
        if url := _text(attachment.get("url")):
            yield Enclosure(
                url=url,
                media_type=_text(attachment.get("mime_type")),
                size_bytes=_number(attachment.get("size_in_bytes")),
                title=_text(attachment.get("title")),
                seconds=_number(attachment.get("duration_in_seconds")),
            )


def _authors(said: dict[str, Any]) -> str | None:
    names = [_text(author.get("name")) for author in _objects(said.get("authors"))]
    if not any(names) and isinstance(author := said.get("author"), dict):  # version 1.0 has one
        names = [_text(author.get("name"))]
    return ", ".join(name for name in names if name) or None


def as_html(text: str) -> str:
    """Return plain text as HTML that shows its paragraphs and lines."""
    paragraphs = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{html.escape(part, quote=False)}</p>".replace("\n", "<br>") for part in paragraphs if part)


def moment(said: object) -> dt.datetime | None:
    """Return an RFC 3339 time in UTC; none if it is not one. Without an offset it is taken as UTC."""
    if not isinstance(said, str):
        return None
    try:
        when = dt.datetime.fromisoformat(said.strip())
        return when.replace(tzinfo=when.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _text(said: object) -> str:
    """Return a string; ids are numbers in some feeds, which 1.1 tells readers to bear with."""
    if isinstance(said, str):
        return said.strip()
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        return str(said)[:100]
    return ""


def _number(said: object) -> int | None:
    if isinstance(said, (int, float)) and not isinstance(said, bool) and math.isfinite(said) and 0 <= said < 2**53:
        return int(said)
    return None


def _list(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def _objects(said: object) -> Iterable[dict[str, Any]]:
    return (each for each in _list(said) if isinstance(each, dict))
