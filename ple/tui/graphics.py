"""How terminals draw pictures: the words of kitty, of iTerm2, and sixels (DEC's, of the VT340).

Two say in the environment what they are. A terminal that knows sixels says so when it is asked what it is (device
attributes, DA1: a 4 among them); it is asked while the screens lend it out, since the answer comes as if typed. The
libraries that make sixels measure the terminal as they are imported, or are bindings to C; the format is small.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    from PIL import Image as Pillow

MOST_PIXELS = 60_000_000
MOST_SIXELS = 1200
"""Pixels: terminals of our time take no larger ones at once, and making them takes time."""
_PATIENCE = 0.5
"""Seconds for an answer; over a slow line a picture is no pleasure anyhow."""


def protocol(environ: Mapping[str, str]) -> str | None:
    """Return how the terminal draws pictures, by what it says of itself: `kitty`, `iterm`, `sixel`; None: not said.

    tmux and screen hand none of this on; tmux may know sixels itself, and says so when it is asked.
    """
    if environ.get("TMUX") or environ.get("STY") or environ.get("TERM", "").startswith(("tmux", "screen")):
        return None
    program = environ.get("TERM_PROGRAM", "")
    if environ.get("KITTY_WINDOW_ID") or "kitty" in environ.get("TERM", "") or program == "ghostty":
        return "kitty"
    if program in ("iTerm.app", "WezTerm", "mintty"):
        return "iterm"
    return "sixel" if environ.get("WT_SESSION") else None  # Windows Terminal from 1.22 on; earlier ones pass it over


def asked() -> str | None:
    """Ask the terminal, which nobody else may read meanwhile, whether it draws sixels; None if it does not say so."""
    if sys.platform == "win32":
        return None
    import select
    import termios
    import tty

    answer = b""
    with contextlib.suppress(OSError, ValueError, termios.error):
        keys = os.open("/dev/tty", os.O_RDWR)
        try:
            before = termios.tcgetattr(keys)
            try:
                tty.setcbreak(keys)
                os.write(keys, b"\x1b[c")
                until = time.monotonic() + _PATIENCE
                while not answer.endswith(b"c") and select.select([keys], [], [], max(0, until - time.monotonic()))[0]:
                    answer += os.read(keys, 64)
            finally:
                termios.tcsetattr(keys, termios.TCSAFLUSH, before)
        finally:
            os.close(keys)
    said = re.search(rb"\x1b\[\?([\d;]*)c", answer)
    return "sixel" if said and b"4" in said[1].split(b";")[1:] else None


def room(screen: TextIO) -> tuple[int, int]:
    """Return how many pixels a picture may be wide and high; guessed where the terminal does not say."""
    size = os.get_terminal_size()
    width, height = size.columns * 8, (size.lines - 4) * 16
    if sys.platform != "win32":
        import fcntl
        import struct
        import termios

        with contextlib.suppress(OSError, ValueError):
            said = fcntl.ioctl(screen.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
            _, _, across, down = struct.unpack("HHHH", said)
            if across and down:
                width, height = across, down * (size.lines - 4) // size.lines
    return min(width, MOST_SIXELS), min(max(height, 60), MOST_SIXELS)


def draw(path: Path) -> None:
    """Draw a picture in the terminal that was lent out.

    Raises:
        InvalidInput: it cannot be drawn, or there is no terminal that draws.
        OSError: it cannot be read.
    """
    screen = sys.__stdout__
    if screen is None:
        raise InvalidInput("there is no terminal")
    how = protocol(os.environ) or asked()
    if how is None:
        raise InvalidInput("this terminal does not say that it can draw pictures")
    screen.write(drawn(path, how, os.get_terminal_size().columns, room(screen)))
    screen.flush()


def drawn(path: Path, how: str, columns: int, room: tuple[int, int]) -> str:
    """Return what has a terminal draw a picture. Raises InvalidInput, or OSError if it cannot be read."""
    if how == "iterm":
        data = base64.b64encode(path.read_bytes()).decode()
        return f"\x1b]1337;File=inline=1;width={columns};preserveAspectRatio=1:{data}\x07\n"
    if how == "sixel":
        return "".join(_sixels(opened(path), *room)) + "\n"
    return "".join(_kitty(_png(path), columns)) + "\n"


def opened(path: Path, fit: tuple[int, int] | None = None) -> Pillow.Image:
    """Return a picture with what is clear in it, at least as large as ``fit`` if it was. Raises InvalidInput."""
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        with Pillow.open(path) as found:
            if found.width * found.height > MOST_PIXELS:
                raise InvalidInput("the picture is too large to be drawn here", hint="o opens its page.")
            if fit is not None:
                found.draft("RGB", fit)
            return found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Pillow.DecompressionBombError) as error:
        raise InvalidInput(f"the picture cannot be read: {error}", hint="o opens its page.") from error


def fitted(image: Pillow.Image, width: int, height: int, *, larger: bool = True) -> Pillow.Image:
    """Return a picture that fits so many pixels, on paper where it was clear."""
    from PIL import Image as Pillow

    share = min(width / image.width, height / image.height)
    share = share if larger else min(share, 1.0)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    ground = Pillow.new("RGBA", size, (255, 255, 255, 255))
    ground.alpha_composite(image.resize(size))
    return ground.convert("RGB")


def _png(path: Path) -> bytes:
    """Return the picture as PNG, which is what kitty takes."""
    import io

    kept = io.BytesIO()
    opened(path).save(kept, "PNG")
    return kept.getvalue()


def _kitty(data: bytes, columns: int) -> Iterator[str]:
    said = base64.b64encode(data).decode()
    for at in range(0, len(said), 4096):
        first = f"a=T,f=100,c={columns}," if at == 0 else ""
        yield f"\x1b_G{first}m={int(at + 4096 < len(said))};{said[at : at + 4096]}\x1b\\"


def _sixels(image: Pillow.Image, width: int, height: int) -> Iterator[str]:
    """Yield a picture as bands of six lines, each colour of a band after the other."""
    small = fitted(image, width, height, larger=False).quantize(256)
    wide, high = small.size
    colours = small.getpalette() or []
    yield f'\x1bP0;1q"1;1;{wide};{high}'
    for number in range(len(colours) // 3):
        red, green, blue = (round(part * 100 / 255) for part in colours[number * 3 : number * 3 + 3])
        yield f"#{number};2;{red};{green};{blue}"
    data = small.tobytes()
    for top in range(0, high, 6):
        band: dict[int, bytearray] = {}
        for row in range(min(6, high - top)):
            bit, start = 1 << row, (top + row) * wide
            for across, colour in enumerate(data[start : start + wide]):
                line = band.get(colour)
                if line is None:
                    line = band[colour] = bytearray(b"?" * wide)
                line[across] += bit  # "?" is six dots that are not set; each line sets one bit
        yield "$".join(f"#{colour}{_RUN.sub(_run, line.decode())}" for colour, line in band.items()) + "-"
    yield "\x1b\\"


_RUN = re.compile(r"(.)\1{3,}")


def _run(same: re.Match[str]) -> str:
    return f"!{len(same[0])}{same[1]}"
