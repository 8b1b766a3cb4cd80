"""Due dates from a calendar: the feed that any LMS gives a learner without a token, or a file of it.

A feed tells what is due and when, and nothing of who handed what in: that is the learner's word (:mod:`manual`). The
address of a feed lets anybody read it, so it is kept as a secret. Feeds are taken with care: repetitions by the second,
thousands of them, times without a zone, and pages that are no calendar at all.
"""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from ple.library import InvalidInput
from ple.lms import answers
from ple.lms.adapter import Accepts, Capability, Identity, RemoteAssignment, RemoteCourse, RemoteSession
from ple.lms.errors import NotUnderstood, Unreachable, WrongToken
from ple.lms.manual import Manual
from ple.web.errors import WebError

if TYPE_CHECKING:
    from icalendar import Calendar as Parsed

    from ple.web.client import Client

_PAST = dt.timedelta(days=60)
_AHEAD = dt.timedelta(days=400)
_MOST_BYTES = 5_000_000
_MOST_REPEATING = 200
_MOST_LOOKS = 100
_EVENTS = ("VEVENT", "VTODO")
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_DUE = re.compile(r"(?i)\s*(is due( \(extension\))?|[-–:]\s*due|\(due\)|ist fällig|should be completed|closes)\s*$")
_OPENS = re.compile(r"(?i)\s(opens|öffnet)\s*$")
_BRACKETED = re.compile(r"^(.{1,500}?)\s*\[([^\[\]]{1,200})\]\s*$")
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)


class Calendar(Manual):
    """A calendar; ``token`` is its secret address, or the path of a file."""

    kind: ClassVar[str] = "calendar"
    name: ClassVar[str] = "Calendar"

    def __init__(self, client: "Client", url: str, token: str) -> None:
        super().__init__(client, url, token)
        self._client = client
        self._from = token

    def whoami(self) -> Identity:
        """Return whose calendar it is, as far as it says so; it has to be one."""
        remote_id = hashlib.sha256(self._from.encode()).hexdigest()[:16]
        return Identity(remote_id, "", self._title, self.url, frozenset({Capability.READ}))

    def courses(self) -> Iterator[RemoteCourse]:
        """Yield what the events are grouped by: a category, or what stands in brackets behind their title."""
        for name in sorted({course for course, _ in self._tasks}):
            yield RemoteCourse(remote_id=_id(name), code=name, title=name, url=None)

    def assignments(self, course_id: str) -> Iterator[RemoteAssignment]:
        """Yield what is due."""
        for _, task in self._tasks:
            if task.course_id == course_id:
                yield task

    def sessions(self) -> Iterator[RemoteSession]:
        """Yield what one goes to: whatever lasts a while and is not due."""
        for event in self._events:
            with suppress(*_BROKEN):
                if (session := _session(event, self._title, self._repeating)) is not None:
                    yield session

    @property
    def _host(self) -> str:
        return urlsplit(self._from).netloc.rpartition("@")[2] or Path(self._from).name

    @property
    def _title(self) -> str:
        return answers.words(str(self._parsed.get("X-WR-CALNAME", "")), 200) or self._host

    @cached_property
    def _parsed(self) -> "Parsed":
        from icalendar import Calendar as Parsed

        data = self._read()
        if len(data) > _MOST_BYTES:
            raise NotUnderstood(f"the calendar of {self._host} has more than 5 MB")
        if b"BEGIN:VCALENDAR" not in data[:2000].upper():
            if b"nvalid authentication" in data[:2000]:  # Moodle says so with a 200
                raise self._unknown()
            raise NotUnderstood(f"what {self._host} gives is no calendar", hint="Copy the address of its feed (.ics).")
        try:
            return Parsed.from_ical(data)
        except _BROKEN as error:
            raise NotUnderstood(f"the calendar of {self._host} is broken") from error

    def _read(self) -> bytes:
        if "://" not in self._from:
            try:
                return at_path(self._from).read_bytes()
            except OSError as error:
                raise Unreachable(f"{self._host} cannot be read: {(error.strerror or '').lower()}") from error
        try:
            answer = self._client.get(self._from)
        except WebError:  # its sentence may hold the address, which is a secret
            raise Unreachable(f"the calendar at {self._host} does not answer") from None
        if answer.status in (401, 403, 404, 410):
            raise self._unknown()
        if not answer.ok:
            raise Unreachable(f"the calendar at {self._host} cannot be had now ({answer.status})")
        return answer.body

    def _unknown(self) -> WrongToken:
        return WrongToken(
            f"{self._host} does not know this calendar address any more",
            hint="Copy the address of the feed anew (Calendar, Export), and connect it again.",
        )

    @cached_property
    def _tasks(self) -> list[tuple[str, RemoteAssignment]]:
        tasks = []
        for event in self._events:
            with suppress(*_BROKEN):
                if (task := _task(event, self._title, self._repeating)) is not None:
                    tasks.append(task)
        return tasks

    @cached_property
    def _repeating(self) -> frozenset[str]:
        """The identifiers that stand for several events."""
        uids = Counter(str(each.get("UID", "")) for each in self._parsed.subcomponents)
        rules = {str(each.get("UID", "")) for each in self._parsed.subcomponents if "RRULE" in each or "RDATE" in each}
        return frozenset(rules | {uid for uid, count in uids.items() if count > 1})

    @cached_property
    def _events(self) -> list[Any]:
        parsed, repeating = self._parsed, 0
        for component in list(parsed.subcomponents):
            rule = component.get("RRULE")
            if rule is None:
                continue
            repeating += 1
            try:
                often = isinstance(rule, list) or str(rule.get("FREQ", [""])[0]).upper() in _TOO_OFTEN
            except _BROKEN:
                often = True  # than anybody can tell
            if often or repeating > _MOST_REPEATING:
                parsed.subcomponents.remove(component)
        series: dict[str, list[Any]] = {}
        for number, component in enumerate(parsed.subcomponents):
            if component.name in _EVENTS:
                series.setdefault(str(component.get("UID") or number), []).append(component)
        found = _sound(parsed, list(series.values()), dt.datetime.now(dt.UTC), [_MOST_LOOKS])
        if series and found is None:
            raise NotUnderstood(f"the calendar of {self._host} is broken")
        return found or []


def _sound(parsed: "Parsed", series: list[list[Any]], now: dt.datetime, looks: list[int]) -> list[Any] | None:
    """Return the events of those series that can be read, whatever others are; none if none of them can.

    ``looks`` is how often may be looked: a few broken ones are found out, thousands are not worth it.
    """
    import recurring_ical_events

    whole = type(parsed)(parsed)
    whole.subcomponents = [each for each in parsed.subcomponents if each.name not in _EVENTS]
    whole.subcomponents += [event for events in series for event in events]
    try:
        query = recurring_ical_events.of(whole, components=_EVENTS, skip_bad_series=True)
        return list(query.between(now - _PAST, now + _AHEAD))
    except _BROKEN:
        looks[0] -= 1
        if len(series) < 2 or looks[0] < 0:
            return None
    half = len(series) // 2
    parts = [_sound(parsed, some, now, looks) for some in (series[:half], series[half:])]
    return None if parts == [None, None] else [event for part in parts for event in part or ()]


def at_path(text: str) -> Path:
    """Return the path of a calendar file.

    Raises:
        InvalidInput: there is none.
    """
    path = Path(text.removeprefix("file://")).expanduser()
    if not path.is_file():
        raise InvalidInput(f"there is no file {text}", hint="Give a calendar file (.ics), or the address of a feed.")
    return path.resolve()


def _task(event: Any, fallback: str, repeating: Collection[str]) -> tuple[str, RemoteAssignment] | None:
    summary = answers.words(str(event.get("SUMMARY", "")), 500).strip()
    at = _end(event) or _moment(event, "DTSTART")
    if not summary or at is None or _OPENS.search(summary) or _is_session(event):
        return None
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    title = _DUE.sub("", summary) or summary
    course = _category(event)
    if (match := _BRACKETED.match(title)) is not None:
        title, course = match[1], course or match[2]
    return course or fallback, RemoteAssignment(
        remote_id=_which(event, repeating),
        course_id=_id(course or fallback),
        title=title,
        url=answers.web_address(str(event.get("URL", ""))),
        html=answers.words(str(event.get("DESCRIPTION", "")), 20_000).replace("\n", "<br>"),
        accepts=Accepts(),
        due_at=at,
    )


def _session(event: Any, fallback: str, repeating: Collection[str]) -> RemoteSession | None:
    summary = answers.words(str(event.get("SUMMARY", "")), 500).strip()
    start, end = _moment(event, "DTSTART"), _end(event)
    if not summary or start is None or end is None or not _is_session(event):
        return None
    title, course = summary, _category(event)
    if (match := _BRACKETED.match(summary)) is not None:
        title, course = match[1], course or match[2]
    return RemoteSession(
        remote_id=_which(event, repeating),
        course=course or fallback,
        title=title,
        starts_at=start,
        ends_at=end,
        place=answers.words(str(event.get("LOCATION", "")), 300).strip(),
        url=answers.web_address(str(event.get("URL", ""))),
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def _is_session(event: Any) -> bool:
    """Return whether an event is a lesson or an appointment: there one is present, nothing is handed in."""
    start, end = _moment(event, "DTSTART"), _end(event)
    if start is None or end is None or end - start <= dt.timedelta(minutes=1) or _whole_day(event):
        return False
    uid, summary = str(event.get("UID", "")), str(event.get("SUMMARY", ""))
    return not (_DUE.search(summary) or "assignment" in uid.casefold() or event.name == "VTODO")


def _end(event: Any) -> dt.datetime | None:
    end = _moment(event, "DTEND") or _moment(event, "DUE")
    start, lasts = _moment(event, "DTSTART"), getattr(event.get("DURATION"), "dt", None)
    if end is None and start is not None and isinstance(lasts, dt.timedelta):
        try:
            return answers.in_reach(start + lasts)
        except OverflowError:
            return None
    return end


def _which(event: Any, repeating: Collection[str]) -> str:
    """Return what an event is known by, so that one that was moved is still the same."""
    uid = str(event.get("UID", ""))
    if uid and uid not in repeating:
        return _id(uid)
    again = event.get("RECURRENCE-ID")
    which = str(again.to_ical(), "ascii", "replace") if again is not None and hasattr(again, "to_ical") else ""
    return _id(f"{uid or event.get('SUMMARY', '')} {which}")


def _whole_day(event: Any) -> bool:
    start = getattr(event.get("DTSTART"), "dt", None)
    return isinstance(start, dt.date) and not isinstance(start, dt.datetime)


def _moment(event: Any, name: str) -> dt.datetime | None:
    said = getattr(event.get(name), "dt", None)
    try:
        if isinstance(said, dt.datetime):
            return answers.in_reach(said.astimezone(dt.UTC))  # one without a zone is meant in the learner's own
        if isinstance(said, dt.date):
            day = said - dt.timedelta(days=1) if name == "DTEND" else said  # the end of a whole day is not in it
            return answers.in_reach(dt.datetime(day.year, day.month, day.day, 23, 59).astimezone(dt.UTC))
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _category(event: Any) -> str:
    said = event.get("CATEGORIES")
    for each in said if isinstance(said, list) else [said]:
        for category in getattr(each, "cats", []):
            if name := answers.words(str(category), 200).strip():
                return name
    return ""


def _id(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
