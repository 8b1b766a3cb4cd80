"""Terminals that are gone before the screens are."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.drivers._writer_thread import WriterThread

from ple.tui import drafts
from ple.tui.memory import name_of
from ple.tui.terminal import Outlived

from .world import whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")


def test_what_is_painted_for_a_terminal_that_is_gone_blocks_nothing() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as screen:
        os.close(ours)
        writer = WriterThread(Outlived(screen))  # type: ignore[arg-type] # all that the thread asks of a file
        writer.start()

        def paint() -> None:
            for _ in range(100):
                writer.write("painted")
            writer.stop()

        painting = threading.Thread(target=paint, daemon=True)
        painting.start()
        painting.join(30)
        assert not painting.is_alive()
        with contextlib.suppress(OSError):  # what it still holds cannot be written
            screen.close()


@whole
def test_the_window_is_closed_in_the_middle_of_a_word(empty: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "ple", "--library", str(empty)]
    at_home = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=at_home, start_new_session=True
    )  # fmt: skip
    try:
        os.close(theirs)
        painted = b""

        def until(word: bytes) -> None:
            nonlocal painted
            while word not in painted:
                painted += os.read(ours, 65536)
            painted = b""

        until(b"Welcome")
        os.write(ours, b"\x1b")
        until(b"You follow nothing yet")
        os.write(ours, b"w")
        until(b"Markdown")
        os.write(ours, b"Begun")
        until(b"1 word")
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        assert process.wait(30) is not None
    finally:
        process.kill()
        process.wait()
    [left] = drafts.left_behind(tmp_path / "state" / "ple" / "drafts" / name_of(empty, None))
    assert left.text.startswith("B")
