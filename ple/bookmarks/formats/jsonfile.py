"""Our own JSON: everything that is known of each bookmark but its page, and nothing lost on the way back."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from ple.bookmarks.formats.record import Quotation, Record, parse_when

NAME = "json"

_FORMAT = "ple-bookmarks"
_TIMES = frozenset({"saved_at", "published_at", "read_at"})
_MAYBE = frozenset({"author", "language", "site_name"})
_FIELDS = [field.name for field in fields(Record) if field.name not in ("line", "problem")]
_QUOTED = [field.name for field in fields(Quotation)]


def is_ours(value: Any) -> bool:
    """Return whether this is one of these."""
    return isinstance(value, dict) and value.get("format") == _FORMAT


def read_value(value: Any) -> Iterator[Record]:
    """Yield the bookmarks of a file.

    Raises:
        ValueError: it has no list of them.

    """
    found = value.get("bookmarks") if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise ValueError("no list of bookmarks")
    for number, one in enumerate(found, 1):
        if isinstance(one, dict):
            yield _record(one, number)


def write(records: Iterable[Record]) -> str:
    """Return the file."""
    whole = {"format": _FORMAT, "version": 1, "bookmarks": [_as_json(record) for record in records]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _as_json(record: Record) -> dict[str, Any]:
    said = {name: _plain(getattr(record, name)) for name in _FIELDS}
    said["quotations"] = [
        _without_empty({name: _plain(getattr(one, name)) for name in _QUOTED}) for one in record.quotations
    ]
    return {name: value for name, value in said.items() if value or name in ("url", "title")}


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, [])}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def _record(said: dict[str, Any], number: int) -> Record:
    values: dict[str, Any] = {"line": number}
    for name in _FIELDS:
        value = said.get(name)
        if name == "tags":
            values[name] = _texts(value)
        elif name in _TIMES:
            values[name] = parse_when(value, whenever=name == "published_at") if isinstance(value, str) else None
        elif name in ("unread", "starred", "archived", "pinned", "private"):
            values[name] = value is True
        elif name == "quotations":
            values[name] = tuple(_quotation(one) for one in _list(value) if isinstance(one, dict))
        elif name in ("csl", "judged"):
            values[name] = value if isinstance(value, dict) else None
        elif isinstance(value, str):
            values[name] = value.replace("\0", "")
        else:
            values[name] = None if name in _MAYBE else ""
    return Record(**values)


def _quotation(said: dict[str, Any]) -> Quotation:
    position = said.get("position")
    texts: dict[str, Any] = {name: _text(said.get(name)) for name in ("quote", "note", "color", "prefix", "suffix")}
    return Quotation(
        **texts,
        created_at=_when(said.get("created_at")),
        tags=_texts(said.get("tags")),
        position=position if isinstance(position, int) else None,
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(tag.replace("\0", "") for tag in _list(value) if isinstance(tag, str))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _when(value: Any) -> dt.datetime | None:
    return parse_when(value) if isinstance(value, str) else None


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""
