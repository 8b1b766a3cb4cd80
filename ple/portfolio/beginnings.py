"""With which characters what a regular expression matches can begin: where none of them stands it need not be tried.

Read from what Python's own parser of expressions says of one. Whoever is not sure says that it may be any: lookarounds
are not looked into, and letters that are no ASCII, nor what case does to them, are not told apart.
"""

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

_ASCII = frozenset(map(chr, range(128)))
ANY = _ASCII | {""}
"""Every character of ASCII, and the end of a text, where only what is empty can be matched."""
_FAR = re.compile(r"[^\x00-\x7f](?:-?[^\x00-\x7f])*")


def beginnings(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return the characters of ASCII that a match of ``pattern`` can begin with; ``""`` where it can be empty.

    What matches at another character, or nothing, is not said: it may.
    """
    try:
        # what may be a letter of any script takes long to parse, and which of them it is does not matter
        parsed = import_module("re._parser").parse(_FAR.sub("\x80", pattern.pattern), pattern.flags)
    except (ImportError, AttributeError, re.error, OverflowError, RecursionError):
        return ANY
    found = _of(parsed, bool(pattern.flags & re.IGNORECASE))
    return ANY if "" in found else found


def _of(parts: Any, folded: bool) -> frozenset[str]:
    """Return what a sequence can begin with; with ``""`` if it can be empty."""
    found: frozenset[str] = frozenset()
    for operation, said in parts:
        one = _of_one(str(operation), said, folded)
        found |= one
        if "" not in one:
            return found - {""}
    return found | {""}


def _of_one(operation: str, said: Any, folded: bool) -> frozenset[str]:
    match operation:
        case "LITERAL":
            return _in_both_cases(frozenset(chr(said)), folded)
        case "NOT_LITERAL":
            return _ASCII if folded else _ASCII - {chr(said)}
        case "ANY":
            return _ASCII
        case "IN":
            return _of_set(said, folded)
        case "BRANCH":
            return frozenset().union(*(_of(way, folded) for way in said[1]))
        case "SUBPATTERN":
            _group, more, fewer, inside = said
            return _of(inside, (folded or bool(more & re.IGNORECASE)) and not fewer & re.IGNORECASE)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, _most, inside = said
            return _of(inside, folded) | (frozenset() if least else {""})
        case "ATOMIC_GROUP":
            return _of(said, folded)
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset({""})  # takes no room; what follows decides
        case _:
            return ANY


def _of_set(items: Any, folded: bool) -> frozenset[str]:
    found: set[str] = set()
    negated = False
    for operation, said in items:
        match str(operation):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(chr(said))
            case "RANGE":
                found.update(map(chr, range(said[0], min(said[1], 127) + 1)))
                if said[1] > 127:
                    found.add("\x80")
            case "CATEGORY":
                found |= _of_category(str(said))
            case _:
                return _ASCII
    if negated:
        return _ASCII if folded else _ASCII - found
    return _in_both_cases(frozenset(found), folded)


def _in_both_cases(letters: frozenset[str], folded: bool) -> frozenset[str]:
    if not folded:
        return letters & _ASCII
    if not letters <= _ASCII:
        return _ASCII  # as the sign of the Kelvin, which is a k
    return letters | {letter.swapcase() for letter in letters}


@lru_cache(maxsize=64)
def _of_category(name: str) -> frozenset[str]:
    sign = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}.get(name.rpartition("_")[2])
    if sign is None:
        return _ASCII
    return frozenset(re.findall(rf"\{sign.upper() if '_NOT_' in name else sign}", "".join(sorted(_ASCII))))
