"""The list of the Feeds room: which entries a line of the tree stands for, what their lines say, and how they stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ple.tui.room import Thing
from ple.tui.screens.feeds_tree import INBOX, LATER, STARRED, Node
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, count, right, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.models import EntryLine


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of the list. In the inbox it says how well it fits the learner, and why."""

    thing: Thing
    unread: bool
    starred: bool
    when: str
    feed: str
    also: int = 0
    """The number of other feeds that brought it."""
    score: float = 0.0
    because: tuple[str, ...] = ()


def wanted(node: Node, *, unread: bool) -> dict[str, Any] | None:
    """Return what the door is asked for where it can say by itself what a line of the tree stands for."""
    only: dict[str, Any] = {"unread": True} if unread else {}
    if node.key in (INBOX, LATER) or node.search is not None:
        return None
    if node.key == STARRED:
        return {**only, "starred": True}
    if node.feed is not None:
        return {**only, "feed": node.feed}
    return {**only, "folder": node.folder} if node.folder is not None else only


def listed(environment: Environment, node: Node, *, unread: bool, ranked: bool = False) -> list[int]:
    """Return the entries that a line of the tree stands for, in their order; for threads.

    With ``ranked``, what fits the learner best comes first in the inbox; that takes longer.
    """
    doors = environment.feeds
    if node.key == INBOX:
        return doors.triage.inbox_ids(best_first=ranked)
    if (said := wanted(node, unread=unread)) is not None:
        return doors.entry_ids(**said)
    ids = doors.triage.ids("later") if node.search is None else environment.searches.entry_ids(node.search)
    if not unread:
        return ids
    unread_ones = set(doors.entry_ids(unread=True))
    return [id for id in ids if id in unread_ones]


def entry_rows(environment: Environment, keys: Sequence[Key], now: dt.datetime, *, inbox: bool) -> Sequence[Row]:
    """Return the lines of entries, those of the inbox with how well they fit; for threads."""
    ids = [key for key in keys if isinstance(key, int)]
    if inbox:
        found = {
            each.entry.id: _row(each.entry, now, score=each.score, because=each.because)
            for each in environment.feeds.triage.inbox_lines(ids)
        }
    else:
        found = {line.id: _row(line, now) for line in environment.feeds.entry_lines(ids)}
    return [found.get(key) if isinstance(key, int) else None for key in keys]


def _row(line: EntryLine, now: dt.datetime, **more: Any) -> EntryRow:
    thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
    when, feed = short(line.published_at, now), clean(line.feed_title)
    return EntryRow(thing, not line.read, line.starred, when, feed, len(line.also_in), **more)


def as_said(row: EntryRow) -> Sequence[Any]:
    """Return a line as JSON can say it, for the next start."""
    thing = row.thing
    about = (thing.id, thing.title, thing.url, sorted(thing.tags))
    return (*about, row.unread, row.starred, row.when, row.feed, row.also)


def as_shown(said: Sequence[Any]) -> EntryRow:
    """Return a line from what a file says. Raises TypeError or ValueError where that is no line."""
    id, title, url, tags, unread, starred, when, feed, also = said
    if not isinstance(id, int) or not isinstance(also, int) or not isinstance(url, str | None):
        raise TypeError(said)
    thing = Thing(id, "entry", clean(title), url, frozenset(str(tag) for tag in tags))
    return EntryRow(thing, bool(unread), bool(starred), clean(when), clean(feed), also)


def paint_entry(row: EntryRow, width: int, node: Node) -> Sequence[Sequence[Piece]]:
    """State, date, title, in the inbox how well it fits, and where it is from unless the tree says it."""
    state = (" ●" if row.unread else "  ") + ("★" if row.starred else " ")
    source = 0 if node.feed is not None or width < 56 else min(20, width // 4)
    feed = row.feed if not row.also else f"+{row.also} {row.feed}"
    tags = " ".join(f"#{tag}" for tag in sorted(row.thing.tags))
    tagged = min(18, len(tags)) if width >= 90 else 0
    fits = 4 if node.key == INBOX else 0
    rest = sum(cells + 1 for cells in (source, tagged, fits) if cells)
    return [
        columns([
            (state, 3, "mark"),
            (right(row.when, 6), 6, "muted"),
            (row.thing.title, width - 4 - 7 - rest - 1, "strong" if row.unread else ""),
            (f"{row.score:+.1f}" if row.score else "", fits, "good" if row.score > 0 else "muted"),
            (tags, tagged, "tag"),
            (feed, source, "muted"),
        ])
    ]  # fmt: skip


def headline(node: Node, now: dt.datetime, *, unread_only: bool, filtered: str = "", query: str = "") -> str:
    """Say where we are and how much there is; `filtered` is that for a filter."""
    if filtered:
        said = filtered
    elif node.key == INBOX:
        said = f"{count(node.unread)} to decide on"
    elif node.key in (STARRED, LATER):
        said = count(node.entries)
    else:
        said = f"{count(node.unread)} unread of {count(node.entries)}"
    only = "unread only" if unread_only and node.key != INBOX else ""
    muted = f"muted until {short(node.muted_until, now)}" if node.muted_until is not None else ""
    asked = f"? {clean(query)}" if query else f"! {clean(node.failure)}" if node.failure else ""
    return "  ·  ".join(part for part in (node.title, said, only, muted, asked) if part)


def lesson(node: Node, *, follows: bool, unread_only: bool) -> str:
    """Say what to do where a list is empty."""
    if not follows:
        return (
            "No feeds yet.\n\nA feed brings what a site publishes to you, without anybody watching.\n\n"
            "a  follows one: a site's address will do\nI  imports a list of feeds (OPML) from another reader"
        )
    if node.failure:
        said = clean(node.failure)
        return f"{said[:1].upper()}{said[1:]}.\n\n{clean(node.hint or '')}".rstrip()
    if node.key == INBOX:
        return "Nothing is left to decide on.\n\nWhat comes in next waits here, what fits you best first."
    if node.key == STARRED:
        return "Nothing is starred.\n\ns  stars the entry under the cursor, to find it here again"
    if node.key == LATER:
        return "Nothing is put off.\n\nz  puts off the entry under the cursor, until a day or until you look here"
    if unread_only:
        return "All read.\n\nv  shows what you have read\nR  asks all feeds for news"
    if node.search is not None:
        return "Nothing fits this search now.\n\nR  asks all feeds for news"
    if node.mail:
        return "Nothing here.\n\n`ple feeds import-mail FILE` brings in more"
    return "Nothing came yet.\n\nr  asks this feed for news\nR  asks all feeds"


def merged(ids: Sequence[Key], before: Sequence[Key], kept: frozenset[Key]) -> Sequence[Key]:
    """Return `ids` with those of `kept` put back where they stood in `before`: what is read does not jump away."""
    there = set(ids)
    missing = kept - there
    if not missing:
        return ids
    after: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in before:
        if key in there:
            last = key
        elif key in missing:
            after.setdefault(last, []).append(key)
    out: list[Key] = list(after.get(None, ()))
    for key in ids:
        out.append(key)
        out.extend(after.get(key, ()))
    return out


def steady(ids: Sequence[Key], before: Sequence[Key], kept: frozenset[Key]) -> Sequence[Key]:
    """Return `ids` as they stood in `before`, with those of `kept`; what is new comes first.

    What one reads changes what fits one best; the list must not change its order under one's eyes for that.
    """
    there = set(ids) | kept
    known = set(before)
    return [*(key for key in ids if key not in known), *(key for key in before if key in there)]
