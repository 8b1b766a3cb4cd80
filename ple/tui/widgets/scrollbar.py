"""The bar beside a long list. In a list of a hundred thousand lines it looks the same after most steps."""

from __future__ import annotations

from typing import Self

from rich.console import RenderableType
from textual.geometry import Region
from textual.scrollbar import ScrollBar


class SteadyBar(ScrollBar):
    """A bar that is painted anew only when it looks different, which Textual does at every step."""

    _painted: object = None

    def _picture(self) -> object:
        """Return all that its picture depends on: where the thumb is, in eighths of a cell as Textual draws it."""
        size, lines, shown = self.size.height, self.window_virtual_size, self.window_size
        if not size or shown >= lines:
            return self.size, self.grabbed, self.mouse_over
        thumb = max(1.0, shown * size / lines)
        begins = int((size - thumb) * self.position / (lines - shown) * 8)
        return self.size, self.grabbed, self.mouse_over, begins, int(thumb * 8)

    def render(self) -> RenderableType:
        """Draw it."""
        self._painted = self._picture()
        return super().render()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw it again, if anything but its position in the list differs."""
        if layout or recompose or regions or self._picture() != self._painted:
            super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def notify_style_update(self) -> None:
        """Forget what it looked like in the old colours."""
        super().notify_style_update()
        self._painted = None
