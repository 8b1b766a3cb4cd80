"""The line that a list is filtered with."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class FilterField(Input):
    """Takes the words of a filter; escape clears and closes it, enter or down goes to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.clear_filter", "Clear", id="field.clear"),
        Binding("down", "screen.to_list", "To the list", show=False, id="field.down"),
    ]
