"""CSV for spreadsheets: a row for each bookmark, and nothing lost on the way back."""

import csv
import io
from collections.abc import Iterable, Iterator

from ple.bookmarks.formats.record import Record, decode, parse_when

NAME = "csv"

_COLUMNS = (
    "url", "title", "note", "tags", "folder", "saved_at", "unread", "starred", "archived", "private", "author",
    "description", "published_at", "language", "read_at", "site_name", "pinned",
)  # fmt: skip
_FLAGS = frozenset({"unread", "starred", "archived", "private", "pinned"})
_TIMES = frozenset({"saved_at", "published_at", "read_at"})
_MAYBE = frozenset({"author", "language", "site_name"})
_FORMULA = ("=", "+", "-", "@", "\t")


def recognises(text: str) -> bool:
    """Return whether a text is a table that we wrote."""
    return text.startswith(",".join(_COLUMNS[:6]) + ",")


def read(data: bytes) -> Iterator[Record]:
    """Yield the bookmarks."""
    csv.field_size_limit(50_000_000)
    table = csv.reader(io.StringIO(decode(data), newline=""))
    head = next(table, [])
    before = table.line_num
    for cells in table:
        line, before = before + 1, table.line_num
        row = {name: _text(cell) for name, cell in zip(head, cells, strict=False) if name in _COLUMNS}
        if row:
            values = {name: _value(name, row.get(name, "")) for name in _COLUMNS}
            yield Record(**values, line=line)  # type: ignore[arg-type]


def write(records: Iterable[Record]) -> str:
    """Return the table, with a head. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for record in records:
        table.writerow([_cell(record, name) for name in _COLUMNS])
    return out.getvalue()


def _cell(record: Record, name: str) -> str:
    value = getattr(record, name)
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, tuple):
        value = ", ".join(value)
    elif name in _TIMES:
        return value.isoformat().replace("+00:00", "Z") if value else ""
    return harmless(value or "")


def harmless(text: str) -> str:
    """Return a text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _text(cell: str) -> str:
    is_quoted = cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'"))
    return (cell[1:] if is_quoted else cell).replace("\0", "")


def _value(name: str, cell: str) -> object:
    if name in _FLAGS:
        return cell == "1"
    if name in _TIMES:
        return parse_when(cell, whenever=name == "published_at")
    if name == "tags":
        return tuple(filter(None, (tag.strip() for tag in cell.split(","))))
    return cell or None if name in _MAYBE else cell
