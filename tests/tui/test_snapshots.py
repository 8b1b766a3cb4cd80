"""What each room looks like: pictures that a person looked at, compared cell by cell.

`pytest tests/tui/test_snapshots.py --snapshot-update` makes them anew; look at each before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from .world import opened, press, settle, type_in


class Picture(SingleFileSnapshotExtension):
    """An SVG a file."""

    _file_extension = "svg"
    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize(
    ("size", "theme"), [((80, 24), "ple-dark"), ((120, 40), "ple-light")], ids=["80x24-dark", "120x40-light"]
)
@pytest.mark.parametrize("world", ["typical", "empty"])
async def test_rooms(
    world: str, size: tuple[int, int], theme: str, request: pytest.FixtureRequest, snapshot: Any
) -> None:
    pictures = snapshot.use_extension(Picture)
    folder: Path = request.getfixturevalue(world)
    wrong = []
    async with opened(folder, size=size, theme=theme) as pilot:

        async def look(name: str) -> None:
            for _ in range(20):  # on a machine that is busy, what is asked for behind the paint may come late
                await settle(pilot)
                if pilot.app.export_screenshot(title="ple") == pictures(name=name):
                    return
                await pilot.pause(0.25)
            wrong.append(name)

        await look("today")
        for key, name in (("2", "feeds"), ("3", "library"), ("4", "journal"), ("6", "handin"), ("7", "portfolio")):
            await press(pilot, key)
            await look(name)
        if world == "typical":
            await press(pilot, "2", "j", "enter")
            await look("article")
            if size[0] == 80:
                await press(pilot, "left", "left")
                await look("tree")
            await press(pilot, "question_mark")
            await look("help")
            await press(pilot, "escape", "t")
            await look("dialog")
            await press(pilot, "escape", "4", "e")
            await look("editor")
            await press(pilot, "escape")
        await press(pilot, "5")
        if world == "typical":
            await type_in(pilot, "forgetting")
            await press(pilot, "enter")
        await look("search")
    assert not wrong, f"these look different now: {', '.join(wrong)}"
