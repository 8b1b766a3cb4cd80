"""Files that nothing names go, and no others."""

import os
import time
from typing import Any

import pytest
from sqlmodel import col, select

from ple.library import Attachment, LibraryError
from ple.library.resource import Deed
from ple.library.sweeping import GRACE


def kept(library: Any, id: int, data: bytes, name: str = "a.txt") -> str:
    with library.writing() as tx:
        return tx.attach(id, "document", name, "text/plain", data)


def age(library: Any, *hashes: str) -> None:
    long_ago = time.time() - GRACE - 60
    for sha256 in hashes:
        os.utime(library.files.path(sha256), (long_ago, long_ago))


def there(library: Any, *hashes: str) -> list[bool]:
    return [library.files.path(sha256).exists() for sha256 in hashes]


def test_what_was_replaced_goes_after_a_month_and_what_anything_names_stays(library, journal_entry) -> None:
    id = journal_entry("with files")
    replaced, lately = kept(library, id, b"older"), kept(library, id, b"not so old")
    now, trashed = kept(library, id, b"now"), kept(library, id, b"trashed", "b.txt")
    undone, said = (library.files.keep(data) for data in (b"named by a step", b"named by a version"))
    half = library.files.path(now).with_name(".half.0000")
    half.write_bytes(b"left by a crash")
    os.utime(half, (0, 0))
    with library.writing("A step") as tx:
        tx.register("journal")
        tx.remember(id, {"files": [{"sha256": said}]})
    with library.writing() as tx:
        deed = tx.exec(select(Deed).order_by(col(Deed.change).desc())).first()
        deed.steps = [*deed.steps, {"a": "file", "is": undone}]
        tx.add(deed)
        tx.trash(id)
    age(library, replaced, now, trashed, undone, said)

    freed = library.sweep()

    assert there(library, replaced, lately, now, trashed, undone, said) == [False, True, True, True, True, True]
    assert (freed, half.exists()) == (len(b"older") + len(b"left by a crash"), False)
    with library.reading() as tx:
        assert len(tx.exec(select(Attachment)).all()) == 2
    assert library.sweep() == 0


def test_what_a_backup_names_stays_and_a_backup_that_cannot_be_read_ends_it(sqlite_environment) -> None:
    library = sqlite_environment.library
    id = sqlite_environment.journal.write("with a file").id
    before = kept(library, id, b"in the backup")
    backup = library.back_up()
    after = kept(library, id, b"now")
    age(library, before, after)
    assert library.sweep() == 0
    library.restore_backup(backup)
    assert library.check() == []
    after = kept(library, id, b"anew")
    (library.folder / "backups" / "library-x-damaged-00.sqlite").write_bytes(b"set aside")
    (library.folder / "backups" / "broken.sqlite").write_bytes(b"no database at all, as it seems" * 100)
    with pytest.raises(LibraryError, match="cannot be read"):
        library.sweep()
    assert there(library, before, after) == [True, True]


def test_what_is_kept_again_just_now_is_not_swept(library) -> None:
    sha256 = library.files.keep(b"old")
    age(library, sha256)
    assert library.files.keep(b"old") == sha256
    assert library.sweep() == 0
    assert there(library, sha256) == [True]
