"""Kindle's ``My Clippings.txt``: passages and notes of all books, in the order in which they were made.

The words around the numbers are in the language of the device; what they mean is told by words that no other kind has.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ple.bookmarks.formats.csl import names
from ple.bookmarks.formats.record import Quotation, Record, decode

NAME = "kindle"

_END = re.compile(r"^={10,}\s*$", re.MULTILINE)
_HEAD = re.compile(r"^\s*(?P<title>.*?)\s*(?:\((?P<author>[^()]*(?:\([^()]*\)[^()]*)*)\))?\s*$")
_META = re.compile(r"^[ \t]*[-–].*\d", re.MULTILINE)
_RANGE = re.compile(r"(\d+)(?:\s*(?:[-–]|t/m)\s*(\d+))?")
_HOUR = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")
_DATE_IN_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})")
_BOOKMARK = re.compile(
    r"bookmark|lesezeichen|\bmarcador|signet|segnalibro|ブックマーク|bladwijzer|закладка|书签|書籤", re.IGNORECASE
)
_NOTE = re.compile(r"\bnote\b|\bnotiz\b|\bnota\b|\bnotitie\b|メモ|заметка|笔记|筆記", re.IGNORECASE)
_LIMIT = re.compile(r"^\s*<.*(limit|grenze|límite|limite).*>\s*$", re.IGNORECASE)
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            "jan gen ene янв", "feb fév fev фев", "mar mär maa мар", "apr abr avr апр", "may mai mei mag мая май",
            "jun juin giu июн", "jul juil lug июл", "aug ago aoû авг", "sep set сен",
            "oct okt ott out окт", "nov ноя", "dec dez dic déc дек",
        ),
        1,
    )
    for start in starts.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Clipping:
    book: str
    what: str
    begin: int
    end: int
    at: dt.datetime | None
    text: str
    line: int


def recognises(text: str) -> bool:
    """Return whether a text is one of these."""
    head = text[:20_000]
    return _END.search(head) is not None and _META.search(head) is not None


def read(data: bytes) -> Iterator[Record]:
    """Yield the books, each with its passages; a note goes to the passage that it was made in.

    A passage that was marked again with other ends is in the file twice; the newer one is kept.
    """
    books: dict[str, list[_Clipping]] = {}
    for clipping in _clippings(decode(data).replace("\ufeff", "")):
        if isinstance(clipping, Record):
            yield clipping
        else:
            books.setdefault(clipping.book, []).append(clipping)
    for book, clippings in books.items():
        found = _HEAD.match(" ".join(book.split())[:2000])
        title = " ".join((found["title"] if found else book).split()) or book
        author = (found["author"] or "").strip() if found else ""
        csl = {"type": "book", "title": title, **({"author": names(author)} if author else {})}
        yield Record(
            "", title, author=author or None, csl=csl, quotations=tuple(_quotations(clippings)),
            saved_at=min((one.at for one in clippings if one.at), default=None), line=clippings[0].line,
        )  # fmt: skip
        for one in clippings:
            if one.what == "bookmark":
                yield Record("", title, line=one.line, problem="a Kindle bookmark marks a place but no words")
            elif _LIMIT.match(one.text):
                yield Record("", title, line=one.line, problem="the publisher's limit for clippings was reached")


def _clippings(text: str) -> Iterator[_Clipping | Record]:
    line = 1
    for block in _END.split(text):
        lines = block.split("\n")
        filled = [number for number, one in enumerate(lines) if one.strip()]
        if filled:
            first = filled[0]
            book, meta = lines[first].strip(), lines[first + 1].strip() if first + 1 < len(lines) else ""
            if not _META.match(meta):
                yield Record("", book[:200], line=line + first, problem="it is no clipping: it does not say where")
            else:
                said = "\n".join(one.strip("\r") for one in lines[first + 2 :]).strip()
                yield _clipping(book, meta, said, line + first)
        line += block.count("\n")


def _clipping(book: str, meta: str, text: str, line: int) -> _Clipping:
    places, _bar, date = meta.rpartition("|")
    what = "bookmark" if _BOOKMARK.search(places) else "note" if _NOTE.search(places) else "highlight"
    numbers = _RANGE.findall(places)
    begin, end = numbers[-1] if numbers else ("0", "")
    whole = begin[: -len(end)] + end if end and len(end) < len(begin) else end or begin
    return _Clipping(book, what, int(begin), max(int(begin), int(whole)), _date(date), text, line)


def _quotations(clippings: list[_Clipping]) -> Iterator[Quotation]:
    highlights = [one for one in clippings if one.what == "highlight" and one.text and not _LIMIT.match(one.text)]
    kept = [one for number, one in enumerate(highlights) if not _superseded(one, highlights[number + 1 :])]
    notes: dict[int, list[str]] = {}
    loose: list[_Clipping] = []
    for note in clippings:
        if note.what == "note" and note.text:
            inside = [number for number, one in enumerate(kept) if one.begin <= note.begin <= one.end]
            if inside:
                notes.setdefault(inside[-1], []).append(note.text)
            else:
                loose.append(note)
    for number, one in enumerate(kept):
        formerly = tuple(other.text for other in highlights if other is not one and _overlap(one, other))
        said = "\n\n".join(notes.get(number, ()))
        yield Quotation(one.text, said, created_at=one.at, position=one.begin, formerly=formerly)
    for note in loose:
        yield Quotation("", note.text, created_at=note.at, position=note.begin)


def _superseded(one: _Clipping, later: list[_Clipping]) -> bool:
    return any(_overlap(one, other) for other in later)


def _overlap(one: _Clipping, other: _Clipping) -> bool:
    beside = other.begin > one.end or one.begin > other.end
    return not beside and (one.text in other.text or other.text in one.text)


def _date(said: str) -> dt.datetime | None:
    hour = _HOUR.search(said)
    rest = said[: hour.start()] if hour else said
    cjk = _DATE_IN_CJK.search(rest)
    try:
        if cjk:
            year, month, day = (int(part) for part in cjk.groups())
        else:
            words = re.findall(r"[^\W\d_]+", rest.lower())
            months = [_MONTHS[word[:4]] if word[:4] in _MONTHS else _MONTHS[word[:3]]
                      for word in words if word[:4] in _MONTHS or word[:3] in _MONTHS]  # fmt: skip
            numbers = [int(number) for number in re.findall(r"\d+", rest)]
            year = next(number for number in numbers if number > 1900)
            day = next(number for number in numbers if 1 <= number <= 31)
            month = months[-1]
        hours, minutes, seconds = (int(part or 0) for part in hour.groups()) if hour else (0, 0, 0)
        late = re.search(r"\bpm\b|下午|午後|午后|오후", said, re.IGNORECASE)
        early = re.search(r"\bam\b|上午|午前|오전", said, re.IGNORECASE)
        hours = hours % 12 + 12 if late and hours <= 12 else 0 if early and hours == 12 else hours
        return dt.datetime(year, month, day, hours, minutes, seconds, tzinfo=dt.UTC)
    except (StopIteration, IndexError, ValueError):
        return None
