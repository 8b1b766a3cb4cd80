"""Which format a file is in, and reading and writing by its name.

A file is known by what is in it, never by its name. What is no export is named for what it is, so that nobody wonders
why nothing came in.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ple.bookmarks.formats import (
    annotations,
    bibtex,
    browsers,
    catalogue,
    csl,
    evernote,
    jsonfile,
    kindle,
    links,
    markdown,
    netscape,
    posts,
    ris,
    services,
    table,
    tables,
)
from ple.bookmarks.formats.record import Record, decode
from ple.library.errors import InvalidInput

Reader = Callable[[Any], Iterator[Record]]

_WRITERS: dict[str, Callable[[Iterable[Record]], str]] = {
    module.NAME: module.write for module in (netscape, jsonfile, table, markdown, bibtex, ris, csl)
}
_OF_BYTES: dict[str, Reader] = {
    "netscape": netscape.read,
    "pocket-html": links.read_pocket,
    "evernote": evernote.read,
    "catalogue": catalogue.read,
    "pinboard-xml": posts.read,
    "csv": table.read,
    "ris": ris.read,
    "bibtex": bibtex.read,
    "kindle": kindle.read,
    "list": links.read_list,
    "database": browsers.read_database,
}
_OF_JSON: dict[str, Reader] = {
    "json": jsonfile.read_value,
    "firefox": browsers.read_firefox,
    "chrome": browsers.read_chrome,
    "bookmarkie": browsers.read_bookmarkie,
    **{name: reader for name, _recognises, reader in services.DIALECTS},
    "hypothesis": annotations.read_hypothesis,
    "w3c": annotations.read_w3c,
    "csl-json": csl.read,
}
_JSON_KINDS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("json", jsonfile.is_ours),
    ("firefox", browsers.is_firefox),
    ("chrome", browsers.is_chrome),
    ("bookmarkie", browsers.is_bookmarkie),
    *((name, recognises) for name, recognises, _reader in services.DIALECTS),
    ("w3c", annotations.is_w3c),
    ("hypothesis", annotations.is_hypothesis),
    ("csl-json", csl.recognises),
)
_TABLES = ("pocket", "instapaper", "raindrop", "diigo", "readwise", "readwise-reader", "matter", "table")
_RECORDS = frozenset(_OF_JSON) | {
    "evernote",
    "catalogue",
    "pinboard-xml",
    "database",
}  # whose lines mean nothing to people
_LARGEST = 1_000_000_000  # bytes that a zip may hold
_ALWAYS, _PACKED = (
    50_000_000,
    100,
)  # from so many bytes on no more than so many times its own size: texts shrink to a tenth

EXPORTS = tuple(_WRITERS)
IMPORTS = tuple(dict.fromkeys((*_OF_BYTES, *_OF_JSON, *_TABLES)))


@dataclass(frozen=True, slots=True)
class Found:
    """The format of a file and its bookmarks, which are read as they are asked for."""

    format: str
    records: Iterator[Record]
    counted: str = "line"
    """What ``Record.line`` counts: lines of the file, or its records."""
    total: int | None = None
    """How many records there are about, where that is known beforehand."""


def read(data: bytes, name: str, format: str | None = None) -> Found:
    """Return the format of a file, found out from what is in it unless it is given, and its bookmarks.

    Raises:
        InvalidInput: it is in no format that we know, or damaged; a damage further on is raised when it is met.

    """
    if format is not None and format not in IMPORTS:
        raise InvalidInput(f"bookmarks cannot be imported as {format}", hint=f"Formats: {', '.join(IMPORTS)}.")
    if data.startswith(b"PK\x03\x04"):
        return _of_zip(data, name, format)
    try:
        if data.startswith(b"mozLz40\0"):
            data = browsers.unpack(data)
        if data.startswith(b"SQLite format 3\0"):
            return Found("database", _guarded(browsers.read_database(data), name, "a database"), "record")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = decode(data).encode()
        format, readable = _recognised(data, format)
    except _NoExport as found:
        raise InvalidInput(f"{name} {found}", hint=found.hint) from None
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise _damaged(name, format) from error
    counted = "record" if format in _RECORDS else "line"
    return Found(format, _guarded(readable, name, format), counted, _about(data, format))


def write(format: str, records: Iterable[Record]) -> str:
    """Return the records as a file.

    Raises:
        InvalidInput: there is no such format.

    """
    if format not in _WRITERS:
        raise InvalidInput(f"bookmarks cannot be exported as {format}", hint=f"Formats: {', '.join(EXPORTS)}.")
    return _WRITERS[format](records)


class _NoExport(Exception):
    def __init__(
        self, said: str, hint: str = "Export from your browser as HTML, or say the format with --format."
    ) -> None:
        super().__init__(said)
        self.hint = hint


def _about(data: bytes, format: str) -> int | None:
    if format in ("netscape", "pocket-html"):
        return len(re.findall(rb"<a\s", data, re.IGNORECASE))
    return data.count(b"\n") if format in (*_TABLES, "csv", "list") else None


def _recognised(data: bytes, format: str | None) -> tuple[str, Iterator[Record]]:
    if format in _OF_BYTES:
        return format, _OF_BYTES[format](data)
    if format in _TABLES:
        return format, tables.read(decode(data), format)
    if format is None and netscape.recognises(data, ""):
        return "netscape", netscape.read(data)  # the one that may be large is not held as text
    text = decode(data)
    start = text.lstrip("\ufeff \t\r\n")
    if format in _OF_JSON or (start[:1] in ("{", "[") and not bibtex.recognises(text)):
        return _json(text, format)
    if not start:
        raise _NoExport("is empty", "Export it again where it came from.")
    if "\0" in text[:1000] or _is_binary(data):
        raise _NoExport(f"is {_binary(data)}, no export of bookmarks")
    if start.startswith("<"):
        return _markup(data, text)
    if kindle.recognises(text):
        return "kindle", kindle.read(data)
    if ris.recognises(text):
        return "ris", ris.read(data)
    if bibtex.recognises(text):
        return "bibtex", bibtex.read(data)
    if table.recognises(start):
        return "csv", table.read(data)
    dialect = tables.dialect(start)
    if dialect:
        return dialect, tables.read(start, dialect)
    if start.startswith("encoding=json+base64"):
        raise _NoExport("has the places that Calibre keeps in one book; it does not say in which", "Export the book's "
                        "highlights from Calibre's viewer as Markdown or text.")  # fmt: skip
    if links.is_list(start):
        return "list", links.read_list(data)
    raise _NoExport("is a text without bookmarks, no file of bookmarks that ple knows")


def _json(text: str, format: str | None) -> tuple[str, Iterator[Record]]:
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        if format is None and _JSON_OF_OURS.search(text[:1000]) is None and not _cut_short(text):
            raise _NoExport("is no JSON, though it begins like it; no export of bookmarks") from None
        raise
    if format:
        return format, _OF_JSON[format](value)
    for name, recognises in _JSON_KINDS:
        if recognises(value):
            return name, _OF_JSON[name](value)
    raise _NoExport(*_named(value))


def _named(value: Any) -> tuple[str, str]:
    """Return what JSON without bookmarks is, and what to do."""
    if value in ([], {}):
        return "is an empty list: nothing was exported", "Export it again where it came from."
    first = value[0] if isinstance(value, list) and value else value
    names = set(first) if isinstance(first, dict) else set()
    if {"profile_id", "positions"} <= names or {"blocks"} <= names:
        return (
            "has annotations of Mendeley without the documents they are on, no bookmarks",
            "Export from Mendeley as RIS.",
        )
    if names & {"$schema", "$defs", "definitions"}:
        return "is a schema, no export of bookmarks", "Import a file that follows it."
    if isinstance(value, dict) and value and all(isinstance(inner, list) for inner in value.values()):
        return "is a table of expected answers for tests, no export", "Import the list under one of its names."
    return "is JSON, but no file of bookmarks that ple knows", "Say the format with --format, or export as HTML."


def _markup(data: bytes, text: str) -> tuple[str, Iterator[Record]]:
    head = text[:5000].lower()
    if links.is_pocket(text):
        return "pocket-html", links.read_pocket(data)
    if evernote.recognises(text):
        return "evernote", evernote.read(data)
    if posts.recognises(head):
        return "pinboard-xml", posts.read(data)
    if catalogue.recognises(head):
        return "catalogue", catalogue.read(data)
    if "<opml" in head:
        raise _NoExport("is a list of feeds (OPML), no bookmarks", "Import it with `ple feeds import`.")
    if "<html" in head or "<!doctype html" in head or "<head" in head:
        raise _NoExport("is a web page, no export of bookmarks", "Keep a page with `ple save ADDRESS`.")
    raise _NoExport("is markup without bookmarks, no file of bookmarks that ple knows")


def _of_zip(data: bytes, name: str, format: str | None) -> Found:
    """Read the members of a zip that are exports; those that are none are passed over."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [info for info in archive.infolist() if not info.is_dir()]
        members.sort(key=lambda info: "annotations/" in info.filename)  # what they are on comes first
    except (zipfile.BadZipFile, ValueError) as error:
        raise _damaged(name, "zip") from error
    most = min(_LARGEST, max(_ALWAYS, _PACKED * len(data)))
    if sum(info.file_size for info in members) > most or len(members) > 100_000:
        raise InvalidInput(f"{name} holds more than {most // 1_000_000:,} MB", hint="Unpack it and import its files.")
    notes = {info.filename.rpartition("/")[2]: info for info in members if "highlights/" in info.filename}
    found: list[Found] = []
    for info in members:
        if info.filename.rpartition(".")[2].lower() in (
            "csv",
            "json",
            "html",
            "htm",
            "bib",
            "ris",
            "txt",
            "jsonlz4",
            "xml",
        ):
            if "content/" in info.filename or info in notes.values():
                continue
            inner = _member(archive, info, name)
            if inner.startswith(b"PK\x03\x04"):  # a zip in a zip may be itself
                continue
            try:
                found.append(read(inner, f"{name}/{info.filename}", format))
            except InvalidInput:
                continue
    if not found:
        raise InvalidInput(f"{name} is a zip without exports of bookmarks", hint="Say the format with --format.")
    if {one.format for one in found} == {"omnivore"} and notes:
        texts = {file: decode(_member(archive, info, name)) for file, info in notes.items()}
        records = (_with_marks(record, texts) for one in found for record in one.records)
        return Found("omnivore", records, "record")
    formats = list(dict.fromkeys(one.format for one in found))
    return Found(" + ".join(formats), (record for one in found for record in one.records), found[0].counted)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(info.file_size + 1)[: info.file_size]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise _damaged(name, "zip") from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise _damaged(name, "zip") from error
        raise


def _with_marks(record: Record, texts: dict[str, str]) -> Record:
    """Add the passages of a file of Omnivore's that is called like the page: quotations in Markdown, notes below."""
    from ple.bookmarks.formats.record import Quotation

    text = texts.get(f"{record.csl['slug']}.md", "") if record.csl else ""
    quotations: list[Quotation] = []
    for part in re.split(r"\n\n(?=>)", "\n".join(line.rstrip() for line in text.splitlines())):
        lines = part.strip().splitlines()
        quote = "\n".join(line.lstrip("> ").rstrip() for line in lines if line.startswith(">")).strip()
        note = "\n".join(line for line in lines if not line.startswith((">", "#"))).strip()
        if quote:
            quotations.append(Quotation(quote, note))
    return replace(record, quotations=tuple(quotations), csl=None)


def _guarded(records: Iterator[Record], name: str, format: str | None) -> Iterator[Record]:
    """Yield the records; whatever a damaged file makes of a reader is said in one sentence."""
    try:
        yield from records
    except InvalidInput:
        raise
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError, IndexError, csv.Error) as error:
        raise _damaged(name, format) from error


def _damaged(name: str, format: str | None) -> InvalidInput:
    shown = f": it cannot be read as {format}" if format else ""
    return InvalidInput(f"{name} is damaged{shown}", hint="Export it again where it came from.")


_JSON_OF_OURS = re.compile(r'"(ple-bookmarks|checksum|roots|text/x-moz-place[^"]*|href|bookmarks)"')


def _cut_short(text: str) -> bool:
    return len(text) > 20 and text.rstrip()[-1:] not in ("}", "]") and text.lstrip()[1:].lstrip()[:1] in ('"', "{")


def _is_binary(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf"))


def _binary(data: bytes) -> str:
    starts = {b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"%PDF": "a PDF"}
    return next((kind for start, kind in starts.items() if data.startswith(start)), "a binary file")
