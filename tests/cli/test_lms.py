"""``ple lms``, as a learner types it."""

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ple.lms.practice import PracticeLms
from tests.servers.lrs import PASSWORD, USER, Lrs

LINK = "https://sam.example.org/post"


@pytest.fixture
def lms(request: pytest.FixtureRequest) -> Any:
    """A practice Moodle, or of the kind that a test names."""
    with PracticeLms(getattr(request, "param", "moodle")) as lms:
        yield lms


@pytest.fixture
def connected(ple: Callable[..., Any], lms: PracticeLms) -> Callable[..., Any]:
    ple("lms", "connect", lms.url, "--token-stdin", stdin=lms.token + "\n")
    return ple


@pytest.mark.parametrize("lms", ["moodle", "canvas"], indirect=True)
def test_a_link_is_handed_in_and_again_and_once_there(connected: Callable[..., Any], lms: PracticeLms) -> None:
    found = {line["title"]: line for line in connected("lms", "assignments", "--json").json}
    number = str(found["Reflection post 1"]["id"])
    plan = connected("lms", "hand-in", number, "--url", LINK, "--plan", "--json").json
    assert (plan["link"], plan["problems"], plan["already"]) == (LINK, [], False)
    assert lms.school.writes == []

    receipt = connected("lms", "hand-in", number, "--url", LINK, "--yes", "--json").json
    assert receipt["state"] == "verified"
    assert receipt["sent_sha256"] == receipt["read_sha256"]
    for field in ("id", "uid", "kind", "title", "url", "tags", "created_at"):
        assert field in receipt
    again = connected("lms", "hand-in", "reflection post 1", "--url", LINK, "--yes")
    assert "already" in again.err
    assert len(lms.school.handed_in(1)) == 1

    (listed,) = connected("lms", "receipts", "--json").json
    assert listed["id"] == receipt["id"]
    shown = connected("lms", "receipts", "show", str(receipt["id"]))
    assert receipt["sent_sha256"] in shown.out
    record = connected("lms", "receipts", "show", str(receipt["id"]), "--record", "--json").json
    assert record["proofs"][0]["same"] is True
    assert connected("lms", "status", number, "--json").json["state"] == "submitted"


def test_what_lists_show(connected: Callable[..., Any]) -> None:
    (account,) = connected("lms", "accounts", "--json").json
    assert account["has_token"] is True
    assert {course["title"] for course in connected("lms", "courses", "--json").json} == {
        "Learning in Public",
        "Thinking with Data",
    }
    due = connected("lms", "assignments", "--due-within", "8d")
    assert "Reflection post 1" in due.out
    assert "Opens" in connected("lms", "show", "Week 9 notes").out
    assert connected("lms", "sync", "--json").json[0]["new"] == 0
    assert connected("lms", "assignments", "--due-within", "soon", code=2).err


def test_nothing_is_handed_in_unless_it_is_confirmed(connected: Callable[..., Any], lms: PracticeLms) -> None:
    connected("lms", "hand-in", "Reflection post 2", "--url", LINK, code=2)
    assert lms.school.writes == []


@pytest.mark.parametrize("more", [[], ["--url", LINK, "--text", "x"]], ids=["nothing", "two things"])
def test_wrong_usage_says_so(connected: Callable[..., Any], more: list[str]) -> None:
    said = connected("lms", "hand-in", "Reflection post 2", *more, "--yes", code=2)
    assert said.err
    assert "Traceback" not in said.err


def test_a_refusal_is_two_sentences(connected: Callable[..., Any], lms: PracticeLms) -> None:
    said = connected("lms", "hand-in", "Week 1 notes", "--url", LINK, "--yes", code=1)
    assert "closed on" in said.err
    assert lms.school.writes == []


def test_a_thing_of_the_library_is_handed_in_by_its_address(
    connected: Callable[..., Any], publisher: Any, lms: PracticeLms
) -> None:
    page = publisher.publish("/post", "<title>My post</title>", Content_Type="text/html")
    bookmark = connected("bookmarks", "add", page, "--json").json
    receipt = connected(
        "lms", "hand-in", "Reflection post 2", "--resource", str(bookmark["id"]), "--yes", "--json"
    ).json
    assert receipt["url"] == page
    note = connected("journal", "write", "Not published", "--json").json
    said = connected("lms", "hand-in", "Reading log", "--resource", str(note["id"]), "--yes", code=1)
    assert "no address" in said.err


@pytest.mark.parametrize("lms", ["moodle", "canvas"], indirect=True)
def test_a_text_is_handed_in(connected: Callable[..., Any]) -> None:
    receipt = connected("lms", "hand-in", "Five words", "--text", "one two three", "--yes", "--json").json
    assert receipt["state"] == "verified"
    assert receipt["url"] is None


def test_the_token_is_nowhere_in_what_was_written_or_said(connected: Callable[..., Any], lms: PracticeLms) -> None:
    said = connected("lms", "hand-in", "Reflection post 2", "--url", LINK, "--yes", "--json", "--verbose")
    said_more = connected("lms", "receipts", "--json").out + connected("lms", "accounts", "--json").out
    assert lms.token not in said.out + said.err + said_more
    folder = connected.folder  # type: ignore[attr-defined]
    holding = {file.name for file in folder.rglob("*") if file.is_file() and lms.token.encode() in file.read_bytes()}
    assert holding == {"secrets.json"}


@pytest.mark.parametrize("lms", ["moodle", "canvas"], indirect=True)
def test_a_wrong_token_connects_nothing(ple: Callable[..., Any], lms: PracticeLms) -> None:
    said = ple("lms", "connect", lms.url, "--token-stdin", stdin="wrong-token", code=1)
    assert "token" in said.err
    assert "wrong-token" not in said.err
    assert ple("lms", "accounts", "--json").json == []


def test_the_token_may_come_from_the_environment(
    ple: Callable[..., Any], lms: PracticeLms, monkeypatch: pytest.MonkeyPatch
) -> None:
    ple("lms", "connect", lms.url, code=2)
    monkeypatch.setenv("PLE_LMS_TOKEN", lms.token)
    assert ple("lms", "connect", lms.url, "--json").json["lms"] == lms.kind


def test_an_account_is_forgotten_with_its_token_and_the_receipts_stay(
    connected: Callable[..., Any], lms: PracticeLms
) -> None:
    connected("lms", "hand-in", "Reflection post 2", "--url", LINK, "--yes")
    connected("lms", "disconnect", "Practice School", "--yes")
    assert connected("lms", "accounts", "--json").json == []
    assert len(connected("lms", "receipts", "--json").json) == 1
    assert connected("today", "--json").json["due"] == []  # such as of a practice LMS, once it was tried
    assert connected("lms", "assignments", "--due-within", "90d", "--json").json == []
    assert "VEVENT" not in connected("lms", "calendar").out
    assert lms.token not in (connected.folder / "secrets.json").read_text()  # type: ignore[attr-defined]
    said = connected("lms", "status", "Reflection post 2", code=1)
    assert "connect" in said.err


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://school.example/", "ftp://school.example", "x y"])
def test_what_is_no_lms_is_said_in_two_sentences(ple: Callable[..., Any], address: str) -> None:
    said = ple("lms", "connect", address, "--token-stdin", stdin="a-token", code=1)
    assert said.err.startswith("ple: ")
    assert "Traceback" not in said.err
    assert "a-token" not in said.err


def test_lists_of_nothing_say_what_to_do(ple: Callable[..., Any]) -> None:
    for words in (["accounts"], ["courses"], ["assignments"], ["receipts"], ["sync"], ["status"]):
        said = ple("lms", *words)
        assert "ple lms" in said.err, words
        assert ple("lms", *words, "--json").json == []


def test_the_practice_lms_runs_and_can_be_stopped(ple: Callable[..., Any]) -> None:
    command = [sys.executable, "-m", "ple", "lms", "practice", "--port", "0", "--kind", "canvas"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first, how = process.stdout.readline(), process.stdout.readline()
            url, token = first.split()[5], how.split()[6]
            account = ple("lms", "connect", url, "--token-stdin", "--json", stdin=token).json
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
        finally:
            process.kill()
    assert account["lms"] == "canvas"
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said(ple: Callable[..., Any], lms: PracticeLms) -> None:
    port = lms.url.rpartition(":")[2]
    assert "taken" in ple("lms", "practice", "--port", port, code=1).err
    for fault, said in (
        ("mod_assign_save_submission=nonsense", "drop-answer"),
        ("submit=drop-answer", "mod_assign_save"),
    ):
        assert said in ple("lms", "practice", "--port", "0", "--fault", fault, code=2).err


def test_a_file_is_handed_in_and_its_receipt_leaves_as_a_page(connected: Callable[..., Any], tmp_path: Any) -> None:
    work = tmp_path / "work.pdf"
    work.write_bytes(b"%PDF-1.7")
    receipt = connected("lms", "hand-in", "data set", "--file", str(work), "--yes", "--json").json
    assert (receipt["state"], receipt["files"]) == ("verified", ["work.pdf"])
    page = tmp_path / "receipts.html"
    connected("lms", "receipts", "export", "-o", str(page))
    assert receipt["sent_sha256"] in page.read_text()
    (kept,) = connected("lms", "receipts", "export", "--format", "json", code=0).json
    assert kept["record"]["content"]["files"][0]["name"] == "work.pdf"


def test_a_hand_in_waits_in_the_outbox_until_the_lms_answers(connected: Callable[..., Any], lms: PracticeLms) -> None:
    lms.faults.arm("*", "maintenance")
    said = connected("lms", "hand-in", "reflection post 2", "--url", LINK, "--when-online")
    assert "outbox" in said.out
    (waiting,) = connected("lms", "outbox", "--json").json
    assert waiting["authorised"] is True
    (done,) = connected("lms", "outbox", "send", "--json").json
    assert done["outcome"] == "sent"
    assert len(lms.school.handed_in(2)) == 1


def test_grades_come_home_and_say_what_changed(connected: Callable[..., Any], lms: PracticeLms, tmp_path: Any) -> None:
    connected("lms", "hand-in", "reflection post 2", "--url", LINK, "--yes")
    lms.school.grade(2, 90, "<p>Well done.</p>", files={"marked.txt": b"good", "Marked?.txt": b"too"})
    connected("lms", "sync")
    assert "90.00 / 100.00" in connected("lms", "feedback").out
    shown = connected("lms", "feedback", "reflection post 2", "--save", str(tmp_path / "back"))
    assert "Well done." in shown.out
    assert sorted(file.read_bytes() for file in (tmp_path / "back").iterdir()) == [b"good", b"too"]
    (tmp_path / "file").touch()
    connected("lms", "feedback", "--save", str(tmp_path / "file" / "back"), code=1)
    assert "grade" in connected("lms", "news").out
    assert "BEGIN:VCALENDAR" in connected("lms", "calendar").out


def test_other_ways_to_connect(ple: Callable[..., Any], lms: PracticeLms) -> None:
    said = ple("lms", "connect", lms.url, "--user", "student", "--password-stdin", stdin="practice\n")
    assert "A Learner" in said.out
    ple("lms", "renew", "1", "--token-stdin", stdin=lms.token)
    ple("lms", "connect", "Evening school", "--kind", "manual")
    account = ple("lms", "accounts", "--json").json[-1]
    ple("lms", "add", "Never", "--account", str(account["id"]), "--due", "0001-01-01", code=2)
    ple("lms", "add", "Essay", "--account", str(account["id"]), "--due", "2030-01-01")
    receipt = ple("lms", "hand-in", "Essay", "--text", "My essay.", "--by-hand", "--yes", "--json").json
    assert receipt["state"] == "learner"
    ple("lms", "connect", lms.url, "--sso", stdin="https://example.org/\n", code=1)


def test_what_one_agreed_to_tell_is_told_by_itself_after_a_hand_in_and_a_grade(
    connected: Callable[..., Any], lms: PracticeLms
) -> None:
    with Lrs("adl") as store:
        connected("xapi", "connect", store.url, "--user", USER, "--password-stdin", stdin=f"{PASSWORD}\n")
        silent = connected("lms", "hand-in", "Week 2 notes", "--url", LINK, "--yes")
        assert "Told" not in silent.err
        connected("xapi", "consent", "handed-in", "graded", "--yes")
        said = connected("lms", "hand-in", "reflection post 2", "--url", LINK, "--yes")
        assert f"Told {store.url} about it" in said.err
        lms.school.grade(2, 90, "<p>Well done.</p>")
        assert "Told" in connected("lms", "sync").err
        hand_in, scored = store.statements.values()
    assert hand_in["verb"]["id"].endswith("/submit")
    assert hand_in["object"]["id"].endswith("/mod/assign/view.php?id=4")
    assert scored["verb"]["id"].endswith("/scored")
    assert scored["result"]["score"] == {"raw": 90, "min": 0, "max": 100, "scaled": 0.9}


def test_a_time_limit_is_started_from_the_command_line(connected: Callable[..., Any], lms: PracticeLms) -> None:
    lms.school.change(2, minutes=45)
    said = connected("lms", "hand-in", "reflection post 2", "--url", LINK, "--yes", code=1)
    assert "45 minutes" in said.err
    assert "Has to be done in 45 minutes" in connected("lms", "show", "reflection post 2").out
    connected("lms", "start", "reflection post 2", code=2)
    assert "runs out" in connected("lms", "start", "reflection post 2", "--yes").out
    said = connected("lms", "hand-in", "reflection post 2", "--url", LINK, "--yes")
    assert "Your time runs out" in said.err
    connected("lms", "start", "Reading log", "--yes", code=1)


def test_sessions_and_badges_are_listed(connected: Callable[..., Any], lms: PracticeLms, tmp_path: Any) -> None:
    lms.school.badges.append("Public Learner")
    (badge,) = connected("lms", "badges", "--json").json
    assert badge["url"].startswith(f"{lms.url}/badges/assertion.php?b=")
    file, lines = tmp_path / "school.ics", ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for title, hours in (("Seminar", 3), ("Lecture", -3)):
        begins = f"DTSTART:{dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours):%Y%m%dT%H%M%SZ}"
        lines += ["BEGIN:VEVENT", f"UID:{hours}", f"SUMMARY:{title}", begins, "DURATION:PT1H", "LOCATION:Room 7"]
        lines.append("END:VEVENT")
    file.write_text("\n".join([*lines, "END:VCALENDAR", ""]))
    connected("lms", "connect", str(file))
    (session,) = connected("lms", "sessions", "--json").json
    assert "Room 7" in connected("lms", "sessions").out
    assert "“Seminar”" in connected("today").out
    assert "has not begun" in connected("lms", "attended", str(session["id"]), code=1).err
    (session,) = connected("lms", "sessions", "--past", "--json").json
    assert "you were there" in connected("lms", "attended", str(session["id"])).out
    (total,) = connected("lms", "sessions", "--attendance", "--json").json
    assert (total["attended"], total["hours"]) == (1, 1.0)


def test_the_clock_of_the_practice_lms_can_go_wrong(ple: Callable[..., Any]) -> None:
    said = ple("lms", "practice", "--clock", "sometimes", code=2)
    assert "no time" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_what_is_handed_in_by_hand_is_copied(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ple.cli.clipboard import copy

    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    assert copy(LINK) is False
    program = folder / "wl-copy"
    program.write_text(f"#!/bin/sh\n/bin/cat > {tmp_path}/copied\n")
    program.chmod(0o755)
    assert copy(LINK) is True
    assert (tmp_path / "copied").read_text() == LINK


def test_yes_does_not_say_that_something_was_handed_in_elsewhere(ple: Callable[..., Any]) -> None:
    ple("lms", "connect", "Evening school", "--kind", "manual")
    ple("lms", "add", "Essay", "--account", "Evening school", "--url", "https://school.example/essay")
    said = ple("lms", "hand-in", "Essay", "--text", "words", "--yes", code=2).err
    assert "Nothing was handed in" in said
    assert "https://school.example/essay" in said
    assert ple("lms", "receipts", "--json").json == []
    assert ple("lms", "hand-in", "Essay", "--text", "words", "--yes", "--by-hand", "--json").json["state"] == "learner"
