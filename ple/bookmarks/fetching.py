"""From an answer of the web to what is kept of a page. Decides on values; stores nothing."""

import datetime as dt
import logging
import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ple.bookmarks import reading
from ple.bookmarks.pdf import read_pdf
from ple.bookmarks.recordings import Recording, as_html, recording_of
from ple.bookmarks.scholarly import work_of
from ple.bookmarks.standing import is_missing
from ple.web import addresses
from ple.web.client import Headers, Limits, Response
from ple.web.errors import NoAnswer, TooSlow, WebError
from ple.web.pages import decode, read_page
from ple.web.text import line

if TYPE_CHECKING:
    from ple.web.client import Client

LIMITS = Limits(connect=10, read=15, total=45, size=10_000_000, per_host=2)

_ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.5"
_HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_TEXT = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/x-rst", "text/csv"})
_NAMES = {"application/pdf": "PDF document", "application/epub+zip": "EPUB book", "application/zip": "ZIP archive"}
_FILE = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_WANTS_SCRIPTS = re.compile(
    r"(?:enable|activate|turn on|requires?|needs?|without) javascript"
    r"|javascript (?:is|has been|must be|needs to be|to run|aktivieren|einschalten|ist deaktiviert)"
    r"|activer javascript|habilit\w+ javascript",
    re.I,
)
_PAGE_ENDINGS = (".html", ".htm", ".php", ".asp", ".aspx", ".jsp", ".shtml", ".xhtml")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of fetching a page: the columns that it changes, and what went wrong, if anything did."""

    values: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    problem: str | None = None
    hint: str | None = None
    again: bool = False
    """It is worth trying again later: we were offline, or the site was busy."""


def fetch(client: "Client", url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """Ask for a page, conditionally if we have its validators, and return what is to be kept. Never raises WebError."""
    headers = {"Accept": _ACCEPT}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    try:
        response = client.get(url, headers=headers, limits=LIMITS)
    except WebError as error:
        return Fetched(problem=str(error), hint=error.hint, again=isinstance(error, NoAnswer | TooSlow))
    try:
        return read_answer(response, url)
    except Exception:  # a page of the world's may break any parser; the bookmark, and the others, go on
        logging.getLogger(__name__).exception("reading a page failed")
        shown = addresses.display(url)
        return Fetched(problem=f"{shown} cannot be read", hint="Its address is kept; open it in a browser.")


def read_shown(html: str, url: str) -> Fetched:
    """Return what is to be kept of a page that a browser shows. Never raises."""
    shown = Response(url, 200, Headers({"content-type": "text/html; charset=utf-8"}), html.encode("utf-8", "replace"))
    try:
        return read_answer(shown, url)
    except Exception:
        logging.getLogger(__name__).exception("reading a page failed")
        return Fetched(problem=f"{addresses.display(url)} cannot be read", hint="Its address is kept.")


def read_answer(response: Response, url: str) -> Fetched:
    """Return what is to be kept of an answer; of one that is no success, nothing but that."""
    if response.status == HTTPStatus.NOT_MODIFIED:
        return Fetched()
    if not response.ok:
        busy = response.status in (408, 425, 429) or response.status >= 500
        return Fetched(
            {"status": response.status},
            problem=f"{addresses.display(url)} answered {_status(response.status)}",
            hint="It will be tried again." if busy else "The page may have moved or be gone; its address is kept.",
            again=busy,
        )
    values: dict[str, Any] = {
        "status": response.status,
        "content_type": line(response.content_type)[:100] or None,
        "final_url": response.url if addresses.key(response.url) != addresses.key(url) else None,
        "etag": _validator(response, "etag"),
        "last_modified": _validator(response, "last-modified"),
    }
    if _is_html(response):
        return _page(response, values)
    if response.content_type in _TEXT:
        return _text(response, values)
    if response.content_type == "application/pdf" or response.body.startswith(b"%PDF-"):
        return _pdf(response, values)
    return _file(response, values)


def title_of(url: str) -> str:
    """Return what to call a page of which only the address is known: the file's name, or the address for eyes."""
    parts = urlsplit(url)
    name = unquote(parts.path.rpartition("/")[2])
    is_file = _FILE.search(name) and not name.lower().endswith(_PAGE_ENDINGS)
    return line(name if is_file else addresses.display(url))[:300] or url[:300]


def _page(response: Response, values: dict[str, Any]) -> Fetched:
    page = read_page(response)
    found = reading.readable(page.html, page.base or response.url)
    if reading.is_robot_check(page.title, found.text):
        return Fetched(
            {"status": response.status},
            problem=f"{addresses.display(response.url)} showed a check or a banner instead of the page",
            hint="Open it in a browser; its address is kept.",
        )
    if is_missing(page.title, found.words):
        return Fetched(
            {"status": response.status},
            problem=f"{addresses.display(response.url)} says “{page.title[:80]}”, though with success",
            hint="The page may have moved or be gone; its address is kept.",
        )
    author, published_at = page.author, page.published_at
    if recording := recording_of(page):
        author = recording.author or author
        found = _with(recording, found, page.base or response.url)
    if author is None or published_at is None:
        other_author, other_date = reading.author_and_date(page.html, response.url)
        author, published_at = author or other_author, published_at or other_date
    values |= {
        "description": page.description,
        "author": author,
        "published_at": published_at,
        "language": page.language,
        "site_name": page.site_name,
        "canonical": page.canonical,
        "image": page.image,
        "work": work_of(page, response.url, author, published_at),
    }
    problem = hint = None
    if found.words < 60 and _WANTS_SCRIPTS.search(found.text):
        found = reading.Readable()
    if found.text:
        values |= {"html": found.html, "text": found.text, "words": found.words, "extractor": found.extractor}
    else:
        problem = f"{addresses.display(response.url)} has no text to read"
        hint = "It may show its text only with JavaScript; open it in a browser."
    return Fetched(values, page.title, problem, hint)


def _with(recording: Recording, found: reading.Readable, base: str) -> reading.Readable:
    """Return what is to be read on the page of a recording: what is declared of it, then what the page says besides."""
    rest = "" if recording.alone or found.words <= reading.count_words(recording.description) else found.html
    if rest and recording.description[:60] in found.text:
        recording = replace(recording, description="")
    return reading.of_html(as_html(recording) + rest, base, found.extractor or "declared")


def _text(response: Response, values: dict[str, Any]) -> Fetched:
    found = reading.of_text(decode(response.body, response.headers.get("content-type", "")))
    values |= {"html": found.html, "text": found.text, "words": found.words, "extractor": found.extractor}
    return Fetched(values, _file_name(response))


def _pdf(response: Response, values: dict[str, Any]) -> Fetched:
    found = read_pdf(response.body)
    if not found.text.strip():
        file = _file(response, values)
        return replace(file, problem=f"{file.problem}; {found.problem}") if found.problem else file
    text = reading.of_text(found.text)
    values |= {"html": text.html, "text": text.text, "words": text.words, "extractor": f"pypdf {version('pypdf')}"}
    title, author = line(found.title)[:300], line(found.author)[:300]
    if author:
        values["author"] = author
    named = title if len(title) > 4 and not _FILE.search(title) and not title.startswith("Microsoft Word") else ""
    return Fetched(values, named or _file_name(response))


def _file(response: Response, values: dict[str, Any]) -> Fetched:
    kind = _NAMES.get(response.content_type)
    if kind is None:
        family, _slash, rest = response.content_type.partition("/")
        named = rest.removeprefix("x-").upper()
        kind = f"{named} {family}" if family in ("image", "audio", "video") else f"file ({response.content_type})"
        kind = "file" if not response.content_type else kind
    article = "an" if kind[0].lower() in "aeiou" else "a"
    size = len(response.body)
    shown = f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"
    return Fetched(
        values,
        _file_name(response),
        problem=f"it is {article} {kind} of {shown}: its address is kept, not what is in it",
        hint="Open it with `ple bookmarks open`.",
    )


def _is_html(response: Response) -> bool:
    if response.content_type in _HTML:
        return True
    start = response.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_markup = start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
    return is_markup and response.content_type in ("", "application/octet-stream", "text/plain", "application/xml")


def _file_name(response: Response) -> str:
    disposition = response.headers.get("content-disposition", "")
    named = re.search(r"filename\*\s*=\s*utf-8''([^;]+)", disposition, re.I)
    plain = re.search(r'filename\s*=\s*(?:"([^"]+)"|([^;]+))', disposition, re.I)
    name = unquote(named[1]) if named else (plain[1] or plain[2]) if plain else ""
    name = line(name).replace("\\", "/").rpartition("/")[2]
    return name[:300] or title_of(response.url)


def _validator(response: Response, name: str) -> str | None:
    value = response.headers.get(name, "").strip()
    return value if value and len(value) < 500 and value.isprintable() and value.isascii() else None


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def worth_another_try(tries: int, tried_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether a page that could not be fetched is due again: after 1, 2, 4 … hours, at most a week."""
    if tried_at is None:
        return True
    return now - tried_at >= dt.timedelta(hours=min(2 ** max(0, tries - 1), 168))
