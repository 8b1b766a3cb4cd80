"""Trying a theme: a sample site with every kind of page, and what is wrong with how the theme makes it.

For authors of themes, and for the tests of ours. The sample has all that learners write: no title to speak of, long
words, right-to-left, things that look like HTML, a page for each state that a piece of work can be in.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from ple.library import Document
from ple.portfolio.darkroom import Darkroom
from ple.portfolio.echoes.heard import Echo
from ple.portfolio.formats.resume import clean_resume
from ple.portfolio.frame import Page
from ple.portfolio.permalinks import Ledger
from ple.portfolio.pictures import Measures
from ple.portfolio.published import published
from ple.portfolio.site import Site
from ple.portfolio.theme import Theme
from ple.portfolio.values import Artifact, Badge, Settings, ShownFile, Visibility
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
_BADGE = Badge(
    "A school", "2026-05-04", "2028-05-04", "https://school.example/badges/1",
    (("signature", "holds", "It was signed by the school."), ("status", "not checked", "Nobody was asked.")),
    "2026-11-03", "0" * 64,
)  # fmt: skip
_RESUME = {
    "basics": {"name": "Sample", "label": "Learner", "summary": "One.\n\nTwo.", "location": {"city": "Graz"},
               "url": "https://me.example/", "profiles": [{"network": "Social", "url": "https://social.example/@me"}]},
    "work": [
        {"name": "Place", "position": "Work", "url": "https://place.example/", "startDate": "2024-02",
         "endDate": "2025", "summary": "What it was.", "highlights": ["Did a thing"]},
        {"name": "Now here", "startDate": "2025-02"},
    ],
    "skills": [{"name": "Python", "level": "good", "keywords": ["tests"]}],
}  # fmt: skip


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
        ("W" * 90, "journal", {"markdown": f"{'x' * 200} [[Half forgotten]]"}, Visibility.PUBLIC),
        ("عنوان", "entry", {"language": "ar", "container": "مدونة", "text": "نص"}, Visibility.PUBLIC),
        (_EVIL, "journal", {"markdown": _EVIL, "tags": [_EVIL]}, Visibility.PUBLIC),
        ("Chosen", "collection", {"markdown": "What I found out.", "tags": ["memory"]}, Visibility.PUBLIC),
        ("Nothing yet", "search", {}, Visibility.PUBLIC),
        (
            "A wing",
            "picture",
            {"file": ("wing.jpg", "image/jpeg"), "alt": "A wing in light"},
            Visibility.PUBLIC,
        ),
        ("The thesis", "document", {"file": ("thesis.pdf", "application/pdf")}, Visibility.PUBLIC),
        ("First aid", "credential", {"badge": _BADGE}, Visibility.PUBLIC),
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
            position=number, address=None, alt=str(said.get("alt", "")), badge=said.get("badge"),
            file=ShownFile(said["file"][0], said["file"][1], "0" * 64, 1_234_567) if "file" in said else None,
        )  # fmt: skip
        wholes[number] = Whole.of(artifact, document)
    ledger = Ledger([])
    gone = ledger.place("artifact", 999, "Gone", _WHEN, otherwise="x")
    ledger.said(gone, "once", _WHEN)
    ledger.place("artifact", 2, "Why forgetting helps", _WHEN, otherwise="x", listed=False)  # and public since
    works, _new = published([Card.of(whole) for whole in wholes.values()], wholes.__getitem__, ledger, _WHEN)
    settings = Settings(
        uid=uuid.UUID(int=7), title="A sample site", url="https://example.org/site/", author="A learner",
        about=_MARKDOWN, licence="CC BY 4.0", resume=clean_resume(_RESUME), me=["https://example.org/@me"],
        extras=["previews", "search"],
    )  # fmt: skip
    held = {work.id: works[:5] for work in works if work.card.kind == "collection"}
    said = {
        "kind": "reply", "author": "B. B.", "author_url": "https://b.example/", "url": "https://b.example/1",
        "date": "2026-11-04", "paragraphs": ["Well done.", _EVIL],
    }  # fmt: skip
    answers = [said | {"kind": kind} for kind in ("reply", "like", "repost", "bookmark", "mention")]
    echoes = {1: Echo([*answers, said | {"author_url": None, "date": ""}], ["https://social.example/@me/1"])}
    return Site(settings, works, ledger, theme, echoes=echoes, darkroom=_Sketches(), held=held)


class _Sketches(Darkroom):
    """Pictures that are said to be there: what a theme is tried with is never shown."""

    def __init__(self) -> None:
        pass

    def measures(self, sha256: str) -> Measures | None:
        return Measures(1200, 800, "jpg") if sha256 else None

    def has(self, sha256: str) -> bool:
        return True

    def read(self, sha256: str) -> bytes:
        return b""

    def picture(self, sha256: str, width: int) -> bytes:
        return b""

    def kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        return b""

    def asked(self, key: str) -> None:
        pass


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
        if page.path == "search/index.html" and re.fullmatch(r"<script src=\"search\.js\"(?: defer| async)?>", tag):
            continue  # the one script that there is
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
