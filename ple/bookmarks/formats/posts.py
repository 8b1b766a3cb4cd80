"""Posts in XML, as Pinboard writes them, and Delicious did: an element for each, with everything in its attributes."""

from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from ple.bookmarks.formats.record import Record, parse_when


def recognises(head: str) -> bool:
    """Return whether a text is one of these."""
    return "<posts" in head and "<post " in head


def read(data: bytes) -> Iterator[Record]:
    """Yield the bookmarks; ``description`` is the title, ``extended`` the note.

    Raises:
        ValueError: it is damaged.

    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        posts = fromstring(data).iter("post")
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise ValueError("no XML") from error
    for number, post in enumerate(posts, 1):
        said = {name: value.replace("\0", "") for name, value in post.attrib.items()}
        yield Record(
            said.get("href", ""), said.get("description", ""), tuple(said.get("tag", said.get("tags", "")).split()),
            said.get("extended", ""), saved_at=parse_when(said.get("time", "")), unread=said.get("toread") == "yes",
            private=said.get("shared") == "no", line=number,
        )  # fmt: skip
