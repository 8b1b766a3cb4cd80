"""Pictures of saved pages: kept ones are drawn, others are fetched only if the learner says so."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from ple.library.errors import InvalidInput
from ple.tui.graphics import drawn, protocol
from ple.tui.screens.pictures import Picture, pixels

from .world import environment_at, opened, press, seen, settle, whole
from .worlds import keep_a_picture


@pytest.mark.parametrize(
    ("environ", "how"),
    [({"TERM": "xterm-kitty"}, "kitty"), ({"TERM_PROGRAM": "iTerm.app"}, "iterm"), ({"TERM": "xterm-256color"}, None),
     ({"TERM": "xterm-kitty", "TMUX": "/tmp/1"}, None), ({"KITTY_WINDOW_ID": "1", "TERM": "screen"}, None),
     ({"TERM_PROGRAM": "WezTerm"}, "iterm"), ({"TERM_PROGRAM": "ghostty"}, "kitty"),
     ({"WT_SESSION": "1"}, "sixel"), ({}, None)],
)  # fmt: skip
def test_some_terminals_say_themselves_what_they_can(environ: dict[str, str], how: str | None) -> None:
    assert protocol(environ) == how


def test_a_picture_fits_and_what_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGBA", (200, 100), (0, 0, 0, 0)).save(path)
    rows = pixels(path, 40, 40)
    assert (len(rows[0]), len(rows)) == (40, 20)
    assert rows[0][0] == (255, 255, 255)  # clear is paper
    said = drawn(path, "kitty", 80, (640, 400))
    assert said.startswith("\x1b_Ga=T,f=100,c=80,m=0;")
    sent = base64.b64decode("".join(part.partition(";")[2] for part in said.strip().split("\x1b\\")))
    assert Image.open(io.BytesIO(sent)).size == (200, 100)
    assert drawn(path, "iterm", 80, (640, 400)).startswith("\x1b]1337;File=inline=1;width=80")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    with pytest.raises(InvalidInput):
        pixels(path, 10, 10)


def test_sixels_are_the_picture_again(tmp_path: Path) -> None:
    image = Image.new("RGB", (31, 17), (204, 0, 51))
    image.paste((0, 0, 255), (3, 5, 28, 16))
    path = tmp_path / "two.png"
    image.save(path)
    said = drawn(path, "sixel", 80, (640, 400))
    assert read_sixels(said) == [image.getpixel((x, y)) for y in range(17) for x in range(31)]
    assert len(said) < 600  # runs are counted
    assert '"1;1;20;11' in drawn(path, "sixel", 80, (20, 400))


def read_sixels(said: str) -> list[tuple[int, int, int]]:
    """Return the pixels that a terminal would show, as the VT340's manual has it."""
    size = re.search(r'"1;1;(\d+);(\d+)', said)
    assert size is not None
    wide, high = int(size[1]), int(size[2])
    found = [(-1, -1, -1)] * (wide * high)
    palette: dict[int, tuple[int, int, int]] = {}
    across = top = 0
    colour = (0, 0, 0)
    for said_colour, red, green, blue, times, dots, move in re.findall(
        r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|(?:!(\d+))?([?-~])|([$-])", said[size.end() : said.index("\x1b\\")]
    ):
        if said_colour:
            if red:
                palette[int(said_colour)] = (int(red) * 255 // 100, int(green) * 255 // 100, int(blue) * 255 // 100)
            colour = palette[int(said_colour)]
        elif move:
            across, top = 0, top + 6 * (move == "-")
        else:
            run = range(across, across + int(times or 1))
            for at in (row * wide + at for row in range(6) if ord(dots) - 63 >> row & 1 for at in run):
                found[top * wide + at] = colour
            across = run.stop
    return found


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
