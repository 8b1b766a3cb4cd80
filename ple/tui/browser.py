"""What opens an address of the web: the learner's own command, or the platform's browser.

A browser that is a window of its own gets nothing of our terminal: what it says there would be painted over, keys that
are meant for us would be read by it, and it would end with us. One for the terminal is lent ours while it runs.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
from pathlib import Path

SOON = 1.0
"""Seconds within which a browser that cannot start has said so."""
FOR_TERMINALS = frozenset({
    "browsh", "carbonyl", "cha", "elinks", "links", "links2", "lynx", "offpunk", "w3m", "www-browser",
})  # fmt: skip


class Browser:
    """Opens addresses by a command, or, where none is said, as the platform does. For threads: it may take a moment."""

    def __init__(self, command: str = "") -> None:
        self._said = command

    def for_terminal(self, address: str) -> bool:
        """Tell whether an address is opened in the terminal."""
        command = self._command(address)
        return command is not None and command != [] and Path(command[0]).name in FOR_TERMINALS

    def open_here(self, address: str) -> bool:
        """Open an address in the terminal, which has been lent; return whether that could be."""
        try:
            return subprocess.run(self._command(address) or [], check=False).returncode == 0  # noqa: S603 - as below
        except (OSError, IndexError):
            return False

    def __call__(self, address: str) -> bool:
        """Open an address; return whether that could be, as far as can be seen soon."""
        command = self._command(address)
        if command is None:
            import webbrowser

            return webbrowser.open(address)
        try:
            process = subprocess.Popen(  # noqa: S603 - the learner's own command
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, IndexError):
            return False
        waiting = threading.Thread(target=process.wait, daemon=True)  # it may outlive us
        waiting.start()
        waiting.join(SOON)
        return waiting.is_alive() or process.returncode == 0

    def _command(self, address: str) -> list[str] | None:
        """Return the command for an address, empty if there is none; None where the platform opens without one."""
        if self._said:
            try:
                return [*shlex.split(self._said), address]
            except ValueError:
                return []
        import webbrowser

        try:
            found = webbrowser.get()
        except webbrowser.Error:
            return []
        if not isinstance(found, webbrowser.GenericBrowser):
            return None
        return [found.name, *(word.replace("%s", address) for word in found.args)]
