"""How a change that was made is spoken of: with titles for numbers, on one line of a sane length.

A label is what the learner reads before they take something back. It is made of titles, which are whatever somebody
else wrote; so it is cleaned where it is said, and old ones with it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ple.library.resource import Deed

if TYPE_CHECKING:
    from ple.library.transaction import Reading

TITLE, LONGEST = 60, 160
_NUMBER = re.compile(r"(?<![\w“])#(\d{1,10})\b")
_QUOTED = re.compile(r"“([^“”]*)”")
_ONE = re.compile(r"\b1 (entries|feeds|journal entries|bookmarks|highlights|artifacts|things|saved searches)\b")


def spoken(tx: Reading, label: str, change: int) -> str:
    """Return the label of a change for people: what it names by number is called by its title."""
    label = _ONE.sub(lambda found: "1 " + _one(found[1]), one_line(label))
    numbers = {int(found) for found in _NUMBER.findall(_QUOTED.sub("", label))}
    if numbers and (deed := tx.get(Deed, change)) is not None:
        from ple.library.titles import titles
        from ple.library.undoing import touched

        meant = numbers & _ends(deed.steps, set(touched(deed.steps)))  # else it is a part of some title
        called = titles(tx.connection(), meant) if meant else {}
        label = _NUMBER.sub(
            lambda found: f"“{one_line(name)}”" if (name := called.get(int(found[1]))) else found[0], label
        )
    label = _QUOTED.sub(lambda found: f"“{_cut(found[1], TITLE)}”", label)
    return _cut(label, LONGEST)


def one_line(text: str) -> str:
    """Return text without line breaks, and without characters that steer a terminal or the direction of writing."""
    seen = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in _UNSEEN or c == "\u200d").split())


_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _one(many: str) -> str:
    return many[:-3] + "y" if many.endswith("ies") else many.removesuffix("es" if many.endswith("ches") else "s")


def _ends(steps: list[list[object]], ids: set[int]) -> set[int]:
    """Return the things that steps change, and those that links lead to."""
    return ids | {step[2] for step in steps if step[0] in ("link", "unlink") and isinstance(step[2], int)}
