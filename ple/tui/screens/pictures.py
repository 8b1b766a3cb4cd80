"""The pictures of a saved page: those that are kept here, in half cells, or whole where the terminal can draw them.

Nothing is fetched unasked, and nothing here is imported before somebody wants to see a picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Choose, Confirm
from ple.tui.graphics import draw, fitted, opened
from ple.tui.lending import lend
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.bookmarks.pictures import Image
    from ple.tui.app import LearningApp
    from ple.tui.room import Room, Thing

Pixels = list[list[tuple[int, int, int]]]


def show(room: Room, thing: Thing) -> None:
    """Offer the pictures of a saved page that are kept; where none is, ask whether they are to be fetched."""
    if thing.kind != "bookmark":
        room.learning.say("Pictures are kept with saved pages: S saves the page, o opens it")
        return

    async def offer(*, fetched: bool = False) -> None:
        kept = await room.ask(lambda environment: environment.sources.images(thing.id))
        if not kept and not fetched:
            about = "They are fetched from their servers, which see that somebody reads the page, and kept here."
            question = Confirm(f"Fetch the pictures of {named(thing.title)}?", about=about, yes="Fetch them")

            def answered(yes: bool | None) -> None:
                if yes:
                    room.work(fetch, group="pictures")

            room.app.push_screen(question, answered)
        elif not kept:
            room.learning.say("None of them could be had")
        elif len(kept) == 1:
            room.app.push_screen(Picture(kept[0]))
        else:
            rows = [(number, clean(one.name)) for number, one in enumerate(kept, 1)]

            def chosen(number: int | None) -> None:
                if number is not None:
                    room.app.push_screen(Picture(kept[number - 1]))

            room.app.push_screen(Choose("Pictures of this page", rows), chosen)

    async def fetch() -> None:
        room.learning.say("Fetching the pictures …")
        done = await room.ask(lambda environment: environment.sources.keep_images(thing.id))
        failed = f", {len(done.failed)} could not be had" if done.failed else ""
        room.learning.say(f"Kept {plural(done.new, 'picture')}{failed}")
        await offer(fetched=True)

    room.work(offer, group="pictures")


def pixels(path: Path, width: int, height: int) -> Pixels:
    """Return a picture that fits so many pixels, line by line; for threads. Raises InvalidInput if it is none."""
    plain: Any = fitted(opened(path, (width, height)), width, height)
    across, data = plain.width, plain.tobytes()
    return [
        [(data[at], data[at + 1], data[at + 2]) for at in range(row * across * 3, (row + 1) * across * 3, 3)]
        for row in range(plain.height)
    ]


class HalfCells(Widget):
    """A picture of two pixels a cell."""

    DEFAULT_CSS = "HalfCells { width: 1fr; height: 1fr; }"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._pixels: Pixels = []
        self._for = Size(0, 0)

    def on_resize(self, event: events.Resize) -> None:
        """Draw it anew, behind the paint."""
        if event.size != self._for and event.size.area:
            self._for = event.size
            cast("LearningApp", self.app).guarded(self._draw, group="draw")

    async def _draw(self) -> None:
        size = self._for
        call = lambda _: pixels(self._path, size.width, size.height * 2)  # noqa: E731
        self._pixels = await cast("LearningApp", self.app).ask(call)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint two lines of pixels."""
        width, rows = self.size.width, self._pixels
        if y * 2 >= len(rows):
            return Strip.blank(width, self.rich_style)
        over = rows[y * 2]
        under: list[tuple[int, int, int] | None] = [*rows[y * 2 + 1]] if y * 2 + 1 < len(rows) else [None] * len(over)
        left = max(0, (width - len(over)) // 2)
        cells = [
            Segment("▀", Style.from_color(Color.from_rgb(*top), Color.from_rgb(*low) if low else None))
            for top, low in zip(over, under, strict=True)
        ]
        return Strip([Segment(" " * left, self.rich_style), *cells]).adjust_cell_length(width, self.rich_style)


class Picture(ModalScreen[None]):
    """A picture that is kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "whole", "Draw it whole", id="picture.whole"),
        Binding("escape,q,i,enter,left", "dismiss(None)", "Close", id="dialog.close"),
    ]

    def __init__(self, image: Image) -> None:
        super().__init__()
        self._image = image

    def compose(self) -> ComposeResult:
        """The picture, its name, the keys."""
        with Vertical(classes="dialog -page"):
            yield Static(clean(self._image.name), classes="dialog-title", markup=False)
            if self.app.no_color:
                yield Static("A picture cannot be drawn without colours.", classes="dialog-help", markup=False)
            else:
                yield HalfCells(Path(self._image.file))
            yield Static("w  Draw it whole    esc  Close", classes="dialog-keys", markup=False)

    def action_whole(self) -> None:
        """Lend the terminal to the picture, if the terminal can draw one."""
        app = cast("LearningApp", self.app)

        def use() -> None:
            draw(Path(self._image.file))
            input("\nEnter goes back to the pictures. ")

        try:
            lend(app, use)
        except SuspendNotSupported:
            app.notify("This terminal cannot be lent to a picture.", severity="warning", markup=False)
        except (OSError, EOFError, InvalidInput) as error:
            app.complain(error)
