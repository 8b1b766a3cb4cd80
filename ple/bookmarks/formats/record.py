"""A bookmark as files have it, whatever the format; and what files do to times and texts."""

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Record:
    """One bookmark of a file. ``saved_at`` is aware UTC, or none where the file did not say when."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    folder: str = ""
    saved_at: dt.datetime | None = None
    unread: bool = False
    starred: bool = False
    archived: bool = False
    private: bool = False
    description: str = ""
    author: str | None = None
    published_at: dt.datetime | None = None
    language: str | None = None
    read_at: dt.datetime | None = None
    line: int = 0
    """Where it stands in the file, from 1; for messages."""


def parse_when(text: str) -> dt.datetime | None:
    """Return the time that a file means: seconds, milliseconds, microseconds or WebKit's since 1601, ISO or RFC 2822.

    Which of them a number is, its size says. What is before 1990 or in the future is no date but a mistake.
    """
    text = text.strip()
    try:
        when = _of_number(int(text)) if re.fullmatch(r"\d{1,19}", text) else _of_text(text)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    try:
        when = when.astimezone(dt.UTC)
    except OverflowError:
        return None
    return when if when.year >= 1990 and when < dt.datetime.now(dt.UTC) + dt.timedelta(days=2) else None


def decode(data: bytes) -> str:
    """Return the text of a file: by its BOM, as UTF-8 if it is, else as it declares, else as Windows wrote it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", data[:4096], re.IGNORECASE)
    name = declared[1].decode("ascii").lower() if declared else "cp1252"
    try:
        return data.decode("cp1252" if name in ("utf-8", "iso-8859-1", "us-ascii") else name, "replace")
    except (LookupError, ValueError):
        return data.decode("cp1252", "replace")


def _of_number(number: int) -> dt.datetime:
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
