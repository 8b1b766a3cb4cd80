"""What is unread, at a glance: asked of the library's file, for the first screen of a start.

The tables take longer to import than all that this screen needs. What is asked here is what :mod:`ple.feeds.entries`
and :mod:`ple.feeds.counting` say of the list of everything.
"""

import datetime as dt
from dataclasses import dataclass

from ple.library.file import Statements

_AWAY = "SELECT id FROM resource WHERE trashed_at IS NOT NULL UNION SELECT id FROM feed_triage WHERE state = 'hidden'"
_LEFT_OUT = f"{_AWAY} UNION SELECT id FROM feed_entry WHERE same_as > 0 AND same_as NOT IN ({_AWAY})"


@dataclass(frozen=True, slots=True)
class Unread:
    """An unread entry, as far as a line of a list says it; see :class:`ple.feeds.models.EntryLine`."""

    id: int
    title: str
    url: str | None
    feed_title: str
    published_at: dt.datetime
    tags: frozenset[str]
    kind: str = "entry"


def how_many(statements: Statements) -> int:
    """Return how many unread entries the list of everything shows."""
    query = "SELECT count(*) FROM feed_entry WHERE read_at IS NULL"
    ((unread,),), ((less,),) = statements.rows(query), statements.rows(f"{query} AND id IN ({_LEFT_OUT})")
    return int(unread) - int(less)


def newest(statements: Statements, limit: int) -> tuple[Unread, ...]:
    """Return the newest unread entries, the newest first."""
    rows = statements.rows(
        "SELECT feed_entry.id, feed_entry.title, feed_entry.url, occurred_at, own_title, feed.title, feed.url,"
        " feed_title FROM feed_entry LEFT JOIN feed ON feed.id = feed_id"
        f" WHERE read_at IS NULL AND feed_entry.id NOT IN ({_LEFT_OUT})"
        " ORDER BY occurred_at DESC, feed_entry.id DESC LIMIT :limit",
        {"limit": limit},
    )
    if not rows:
        return ()
    from ple.feeds.titles import feed_title

    tags: dict[int, set[str]] = {}
    for id, tag in statements.rows(
        f"SELECT resource_id, tag FROM tagging WHERE resource_id IN ({', '.join(str(int(row[0])) for row in rows)})"
    ):
        tags.setdefault(id, set()).add(tag)
    return tuple(
        Unread(id, title, url, feed_title(own, said, address, kept), at, frozenset(tags.get(id, ())))
        for id, title, url, at, own, said, address, kept in rows
    )
