"""Our own JSON: everything that is known of each bookmark but its page, and nothing lost on the way back."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from ple.bookmarks.formats.record import Record, decode, parse_when

NAME = "json"

_FORMAT = "ple-bookmarks"
_TIMES = frozenset({"saved_at", "published_at", "read_at"})
_FIELDS = [field.name for field in fields(Record) if field.name != "line"]


def recognises(data: bytes, name: str) -> bool:
    """Return whether a file is one of these."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and f'"{_FORMAT}"'.encode() in data[:1000]


def read(data: bytes) -> list[Record]:
    """Return the bookmarks of a file.

    Raises:
        ValueError: it is no such file, or cut short.

    """
    whole = json.loads(decode(data))
    found = whole.get("bookmarks") if isinstance(whole, dict) else None
    if not isinstance(found, list):
        raise ValueError("no list of bookmarks")
    return [_record(one, number) for number, one in enumerate(found, 1) if isinstance(one, dict)]


def write(records: Iterable[Record]) -> str:
    """Return the file."""
    whole = {"format": _FORMAT, "version": 1, "bookmarks": [_as_json(record) for record in records]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _as_json(record: Record) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(record, name)
        if isinstance(value, dt.datetime):
            value = value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        if value or name in ("url", "title"):
            said[name] = list(value) if isinstance(value, tuple) else value
    return said


def _record(said: dict[str, Any], number: int) -> Record:
    values: dict[str, Any] = {"line": number}
    for name in _FIELDS:
        value = said.get(name)
        if name == "tags":
            values[name] = tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()
        elif name in _TIMES:
            values[name] = parse_when(value) if isinstance(value, str) else None
        elif name in ("unread", "starred", "archived", "private"):
            values[name] = value is True
        elif isinstance(value, str):
            values[name] = value.replace("\0", "")
        else:
            values[name] = None if name in ("author", "language") else ""
    return Record(**values)
