"""The pictures of a saved page: those that are kept here, in half cells, or whole where the terminal can draw them.

Nothing is fetched unasked, and nothing here is imported before somebody wants to see a picture.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator, Mapping
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
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.bookmarks.pictures import Image
    from ple.tui.app import LearningApp
    from ple.tui.room import Room, Thing

MOST_PIXELS = 60_000_000
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
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        with Pillow.open(path) as found:
            if found.width * found.height > MOST_PIXELS:
                raise InvalidInput("the picture is too large to be drawn here", hint="o opens its page.")
            found.draft("RGB", (width, height))
            image = found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Pillow.DecompressionBombError) as error:
        raise InvalidInput(f"the picture cannot be read: {error}", hint="o opens its page.") from error
    share = min(width / image.width, height / image.height)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    ground = Pillow.new("RGBA", size, (255, 255, 255, 255))  # what is clear in drawings is paper
    ground.alpha_composite(image.resize(size))
    plain: Any = ground.convert("RGB")
    data = plain.tobytes()
    return [
        [(data[at], data[at + 1], data[at + 2]) for at in range(row * size[0] * 3, (row + 1) * size[0] * 3, 3)]
        for row in range(size[1])
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
        whole = "w  Draw it whole    " if protocol(os.environ) else ""
        with Vertical(classes="dialog -page"):
            yield Static(clean(self._image.name), classes="dialog-title", markup=False)
            if self.app.no_color:
                yield Static("A picture cannot be drawn without colours.", classes="dialog-help", markup=False)
            else:
                yield HalfCells(Path(self._image.file))
            yield Static(f"{whole}esc  Close", classes="dialog-keys", markup=False)

    def action_whole(self) -> None:
        """Lend the terminal to the picture, where the terminal can draw one."""
        app = cast("LearningApp", self.app)
        how = protocol(os.environ)
        if how is None:
            app.notify("This terminal does not say that it can draw pictures.", severity="warning", markup=False)
            return
        try:
            with app.suspend():
                columns = os.get_terminal_size().columns
                sys.__stdout__.write(drawn(Path(self._image.file), how, columns))  # type: ignore[union-attr]
                input("\nEnter goes back to the screens. ")
        except SuspendNotSupported:
            app.notify("This terminal cannot be lent to a picture.", severity="warning", markup=False)
        except (OSError, EOFError, InvalidInput) as error:
            app.complain(error)


def protocol(environ: Mapping[str, str]) -> str | None:
    """Return how the terminal draws pictures, by what it says of itself: `kitty`, `iterm`, or None for not at all.

    Inside tmux and screen none is drawn: they do not hand such words on.
    """
    if environ.get("TMUX") or environ.get("STY") or environ.get("TERM", "").startswith(("tmux", "screen")):
        return None
    program = environ.get("TERM_PROGRAM", "")
    if environ.get("KITTY_WINDOW_ID") or "kitty" in environ.get("TERM", "") or program == "ghostty":
        return "kitty"
    return "iterm" if program in ("iTerm.app", "WezTerm", "mintty") else None


def drawn(path: Path, how: str, columns: int) -> str:
    """Return what has a terminal draw a picture. Raises InvalidInput, or OSError if it cannot be read."""
    if how == "iterm":
        data = base64.b64encode(path.read_bytes()).decode()
        return f"\x1b]1337;File=inline=1;width={columns};preserveAspectRatio=1:{data}\x07\n"
    return "".join(_kitty(_png(path), columns)) + "\n"


def _png(path: Path) -> bytes:
    """Return the picture as PNG, which is what kitty takes."""
    import io

    from PIL import Image as Pillow

    with Pillow.open(path) as image:
        if image.width * image.height > MOST_PIXELS:
            raise InvalidInput("the picture is too large to be drawn here", hint="o opens its page.")
        kept = io.BytesIO()
        image.convert("RGBA").save(kept, "PNG")
    return kept.getvalue()


def _kitty(data: bytes, columns: int) -> Iterator[str]:
    said = base64.b64encode(data).decode()
    for at in range(0, len(said), 4096):
        first = f"a=T,f=100,c={columns}," if at == 0 else ""
        yield f"\x1b_G{first}m={int(at + 4096 < len(said))};{said[at : at + 4096]}\x1b\\"
