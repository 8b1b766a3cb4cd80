"""The words of xAPI for what a learner does: verbs and types of activities. Pure.

The addresses are those that other tools use: ADL's vocabularies, the Tin Can registry, and Activity Streams in the form
``/schema/1.0/`` that Moodle's plugin writes. When reading, the short form without it means the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_STREAMS = "http://activitystrea.ms/schema/1.0/"
_TINCAN = "http://id.tincanapi.com/"
_ADL = "http://adlnet.gov/expapi/"
_ACROSSX = "https://w3id.org/xapi/acrossx/"

VOIDED = _ADL + "verbs/voided"
RECEIPT_HASH = "urn:ple:xapi:receipt-sha256"
BADGE_ASSERTION = "http://specification.openbadges.org/xapi/extensions/badgeassertion"
COURSE = _ADL + "activities/course"
ASSIGNMENT = _TINCAN + "activitytype/school-assignment"

TYPES: Mapping[str, str] = {
    "entry": _STREAMS + "article",
    "bookmark": _ACROSSX + "activities/webpage",
    "feed": _STREAMS + "collection",
    "journal": _STREAMS + "note",
    "highlight": _STREAMS + "note",
    "goal": _TINCAN + "activitytype/goal",
    "artifact": _STREAMS + "article",
    "credential": _STREAMS + "badge",
    "receipt": ASSIGNMENT,
    "assignment": ASSIGNMENT,
    "course": COURSE,
}
"""The type of an activity by the kind of resource; what is not here has none."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a learner does and may share: its name here, its verb, and what it tells."""

    name: str
    verb: str
    said: str
    tells: str


EVENTS: Mapping[str, Event] = {
    event.name: event
    for event in (
        Event("read", _STREAMS + "read", "read", "that you opened an article or page, its address and title, and when"),
        Event(
            "saved", _TINCAN + "verb/bookmarked", "bookmarked", "that you kept a page, its address and title, and when"
        ),
        Event("followed", _STREAMS + "follow", "followed", "that you follow a feed, its address and title, and when"),
        Event("wrote", _STREAMS + "author", "wrote", "that you wrote in your journal and when; never a word of it"),
        Event(
            "annotated",
            "https://w3id.org/xapi/adb/verbs/annotated",
            "annotated",
            "that you marked or noted something and when; never the words",
        ),
        Event("planned", _STREAMS + "create", "set a goal", "that you set a goal and when; never its words"),
        Event("completed", _ADL + "verbs/completed", "completed", "that you reached a goal and when; never its words"),
        Event(
            "reviewed", _ADL + "verbs/experienced", "reviewed", "that you went over a card and when; never its words"
        ),
        Event("showed", _STREAMS + "add", "added to portfolio", "that you put something in your portfolio, and when"),
        Event(
            "handed-in",
            _STREAMS + "submit",
            "submitted",
            "that you handed in: assignment, course, link, time, and the hash of the receipt",
        ),
        Event(
            "graded",
            "https://w3id.org/xapi/tla/verbs/scored",
            "scored",
            "that your work was graded: assignment, course, the points, and when; a school's own record is its LMS's",
        ),
        Event("earned", _TINCAN + "verb/earned", "earned", "that you earned a badge: its name and address, and when"),
    )
}
"""What may be told, by the name that the activity log uses."""

ALSO: Mapping[str, str] = {"highlighted": "annotated", "marked": "annotated", "noted": "annotated", "set": "planned"}
"""Other words of the activity log for the same."""


def event_of(verb: str) -> Event | None:
    """Return the event that a verb of the activity log stands for, or None if it is not told."""
    return EVENTS.get(ALSO.get(verb, verb))


def same_verb(one: str, other: str) -> bool:
    """Return whether two verbs are one: with and without ``/schema/1.0/``, in any case."""

    def plain(verb: str) -> str:
        return verb.casefold().replace("activitystrea.ms/schema/1.0/", "activitystrea.ms/")

    return plain(one) == plain(other)
