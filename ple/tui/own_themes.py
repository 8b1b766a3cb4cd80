"""Themes of the learner's own: a file each, in the folder `themes` beside the settings.

A file names the theme that it starts from and says what is different. What cannot be read is told, and the others are
there all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from ple.tui.themes import OURS

COLOURS = (
    "primary", "secondary", "accent", "warning", "error", "success", "foreground", "background", "surface", "panel",
    "boost",
)  # fmt: skip
LEGIBLE = 4.5
"""The contrast of words that WCAG 2.2 asks for (success criterion 1.4.3)."""
_WORDS = ("foreground", "primary", "secondary", "accent", "warning", "error", "success")


def read(folder: Path) -> tuple[Sequence[Theme], Sequence[str]]:
    """Return the themes of a folder, and a sentence about each thing in it that is wrong or hard to read."""
    themes: list[Theme] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            theme = _theme(path, {theme.name: theme for theme in (*OURS, *themes)})
        except (OSError, ValueError) as error:
            problems.append(f"{path.name}: {error}")
        else:
            themes.append(theme)
            problems += [f"{path.name}: {said}" for said in hard_to_read(theme)]
    return themes, problems


def _theme(path: Path, known: dict[str, Theme]) -> Theme:
    import tomllib

    said = tomllib.loads(path.read_text(encoding="utf-8"))
    name = said.pop("name", path.stem)
    base = said.pop("base", OURS[0].name if said.get("dark", True) else OURS[1].name)
    variables = said.pop("variables", {})
    dark = said.pop("dark", known[base].dark if base in known else True)
    if not isinstance(name, str) or not name or not all(part.isalnum() for part in name.split("-")):
        raise ValueError("a name is of letters, digits and dashes")
    if name in {theme.name for theme in OURS}:
        raise ValueError(f"{name} is one of ours; call yours something else")
    if base not in known:
        raise ValueError(f"there is no theme {base} to start from; there are {', '.join(known)}")
    if not isinstance(dark, bool) or not isinstance(variables, dict):
        raise ValueError("dark is true or false, and variables is a table")
    for key, value in (*said.items(), *variables.items()):
        if key in said and key not in COLOURS:
            raise ValueError(f"{key} is nothing that a theme has; it has {', '.join(COLOURS)} and [variables]")
        _checked(key, value)
    began = known[base]
    derived = {token: said[key] for key, tokens in _FOLLOW.items() if key in said for token in tokens}
    return replace(began, name=name, dark=dark, variables={**began.variables, **derived, **variables}, **said)


_FOLLOW = {
    "background": ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active"),
    "accent": ("footer-key-foreground",),
    "foreground": ("block-cursor-blurred-foreground",),
    "panel": ("block-cursor-blurred-background",),
}
"""Tokens that are the same as a colour unless the file says otherwise."""


def _checked(key: str, value: Any) -> None:
    if key.endswith("-style"):
        return
    try:
        Color.parse(value)
    except (ColorParseError, TypeError, AttributeError):
        raise ValueError(f"{key}: {value!r} is no colour; write #rrggbb") from None


def hard_to_read(theme: Theme) -> Iterator[str]:
    """Give a sentence for each colour of words with too little contrast to what is behind it."""
    behind = theme.background
    for name in _WORDS:
        if behind and (colour := getattr(theme, name)) and (found := contrast(colour, behind)) < LEGIBLE:
            yield f"{name} on background has a contrast of {found:.1f} : 1; eyes need {LEGIBLE}"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it, from 1 to 21."""
    lighter, darker = sorted((_luminance(Color.parse(one)), _luminance(Color.parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
