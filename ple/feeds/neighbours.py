"""What feeds ask of other parts of the house.

Features are strangers to one another, so the environment hands these in as functions; on their own, feeds go without.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ple.library.errors import PleError


class NotHere(PleError):
    """A part of the house that this needs was not handed in."""

    hint = "Open the library through `ple`, which has all its parts."


@dataclass(frozen=True, slots=True)
class PageText:
    """What is to be read on a page; ``problem`` says why there is nothing, ``again`` that it may come later."""

    html: str = ""
    text: str = ""
    problem: str | None = None
    hint: str | None = None
    again: bool = False


def _no_search(query: str, ids: Collection[int]) -> set[int]:
    raise NotHere("there is no search here")


def _no_bookmarks(id: int, url: str, title: str) -> int:
    raise NotHere("there are no bookmarks here")


def _no_reading(url: str, origin: str | None) -> PageText:
    raise NotHere("pages cannot be read here")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Functions of other features."""

    matches: Callable[[str, Collection[int]], set[int]] = _no_search
    """Return which of these resources fit a query in the language of the search."""
    save: Callable[[int, str, str], int] = _no_bookmarks
    """Keep the page of an entry (its number, address and title) as a bookmark; return the bookmark's number."""
    read_page: Callable[[str, str | None], PageText] = _no_reading
    """Fetch a page and return what is to be read on it; the second is the address of the feed that named it."""
