"""JSON-LD of a page: the things that the page may be about, and the names in them."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from ple.web.text import line

_BEGINS = re.compile(r"(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)")
_ENDS = re.compile(r"(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)$")
_LONGEST_END = 100  # characters: what wraps a script is short, and looking for it everywhere would take for ever
_ARTICLES = (
    "article",
    "posting",
    "report",
    "book",
    "course",
    "learningresource",
    "videoobject",
    "podcastepisode",
    "radioepisode",
    "audioobject",
    "webpage",
    "recipe",
)


def things_of(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the things of a page's JSON-LD that may be what the page is about, articles first."""
    things: list[dict[str, Any]] = []
    for script in scripts:
        text = script.strip()
        if begun := _BEGINS.match(text):
            text = text[begun.end() :]
        text = text[:-_LONGEST_END] + _ENDS.sub("", text[-_LONGEST_END:])
        try:
            waiting = deque([json.loads(text, strict=False)])
        except (ValueError, RecursionError):
            continue
        while waiting and len(things) < 200:
            thing = waiting.popleft()
            if isinstance(thing, list):
                waiting += thing
            elif isinstance(thing, dict):
                things.append(thing)
                waiting.append(thing.get("@graph"))
                waiting.append(thing.get("mainEntity"))
    for wanted in _ARTICLES:
        yield from (thing for thing in things if wanted in str(thing.get("@type", "")).lower())


def names_of(author: Any) -> Iterator[str]:
    """Yield the names of what stands for an author: a text, a person, or several."""
    for one in author if isinstance(author, list) else [author]:
        name = one.get("name") if isinstance(one, dict) else one
        for text in name if isinstance(name, list) else [name]:
            if isinstance(text, str) and text.strip():
                yield line(text)
