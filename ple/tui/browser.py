"""What opens an address of the web: the learner's own command, or the platform's browser."""

from __future__ import annotations

import shlex
import subprocess
import webbrowser
from collections.abc import Callable


def opener(command: str) -> Callable[[str], object]:
    """Return what opens an address: the learner's own command, or the platform's browser."""
    if not command:
        return webbrowser.open

    def open_address(address: str) -> bool:
        try:
            subprocess.Popen(  # noqa: S603 - the learner's own command
                [*shlex.split(command), address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except (OSError, ValueError):
            return False
        return True

    return open_address
