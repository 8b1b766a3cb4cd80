"""Colours that can be read: contrast as WCAG counts it."""

from pathlib import Path

import pytest
from textual.theme import Theme
from textual.widgets import Input

from ple.tui.own_themes import contrast, read
from ple.tui.themes import CONTRAST, MONO, OURS

from .world import opened, press, type_in

WORDS = ("foreground", "primary", "secondary", "accent", "warning", "error", "success")


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_words_stand_out_from_what_is_behind_them(theme: Theme) -> None:
    least = 7 if theme is CONTRAST else 4.5
    variables = theme.variables
    pairs = [(getattr(theme, name), theme.background or "") for name in WORDS]
    pairs += [(variables["foreground-muted"], theme.background or "")]
    for cursor in ("block-cursor", "block-cursor-blurred"):
        pairs.append((variables[f"{cursor}-foreground"], variables[f"{cursor}-background"]))
    for word, behind in pairs:
        assert contrast(word, behind) >= least, (word, behind, contrast(word, behind))


def test_the_theme_without_colours_has_none() -> None:
    said = [getattr(MONO, name) for name in (*WORDS, "background", "surface", "panel")] + list(MONO.variables.values())
    for value in said:
        if value.startswith("#"):
            assert value[1:3] == value[3:5] == value[5:7], value


DUSK = """
base = "ple-dark"
background = "#1d1a26"
accent = "#ffb86c"
[variables]
foreground-muted = "#a59fb5"
"""


async def test_a_theme_of_ones_own_is_there_from_its_file_on_and_is_kept(typical: Path, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    (folder / "themes").mkdir(parents=True)
    (folder / "themes" / "dusk.toml").write_text(DUSK)
    (folder / "themes" / "broken.toml").write_text("background = 'no colour'")
    async with opened(typical, "colon", size=(120, 40), config_folder=folder) as pilot:
        await type_in(pilot, "colours: dusk")
        await press(pilot, "enter")
        assert pilot.app.theme == "dusk"
        assert "#1d1a26" in pilot.app.export_screenshot().lower()
        assert any("broken.toml: background: 'no colour'" in str(note.message) for note in pilot.app._notifications)
    assert 'theme = "dusk"' in (folder / "config.toml").read_text()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("base = 'nowhere'", "there is no theme nowhere"),
        ("background = 3", "background: 3 is no colour"),
        ("colour = '#ffffff'", "colour is nothing that a theme has"),
        ("name = 'ple-dark'", "ple-dark is one of ours"),
        ("name = 'x y'", "a name is of letters"),
        ("dark = 'yes'", "dark is true or false"),
        ("background = ", "Invalid value"),
        ("foreground = '#222222'", "foreground on background has a contrast of 1.1 : 1"),
    ],
)
def test_what_is_wrong_with_a_theme_is_told_by_its_name(said: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(said)
    _, problems = read(tmp_path)
    assert problem in problems[0]
    assert problems[0].startswith("mine.toml: ")


async def test_nothing_moves_or_blinks(typical: Path) -> None:
    async with opened(typical, "5") as pilot:
        assert pilot.app.animation_level == "none"
        assert pilot.app.screen.query_one(Input).cursor_blink is False
