"""Leaving in good order when the window is closed or the machine goes down, not in the middle of a word."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ple.tui.app import LearningApp


def hear_the_end(app: LearningApp) -> None:
    """Keep what is being written as a draft, and leave, when the terminal or the system says so."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGHUP", "SIGTERM"):
        with contextlib.suppress(AttributeError, NotImplementedError):  # Windows has neither
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), partial(_leave, app))


def _leave(app: LearningApp) -> None:
    from ple.tui.screens.editor import Editor

    for stack in app._screen_stacks.values():
        for screen in stack:
            if isinstance(screen, Editor):
                screen.save_draft()  # at once: who closed the window may not wait for us
    app.call_later(app.action_quit)
