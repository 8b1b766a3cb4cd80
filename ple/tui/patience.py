"""Saying that something takes a while, when it does: who sees the old lines or none would take them for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.screen import Screen
from textual.widgets import Static

SLOW = 0.5
"""Seconds after which it is said."""


@contextmanager
def looking(place: Screen[Any]) -> Iterator[None]:
    """Say over the list of a place that it is being looked for, until it is over; what was found says the rest."""
    headline = place.query_one("#headline", Static)
    slow = place.set_timer(SLOW, lambda: headline.update("Looking through all you keep …", layout=False))
    try:
        yield
    finally:
        slow.stop()
