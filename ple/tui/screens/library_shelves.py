"""The shelves of the library: saved pages and how they stand, other things that are kept, collections, tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ple.library.errors import NotFound
from ple.tui.widgets.blocks import clean
from ple.tui.words import Piece, clip, count

if TYPE_CHECKING:
    from ple.environment import Environment

PAGES, TO_READ, STARRED, ENTRIES = "Saved pages", "To read", "Starred pages", "Starred entries"
PINNED, ARCHIVED = "Pinned pages", "Archived pages"
OF_PAGES: dict[str, dict[str, Any]] = {
    PAGES: {},
    TO_READ: {"unread": True},
    STARRED: {"starred": True},
    PINNED: {"pinned": True},
    ARCHIVED: {"archived": True},
}
KINDS = {"highlight": "Highlights", "journal": "Journal", "artifact": "Portfolio", "receipt": "Receipts"}
MOST_TAGS = 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """A line of the tree: what it is called and how much is on it; a heading has no key of a shelf."""

    key: str
    title: str
    number: int | None = None
    heading: bool = False


def shelves(environment: Environment) -> list[Shelf]:
    """Return all shelves that there are; for threads."""
    return list(_shelves(environment))


def _shelves(environment: Environment) -> Iterator[Shelf]:
    bookmarks = environment.bookmarks
    for title, filters in OF_PAGES.items():
        number = len(bookmarks.bookmark_ids(**filters))
        if number or title in (PAGES, TO_READ):
            yield Shelf(title, title, number)
    yield Shelf(ENTRIES, ENTRIES, len(environment.feeds.entry_ids(starred=True)))
    for kind, title in KINDS.items():
        if number := len(environment.search.ids("", kinds=(kind,))):
            yield Shelf(f"kind:{kind}", title, number)
    collections = environment.collections.collections()
    yield Shelf("heading collections", "COLLECTIONS", heading=True)
    for one in collections:
        yield Shelf(f"collection:{one.id}", clean(one.title), len(one.members))
    if not collections:
        yield Shelf("heading no collection", "C puts things in one", heading=True)
    tags = sorted(environment.library.tag_counts(), key=lambda one: (-one.count, one.tag))
    if tags:
        yield Shelf("heading tags", "TAGS", heading=True)
    for tag in tags[:MOST_TAGS]:
        yield Shelf(f"tag:{tag.tag}", f"#{clean(tag.tag)}", tag.count)


def on_shelf(environment: Environment, key: str) -> Sequence[int]:
    """Return the numbers of what is on a shelf, in its order; for threads. Raises NotFound if there is none."""
    if key in OF_PAGES:
        return environment.bookmarks.bookmark_ids(**OF_PAGES[key])
    if key == ENTRIES:
        return environment.feeds.entry_ids(starred=True)
    kind, _, said = key.partition(":")
    if kind == "kind" and said in KINDS:
        return environment.search.ids("", kinds=(said,))
    if kind == "collection" and said.isdecimal():
        return environment.collections.collection(int(said)).members
    if kind == "tag" and said:
        return environment.search.ids(f'tag:"{said}"')
    raise NotFound(key, "shelf")


def paint_shelf(shelf: Shelf, width: int) -> Sequence[Sequence[Piece]]:
    """Its name and how much is on it."""
    if shelf.heading:
        return [[(" " + clip(shelf.title, width - 1), "heading" if shelf.title.isupper() else "muted")]]
    number = count(shelf.number or 0)
    style = "tag" if shelf.key.startswith("tag:") else ""
    return [[(" " + clip(shelf.title, max(0, width - len(number) - 3)), style), (f" {number} ", "muted")]]
