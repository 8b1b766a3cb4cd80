"""Colours that can be read: contrast as WCAG counts it."""

import pytest
from textual.color import Color
from textual.theme import Theme

from ple.tui.themes import CONTRAST, MONO, OURS

WORDS = ("foreground", "primary", "secondary", "accent", "warning", "error", "success")


def luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_words_stand_out_from_what_is_behind_them(theme: Theme) -> None:
    least = 7 if theme is CONTRAST else 4.5
    variables = theme.variables
    pairs = [(getattr(theme, name), theme.background) for name in WORDS]
    pairs += [(variables["foreground-muted"], theme.background)]
    for cursor in ("block-cursor", "block-cursor-blurred"):
        pairs.append((variables[f"{cursor}-foreground"], variables[f"{cursor}-background"]))
    for word, behind in pairs:
        assert ratio(word, behind) >= least, (word, behind, ratio(word, behind))


def test_the_theme_without_colours_has_none() -> None:
    said = [getattr(MONO, name) for name in (*WORDS, "background", "surface", "panel")] + list(MONO.variables.values())
    for value in said:
        if value.startswith("#"):
            assert value[1:3] == value[3:5] == value[5:7], value
