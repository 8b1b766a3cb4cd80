"""Numbers and times as people say them."""

import datetime as dt
import re

from ple.library.errors import InvalidInput


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 entry``, ``2,000 entries``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ago(when: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Return how long ago that was, in a word or two; the date if it was long ago."""
    if when is None:
        return ""
    now = now or dt.datetime.now(dt.UTC)
    seconds = (now - when).total_seconds()
    if seconds < 0:
        return due(when, now)
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 14 * 86400:
        return f"{int(seconds // 86400)} d ago"
    return f"{local(when):%Y-%m-%d}"


def local(when: dt.datetime) -> dt.datetime:
    """Return a moment in the learner's own time zone, or as it is where the calendar or the platform ends."""
    try:
        return when.astimezone()
    except (OverflowError, OSError, ValueError):
        return when


def minute(when: dt.datetime | None) -> str:
    """Return a moment to the minute, in the learner's own time zone."""
    return "" if when is None else f"{local(when):%Y-%m-%d %H:%M}"


def due(when: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Return when something is due, in the learner's own time zone: ``tomorrow 23:59``."""
    if when is None:
        return ""
    now = now or dt.datetime.now(dt.UTC)
    here, today = local(when), local(now).date()
    days = (here.date() - today).days
    clock = f"{here:%H:%M}"
    if days == 0:
        return f"today {clock}"
    if days == 1:
        return f"tomorrow {clock}"
    if days == -1:
        return f"yesterday {clock}"
    if 1 < days < 7:
        return f"{here:%A} {clock}"
    return f"{here:%Y-%m-%d} {clock}"


def moment(said: str, now: dt.datetime | None = None) -> dt.datetime:
    """Return the moment meant by a date, a time, ``7d`` (ago), ``today`` or ``yesterday``, in UTC.

    ``now`` is naive local time: the day on which the clock is changed begins at its own midnight.

    Raises:
        InvalidInput: it means none.
    """
    text = said.strip().lower()
    now = now or dt.datetime.now()  # noqa: DTZ005
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if before := re.fullmatch(r"(\d{1,5})\s*([hdw])", text):
            unit = {"h": "hours", "d": "days", "w": "weeks"}[before[2]]
            return now.astimezone(dt.UTC) - dt.timedelta(**{unit: int(before[1])})
        if text in ("today", "yesterday"):
            return (midnight - dt.timedelta(days=text == "yesterday")).astimezone(dt.UTC)
        return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError) as error:  # Windows knows no local time before 1970
        raise InvalidInput(
            f"“{said}” is no moment that ple understands", hint="Say 2026-11-01, 7d, 12h, today or yesterday."
        ) from error


def size(bytes_: int) -> str:
    """Return a number of bytes as people say it: ``1.4 MB``."""
    value = float(bytes_)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def home(path: object) -> str:
    """Return a path relative to the home folder, as ``~/…``, where it lies in it."""
    from pathlib import Path

    text = str(path)
    own = str(Path.home())
    return "~" + text[len(own) :] if text == own or text.startswith((own + "/", own + "\\")) else text
