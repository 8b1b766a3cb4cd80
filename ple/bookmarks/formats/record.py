"""A bookmark as files have it, whatever the format; and what files do to times and texts."""

import codecs
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from ple.web.decoding import is_charset

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Quotation:
    """A passage that was marked in a page or book, as files have it; without a ``quote``, a note on the whole."""

    quote: str
    note: str = ""
    color: str = ""
    created_at: dt.datetime | None = None
    tags: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""
    position: int | None = None
    """Where it began in the text that it was marked in, in characters; of a Kindle book, its location."""
    formerly: tuple[str, ...] = field(default=(), compare=False)
    """The words that it had before its ends were moved."""


@dataclass(frozen=True, slots=True)
class Record:
    """One bookmark of a file. ``saved_at`` is aware UTC, or none where the file did not say when.

    A book or paper may have no ``url``; then ``csl`` says which work it is.
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    folder: str = ""
    saved_at: dt.datetime | None = None
    unread: bool = False
    starred: bool = False
    archived: bool = False
    pinned: bool = False
    private: bool = False
    description: str = ""
    author: str | None = None
    published_at: dt.datetime | None = None
    language: str | None = None
    read_at: dt.datetime | None = None
    site_name: str | None = None
    csl: dict[str, Any] | None = None
    """The work that it is, as an item of CSL-JSON."""
    quotations: tuple[Quotation, ...] = ()
    judged: dict[str, Any] | None = None
    """What the learner thinks of it as a source: ``type``, ``note``, and ``answers`` to the checklist."""
    line: int = 0
    """Where it stands in the file, from 1: its line, or which record it is where lines mean nothing."""
    problem: str = ""
    """Why this cannot be imported, if the format already says so."""


def parse_when(text: str, *, whenever: bool = False) -> dt.datetime | None:
    """Return the time that a file means: seconds, milliseconds, microseconds or WebKit's since 1601, ISO or RFC 2822.

    Which of them a number is, its size says. What is before 1990 or in the future is no date but a mistake; with
    ``whenever`` it is not: works are older than the web.
    """
    text = text.strip()
    try:
        number = re.fullmatch(r"(\d{1,19})(\.\d{1,9})?", text)
        when = _of_number(float(text) if number[2] else int(text)) if number else _of_text(text)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    try:
        when = when.astimezone(dt.UTC)
    except OverflowError:
        return None
    return when if whenever or is_plausible(when) else None


def is_plausible(when: dt.datetime) -> bool:
    """Return whether somebody may have saved a page then."""
    return when.year >= 1990 and when < dt.datetime.now(dt.UTC) + dt.timedelta(days=2)


def decode(data: bytes) -> str:
    """Return the text of a file: by its BOM, as UTF-8 if it is, else as it declares, else as it looks."""
    return data.decode(encoding_of(data), "replace")


def pieces(data: bytes) -> Iterator[str]:
    """Yield the text of a file in parts; the whole of a large one would take four times its bytes."""
    decoder = codecs.getincrementaldecoder(encoding_of(data))("replace")
    for start in range(0, len(data), _PIECE):
        yield decoder.decode(data[start : start + _PIECE])
    yield decoder.decode(b"", True)


def encoding_of(data: bytes) -> str:
    """Return the name of the encoding that the text of a file is in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if _is_utf8(data):
        return "utf-8-sig"
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", data[:4096], re.IGNORECASE)
    if not declared:
        return _as_it_looks(data)
    name = declared[1].decode("ascii").lower()
    return name if name not in ("utf-8", "iso-8859-1", "us-ascii") and is_charset(name) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _as_it_looks(data: bytes) -> str:
    """Western texts have single letters beyond ASCII, those in other scripts whole runs of them."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", data[:100_000])]
    if not runs or sum(runs) < 2.5 * len(runs):
        return "cp1252"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:100_000]).best()
        return best.encoding if best else "cp1252"
    return "gb18030"


def _of_number(number: float) -> dt.datetime:
    if number >= 10**16:
        seconds = number / 10**6 - 11_644_473_600
    elif number >= 10**14:
        seconds = number / 10**6
    elif number >= 10**11:
        seconds = number / 10**3
    else:
        seconds = number
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _of_text(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
