"""Markdown: a list to read, and to paste into a text."""

import re
from collections.abc import Iterable
from itertools import groupby

from ple.bookmarks.formats.record import Record

NAME = "markdown"

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")


def write(records: Iterable[Record]) -> str:
    """Return a list of links, under a heading for each folder if there are any."""
    lines = ["# Bookmarks", ""]
    for folder, some in groupby(sorted(records, key=lambda record: record.folder), lambda record: record.folder):
        if folder:
            lines += [f"## {_text(folder)}", ""]
        for record in some:
            url = re.sub(r"[<>\s]", lambda found: f"%{ord(found[0]):02X}", record.url)
            tags = " ".join(f"#{tag.replace(' ', '-')}" for tag in record.tags)
            lines.append(f"- [{_text(record.title or record.url)}](<{url}>)" + (f" {tags}" if tags else ""))
            lines += [f"  {line}".rstrip() for line in record.note.splitlines()]
        lines.append("")
    return "\n".join(lines)


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
