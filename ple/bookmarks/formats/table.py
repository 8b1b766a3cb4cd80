"""CSV for spreadsheets: a row for each bookmark."""

import csv
import io
from collections.abc import Iterable

from ple.bookmarks.formats.record import Record

NAME = "csv"

_COLUMNS = ("url", "title", "note", "tags", "folder", "saved_at", "unread", "starred", "archived", "private", "author")


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
    elif name == "saved_at":
        return value.isoformat().replace("+00:00", "Z") if value else ""
    text = value or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
