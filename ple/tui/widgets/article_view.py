"""Reading: an article of any length, laid out to a measure that eyes can follow.

Blocks become lines (offsets only), and lines become strips when they come into sight. What fits two screens is laid out
at once and the rest in slices of some milliseconds, so that half a megabyte opens as quickly as a note. Every cell
knows its place in the text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from ple.tui.palette import Palette
from ple.tui.widgets.blocks import Block, Prose
from ple.tui.widgets.layout import BLANK, Line, lead, lines_of

MEASURE = 76
"""Cells of text in a line; 66 to 80 are what typographers give for reading."""
SLICE = 0.010


class ArticleView(ScrollView, can_focus=True):
    """Shows prose; scrolls by lines and pages; offers its links by number."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "line(1)", "Line down", show=False, id="article.down"),
        Binding("k,up", "line(-1)", "Line up", show=False, id="article.up"),
        Binding("space,pagedown", "page(1)", "Page down", show=False, id="article.page-down"),
        Binding("b,pageup", "page(-1)", "Page up", show=False, id="article.page-up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="article.half-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="article.half-up"),
        Binding("home", "top", "Top", show=False, id="article.top"),
        Binding("G,end", "bottom", "Bottom", show=False, id="article.bottom"),
        Binding("f", "follow", "Links", id="article.follow"),
    ]

    @dataclass
    class Follow(Message):
        """The learner wants the links; or, with a number, this one."""

        view: ArticleView
        number: int | None = None

        @property
        def control(self) -> ArticleView:
            """The view, for selectors of `on`."""
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.prose = Prose()
        self._lines: list[Line] = []
        self._heads: list[int] = []  # the first line of each block that is laid out
        self._done = 0
        self._measure = 0
        self._layout = 0
        self._wanted = 0
        self._strips: LRUCache[int, Strip] = LRUCache(512)
        self._styles: dict[str, Style] = {}

    def show(self, prose: Prose, *, keep_place: bool = False) -> None:
        """Show this article from its beginning, or, when it is the same one again, from where the reader was."""
        offset = self.place if keep_place else 0
        self._wanted = 0
        self.prose = prose
        self._lay_out(offset)

    @property
    def place(self) -> int:
        """The offset in the text of the first line in sight."""
        for line in self._lines[self.scroll_offset.y :]:
            if line.block >= 0:
                return self.prose.blocks[line.block].start + line.start
        return 0

    @property
    def progress(self) -> float:
        """How much of the article is above the end of the screen, from 0 to 1."""
        return min(1.0, (self.scroll_offset.y + self.size.height) / max(1, len(self._lines)))

    @property
    def complete(self) -> bool:
        """Whether all of it is laid out."""
        return self._done >= len(self.prose.blocks) or not self.size.height

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.complete and self.scroll_offset.y >= self.max_scroll_y

    # layout

    def on_resize(self) -> None:
        """Lay out for the new measure; the reader stays at the same words."""
        if self._width_of_text() != self._measure:
            wanted, self._wanted = self._wanted, 0
            self._lay_out(wanted or self.place)
        else:
            self._strips.clear()

    def _width_of_text(self) -> int:
        return max(1, min(MEASURE, self.scrollable_content_region.width - 2))

    def _margin(self) -> int:
        return max(1, (self.scrollable_content_region.width - self._measure) // 2)

    def _lay_out(self, offset: int = 0) -> None:
        self._layout += 1
        self._lines, self._heads, self._done = [], [], 0
        self._strips.clear()
        self._measure = self._width_of_text()
        if not self.size.height:
            self._measure = 0
            return
        self._some(until=offset, lines=self.size.height * 2)
        self._sized()
        self.scroll_to(y=self._line_of(offset) if offset else 0, animate=False, force=True)
        if self._done < len(self.prose.blocks):
            self.set_timer(0.001, self._continuation(self._layout))

    def _continuation(self, layout: int) -> Callable[[], None]:
        return lambda: self._rest(layout)

    def _rest(self, layout: int) -> None:
        if layout == self._layout:
            self._some()
            more = self._done < len(self.prose.blocks)
            if not more or len(self._lines) > 2 * self.virtual_size.height:
                self._sized()  # lays out the whole screen: not after each slice
            if more:
                self.set_timer(0.004, self._continuation(layout))

    def _sized(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self.refresh()

    def _some(self, until: int = 0, lines: int = 0) -> None:
        """Lay out blocks for a slice of time, and at least up to an offset and a number of lines."""
        deadline = time.perf_counter() + SLICE
        blocks = self.prose.blocks
        while self._done < len(blocks):
            block = blocks[self._done]
            if self._done and block.gap:
                self._lines.append(BLANK)
            self._heads.append(len(self._lines))
            self._lines.extend(lines_of(self._done, block, self._measure))
            self._done += 1
            if len(self._lines) >= lines and block.start >= until and time.perf_counter() > deadline:
                break

    def _line_of(self, offset: int) -> int:
        for number, block in enumerate(self.prose.blocks[: self._done]):
            if block.start <= offset <= block.start + len(block.text):
                for index in range(self._heads[number], len(self._lines)):
                    line = self._lines[index]
                    if line.block != number:
                        break
                    if line.shows(offset - block.start):
                        return index
                return self._heads[number]
        return 0

    def _laid_out_to(self, offset: int) -> int:
        """Return the line of a place in the text, laid out if it was not yet."""
        if self._done < len(self.prose.blocks) and self.prose.blocks[self._done].start <= offset:
            self._some(until=offset)
            self._sized()
        return self._line_of(offset)

    def go_to(self, offset: int) -> None:
        """Let a place in the text be on the first line in sight."""
        if self._measure:
            self.scroll_to(y=self._laid_out_to(offset), animate=False, force=True)
        else:
            self._wanted = offset

    def reveal(self, offset: int) -> None:
        """Scroll as little as needed to see a place in the text, with some lines around it."""
        line, height = self._laid_out_to(offset), self.size.height
        around = min(3, height // 4)
        if line < self.scroll_offset.y + around:
            self.scroll_to(y=line - around, animate=False, force=True)
        elif line >= self.scroll_offset.y + height - around:
            self.scroll_to(y=line - height + 1 + around, animate=False, force=True)

    def line_from(self, offset: int, lines: int) -> int:
        """Return the place in the text that stands some lines below (above) another one."""
        index = self._laid_out_to(offset)
        here = self._lines[index] if index < len(self._lines) else BLANK
        column = max(0, offset - self.prose.blocks[here.block].start - here.start) if here.block >= 0 else 0
        step = 1 if lines > 0 else -1
        for _ in range(abs(lines)):
            index += step
            while 0 <= index < len(self._lines) and (self._lines[index].block < 0 or self._lines[index].runs):
                index += step
        if not 0 <= index < len(self._lines):
            return offset
        line = self._lines[index]
        return self.prose.blocks[line.block].start + min(line.start + column, max(line.start, line.end - 1))

    def offsets_of(self, selection: Selection) -> tuple[int, int] | None:
        """Return from where to where a selection with the mouse reaches in the text; None where there is no text."""
        places: list[int] = []
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else len(self._lines) - 1
        for index in range(max(0, first), min(last, len(self._lines) - 1) + 1):
            line = self._lines[index]
            if line.block < 0 or line.runs is not None or (stretch := selection.get_span(index)) is None:
                continue
            block = self.prose.blocks[line.block]
            margin = self._margin() + cell_len(lead(block, self._measure, first=line.first))
            start = min(line.end, line.start + max(0, stretch[0] - margin))
            end = line.end if stretch[1] == -1 else min(line.end, line.start + max(0, stretch[1] - margin))
            places += [block.start + start, block.start + end]
        return (min(places), max(places)) if places and min(places) < max(places) else None

    # painting

    def style_of(self, name: str) -> Style:
        """Return the style of a name in the palette, or of plain words."""
        style = self._styles.get(name)
        if style is None:
            style = Palette.of(self.app)[name] if name else self.rich_style
            self._styles[name] = style
        return style

    def render_line(self, y: int) -> Strip:
        """Paint one line of the pane."""
        index = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        base = self.style_of("")
        if index >= len(self._lines):
            return Strip.blank(width, base)
        strip = self._strips.get(index)
        if strip is None:
            strip = Strip(Segment.simplify(self._segments(index, base)))
            strip = strip.adjust_cell_length(width, base).apply_offsets(0, index)
            self._strips[index] = strip
        return strip

    def _segments(self, index: int, base: Style) -> Iterator[Segment]:
        line = self._lines[index]
        if line.block < 0:
            yield Segment(" " * self._margin(), base)
            return
        block = self.prose.blocks[line.block]
        if sign := self.sign_at(block.start + line.start, block.start + line.end):
            yield Segment(" " * (self._margin() - 1), base)
            yield Segment(sign, base + self.style_of("chosen"))
        else:
            yield Segment(" " * self._margin(), base)
        style = base
        if name := _STYLE_OF_KIND.get(block.kind):
            style += self.style_of(name)
        prefix = lead(block, self._measure, first=line.first)
        if prefix:
            quote = "▌" in prefix
            style = style + self.style_of("quote") if quote and not name else style
            yield Segment(prefix, base + self.style_of("rule" if quote else "meta"))
        if line.runs is not None:
            for run in line.runs:
                if run.drawn:
                    yield Segment(run.drawn, style)
                else:
                    yield from self._words(block, run.start, run.end, style)
            return
        shown_to = line.start + len(block.text[line.start : line.end].rstrip())
        chosen: tuple[int, int] | None = None
        if self.text_selection is not None and (stretch := self.text_selection.get_span(index)) is not None:
            before = self._margin() + cell_len(prefix)
            end = shown_to if stretch[1] == -1 else min(shown_to, line.start + max(0, stretch[1] - before))
            chosen = line.start + max(0, stretch[0] - before), end
        yield from self._words(block, line.start, shown_to, style, chosen)

    def _words(
        self, block: Block, start: int, end: int, style: Style, chosen: tuple[int, int] | None = None
    ) -> Iterator[Segment]:
        """Paint words of a block with all that lies over them."""
        layers = [
            (span.start, span.end, self._span_style(span.style, span.link))
            for span in block.spans
            if span.start < end and span.end > start
        ]
        for from_, to, name in self.laid_over(block.start + start, block.start + end):
            layers.append((from_ - block.start, to - block.start, self.style_of(name)))
        if chosen is not None:
            layers.append((*chosen, self.style_of("selection")))
        cuts = {start, end}
        for from_, to, _ in layers:
            cuts |= {max(start, min(from_, end)), max(start, min(to, end))}
        for here, there in pairwise(sorted(cuts)):
            piece = style
            for from_, to, layer in layers:
                if from_ <= here and to >= there:
                    piece += layer
            yield Segment(block.text[here:there].replace("\n", " "), piece)

    def laid_over(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        """Give (start, end, style) of what lies over the text between two places, in the order of painting."""
        return ()

    def sign_at(self, start: int, end: int) -> str:
        """Return the sign in the margin of the lines with the text between two places; nothing for no sign."""
        return ""

    def repaint(self) -> None:
        """Paint every line anew."""
        self._strips.clear()
        self.refresh()

    def _span_style(self, name: str, link: int) -> Style:
        style = self.style_of(name)
        return style + Style.from_meta({"link": link}) if link else style

    def notify_style_update(self) -> None:
        """Forget what was painted in the old colours."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()

    # text that is selected with the mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what is selected, without margins."""
        margin = " " * self._margin()
        lines = (margin + self._plain(line) for line in self._lines)
        said = selection.extract("\n".join(lines))
        return "\n".join(part.removeprefix(margin) for part in said.split("\n")), "\n"

    def _plain(self, line: Line) -> str:
        if line.block < 0:
            return ""
        block = self.prose.blocks[line.block]
        prefix = lead(block, self._measure, first=line.first)
        if line.runs is not None:
            return prefix + "".join(run.drawn or block.text[run.start : run.end] for run in line.runs).rstrip()
        return prefix + block.text[line.start : line.end].rstrip()

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the selection."""
        self._strips.clear()
        self.refresh()

    # keys

    def action_line(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def action_page(self, pages: float) -> None:
        """Scroll by parts of the pane; one line stays in sight."""
        self.scroll_to(y=self.scroll_offset.y + int(pages * max(1, self.size.height - 1)), animate=False, force=True)

    def action_top(self) -> None:
        """Go to the beginning."""
        self.scroll_to(y=0, animate=False, force=True)

    def action_bottom(self) -> None:
        """Go to the end."""
        if self._done < len(self.prose.blocks):
            self._some(until=len(self.prose.text))
            self._sized()
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    def action_follow(self) -> None:
        """Offer the links."""
        self.post_message(self.Follow(self))

    def on_click(self, event: events.Click) -> None:
        """Follow the link that was clicked."""
        number = event.style.meta.get("link") if event.style else None
        if isinstance(number, int):
            self.post_message(self.Follow(self, number))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer links only where there are some."""
        return bool(self.prose.links) if action == "follow" else True


_STYLE_OF_KIND = {
    "h1": "title", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading", "pre": "code",
    "meta": "meta", "rule": "rule", "caption": "meta", "link": "meta",
}  # fmt: skip
