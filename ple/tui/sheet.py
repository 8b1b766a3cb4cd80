"""A page over a room that says something whole and may ask for an answer by a key of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ple.tui.question import Question
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Prose


class Sheet(Question[str | None]):
    """Shows a page; gives the key that was pressed if it is one of `answers`, None if the page was only closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "dismiss(None)", "Close", id="dialog.close"),
    ]

    def __init__(self, prose: Prose, answers: Mapping[str, str] | None = None, *, close: str = "Close") -> None:
        super().__init__()
        self._prose, self._answers, self._close = prose, answers or {}, close

    def compose(self) -> ComposeResult:
        """The page, and the keys."""
        keys = [*(f"{key}  {said}" for key, said in self._answers.items()), f"esc  {self._close}"]
        with Vertical(classes="dialog -page"):
            yield ArticleView()
            yield Static("    ".join(keys), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        view = self.query_one(ArticleView)
        view.show(self._prose)
        view.focus()

    def on_key(self, event: events.Key) -> None:
        """Take an answer."""
        key = "enter" if event.key == "enter" else event.character or ""
        if key in self._answers:
            event.stop()
            self.dismiss(key)
