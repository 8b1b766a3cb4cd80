"""Trying a theme: a sample site with every kind of page, and what is wrong with how the theme makes it.

For authors of themes, and for the tests of ours. The sample has all that learners write: no title to speak of, long
words, right-to-left, things that look like HTML, a page for each state that a piece of work can be in.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from ple.library import Document
from ple.portfolio.formats.resume import clean_resume
from ple.portfolio.frame import Page
from ple.portfolio.models import Artifact, Settings, Visibility
from ple.portfolio.permalinks import Ledger
from ple.portfolio.published import published
from ple.portfolio.site import Site
from ple.portfolio.theme import Theme
from ple.portfolio.work import Card, Whole

_WHEN = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)
_MARKDOWN = """\
A paragraph with *words*, `code`, a [link](https://example.org/) and [[Half forgotten]].

## A heading

| a | b |
|---|--:|
| 1 | 2 |

```python
def answer():  # a comment
    return "text" * 42
```

> Somebody said so.[^1]

- one
- [x] done

[^1]: In a footnote.
"""
_EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
_RESUME = {
    "basics": {"name": "Sample", "label": "Learner", "summary": "One.\n\nTwo.", "location": {"city": "Graz"}},
    "work": [{"name": "Place", "position": "Work", "startDate": "2024-02", "highlights": ["Did a thing"]}],
    "skills": [{"name": "Python", "level": "good", "keywords": ["tests"]}],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a page."""

    page: str
    problem: str


def try_theme(theme: Theme) -> list[Problem]:
    """Return what is wrong with the pages that ``theme`` makes of the sample.

    Raises:
        ThemeError: a template fails.
    """
    return [
        Problem(page.path, problem)
        for page in sample(theme).pages()
        if page.path.endswith(".html")
        for problem in _problems(page)
    ]


def sample(theme: Theme) -> Site:
    """Return a site with every kind of page."""
    kinds: list[tuple[str, str, dict[str, Any], Visibility]] = [
        ("Half forgotten", "journal", {"markdown": _MARKDOWN, "tags": ["memory", "a tag of words"]}, Visibility.PUBLIC),
        ("Why forgetting helps", "bookmark", {"url": "https://example.org/a", "author": "N. N."}, Visibility.PUBLIC),
        ("W" * 90, "journal", {"markdown": "x" * 200}, Visibility.PUBLIC),
        ("عنوان", "entry", {"language": "ar", "container": "مدونة", "text": "نص"}, Visibility.PUBLIC),
        (_EVIL, "journal", {"markdown": _EVIL, "tags": [_EVIL]}, Visibility.PUBLIC),
        ("Chosen", "collection", {"markdown": "What I found out.", "tags": ["memory"]}, Visibility.PUBLIC),
        ("Nothing yet", "search", {}, Visibility.PUBLIC),
        ("For one reader", "journal", {"markdown": "Only by its address."}, Visibility.UNLISTED),
    ]
    wholes: dict[int, Whole] = {}
    for number, (title, kind, said, visibility) in enumerate(kinds, 1):
        tags = frozenset(said.get("tags", ()))
        document = Document(
            number + 100, kind, title, str(said.get("text", "")), _WHEN, url=_of(said, "url"), tags=tags,
            author=_of(said, "author"), language=_of(said, "language"), container=_of(said, "container"),
            markdown=_of(said, "markdown"),
        )  # fmt: skip
        hostile = title == _EVIL
        artifact = Artifact(
            id=number, uid=uuid.UUID(int=number), kind="artifact", title=title, url=None, tags=tags, created_at=_WHEN,
            source_id=number + 100, source_kind=kind, visibility=visibility, why=_EVIL if hostile else "A reason.",
            reflection=_MARKDOWN if number == 1 else "", quote="", licence="CC BY 4.0" if number == 1 else "",
            made_on=None, page="Essays" if number < 3 else "", skills=("Planning", _EVIL) if hostile else ("Planning",),
            sources="- [A book](https://example.org/b)" if number == 1 else "", feedback="Good." if number == 1 else "",
            position=number, address=None,
        )  # fmt: skip
        wholes[number] = Whole.of(artifact, document)
    ledger = Ledger([])
    gone = ledger.place("artifact", 999, "Gone", _WHEN, otherwise="x")
    ledger.said(gone, "once", _WHEN)
    works, _new = published([Card.of(whole) for whole in wholes.values()], wholes.__getitem__, ledger, _WHEN)
    settings = Settings(
        uid=uuid.UUID(int=7), title="A sample site", url="https://example.org/site/", author="A learner",
        about=_MARKDOWN, licence="CC BY 4.0", resume=clean_resume(_RESUME), me=["https://example.org/@me"],
    )  # fmt: skip
    held = {work.id: works[:5] for work in works if work.card.kind == "collection"}
    return Site(settings, works, ledger, theme, held=held)


def _of(said: dict[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) else None


_ACTIVE = re.compile(r"<(script|iframe|object|embed|form|base|applet|frame)\b[^>]*|\son[a-z]+\s*=|javascript:", re.I)
_FETCHED = re.compile(
    r"<(?:img|link|source|video|audio|image|use)\b[^>]*?\b(?:src|href|srcset)=[\"']?((?:https?:)?//[^\"' >]*)", re.I
)
_TAG = re.compile(r"<[a-zA-Z/!](?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


def _problems(page: Page) -> Iterator[str]:
    html = page.make().decode()
    tags = _TAG.findall(html)
    for tag in tags:
        if re.match(r"<script type=\"application/ld\+json\">", tag):
            continue
        outside = re.sub(r"=\"[^\"]*\"|='[^']*'", "=", tag)
        if (active := _ACTIVE.search(outside)) or re.search(r"(?:href|src)=[\"']?\s*(?:javascript|data):", tag, re.I):
            yield f"has something active: {(active[0] if active else tag)[:60]}"
        if (fetched := _FETCHED.search(tag)) and "canonical" not in tag and "alternate" not in tag:
            yield f"asks another host for something: {fetched[1]}"
    if not html.lower().startswith("<!doctype html>"):
        yield "does not begin with <!DOCTYPE html>"
    wanted = {
        "its language": r"<html\b[^>]*\blang=",
        "a title": r"<title>[^<]+</title>",
        "a Content Security Policy": r"Content-Security-Policy",
        "a viewport": r"<meta name=\"viewport\"",
        "a main landmark": r"<main\b",
        "a link to its content for keyboards": r"href=\"#content\"",
    }
    for what, pattern in wanted.items():
        if not re.search(pattern, html):
            yield f"lacks {what}"
    if (count := len(re.findall(r"<h1\b", html))) != 1:
        yield f"has {count} headings of the first level"
    ids = re.findall(r"\bid=\"([^\"]*)\"", " ".join(tags))
    for double in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"has the id “{double}” more than once"
    for tag in tags:
        if tag.startswith("<img") and "alt=" not in tag:
            yield "has a picture without alternative text"
    text = unescape(_TAG.sub(" ", html))
    if "[[" in text or "{{" in text or "{%" in text:
        yield "shows what should have been filled in"
