"""Which lines of a list are marked, so that one key works on all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

Key = int | str


@dataclass
class Marks:
    """The marked keys of a list. They outlive what the list shows: a line that comes back is still marked."""

    keys: set[Key] = field(default_factory=set)
    _begun: Key | None = None
    _before: frozenset[Key] = frozenset()

    def __bool__(self) -> bool:
        """Return whether anything is marked."""
        return bool(self.keys)

    def __len__(self) -> int:
        """Return how many are marked."""
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        """Return whether a key is marked."""
        return key in self.keys

    @property
    def stretching(self) -> bool:
        """Whether moving the cursor marks what it passes."""
        return self._begun is not None

    def turn(self, key: Key) -> None:
        """Mark a line, or take its mark off."""
        self.keys ^= {key}
        self._begun = None

    def begin(self, key: Key) -> None:
        """Begin a stretch at a line, or end the one that was begun; what it marked stays."""
        if self._begun is not None:
            self._begun = None
        else:
            self._begun, self._before = key, frozenset(self.keys)
            self.keys.add(key)

    def stretch(self, shown: Sequence[Key], to: int, skipped: Collection[Key] = ()) -> None:
        """Let the stretch reach from where it was begun to the line at a place, and no farther."""
        if self._begun is None:
            return
        try:
            begun = shown.index(self._begun)
        except ValueError:  # it is not shown any more
            self._begun = None
            return
        first, last = sorted((begun, to))
        self.keys = set(self._before) | {key for key in shown[first : last + 1] if key not in skipped}

    def all(self, shown: Sequence[Key], skipped: Collection[Key] = ()) -> None:
        """Mark all that is shown; if all of it is marked already, nothing."""
        every = {key for key in shown if key not in skipped}
        self.keys = self.keys - every if every <= self.keys else self.keys | every
        self._begun = None

    def clear(self) -> None:
        """Mark nothing."""
        self.keys.clear()
        self._begun = None

    def release(self, shown: Sequence[Key]) -> None:
        """Mark nothing of what is shown any more."""
        self.keys.difference_update(shown)
        self._begun = None

    def within(self, shown: Sequence[Key]) -> Iterator[Key]:
        """Give the marked ones of what is shown, in its order."""
        return (key for key in shown if key in self.keys) if self.keys else iter(())
