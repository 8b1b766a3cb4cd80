"""A driver for :mod:`xml.sax` that gives text in one piece.

The one of the standard library gives it in as many pieces as it has lines and entities, which in feeds, where markup is
written with entities, is more than a hundred for an article; feedparser looks several things up for each. It asks the
drivers that it is told of, by name, for :func:`create_parser`.
"""

from typing import Any
from xml.sax import expatreader


class Parser(expatreader.ExpatParser):
    """Expat, whose text waits until something else comes."""

    def reset(self) -> None:
        """Begin anew."""
        super().reset()
        self._parser: Any
        self._parser.buffer_text = True


def create_parser() -> Parser:
    """Return a parser."""
    return Parser()
