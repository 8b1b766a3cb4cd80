"""The places of the screens, each imported when it is first gone to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def _today() -> Screen[Any]:
    from ple.tui.screens.today import Today

    return Today()


def _feeds() -> Screen[Any]:
    from ple.tui.screens.feeds import Feeds

    return Feeds()


def _library() -> Screen[Any]:
    from ple.tui.screens.library import Library

    return Library()


def _journal() -> Screen[Any]:
    from ple.tui.screens.journal import Journal

    return Journal()


def _search() -> Screen[Any]:
    from ple.tui.screens.search import Search

    return Search()


def _handin() -> Screen[Any]:
    from ple.tui.screens.handin import HandIn

    return HandIn()


def _portfolio() -> Screen[Any]:
    from ple.tui.screens.portfolio import Portfolio

    return Portfolio()


def _settings() -> Screen[Any]:
    from ple.tui.screens.settings import Settings

    return Settings()


PLACES: dict[str, Callable[[], Screen[Any]]] = {
    "today": _today,
    "feeds": _feeds,
    "library": _library,
    "journal": _journal,
    "search": _search,
    "handin": _handin,
    "portfolio": _portfolio,
    "settings": _settings,
}
"""What makes the screen of a place, by the place's name, in the order of their keys."""
