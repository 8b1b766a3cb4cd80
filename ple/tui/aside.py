"""Putting ple aside, as ctrl+z does with other programs: only where a shell brings it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def shell() -> int | None:
    """Return the process that started our group and hears when it stops; None if nobody would wake it again.

    A window that runs ple and nothing else has no such shell: what stops there stops for ever.
    """
    if sys.platform == "win32":
        return None
    group = os.getpgrp()
    try:
        parent = os.getppid() if group == os.getpid() else _parent(group)
        same_session = os.getsid(parent) == os.getsid(0)
        return parent if same_session and os.getpgid(parent) != group else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def put_aside(driver: Driver) -> None:
    """Give the terminal back and stop our group, and in it what started us (`uv run ple`), until the shell wakes it.

    The terminal first: the shell takes it as soon as the first of the group has stopped. The driver takes it back.
    """
    driver.suspend_application_mode()
    driver._must_signal_resume = True  # type: ignore[attr-defined] # then the app paints all of it
    if sys.platform != "win32":
        os.killpg(os.getpgrp(), signal.SIGSTOP)


def _parent(process: int) -> int:
    command = ["ps", "-o", "ppid=", "-p", str(process)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True, timeout=2).stdout)  # noqa: S603
