"""What holds for every command: options anywhere, exit codes, what goes where."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ple.cli import output
from ple.cli.output import plain_values, print_json, print_table, when
from ple.cli.words import ago, due, moment, plural, size

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("words", [["--json", "tags", "list"], ["tags", "--json", "list"], ["tags", "list", "--json"]])
def test_options_of_everywhere_are_taken_before_the_noun_and_after_the_verb(ple, words: list[str]) -> None:
    assert ple(*words).json == []


def test_a_list_that_is_empty_says_on_standard_error_what_to_do(ple) -> None:
    said = ple("tags", "list")
    assert (said.out, "ple tag THING TAG" in said.err) == ("", True)
    assert ple("tags", "list", "--quiet").err == ""


def test_what_went_wrong_is_one_sentence_and_what_to_do_another(ple) -> None:
    said = ple("tag", "#99", "x", code=1)
    assert said.err.splitlines()[0] == "ple: there is no thing #99 in this library"
    assert said.out == ""


@pytest.mark.parametrize(
    "words",
    [["tags", "rename"], ["nonsense"], ["tags", "list", "--nope"], ["library", "restore", __file__]],
    ids=["missing argument", "no such command", "no such option", "a question where nobody can answer"],
)
def test_wrong_usage_ends_with_2(ple, words: list[str]) -> None:
    ple(*words, code=2)


def test_a_misspelt_command_is_guessed(ple) -> None:
    assert "Did you mean `ple journal`?" in ple("jurnal", code=2).err
    assert "`ple library backup`" in ple("backup", code=2).err
    assert "`ple search`?" in ple("find", code=2).err
    assert "import-mail" in ple("help", "feeds").out


def test_undo_says_what_it_took_back(ple) -> None:
    id = ple("journal", "write", "To be taken back", "--json").json["id"]
    assert ple("undo").out.startswith("Taken back: ")
    assert [(thing["id"], thing["title"]) for thing in ple("trash", "list", "--json").json] == [
        (id, "To be taken back")
    ]
    ple("trash", "restore", f"#{id}")
    assert ple("trash", "list", "--json").json == []


def test_what_was_taken_back_is_done_again_and_both_are_listed_with_titles(ple) -> None:
    id = ple("journal", "write", "On memory", "--json").json["id"]
    ple("tag", f"#{id}", "spaced")
    listed = ple("undo", "--list").out.splitlines()
    assert [line.split("\t")[-1] for line in listed] == ["Tagged “On memory”", "Wrote “On memory”"]
    assert ple("undo").out.startswith("Taken back: Tagged “On memory” (just now). `ple redo` does it again.")
    ple("undo")
    assert [step["label"] for step in ple("redo", "--list", "--json").json] == [
        "Wrote “On memory”",
        "Tagged “On memory”",
    ]
    assert ple("redo").out.startswith("Done again: Wrote “On memory”.")
    assert ple("redo", "--json").json["label"] == "Tagged “On memory”"
    assert "nothing to do again.\n" in ple("redo", "--list").err
    assert ple("redo", code=1).err.startswith("ple: there is nothing to do again\n")


def test_nothing_to_undo_is_an_error_not_a_traceback(ple) -> None:
    assert ple("undo", code=1).err == "ple: there is nothing to take back\n"


def test_emptying_the_trash_asks_first(ple) -> None:
    id = ple("journal", "write", "x", "--json").json["id"]
    ple("journal", "remove", str(id))
    ple("trash", "empty", code=2)
    assert ple("trash", "empty", "--yes", "--json").json == {"purged": 1}
    assert ple("library", "check").out == "The library is sound.\n"


def test_tags_links_and_back(ple) -> None:
    a = str(ple("journal", "write", "one", "--json").json["id"])
    b = str(ple("journal", "write", "two", "--json").json["id"])
    assert ple("tag", a, "Math/Topology", "--json").json["tags"] == ["math/topology"]
    ple("link", a, "two")
    assert [(end["direction"], end["id"]) for end in ple("links", b, "--json").json] == [("←", int(a))]
    ple("tags", "rename", "math", "maths")
    assert ple("tags", "list", "--json").json == [{"tag": "maths/topology", "count": 1}]


def test_a_merge_of_tags_is_one_step(ple) -> None:
    note = str(ple("journal", "write", "one", "--json").json["id"])
    ple("tag", note, "maths", "algebra/linear", "x")
    assert ple("tags", "merge", "maths", "algebra", "--into", "math", "--json").json == {"renamed": 1}
    assert [tag["tag"] for tag in ple("tags", "list", "--json").json] == ["math", "math/linear", "x"]
    assert "Merged the tags maths, algebra into math" in ple("undo").out
    assert [tag["tag"] for tag in ple("tags", "list", "--json").json] == ["algebra/linear", "maths", "x"]


def test_things_are_named_by_number_uid_and_part_of_the_title(ple) -> None:
    made = ple("journal", "write", "Notes on the hippocampus", "--json").json
    for name in (str(made["id"]), f"#{made['id']}", made["uid"], "hippocampus", "NOTES ON"):
        assert ple("journal", "show", name, "--json").json["id"] == made["id"]
    ple("journal", "write", "More notes on the hippocampus")
    assert "could be" in ple("journal", "show", "hippocampus", code=1).err


def test_a_number_of_another_kind_says_of_which(ple) -> None:
    id = ple("journal", "write", "Spacing", "--json").json["id"]
    assert f"#{id} is of the kind journal." in ple("bookmarks", "show", str(id), code=1).err


def test_json_has_times_in_utc_and_no_control_characters(capsys) -> None:
    value = {
        "at": NOW.astimezone(dt.timezone(dt.timedelta(hours=5))),
        "title": "a\x1b[31m\x9b\u202eb",
        "tags": {"b", "a"},
    }
    assert plain_values(value)["at"] == "2026-03-10T12:00:00Z"
    print_json(value)
    printed = capsys.readouterr().out
    assert json.loads(printed)["title"] == value["title"]
    assert all(c == "\n" or c.isprintable() for c in printed)


def test_a_table_into_a_pipe_has_tabs_and_loses_escape_sequences(capsys) -> None:
    print_table([{"id": 1}], [("#", lambda v: v["id"]), ("Title", lambda _: "evil\x1b]0;title\x07 name")])
    assert capsys.readouterr().out == "1\tevil name\n"


def test_moments_in_a_pipe_are_dates_that_programs_can_sort(ple, capfd) -> None:
    ple("journal", "remove", str(ple("journal", "write", "Old thoughts", "--json").json["id"]))
    moment = ple("trash", "list", "--json").json[0]["trashed_at"]
    assert ple("trash", "list").out.split("\t")[-1] == f"{moment[:19]}Z\n"

    print_table([{"at": NOW}, {"at": None}], [("When", when(lambda value: value["at"]))])
    assert capfd.readouterr().out == "2026-03-10T12:00:00Z\n\n"


def test_numbers_and_times_as_people_say_them() -> None:
    assert [plural(1, "entry", "entries"), plural(2000, "entry", "entries")] == ["1 entry", "2,000 entries"]
    assert ago(NOW - dt.timedelta(hours=2), NOW) == "2 h ago"
    assert due(NOW + dt.timedelta(days=1), NOW).startswith("tomorrow ")
    assert [size(999), size(1_400_000)] == ["999 bytes", "1.4 MB"]


def test_the_output_of_a_command_whose_reader_has_left_ends_quietly(ple) -> None:
    command = [sys.executable, "-m", "ple", "--library", str(ple.folder), "--help"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0  # what was asked for was done; `| head -1` in a script under `pipefail` goes on


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["bookmarks", "export"], None),
        (["highlights", "export"], None),
        (["xapi", "export"], None),
        (["lms", "receipts", "export"], None),
        (["feeds", "export"], None),
        (["feeds", "export", "OUT"], {"file", "bytes"}),
        (["lms", "calendar"], {"text"}),
        (["bookmarks", "export", "--format", "csv"], {"text"}),
        (["bookmarks", "export", "OUT"], {"file", "bytes"}),
        (["bookmarks", "cite", "--tag", "nothing", "--output", "OUT"], {"file", "bytes"}),
    ],
)
def test_an_export_with_json_is_one_json_document_too(ple, words: list[str], keys, tmp_path) -> None:
    said = ple(*(str(tmp_path / word) if word == "OUT" else word for word in words), "--json").json
    assert keys is None or set(said) == keys
    assert (tmp_path / "OUT").exists() == ("OUT" in words)


@pytest.mark.parametrize(
    "words",
    [
        ["lms", "connect", "http://127.0.0.1:9", "--kind", "moodle", "--token-stdin"],
        ["lms", "connect", "http://127.0.0.1:9", "--user", "student", "--password-stdin"],
        ["xapi", "connect", "http://127.0.0.1:9", "--user", "key", "--password-stdin"],
        ["feeds", "add", "http://127.0.0.1:9", "--user", "ada"],
        ["feeds", "sync", "connect", "http://127.0.0.1:9", "--login", "ada", "--password-stdin"],
        ["portfolio", "mentions", "token"],
        ["portfolio", "announcers", "add", "mastodon", "http://127.0.0.1:9"],
        ["portfolio", "publish", "s3://KEY@bucket?endpoint=http://127.0.0.1:9", "--secret-stdin"],
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_a_secret_that_does_not_come_through_the_pipe_is_not_kept_as_an_empty_one(ple, words: list[str]) -> None:
    for nothing in ("", "\n"):
        assert "no password or token on standard input" in ple(*words, stdin=nothing, code=1).err
    assert not (ple.folder / "secrets.json").exists()


def test_saving_a_list_with_nothing_in_it_says_so(ple) -> None:
    assert "there is no address on standard input" in ple("save", "-", stdin="# none\n", code=1).err


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
def test_a_command_whose_output_is_closed_does_its_work_quietly(ple) -> None:
    done = subprocess.run(
        [
            "sh",
            "-c",
            'exec "$@" >&- <&-',
            "sh",
            sys.executable,
            "-m",
            "ple",
            "--library",
            str(ple.folder),
            "tags",
            "list",
        ],
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, b"went wrong" in done.stderr) == (0, False)


def test_a_library_that_cannot_be_is_a_sentence(ple, tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    said = ple("--library", str(blocked / "x"), "library", "info", code=1)
    assert (said.out, said.err.splitlines()[0]) == ("", f"ple: the folder {blocked / 'x'} cannot be made")


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_an_export_leaves_what_lies_beside_it_alone_and_follows_links_and_pipes(ple, tmp_path) -> None:
    (tmp_path / "out.html.part").write_text("somebody's own")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    (tmp_path / "real.html").write_text("older")
    (tmp_path / "real.html").chmod(0o600)
    for name in ("out.html", "link.html"):
        ple("bookmarks", "export", str(tmp_path / name))
    ple("bookmarks", "export", str(tmp_path / "no" / "x.html"), code=1)

    assert (tmp_path / "out.html.part").read_text() == "somebody's own"
    assert (tmp_path / "link.html").is_symlink()
    assert "NETSCAPE" in (tmp_path / "real.html").read_text()
    assert (tmp_path / "real.html").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.glob("*.part"))) == 1
    os.mkfifo(tmp_path / "pipe")
    end = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    ple("bookmarks", "export", str(tmp_path / "pipe"))
    assert b"NETSCAPE" in os.read(end, 100)
    os.close(end)


@pytest.mark.parametrize("end", [dt.datetime.min, dt.datetime.max])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_moments_at_the_ends_of_the_calendar_are_said(end, zone, monkeypatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert all(said(end.replace(tzinfo=dt.UTC)) for said in (ago, due))
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "words",
    [
        ["bookmarks", "show", "\udcff"], ["bookmarks", "list", "--folder", "\udcff"],
        ["journal", "list", "--prompt", "\udcff"],
        ["trash", "restore", "99999999999999999999"], ["portfolio", "show", "99999999999999999999"],
        ["portfolio", "mentions", "allow", "99999999999999999999"], ["portfolio", "show", "3000000000"],
        ["--library", "~nobody-here/x", "library", "info"], ["--library", "https://e.org", "library", "info"],
        ["lms", "connect", "http://[::1"], ["journal", "import", "x" * 5000], ["portfolio", "build", "x" * 5000],
        ["journal", "import", "~nobody-here/x"], ["bookmarks", "cite", "--tag", "x", "--style", "~nobody-here/x.csl"],
    ],
)  # fmt: skip
def test_odd_words_are_answered_with_a_sentence(ple, words: list[str], tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)  # where a folder called ~nobody-here may be made
    said = ple(*words, code=None)
    assert "went wrong" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["journal", "import", ""], ["journal", "export", ""], ["library", "export", ""], ["library", "import", ""],
        ["library", "backup", ""], ["portfolio", "build", ""], ["bookmarks", "import", ""], ["feeds", "export", ""],
        ["journal", "write", "--file", ""], ["demo", "--keep", ""], ["tags", "list", "--library", ""],
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_path_is_wrong_usage_and_not_the_present_folder(ple, words: list[str], tmp_path, monkeypatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "note.md").write_text("not asked for")
    assert "it is empty" in ple(*words, code=2).err
    assert [path.name for path in Path().iterdir()] == ["note.md"]
    assert ple("journal", "list", "--json").json == []


@pytest.mark.parametrize("number", ["--5", "²", "9" * 5000])
def test_a_setting_that_is_no_number_is_a_sentence(ple, monkeypatch, number: str) -> None:
    monkeypatch.setenv("PLE_REFRESH_MINUTES", number)
    assert "must be a whole number" in ple("doctor", code=1).out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_an_export_that_has_no_room_says_so(ple) -> None:
    assert "cannot be written: no space left on device" in ple("bookmarks", "export", "/dev/full", code=1).err


def test_a_long_text_is_cut_for_a_table_in_no_time() -> None:
    began = time.process_time()
    assert output._cut("日本" * 5_000, 20) == "日本日本日本日本日…"
    assert time.process_time() - began < 1


def test_the_day_on_which_the_clock_is_changed_begins_at_midnight(monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        noon = dt.datetime(2026, 3, 29, 12)
        found = [moment(said, noon).strftime("%d %H") for said in ("today", "yesterday", "12h")]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == ["28 23", "27 23", "28 22"]
