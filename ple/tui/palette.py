"""The colours of words in lists, articles and bars, from the tokens of the theme.

Textual's component classes would say the same in CSS, at the price of ten nodes for each widget that are styled again
whenever the focus moves. Nothing is said by colour alone: what matters is bold, underlined or a sign as well.
"""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError

_WORDS: dict[str, tuple[str, str]] = {
    "strong": ("", "bold"),
    "em": ("", "italic"),
    "strike": ("", "strike"),
    "muted": ("foreground-muted", ""),
    "mark": ("accent", ""),
    "key": ("accent", ""),
    "warn": ("warning", "bold"),
    "good": ("success", ""),
    "match": ("accent", "bold"),
    "heading": ("primary", "bold"),
    "tag": ("secondary", ""),
    "busy": ("primary", ""),
    "title": ("primary", "bold"),
    "link": ("primary", "underline"),
    "number": ("foreground-muted", ""),
    "quote": ("", "italic"),
    "meta": ("foreground-muted", ""),
    "image": ("foreground-muted", "italic"),
    "rule": ("foreground-muted", ""),
    "selection": ("", "reverse"),
    "chosen": ("accent", "bold"),
    "raised": ("primary", "bold"),
}
"""Name of a style: token of its colour, and how the words are set."""
MARKERS = {
    "yellow": "#e0b000", "green": "#30a030", "blue": "#3070e0", "pink": "#e050a0", "orange": "#f08020",
    "purple": "#9040d0", "red": "#e03030", "grey": "#808080",
}  # fmt: skip
"""The inks of felt markers; a wash of them lies under the words."""


class Palette:
    """The styles of a theme by name; those of the cursor know their background, the others only add to one."""

    _of: ClassVar[WeakKeyDictionary[App[Any], tuple[tuple[str, bool], Palette]]] = WeakKeyDictionary()

    def __init__(self, variables: dict[str, str], *, plain: bool = False) -> None:
        """Read the tokens of a theme; `plain` where there are no colours at all (NO_COLOR)."""
        self._variables = variables
        ground = self._colour("background", None)
        self.styles = {name: self._style(token, how, ground) for name, (token, how) in _WORDS.items()}
        cursor = self._pair("block-cursor-foreground", "block-cursor-background", ground)
        blurred = self._pair("block-cursor-blurred-foreground", "block-cursor-blurred-background", ground)
        for name, ink in MARKERS.items():
            self.styles[f"highlight {name}"] = Style(reverse=True) if plain else self._marker(ground, Color.parse(ink))
        self.styles |= {
            "cursor": Style(reverse=True) if plain else cursor + Style(bold=True),
            "cursor blurred": Style(underline=True) if plain or blurred == Style() else blurred,
            "here": Style(reverse=True, bold=True) if plain else cursor + Style(bold=True),
            "code": Style() if plain else self._pair("", "panel", ground),
            "highlight": Style(reverse=True) if plain else self._marker(ground, self._colour("accent", ground)),
            "found": Style(reverse=True) if plain else self._pair("background", "secondary", ground),
            "found here": Style(reverse=True, bold=True) if plain else cursor + Style(bold=True, underline=True),
        }

    @classmethod
    def of(cls, app: App[Any]) -> Palette:
        """Return the palette of an app's theme, made once."""
        key = (app.theme, bool(app.no_color))
        known = cls._of.get(app)
        if known is None or known[0] != key:
            known = cls._of[app] = (key, cls(app.get_css_variables(), plain=key[1]))
        return known[1]

    def __getitem__(self, name: str) -> Style:
        """Return the style of a name."""
        return self.styles[name]

    def _colour(self, token: str, ground: Color | None) -> Color | None:
        said = self._variables.get(token, "").split()
        if not said:
            return None
        share = float(said[1].rstrip("%")) / 100 if len(said) > 1 and said[1].endswith("%") else 1.0
        try:
            found = Color.parse(said[0]) if said[0] != "auto" else (ground or Color(0, 0, 0)).get_contrast_text()
        except ColorParseError:
            return None
        if found.ansi is not None:
            return found
        if found.a * share < 1 and ground is not None and ground.ansi is None:
            return ground.blend(found.with_alpha(1.0), found.a * share, 1.0)
        return found.with_alpha(1.0) if found.a else None

    def _style(self, token: str, how: str, ground: Color | None) -> Style:
        style = Style.parse(how) if how else Style()
        if token and (colour := self._colour(token, ground)) is not None:
            if colour.ansi is not None and "%" in self._variables[token]:
                return style + Style(dim=True)  # the terminal's own colours cannot be mixed
            style += Style.from_color(colour.rich_color)
        return style

    def _marker(self, ground: Color | None, ink: Color | None) -> Style:
        """Return the look of a felt marker: the words as they are, on a light wash of colour."""
        if ground is None or ink is None or ground.ansi is not None or ink.ansi is not None:
            return self._pair("background", "accent", ground) + Style(underline=True)
        return Style.from_color(None, ground.blend(ink, 0.3, 1.0).rich_color)

    def _pair(self, words: str, behind: str, ground: Color | None) -> Style:
        back = self._colour(behind, ground)
        front = self._colour(words, back or ground) if words else None
        return Style.from_color(
            front.rich_color if front is not None and front.ansi != -1 else None,
            back.rich_color if back is not None and back.ansi != -1 else None,
        )
