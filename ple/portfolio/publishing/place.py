"""What a place on a host can do, whatever protocol it speaks. Knows no protocol."""

import mimetypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

PART = ".ple-part-"
"""How names of files begin that are on their way and that no page links to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the host lists it."""

    size: int
    mark: str = ""
    """Whatever changes when somebody writes to the file, or a hash of it; empty when the host does not say."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to be put in its place."""

    path: str
    content: bytes


class Place(Protocol):
    """A folder on a host that visitors look at meanwhile.

    A file appears at its path whole or not at all. Every method may raise
    :class:`~ple.portfolio.publishing.errors.PublishError`.
    """

    shown: str
    """Its address, for sentences; without secrets."""
    manifest: str
    """The path of the list of what ple put there."""
    batch: int
    """How many files are best sent at once."""

    def look(self) -> dict[str, Entry]:
        """Return every file that is there, by its path; nothing when the folder does not exist."""
        ...

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of a file, None when there is none."""
        ...

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put files in their places, in any order, and return the marks that they have now."""
        ...

    def claim(self, parcel: Parcel, seen: str | None) -> None:
        """Put a file in its place if it still has the mark ``seen`` (None: is not there), where the host can tell.

        Raises:
            Overtaken: somebody else was quicker.
        """
        ...

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and folders that are empty then; those that are gone already are no error."""
        ...

    def mark_of(self, content: bytes) -> str | None:
        """Return the mark of every file with this content, where marks are hashes; else None."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


Told = Callable[[int, int], None]
"""Is told, now and then, how many of how many files are done."""

_TYPES = {
    ".atom": "application/atom+xml", ".xml": "application/xml", ".rss": "application/rss+xml", ".json":
    "application/json", ".svg": "image/svg+xml", ".webp": "image/webp", ".avif": "image/avif", ".woff2": "font/woff2",
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".txt": "text/plain", ".md": "text/markdown",
    ".vtt": "text/vtt", ".epub": "application/epub+zip", ".webmanifest": "application/manifest+json",
}  # fmt: skip
_TEXT = ("text/", "application/xml", "application/json", "application/atom+xml", "application/rss+xml")


def content_type(path: str) -> str:
    """Return the media type of a file of the site, with its charset where it is text.

    The platform's own table is asked last: it says other things on other machines.
    """
    suffix = "." + path.rpartition(".")[2].lower()
    kind = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind


def cache_control(path: str) -> str:
    """Return how long a visitor's browser may keep a file without asking: pages never, the rest for an hour."""
    fresh = path.endswith((".html", ".xml", ".json", ".txt", ".atom"))
    return "no-cache" if fresh else "public, max-age=3600"


def folder_of(path: str) -> str:
    """Return the folder that a file or folder is in, with a slash at its end; empty for the root."""
    head, slash, _name = path.removesuffix("/").rpartition("/")
    return head + slash


def above(paths: Iterable[str]) -> set[str]:
    """Return all folders that these files are in, without the root."""
    found: set[str] = set()
    for path in paths:
        folder = folder_of(path)
        while folder and folder not in found:
            found.add(folder)
            folder = folder_of(folder)
    return found
