"""Which tags a page might get: those of the learner's that it speaks of, and those that its site's pages have. Pure."""

import re
from collections.abc import Collection, Mapping

_WORD = re.compile(r"\w+")
_TITLE, _TEXT, _SITE = 3.0, 1.0, 2.0


def suggest(
    title: str,
    text: str,
    *,
    tags: Mapping[str, int],
    of_site: Collection[frozenset[str]],
    have: Collection[str],
    limit: int = 8,
) -> list[str]:
    """Return at most ``limit`` of the learner's ``tags`` (with how many things have each), the likeliest first.

    A tag is likely if the last of its levels is said in the title, less so in the text, and if a good part of the
    pages ``of_site`` have it. Those that the page has already, or that contain one below them, are left out.
    """
    in_title, in_text = _said(title), _said(text[:20_000])
    scores: dict[str, float] = {}
    for tag in tags:
        words = _said(tag.rpartition("/")[2]).strip()
        if len(words) > 2:
            scores[tag] = _TITLE * (f" {words} " in in_title) + _TEXT * (f" {words} " in in_text)
    for tag in {tag for some in of_site for tag in some}:
        share = sum(tag in some for some in of_site) / len(of_site)
        scores[tag] = scores.get(tag, 0) + _SITE * share * (len(of_site) > 1)
    likely = [tag for tag, score in scores.items() if score >= _TEXT and tag not in have]
    likely = [tag for tag in likely if not any(own.startswith(tag + "/") for own in have)]
    return sorted(likely, key=lambda tag: (-scores[tag], -tags.get(tag, 0), tag))[:limit]


def _said(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
