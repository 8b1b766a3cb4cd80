"""Times as pages write them."""

import datetime as dt
import re
from email.utils import parsedate_to_datetime


def parse_time(text: str) -> dt.datetime | None:
    """Return the time that a page writes as ISO 8601 or RFC 2822, aware; none if it is no such time or absurd."""
    text = text.strip()
    when: dt.datetime | None = None
    try:
        when = dt.datetime.fromisoformat(text.replace("/", "-") if re.match(r"\d{4}/\d{2}/\d{2}", text) else text)
    except ValueError:
        day = re.match(r"\d{4}-\d{2}-\d{2}(?=\D|$)", text)
        try:
            when = dt.datetime.fromisoformat(day[0]) if day else parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    try:
        when = when.astimezone(dt.UTC)
    except OverflowError:
        return None
    return when if when.year > 1970 and when < dt.datetime.now(dt.UTC) + dt.timedelta(days=2) else None
