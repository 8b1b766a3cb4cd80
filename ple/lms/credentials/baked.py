"""Badges in pictures: the credential that a PNG or SVG carries ("baked"). Pure; never changes the picture.

Open Badges Baking 2.0, and Open Badges 3.0 section 5.3: a PNG holds it in an ``iTXt`` chunk called ``openbadges`` (2.0)
or ``openbadgecredential`` (3.0), an SVG in an element of the Open Badges namespace, as an attribute ``verify`` (a token
or an address) or as its text (JSON).
"""

import struct
import zlib

from ple.lms.credentials.errors import Malformed, NoCredential

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadgecredential", b"openbadges")
NAMESPACES = {
    "{https://purl.imsglobal.org/ob/v3p0}credential",
    "{http://openbadges.org}assertion",
    "{https://openbadges.org}assertion",
}
LONGEST = 5_000_000
"""Bytes of a credential in a picture, after decompression."""


def from_png(data: bytes) -> str:
    """Return the text that a PNG carries.

    Raises:
        NoCredential: it carries none.
        Malformed: the picture is damaged, or carries several.
    """
    found: list[bytes] = []
    at = len(PNG)
    while at < len(data):
        if len(data) - at < 12:
            raise Malformed("the picture ends in the middle")
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or len(data) < at + 12 + length:
            raise Malformed("the picture ends in the middle")
        if kind in (b"iTXt", b"tEXt"):
            (crc,) = struct.unpack_from(">I", data, at + 8 + length)
            keyword, _, rest = body.partition(b"\0")
            if keyword in KEYWORDS:
                if zlib.crc32(kind + body) != crc:
                    raise Malformed("the badge in the picture is damaged")
                found.append(_international(rest) if kind == b"iTXt" else rest)
        if kind == b"IEND":
            break
        at += 12 + length
    if not found:
        raise NoCredential("there is no badge in this picture")
    if len(set(found)) > 1:
        raise Malformed("the picture carries several badges that differ")
    return _text(found[0])


def from_svg(data: bytes) -> str:
    """Return the text that an SVG carries.

    Raises:
        NoCredential: it carries none.
        Malformed: it is no XML, has entities of its own, or carries several.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:  # pictures come with a DOCTYPE; entities and external references are refused
        root = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("the picture is no SVG that can be trusted") from error
    found: set[str] = set()
    for element in root.iter():
        if element.tag in NAMESPACES:
            said = (element.text or "").strip() or (element.get("verify") or "").strip()
            if said:
                found.add(said)
    if not found:
        raise NoCredential("there is no badge in this picture")
    if len(found) > 1:
        raise Malformed("the picture carries several badges that differ")
    return found.pop()


def _international(rest: bytes) -> bytes:
    """Return the text of an iTXt chunk: flag, method, language, translated keyword, text (PNG section 11.3.3.4)."""
    if len(rest) < 2:
        raise Malformed("the badge in the picture is damaged")
    compressed, method = rest[0], rest[1]
    _, _, after = rest[2:].partition(b"\0")
    _, _, text = after.partition(b"\0")
    if not compressed:
        return text
    if method != 0:
        raise Malformed("the badge in the picture is packed in a way that nobody knows")
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(text, LONGEST)
    except zlib.error as error:
        raise Malformed("the badge in the picture is damaged") from error
    if unpacking.unconsumed_tail:
        raise Malformed("the badge in the picture is too large")
    return plain


def _text(raw: bytes) -> str:
    if len(raw) > LONGEST:
        raise Malformed("the badge in the picture is too large")
    try:
        return raw.decode("utf-8").strip().strip("\0")
    except UnicodeDecodeError as error:
        raise Malformed("the badge in the picture is no text") from error
