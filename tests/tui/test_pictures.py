"""Pictures of saved pages: kept ones are drawn, others are fetched only if the learner says so."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from ple.library.errors import InvalidInput
from ple.tui.screens.pictures import Picture, drawn, pixels, protocol

from .world import environment_at, opened, press, seen, settle, whole
from .worlds import keep_a_picture


@pytest.mark.parametrize(
    ("environ", "how"),
    [({"TERM": "xterm-kitty"}, "kitty"), ({"TERM_PROGRAM": "iTerm.app"}, "iterm"), ({"TERM": "xterm-256color"}, None),
     ({"TERM": "xterm-kitty", "TMUX": "/tmp/1"}, None), ({"KITTY_WINDOW_ID": "1", "TERM": "screen"}, None),
     ({"TERM_PROGRAM": "WezTerm"}, "iterm"), ({"TERM_PROGRAM": "ghostty"}, "kitty"), ({}, None)],
)  # fmt: skip
def test_a_terminal_is_asked_nothing_it_says_itself_what_it_can(environ: dict[str, str], how: str | None) -> None:
    assert protocol(environ) == how


def test_a_picture_fits_and_what_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGBA", (200, 100), (0, 0, 0, 0)).save(path)
    rows = pixels(path, 40, 40)
    assert (len(rows[0]), len(rows)) == (40, 20)
    assert rows[0][0] == (255, 255, 255)  # clear is paper
    said = drawn(path, "kitty", 80)
    assert said.startswith("\x1b_Ga=T,f=100,c=80,m=0;")
    sent = base64.b64decode("".join(part.partition(";")[2] for part in said.strip().split("\x1b\\")))
    assert Image.open(io.BytesIO(sent)).size == (200, 100)
    assert drawn(path, "iterm", 80).startswith("\x1b]1337;File=inline=1;width=80")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    with pytest.raises(InvalidInput):
        pixels(path, 10, 10)


@whole
async def test_a_kept_picture_is_drawn_and_nothing_is_fetched_unasked(typical: Path) -> None:
    async with opened(typical, "3", "enter", "i") as pilot:
        assert "Fetch the pictures of “Desirable difficulties”?" in seen(pilot)
        await press(pilot, "n", "escape")
    environment = environment_at(typical)
    try:
        keep_a_picture(environment, environment.bookmarks.bookmark_ids()[0])
    finally:
        environment.close()
    async with opened(typical, "3", "enter", "i") as pilot:
        assert isinstance(pilot.app.screen, Picture)
        await settle(pilot)
        assert "curve.png" in seen(pilot)
        assert seen(pilot).count("▀") > 200
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert seen(pilot).count("▀") > 400
