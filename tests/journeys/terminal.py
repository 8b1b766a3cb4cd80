"""A real terminal for the stories: tmux on a socket of its own, real keys, what is really on the screen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[2]
_sockets = count()


class Terminal:
    """A tmux session of its own, on a socket of its own."""

    def __init__(self, command: str, environ: dict[str, str], width: int = 80, height: int = 24) -> None:
        self.socket = f"ple-test-{os.getpid()}-{next(_sockets)}"  # the one before may not have gone yet
        settings = [word for name, value in environ.items() for word in ("-e", f"{name}={value}")]
        size = ["-x", str(width), "-y", str(height)]
        self.tmux("new-session", "-d", "-s", "t", *size, *settings, f"{command}; echo ENDED $?; exec sleep 60")

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self.socket, "-f", "/dev/null", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "t")

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "t", "-l", text)

    def resize(self, width: int, height: int) -> None:
        self.tmux("resize-window", "-t", "t", "-x", str(width), "-y", str(height))

    def wait(self, text: str, *, gone: bool = False, seconds: float = 60) -> str:
        """Wait until a text is on the screen, or no longer; return the screen."""
        end = time.monotonic() + seconds
        while (text in (shown := self.screen())) is gone:
            assert time.monotonic() < end, f"{text!r} {'stayed' if gone else 'never came'}:\n{shown}"
            time.sleep(0.05)
        return shown

    def pid(self) -> int:
        """The process of the screens, which the shell of the pane started."""
        shell = self.tmux("display-message", "-p", "-t", "t", "#{pane_pid}").strip()
        children = subprocess.run(["pgrep", "-P", shell], check=True, capture_output=True, text=True).stdout
        return int(children.split()[0])

    def again(self, command: str) -> None:
        """Start something in the pane anew."""
        self.tmux("respawn-pane", "-k", "-t", "t", f"{command}; echo ENDED $?; exec sleep 60")

    def close(self) -> None:
        self.tmux("kill-server")


def command(*more: str) -> str:
    """The screens of this checkout."""
    return " ".join(["cd", str(ROOT), "&&", sys.executable, "-m", "ple", *more])


def environ_of(folder: Path, config: Path, **more: str) -> dict[str, str]:
    """What the screens are started with: the same wherever it runs."""
    return {
        "PLE_LIBRARY": str(folder),
        "PLE_CONFIG": str(config),
        "XDG_STATE_HOME": str(folder.with_name("state")),
        "PLE_NO_KEYRING": "1",
        "PLE_REFRESH_MINUTES": "0",
        "VISUAL": "",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
        "NO_COLOR": "",
        **more,
    }
