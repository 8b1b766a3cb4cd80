"""What may be named to strangers: the titles of what everybody may find, in texts and in titles taken from texts.

An entry that was given no title has its first line for one, with the brackets of ``[[A title]]`` gone. What the text
does not name on its page, its title must not name there either.
"""

import re
from collections.abc import Iterable

from ple.portfolio.characters import fit, fit_line
from ple.portfolio.mentions import HIDDEN, MENTION, Mention, Target, spoken

_LINES, _LETTERS = 30, 20_000
COMMENT = re.compile("<!--.*?-->", re.DOTALL)
"""A note to oneself."""
_END = " …"
_WORD = re.compile(r"[^\W_]+")
_NO_TITLE = re.compile(r"\s*(?:`{3}|~{3}|<!--)")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)+")


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
        title = fit_line(COMMENT.sub("", title))
        return self.words(marked) if (marked := marked_title(title, text)) else title


def folded(title: str) -> str:
    """Return a title as it is looked for."""
    return " ".join(title.split()).casefold()


def marked_title(title: str, text: str) -> str:
    """Return a title with its mentions as the line of ``text`` has them that it was taken from, if it has any.

    That is the first one, or the first below headings, which may be those of a prompt.
    """
    if "[[" not in text or not (words := _WORD.findall(title)):
        return ""
    for line in COMMENT.sub("", text[:_LETTERS]).split("\n", _LINES)[:_LINES]:
        if not _WORD.search(line) or _NO_TITLE.match(line):
            continue
        found = [mention for mention in map(Mention.of, MENTION.finditer(line)) if mention.title and not mention.label]
        said = _WORD.findall(_plain(spoken(line[:1000], _opened))) if found else []
        if found and (said == words or (title.endswith("…") and said[: len(words)] == words)):
            marked = title
            for mention in dict.fromkeys(found):
                marked = _marked(marked, mention)
            return marked if marked != title else ""
        if not line.lstrip().startswith("#"):
            break
    return ""


def _plain(line: str) -> str:
    """Return a line without what titles leave out of it."""
    return re.sub(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1", _MARKS.sub("", line))


def _marked(title: str, mention: Mention) -> str:
    """Put a mention back wherever its words are in a title; also where the title broke off among them."""
    words = [re.escape(word) for word in (mention.title or "").split()]
    whole = r"(?<!\[\[)" + r"\s+".join(words) + r"(?!\]\])"  # in code it stands as it was written
    marked = re.sub(whole, lambda _: mention.written, title, flags=re.IGNORECASE)
    if marked != title or mention.written in title:
        return marked
    for count in range(len(words) - 1, 0, -1):
        place = re.search(r"\s+".join(words[:count]) + r"\s*…?$", title, re.IGNORECASE)
        if place is not None:
            return f"{title[: place.start()]}{mention.written}{_END}"
    return title


def _opened(mention: Mention) -> Target:
    return Target(mention.label or mention.title or mention.written)
