"""Webmentions as webmention.io lists them (JF2, https://www.w3.org/TR/jf2/). Pure; nothing in them is trusted."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from ple.library.errors import InvalidInput
from ple.portfolio.characters import fit, fit_line

_KINDS = {"in-reply-to": "reply", "like-of": "like", "repost-of": "repost", "bookmark-of": "bookmark"}
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """A Webmention that somebody sent."""

    source: str
    target: str
    kind: str
    author: str
    author_url: str | None
    text: str
    said_at: dt.datetime | None


def read_jf2(content: bytes) -> tuple[list[Heard], int]:
    """Read a list of Webmentions; return those that can be used, and how many could not.

    Raises:
        InvalidInput: it is no such list.
    """
    try:
        said = json.loads(content)
        rows = said["children"] if isinstance(said, dict) else said
        if not isinstance(rows, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput(
            "that is no list of Webmentions",
            hint="webmention.io gives one: api/mentions.jf2, as your account's page says.",
        ) from error
    found = [one for one in map(_heard, rows) if one is not None]
    return found, len(rows) - len(found)


def _heard(row: Any) -> Heard | None:
    if not isinstance(row, dict) or row.get("wm-private") is True:
        return None
    source, target = _url(row.get("url")) or _url(row.get("wm-source")), _url(row.get("wm-target"))
    if source is None or target is None:
        return None
    author = row.get("author")
    card: dict[str, Any] = author if isinstance(author, dict) else {}
    content = row.get("content")
    text = content.get("text") if isinstance(content, dict) else content if isinstance(content, str) else ""
    return Heard(
        source, target, _KINDS.get(str(row.get("wm-property")), "mention"), _line(card.get("name"))[:200],
        _url(card.get("url")), _short(text if isinstance(text, str) else ""), _when(row),
    )  # fmt: skip


def _url(said: Any) -> str | None:
    if not isinstance(said, str) or len(said) > 900 or not said.startswith(("http://", "https://")):
        return None
    return said if said.isprintable() and not any(letter in said for letter in " <>\"'") else None


def _line(said: Any) -> str:
    from ple.web.text import line

    return fit_line(line(said)) if isinstance(said, str) else ""


def _short(text: str) -> str:
    from ple.web.text import block

    said = fit(block(text)).strip()
    if len(said) <= _LONGEST:
        return said
    return said[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _when(row: dict[str, Any]) -> dt.datetime | None:
    for name in ("published", "wm-received"):
        try:
            when = dt.datetime.fromisoformat(str(row.get(name)))
        except ValueError:
            continue
        return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    return None
