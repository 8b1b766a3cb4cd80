"""Parts of long lists: which works stand on which page, at addresses whose works stay where they are.

A list grows at one end. Its parts are counted from the other, so that what is full stays as it is: of a list with the
newest first, part 1 has the oldest works, at ``page/1/`` below the list's own address, and the list's own page has
the newest, as many as make a part up to twice as many. A list in the learner's order grows at its end: its own page has
the first works, and ``page/2/`` those that come next. Decisions only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ple.portfolio.work import Work

CARDS = 50
"""So many works with a summary make a part."""
LINES = 500
"""So many, where each is a line."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a list, with the addresses of those around it in the order in which they are read."""

    address: str
    number: int | None
    """None: the list's own page, where the newest works stand."""
    works: Sequence[Work]
    first: str | None
    previous: str | None
    next: str | None
    last: str | None

    @property
    def alone(self) -> bool:
        """Whether it is the whole list."""
        return self.previous is None and self.next is None


def parts_of(address: str, works: Sequence[Work], size: int, *, newest_first: bool) -> list[Part]:
    """Return the pages of a list in the order in which they are read, the list's own first; one if ``size`` is 0."""
    full = max(0, len(works) // size - 1) if size else 0
    cut: list[tuple[int | None, Sequence[Work]]]
    if newest_first:
        cut = [(None, works[: len(works) - full * size])]
        cut += [(n, works[len(works) - n * size :][:size]) for n in range(full, 0, -1)]
    else:
        cut = [(1, works[:size] if full else works)]
        cut += [(n, works[(n - 1) * size : n * size if n <= full else None]) for n in range(2, full + 2)]
    places = [address, *(f"{address}page/{n}/" for n, _some in cut[1:])]
    found = []
    for at, ((number, some), place) in enumerate(zip(cut, places, strict=True)):
        before = places[at - 1] if at else None
        after = places[at + 1] if at + 1 < len(places) else None
        first = places[0] if at > 1 else None
        last = places[-1] if at + 2 < len(places) else None
        found.append(Part(place, number, some, first, before, after, last))
    return found


def list_of(address: str) -> str:
    """Return the address of the list that a part belongs to."""
    return address.rpartition("page/")[0]
