"""The list of the Library: what the lines of kept things say, of whatever kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ple.library.errors import NotFound
from ple.tui.room import Thing
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, right, short

if TYPE_CHECKING:
    from ple.environment import Environment


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A line of the list."""

    thing: Thing
    when: str
    where: str
    unread: bool = False
    starred: bool = False
    flawed: bool = False
    pinned: bool = False


def kept_rows(
    environment: Environment, keys: Sequence[Key], now: dt.datetime, *, mixed: bool, entries: bool
) -> Sequence[Row]:
    """Return the lines of pages or entries, or where they are `mixed` of whatever there is; for threads."""
    numbers = [key for key in keys if isinstance(key, int)]
    found: dict[Key, KeptRow] = {}
    if mixed:
        for id in numbers:
            if row := kept_row(environment, id, now):
                found[id] = row
    elif not entries:
        for page in environment.bookmarks.bookmark_lines(numbers):
            thing = Thing(page.id, page.kind, clean(page.title) or clean(page.url), page.url, page.tags)
            where = clean(page.site_name or host(page.url))
            when, flawed = short(page.saved_at, now), bool(page.problem)
            found[page.id] = KeptRow(thing, when, where, page.unread, page.starred, flawed, page.pinned)
    else:
        for line in environment.feeds.entry_lines(numbers):
            thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
            when, where = short(line.published_at, now), clean(line.feed_title)
            found[line.id] = KeptRow(thing, when, where, not line.read, line.starred)
    return [found.get(key) for key in keys]


def kept_row(environment: Environment, id: int, now: dt.datetime) -> KeptRow | None:
    """Return anything that is kept as a line; None if it is gone; for threads."""
    try:
        document = environment.document(id)
    except NotFound:
        return None
    thing = Thing(id, document.kind, clean(document.title) or "Untitled", document.url, document.tags)
    where = clean(document.container or host(document.url)) or document.kind
    flags = document.flags
    return KeptRow(thing, short(document.occurred_at, now), where, "unread" in flags, "starred" in flags)


def host(address: str | None) -> str:
    """Return the host of an address, without `www.`."""
    return (address or "").partition("://")[2].partition("/")[0].removeprefix("www.")


def paint_kept(row: KeptRow, width: int) -> Sequence[Sequence[Piece]]:
    """Return what it is, its date and title, its tags, and where it is from."""
    state = " " + ("!" if row.flawed else "●" if row.unread else " ")
    state += "▲" if row.pinned else "★" if row.starred else " "
    where = min(22, width // 4) if width >= 50 else 0
    tags = " ".join(f"#{tag}" for tag in sorted(row.thing.tags))
    tagged = min(len(tags), width // 4, 24) if width >= 64 else 0
    title = width - 4 - 7 - (where + 1 if where else 0) - (tagged + 1 if tagged else 0) - 1
    return [
        columns([
            (state, 3, "warn" if row.flawed else "mark"),
            (right(row.when, 6), 6, "muted"),
            (row.thing.title, title, "strong" if row.unread else ""),
            (tags, tagged, "tag"),
            (row.where, where, "muted"),
        ])
    ]  # fmt: skip
