"""Where lines break, as offsets into the text, so that a screen line always knows which words it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

_WORD = re.compile(r"\s*\S+\s*")


def wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """Return the (start, end) of each line of `text` that fits `width` cells; at least one line.

    Lines break after white space; words longer than a line, and scripts written without blanks, break where they must.
    """
    width = max(1, width)
    if len(text) <= width and text.isascii():
        return [(0, len(text))]
    return list(_lines(text, width)) or [(0, 0)]


def _lines(text: str, width: int) -> Iterator[tuple[int, int]]:
    narrow = text.isascii()
    start, used = 0, 0
    for match in _WORD.finditer(text):
        word = match.group()
        bare = word.rstrip()
        size = len(bare) if narrow else cell_len(bare)
        if used + size > width and used and (size <= width or narrow or len(bare) < 12):
            yield start, match.start()
            start, used = match.start(), 0
        if used + size > width:  # longer than a line
            at = match.start()
            for offset, character in enumerate(bare, match.start()):
                cells = 1 if narrow else get_character_cell_size(character)
                if used + cells > width and offset > start:
                    yield start, offset
                    start, used = offset, 0
                used += cells
                at = offset + 1
            used += match.end() - at
            continue
        used += size + len(word) - len(bare)
    if start < len(text):
        yield start, len(text)
