"""Opening addresses: in windows of their own, in the terminal, and not at all."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from ple.tui.browser import Browser

from .test_first_hour import Lent
from .world import TestedApp, opened, press, send, settle, until, whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="commands of POSIX")
HERE = "https://example.org/a b"


def command(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def said(pilot: Any) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


def test_a_window_of_its_own_gets_nothing_of_our_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = f'echo garbage; echo more >&2; read key || echo "$1 $2" > {tmp_path}/opened'
    assert Browser(f"{command(tmp_path / 'browser', script)} --new")(HERE)
    assert (tmp_path / "opened").read_text() == f"--new {HERE}\n"
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_started_or_fails_at_once_has_not_opened_anything(tmp_path: Path) -> None:
    assert not Browser(command(tmp_path / "browser", "exit 3"))(HERE)
    assert not Browser(str(tmp_path / "nowhere"))(HERE)
    assert not Browser("an 'unclosed quote")(HERE)
    assert not Browser("an 'unclosed quote").for_terminal(HERE)
    assert not Browser("lynx-that-is-nowhere").open_here(HERE)


@whole
async def test_keys_work_while_a_browser_takes_its_time(typical: Path) -> None:
    go = threading.Event()
    app = TestedApp(typical)
    app._open_address = lambda _: go.wait(60)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await press(pilot, "2")
            app.browse(HERE)
            room = cast("Any", app.screen)
            before = room.list.key
            send(pilot, "j", "j")
            while room.list.key == before:
                await pilot.pause()
            go.set()
            await settle(pilot)
    finally:
        app.doors.close()


async def test_a_browser_for_terminals_is_lent_ours(typical: Path, tmp_path: Path) -> None:
    lynx = command(tmp_path / "lynx", f'echo "$1" > {tmp_path}/opened')
    async with opened(typical) as pilot:
        driver = cast("Lent", pilot.app._driver)
        driver.__class__ = Lent
        cast("TestedApp", pilot.app)._open_address = Browser(lynx)
        cast("TestedApp", pilot.app).browse(HERE)
        await until(pilot, lambda: (tmp_path / "opened").exists())
        assert driver.away == 0
        cast("TestedApp", pilot.app)._open_address = Browser(command(tmp_path / "w3m", "exit 1"))
        cast("TestedApp", pilot.app).browse(HERE)
        await settle(pilot)
        assert said(pilot) == [f"No browser could be opened here. The address is\n{HERE}"]
