"""The keys of a place, from the bindings that are live there, so that they are never wrong."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from ple.tui.commands import EVERYWHERE
from ple.tui.question import Question
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Block, Prose

_GROUPS = ("Here", "The thing under the cursor", "Moving", "Everywhere")


class Help(Question[None]):
    """Which keys do what in the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,left", "dismiss", "Close", id="dialog.close")
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._prose = keys_of(screen)

    def compose(self) -> ComposeResult:
        """A page of keys."""
        with Vertical(classes="dialog -page"):
            yield ArticleView()
            yield Static("j k  Scroll    esc  Close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        view = self.query_one(ArticleView)
        view.show(self._prose)
        view.focus()


def keys_of(screen: Screen[Any]) -> Prose:
    """Return the live keys of a screen as a page, grouped by what they are about."""
    groups: dict[str, dict[str, tuple[str, list[str]]]] = {name: {} for name in _GROUPS}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.description or not binding.id or not active.enabled:
            continue
        key = screen.app.get_key_display(Binding(binding.key, binding.action))
        rows = groups[_group(binding.id)]
        _, keys = rows.setdefault(binding.id, (binding.description, []))
        if key not in keys:
            keys.append(key)
    blocks = [Block("h1", "Keys of this place")]
    for name, rows in groups.items():
        if rows:
            blocks.append(Block("h3", name))
            width = 16
            for number, (description, keys) in enumerate(rows.values()):
                mark = "  " + " ".join(keys[:3]).ljust(width)
                blocks.append(Block("p", description, first=mark, rest=" " * len(mark), gap=number == 0))
    blocks.append(Block("h3", "Good to know"))
    for number, line in enumerate((
        "Everything that you change can be undone with u, also after a restart, and done again with U.",
        "f2 shows the tour again, D what you left for later or were writing when something broke.",
        "The same verbs are commands for your shell: `ple --help`.",
        "Select text with the mouse; ctrl+c copies it.",
    )):  # fmt: skip
        blocks.append(Block("item", line, first="  • ", rest="    ", gap=number == 0))
    return Prose(blocks).place()


def _group(id: str) -> str:
    if id.startswith(("list.", "article.", "pane.", "back", "escape", "leave")):
        return "Moving"
    if id.startswith("thing."):
        return "The thing under the cursor"
    if id.startswith(EVERYWHERE):
        return "Everywhere"
    return "Here"
