"""No token, password, key or private address in anything that a whole journey wrote or said."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ple.lms.practice import PracticeLms
from ple.lms.practice.canvas import OAUTH_CLIENT, OAUTH_CODE, OAUTH_REFRESH, OAUTH_SECRET
from ple.lms.practice.moodle_files import CALENDAR_KEY
from tests.servers.lrs import PASSWORD as STORE_PASSWORD
from tests.servers.lrs import USER, Lrs

PASSWORD = "practice"
WRONG = "not-my-passw0rd"
LINK = "https://sam.example.org/post"


def test_a_full_journey_leaves_no_secret_anywhere(ple: Any, tmp_path: Path, at_home: Path) -> None:
    """Every verb of ``ple lms``, as talkative as can be, with errors and a crash on the way; then look everywhere."""
    from ple.cli.lms import command

    said: list[str] = []
    ran: set[str] = set()

    def run(*words: str, stdin: str | None = None, code: int | None = 0) -> Any:
        ended = ple(*words, "--verbose", stdin=stdin, code=code)
        said.extend((ended.out, ended.err))
        if words[0] == "lms":
            ran.add(words[1])
        return ended

    work = tmp_path / "work.txt"
    work.write_text("My work.")
    with PracticeLms("moodle") as moodle, PracticeLms("canvas") as canvas, Lrs("adl") as lrs:
        feed = f"{moodle.url}/calendar/export_execute.php?userid=4&authtoken={CALENDAR_KEY}"
        run("lms", "connect", moodle.url, "--user", "student", "--password-stdin", stdin=f"{PASSWORD}\n")
        run("lms", "connect", moodle.url, "--user", "student", "--password-stdin", stdin=f"{WRONG}\n", code=1)
        run("lms", "connect", moodle.url, "--sso", stdin="moodlemobile://token=bm90IHRoaXM6Ojp0b2tlbg==\n", code=1)
        run("lms", "connect", canvas.url, "--oauth", OAUTH_CLIENT, stdin=f"{OAUTH_SECRET}\n{OAUTH_CODE}\n")
        run("lms", "renew", "1", "--sso", stdin=f"{moodle.token}\n", code=None)
        run("lms", "connect", feed)
        run("lms", "connect", feed.replace(CALENDAR_KEY, CALENDAR_KEY[:-2] + "zz"), code=1)
        run("lms", "connect", "Evening school", "--kind", "manual")
        run("xapi", "connect", lrs.url, "--user", USER, "--password-stdin", stdin=f"{STORE_PASSWORD}\n")
        run("xapi", "consent", "handed-in", "graded", "--yes")
        accounts = {each["lms"]: str(each["id"]) for each in run("lms", "accounts", "--json").json}
        run("lms", "add", "Essay", "--account", accounts["manual"], "--due", "2030-01-01")
        moodle.school.badges.append("Public Learner")
        moodle.school.change(3, minutes=60)
        tasks = {(each["account"], each["title"]): str(each["id"]) for each in run("lms", "assignments", "--json").json}
        for (_, title), number in tasks.items():
            if title == "Reading log":
                run("lms", "hand-in", number, "--file", str(work), "--yes", "--json", code=None)
            elif title == "Reflection post 2":
                run("lms", "hand-in", number, "--url", LINK, "--yes", code=None)  # a calendar takes nothing
            elif title == "Final portfolio" and "start" not in ran:
                run("lms", "start", number, "--yes")
            elif title == "Reflection post 1" and "outbox" not in ran:
                (moodle if "outbox" not in ran else canvas).faults.arm("*", "maintenance")
                run("lms", "hand-in", number, "--url", LINK, "--when-online")
                run("lms", "outbox", "--json")
        moodle.school.grade(2, 90, "<p>Good.</p>", files={"marked.txt": b"x"})
        canvas.school.grade(2, 90, "Good.", files={"marked.txt": b"x"})
        run("lms", "sync", "--json")
        run("lms", "outbox", "send", "--json", code=None)
        for words in (
            ("feedback", "--json"), ("news", "--json"), ("courses", "--json"), ("badges", "--json"), ("sessions",),
            ("receipts", "export", "--format", "json", "-o", str(tmp_path / "receipts.json")),
            ("receipts", "export", "-o", str(tmp_path / "receipts.html")),
            ("receipts", "show", "reflection post 2", "--record"), ("calendar", str(tmp_path / "due.ics")),
            ("show", "reading log"), ("status",), ("attended", "1"),
        ):  # fmt: skip
            run("lms", *words, code=None)
        run("xapi", "export", str(tmp_path / "record.json"))
        run("library", "backup", str(tmp_path / "backup"), code=None)
        run("library", "export", str(tmp_path / "everything"), code=None)
        run("search", "reflection", "--json")
        run("today", "--json")
        for fault in ("maintenance", "expired", "garbage", "redirect"):
            for lms in (moodle, canvas):
                lms.faults.arm("*", fault)
            run("lms", "sync", code=None)
        run("doctor", code=None)
        with sqlite3.connect(ple.folder / "library.sqlite") as database:
            kept = database.execute("SELECT capabilities FROM lms_account LIMIT 1").fetchone()
            database.execute("UPDATE lms_account SET capabilities = '{'")
        database.close()
        crashed = run("lms", "accounts", code=1)
        assert "should not have" in crashed.err
        with sqlite3.connect(ple.folder / "library.sqlite") as database:
            database.execute("UPDATE lms_account SET capabilities = ?", kept)
        database.close()
        kept_there = (ple.folder / "secrets.json").read_text()
        for secret in (moodle.token, canvas.token, CALENDAR_KEY, OAUTH_SECRET, OAUTH_REFRESH, STORE_PASSWORD):
            assert secret in kept_there, "what is looked for has to have been there"
        run("lms", "disconnect", accounts["canvas"], "--yes")
        secrets = {
            "a Moodle token": moodle.token, "a Canvas token": canvas.token, "a calendar key": CALENDAR_KEY,
            "a developer key": OAUTH_SECRET, "a code": OAUTH_CODE, "a refresh token": OAUTH_REFRESH,
            "a wrong password": WRONG, "a file's key": "Ver1f1er", "an access key": "0" * 32,
            "a store's password": STORE_PASSWORD, "a feed's key": CALENDAR_KEY[:-2] + "zz",
        }  # fmt: skip
    assert ran == set(command.commands) - {"practice"}, "a verb of ple lms is not in this journey"
    files = [
        file
        for folder in (tmp_path, at_home)
        for file in folder.rglob("*")
        if file.is_file() and file.name != "secrets.json"
    ]
    assert any(file.name == "errors.log" for file in files)
    wrote = {str(file): unpacked(file) for file in files} | {"what was said": "".join(said).encode()}
    for name, secret in secrets.items():
        for where, data in wrote.items():
            assert secret.encode() not in data, f"{name} is in {where}"
    secret_file = ple.folder / "secrets.json"
    assert PASSWORD not in {str(value) for value in json.loads(secret_file.read_text()).values()}
    if os.name == "posix":
        assert secret_file.stat().st_mode & 0o777 == 0o600


def unpacked(file: Path) -> bytes:
    """What is in a file; of an archive or a packed file, what is in it."""
    data = file.read_bytes()
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return data + b"".join(archive.read(name) for name in archive.namelist())
    return data + gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


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
