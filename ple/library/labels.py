"""How a change that was made is spoken of: with titles for numbers, on one line of a sane length.

A label is what the learner reads before they take something back. It is made of titles, which are whatever somebody
else wrote; so it is cleaned where it is said, and old ones with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ple.library.resource import Deed

if TYPE_CHECKING:
    from ple.library.transaction import Reading

TITLE, LONGEST = 60, 160
_NUMBER = re.compile(r"(?<![\w“])#(\d{1,10})\b")
_QUOTED = re.compile(r"“([^“”]*)”")
_MANY = ("entries", "feeds", "journal entries", "bookmarks", "highlights", "artifacts", "things", "saved searches")
_ONE_OF = re.compile(rf"\b1 ({'|'.join(_MANY)})\b")


def spoken(tx: Reading, said: Sequence[tuple[str, int]]) -> list[str]:
    """Return the labels of changes, given with their numbers, for people: what they count as one has its title."""
    labels = [_ONE_OF.sub(lambda found: "1 " + _one(found[1]), one_line(label)) for label, _ in said]
    meant = [_meant(tx, label, change) for label, (_, change) in zip(labels, said, strict=True)]
    wanted = {id for ids in meant for id in ids}
    if wanted:
        from ple.library.titles import titles

        called = {id: f"“{one_line(title)}”" for id, title in titles(tx.connection(), wanted).items()}
        labels = [_named(label, ids, called) for label, ids in zip(labels, meant, strict=True)]
    cut = (_QUOTED.sub(lambda found: f"“{_cut(found[1], TITLE)}”", label) for label in labels)
    return [_cut(label, LONGEST) for label in cut]


def _meant(tx: Reading, label: str, change: int) -> set[int]:
    """Return the things that a label names by number, or counts as one."""
    bare = _QUOTED.sub("", label)
    numbers = {int(found) for found in _NUMBER.findall(bare)}
    counts = bare == label and not label.startswith("Imported") and bool(_COUNTED.search(label))
    deed = tx.get(Deed, change) if numbers or counts else None
    if deed is None:
        return set()
    from ple.library.undoing import touched

    changed = set(touched(deed.steps))
    if counts and len(changed) == 1:
        return changed
    return numbers & _ends(deed.steps, changed)  # else it is a part of some title


def _named(label: str, ids: set[int], called: dict[int, str]) -> str:
    names = {f"#{id}": title for id, title in called.items() if id in ids}
    label = _NUMBER.sub(lambda found: names.get(found[0]) or str(found[0]), label)
    if len(ids) == 1 and (title := called.get(next(iter(ids)))) and "“" not in label:
        label = _COUNTED.sub(lambda _: title, label, count=1)
    return label


def one_line(text: str) -> str:
    """Return text without line breaks, and without characters that steer a terminal or the direction of writing."""
    seen = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in _UNSEEN or c == "\u200d").split())


_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _one(many: str) -> str:
    return many[:-3] + "y" if many.endswith("ies") else many.removesuffix("es" if many.endswith("ches") else "s")


_COUNTED = re.compile(rf"\b1 ({'|'.join(_one(many) for many in _MANY)})\b")


def _ends(steps: list[list[object]], ids: set[int]) -> set[int]:
    """Return the things that steps change, and those that links lead to."""
    return ids | {step[2] for step in steps if step[0] in ("link", "unlink") and isinstance(step[2], int)}
