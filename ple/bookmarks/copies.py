"""Copies of pages: each a file of its own, kept once, that opens without a network."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ple.bookmarks.models import BOOKMARK, BookmarkRow
from ple.bookmarks.works import is_on_the_web
from ple.library import InvalidInput, Library, utc_now
from ple.web import addresses
from ple.web.client import Limits
from ple.web.errors import BrokenAnswer, WebError

if TYPE_CHECKING:
    from ple.web.client import Client

ROLE = "snapshot"

_PAGE = Limits(connect=10, read=15, total=60, size=15_000_000, per_host=2)
_PART = Limits(connect=5, read=10, total=20, size=3_000_000, per_host=6)
_IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"<svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of a page as one file; ``new`` if it differs from the one before."""

    id: int
    at: dt.datetime
    sha256: str
    bytes: int
    file: str
    new: bool = False
    missing: int = 0
    """How many of its images and styles could not be had."""


def take(library: Library, client: "Client", id: int) -> Snapshot:
    """Keep a copy of a page; see :meth:`ple.bookmarks.sources.Sources.snapshot`.

    Raises:
        NotFound: there is no such bookmark.
        WebError: the page does not answer.
        InvalidInput: it answers with something that is no page.
    """
    from ple.bookmarks.offline import Copied, copy_of
    from ple.web.pages import decode

    url = _address(library, id)
    response = client.get(url, limits=_PAGE)
    shown = addresses.display(url)
    if not response.ok:
        raise BrokenAnswer(f"{shown} answered {response.status}: there is nothing to copy", url=url)
    start = response.body[:1000].lstrip().lower()
    is_pdf = response.body.startswith(b"%PDF-")
    if not is_pdf and "html" not in response.content_type and not start.startswith((b"<!doctype html", b"<html")):
        raise InvalidInput(
            f"{shown} is no page but {response.content_type or 'a file'}", hint="Only pages and PDF can be copied."
        )

    def get(address: str) -> tuple[str, bytes] | None:
        try:
            part = client.get(address, limits=_PART, origin=response.url)
        except WebError:
            return None
        return (_media_type(part.content_type, part.body), part.body) if part.ok and part.body else None

    if is_pdf:
        copied = Copied(response.body)
    else:
        text = decode(response.body, response.headers.get("content-type", ""))
        copied = copy_of(text, response.url, get)
    now = utc_now()
    with library.writing() as tx:
        tx.alive(id, BOOKMARK)
        before = [one for one in tx.attachments_of(id) if one.role == ROLE]
        ending, media = ("pdf", "application/pdf") if is_pdf else ("html", "text/html")
        sha256 = hashlib.sha256(copied.html).hexdigest()
        new = not before or before[-1].sha256 != sha256
        if new:
            tx.attach(id, ROLE, f"{now:%Y-%m-%dT%H%M%S.%fZ}.{ending}", media, copied.html)
        at = now if new else before[-1].added_at
        file = str(tx.files.path(sha256))
    return Snapshot(id, at, sha256, len(copied.html), file, new, len(copied.missing))


def of(library: Library, id: int) -> list[Snapshot]:
    """Return the copies of a page that are kept, the newest first.

    Raises:
        NotFound: there is no such bookmark.
    """
    with library.reading() as tx:
        tx.alive(id, BOOKMARK)
        kept = [one for one in tx.attachments_of(id) if one.role == ROLE]
        files = [str(tx.files.path(one.sha256)) for one in kept]
    found = [
        Snapshot(id, one.added_at, one.sha256, one.size_bytes, file) for one, file in zip(kept, files, strict=True)
    ]
    return found[::-1]


def to_open(library: Library, id: int, folder: Path) -> Path:
    """Return a file with the newest copy of a page, named so that a browser takes it for a page.

    Raises:
        NotFound: there is no such bookmark.
        InvalidInput: it has no copy.
    """
    kept = of(library, id)
    if not kept:
        raise InvalidInput(f"#{id} has no copy", hint=f"Make one with `ple bookmarks snapshot {id}`.")
    with library.reading() as tx:
        data = tx.files.read(kept[0].sha256)
    ending = "pdf" if data.startswith(b"%PDF-") else "html"
    path = folder / "offline" / f"{id}-{kept[0].sha256[:12]}.{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _address(library: Library, id: int) -> str:
    with library.reading() as tx:
        tx.alive(id, BOOKMARK)
        url = tx.get_one(BookmarkRow, id).url
    if not is_on_the_web(url):
        raise InvalidInput(f"#{id} has no address on the web", hint="Only pages can be copied.")
    return url


def _media_type(said: str, body: bytes) -> str:
    if said and said not in ("application/octet-stream", "binary/octet-stream"):
        return said
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((type for start, type in _IMAGES.items() if body.startswith(start)), said or "text/css")
