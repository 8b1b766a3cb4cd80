"""Passages of an article as offsets into its text: what is found, where words and sentences begin, what is quoted.

The text on screen has numbers after its links, and breaks its lines elsewhere than the text that is kept. So a
quotation leaves the numbers out, and is found again whatever white space stands between its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ple.tui.widgets.blocks import LOWERED, Prose

AROUND = 40
"""Characters of the text before and after a quotation that are given with it."""
MOST_FOUND = 10_000
_SENTENCE = re.compile(r"[^\s][^\n]*?(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』）]*|$)", re.MULTILINE)
_WORD = re.compile(r"\w[\w'’-]*|[^\w\s]+")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a text, and what stands before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article that the learner marked; `note` is what they said about it."""

    start: int
    end: int
    note: str = ""
    colour: str = ""

    @property
    def sign(self) -> str:
        """What stands in the margin: of a colour that is not the usual one its letter, for who sees no colours."""
        return self.colour[:1] if self.colour not in ("", "yellow") else "▎"


class Text:
    """The text of an article, where one can go in it and what is said there."""

    def __init__(self, prose: Prose) -> None:
        self.text = prose.text
        self.said = _lowered(prose)
        self._words = [match.span() for match in _WORD.finditer(self.text)]
        self._sentences = [match.span() for match in _SENTENCE.finditer(self.text)]
        self._unsaid = sorted(
            (block.start + span.start, block.start + span.end)
            for block in prose.blocks
            for span in block.spans
            if span.style == "number"
        )

    # going

    def _units(self, unit: str) -> list[tuple[int, int]]:
        return self._sentences if unit == "sentence" else self._words

    def go(self, at: int, unit: str, steps: int) -> int:
        """Return where the next (or, with fewer than no steps, an earlier) word, sentence or character begins."""
        if unit == "character":
            return max(0, min(len(self.text) - 1, at + steps))
        units = self._units(unit)
        if not units:
            return at
        if steps > 0:
            index = bisect_right(units, at, key=lambda span: span[0]) + steps - 1
        else:
            index = bisect_left(units, at, key=lambda span: span[0]) + steps
        return units[max(0, min(index, len(units) - 1))][0]

    def around(self, at: int, unit: str) -> tuple[int, int]:
        """Return where the word, sentence or character at a place begins and ends."""
        if unit == "character":
            return at, min(len(self.text), at + 1)
        units = self._units(unit)
        index = bisect_right(units, at, key=lambda span: span[0]) - 1
        if not units:
            return at, at
        start, end = units[max(0, index)]
        return (start, end) if at < end or index + 1 >= len(units) else units[index + 1]

    # finding and quoting

    def find(self, words: str) -> Sequence[tuple[int, int]]:
        """Return where words stand, in any case and with any white space between them; at most `MOST_FOUND` places."""
        parts = [re.escape(part) for part in words.split()]
        if not parts:
            return ()
        found = []
        for match in re.finditer(r"\s+".join(parts), self.said, re.IGNORECASE):
            found.append(match.span())
            if len(found) >= MOST_FOUND:
                break
        return found

    def _said(self, start: int, end: int) -> str:
        """Return what is said between two places: without the numbers of links, on one line."""
        kept, at = [], start
        first = bisect_left(self._unsaid, start, key=lambda span: span[1])
        for begin, stop in self._unsaid[first:]:
            if begin >= end:
                break
            kept.append(self.said[at : max(at, begin)])
            at = max(at, stop)
        kept.append(self.said[at:end])
        return " ".join("".join(kept).split())

    def quote(self, start: int, end: int) -> Quotation:
        """Return the words between two places."""
        before, after = self._said(max(0, start - AROUND * 2), start), self._said(end, end + AROUND * 2)
        return Quotation(self._said(start, end), before[-AROUND:], after[:AROUND])

    def locate(self, quotation: Quotation) -> tuple[int, int] | None:
        """Return where words stand; of several places, the one with what stood before and after them. None: nowhere."""
        letters = [re.escape(letter) for letter in quotation.exact if not letter.isspace()]
        if not letters:
            return None
        between = r"\s*(?:\[\d+\])?\s*" if self._unsaid else r"\s*"
        places = [match.span() for match in re.finditer(between.join(letters), self.said)]
        if len(places) < 2:
            return places[0] if places else None

        def fits(place: tuple[int, int]) -> int:
            here = self.quote(*place)
            return _common(here.prefix[::-1], quotation.prefix[::-1]) + _common(here.suffix, quotation.suffix)

        return max(places, key=fits)


def _lowered(prose: Prose) -> str:
    """Return the text with its raised letters as plain ones, each at its place: so quotations have them."""
    raised = [
        (block.start + span.start, block.start + span.end)
        for block in prose.blocks
        for span in block.spans
        if span.style == "raised"
    ]
    if not raised:
        return prose.text
    letters = list(prose.text)
    for start, end in raised:
        letters[start:end] = "".join(letters[start:end]).translate(LOWERED)
    return "".join(letters)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts share at their beginning, white space aside."""
    number = 0
    for left, right in zip("".join(one.split()), "".join(other.split()), strict=False):
        if left != right:
            break
        number += 1
    return number
