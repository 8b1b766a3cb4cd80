"""Netscape bookmark files: what every browser and bookmarking site writes, each in its own dialect.

A stream of tags and not a document: nothing in it is closed properly, so it is read as it comes (found every anchor of
46 real files, where parsers of HTML lost some or nested them thousands deep).
"""

import html
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from ple.bookmarks.formats.record import Record, parse_when, pieces

NAME = "netscape"

_GENERATOR = '<META NAME="generator" CONTENT="ple">'
_ROOTS = ("personal_toolbar_folder", "unfiled_bookmarks_folder")
_READING_LIST = "com.apple.ReadingList"
_NOTES = re.compile(r"\[linkding-notes\](.*?)\[/linkding-notes\]", re.DOTALL)
_TAGS_WITH_COMMAS = re.compile(
    rb"\btags?\s*=\s*(?:\"[^\">]{0,4000},|'[^'>]{0,4000},|[^\s\"'>=]{0,4000},)", re.IGNORECASE
)
_DEEPEST = 50  # levels that are indented
_BREAKING = frozenset({"br", "p", "div", "li"})


def recognises(data: bytes, name: str) -> bool:
    """Return whether a file is one of these; the DOCTYPE is often missing or misspelt, so the anchors decide too."""
    head = data[:100_000].lower()
    return b"netscape-bookmark-file" in head or (
        b"<dl" in head and b"<dt" in head and re.search(rb"<a\s[^<>]*href\s*=", head) is not None
    )


def read(data: bytes) -> Iterator[Record]:
    """Yield the bookmarks of a file in their order. Never raises; what has no address is not a bookmark."""
    commas = _GENERATOR.encode() in data[:1000] or _TAGS_WITH_COMMAS.search(data) is not None
    stream = _Stream(commas)
    for piece in pieces(data):
        stream.feed(piece.replace("\0", ""))
        yield from stream.finished()
    stream.close()
    yield from stream.finished(whole=True)


def write(records: Iterable[Record]) -> str:
    """Return a file that every browser can import, and :func:`read` reads back without loss."""
    top = _Folder()
    for record in records:
        folder = top
        for name in filter(None, record.folder.split("/")):
            folder = folder.folders.setdefault(name, _Folder())
        folder.records.append(record)
    lines = [
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>",
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">',
        _GENERATOR,
        "<TITLE>Bookmarks</TITLE>",
        "<H1>Bookmarks</H1>",
        *top.lines(""),
    ]
    return "\n".join(lines) + "\n"


class _Folder:
    def __init__(self) -> None:
        self.folders: dict[str, _Folder] = {}
        self.records: list[Record] = []

    def lines(self, indent: str) -> Iterator[str]:
        """Yield what stands in the file for this folder and those within it, however deep they are."""
        yield f"{indent}<DL><p>"
        opened = [(indent, self, iter(self.folders.items()))]
        while opened:
            indent, folder, within = opened[-1]
            name, inner = next(within, ("", None))
            if inner is not None:
                yield f"{indent}    <DT><H3>{html.escape(name)}</H3>"
                yield f"{indent}    <DL><p>"
                opened.append(
                    (indent + "    " if len(opened) < _DEEPEST else indent, inner, iter(inner.folders.items()))
                )
                continue
            for record in folder.records:
                yield f"{indent}    <DT><A {_attributes(record)}>{html.escape(record.title)}</A>"
                if record.note:
                    yield f"{indent}    <DD>{html.escape(record.note)}"
            yield f"{indent}</DL><p>"
            opened.pop()


def _attributes(record: Record) -> str:
    pairs = [("HREF", record.url)]
    if record.saved_at:
        pairs.append(("ADD_DATE", str(int(record.saved_at.timestamp()))))
    if record.tags:
        pairs.append(("TAGS", ",".join(record.tags)))
    flags = {
        "PRIVATE": record.private,
        "TOREAD": record.unread,
        "DATA-IMPORTANT": record.starred,
        "DATA-ARCHIVED": record.archived,
        "DATA-PINNED": record.pinned,
    }
    pairs += [(name, "1") for name, is_set in flags.items() if is_set]
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in pairs)


class _Stream(HTMLParser):
    """Follows the tags of a file, keeping only where it is: in a folder's name, a title, or a note."""

    def __init__(self, commas: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._records: list[dict[str, Any]] = []
        self._commas = commas
        self._unread = 0  # how many <DL> are open since that of Safari's reading list, with it
        self._next_unread = False
        self._path: list[str] = []  # a name for each <DL> that is open; empty for one that belongs to no folder
        self._folder = ""  # the name that the next <DL> will have
        self._heard: list[str] = []
        self._in = ""  # h3, a, dd or nothing
        self._found: dict[str, str] = {}
        self._at = 0
        self._for_record = False  # a <DD> would speak of the last record, not of a folder

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and self._in != "dd":
            self._end()
            self._found = {name: value or "" for name, value in attrs}
            self._at = self.getpos()[0]
            self._in = "a"
        elif tag == "h3":
            self._end()
            self._in = "h3"
            names = {name for name, _value in attrs}
            self._found = {"root": "1"} if names & set(_ROOTS) else {}
            self._next_unread = dict(attrs).get("id") == _READING_LIST
        elif tag == "dl":
            self._end()
            self._path.append(self._folder)
            self._folder = ""
            self._unread += bool(self._unread or self._next_unread)
            self._next_unread = False
        elif tag == "dd":
            self._end()
            self._in = "dd" if self._for_record else ""
        elif tag in ("dt", "hr", "h1"):
            self._end()
        elif self._in == "dd" and tag in _BREAKING:
            self._heard.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "dl":
            self._end()
            self._for_record = False
            if self._path:
                self._path.pop()
            self._unread = max(0, self._unread - 1)
        elif tag == self._in:
            self._end()

    def handle_data(self, data: str) -> None:
        if self._in:
            self._heard.append(data)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip ``<![…]>``, of which the base class raises on any that it does not know."""
        end = self.rawdata.find(">", i + 3)
        return end + 1 if end >= 0 else -1

    def finished(self, *, whole: bool = False) -> Iterator[Record]:
        """Yield the bookmarks that nothing more is heard about: all but the last, or all at the end of the file."""
        if whole:
            self._end()
        some = len(self._records) - (not whole)
        if some > 0:
            done, self._records = self._records[:some], self._records[some:]
            yield from (Record(**said) for said in done)

    def _end(self) -> None:
        heard, self._heard = "".join(self._heard), []
        what, self._in = self._in, ""
        if what == "h3":
            self._folder = "" if self._found.get("root") else " ".join(heard.split()).strip("/")
            self._for_record = False
        elif what == "a":
            self._for_record = bool(self._found.get("href"))
            if self._for_record:
                self._record(heard)
        elif what == "dd" and self._records:
            self._note(heard)

    def _record(self, title: str) -> None:
        said = self._found
        raw = said.get("tags") or said.get("tag") or ""
        archived = _true(said.get("data-archived"))
        if "linkding:bookmarks.archived" in raw:
            raw, archived = raw.replace("linkding:bookmarks.archived", ""), True
        self._records.append(
            {
                "url": said["href"].strip(),
                "title": " ".join((title if title.strip() else said.get("title", "")).split()),
                "tags": _tags(raw, self._commas),
                "folder": "/".join(filter(None, self._path)),
                "saved_at": parse_when(said.get("add_date") or said.get("time_added") or ""),
                "unread": _true(said.get("toread")) or self._unread > 0,
                "starred": _true(said.get("data-important")),
                "archived": archived,
                "pinned": _true(said.get("data-pinned")),
                "private": _true(said.get("private")),
                "note": said.get("description", "").strip(),
                "line": self._at,
            }
        )

    def _note(self, heard: str) -> None:
        note = _NOTES.sub(r"\n\1", heard)
        note = "\n".join(one.rstrip() for one in note.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
        self._records[-1]["note"] = note
        self._for_record = False


def _true(value: str | None) -> bool:
    return value is not None and value.strip().lower() in ("1", "true", "yes")


def _tags(raw: str, commas: bool) -> tuple[str, ...]:
    """Return the tags of an attribute: parted by commas, or, in a file that has none anywhere, by blanks."""
    parts = (" ".join(part.split()) for part in (raw.split(",") if commas else raw.split()))
    return tuple(dict.fromkeys(part for part in parts if part and part != "no_tag"))
