"""Dates as people say them: ``yesterday``, ``last month``, ``3 weeks ago``, ``march 2024``, ``2025-06-01 18:00``.

Every date is a span: ``2025-06`` is a month long. Local time goes in, UTC comes out. What is not understood is said
to be so: a date that quietly means something else finds the wrong things. Whoosh's parser, which knows more ways to
say a date in English, is asked last, because it reads some ISO dates and ``last week`` wrongly (whoosh 2.7.5).
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from ple.library.errors import InvalidInput

_END_OF_TIME = dt.datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001
DAY = dt.timedelta(days=1)
MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to, not including, ``end``; both aware, in UTC."""

    start: dt.datetime
    end: dt.datetime


class UnknownDate(InvalidInput):
    """A date that we do not understand."""

    hint = "Say it like 2025-06-01, 2025-06, yesterday, 'last week', '3 days ago' or [2025-01 to now]."

    def __init__(self, text: str) -> None:
        super().__init__(f"the date “{text}” is not understood")


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_NUMBERS |= {"nine": 9, "ten": 10, "twelve": 12, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}
_UNITS = {
    name: unit
    for unit, names in {
        "minute": "minute minutes min mins",
        "hour": "hour hours h hr hrs",
        "day": "day days d",
        "week": "week weeks w wk wks",
        "month": "month months mo mos",
        "year": "year years y yr yrs",
    }.items()
    for name in names.split()
}
_N = r"(?P<n>\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_U = r"(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")"
_M = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_W = r"(?P<day>" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_TIME = re.compile(
    r"(?:^|[ ,t]+)(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?\s*(?P<half>[ap]m)?$"
)


def span(text: str, *, now: dt.datetime | None = None) -> Span:
    """Return the span of time that ``text`` names, seen from ``now`` (naive local time; the present if not given).

    A weekday or month without a year is the latest one; ``7d`` and ``past 2 weeks`` reach until now.

    Raises:
        UnknownDate: nobody could say what that is.
    """
    base = now or dt.datetime.now()  # noqa: DTZ005 - local on purpose: people say dates in their own time
    said = " ".join(text.lower().replace("\u2212", "-").split())
    try:
        zoned = _zoned(said)
        if zoned:
            return zoned
        found = _span(said, base) or _with_time(said, base) or _whoosh(said, base)
        if found is None:
            raise UnknownDate(text)
        return Span(utc(found[0]), utc(found[1]))
    except (ValueError, OverflowError) as error:
        raise UnknownDate(text) from error


def moment(text: str, *, now: dt.datetime | None = None) -> dt.datetime:
    """Return the beginning of the span that ``text`` names, in UTC.

    Raises:
        UnknownDate: nobody could say what that is.
    """
    return span(text, now=now).start


def utc(local: dt.datetime) -> dt.datetime:
    """Return the naive local time ``local`` in UTC."""
    try:
        return local.astimezone(dt.UTC)
    except (OverflowError, OSError, ValueError):  # near the ends of the calendar, or beyond what the platform knows
        return local.replace(tzinfo=dt.UTC)


_Naive = tuple[dt.datetime, dt.datetime]


def _zoned(said: str) -> Span | None:
    if not re.fullmatch(r"\d{4}-?\d\d-?\d\d[t ]\d\d:?\d\d.*(z|[+-]\d\d:?\d\d)", said):
        return None
    at = dt.datetime.fromisoformat(said.upper()).astimezone(dt.UTC)
    return Span(at, at + (MOMENT if at.second or at.microsecond else dt.timedelta(minutes=1)))


def _with_time(said: str, now: dt.datetime) -> _Naive | None:
    match = _TIME.search(said)
    if not match or not (match["minute"] or match["half"]):
        return None
    day = _span(said[: match.start()].rstrip(" ,t"), now) if match.start() else _day(now)
    if day is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    at = day[0].replace(hour=hour, minute=int(match["minute"] or 0), second=int(match["second"] or 0))
    return at, at + dt.timedelta(seconds=1 if match["second"] else 60)


def _span(said: str, now: dt.datetime) -> _Naive | None:
    for pattern, meaning in _WAYS:
        match = pattern.fullmatch(said)
        if match:
            found = meaning(match, now)
            if found:
                return found
    return None


def _midnight(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _day(at: dt.datetime) -> _Naive:
    start = _midnight(at)
    return start, start + DAY


def _month(year: int, month: int) -> _Naive:
    return dt.datetime(year, month, 1), _months(dt.datetime(year, month, 1), 1)  # noqa: DTZ001


def _year(year: int) -> _Naive:
    return dt.datetime(year, 1, 1), _END_OF_TIME if year == 9999 else dt.datetime(year + 1, 1, 1)  # noqa: DTZ001


def _months(at: dt.datetime, by: int) -> dt.datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + by, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def _shift(at: dt.datetime, n: int, unit: str) -> dt.datetime:
    if unit in ("month", "year"):
        return _months(at, n * (12 if unit == "year" else 1))
    return at + n * dt.timedelta(**{unit + "s": 1})


def _count(match: re.Match[str]) -> tuple[int, str]:
    said = match["n"]
    return int(said) if said.isdigit() else _NUMBERS[said], _UNITS[match["unit"]]


def _ago(match: re.Match[str], now: dt.datetime, sign: int = -1) -> _Naive:
    n, unit = _count(match)
    at = _shift(now, sign * n, unit)
    return (at, _shift(at, 1, unit)) if unit in ("hour", "minute") else _day(at)


def _past(match: re.Match[str], now: dt.datetime) -> _Naive:
    n, unit = _count(match)
    start = _shift(now, -n, unit)
    return (start if unit in ("hour", "minute") else _midnight(start)), now + MOMENT


def _relative(match: re.Match[str], now: dt.datetime) -> _Naive:
    step = {"this": 0, "current": 0, "next": 1}.get(match["which"], -1)
    unit = _UNITS[match["unit"]]
    today = _midnight(now)
    if unit == "week":
        start = today - now.weekday() * DAY + step * 7 * DAY
        return start, start + 7 * DAY
    if unit == "month":
        at = _months(today.replace(day=1), step)
        return _month(at.year, at.month)
    if unit == "year":
        return _year(now.year + step)
    if unit == "day":
        return _day(today + step * DAY)
    start = _shift(now.replace(minute=0, second=0, microsecond=0), step, unit)
    return start, _shift(start, 1, unit)


def _weekday(match: re.Match[str], now: dt.datetime) -> _Naive:
    which, wanted = match["which"], _DAYS[match["day"]]
    if which == "next":
        return _day(now + ((wanted - now.weekday() - 1) % 7 + 1) * DAY)
    if which in ("last", "past", "previous"):
        return _day(now - ((now.weekday() - wanted - 1) % 7 + 1) * DAY)
    if which == "this":
        return _day(now + (wanted - now.weekday()) * DAY)
    return _day(now - ((now.weekday() - wanted) % 7) * DAY)


def _named_month(match: re.Match[str], now: dt.datetime) -> _Naive:
    groups = match.groupdict()
    month = _MONTHS[match["month"]]
    which = groups.get("which")
    year = int(groups["year"]) if groups.get("year") else now.year
    day = int(groups["date"]) if groups.get("date") else 0
    if not groups.get("year"):
        if which == "next":
            year += month <= now.month
        elif which in ("last", "past", "previous"):
            year -= month >= now.month
        else:
            year -= month > now.month or (month == now.month and day > now.day)
    if day:
        return _day(dt.datetime(year, month, day))  # noqa: DTZ001
    return _month(year, month)


def _iso_week(match: re.Match[str], _now: dt.datetime) -> _Naive:
    start = dt.datetime.fromisocalendar(int(match["year"]), int(match["week"]), 1)
    return start, start + 7 * DAY


def _iso_day(match: re.Match[str], _now: dt.datetime) -> _Naive:
    return _day(dt.datetime(int(match["year"]), int(match["month"]), int(match["date"])))  # noqa: DTZ001


_WHICH = r"(?P<which>this|current|last|past|previous|next)"
_WAYS: list[tuple[re.Pattern[str], Callable[[re.Match[str], dt.datetime], _Naive | None]]] = [
    (re.compile(r"now"), lambda _, now: (now, now + MOMENT)),
    (re.compile(r"today"), lambda _, now: _day(now)),
    (re.compile(r"yesterday"), lambda _, now: _day(now - DAY)),
    (re.compile(r"(the )?day before yesterday"), lambda _, now: _day(now - 2 * DAY)),
    (re.compile(r"tomorrow"), lambda _, now: _day(now + DAY)),
    (re.compile(r"(?P<year>\d{4})"), lambda match, _: _year(int(match["year"]))),
    (re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})"), lambda m, _: _month(int(m["year"]), int(m["month"]))),
    (re.compile(r"(?P<year>\d{4})([-/]?)(?P<month>\d{2})\2(?P<date>\d{2})"), _iso_day),
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<date>\d{1,2})"), _iso_day),
    (re.compile(r"(?P<date>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"), _iso_day),
    (re.compile(r"(?P<year>\d{4})-?w(?P<week>\d{2})"), _iso_week),
    (re.compile(rf"{_N} ?{_U} ago"), _ago),
    (re.compile(rf"-{_N} ?{_U}"), _ago),
    (re.compile(rf"(?:in {_N} ?{_U})"), lambda match, now: _ago(match, now, 1)),
    (re.compile(rf"\+{_N} ?{_U}"), lambda match, now: _ago(match, now, 1)),
    (re.compile(rf"(?:the )?(?:(?:past|last|previous) )?{_N} ?{_U}"), _past),
    (re.compile(rf"(?:the )?{_WHICH} {_U}"), _relative),
    (re.compile(rf"(?:{_WHICH} |on )?{_W}"), _weekday),
    (re.compile(rf"(?:{_WHICH} |in )?{_M}"), _named_month),
    (re.compile(rf"{_M},? (?P<year>\d{{4}})"), _named_month),
    (re.compile(rf"(?P<year>\d{{4}}) {_M}"), _named_month),
    (re.compile(rf"(?P<date>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? {_M}(?:,? (?P<year>\d{{4}}))?"), _named_month),
    (re.compile(rf"{_M} (?P<date>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?"), _named_month),
]


def _whoosh(said: str, now: dt.datetime) -> _Naive | None:
    if not re.search(r"[a-z]", said) or len(said) > 40:
        return None
    from whoosh.qparser.dateparse import English
    from whoosh.util.times import TimeError, timespan

    try:
        found = English().date_from(said, now)
        if found is not None and not isinstance(found, dt.datetime):
            found = found.disambiguated(now)
    except (TimeError, ValueError, TypeError, AttributeError, KeyError, OverflowError):
        return None
    if isinstance(found, timespan):
        start, end = found.start, found.end
        if isinstance(start, dt.datetime) and isinstance(end, dt.datetime) and start <= end:
            return start, end + MOMENT
        return None
    return (found, found + dt.timedelta(minutes=1)) if isinstance(found, dt.datetime) else None
