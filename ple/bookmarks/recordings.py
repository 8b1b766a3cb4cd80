"""Pages of a video or an episode: what is said about it, how long it is, and where its transcript is.

Such pages show little without JavaScript, but they declare themselves: in JSON-LD (schema.org), OpenGraph, and, at
YouTube, in what their player is given. Pure; what a page declares wrongly is left out.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ple.web import addresses
from ple.web.pages import Page
from ple.web.text import block, line

_KINDS = {"videoobject": "Video", "podcastepisode": "Podcast", "radioepisode": "Podcast", "audioobject": "Audio"}
_PLAYER = re.compile(r"ytInitialPlayerResponse\s*=\s*(?=\{)")
_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?", re.IGNORECASE)
_TRANSCRIPT = re.compile(r"\b(transcript|transkript|transcripci[oó]n|transcription|trascrizione)", re.IGNORECASE)
_LINK = re.compile(r"<a\b([^<>]{0,2000})>(.{0,300}?)</a\s*>", re.IGNORECASE | re.DOTALL)
_TRACK = re.compile(r"<(?:track|link)\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(href|src|srclang|type|kind|label)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_CAPTIONS = ("text/vtt", "application/srt", "application/x-subrip", "application/ttml+xml")


@dataclass(frozen=True, slots=True)
class Recording:
    """A video or an episode. ``transcripts`` are the addresses of its words, with what the page calls them."""

    kind: str
    author: str = ""
    series: str = ""
    description: str = ""
    seconds: int | None = None
    transcripts: tuple[tuple[str, str], ...] = ()
    transcript: str = ""
    alone: bool = False
    """The page has nothing to read but this."""


def recording_of(page: Page) -> Recording | None:
    """Return what a page plays, if that is what it is for."""
    player = _player(page.html)
    if player is not None:
        return _of_youtube(player)
    first = page.data[0] if page.data else {}  # an article that has a film in it comes first as an article
    if kind := _KINDS.get(_type(first)):
        return _of_thing(kind, first, page)
    declared = line(next(iter(page.meta.get("og:type", ())), "")).lower()
    if declared.startswith(("video", "music")) or page.meta.get("og:audio"):
        kind = "Video" if declared.startswith("video") else "Audio"
        return Recording(kind, page.author or "", description=page.description, transcripts=tuple(_transcripts(page)))
    return None


def as_html(recording: Recording) -> str:
    """Return what is known of a recording as HTML, not yet made safe."""
    facts = [recording.kind, shown_length(recording.seconds), recording.series, recording.author]
    said = [f"<p>{html.escape(', '.join(filter(None, facts)))}.</p>"]
    for name, url in recording.transcripts:
        said.append(f'<p>Transcript: <a href="{html.escape(url)}">{html.escape(name or url)}</a></p>')
    for text, heading in ((recording.description, ""), (recording.transcript, "<h2>Transcript</h2>")):
        parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
        said += [heading] * bool(parts and heading)
        said += [f"<p>{'<br>'.join(map(html.escape, part.strip().splitlines()))}</p>" for part in parts]
    return "".join(said)


def shown_length(seconds: int | None) -> str:
    """Return a length as players show it: ``1:02:03``."""
    if not seconds:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _player(markup: str) -> dict[str, Any] | None:
    found = _PLAYER.search(markup)
    if not found:
        return None
    try:
        value, _end = json.JSONDecoder(strict=False).raw_decode(markup, found.end())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("videoDetails"), dict) else None


def _of_youtube(player: dict[str, Any]) -> Recording:
    details = player["videoDetails"]
    tracks = _inside(player, "captions", "playerCaptionsTracklistRenderer", "captionTracks")
    transcripts = []
    for track in tracks if isinstance(tracks, list) else ():
        url = addresses.resolve("https://www.youtube.com/", _text(_inside(track, "baseUrl")))
        name = _text(_inside(track, "name", "simpleText")) or _text(_inside(track, "languageCode"))
        if url:
            transcripts.append((line(name), url))
    length = _text(details.get("lengthSeconds"))
    return Recording(
        "Video", line(_text(details.get("author"))), description=block(_text(details.get("shortDescription"))).strip(),
        seconds=int(length) if length.isdigit() and len(length) < 8 else None, transcripts=tuple(transcripts[:20]),
        alone=True,
    )  # fmt: skip


def _of_thing(kind: str, thing: dict[str, Any], page: Page) -> Recording:
    length = thing.get("duration") or thing.get("timeRequired") or _inside(thing, "associatedMedia", "duration")
    series = line(_text(_inside(thing, "partOfSeries", "name")))[:200]
    return Recording(
        kind, page.author or "", series, block(_text(thing.get("description")) or page.description).strip(),
        _seconds(_text(length)), tuple(_transcripts(page)), block(_text(thing.get("transcript"))).strip()[:1_000_000],
    )  # fmt: skip


def _transcripts(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the transcripts that a page links to: captions of a player, and links that are called so."""
    seen: set[str] = set()
    for said, name in _named_links(page.html):
        url = addresses.resolve(page.base or None, html.unescape(said))
        if url and url not in seen and len(seen) < 20:
            seen.add(url)
            yield line(name)[:100], url


def _named_links(markup: str) -> Iterator[tuple[str, str]]:
    for found in _TRACK.finditer(markup):
        said = _attributes(found[1])
        captions = said.get("type", "").lower() in _CAPTIONS or said.get("kind", "").lower() in (
            "captions",
            "subtitles",
        )
        if captions:
            yield said.get("href") or said.get("src", ""), said.get("label") or said.get("srclang", "")
    for found in _LINK.finditer(markup):
        name = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[2])).split())
        if _TRANSCRIPT.search(name):
            yield _attributes(found[1]).get("href", ""), name


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): found[2] or found[3] or found[4] or "" for found in _ATTRIBUTE.finditer(text)}


def _seconds(said: str) -> int | None:
    found = _DURATION.fullmatch(said.strip())
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return whole if whole < 10_000_000 else None


def _type(thing: dict[str, Any]) -> str:
    said = thing.get("@type")
    return str(said[0] if isinstance(said, list) and said else said).lower().rpartition("/")[2]


def _inside(value: Any, *names: str) -> Any:
    for name in names:
        value = value[0] if isinstance(value, list) and value else value
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
