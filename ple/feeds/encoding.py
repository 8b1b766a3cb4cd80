"""Bytes: which encoding a feed is in, and what certainly is no feed. Pure."""

import re

_UTF16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00", b"\x4c\x6f\xa7\x94")
_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding=[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_ESCAPED = re.compile(r"iso-?2022|hz|utf-?7", re.IGNORECASE)
_CHARACTER = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,40})|([0-9]{1,40}));")


def settle(body: bytes, content_type: str | None) -> tuple[bytes, str | None]:
    """Return the body without what may not stand before a declaration, and its encoding if we are sure of it.

    A byte order mark, then bytes that are valid UTF-8, then the header; else its declaration (newsboat #2230).
    """
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].lstrip(), "utf-8"
    if body.startswith(_UTF16_32):
        return body, None
    body = body.lstrip()
    declared = _DECLARED.match(body)
    by_escapes = declared is not None and _ESCAPED.match(declared[1].decode()) is not None
    if not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return body, "utf-8"
    elif by_escapes:
        return body, None
    header = _CHARSET.search(content_type or "")
    return body, header[1] if header else None


def declared(body: bytes) -> str | None:
    """Return the encoding that an XML declaration names, in lower case."""
    found = _DECLARED.match(body)
    return found[1].decode().lower() if found else None


def possible_characters(body: bytes) -> bytes:
    """Return the body with references to characters that do not exist replaced."""
    return _CHARACTER.sub(_possible_character, body)


def _possible_character(reference: re.Match[bytes]) -> bytes:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else b"&#65533;"


_FILES = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "a compressed file"), (b"ID3", "a sound file"),
    (b"OggS", "a media file"),
)  # fmt: skip


def kind_of_file(body: bytes) -> str | None:
    """Say what a body is that certainly is no feed, by its first bytes."""
    if body[:4] == b"RIFF" or body[4:8] == b"ftyp":
        return "a media file"
    return next((name for start, name in _FILES if body.startswith(start)), None)
