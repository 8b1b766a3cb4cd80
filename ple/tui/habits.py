"""What hands do that learned other programs."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.screen import Screen
from textual.timer import Timer

AT_ONCE = 0.5
"""Seconds within which a second key is the habit of vim."""

_pressed: WeakKeyDictionary[Screen[Any], Timer] = WeakKeyDictionary()


def meant(screen: Screen[Any]) -> bool:
    """Return whether a key that removes is meant: not if it came at once after another.

    `dd` removes one line in vim; here `d` does, and the second one would take the line that moved up. A timer says when
    that is over, not the clock: on a machine that is slow to deal with them, two keys come together all the same.
    """
    before = _pressed.get(screen)
    if before is not None:
        before.stop()

    def forget() -> None:
        _pressed.pop(screen, None)

    _pressed[screen] = screen.set_timer(AT_ONCE, forget)
    return before is None
