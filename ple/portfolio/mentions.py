"""Mentions: places in a text that name another resource, and what becomes of them on a page."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ROOT = "\ue000"
"""Where a page's links begin, until a page at some depth uses the text: a private-use character that no text holds."""
HIDDEN = "a private note"

MENTION = re.compile(r"\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]|#(?<![\w#&/]#)(\d{1,18})\b")
_NUMBER = re.compile(r"#\d")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names another resource: ``[[Title]]``, ``[[Title|words]]`` or ``#12``."""

    written: str
    title: str | None
    label: str | None
    number: int | None

    @classmethod
    def of(cls, found: re.Match[str]) -> "Mention":
        """Return what :data:`MENTION` found."""
        title, label, number = found.groups()
        return cls(
            found[0],
            title.strip() if title else None,
            label.strip() if label else None,
            int(number) if number else None,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What becomes of a mention: a link to ``address`` below the site's root, or only words."""

    words: str
    address: str | None = None


def may_mention(text: str) -> bool:
    """Return whether it is worth to look for mentions."""
    return "[[" in text or ("#" in text and _NUMBER.search(text) is not None)


def mentions(markdown: str) -> Iterator[Mention]:
    """Yield the mentions in ``markdown``, in order; also those in code, which stay as they are written."""
    return map(Mention.of, MENTION.finditer(markdown)) if may_mention(markdown) else iter(())


def spoken(text: str, target: Callable[[Mention], Target]) -> str:
    """Return a plain text with the words of each mention's target in its place."""
    return MENTION.sub(lambda found: target(Mention.of(found)).words, text) if may_mention(text) else text
