"""What there is to look at: every place and what opens over it, by the keys that lead there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from ple.tui.list_room import ListRoom
from ple.tui.screens.feeds import Feeds
from ple.tui.screens.feeds_tree import ALL
from ple.tui.screens.search import Search
from ple.tui.widgets.bar import KeyLine
from ple.tui.widgets.blocks import Prose

from .world import press, settle, type_in

THEMES = {"dark": "ple-dark", "light": "ple-light", "contrast": "ple-contrast"}
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
WORLDS = ("empty", "typical", "huge")


@dataclass(frozen=True, slots=True)
class Look:
    """A screen: its name, and the keys that lead to it from anywhere; a key that begins with a blank is typed."""

    name: str
    keys: str
    empty: bool = True
    """Whether it is there in an empty library too."""
    thin: bool = False
    """Whether it is looked at in each run of the tests."""


_LOOKS = (
    Look("today", "alt+1", thin=True),
    Look("today-reading", "alt+1 j j j j enter", empty=False),
    Look("feeds", "alt+2", thin=True),
    Look("feeds-tree", "alt+2 left j k", empty=False, thin=True),
    Look("feeds-article", "alt+2 enter", empty=False, thin=True),
    Look("feeds-marked", "alt+2 j space space", empty=False),
    Look("feeds-filter", "alt+2 slash _port"),
    Look("feeds-health", "alt+2 H", empty=False),
    Look("rules", "alt+2 f3"),
    Look("library", "alt+3", thin=True),
    Look("library-shelves", "alt+3 left"),
    Look("library-reader", "alt+3 enter", empty=False),
    Look("library-contents", "alt+3 enter T", empty=False),
    Look("library-cursor", "alt+3 enter v right_parenthesis v w", empty=False),
    Look("library-found", "alt+3 enter slash _a enter", empty=False),
    Look("library-links", "alt+3 enter f", empty=False),
    Look("library-picture", "alt+3 enter i", empty=False),
    Look("library-tags", "alt+3 t", empty=False, thin=True),
    Look("journal", "alt+4", thin=True),
    Look("journal-calendar", "alt+4 left", empty=False),
    Look("journal-entry", "alt+4 enter", empty=False),
    Look("journal-prompts", "alt+4 p"),
    Look("editor-new", "alt+1 w"),
    Look("editor", "alt+4 e", empty=False, thin=True),
    Look("editor-preview", "alt+4 e f6", empty=False),
    Look("editor-link", "alt+1 w _See [[a", empty=False),
    Look("editor-leaving", "alt+1 w _Half escape"),
    Look("search", "alt+5", thin=True),
    Look("search-hits", "alt+5 slash _forgetting enter", thin=True),
    Look("search-facets", "alt+5 slash _forgetting enter left", empty=False),
    Look("search-nothing", "alt+5 slash _zyzzyva enter"),
    Look("handin", "alt+6", thin=True),
    Look("handin-assignment", "alt+6 j j enter", empty=False),
    Look("handin-asked", "alt+6 j j H", empty=False),
    Look("plan", "alt+6 j j H _{course} enter", empty=False),
    Look("plan-refused", "alt+6 H _{course} enter", empty=False),
    Look("receipts", "alt+6 v"),
    Look("receipt", "alt+6 v enter", empty=False),
    Look("outbox", "alt+6 v v"),
    Look("outbox-waiting", "alt+6 v v enter", empty=False),
    Look("portfolio", "alt+7", thin=True),
    Look("portfolio-work", "alt+7 enter", empty=False),
    Look("portfolio-marked", "alt+7 space space", empty=False),
    Look("portfolio-visibility", "alt+7 W", empty=False),
    Look("portfolio-edit", "alt+7 e", empty=False),
    Look("portfolio-site", "alt+7 i"),
    Look("portfolio-check", "alt+7 C"),
    Look("badges", "alt+7 v"),
    Look("settings", "alt+0"),
    Look("settings-value", "alt+0 j j enter"),
    Look("settings-keys", "alt+0 v v v v"),
    Look("help", "alt+2 question_mark", thin=True),
    Look("palette", "alt+2 colon", thin=True),
    Look("palette-typed", "alt+2 colon _note"),
    Look("goto", "alt+2 g"),
    Look("tour", "f2"),
    Look("tour-last", "f2 enter enter enter"),
)

LOOKS = (*(look for look in _LOOKS if look.thin), *(look for look in _LOOKS if not look.thin))
"""In the order in which they are looked at: those of each run first, so that they are the same where all are."""


async def go(pilot: Pilot[Any], look: Look, course: str = "") -> None:
    """Go to a screen from wherever we are; each place is as it is when one comes there first."""
    while len(pilot.app.screen_stack) > 1:
        pilot.app.pop_screen()
        await settle(pilot)
    if isinstance(pilot.app.screen, ListRoom):  # the others were put back when they were left
        _as_at_first(pilot.app.screen)
        await settle(pilot)
    for key in words(look.keys):
        if key.startswith("_"):
            await type_in(pilot, key[1:].replace("{course}", course))
        else:
            await press(pilot, key)
    for line in pilot.app.screen.query(KeyLine):
        line.message = ""  # what was just done goes after some seconds
    await settle(pilot)


def _as_at_first(place: ListRoom) -> None:
    place.list.unmark()
    if isinstance(place, Search):
        place.query_one("#query", Input).value = ""
        place.by_date = False
    else:
        place.action_clear_filter()
    if place.VIEWS:
        place.shown = place.VIEWS[0]
    if isinstance(place, Feeds):
        place.show_source(ALL)
    place.article = None
    place.view.show(Prose())
    place.at = place.FIRST
    place.list.position = 0
    place.reload()


def words(keys: str) -> Iterator[str]:
    """Give the keys of a line; what is typed may have blanks before the next `enter` or the like."""
    typed = ""
    for word in keys.split():
        if typed and word not in ("enter", "escape", "slash", "down"):
            typed += f" {word}"
            continue
        if typed:
            yield typed
            typed = ""
        if word.startswith("_"):
            typed = word
        else:
            yield word
    if typed:
        yield typed
