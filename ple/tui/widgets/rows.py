"""The rows of a list that are near the screen, and which blocks of them were asked for."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ple.tui.widgets.marks import Key

Row = Any
BLOCK = 32
"""So many rows are asked for at once: what is asked for while a key is held must be soon done."""
AHEAD = 2 * BLOCK
"""So many rows above and below those in sight are asked for too."""
AT_REST = 16 * BLOCK
"""So many when nothing moves."""
AT_ONCE = 4
"""So many blocks are asked for in one go, so that other threads have their turn."""
KEPT = 8192


def packed(keys: Sequence[Key]) -> Sequence[Key]:
    """Return the keys of a long list in an eighth of the memory, where all of them are numbers."""
    numbers: Any = keys
    try:
        return array("q", numbers) if len(keys) > BLOCK else keys
    except TypeError:
        return keys


@dataclass
class Rows:
    """Rows by their keys. `generation` tells what was asked before the list was renewed from what was asked since."""

    rows: dict[Key, Row] = field(default_factory=dict)
    generation: int = 0
    _asked: set[int] = field(default_factory=set)
    _wanted: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ask for everything again; what is there stays until its successor comes.

        What was wanted and not taken is forgotten: blocks that a shorter list has not would be waited for, for ever.
        """
        self.generation += 1
        self._asked.clear()
        self._wanted.clear()

    def begin(self, keys: Sequence[Key], rows: Sequence[Row]) -> None:
        """Keep the rows of the first keys, which are at hand already; blocks that are whole are not asked for."""
        self.rows |= {key: row for key, row in zip(keys, rows, strict=False) if row is not None}
        self._asked |= set(range(len(rows) // BLOCK)) | ({0} if len(rows) == len(keys) else set())

    def want(self, first: int, last: int, *, of: Sequence[Key] | None = None) -> bool:
        """Want the blocks from one place to another; return whether any is wanted now and none was before.

        With `of`, the keys, only blocks of which nothing is known are: what may have changed is asked for in sight.
        """
        blocks = set(range(first // BLOCK, last // BLOCK + 1)) - self._asked
        if of is not None:
            blocks = {block for block in blocks if of[block * BLOCK] not in self.rows}
        begins = bool(blocks) and not self._wanted
        self._asked |= blocks
        self._wanted |= blocks
        return begins

    @property
    def wanting(self) -> bool:
        """Whether blocks are wanted that nobody has taken."""
        return bool(self._wanted)

    def take(self, keys: Sequence[Key], position: int) -> Sequence[Key]:
        """Return the keys of some of the blocks that are wanted, the nearest to a position; they are no longer."""
        nearest = sorted(self._wanted, key=lambda block: abs(block - position // BLOCK))[:AT_ONCE]
        self._wanted -= set(nearest)
        return [key for block in sorted(nearest) for key in keys[block * BLOCK : (block + 1) * BLOCK]]

    def arrive(self, new: Sequence[Key], rows: Sequence[Row], keys: Sequence[Key], position: int) -> bool:
        """Keep rows that came, and of too many only those around a position; return whether one says something new."""
        if len(self.rows) > KEPT:
            near = set(keys[max(0, position - KEPT // 4) : position + KEPT // 4])
            self.rows = {key: row for key, row in self.rows.items() if key in near}
            self._asked = {position // BLOCK}
        changed = False
        for key, row in zip(new, rows, strict=False):
            if row is not None:
                changed = changed or self.rows.get(key) != row
                self.rows[key] = row
        return changed
