"""The first and the last line of every screen: where one is, what goes on, and which keys do what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ple.tui.palette import Palette
from ple.tui.words import Piece, clip


class OneLine(Widget):
    """A widget of one line that paints pieces; a piece may carry the key that a click on it stands for."""

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[str, Style] = {}
        self._painted: Sequence[Piece | tuple[str, str, str]] = ()

    def notify_style_update(self) -> None:
        """Forget the old colours."""
        super().notify_style_update()
        self._styles.clear()

    def style_of(self, name: str) -> Style:
        """Return the style of a name in the palette, "" for plain."""
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.rich_style + Palette.of(self.app)[name] if name else self.rich_style
        return style

    def pieces(self, width: int) -> Sequence[Piece | tuple[str, str, str]]:
        """Return (text, style) or (text, style, key) for a width."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint."""
        width = self.size.width
        base = self.style_of("")
        if y or width <= 0:
            return Strip.blank(max(0, width), base)
        segments = []
        self._painted = self.pieces(width)
        for text, name, *key in self._painted:
            style = self.style_of(name)
            segments.append(Segment(text, style + Style.from_meta({"key": key[0]}) if key else style))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        key = event.style.meta.get("key") if event.style else None
        if isinstance(key, str):
            self.app.simulate_key(key)


class Bar(OneLine):
    """The modes with their keys, the one we are in, and at the right what works in the background."""

    MODES: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("1", "today", "Today"),
        ("2", "feeds", "Feeds"),
        ("3", "library", "Library"),
        ("4", "journal", "Journal"),
        ("5", "search", "Search"),
        ("6", "handin", "Hand in"),
        ("7", "portfolio", "Portfolio"),
        ("0", "settings", "Settings"),
    )

    status: reactive[str] = reactive("")
    brief: reactive[str] = reactive("")
    """What the status says where there is little room."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def pieces(self, width: int) -> Sequence[Piece | tuple[str, str, str]]:
        """The modes from the left, the status at the right; where room is short, the last titles go first."""
        status = self.status if cell_len(self.status) <= width // 4 else self.brief
        room = width - (cell_len(status) + 2 if status else 0)
        titled = len(self.MODES)
        while titled and self._used(titled) > room:
            titled -= 1
        found: list[Piece | tuple[str, str, str]] = []
        for index, (key, mode, title) in enumerate(self.MODES):
            press = f"alt+{key}"  # works in text fields too
            if mode == self._mode:
                found.append((f" {key} {title} ", "here", press))
            else:
                found.append((f" {key}", "key", press))
                found.append((f" {title}" if index < titled else "", "muted", press))
        used = sum(cell_len(piece[0]) for piece in found)
        room = width - used - 2
        if status and room > 4:
            text = clip(status, min(room, cell_len(status)))
            found.append((" " * (room - cell_len(text) + 1), ""))
            found.append((text, "busy"))
        return found

    def _used(self, titled: int) -> int:
        """Return how many cells the modes take when the first so many have their titles."""
        used = 0
        for index, (_, mode, title) in enumerate(self.MODES):
            used += 2
            if mode == self._mode:
                used += cell_len(title) + 2
            elif index < titled:
                used += cell_len(title) + 1
        return used


class KeyLine(OneLine):
    """The keys that work here and now; for some seconds, what was just done."""

    SECONDS = 5.0

    message: reactive[str] = reactive("")

    def on_mount(self) -> None:
        """Follow the focus, and with it the keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._follow())

    def _follow(self) -> None:
        if self.pieces(self.size.width) != self._painted:
            self.refresh()

    def say(self, message: str) -> None:
        """Show a message in place of the keys for some seconds."""
        self.message = message
        self.set_timer(self.SECONDS, lambda: self._unsay(message))

    def settle(self) -> None:
        """Show the keys again where it still says that something is being done."""
        if self.message.endswith(" …"):
            self.message = ""

    def _unsay(self, message: str) -> None:
        if self.message == message:
            self.message = ""

    def pieces(self, width: int) -> Sequence[Piece | tuple[str, str, str]]:
        """The message, or the keys: those of the focused widget first, help always at the end."""
        if self.message:
            return [(" " + self.message, "busy")]
        tail = [
            ("  :", "key", "ctrl+p"),
            (" Commands", "muted", "ctrl+p"),
            ("  ?", "key", "f1"),
            (" Keys ", "muted", "f1"),
        ]
        room = width - sum(cell_len(piece[0]) for piece in tail)
        found: list[Piece | tuple[str, str, str]] = []
        for binding in self._shown():
            key = f" {self.app.get_key_display(binding)}"
            label = f" {binding.description} "
            size = cell_len(key) + cell_len(label)
            if size > room:
                break
            room -= size
            found += [(key, "key", binding.key), (label, "muted", binding.key)]
        if room > 0 and width >= 40:
            found.append((" " * room, ""))
        return [*found, *tail] if width >= 40 else found

    def _shown(self) -> list[Binding]:
        seen: set[str] = set(getattr(self.screen, "idle", ()))
        shown = []
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in seen:
                seen.add(binding.action)
                shown.append(binding)
        return shown
