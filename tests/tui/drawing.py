"""Screens as SVG of few bytes: one line of the file is one line of the screen, so that a difference can be read.

Textual's own pictures say where each line is clipped, and bring a font along: ten times as much, on lines that no
person reads. `report` puts what was expected beside what came.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.color import ColorType
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import MONOKAI
from textual.geometry import Region
from textual.strip import Strip

WIDE, HIGH = 8, 17
"""Pixels of a cell."""
MASKS = (
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "0"),  # the port of a server of this run
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "f"),  # a key that is made by chance
    (re.compile(r"\b[0-9a-f]{12,}\b"), "f"),  # a hash of what has a time or a number of this run in it
)
"""What is another at each run by its nature, and what stands in the picture instead."""


def lines_of(app: Any) -> list[list[Segment]]:
    """Return the lines of the screen as they are painted; of what is below a dialog nothing.

    That has pictures of its own, and may still be asking for something while the dialog is open.
    """
    width, height = app.size
    console = Console(width=width, height=height, record=True, force_terminal=True, color_system="truecolor",
                      legacy_windows=False, safe_box=False, file=_Nowhere())  # fmt: skip
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    painted = Segment.filter_control(console._record_buffer)
    lines = [list(Segment.simplify(line)) for line in Segment.split_lines(painted)][:height]
    if app.screen.is_modal:
        shown = Region.from_union(
            [child.region for child in app.screen.children if child.region] or [app.screen.region]
        )
        lines = [_within(line, shown, y) for y, line in enumerate(lines)]
    return [_masked(line) for line in lines]


def _within(line: list[Segment], region: Region, y: int) -> list[Segment]:
    """Return the part of a line that lies in a region, blank on both sides."""
    if not region.y <= y < region.bottom:
        return []
    return [Segment(" " * region.x), *Strip(line).crop(region.x, region.right)]


def svg(app: Any) -> str:
    """Return the screen as SVG."""
    width, height = app.size
    lines = lines_of(app)
    looks: dict[str, str] = {}
    grounds: dict[str, int] = {}
    for line in lines:
        for text, style, _ in line:
            ground = _colours(style)[1]
            grounds[ground] = grounds.get(ground, 0) + cell_len(text)
    ground = max(grounds, key=lambda one: grounds[one])
    body = [_line(number, line, ground, looks) for number, line in enumerate(lines)]
    rules = "".join(f".{name}{{{look}}}" for look, name in looks.items())
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * WIDE} {height * HIGH}" '
            'font-family="DejaVu Sans Mono,monospace" font-size="13.3px">',
            f"<style>text{{white-space:pre}}{rules}</style>",
            f'<rect width="100%" height="100%" fill="{ground}"/>',
            *body,
            "</svg>\n",
        )
    )


def _line(number: int, line: list[Segment], page: str, looks: dict[str, str]) -> str:
    boxes: list[tuple[int, int, str]] = []
    words, x = [], 0
    for text, style, _ in line:
        cells = cell_len(text)
        ink, ground = _colours(style)
        if ground != page:
            if boxes and boxes[-1][1:] == (x, ground):
                boxes[-1] = (boxes[-1][0], x + cells, ground)
            else:
                boxes.append((x, x + cells, ground))
        marked = style is not None and (style.underline or style.strike)
        said = text if marked else text.strip(" ")
        if said:
            at = x + (0 if marked else len(text) - len(text.lstrip(" ")))
            name = looks.setdefault(_look(style, ink), f"s{len(looks)}")
            long = (
                "" if said.isascii() else f' textLength="{cell_len(said) * WIDE}"'
            )  # else any font of one width will do
            words.append(f'<tspan class="{name}" x="{at * WIDE}"{long}>{html.escape(said, quote=False)}</tspan>')
        x += cells
    behind = []
    for from_, to, ground in boxes:
        name = looks.setdefault(f"fill:{ground}", f"s{len(looks)}")
        behind.append(f'<path class="{name}" d="M{from_ * WIDE} 0H{to * WIDE}V{HIGH}H{from_ * WIDE}"/>')
    inner = "".join(behind) + (f'<text y="13">{"".join(words)}</text>' if words else "")
    return f'<g transform="translate(0 {number * HIGH})">{inner}</g>'


def _look(style: Style | None, ink: str) -> str:
    said = f"fill:{ink}"
    if style is not None:
        said += ";font-weight:bold" if style.bold else ""
        said += ";font-style:italic" if style.italic else ""
        lines = [name for name, on in (("underline", style.underline), ("line-through", style.strike)) if on]
        said += f";text-decoration:{' '.join(lines)}" if lines else ""
    return said


def _colours(style: Style | None) -> tuple[str, str]:
    """Return the colours of words and of what is behind them."""

    def hexed(colour: Any, *, foreground: bool) -> str:
        if colour is None or colour.type is ColorType.DEFAULT:
            return "#d9d9d9" if foreground else "#0c0c0c"
        return str(colour.get_truecolor(MONOKAI, foreground=foreground).hex)

    ink = hexed(style.color if style else None, foreground=True)
    ground = hexed(style.bgcolor if style else None, foreground=False)
    if style is not None and style.dim:
        parts = [(int(ink[at : at + 2], 16) + int(ground[at : at + 2], 16)) // 2 for at in (1, 3, 5)]
        ink = "#" + "".join(f"{part:02x}" for part in parts)
    return (ground, ink) if style is not None and style.reverse else (ink, ground)


def _masked(line: list[Segment]) -> list[Segment]:
    whole = "".join(segment.text for segment in line)
    masked = whole
    for pattern, sign in MASKS:
        masked = pattern.sub(lambda match, sign=sign: sign * len(match[0]), masked)
    if masked == whole:
        return line
    parts, at = [], 0
    for text, style, control in line:
        parts.append(Segment(masked[at : at + len(text)], style, control))
        at += len(text)
    return parts


def illegible(app: Any, least: float) -> Iterator[str]:
    """Give the words on screen whose contrast is below the least that is wanted; not those that a dialog covers."""
    regions = [child.region for child in app.screen.children] if app.screen.is_modal else [app.screen.region]
    for y, line in enumerate(lines_of(app)):
        x = 0
        for text, style, _ in line:
            said = text.strip(" ▕▏▎▁▂▃▄▅▆▇█▔│─╭╮╰╯┼╴╶╵╷━┃▌▊▐▀■┤├┴┬")
            covered = not any(region.contains(x, y) for region in regions)
            if said and style is not None and not covered and (ratio := contrast(*_colours(style))) < least:
                yield f"{ratio:.1f} : 1  {said}"
            x += cell_len(text)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 reckons it, from 1 to 21."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def report(folder: Path, expected: Path) -> Path:
    """Write a page that puts the pictures in a folder beside those that were expected; return the page."""
    rows = []
    for came in sorted(folder.glob("*.svg")):
        before = expected / came.name
        shown = f'<img src="{before.resolve().as_uri()}">' if before.exists() else "<p>there was none</p>"
        rows.append(f"<h2>{html.escape(came.stem)}</h2><div>{shown}<img src='{html.escape(came.name)}'></div>")
    page = folder / "report.html"
    style = "<style>div{display:flex;gap:1em}img{width:49vw}</style>"
    head = f"<!doctype html><meta charset=utf-8><title>Looks that changed</title>{style}"
    page.write_text(f"{head}<h1>As it was, and as it is</h1>{''.join(rows)}", encoding="utf-8")
    return page


class _Nowhere:
    """Where nothing is written."""

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        pass
