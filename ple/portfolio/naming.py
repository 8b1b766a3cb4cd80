"""What may be named to strangers: the titles of what everybody may find, in texts and in titles taken from texts.

An entry that was given no title has its first line for one, with the brackets of ``[[A title]]`` gone. What the text
does not name on its page, its title must not name there either.
"""

import re
from collections.abc import Iterable

from ple.portfolio.characters import fit, fit_line
from ple.portfolio.mentions import HIDDEN, MENTION, Mention, Target, spoken

_LINES = 30
_END = " …"


class Names:
    """The titles of what is public."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = frozenset(map(folded, titles))

    def target(self, mention: Mention) -> Target:
        """Return the words that stand for a mention."""
        if mention.title is None:
            return Target(mention.written)
        known = folded(mention.title) in self._titles
        return Target(mention.label or (fit_line(mention.title) if known else HIDDEN))

    def words(self, text: str) -> str:
        """Return a plain text as strangers may read it."""
        return spoken(fit(text), self.target)

    def title(self, title: str, text: str) -> str:
        """Return the title of a work as strangers may read it; ``text`` are the work's own words."""
        return self.words(marked) if (marked := marked_title(title, text)) else title


def folded(title: str) -> str:
    """Return a title as it is looked for."""
    return " ".join(title.split()).casefold()


def marked_title(title: str, text: str) -> str:
    """Return a title with its mentions as the line of ``text`` has them that it was taken from, if it has any."""
    if "[[" not in text or not (letters := _letters(title)):
        return ""
    for line in text.split("\n", _LINES)[:_LINES]:
        found = [mention for mention in map(Mention.of, MENTION.finditer(line)) if mention.title and not mention.label]
        if not found or not _letters(spoken(line, _opened)).startswith(letters):
            continue
        marked = title
        for mention in dict.fromkeys(found):
            marked = _marked(marked, mention)
        return marked if marked != title else ""
    return ""


def _marked(title: str, mention: Mention) -> str:
    """Put a mention back where its words are in a title; also where the title broke off among them."""
    words = (mention.title or "").split()
    if mention.written in title:
        return title  # in code, where it is no mention
    for count in range(len(words), 0, -1):
        end = "" if count == len(words) else r"\s*…?$"
        place = re.search(r"\s+".join(map(re.escape, words[:count])) + end, title, re.IGNORECASE)
        if place is not None:
            return f"{title[: place.start()]}{mention.written}{title[place.end() :] if not end else _END}"
    return title


def _opened(mention: Mention) -> Target:
    return Target(mention.label or mention.title or mention.written)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
