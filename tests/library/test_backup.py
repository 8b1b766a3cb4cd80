"""Backups, and going back to one."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from ple.environment import Environment
from ple.library import LibraryError
from ple.library.errors import LibraryBusy, SchemaTooNew


def test_a_backup_holds_what_was_there_and_restoring_brings_it_back(sqlite_environment) -> None:
    library, journal = sqlite_environment.library, sqlite_environment.journal
    kept = journal.write("kept").id
    epoch = library.epoch()
    backup = library.back_up()
    lost = journal.write("written after the backup").id
    before = library.restore_backup(backup)
    assert journal.entry(kept).text == "kept"
    assert [entry.id for entry in journal.entries()] == [kept]
    assert library.epoch() != epoch
    assert library.check() == []
    library.restore_backup(before)
    assert journal.entry(lost).text == "written after the backup"


def test_search_follows_when_the_library_goes_back(sqlite_environment) -> None:
    library, journal, search = sqlite_environment.library, sqlite_environment.journal, sqlite_environment.search
    journal.write("an early word: aardvark")
    backup = library.back_up()
    journal.write("a late word: zebra")
    assert search.find("zebra").total == 1
    library.restore_backup(backup)
    journal.write("another late word: okapi")
    assert [search.find(word).total for word in ("aardvark", "zebra", "okapi")] == [1, 0, 1]


def test_a_file_that_is_no_backup_is_refused(sqlite_environment, tmp_path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 5000)
    with pytest.raises(LibraryError, match="not a backup"):
        sqlite_environment.library.restore_backup(tmp_path / "photo.jpg")


def test_a_backup_of_a_newer_ple_is_refused_and_what_is_there_stays(sqlite_environment) -> None:
    library, journal = sqlite_environment.library, sqlite_environment.journal
    kept = journal.write("kept").id
    newer = library.back_up()
    with closing(sqlite3.connect(newer)) as backup:
        backup.execute("UPDATE alembic_version SET version_num = '9999'")
        backup.commit()
    with pytest.raises(SchemaTooNew, match="newer ple"):
        library.restore_backup(newer)
    assert journal.entry(kept).text == "kept"


def test_threads_that_ask_for_a_part_at_once_get_the_same(tmp_path) -> None:
    environment = Environment(tmp_path)
    start, found = threading.Barrier(4), []

    def ask() -> None:
        start.wait(10)
        found.append((environment.journal, environment.library))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, [part for pair in found for part in pair]))) == 2
    environment.close()


def test_a_backup_is_never_written_over_a_file(sqlite_environment, tmp_path) -> None:
    target = tmp_path / "mine.sqlite"
    target.write_text("precious")
    with pytest.raises(LibraryError, match="is there already"):
        sqlite_environment.library.back_up(target)
    assert target.read_text() == "precious"
    for impossible in (sqlite_environment.library.back_up, sqlite_environment.library.restore_backup):
        with pytest.raises(LibraryError):
            impossible(tmp_path / ("a" * 300))


def test_a_damaged_library_can_be_put_back_and_is_kept_as_it_was(ple, tmp_path) -> None:
    ple("journal", "write", "kept")
    where = Path(ple("library", "info", "--json").json["folder"])
    backup = ple("library", "backup", "--json").json["file"]
    file = where / "library.sqlite"
    broken = file.read_bytes()[:4096] + b"\x55" * 40_960
    file.write_bytes(broken)
    assert "restore" in ple("journal", "list", code=1).err
    before = Path(ple("library", "restore", backup, "--yes", "--json").json["before"])
    assert before.read_bytes() == broken
    assert "kept" in ple("journal", "list").out
    assert ple("library", "check").out == "The library is sound.\n"


def test_a_library_of_a_newer_ple_can_be_put_back(sqlite_environment, tmp_path) -> None:
    library = sqlite_environment.library
    kept = sqlite_environment.journal.write("kept").id
    backup = library.back_up()
    library.close()
    with closing(sqlite3.connect(library.path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    with pytest.raises(SchemaTooNew):
        library.open()
    sqlite_environment.unopened_library().restore_backup(backup)
    assert sqlite_environment.journal.entry(kept).text == "kept"


def test_compacting_says_that_another_program_is_writing(sqlite_environment) -> None:
    library = sqlite_environment.library
    sa.event.listen(library._engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 1"))
    library.close()
    with closing(sqlite3.connect(library.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryBusy):
            library.compact()


def test_the_commands_that_look_after_a_library_say_what_they_did(ple, tmp_path) -> None:
    ple("journal", "write", "kept")
    info = ple("library", "info", "--json").json
    assert (info["things"], info["would_undo"]) == ({"journal": 1}, "Wrote “kept”")
    ple("library", "backup", str(tmp_path / "copy.sqlite"))
    lost = ple("journal", "write", "lost", "--json").json["id"]
    ple("library", "restore", str(tmp_path / "copy.sqlite"), "--yes")
    ple("journal", "show", str(lost), code=1)
    assert ple("library", "check").out == "The library is sound.\n"
    assert "freed" in ple("library", "compact", "--json").json
    assert {checked["state"] for checked in ple("doctor", "--json").json} <= {"ok", "note"}


def test_who_looks_for_a_backup_hears_what_is_there_and_not_that_it_is_damaged(ple, tmp_path) -> None:
    said = ple("library", "restore", str(tmp_path / "misspelt.sqlite"), "--yes", code=1).err
    assert "there is no file" in said
    assert "There is none in" in said
    backup = ple("library", "backup", "--json").json["file"]
    assert Path(backup).name in ple("library", "restore", str(tmp_path / "misspelt.sqlite"), "--yes", code=1).err
    ple("library", "export", str(tmp_path / "archive"))
    assert "ple library import" in ple("library", "restore", str(tmp_path / "archive"), "--yes", code=1).err
    assert "ple library restore" in ple("library", "import", backup, code=1).err
