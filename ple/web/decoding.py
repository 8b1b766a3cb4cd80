"""The text of a page from its bytes: what its BOM, its own words, its header and its metas say of its encoding."""

import codecs
import re

_BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I
)
_MEANT = {  # what browsers take these names to mean (WHATWG Encoding)
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
    "utf8": "utf-8", "unicode": "utf-16", "utf-7": "utf-8",
}  # fmt: skip

_NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
"""Codecs of Python that no text is in; for some of them a megabyte is the work of hours."""


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a page, by its BOM, else as UTF-8 if it is, else as its header, else as its meta claims.

    Bytes that are UTF-8 throughout and not ASCII are that by no accident, whatever the server claims. Never raises.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body.decode(encoding, "replace")
    claims = [name for name in (_claimed(content_type), _declared(body)) if name]
    wide = b"\0" in body[:1000] or b"\x1b$" in body[:100_000] or b"\x1b(" in body[:100_000]
    if not (wide and claims):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for claim in claims:
        if is_charset(claim):
            return body.decode(claim, "replace")
    return body.decode("cp1252" if claims or not _mostly_utf8(body) else "utf-8", "replace")


def is_charset(name: str) -> bool:
    """Return whether this is a charset that a text may be in."""
    try:
        found = codecs.lookup(name)
        b"x".decode(name, "replace")  # zlib and hex are codecs too, but not of text
    except (LookupError, ValueError):
        return False
    return found.name not in _NO_CHARSETS


def _claimed(content_type: str) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", content_type, re.I)
    return _MEANT.get(found[1].lower(), found[1].lower()) if found else None


def _declared(body: bytes) -> str | None:
    found = _META_CHARSET.search(body[:8192])
    if not found:
        return None
    name = found[1].decode("ascii").lower()
    return "utf-8" if name.startswith("utf-16") and b"\0" not in body[:100] else _MEANT.get(name, name)


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    return text.count("\ufffd") * 20 < sum(character > "\x7f" for character in text)
