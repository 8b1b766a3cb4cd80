"""Every key of the screens, from the bindings themselves: what the page of keys in the documentation says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from textual.binding import Binding

from ple.tui.commands import rooms

_SIGNS = {
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pagedown": "page down",
    "pageup": "page up",
}


def tables() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give each place with its keys and what they do, as Markdown; first what is the same everywhere."""
    from ple.tui.app import LearningApp
    from ple.tui.dialogs import GoTo
    from ple.tui.list_room import ListRoom
    from ple.tui.room import Room
    from ple.tui.screens.editor import Editor
    from ple.tui.screens.today import Today
    from ple.tui.widgets.article_view import ArticleView
    from ple.tui.widgets.line_list import LineList

    yield "Everywhere", _rows(LearningApp.BINDINGS)
    yield "After `g`", [(f"`{key}`", title[:1].upper() + title[1:]) for key, (_, title) in GoTo.PLACES.items()]
    yield "In every place", _rows([*Room.BINDINGS, *ListRoom.BINDINGS])
    yield "In lists", _rows(LineList.BINDINGS)
    yield "In an article", _rows(ArticleView.BINDINGS)
    yield "In Today", _rows(Today.BINDINGS)
    for _, title, room in rooms():
        yield f"In {title}", _rows(room.BINDINGS)
    yield "While writing", _rows(Editor.BINDINGS)


def _rows(bindings: Iterable[Any]) -> list[tuple[str, str]]:
    return [
        (" ".join(f"`{_SIGNS.get(key, key)}`" for key in binding.key.split(",")), binding.description)
        for binding in bindings
        if isinstance(binding, Binding) and binding.description
    ]
