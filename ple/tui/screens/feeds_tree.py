"""The tree of the Feeds room: the inbox, everything, what was put aside, saved searches, folders and feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, LineList
from ple.tui.words import Piece, clip, count

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.counting import Counts
    from ple.feeds.models import Feed
    from ple.search.saved import SmartFeed

INBOX, ALL, STARRED, LATER = "inbox", "all", "starred", "later"
_MARKS = {INBOX: "▼", STARRED: "★", LATER: "z"}


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree: a list of its own, a saved search, a folder or a feed."""

    key: Key
    title: str
    depth: int = 0
    unread: int = 0
    entries: int = 0
    failure: str | None = None
    hint: str | None = None
    paused: bool = False
    muted_until: dt.datetime | None = None
    mail: bool = False
    """It is fed from files: nobody is asked, so it is neither paused nor asked again."""
    folder: str | None = None
    closed: bool = False
    url: str | None = None
    search: int | None = None
    """The number of a saved search."""

    @property
    def feed(self) -> int | None:
        """The number of the feed that this is."""
        return self.key if isinstance(self.key, int) else None


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the tree says, as the doors say it."""

    feeds: Sequence[Feed] = ()
    counts: Counts | None = None
    inbox: int = 0
    later: int = 0
    muted: Mapping[Key, dt.datetime] = field(default_factory=dict)
    """Until when feeds, by number, and folders, by ``folder:NAME``, are muted."""


def sources(environment: Environment, now: dt.datetime) -> Sources:
    """Return what the tree shows, except for saved searches, which take longer; for threads."""
    doors = environment.feeds
    waiting = doors.triage.counts()
    muted: dict[Key, dt.datetime] = {}
    for rule in doors.rules.rules():
        if rule.until is not None and rule.until > now and not (rule.paused or rule.query) and "hide" in rule.actions:
            key: Key | None = rule.feed_id if rule.feed_id is not None else rule.folder and f"folder:{rule.folder}"
            if key is not None:
                muted[key] = max(rule.until, muted.get(key, rule.until))
    return Sources(*doors.overview(), waiting["inbox"], waiting["later"], muted)


def tree_of(found: Sources, smart: Sequence[SmartFeed] = (), closed: Collection[str] = ()) -> Iterator[Node]:
    """Give the lines of the tree: lists, saved searches, folders with their feeds, then feeds without a folder."""
    counts = found.counts
    yield Node(ALL, "All", unread=counts.unread if counts else 0, entries=counts.entries if counts else 0)
    yield Node(INBOX, "Inbox", unread=found.inbox, entries=found.inbox)
    yield Node(STARRED, "Starred", entries=counts.starred if counts else 0)
    yield Node(LATER, "Later", entries=found.later)
    for search in smart:
        yield Node(
            f"search:{search.id}", clean(search.title), unread=search.unread, entries=search.entries, search=search.id
        )
    by_folder: dict[str, list[Feed]] = {}
    for feed in found.feeds:
        by_folder.setdefault(feed.folder or "", []).append(feed)
    for path in sorted(_paths(by_folder), key=lambda path: [part.casefold() for part in path.split("/")]):
        if any(path.startswith(folder + "/") for folder in closed):
            continue
        entries, unread = counts.folders.get(path, (0, 0)) if counts else (0, 0)
        key, depth = f"folder:{path}", path.count("/")
        yield Node(
            key, clean(path.rsplit("/", 1)[-1]), depth, unread, entries, muted_until=found.muted.get(key), folder=path,
            closed=path in closed,
        )  # fmt: skip
        if path not in closed:
            yield from (_node(feed, depth + 1, found) for feed in _sorted(by_folder.get(path, ())))
    yield from (_node(feed, 0, found) for feed in _sorted(by_folder.get("", ())))


def _paths(by_folder: Collection[str]) -> set[str]:
    """Return all folders, and the folders that these are in."""
    return {
        "/".join(folder.split("/")[:depth])
        for folder in by_folder
        if folder
        for depth in range(1, folder.count("/") + 2)
    }


def _sorted(feeds: Sequence[Feed]) -> list[Feed]:
    return sorted(feeds, key=lambda feed: feed.title.casefold())


def _node(feed: Feed, depth: int, found: Sources) -> Node:
    return Node(
        feed.id, clean(feed.title) or clean(feed.url), depth, feed.unread, feed.entries, feed.failure,
        feed.failure_hint, feed.paused and feed.format != "mail", found.muted.get(feed.id), feed.format == "mail",
        url=feed.site_url or feed.url,
    )  # fmt: skip


def feeds_in(found: Sources, node: Node) -> list[int] | None:
    """Return the feeds that a line of the tree stands for; None for all of them."""
    if node.feed is not None:
        return [node.feed]
    if node.folder is not None:
        return [feed.id for feed in found.feeds if f"{feed.folder or ''}/".startswith(f"{node.folder}/")]
    return None


def paint_node(node: Node, width: int) -> Sequence[Sequence[Piece]]:
    """State, title by depth, unread."""
    number = count(node.unread) if node.unread else ""
    title = clip("  " * node.depth + node.title, max(0, width - 5 - len(number)))
    return [
        [
            (f" {_mark(node)} ", "warn" if node.failure else "mark"),
            (f"{title} ", "strong" if node.unread else ""),
            (number + " ", "mark"),
        ]
    ]


def _mark(node: Node) -> str:
    if node.folder is not None:
        return "▸" if node.closed else "▾"
    if node.search is not None:
        return "?"
    if node.failure:
        return "!"
    if node.paused:
        return "‖"
    if node.muted_until:
        return "z"
    return "@" if node.mail else _MARKS.get(str(node.key), " ")


class Tree(LineList):
    """The tree, with the keys that only it has."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "screen.fold", "Fold", show=False, id="feeds.fold")]
