"""No token, password, key or private address in anything that a whole journey wrote or said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ple.lms.practice import PracticeLms
from ple.lms.practice.canvas import OAUTH_CLIENT, OAUTH_CODE, OAUTH_REFRESH, OAUTH_SECRET
from ple.lms.practice.moodle_files import CALENDAR_KEY

PASSWORD = "practice"
LINK = "https://sam.example.org/post"


def test_a_full_journey_leaves_no_secret_anywhere(ple: Any, tmp_path: Path, at_home: Path) -> None:
    said: list[str] = []

    def run(*words: str, stdin: str | None = None, code: int | None = 0) -> Any:
        ended = ple(*words, "--verbose", stdin=stdin, code=code)
        said.extend((ended.out, ended.err))
        return ended

    work = tmp_path / "work.txt"
    work.write_text("My work.")
    with PracticeLms("moodle") as moodle, PracticeLms("canvas") as canvas:
        feed = f"{moodle.url}/calendar/export_execute.php?userid=4&authtoken={CALENDAR_KEY}"
        run("lms", "connect", moodle.url, "--user", "student", "--password-stdin", stdin=f"{PASSWORD}\n")
        run("lms", "connect", moodle.url, "--user", "student", "--password-stdin", stdin="not-my-passw0rd\n", code=1)
        run("lms", "connect", canvas.url, "--oauth", OAUTH_CLIENT, stdin=f"{OAUTH_SECRET}\n{OAUTH_CODE}\n")
        run("lms", "renew", "1", "--sso", stdin=f"{moodle.token}\n", code=None)
        run("lms", "connect", feed)
        run("lms", "accounts", "--json")
        tasks = {(each["account"], each["title"]): str(each["id"]) for each in run("lms", "assignments", "--json").json}
        for (account, title), number in tasks.items():
            if title == "Reading log":
                run("lms", "hand-in", number, "--file", str(work), "--yes", "--json")
            elif title == "Reflection post 2":
                run("lms", "hand-in", number, "--url", LINK, "--yes", "--json")
            assert account
        moodle.school.grade(2, 90, "<p>Good.</p>", files={"marked.txt": b"x"})
        canvas.school.grade(2, 90, "Good.", files={"marked.txt": b"x"})
        run("lms", "sync", "--json")
        run("lms", "feedback", "--json")
        run("lms", "receipts", "export", "--format", "json", "-o", str(tmp_path / "receipts.json"))
        run("lms", "receipts", "export", "-o", str(tmp_path / "receipts.html"))
        run("lms", "calendar", str(tmp_path / "due.ics"))
        run("library", "backup", str(tmp_path / "backup"), code=None)
        for fault in ("maintenance", "expired", "garbage"):
            for lms in (moodle, canvas):
                lms.faults.arm("*", fault)
            run("lms", "sync", code=None)
        run("doctor", code=None)
        run("lms", "outbox", "--json")
        secrets = {
            "a Moodle token": moodle.token, "a Canvas token": canvas.token, "a calendar key": CALENDAR_KEY,
            "a developer key": OAUTH_SECRET, "a code": OAUTH_CODE, "a refresh token": OAUTH_REFRESH,
            "a wrong password": "not-my-passw0rd", "a file's key": "Ver1f1er", "an access key": "0" * 32,
        }  # fmt: skip
    kept = [
        file
        for folder in (tmp_path, at_home)
        for file in folder.rglob("*")
        if file.is_file() and file.name != "secrets.json"
    ]
    assert len(kept) >= 5
    wrote = {str(file): file.read_bytes() for file in kept} | {"what was said": "".join(said).encode()}
    for name, secret in secrets.items():
        for where, data in wrote.items():
            assert secret.encode() not in data, f"{name} is in {where}"
    secret_file = ple.folder / "secrets.json"
    assert PASSWORD not in {str(value) for value in json.loads(secret_file.read_text()).values()}
    if os.name == "posix":
        assert secret_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_secret_is_among_the_arguments_of_a_process(tmp_path: Path) -> None:
    with PracticeLms("moodle") as lms:
        process = subprocess.Popen(
            [sys.executable, "-m", "ple", "--library", str(tmp_path / "l"), "lms", "connect", lms.url, "--token-stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        out, err = process.communicate(lms.token.encode(), timeout=60)
    assert process.returncode == 0, err
    assert lms.token.encode() not in arguments + out + err
