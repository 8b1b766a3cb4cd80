"""What an LMS says, taken with care: any field may be missing, of another type, or absurd."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

_FIRST, _LAST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(9000, 1, 1, tzinfo=dt.UTC)


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list; none if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> dict[str, Any]:
    """Return an object; an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def words(value: Any, most: int = 100_000) -> str:
    """Return text without NUL and lone surrogates, cut to ``most`` characters; numbers are written out."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:most].replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def remote_id(value: Any) -> str:
    """Return an identifier as text; empty if it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    return text if re.fullmatch(r"[0-9A-Za-z_.~:-]{1,64}", text) else ""


def number(value: Any) -> int:
    """Return a whole number; 0 if it is none."""
    try:
        return int(value) if isinstance(value, int | float | str) and abs(float(value)) < 2**53 else 0
    except (ValueError, OverflowError):
        return 0


def count(value: Any) -> int:
    """Return how many or the how-manieth, as every database holds it; 0 if it is absurd."""
    said = number(value)
    return said if abs(said) <= 1_000_000_000 else 0


def decimal(value: Any) -> float | None:
    """Return a number with a fraction, or none; Moodle writes them as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        said = float(value)
    except (ValueError, OverflowError):
        return None
    return said if abs(said) < 1e9 else None


def seconds(value: Any) -> dt.datetime | None:
    """Return a moment from Unix seconds; 0 means none."""
    count = number(value)
    if count <= 0:
        return None
    try:
        return in_reach(dt.datetime.fromtimestamp(count, dt.UTC))
    except (ValueError, OverflowError, OSError):
        return None


def moment(value: Any) -> dt.datetime | None:
    """Return a moment from ISO 8601; one without an offset is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        said = dt.datetime.fromisoformat(value[:40])
        at = said.replace(tzinfo=dt.UTC) if said.tzinfo is None else said.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return in_reach(at)


def in_reach(at: dt.datetime) -> dt.datetime | None:
    """Return a moment; none if it lies at an end of the calendar, where some time zones have no day for it."""
    return at if _FIRST <= at < _LAST else None


def web_address(value: Any) -> str | None:
    """Return an http(s) address, or none."""
    text = words(value, 2000).strip()
    try:
        named = bool(re.fullmatch(r"(?i)https?://[^\s<>\"]+", text)) and bool(urlsplit(text).hostname)
    except ValueError:  # such as https://[
        return None
    return text if named else None


def joined(base: str, href: str) -> str:
    """Return an address that stands on a page of ``base``; as it is where nobody can tell what it means."""
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def duration(count: int) -> dt.timedelta:
    """Return a time of so many seconds, a year at most."""
    return dt.timedelta(seconds=min(count, 366 * 86_400))
