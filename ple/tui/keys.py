"""Every key of the screens, from the bindings themselves: for the documentation, and for keys of the learner's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textual.binding import Binding

from ple.tui.commands import rooms

_SIGNS = {
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pagedown": "page down",
    "pageup": "page up",
    "plus": "+",
    "comma": ",",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "semicolon": ";",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "vertical_line": "|",
    "exclamation_mark": "!",
    "asterisk": "*",
    "number_sign": "#",
    "minus": "-",
    "equals_sign": "=",
}
_NAMES = {sign: name for name, sign in _SIGNS.items() if len(sign) == 1}
SHARED = ("Everywhere", "In every place", "In lists", "Where lines can be marked", "In an article")
"""What is live together with the keys of each place."""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something with a key: where it is, its name in the settings, its own keys, and what it does."""

    place: str
    id: str
    keys: str
    does: str


def contexts() -> Iterator[tuple[str, Iterable[Any]]]:
    """Give each place with its bindings; first what is the same everywhere."""
    from ple.tui.app import LearningApp
    from ple.tui.list_room import ListRoom
    from ple.tui.room import Room
    from ple.tui.screens.editor import Editor
    from ple.tui.screens.today import Today
    from ple.tui.widgets.article_view import ArticleView
    from ple.tui.widgets.line_list import LineList
    from ple.tui.widgets.marked_list import MarkedList
    from ple.tui.widgets.reader import Reader

    yield "Everywhere", LearningApp.BINDINGS
    yield "In every place", [*Room.BINDINGS, *ListRoom.BINDINGS]
    yield "In lists", LineList.BINDINGS
    yield "Where lines can be marked", MarkedList.BINDINGS
    yield "In an article", [*ArticleView.BINDINGS, *Reader.BINDINGS]
    yield "In Today", Today.BINDINGS
    for _, title, room in rooms():
        yield f"In {title}", room.BINDINGS
    yield "While writing", Editor.BINDINGS


def tables() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give each place with its keys and what they do, as Markdown."""
    from ple.tui.dialogs import GoTo

    for number, (place, bindings) in enumerate(contexts()):
        yield place, _rows(bindings)
        if not number:
            letters = [(f"`{key}`", title[:1].upper() + title[1:]) for key, (_, title) in GoTo.PLACES.items()]
            yield "After `g`", letters


def _rows(bindings: Iterable[Any]) -> list[tuple[str, str]]:
    return [
        (" ".join(f"`{sign(key)}`" for key in binding.key.split(",")), binding.description)
        for binding in bindings
        if isinstance(binding, Binding) and binding.description
    ]


def sign(key: str) -> str:
    """Return a key as people write it."""
    return _SIGNS.get(key, key)


def verbs() -> list[Verb]:
    """Return every verb that may have keys of the learner's own, by place."""
    found: list[Verb] = []
    seen: set[str] = set()
    for place, bindings in contexts():
        for binding in bindings:
            if isinstance(binding, Binding) and binding.id and binding.description and binding.id not in seen:
                seen.add(binding.id)
                found.append(Verb(place, binding.id, binding.key, binding.description))
    return found


def name_of(key: str) -> str:
    """Return the name of a key that was typed as a sign (`?`), or as a name already (`ctrl+k`, `f5`)."""
    return _NAMES.get(key, key)


def keymap(own: Mapping[str, str]) -> dict[str, str]:
    """Return the learner's keys with their names, as Textual takes them."""
    return {id: ",".join(name_of(part) for part in _parts(keys)) for id, keys in own.items() if _parts(keys)}


def _parts(keys: str) -> list[str]:
    if keys.strip() == ",":
        return [","]
    return [part.strip() for part in keys.split(",") if part.strip()]


def effective(verb: Verb, own: Mapping[str, str]) -> str:
    """Return the keys that a verb has now."""
    return keymap(own).get(verb.id, verb.keys)


def clashes(own: Mapping[str, str]) -> list[str]:
    """Return in sentences what does not work in the learner's keys: names that are none, keys that are taken."""
    all_verbs = verbs()
    known = {verb.id: verb for verb in all_verbs}
    said = []
    for id in own:
        if id not in known:
            near = difflib.get_close_matches(id, known, 1)
            said.append(f"Your settings have a key for “{id}”, which is no verb" + (f"; {near[0]} is" if near else ""))
            continue
        for key in effective(known[id], own).split(","):
            said += [
                f"{sign(key)} is “{known[id].does}” and also “{other.does}” ({other.place.lower()})"
                for other in taken(key, known[id], own, all_verbs)
            ]
    return list(dict.fromkeys(said))


def taken(key: str, by: Verb, own: Mapping[str, str], all_verbs: Iterable[Verb] | None = None) -> list[Verb]:
    """Return the other verbs that have a key where `by` is live too."""
    found = []
    for other in all_verbs if all_verbs is not None else verbs():
        together = other.place == by.place or other.place in SHARED or by.place in SHARED
        if other.id != by.id and together and key in effective(other, own).split(","):
            original = set(by.keys.split(",")) & set(other.keys.split(","))
            if key not in original:  # what the house itself has in two places is meant so: the inner one wins
                found.append(other)
    return found
