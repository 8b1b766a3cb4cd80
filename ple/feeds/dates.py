"""Dates as they should not be but are: with the names of days and months in the publisher's own language. Pure."""

import datetime as dt
import re
import unicodedata

_WRITTEN = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?P<day>\d{1,2})\.?\s+(?:de\s+)?(?P<month>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(?P<year>\d{4})"
    r"(?:[,\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<zone>Z|GMT|UTC?|[+-]\d{2}:?\d{2})?"
)
_MONTHS = (
    "jan gen ene", "feb fev", "mar mrt mae", "apr abr avr", "may mai mag mei maj", "jun giu juin", "jul lug juil",
    "aug ago aou", "sep set", "oct ott okt out", "nov", "dec dez dic",
)  # fmt: skip
"""How the names of the months begin, without accents, in English, German, Dutch, Romance and Nordic languages."""


def in_words(said: str) -> dt.datetime | None:
    """Return the time that is written so: ``mer, 16 nov 2022 00:38:15 +0100``, ``Seg, 24 Set 2018``; none otherwise.

    Without a time zone it is UTC, without an hour midnight.
    """
    found = _WRITTEN.fullmatch(" ".join(said.split())[:80])
    if found is None or (month := _month(found["month"])) is None:
        return None
    zone = found["zone"] or ""
    away = dt.timedelta()
    if zone[:1] in ("+", "-"):
        away = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (1 if zone[0] == "+" else -1)
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    try:
        return dt.datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=dt.UTC) - away
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int | None:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalpha())
    for number, beginnings in enumerate(_MONTHS, 1):
        if any(plain.startswith(beginning) for beginning in beginnings.split()):
            return number
    return None
