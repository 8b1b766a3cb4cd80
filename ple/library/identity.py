"""Time, names and identity: now in UTC, UUIDs that sort by time, and how a tag is written."""

import datetime as dt
import secrets
import time
import unicodedata
import uuid
from functools import lru_cache


def utc_now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then chance.

    ``uuid.uuid7`` arrives with Python 3.14; this stands in for it until that is our floor.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return uuid.UUID(int=value)


@lru_cache(maxsize=10_000)  # few tags, on many things: an import folds each a hundred times
def fold_tag(tag: str) -> str:
    """Return ``tag`` as it is stored: NFC, case-folded, one space for many, no commas, no ``#`` in front.

    Slashes nest (``math/topology``); empty levels go. The empty string means that nothing was left of it.
    """
    printable = "".join(" " if unicodedata.category(c)[0] == "C" or c == "," else c for c in tag)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", printable).casefold())
    levels = (" ".join(level.split()) for level in folded.split("/"))
    return "/".join(level for level in levels if level).lstrip("#/ ")[:200].rstrip("/ ")
