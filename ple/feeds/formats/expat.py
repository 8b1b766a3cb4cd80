"""A driver for :mod:`xml.sax` that gives text in one piece, and elements by a shorter way to whoever knows it.

The one of the standard library gives text in as many pieces as it has lines and entities, which in feeds, where markup
is written with entities, is more than a hundred for an article; feedparser looks several things up for each. Of each
element it makes objects that feedparser takes apart again. A handler with the methods ``begin`` and ``end`` gets names
and attributes as expat has them instead: the name is the namespace and the local name with a space between them.

:mod:`xml.sax` asks the drivers that it is told of, by name, for :func:`create_parser`.
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
        handler: Any = self.getContentHandler()
        if hasattr(handler, "begin"):
            self._parser.StartElementHandler = handler.begin
            self._parser.EndElementHandler = handler.end


def create_parser() -> Parser:
    """Return a parser."""
    return Parser()
