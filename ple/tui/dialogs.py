"""Small questions over a room: a line to type, yes or no, one of several, a letter for where to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from ple.tui.paths import completed, is_path
from ple.tui.question import Question
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import LineList
from ple.tui.words import Piece, clip

if TYPE_CHECKING:
    from ple.tui.desk import Desk


class Ask(Question[str | None]):
    """Asks for one line; escape gives None. What was typed until then is there when the same is asked again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", id="dialog.cancel")]

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        placeholder: str = "",
        help: str = "",
        empty: bool = False,
        secret: bool = False,
    ) -> None:
        """With `secret`, what is typed is not shown."""
        super().__init__()
        self._title, self._value, self._placeholder, self._help, self._empty = title, value, placeholder, help, empty
        self._secret = secret

    def compose(self) -> ComposeResult:
        """The question, a field, what may be typed."""
        before = self._typed.get(self._title, "")  # what did not work is put right, not typed again
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Input(
                self._value or before,
                placeholder=self._placeholder,
                select_on_focus=not self._value,  # typing takes its place, an arrow key goes into it
                password=self._secret,
                id="asked",
            )
            yield Static(self._help, classes="dialog-help", markup=False)
            yield Static("enter  Done    esc  Cancel", classes="dialog-keys", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self._done(event.value)

    def _done(self, said: str) -> None:
        value = said if self._secret else said.strip()
        if value or self._empty:
            self._typed.pop(self._title, None)
            self.dismiss(value)

    @property
    def _typed(self) -> dict[str, str]:
        return cast("Desk", self.app).typed

    def action_cancel(self) -> None:
        """Close; a sentence is not lost by a slip."""
        typed = self.query_one(Input).value
        if typed.strip() and not self._secret:
            self._typed[self._title] = typed
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """Let ctrl+s keep what was typed, as where one writes, and tab complete a path."""
        field = self.query_one(Input)
        if event.key == "ctrl+s":
            event.stop()
            self._done(field.value)
        elif event.key == "tab" and is_path(field.value):
            event.stop()
            event.prevent_default()
            field.value, names = completed(field.value)
            field.cursor_position = len(field.value)
            if len(names) > 1:
                self.query_one(".dialog-help", Static).update(clean(", ".join(names[:12])))


class Confirm(Question[bool]):
    """Asks yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="dialog.yes"),
        Binding("n,escape,q", "dismiss(False)", "No", id="dialog.no"),
    ]

    def __init__(self, question: str, *, about: str = "", yes: str = "Yes", no: str = "No") -> None:
        super().__init__()
        self._question, self._about, self._yes, self._no = question, about, yes, no

    def compose(self) -> ComposeResult:
        """The question, what it means, the two keys."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog-title", markup=False)
            if self._about:
                yield Static(self._about, classes="dialog-help", markup=False)
            yield Static(f"y  {self._yes}    n  {self._no}", classes="dialog-keys", markup=False)


class Answer(Question[str | None]):
    """Asks for one of several answers, each with a key of its own; gives the key, None if it was only closed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Cancel", id="dialog.cancel")]

    def __init__(self, question: str, answers: Mapping[str, str], *, about: str = "", close: str = "Cancel") -> None:
        super().__init__()
        self._question, self._answers, self._about, self._close = question, answers, about, close

    def compose(self) -> ComposeResult:
        """The question, what it means, the keys."""
        keys = [*(f"{key}  {said}" for key, said in self._answers.items()), f"esc  {self._close}"]
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="dialog-title", markup=False)
            if self._about:
                yield Static(self._about, classes="dialog-help", markup=False)
            yield Static("    ".join(keys), classes="dialog-keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take an answer."""
        if event.character in self._answers:
            event.stop()
            self.dismiss(event.character)


class Choose(Question[int | None]):
    """Offers numbered lines; gives the number of one. The digits 1 to 9 choose at once where there are no more.

    What stands third in a row is said behind the line, as far as there is room.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,left", "dismiss(None)", "Cancel", id="dialog.cancel")]

    def __init__(self, title: str, rows: Sequence[tuple[int, str] | tuple[int, str, str]]) -> None:
        super().__init__()
        self._title, self._rows = title, rows

    def compose(self) -> ComposeResult:
        """A list."""
        with Vertical(classes="dialog -list"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield LineList(self._paint)
            yield Static("enter  Choose    esc  Cancel", classes="dialog-keys", markup=False)

    def _paint(self, row: tuple[int, str] | tuple[int, str, str], width: int) -> list[list[Piece]]:
        mark = f" {row[0]:>{len(str(len(self._rows)))}}  "
        room = width - len(mark)
        about = row[2] if len(row) > 2 and row[2] != row[1] else ""
        said = row[1] if cell_len(row[1]) <= room else clip(row[1], room)
        if about and cell_len(said) > room * 2 // 3:
            said = clip(said, room * 2 // 3)
        left = room - cell_len(said) - 2
        return [[(mark, "mark"), (said, ""), (f"  {clip(about, left)}" if about and left > 8 else "", "muted")]]

    def on_mount(self) -> None:
        """Fill the list; as high as it needs to be."""
        lines = self.query_one(LineList)
        lines.styles.height = min(len(self._rows), 16)
        lines.show([row[0] for row in self._rows], rows=self._rows)
        lines.focus()

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        if isinstance(event.key, int):
            self.dismiss(event.key)

    def on_key(self, event: events.Key) -> None:
        """Choose by a digit."""
        if event.character and event.character.isdigit() and len(self._rows) < 10:
            number = int(event.character)
            if any(number == row[0] for row in self._rows):
                event.stop()
                self.dismiss(number)


class GoTo(Question[str | None]):
    """After `g`: the letter of a place, or `g` again for the top of the list."""

    PLACES: ClassVar[dict[str, tuple[str, str]]] = {
        "g": ("top", "top"),
        "t": ("today", "Today"),
        "f": ("feeds", "Feeds"),
        "l": ("library", "Library"),
        "j": ("journal", "Journal"),
        "s": ("search", "Search"),
        "h": ("handin", "Hand in"),
        "p": ("portfolio", "Portfolio"),
        ",": ("settings", "Settings"),
    }

    def compose(self) -> ComposeResult:
        """One line of letters."""
        letters = "   ".join(f"{key} {title}" for key, (_, title) in self.PLACES.items())
        yield Static(f" g …   {letters}", id="goto", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Go, or not."""
        event.stop()
        place = self.PLACES.get(event.character or "")
        self.dismiss(place[0] if place else None)
