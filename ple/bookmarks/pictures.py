"""The images of a page as files, for those who ask for them: kept once each, under their hash."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ple.bookmarks.models import BOOKMARK, BookmarkRow
from ple.library import InvalidInput, Library
from ple.web import addresses
from ple.web.client import Limits
from ple.web.errors import WebError
from ple.web.text import line

if TYPE_CHECKING:
    from ple.web.client import Client

ROLE = "image"

_LIMITS = Limits(connect=5, read=10, total=20, size=5_000_000, per_host=4)
_MOST, _MOST_BYTES = 100, 60_000_000
_IMAGE = re.compile(r"<img\b[^>]*?\bsrc=\"([^\"]+)\"", re.IGNORECASE)
_KINDS = {b"\x89PNG\r\n": ("image/png", "png"), b"\xff\xd8\xff": ("image/jpeg", "jpg"), b"GIF8": ("image/gif", "gif")}


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a page that is kept; ``file`` is where it lies."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of keeping the images of a page."""

    id: int
    new: int
    known: int
    failed: tuple[str, ...]
    """The addresses of those that could not be had, or are no pictures."""


def gather(library: Library, client: "Client", id: int) -> Gathered:
    """Keep the images of a page; see :meth:`ple.bookmarks.sources.Sources.keep_images`."""
    with library.reading() as tx:
        tx.alive(id, BOOKMARK)
        row = tx.get_one(BookmarkRow, id)
        url, shown = row.final_url or row.url, list(dict.fromkeys(_shown(row.html, row.image)))
        have = {one.name for one in tx.attachments_of(id) if one.role == ROLE}
    if not row.html:
        raise InvalidInput(f"#{id} has no text yet, and so no images", hint=f"Fetch it: `ple bookmarks refresh {id}`.")
    got: dict[str, tuple[str, bytes]] = {}
    failed: list[str] = []
    size = 0
    for address in shown[:_MOST]:
        try:
            answer = client.get(address, limits=_LIMITS, origin=url)
        except WebError:
            failed.append(address)
            continue
        kind = _kind(answer.body) if answer.ok else None
        size += len(answer.body)
        if kind is None or size > _MOST_BYTES:
            failed.append(address)
        else:
            got[_name(address, kind[1], got)] = (kind[0], answer.body)
    failed += shown[_MOST:]
    with library.writing() as tx:
        tx.alive(id, BOOKMARK)
        for name, (media, body) in got.items():
            tx.attach(id, ROLE, name, media, body)
    return Gathered(id, len(got.keys() - have), len(got.keys() & have), tuple(failed))


def of(library: Library, id: int) -> list[Image]:
    """Return the images of a page that are kept, in the order of their names."""
    with library.reading() as tx:
        tx.alive(id, BOOKMARK)
        kept = sorted((one for one in tx.attachments_of(id) if one.role == ROLE), key=lambda one: one.name)
        return [
            Image(one.name, one.media_type, one.size_bytes, one.sha256, str(tx.files.path(one.sha256))) for one in kept
        ]


def _shown(html: str, image: str | None) -> Iterator[str]:
    from html import unescape

    for address in [*([image] if image else []), *(unescape(found) for found in _IMAGE.findall(html))]:
        if address.startswith(("http://", "https://")):
            yield address


def _kind(body: bytes) -> tuple[str, str] | None:
    """Return what kind of picture this is, by its bytes; a drawing (SVG) may hold a program, and is none."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp", "webp"
    if body[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif", "avif"
    return next((kind for start, kind in _KINDS.items() if body.startswith(start)), None)


def _name(address: str, ending: str, taken: dict[str, tuple[str, bytes]]) -> str:
    """Return a name for the file of an image: that of its address, with the ending that it is."""
    parts = urlsplit(address)
    last = line(unquote(parts.path.rpartition("/")[2])).replace("\\", "_")
    stem = re.sub(r"[^\w.-]+", "_", last.rpartition(".")[0] or last).strip("._")[:80] or addresses.host(address)
    name, number = f"{stem}.{ending}", 2
    while name in taken:
        name, number = f"{stem}-{number}.{ending}", number + 1
    return name
