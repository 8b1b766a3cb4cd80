"""Things that belong together, asked as one: a question fits a work if what it asks for stands anywhere in it. Pure.

A work of the portfolio and what it shows are two things in the library. ``kind:journal`` is so of the one, a skill
stands in the other, and ``-tag:draft`` must hold for both.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from ple.search.query import And, Everything, Fuzzy, Node, Not, Or, Phrase, Prefix, Wildcard, Word
from ple.search.words import has_word


def together(
    node: Node, things: Mapping[int, Iterable[int]], fits: Callable[[Node], Collection[int]]
) -> frozenset[int]:
    """Return which of ``things`` fit, each named and given as the numbers of what belongs to it.

    ``fits`` says what a question without AND, OR and NOT finds.
    """
    match node:
        case And(parts):
            found = frozenset(things)
            for part in parts:
                if not _silent(part):
                    found &= together(part, things, fits)
            return found
        case Or(parts):
            return frozenset().union(*(together(part, things, fits) for part in parts))
        case Not(part):
            return frozenset(things) - together(part, things, fits)
        case Everything():
            return frozenset(things)
        case _:
            known = fits(node)
            return frozenset(thing for thing, numbers in things.items() if any(one in known for one in numbers))


def _silent(node: Node) -> bool:
    """Say whether there is nothing to ask for, but punctuation."""
    return isinstance(node, Word | Phrase | Prefix | Wildcard | Fuzzy) and not has_word(node.text)
