"""Evernote's ENEX: notes, of which those that were clipped from the web are bookmarks."""

from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from ple.bookmarks.formats.record import Record, parse_when

NAME = "evernote"


def recognises(text: str) -> bool:
    """Return whether a text is one of these."""
    return "<en-export" in text[:5000]


def read(data: bytes) -> Iterator[Record]:
    """Yield the notes; what they say becomes the note of the bookmark.

    Raises:
        ValueError: it is damaged.

    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    from ple.web.text import plain

    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise ValueError("no XML") from error
    for number, note in enumerate(root.iter("note"), 1):
        url = (note.findtext("note-attributes/source-url") or "").strip()
        said = (note.findtext("content") or "").rpartition("<en-note")[2].partition(">")[2]
        yield Record(
            url, note.findtext("title") or "", tuple(tag.text for tag in note.findall("tag") if tag.text), plain(said),
            saved_at=parse_when(note.findtext("created") or ""), line=number,
            problem="" if url else "it is a note of your own, not clipped from a page",
        )  # fmt: skip
