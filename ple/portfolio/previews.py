"""Pictures for whoever is sent a link: title, author and site, in the theme's colours, as chats and networks show them.

The letters are those that Pillow brings along, so most previews are the same on every computer. They know English
alone; what they cannot write is written with the first font of this computer that has every letter of it, and has no
preview of its own where none has: nothing is drawn as empty boxes, or with its letters in the wrong order.
"""

import hashlib
import io
import os
import re
import unicodedata
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
    *("Arial.ttf", "segoeui.ttf", "Arial Unicode.ttf"),
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "msyh.ttc"),
    *("PingFang.ttc", "Hiragino Sans GB.ttc", "YuGothM.ttc", "meiryo.ttc", "ipag.ttf", "malgun.ttf"),
    *("AppleSDGothicNeo.ttc", "NanumGothic.ttf", "DroidSansFallbackFull.ttf"),
    *("NotoSansArabic-Regular.ttf", "NotoNaskhArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf"),
    *("NotoSansDevanagari-Regular.ttf", "NotoSansBengali-Regular.ttf", "NotoSansTamil-Regular.ttf", "Nirmala.ttc"),
    *("Nirmala.ttf", "Kohinoor.ttc", "NotoSansThai-Regular.ttf", "LeelawUI.ttf", "Thonburi.ttc"),
    *("NotoSansKhmer-Regular.ttf", "NotoSansMyanmar-Regular.ttf", "NotoSansEthiopic-Regular.ttf"),
)
"""Fonts of Linux, Windows and macOS, the plainest first; each is tried for all of a title."""
_FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    *("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
)
_SHAPED = re.compile(
    "[\u0590-\u109f\u1780-\u18af\u1900-\u1aaf\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00011fff"
    "\U0001e800-\U0001efff]"
)
"""Scripts that run from right to left, or whose letters change with their neighbours."""


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
    """Return the font that can write all of ``words``, empty for Pillow's own; None when there is none.

    Several, one a line, where it takes more than one, as for Chinese with a number in it.
    """
    said = "".join(words)
    wanted = frozenset(said) - {" "}
    if not wanted or not all(map(str.isprintable, wanted)):
        return None
    if _SHAPED.search(said) and not _shapes():
        return None  # every letter would be there, and none as it is read
    fonts = ("", *_fonts())
    alone = next((name for name in fonts if all(_known(name, letter) for letter in wanted)), None)
    if alone is not None or _SHAPED.search(said):
        return alone
    first = {letter: next((name for name in fonts if name and _known(name, letter)), None) for letter in wanted}
    used = set(first.values())
    return None if None in used else "\n".join(name for name in fonts if name in used)


@lru_cache(maxsize=64)
def stamp(font: str) -> str:
    """Return what tells a font from another of the same name."""
    digest = hashlib.blake2b(digest_size=16)
    for path in font.split("\n") if font else ():
        digest.update(Path(path).read_bytes())
    return digest.hexdigest() if font else ""


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
        left = WIDTH - _MARGIN - round(_length(line, font, size)) if _from_right(title) else _MARGIN
        _write(draw, (left, top + number * height), line, font, size, colours.ink)
    draw.line((_MARGIN, HEIGHT - 118, WIDTH - _MARGIN, HEIGHT - 118), fill=colours.mark, width=3)
    _write(draw, (_MARGIN, HEIGHT - 96), _cut(below, font, 36), font, 36, colours.mark)
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
    return float(sum(_font(name, size).getlength(part) for name, part in _parts(words, font)))


def _write(draw: Any, at: tuple[int, int], words: str, font: str, size: int, colour: str) -> None:
    left = float(at[0])
    several = "\n" in font
    for name, part in _parts(words, font):
        letters = _font(name, size)
        # letters of several fonts stand on one line; of one font they stand as they always did
        spot = (left, at[1] + round(size * 0.93)) if several else (left, at[1])
        draw.text(spot, part, fill=colour, font=letters, anchor="ls" if several else "la")
        left += letters.getlength(part)


def _parts(words: str, font: str) -> Sequence[tuple[str, str]]:
    """Return words in pieces, each with the font that writes it."""
    names = font.split("\n")
    if len(names) == 1:
        return [(font, words)]
    found: list[tuple[str, str]] = []
    for letter in words:
        last = found[-1][0] if found else names[0]
        name = last if letter == " " else next((one for one in names if _known(one, letter)), last)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + letter)
        else:
            found.append((name, letter))
    return found


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    """Return where the fonts of this computer are that we know by name."""
    wanted = {name.casefold() for name in _FONTS}
    there: dict[str, str] = {}
    more = [f"{folder}/fonts" for folder in os.environ.get("XDG_DATA_DIRS", "").split(":") if folder]
    for folder in dict.fromkeys([*_FOLDERS, *more]):
        for parent, _folders, names in os.walk(Path(folder).expanduser()):
            for name in names:
                if name.casefold() in wanted:
                    there.setdefault(name.casefold(), str(Path(parent) / name))
    found = []
    for name in _FONTS:
        if path := there.get(name.casefold()):
            try:
                _font(path, 36)
            except OSError:
                continue
            found.append(path)
    return tuple(found)


@lru_cache(maxsize=1)
def _shapes() -> bool:
    """Say whether letters are put as their script wants it: Pillow needs libraries for that."""
    from PIL import features

    return bool(features.check("raqm"))


def _from_right(words: str) -> bool:
    """Say whether a text begins at the right."""
    kinds = (unicodedata.bidirectional(letter) for letter in words)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


@lru_cache(maxsize=8192)
def _known(font: str, letter: str) -> bool:
    return bytes(_font(font, 36).getmask(letter)) != _nothing(font)


@lru_cache(maxsize=64)
def _nothing(font: str) -> bytes:
    return bytes(_font(font, 36).getmask("\U0010fffd"))  # a letter that no font has
