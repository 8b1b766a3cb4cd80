"""The picture of a badge, where the badge brings it along in its words (a ``data:`` address), as those of Moodle do.

Only pictures that can do nothing are taken: PNG, JPEG, GIF and WebP, told by their first bytes; never SVG.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 2_000_000
_STARTS = {
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"GIF8": ("image/gif", "gif"),
    b"RIFF": ("image/webp", "webp"),
}
RASTER = frozenset(media_type for media_type, _ in _STARTS.values())


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, with a name for its file."""

    name: str
    media_type: str
    data: bytes


def picture_in(said: Mapping[str, Any]) -> Picture | None:
    """Return the picture in the words of a credential, or None."""
    for address in _addresses(said):
        head, comma, body = address.partition(",")
        if not comma or not head.startswith("data:image/") or not head.endswith(";base64") or len(body) > LARGEST * 2:
            continue
        try:
            data = base64.b64decode("".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        for start, (media_type, suffix) in _STARTS.items():
            whole = data.startswith(start) and (suffix != "webp" or data[8:12] == b"WEBP")
            if whole and len(data) <= LARGEST:
                return Picture(f"picture.{suffix}", media_type, data)
    return None


def _addresses(said: Mapping[str, Any]) -> Iterator[str]:
    subject = said.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and subject else subject
    inner = subject.get("achievement") if isinstance(subject, dict) else said.get("badge")
    inner = inner[0] if isinstance(inner, list) and inner else inner
    for holder in (said, inner):
        image = holder.get("image") if isinstance(holder, Mapping) else None
        image = image.get("id") if isinstance(image, dict) else image
        if isinstance(image, str):
            yield image
