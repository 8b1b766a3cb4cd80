"""Tables (CSV) of services: the head says whose it is, a row is a bookmark, or a passage that was marked.

A table that nobody is known to write is read too, if one of its columns is for addresses.
"""

import ast
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import groupby

from ple.bookmarks.formats.record import Quotation, Record, parse_when

Row = dict[str, str]

_MARKED = re.compile(r"^\s*(highlight|note|annotation|comment)\s*:\s*", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,200}>")
_QUOTED = re.compile(r'"([^"]+)"|(\S+)')
_NAMES = {  # of the columns of a table that we do not know
    "url": ("url", "link", "href", "address", "uri", "source url", "website"),
    "title": ("title", "name", "page title"),
    "tags": ("tags", "labels", "keywords", "tag"),
    "note": ("note", "notes", "comment", "comments", "description", "excerpt", "annotation"),
    "folder": ("folder", "collection", "list", "category"),
    "saved_at": ("created", "created_at", "added", "time_added", "date", "date added", "saved", "timestamp", "time"),
}


def dialect(text: str) -> str | None:
    """Return whose table this is, by its head; none if it is no table of bookmarks."""
    head = _head(text)
    if head is None:
        return None
    for name, needed, _read in _DIALECTS:
        if needed <= head:
            return name
    return "table" if head & set(_NAMES["url"]) and len(head) > 1 else None


def read(text: str, name: str) -> Iterator[Record]:
    """Yield the bookmarks of a table in the dialect ``name``."""
    reading = {known: reader for known, _needed, reader in _DIALECTS}.get(name, _table)
    yield from reading(_rows(text))


def _pocket(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        title = " ".join(row["title"].split())
        archived = row["status"] == "archive"
        yield Record(
            row["url"], "" if title == row["url"] else title, _parted(row["tags"], "|"),
            saved_at=parse_when(row["time_added"]), unread=not archived, archived=archived, line=line,
        )  # fmt: skip


def _instapaper(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        folder = row["folder"]
        own = folder if folder not in ("Unread", "Archive", "Starred") else ""
        yield Record(
            row["url"], row["title"], _json_list(row.get("tags", "")), row["selection"], own,
            parse_when(row.get("timestamp", "")), unread=folder not in ("Archive", "Starred"),
            archived=folder == "Archive", starred=folder == "Starred", line=line,
        )  # fmt: skip


def _raindrop(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        yield Record(
            row["url"], row["title"], _parted(row["tags"], ","), row["note"],
            row["folder"] if row["folder"] != "Unsorted" else "", parse_when(row["created"]),
            starred=row.get("favorite", "") == "true", description=row.get("excerpt", ""),
            quotations=tuple(_marked(row.get("highlights", ""))), line=line,
        )  # fmt: skip


def _diigo(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        tags = _parted(row["tags"], ",") if "," in row["tags"] else _quoted(row["tags"])
        notes = [_plain(row["description"]), _plain(row.get("comments", ""))]
        yield Record(
            row["url"], row["title"], tuple(tag for tag in tags if tag != "no_tag"),
            "\n\n".join(filter(None, notes)), saved_at=parse_when(_iso(row["created_at"])),
            quotations=tuple(_marked(_plain(row.get("annotations", "")))), line=line,
        )  # fmt: skip


def _readwise(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    """Group the passages by the book that they are from.

    Tags with a dot in front are orders to Readwise: what was to be discarded is left out, ``.h1`` is no tag.
    """

    def book(numbered: tuple[int, Row]) -> tuple[str, str]:
        return numbered[1]["book title"], numbered[1]["book author"]

    for (title, author), some in groupby(sorted(rows, key=book), book):
        passages = [(line, row) for line, row in some if ".discard" not in _parted(row.get("tags", ""), ",")]
        if not passages:
            continue
        quotations = tuple(
            Quotation(
                row["highlight"],
                row.get("note", ""),
                row.get("color", ""),
                parse_when(row.get("highlighted at", "")),
                tuple(
                    "favorite" if tag == ".favorite" else tag
                    for tag in _parted(row.get("tags", ""), ",")
                    if tag == ".favorite" or not tag.startswith(".")
                ),
                position=int(row["location"]) if row.get("location", "").isdecimal() else None,
            )
            for _line, row in passages
        )
        line, first = passages[0]
        yield Record(
            first.get("source url", "") or first.get("url", ""), title, _parted(first.get("document tags", ""), ","),
            author=author or None, csl=_book(title, author), quotations=quotations,
            saved_at=min((one.created_at for one in quotations if one.created_at), default=None), line=line,
        )  # fmt: skip


def _reader(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    """Read Readwise Reader's list, whose tags are a list as Python writes it; mail has no address."""
    for line, row in rows:
        place = row.get("location", "")
        problem = "it is a mail, which has no address" if row["url"].startswith("mailto:") else ""
        yield Record(
            row["url"], row["title"], _python_list(row["document tags"]), saved_at=parse_when(row["saved date"]),
            unread=place != "archive" and _share(row.get("reading progress", "")) < 0.98,
            archived=place == "archive", line=line, problem=problem,
        )  # fmt: skip


def _matter(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        yield Record(
            row["url"], row["title"], _parted(row["tags"], ";"), saved_at=parse_when(row["last interaction date"]),
            unread=row.get("read", "").lower() != "true", archived=row.get("in queue", "true").lower() == "false",
            starred=row.get("favorited", "").lower() == "true", author=row["author"] or None,
            site_name=row["publisher"] or None, line=line,
        )  # fmt: skip


def _table(rows: Iterator[tuple[int, Row]]) -> Iterator[Record]:
    for line, row in rows:
        said = {field: next((row[name] for name in names if row.get(name)), "") for field, names in _NAMES.items()}
        tags = said["tags"]
        mark = next((mark for mark in ("|", ";", ",") if mark in tags), ",")
        yield Record(
            said["url"], said["title"], _json_list(tags) if tags.startswith("[") else _parted(tags, mark),
            said["note"], said["folder"], parse_when(said["saved_at"]), line=line,
        )  # fmt: skip


_DIALECTS: tuple[tuple[str, set[str], Callable[[Iterator[tuple[int, Row]]], Iterator[Record]]], ...] = (
    ("pocket", {"title", "url", "time_added", "tags", "status"}, _pocket),
    ("instapaper", {"url", "title", "selection", "folder"}, _instapaper),
    ("raindrop", {"id", "title", "note", "url", "folder", "tags", "created"}, _raindrop),
    ("diigo", {"title", "url", "tags", "description", "annotations", "created_at"}, _diigo),
    ("readwise", {"highlight", "book title", "book author"}, _readwise),
    ("readwise-reader", {"title", "url", "document tags", "saved date"}, _reader),
    ("matter", {"title", "author", "publisher", "url", "tags", "last interaction date"}, _matter),
)


def _head(text: str) -> set[str] | None:
    first = text.lstrip("\r\n").partition("\n")[0]
    if len(first) > 5000 or not first.strip():
        return None
    try:
        (cells,) = csv.reader([first], delimiter=_delimiter(first))
    except (csv.Error, ValueError):
        return None
    return {cell.strip().lower() for cell in cells}


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    text = text.lstrip("\r\n")
    csv.field_size_limit(50_000_000)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0]))
    head: list[str] = []
    before = 0
    for cells in table:
        line, before = before + 1, table.line_num
        if not head:
            head = [cell.strip().lower() for cell in cells]
        elif any(cells):
            cells += [""] * (len(head) - len(cells))
            yield line, {name: cell.strip().replace("\0", "") for name, cell in zip(head, cells, strict=False)}


def _delimiter(head: str) -> str:
    return max(",;\t", key=head.count)


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _parted(text: str, mark: str) -> tuple[str, ...]:
    return tuple(filter(None, (tag.strip() for tag in text.split(mark))))


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(found[1] or found[2] for found in _QUOTED.finditer(text))


def _json_list(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text) if text.startswith("[") else []
    except ValueError:
        return ()
    return tuple(tag for tag in found if isinstance(tag, str) and tag)


def _python_list(text: str) -> tuple[str, ...]:
    try:
        found = ast.literal_eval(text) if text.startswith("[") and len(text) < 100_000 else []
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    return tuple(tag for tag in found if isinstance(tag, str) and tag)


def _marked(text: str) -> Iterator[Quotation]:
    """Yield the passages of a cell: each after ``Highlight:``, with the notes on it after ``Note:``."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        found = _MARKED.match(line)
        if found:
            parts.append((found[1].lower(), [line[found.end() :]]))
        elif parts:
            parts[-1][1].append(line)
        elif line.strip():
            parts.append(("highlight", [line]))
    quote = ""
    notes: list[str] = []
    for what, lines in [*parts, ("highlight", [""])]:
        said = "\n".join(lines).strip()
        if what == "highlight":
            if quote or notes:
                yield Quotation(quote, "\n\n".join(notes))
            quote, notes = said, []
        else:
            notes.append(said)


def _plain(text: str) -> str:
    from ple.web.text import plain

    text = text.replace("\\n", "\n")
    if not _TAG.search(text):
        return text.strip()
    lines = (plain(line) for line in re.sub(r"(?i)<(br|/p|/div)\b[^>]*>", "\n", text).split("\n"))
    return "\n".join(lines).strip()


def _iso(text: str) -> str:
    return re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text)


def _book(title: str, author: str) -> dict[str, object]:
    from ple.bookmarks.formats.csl import names

    return {"type": "book", "title": title, **({"author": names(author)} if author else {})}
