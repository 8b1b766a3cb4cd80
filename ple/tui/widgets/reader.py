"""An article for reading closely: find words, see its headings, select words with keys or the mouse, mark them.

`v` puts a cursor on the first words in sight. It goes by words, sentences and lines; `v` again begins a stretch that
follows it. What is marked is a stretch, or else the sentence at the cursor.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Prose
from ple.tui.widgets.passages import Passage, Quotation, Text

_MOTIONS: dict[str, tuple[str, int]] = {
    "w": ("word", 1), "e": ("word", 1), "b": ("word", -1),
    "right_parenthesis": ("sentence", 1), "left_parenthesis": ("sentence", -1),
    "right": ("character", 1), "l": ("character", 1), "left": ("character", -1),
    "j": ("line", 1), "down": ("line", 1), "k": ("line", -1), "up": ("line", -1),
}  # fmt: skip
_HELP = "w b words · ( ) sentences · j k lines · v stretch · h highlight · n with a note · y copy · esc"


class Reader(ArticleView):
    """An article view with a cursor in the text when one is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find in the text", show=False, id="article.find"),
        Binding("n", "found(1)", "Next found", id="article.found-next"),
        Binding("N", "found(-1)", "Found before", show=False, id="article.found-previous"),
        Binding("T", "contents", "Contents", id="article.contents"),
        Binding("v", "select", "Select words", id="article.select"),
        Binding("i", "pictures", "Pictures", id="article.pictures"),
        Binding("escape", "let_go", "Let go", show=False, id="article.let-go"),
    ]

    @dataclass
    class Pictures(Message):
        """The learner wants to see the pictures."""

        view: Reader

    @dataclass
    class Said(Message):
        """Something to tell the learner quietly."""

        view: Reader
        text: str

    @dataclass
    class Highlighted(Message):
        """The learner marked words; with a note if they want to write one."""

        view: Reader
        quotation: Quotation
        with_note: bool = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.passages: Sequence[Passage] = ()
        self._text: Text | None = None
        self._found: Sequence[tuple[int, int]] = ()
        self._at_found = 0
        self._cursor: int | None = None
        self._unit = "word"
        self._from: tuple[int, int] | None = None

    @property
    def text(self) -> Text:
        """The article's text, read when it is first needed."""
        if self._text is None:
            self._text = Text(self.prose)
        return self._text

    def show(
        self, prose: Prose, *, keep_place: bool = False, passages: Sequence[Passage] = (), place: int | None = None
    ) -> None:
        """Show an article with the passages that were marked in it, from a place on if one is given."""
        self._text, self._found, self._cursor, self._from = None, (), None, None
        self.passages = sorted(passages, key=lambda passage: passage.start)
        super().show(prose, keep_place=keep_place)
        if place and not keep_place:
            self.go_to(place)

    # painting

    def laid_over(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Give what lies over the text between two places: what was marked, found, and is being selected."""
        for passage in self.passages:
            if passage.start >= end:
                break
            if passage.end > start:
                yield passage.start, passage.end, f"highlight {passage.colour}".strip()
        if self._found:
            first = bisect_left(self._found, start, key=lambda span: span[1])
            for number in range(first, bisect_right(self._found, end, key=lambda span: span[0])):
                yield *self._found[number], "found here" if number == self._at_found else "found"
        if self._cursor is not None:
            if self._from is not None:
                yield *self.stretch, "selection"
            else:
                yield *self.text.around(self._cursor, "word"), "cursor"

    def sign_at(self, start: int, end: int) -> str:
        """Return the sign of what was marked between two places."""
        return next((one.sign for one in self.passages if one.start < end and one.end > start), "")

    # finding

    def action_find(self) -> None:
        """Ask for words."""
        from ple.tui.dialogs import Ask

        help = "In any case. n goes to the next place, N to the one before, esc ends it."
        self.app.push_screen(Ask("Find in this text", help=help), self.find)

    def find(self, words: str | None) -> None:
        """Show where words stand and go to the first place after the beginning of what is in sight."""
        if not words:
            return
        self._found = self.text.find(words)
        here = self.place
        self._at_found = min(bisect_left(self._found, here, key=lambda span: span[0]), max(0, len(self._found) - 1))
        self._found_changed(f"“{words}” is not in this text" if not self._found else "")

    def action_found(self, step: int) -> None:
        """Go to the next or the previous place, around."""
        self._at_found = (self._at_found + step) % len(self._found)
        self._found_changed()

    def _found_changed(self, said: str = "") -> None:
        if self._found:
            self.reveal(self._found[self._at_found][0])
        self.repaint()
        self.screen.refresh_bindings()
        self.post_message(self.Said(self, said or f"{self._at_found + 1} of {len(self._found)}"))

    # headings

    def action_contents(self) -> None:
        """Offer the headings."""
        from ple.tui.dialogs import Choose

        heads = [block for block in self.prose.blocks if block.kind in _LEVELS]
        if len(heads) < 2:
            self.post_message(self.Said(self, "This text has no headings"))
            return
        top = min(_LEVELS[block.kind] for block in heads[1:])
        rows = [(n, "  " * max(0, _LEVELS[block.kind] - top) + block.text) for n, block in enumerate(heads, 1)]
        self.app.push_screen(Choose("Contents", rows), lambda n: None if n is None else self.go_to(heads[n - 1].start))

    # selecting

    @property
    def stretch(self) -> tuple[int, int]:
        """From where to where the words reach that a verb works on."""
        assert self._cursor is not None
        here = self.text.around(self._cursor, self._unit)
        if self._from is None:
            return self.text.around(self._cursor, "sentence")
        return min(self._from[0], here[0]), max(self._from[1], here[1])

    def action_select(self) -> None:
        """Put the cursor on the first words in sight."""
        if self.prose.blocks:
            body = next((block.start for block in self.prose.blocks if block.kind not in _HEAD), 0)
            self._cursor, self._unit, self._from = self.text.around(max(self.place, body), "word")[0], "word", None
            chosen = self.text_selection
            if chosen is not None and (words := self.offsets_of(chosen)):  # the stretch that the mouse chose
                self._cursor, self._unit, self._from = words[0], "character", words
                self.screen.clear_selection()
            self.repaint()
            self.post_message(self.Said(self, _HELP))

    def on_key(self, event: events.Key) -> None:
        """Move and use the cursor in the text, if there is one; `h` marks what the mouse selected."""
        verbs: dict[str, Callable[[], object]] = {
            "h": self._highlight,
            "n": lambda: self._highlight(with_note=True),
            "y": self._copy,
        }
        if self._cursor is None:
            if event.key in verbs and self.text_selection is not None:
                event.stop()
                event.prevent_default()
                verbs[event.key]()
            return
        if event.key in _MOTIONS:
            self._move(*_MOTIONS[event.key])
        elif event.key == "v":
            self._from = None if self._from is not None else self.text.around(self._cursor, self._unit)
        elif event.key in verbs:
            verbs[event.key]()
        elif event.key == "escape":
            self._cursor = self._from = None
        elif event.character and event.character.isalpha():  # d, x, A, …: a slip here must not act on the whole article
            self.post_message(self.Said(self, _HELP))
        else:
            return
        event.stop()
        event.prevent_default()
        self.repaint()

    def _move(self, unit: str, steps: int) -> None:
        assert self._cursor is not None
        if unit == "line":
            self._cursor, self._unit = self.text.around(self.line_from(self._cursor, steps), "word")[0], "word"
        else:
            self._cursor, self._unit = self.text.go(self._cursor, unit, steps), unit
        self.reveal(self._cursor)

    def _chosen(self) -> tuple[int, int] | None:
        if self._cursor is not None:
            return self.stretch
        chosen = self.text_selection
        return self.offsets_of(chosen) if chosen is not None else None

    def _highlight(self, *, with_note: bool = False) -> None:
        if stretch := self._chosen():
            self.post_message(self.Highlighted(self, self.text.quote(*stretch), with_note))
            self._cursor = self._from = None
            self.screen.clear_selection()

    def _copy(self) -> None:
        if stretch := self._chosen():
            self.app.copy_to_clipboard(self.text.quote(*stretch).exact)
            self.post_message(self.Said(self, "Copied"))
            self._cursor = self._from = None
            self.screen.clear_selection()

    def action_pictures(self) -> None:
        """Show the pictures."""
        self.post_message(self.Pictures(self))

    def action_let_go(self) -> None:
        """End finding."""
        self._found = ()
        self.repaint()
        self.screen.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is something for."""
        if action in ("found", "let_go"):
            return bool(self._found)
        if action == "pictures":
            return any(span.style == "image" for block in self.prose.blocks for span in block.spans)
        if action in ("find", "contents", "select"):
            return bool(self.prose.blocks)
        return super().check_action(action, parameters)


_HEAD = frozenset({"h1", "meta"})
"""What stands over an article and is no part of what it says."""
_LEVELS = {f"h{level}": level for level in range(1, 7)}
