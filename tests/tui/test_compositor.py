"""What is painted is what Textual would paint, with less work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual._compositor import Compositor
from textual.geometry import Region

from ple.tui.compositor import NearCompositor

from .world import opened, press


def pieces(compositor: Any, way: Any, crop: Region) -> list[tuple[int, int, Any]]:
    """Return what is painted in a part of the screen, each piece with its place."""
    found = []
    for y, line in enumerate(way(compositor, crop, lambda y: crop.y <= y < crop.bottom)):
        ends = compositor.cuts[y][1:]
        for (x, strip), end in zip(line.items(), ends, strict=True):
            if crop.y <= y < crop.bottom and x < crop.right and end > crop.x:
                found.append((x, y, [(text, str(style)) for text, style, _ in strip]))
    return found


async def test_any_part_of_a_screen_is_painted_as_textual_would(typical: Path) -> None:
    async with opened(typical, "2", size=(120, 40)) as pilot:
        parts = [(0, 0, 120, 40), (31, 3, 40, 1), (0, 1, 30, 20), (20, 10, 30, 18), (119, 2, 1, 8), (0, 39, 120, 1)]
        for keys in (["j", "j", "s"], ["h", "j"], ["l", "l", "pagedown"]):
            await press(pilot, *keys)
            compositor = pilot.app.screen._compositor
            assert isinstance(compositor, NearCompositor)
            for part in parts:
                crop = Region(*part)
                said = pieces(compositor, NearCompositor._render_chops, crop)
                assert said
                assert said == pieces(compositor, Compositor._render_chops, crop)
