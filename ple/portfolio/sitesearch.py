"""A search that the reader's browser does: words of all that everybody may find, in small files, and a script of ours.

The words lie in one file for each first letter, so that a browser asks for what it needs and no more. Without the
script, or without leave to run it, the page is a list of ways to look around.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from html import unescape
from pathlib import Path
from typing import Any

from ple.portfolio.frame import Frame, Page
from ple.portfolio.work import Work, hash_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SHARDS = (*_LETTERS, "other")
_SCRIPT = Path(__file__).parent / "search.js"
_EACH_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Scripts that put no space between words: each sign is a word. The script has the same."""
_POINTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
"""Accents, and the points of Hebrew and Arabic, which few type. The script has the same."""
_BEYOND = re.compile("[\u0900-\uffff\U00010000-\U0010ffff]")
"""Where there are scripts whose vowels are marks on letters, without which a word is another."""


class SiteSearch:
    """The search of one site. ``html`` says what a work's page does, ``remember`` keeps what was made of it."""

    def __init__(
        self, frame: Frame, html: Callable[[Work], str], remember: Callable[[str, Callable[[], str]], str]
    ) -> None:
        self._frame = frame
        self._html = html
        self._remember = remember
        self._works: Sequence[Work] = frame.arranged.by_date

    def pages(self) -> Iterator[Page]:
        """Yield the page, its script, and what that asks for."""
        frame = self._frame
        script = _SCRIPT.read_bytes()

        def context() -> dict[str, Any]:
            page = frame.about_page("search/", "Search", f"Search the work of {frame.by}.", listed=False)
            return {"page": page | {"script": "search.js"}}

        yield frame.page("search/index.html", "search.html", "search", context)
        yield Page("search/search.js", hash_of([hashlib.blake2b(script).hexdigest()]), lambda: script)
        said = hash_of([[work.card.said, work.card.looks, work.permalink.address] for work in self._works])
        yield Page("search/works.json", hash_of([frame.ground, said, "works"]), self._list)
        for shard in _SHARDS:
            key = hash_of([frame.ground, said, shard])
            yield Page(f"search/{shard}.json", key, lambda shard=shard: _json(self._index[shard]))  # type: ignore[misc]

    def _list(self) -> bytes:
        rows = [
            [one["title"], one["href"], one["date"]["words"], one["kind"], one["summary"]]
            for one in self._frame.placed(self._works, "search/", tags=False)
        ]
        return _json(rows)

    @cached_property
    def _index(self) -> dict[str, dict[str, list[int]]]:
        found: dict[str, dict[str, list[int]]] = {shard: {} for shard in _SHARDS}
        for number, work in enumerate(self._works):
            for word in self._words(work):
                found[word[0] if word[0] in _LETTERS else "other"].setdefault(word, []).append(number)
        return {shard: dict(sorted(words.items())) for shard, words in found.items()}

    def _words(self, work: Work) -> list[str]:
        card = work.card

        def make() -> str:
            html = re.sub(r"<(?:annotation)\b.*?</annotation>", " ", self._html(work), flags=re.DOTALL)
            text = unescape(re.sub(r"<[^>]*>", " ", html))
            return "\n".join(sorted(words(" ".join([card.title, card.summary, *card.tags, *card.skills, text]))))

        return self._remember(f"words 2\0{card.said}\0{card.looks}", make).split()


def words(text: str) -> set[str]:
    """Return the words of a text as they are searched: without accents, small."""
    plain = _POINTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return set(_word(_BEYOND.search(plain) is not None).findall(unicodedata.normalize("NFC", plain)))


@cache
def _word(marked: bool) -> re.Pattern[str]:
    """Return what finds words; ``marked`` if marks may be letters of them, which takes a little longer to make."""
    marks = "".join(letter for letter in map(chr, range(0x900, 0xFE00)) if unicodedata.category(letter)[0] == "M")
    letter = rf"(?:[^\W_{_EACH_ALONE}]{f'|[{marks}]' if marked else ''})"
    return re.compile(rf"[{_EACH_ALONE}]|{letter}{{2,40}}")


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")
