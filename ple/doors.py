"""Who speaks for each kind of thing: a feature's front door, opened when somebody asks for what is behind it.

To know which kinds there are, no feature need be imported; most commands ask one or two of them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ple.library import DocumentSource

DOORS: Mapping[str, tuple[str, ...]] = {
    "feeds": ("feed", "entry"),
    "bookmarks": ("bookmark",),
    "highlights": ("highlight",),
    "collections": ("collection",),
    "journal": ("journal",),
    "courses": ("account", "course", "assignment", "receipt"),
    "credentials": ("credential",),
    "portfolio": ("artifact",),
    "names": ("search",),
}
"""The kinds of each part of the environment."""


class Doors(Mapping[str, "DocumentSource"]):
    """Some of the doors, by kind. ``open`` gives the part of the environment that has a name."""

    def __init__(self, open: Callable[[str], "DocumentSource"], *names: str) -> None:
        self._open = open
        self._names = {kind: name for name in names for kind in DOORS[name]}

    def __getitem__(self, kind: str) -> "DocumentSource":
        """Return who speaks for a kind."""
        return self._open(self._names[kind])

    def __iter__(self) -> Iterator[str]:
        """Yield the kinds."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many kinds there are."""
        return len(self._names)

    def __contains__(self, kind: object) -> bool:
        """Say whether somebody speaks for a kind, without opening a door."""
        return kind in self._names
