"""What feedparser makes of words in a feed: addresses, dates, text that may be HTML, text that was encoded twice."""

import contextlib
import datetime as dt
import html.entities
import re
from typing import Any
from urllib.parse import urljoin

_HTML = frozenset(
    re.findall(
        r"\S+",
        """
        a abbr acronym address area article aside audio b big blockquote br button canvas caption center cite code
        col colgroup command datagrid datalist dd del details dfn dialog dir div dl dt em event-source fieldset
        figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd keygen label legend li m
        map menu meter multicol nav nextid noscript ol optgroup option output p pre progress q s samp section select
        small sound source spacer span strike strong sub sup table tbody td textarea tfoot th thead time tr tt u ul
        var video
        """,
    )
)
_CP1252 = {code: bytes([code]).decode("cp1252") for code in range(128, 160) if code not in (129, 141, 143, 144, 157)}
_FROM_WINDOWS = re.compile("[\x80-\x9f]")
_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[\w.~/%+,=&@:!*'()-]*(?:\?[\w.~/%+,=&@:!*'()-]+)?)?", re.A
)
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), +)?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([12]\d{3}) "
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d) (?:(GMT|UTC|Z|UT)|([+-])(\d\d)([0-5]\d))", re.A,
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC_3339 = re.compile(
    r"([12]\d{3})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):([0-5]\d))", re.A
)


def joined(base: str, address: str) -> str:
    """Return an address made absolute."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    try:
        return urljoin(base, _SLASHES.sub(r"\1\3", address))
    except ValueError:
        return ""


def mended(text: str) -> str:
    """Repair what was encoded twice, and the characters that Windows puts where Unicode has none."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_CP1252) if _FROM_WINDOWS.search(text) else text


def looks_like_html(said: str) -> bool:
    """Say whether a text that claims to be plain is none."""
    if "<" not in said and "&" not in said:
        return False
    if not (re.search(r"</(\w+)>", said) or re.search(r"&#?\w+;", said)):
        return False
    if any(tag for tag in re.findall(r"</?(\w+)", said) if tag.lower() not in _HTML):
        return False
    return not any(name for name in re.findall(r"&(\w+);", said) if name not in html.entities.entitydefs)


def moment(said: str) -> Any:
    """Return a date that is as it should be, in UTC; none for any other."""
    try:
        if found := _RFC_822.fullmatch(said):
            day, month, year, hour, minute, second, _zone, sign, hours, minutes = found.groups()
            number = _MONTHS.index(month) + 1
        elif found := _RFC_3339.fullmatch(said):
            year, number_, day, hour, minute, second, _zone, sign, hours, minutes = found.groups()
            number = int(number_)
        else:
            return None
        when = dt.datetime(int(year), number, int(day), int(hour), int(minute), int(second))  # noqa: DTZ001 - shifted below
        if sign:
            away = dt.timedelta(hours=int(hours), minutes=int(minutes))
            when = when - away if sign == "+" else when + away
    except (ValueError, OverflowError):
        return None
    return when.utctimetuple()
