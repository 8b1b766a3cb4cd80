"""Works without a web address: which book or paper a record is, so that it is the same one when it comes again."""

import re
import unicodedata

from ple.bookmarks.formats import csl
from ple.bookmarks.formats.record import Record
from ple.web import addresses
from ple.web.errors import BadAddress

_OURS = ("urn:isbn:", "urn:x-ple:work:")


def address(record: Record) -> str:
    """Return the address by which a record is kept: its own, that of the work, or a name (URN) made of who and what.

    Raises:
        BadAddress: it has none, and no title to make a name of.

    """
    if record.url.lower().startswith(_OURS):
        return record.url
    item = record.csl or {}
    if record.url:
        try:
            return addresses.clean(record.url)
        except BadAddress:
            if not csl.address(item):
                raise
    return csl.address(item) or name(record)


def name(record: Record) -> str:
    """Return a name for a work that has no number anywhere: its title, its first author, its year.

    Raises:
        BadAddress: there is no title.

    """
    title = _slug(record.title)
    if not title:
        raise BadAddress("it has neither an address nor a title")
    item = record.csl or {}
    people = item.get("author") or (csl.names(record.author) if record.author else [])
    first = people[0] if isinstance(people, list) and people and isinstance(people[0], dict) else {}
    who = _slug(str(first.get("family") or first.get("literal") or ""))
    year = f"{record.published_at:%Y}" if record.published_at else ""
    return "urn:x-ple:work:" + ":".join(filter(None, (title[:200], who[:80], year)))


def is_on_the_web(url: str) -> bool:
    """Return whether a bookmark's address can be fetched and opened; a book's name cannot."""
    return not url.startswith("urn:")


def _slug(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "-".join(re.findall(r"\w+", folded))
