"""Pictures for whoever is sent a link: title, author and site, in the theme's colours, as chats and networks show them.

The letters are those that Pillow brings along, so most previews are the same on every computer. They know English
alone; what they cannot write is written with the first font of this computer that can, and has no preview of its own
where none can.
"""

import hashlib
import io
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 1200, 630
_MARGIN = 90
_SIZES = (84, 72, 60, 50)
_LINES = 5
_FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "FreeSans.ttf", "Carlito-Regular.ttf"),
    *(
        "Arial.ttf",
        "arial.ttf",
        "segoeui.ttf",
        "Arial Unicode.ttf",
        "NotoSansCJK-Regular.ttc",
        "msyh.ttc",
        "PingFang.ttc",
    ),
)


@dataclass(frozen=True, slots=True)
class Colours:
    """What a preview is painted with."""

    paper: str = "#fdfcf8"
    ink: str = "#1d1d1b"
    mark: str = "#0b5563"

    @classmethod
    def of(cls, style: bytes) -> "Colours":
        """Return the colours that a style sheet gives first, as those of light pages."""
        text = style.decode("utf-8", "replace")
        found = {}
        for name in ("paper", "ink", "mark"):
            if said := re.search(rf"--{name}:\s*(#[0-9a-fA-F]{{6}}|#[0-9a-fA-F]{{3}})\s*[;}}]", text):
                found[name] = said[1]
        return cls(**found)


def font_for(*words: str) -> str | None:
    """Return the name of a font that can write all of ``words``, empty for Pillow's own; None when there is none."""
    wanted = frozenset("".join(words)) - {" "}
    if not wanted or not all(map(str.isprintable, wanted)):
        return None
    return next((name for name in ("", *_fonts()) if all(_known(name, letter) for letter in wanted)), None)


@lru_cache(maxsize=64)
def stamp(font: str) -> str:
    """Return what tells a font from another of the same name."""
    return hashlib.blake2b(Path(_font(font, 36).path).read_bytes(), digest_size=16).hexdigest() if font else ""


def preview(title: str, below: str, colours: Colours, font: str = "") -> bytes:
    """Return a PNG that says ``title``, and ``below`` it whose it is and where."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), colours.paper)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 28, HEIGHT), fill=colours.mark)
    size, lines = _set(title, font)
    height = round(size * 1.22)
    top = max(_MARGIN - 20, (HEIGHT - 110 - height * len(lines)) // 2)
    for number, line in enumerate(lines):
        draw.text((_MARGIN, top + number * height), line, fill=colours.ink, font=_font(font, size))
    draw.line((_MARGIN, HEIGHT - 118, WIDTH - _MARGIN, HEIGHT - 118), fill=colours.mark, width=3)
    draw.text((_MARGIN, HEIGHT - 96), _cut(below, font, 36), fill=colours.mark, font=_font(font, 36))
    out = io.BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _set(title: str, font: str) -> tuple[int, Sequence[str]]:
    """Return the largest size that a title fits in, and its lines."""
    lines: list[str] = []
    for size in _SIZES:
        lines = _lines(title, font, size)
        if len(lines) <= min(_LINES, 380 // round(size * 1.22)):
            return size, lines
    most = min(_LINES, 380 // round(_SIZES[-1] * 1.22))
    return _SIZES[-1], [*lines[: most - 1], _cut(lines[most - 1] + " …", font, _SIZES[-1])]


def _lines(title: str, font: str, size: int) -> list[str]:
    lines: list[str] = [""]
    for word in title[:400].split():
        joined = f"{lines[-1]} {word}".strip()
        if _length(joined, font, size) <= WIDTH - 2 * _MARGIN:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        while _length(word, font, size) > WIDTH - 2 * _MARGIN:
            fits = 1 + bisect(range(2, len(word) + 1), WIDTH - 2 * _MARGIN, key=partial(_begun, word, font, size))
            lines[-1:] = [word[:fits], ""]
            word = word[fits:]
        lines[-1] = word
    return lines


def _begun(word: str, font: str, size: int, letters: int) -> int:
    return ceil(_length(word[:letters], font, size))


def _cut(words: str, font: str, size: int) -> str:
    if _length(words, font, size) <= WIDTH - 2 * _MARGIN:
        return words
    words = words.removesuffix(" …")[:300]
    fits = bisect(
        range(1, len(words) + 1), WIDTH - 2 * _MARGIN - _length("…", font, size), key=partial(_begun, words, font, size)
    )
    return words[:fits].rstrip() + "…"


def _length(words: str, font: str, size: int) -> float:
    length: float = _font(font, size).getlength(words)
    return length


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    """Return the fonts of this computer that we know by name, as Linux, Windows and macOS have them."""
    found = []
    for name in _FONTS:
        try:
            _font(name, 36)
        except OSError:
            continue
        found.append(name)
    return tuple(found)


@lru_cache(maxsize=8192)
def _known(font: str, letter: str) -> bool:
    return bytes(_font(font, 36).getmask(letter)) != _nothing(font)


@lru_cache(maxsize=64)
def _nothing(font: str) -> bytes:
    return bytes(_font(font, 36).getmask("\U0010fffd"))  # a letter that no font has
