"""What a text names of the learner's own, `[[A title]]` and `#12`, as links that can be followed on screen.

An address of `Prose.links` that begins with `#` is the number of a thing; `#0` stands where nothing of that name is
kept yet, and is no link.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ple.tui.widgets.blocks import Block, Prose, Span, clean

_NAMED = re.compile(r"!?\[\[([^\[\]|\n\t]{1,300})(?:\|([^\[\]\n\t]{0,300}))?\]\]|(?<![\w#/&;=?.@-])#(\d{1,9})(?![\w-])")
NOT_YET = "[?]"
"""What stands after a name that names nothing yet."""

Find = Callable[[str], int | None]
"""What finds the number of the thing that has a name: a title, or the digits of a number."""


def with_mentions(text: Prose, find: Find) -> Prose:
    """Let each name of something of the learner's own be a link with a number; returns itself."""
    for block in text.blocks:
        if block.kind != "pre" and ("[[" in block.text or "#" in block.text):
            _rewrite(text, block, find)
    return text.place()


def numbered(text: Prose, id: int) -> int:
    """Return the number of the link to a thing, made if there is none."""
    address = f"#{id}"
    if address not in text.links:
        text.links.append(address)
    return text.links.index(address) + 1


def _rewrite(text: Prose, block: Block, find: Find) -> None:
    silent = [(span.start, span.end) for span in block.spans if span.style in ("code", "link", "number")]
    parts: list[str] = []
    added: list[Span] = []
    moves: list[tuple[int, int, int]] = []  # from, to, and by how much what comes after it moves
    at = length = 0
    for match in _NAMED.finditer(block.text):
        start, end = match.span()
        if any(start < stop and end > begin for begin, stop in silent):
            continue
        id = find((match[1] or match[3]).strip())
        if id is None and match[1] is None:
            continue  # `#5` of nothing that is kept is only words
        words = clean(match[2] or match[1] or match[0])
        number = numbered(text, id) if id is not None else 0
        mark = f"[{number}]" if number else NOT_YET
        parts += [block.text[at:start], words, mark]
        begin = length + start - at
        if number:
            added.append(Span(begin, begin + len(words), "link", number))
        added.append(Span(begin + len(words), begin + len(words) + len(mark), "number", number))
        length = begin + len(words) + len(mark)
        moves.append((start, end, length - end))
        at = end
    if not moves:
        return
    block.text = "".join([*parts, block.text[at:]])

    def moved(place: int) -> int:
        shift = 0
        for start, end, by in moves:
            if place <= start:
                break
            shift = by if place >= end else start + shift - place
        return place + shift

    kept = [Span(moved(span.start), moved(span.end), span.style, span.link) for span in block.spans]
    block.spans = [*kept, *added]
    if block.table is not None:
        block.table.rows = [[(moved(start), moved(end)) for start, end in row] for row in block.table.rows]
