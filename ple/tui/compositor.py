"""Painting no more than what changed.

When one line of a list changes, Textual asks every widget in sight for all of its lines, those behind others too, cuts
them, and lets go of most of the pieces. Here a widget is asked only for the lines in which it has something to say:
that lie in the part of the screen that is painted anew, and are not behind what was painted before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class NearCompositor(Compositor):
    """A compositor that paints what is painted in the end, and nothing else."""

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(places[:-1]) for places in cuts]
        for widget, (region, clip) in self.visible_widgets.items():  # from front to back: the first one is seen
            x, top, width, height = region.intersection(clip)
            right = x + width
            if not width or x >= crop.right or right <= crop.x:
                continue
            near: list[tuple[int, list[int]]] = []
            for y in range(max(top, crop.y), min(top + height, crop.bottom)):
                if is_rendered_line(y):
                    places, line = [cut for cut in cuts[y] if x <= cut <= right], chops[y]
                    if any(line[cut] is None and cut < crop.right and end > crop.x for cut, end in pairwise(places)):
                        near.append((y, places))
            if not near:
                continue
            first, last = near[0][0], near[-1][0]
            strips = widget.render_lines(Region(x - region.x, first - region.y, width, last - first + 1))
            for y, places in near:
                line = chops[y]
                for cut, strip in zip(places, strips[y - first].divide([cut - x for cut in places[1:]]), strict=False):
                    if line[cut] is None:
                        line[cut] = strip
        return chops  # type: ignore[return-value]
