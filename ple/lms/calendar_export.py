"""Due dates as a calendar that any calendar program reads (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable

from ple import __version__
from ple.lms.sessions import Session
from ple.lms.values import AssignmentLine


def calendar(lines: Iterable[AssignmentLine], sessions: Iterable[Session], now: dt.datetime) -> str:
    """Return due dates and sessions as iCalendar text; each keeps its UID, so that importing it again renews it."""
    from icalendar import Calendar, Event

    said = Calendar()
    said.add("prodid", f"-//ple//{__version__}//EN")
    said.add("version", "2.0")
    said.add("x-wr-calname", "Due")
    for line in lines:
        if line.due_at is None:
            continue
        event = Event()
        event.add("uid", f"{line.uid}@ple")
        event.add("dtstamp", now.replace(microsecond=0))
        event.add("dtstart", line.due_at)
        event.add("dtend", line.due_at)
        event.add("summary", f"{'✓ ' if line.handed_in else ''}{line.title} is due")
        event.add("categories", [line.course])
        event.add("transp", "TRANSPARENT")
        if line.url:
            event.add("url", line.url)
        said.add_component(event)
    for session in sessions:
        event = Event()
        event.add("uid", f"session-{session.account_id}-{session.id}@ple")
        event.add("dtstamp", now.replace(microsecond=0))
        event.add("dtstart", session.starts_at)
        event.add("dtend", session.ends_at)
        event.add("summary", session.title)
        event.add("categories", [session.course])
        event.add("status", "CANCELLED" if session.cancelled else "CONFIRMED")
        if session.place:
            event.add("location", session.place)
        if session.url:
            event.add("url", session.url)
        said.add_component(event)
    return bytes(said.to_ical()).decode("utf-8")
