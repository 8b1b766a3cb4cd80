"""Run a command with a real record store, Ralph: ``python tests/servers/ralph.py pytest tests/records -k real_store``.

Ralph pins old versions of what ple uses, so it lives in an environment of its own: in the folder ``PLE_RALPH``, else a
temporary one that is made anew each time (84 MB). ``PLE_TEST_LRS`` names the store to the command.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

SERVE = """
import sys, uvicorn
from ralph.backends.data.base import BaseOperationType
from ralph.backends.data.fs import FSDataBackend
FSDataBackend.default_operation_type = BaseOperationType.APPEND  # as it comes, its files can be written only once
from ralph.api import app
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


def main() -> int:
    """Start Ralph, run the command, stop Ralph; return the command's exit code."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "PLE_TEST_LRS": url}, check=False).returncode


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run Ralph with its files in ``folder`` and yield its address, with a name and password of this run."""
    home = Path(os.environ.get("PLE_RALPH") or folder / "venv")
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    if not (programs / "ralph").exists():
        venv.create(home, with_pip=True)
        subprocess.run(
            [programs / "python", "-m", "pip", "install", "-q", "ralph-malph[cli,lrs]", "requests"], check=True
        )
    user, password = "learner", secrets.token_hex(8)
    files = folder / "statements"
    files.mkdir()
    environ = {
        **os.environ,
        "RALPH_APP_DIR": str(folder),
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(files),
    }
    entered = ["-u", user, "-p", password, "-s", "all", "-M", "mailto:learner@example.org", "-w"]
    subprocess.run([programs / "ralph", "auth", *entered], env=environ, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen([programs / "python", "-c", SERVE, str(port)], env=environ)
    try:
        _wait(f"http://127.0.0.1:{port}/__lbheartbeat__", running)
        yield f"http://{user}:{password}@127.0.0.1:{port}/xAPI"
    finally:
        running.terminate()
        running.wait()


def _wait(url: str, running: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError("Ralph does not answer")


if __name__ == "__main__":
    sys.exit(main())
