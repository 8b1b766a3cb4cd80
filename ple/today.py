"""Today: what a learner wants to see first in the morning, gathered from every door. It changes nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ple.library.identity import utc_now

if TYPE_CHECKING:
    from ple.bookmarks.models import BookmarkLine
    from ple.environment import Environment
    from ple.feeds.glance import Unread
    from ple.feeds.models import EntryLine
    from ple.journal.models import Memory
    from ple.lms.values import AssignmentLine

SOON = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Today:
    """What is due, unread and worth a look. Lists are short, the counts are whole."""

    due: "tuple[AssignmentLine, ...]"
    """Assignments that are due within two weeks or overdue and not handed in, soonest first."""
    unread: int
    entries: "tuple[EntryLine, ...]"
    """The newest unread ones."""
    unread_pages: int
    pages: "tuple[BookmarkLine, ...]"
    """Pages that were saved and not read yet, the longest waiting first."""
    on_this_day: "tuple[Memory, ...]"
    reminders: tuple[str, ...]
    """Sessions that begin soon, tokens that end, hand-ins that still wait: a sentence each."""
    suggestion: str
    """One thing to do, as a sentence with its command."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be said of today without the tables, which take longer to import than the screens."""

    unread: int
    entries: "tuple[Unread, ...]"
    """The newest unread ones."""


def glance(environment: "Environment", *, few: int = 5) -> Glance | None:
    """Return what a look into the library's file tells; None if it does not lie there in a version that we know."""
    from ple.feeds import glance
    from ple.library.file import LibraryFile

    if environment.place != str(environment.folder):  # it is on a server
        return None
    file = LibraryFile(environment.folder)
    if not file.current():
        return None
    try:
        with file.reading() as statements:
            return Glance(glance.how_many(statements), glance.newest(statements, few))
    finally:
        file.close()


def gather(environment: "Environment", *, now: dt.datetime | None = None, few: int = 5) -> Today:
    """Return what matters at ``now``; each list holds at most ``few`` things."""
    now = now or utc_now()
    due = tuple(line for line in environment.courses.assignments(due_within=SOON) if not line.handed_in)[:few]
    entries = tuple(environment.feeds.entries(unread=True, limit=few))
    unread = environment.feeds.unread()
    waiting = environment.bookmarks.bookmark_ids(unread=True)
    pages = tuple(environment.bookmarks.bookmark_lines(waiting[-few:][::-1]))
    remembered = tuple(environment.journal.on_this_day(now.astimezone().date()))[:few]
    wrote = environment.journal.entries(limit=1)
    return Today(
        due,
        unread,
        entries,
        len(waiting),
        pages,
        remembered,
        tuple(environment.courses.reminders()),
        _suggestion(
            environment.feeds.following() > 0, due, unread, len(waiting), wrote[0].written_at if wrote else None, now
        ),
    )


def _suggestion(
    follows: bool,
    due: "tuple[AssignmentLine, ...]",
    unread: int,
    waiting: int,
    wrote_at: dt.datetime | None,
    now: dt.datetime,
) -> str:
    """Return the one thing that is most worth doing now; the first rule that applies wins."""
    if due and due[0].due_at is not None and due[0].due_at - now < dt.timedelta(days=2):
        return f"“{due[0].title}” is due first: `ple lms show {due[0].id}`."
    if not follows:
        return "Follow a site that you learn from: `ple feeds add ADDRESS`."
    if wrote_at is None:
        return "Write down what you want to learn, and why: `ple journal write`."
    if now - wrote_at > dt.timedelta(days=3):
        return "A few lines on what you read lately? `ple journal write --prompt what`."
    if waiting:
        return "Read the page that has waited longest: `ple bookmarks list --unread`."
    if unread:
        return "Take ten minutes for what came in: `ple entries list --unread`."
    return "Nothing is waiting. Look back at something: `ple journal on-this-day`."
