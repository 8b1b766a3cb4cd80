"""What came in, and when to ask again: which entries are new, which were edited, where the feed moved. Pure.

The decisions of a refresh are made here, on values; :mod:`ple.feeds.subscriptions` carries them out.
"""

import datetime as dt
import email.utils
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ple.feeds.identity import Arrival, Known, recognise
from ple.feeds.publication import ParsedEntry
from ple.web import addresses

SOONEST = dt.timedelta(minutes=15)
LATEST = dt.timedelta(hours=5)  # servers ask for 16 years (NetNewsWire)
FIRST_BACK_OFF = dt.timedelta(minutes=30)
LONGEST_BACK_OFF = dt.timedelta(days=7)
SILENT_EDITS = 24  # of an entry that says something else each time: the time of day, an advertisement (reader #225)
BELIEVED_AFTER = 5  # permanent redirects in a row …
BELIEVED_SINCE = dt.timedelta(days=2)  # … over at least this long (NewsBlur waits for ten, RSSOwlnix #32)
VALIDATORS_LAST = dt.timedelta(days=8)  # some servers answer 304 to anything conditional (NetNewsWire)

_PORTALS = re.compile(r"login|signin|register|captive|portal|hotspot|wifi|walledgarden|solutionip|1\.1\.1\.1", re.I)


# ---- entries -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """An entry that we have, as it now is; ``silently`` without a new date of updating."""

    known: Known
    arrival: Arrival
    silently: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with what came in. ``renamed`` are entries that only go by another key now.

    ``same`` are all those, renamed or not, of which we have everything as it now is.
    """

    new: tuple[Arrival, ...]
    edited: tuple[Edit, ...]
    renamed: tuple[tuple[Known, Arrival], ...]
    same: tuple[tuple[Known, Arrival], ...] = ()


def decide(arrived: Sequence[Arrival], known: Sequence[Known]) -> Decision:
    """Return which of ``arrived`` are new, edited, or known under another key.

    What the learner threw away stays away. An entry that changes at every look is left as it is after a while.
    """
    new: list[Arrival] = []
    edited: list[Edit] = []
    renamed: list[tuple[Known, Arrival]] = []
    same: list[tuple[Known, Arrival]] = []
    for arrival, entry in zip(arrived, recognise(arrived, known), strict=True):
        if entry is None:
            new.append(arrival)
            continue
        silently = arrival.entry.updated_at is None or arrival.entry.updated_at == entry.updated_at
        differs = arrival.fingerprint != entry.fingerprint
        if differs and not entry.thrown_away and not (silently and entry.silent_edits >= SILENT_EDITS):
            edited.append(Edit(entry, arrival, silently))
            continue
        if not differs:
            same.append((entry, arrival))
        if (arrival.key, arrival.alias) != (entry.key, entry.alias):
            renamed.append((entry, arrival))
    return Decision(tuple(new), tuple(edited), tuple(renamed), tuple(same))


def occurred_at(arrival: Arrival, now: dt.datetime) -> dt.datetime:
    """Return the time by which a new entry is ordered: a date in the future must not stick on top for ever."""
    return min(arrival.entry.published_at or now, now)


def title(entry: ParsedEntry) -> str:
    """Return what to call an entry: its title, else its first words, else its address."""
    if entry.title:
        return entry.title
    words = " ".join(entry.text[:400].split())
    if len(words) > 80:
        words = words[:80].rpartition(" ")[0] or words[:80]
        words += "…"
    return words or (addresses.display(entry.url) if entry.url else "") or "Untitled"


# ---- asking --------------------------------------------------------------------------------------------------------


def validators(
    etag: str | None, last_modified: str | None, fetched_at: dt.datetime | None, *, now: dt.datetime
) -> dict[str, str]:
    """Return the headers that make a request conditional; none if it is time to ask plainly.

    Both are sent as they came: quotes and ``W/`` are part of them.
    """
    headers: dict[str, str] = {}
    if fetched_at is None or now - fetched_at > VALIDATORS_LAST:
        return headers
    if etag:
        headers["If-None-Match"] = etag
        headers["A-IM"] = "feed"  # RFC 3229: only what is new, from servers that can
    if last_modified and not _in_future(last_modified, now):  # some say 2038, and then nothing is ever newer
        headers["If-Modified-Since"] = last_modified
    return headers


def next_check(
    headers: Mapping[str, str], ttl_minutes: int | None, between: dt.timedelta, *, now: dt.datetime, jitter: float,
    rest: str = "",
) -> dt.datetime:  # fmt: skip
    """Return when the feed is next worth asking for, in UTC.

    The longest of the publisher's wishes (``Retry-After``, ``Cache-Control: max-age``, ``Expires``, RFC 9111
    section 5.2; RSS ``ttl``) and a quarter of the time ``between`` its entries, within 15 minutes and 5 hours,
    plus up to 10 % for ``jitter`` from 0 to 1; and not in the hours of ``rest``, see :func:`awake`.
    """
    wishes = [SOONEST, _fresh_for(headers, now), dt.timedelta(minutes=ttl_minutes or 0), between / 4]
    if (asked := patience(headers, now)) is not None:
        wishes.append(asked)
    wait: dt.timedelta = min(max(wishes), LATEST)
    return awake(now + wait * (1 + jitter / 10), rest)


def awake(when: dt.datetime, rest: str) -> dt.datetime:
    """Return ``when``, or the first full hour after it that is not in the hours and days when a publisher rests.

    ``rest`` names them as RSS does (``skipHours``, ``skipDays``), in UTC: ``"0 1 2 sunday"``. Who never wakes is asked
    all the same.
    """
    names = set(rest.split())
    then = when
    for _ in range(7 * 24 if names else 0):
        if str(then.hour) not in names and _DAYS[then.weekday()] not in names:
            return then
        then = then.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    return when


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def back_off(failures: int, asked: dt.timedelta | None, *, now: dt.datetime, jitter: float) -> dt.datetime:
    """Return when to ask a feed again that failed ``failures`` times in a row: twice as late each time, up to a week.

    ``asked`` is how long its server wants to be left alone, where it said so.
    """
    wait = min(FIRST_BACK_OFF * (1 << min(max(failures - 1, 0), 16)), LONGEST_BACK_OFF)
    if asked is not None:
        wait = max(wait, min(asked, LONGEST_BACK_OFF))
    return now + wait * (1 + jitter / 10)


def patience(headers: Mapping[str, str], now: dt.datetime) -> dt.timedelta | None:
    """Return how long ``Retry-After`` (seconds, or a date by the server's clock) asks us to stay away."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return dt.timedelta(seconds=min(int(said[:9]), 10**8))
    if (when := _date(said)) is None:
        return None
    return max(dt.timedelta(), when - (_date(headers.get("date", "")) or now))


def _fresh_for(headers: Mapping[str, str], now: dt.datetime) -> dt.timedelta:
    caching = headers.get("cache-control", "")
    if age := re.search(r"max-age\s*=\s*\"?(\d{1,9})", caching):
        return dt.timedelta(seconds=min(int(age[1]), 10**8))
    expires = _date(headers.get("expires", ""))  # "0" and "-1" are no dates, and mean nothing
    return max(dt.timedelta(), expires - (_date(headers.get("date", "")) or now)) if expires else dt.timedelta()


def rhythm(came_out: Iterable[dt.datetime]) -> dt.timedelta:
    """Return the median time between the newest entries of a feed, which came out at these times."""
    dates = sorted(set(came_out), reverse=True)[:20]
    gaps = sorted(later - earlier for later, earlier in pairwise(dates))
    return gaps[len(gaps) // 2] if gaps else dt.timedelta()


def _in_future(said: str, now: dt.datetime) -> bool:
    when = _date(said)
    return when is not None and when > now + dt.timedelta(days=1)


def _date(said: str) -> dt.datetime | None:
    try:
        when = email.utils.parsedate_to_datetime(said)
        return when.replace(tzinfo=when.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError, TypeError):
        return None


# ---- moving --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moving:
    """Where permanent redirects lead, how often in a row they did, and since when."""

    to: str | None = None
    times: int = 0
    since: dt.datetime | None = None

    def believed(self, now: dt.datetime) -> bool:
        """Say whether they did so often and long enough to move the subscription."""
        return self.since is not None and self.times >= BELIEVED_AFTER and now - self.since >= BELIEVED_SINCE


def moving(before: Moving, to: str | None, *, now: dt.datetime) -> Moving:
    """Return what is to be remembered after a feed came by way of permanent redirects to ``to``, or of none."""
    if to is None or _PORTALS.search(to):
        return Moving()
    if before.to is not None and addresses.key(before.to) == addresses.key(to):
        return Moving(to, before.times + 1, before.since)
    return Moving(to, 1, now)
