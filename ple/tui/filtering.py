"""The line that a list is filtered with: the words of the search, while they are typed.

What is not finished asks for nothing yet, and what the search would not understand is plain text: a list that empties
itself, or a notice at each key, helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ple.tui.widgets.marks import Key
from ple.tui.widgets.rows import packed

if TYPE_CHECKING:
    from ple.environment import Environment

FEW = 500
"""So many may be named in a question; of more, all that fits is asked for."""
_WORD = re.compile(r'(?<!\S)(-?)([a-z]+):("[^"]*"?|\'[^\']*\'?|\[[^\]]*\]?|\S*)', re.IGNORECASE)
_LAST = re.compile(r"(?<!\S)-?([a-z]+):(\w*)$", re.IGNORECASE)


def kept(environment: Environment, words: str, keys: Sequence[Key], *, kinds: Iterable[str] = ()) -> Sequence[Key]:
    """Return those of a list's keys that a filter finds, in the list's order; for threads."""
    from ple.search.query import QueryError, UnknownDate, live

    among = [key for key in keys if isinstance(key, int)] if len(keys) <= FEW else None

    def ask(words: str) -> Sequence[int]:
        return environment.search.ids(live(words), kinds=kinds, among=among)

    asked = finished(words)
    try:
        found = ask(asked)
    except (QueryError, UnknownDate):
        found = []
    if not found and (plain := as_text(asked)) != asked:
        found = ask(plain)
    wanted = set(found)
    return packed([key for key in keys if key in wanted])


def finished(words: str) -> str:
    """Return what is typed without a last word that still says nothing: `is:unr`, `tag:`."""
    from ple.search.statement import STATES

    last = _LAST.search(words)
    if last is None:
        return words
    name, value = last[1].lower(), last[2].lower()
    begun = name == "is" and value not in STATES and any(state.startswith(value) for state in STATES)
    return words[: last.start()].rstrip() if begun or not value else words


def as_text(words: str) -> str:
    """Return what is typed with everything as text that names neither a tag nor a state there is."""
    from ple.search.statement import STATES

    def said(found: re.Match[str]) -> str:
        name, value = found[2].lower(), found[3]
        if name in ("tag", "tags") or (name == "is" and value.lower() in STATES):
            return found[0]
        return f'{found[1]}"{found[2]}:{value.strip(chr(34))}"'

    return _WORD.sub(said, words)
