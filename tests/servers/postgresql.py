"""Run a command with a private PostgreSQL server: ``python tests/servers/postgresql.py COMMAND …``.

The server is Debian's, runs as a user other than root (it refuses to run as root), listens on a free port of the
loopback interface, keeps its data in a temporary folder, and is gone when the command ends. ``PLE_TEST_POSTGRESQL``
names it to the command. Where the package is missing it is installed, which needs root and Debian.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def main() -> int:
    """Start the server, run the command, stop the server; return the command's exit code."""
    with server() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "PLE_TEST_POSTGRESQL": url}, check=False).returncode


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server and yield its address."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="ple-postgresql-"))
    other = _other_user()
    if other:
        os.chown(folder, *other)

    def become() -> None:
        if other:
            os.setgid(other[1])
            os.setuid(other[0])

    def run(*command: object) -> None:
        done = subprocess.run(
            [str(word) for word in command], cwd=folder, preexec_fn=become, capture_output=True, text=True, check=False
        )
        if done.returncode:
            log = folder / "log"
            sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}")

    run(programs / "initdb", "--pgdata", folder / "data", "--username", "ple", "--auth", "trust", "-E", "UTF8", "-N")
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c synchronous_commit=off"
    run(programs / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield f"postgresql+psycopg://ple@127.0.0.1:{port}/postgres"
    finally:
        signal.signal(signal.SIGTERM, previous)
        run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and shutil.which("apt-get") and os.getuid() == 0:
        print("Installing PostgreSQL …", flush=True)
        # no cluster of the package's own: we start ours
        conf = Path("/etc/postgresql-common/createcluster.d")
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "none.conf").write_text("create_main_cluster = false\n")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "postgresql"], check=True, env=quiet, stdout=subprocess.DEVNULL
        )
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        sys.exit("PostgreSQL's server is not installed: sudo apt install postgresql")
    return found[-1].parent


def _other_user() -> tuple[int, int] | None:
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    sys.exit("PostgreSQL does not run as root, and there is no other user here")


if __name__ == "__main__":
    sys.exit(main())
