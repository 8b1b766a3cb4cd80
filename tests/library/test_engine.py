"""How databases are spoken to."""

import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ple.library import Library, LibraryError
from ple.library.engine import compiled_sqlite


def test_what_was_compiled_for_one_library_is_used_for_the_next(tmp_path: Path) -> None:
    def said(name: str) -> int:
        library = Library(tmp_path / name).open()
        with library.writing("Made one") as tx:
            tx.register("journal")
        counts = library.kind_counts()
        library.close()
        return counts["journal"]

    assert (said("a"), said("a")) == (1, 2)
    before = set(compiled_sqlite)
    assert said("b") == 1
    assert set(compiled_sqlite) == before


def test_nothing_is_kept_in_a_library_that_was_deleted_while_it_was_open(tmp_path: Path) -> None:
    library = Library(tmp_path / "a").open()
    with library.writing() as tx:
        tx.register("journal")
    shutil.rmtree(library.folder)
    with pytest.raises(LibraryError, match="moved or deleted while it was open"), library.writing() as tx:
        tx.register("journal")
    with pytest.raises(LibraryError, match="moved or deleted"):
        library.newest_change()
    library.folder.mkdir()
    with pytest.raises(LibraryError, match="moved or deleted"), library.writing() as tx:
        tx.register("journal")
    assert list(library.folder.iterdir()) == []
    library.close()


def test_what_was_put_in_the_place_of_an_open_library_is_what_is_read_and_written(tmp_path: Path) -> None:
    library = Library(tmp_path / "a").open()
    copy = library.back_up(tmp_path / "copy")
    with library.writing() as tx:
        tx.register("journal")
    for extra in ("-wal", "-shm"):
        Path(f"{library.path}{extra}").unlink()
    copy.replace(library.path)
    assert library.newest_change() == 0
    with library.writing() as tx:
        tx.register("journal")
    library.close()
    with closing(Library(library.folder).open()) as again:
        assert again.kind_counts() == {"journal": 1}


def test_a_library_on_a_server_says_what_has_to_be_installed_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LibraryError, match="needs psycopg, which is not installed") as raised:
        Library(tmp_path, "postgresql+psycopg://me@127.0.0.1:1/x").open()
    assert "ple[postgresql]" in (raised.value.hint or "")
