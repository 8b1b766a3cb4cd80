"""Due dates as a calendar that any calendar program reads (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable

from ple import __version__
from ple.lms.values import AssignmentLine


def calendar(lines: Iterable[AssignmentLine], now: dt.datetime) -> str:
    """Return the due dates as iCalendar text; each keeps its UID, so that importing it again renews it."""
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
    return bytes(said.to_ical()).decode("utf-8")
