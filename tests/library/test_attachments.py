"""Files under their hashes, tags as they are written, and what the check finds."""

import hashlib

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ple.library import InvalidInput, LibraryError, fold_tag


def test_the_same_bytes_are_kept_once(library, journal_entry) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing() as tx:
        first = tx.attach(a, "document", "one.txt", "text/plain", b"same")
        second = tx.attach(b, "document", "two.txt", "text/plain", b"same")
    assert first == second == hashlib.sha256(b"same").hexdigest()
    assert len([path for path in library.files.folder.rglob("*") if path.is_file()]) == 1
    assert library.files.read(first) == b"same"


def test_emptying_the_trash_sweeps_files_that_nobody_else_needs(library, journal_entry) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing() as tx:
        shared = tx.attach(a, "document", "x", "text/plain", b"shared")
        tx.attach(b, "document", "x", "text/plain", b"shared")
        own = tx.attach(a, "image", "y", "text/plain", b"own")
        tx.trash(a)
    library.empty_trash()
    assert library.files.path(shared).exists()
    assert not library.files.path(own).exists()
    assert library.check() == []


def test_the_check_finds_a_damaged_and_a_missing_file(library, journal_entry) -> None:
    id = journal_entry("a")
    with library.writing() as tx:
        a = tx.attach(id, "document", "a", "text/plain", b"a")
        b = tx.attach(id, "document", "b", "text/plain", b"b")
    library.files.path(a).write_bytes(b"tampered")
    library.files.path(b).unlink()
    assert sorted("damaged" in finding.what for finding in library.check()) == [False, True]
    with pytest.raises(LibraryError, match="damaged"):
        library.files.read(a)


def test_the_check_finds_a_thing_without_words(library) -> None:
    with library.writing() as tx:
        tx.register("journal")
    assert ["says nothing" in finding.what for finding in library.check()] == [True]


def test_the_check_finds_a_kind_that_nobody_knows(library) -> None:
    with library.writing() as tx:
        tx.register("unicorn")
    assert any("unicorn" in finding.what for finding in library.check())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("  Spaced   Repetition ", "spaced repetition", id="case and spaces"),
        pytest.param("#python", "python", id="a hash in front"),
        pytest.param("# /# a", "a", id="hashes, blanks and slashes in front"),
        pytest.param("Math//Topology/", "math/topology", id="empty levels"),
        pytest.param("Cafe\u0301", "café", id="composed"),
        pytest.param("STRASSE", "strasse", id="folded"),
        pytest.param("a,b", "a b", id="commas separate tags elsewhere"),
        pytest.param("evil\x1b[31m", "evil [31m", id="no escape sequences"),
        pytest.param(" , ", "", id="nothing left"),
    ],
)
def test_a_tag_is_written_in_one_way(written: str, kept: str) -> None:
    assert fold_tag(written) == kept


@given(st.text(max_size=300) | st.text("# /aǅ\u0301", max_size=12))
def test_writing_a_tag_twice_is_writing_it_once(text: str) -> None:
    assert fold_tag(fold_tag(text)) == fold_tag(text)


def test_a_tag_of_which_nothing_is_left_is_refused(library, journal_entry) -> None:
    id = journal_entry("a")
    with pytest.raises(InvalidInput), library.writing() as tx:
        tx.tag(id, " , ")


def test_renaming_a_tag_takes_those_below_along_and_merges(library, journal_entry) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing() as tx:
        tx.tag(a, "maths/topology", "maths")
        tx.tag(b, "math", "mathsy")
    assert library.rename_tag("Maths", "math") == 1
    with library.reading() as tx:
        assert tx.tags_of([a, b]) == {a: {"math", "math/topology"}, b: {"math", "mathsy"}}
    library.undo()
    assert [(count.tag, count.count) for count in library.tag_counts()] == [
        ("math", 1),
        ("maths", 1),
        ("maths/topology", 1),
        ("mathsy", 1),
    ]


def test_renaming_a_tag_to_one_below_it_keeps_both_levels(library, journal_entry) -> None:
    a = journal_entry("a")
    with library.writing() as tx:
        tx.tag(a, "math", "math/topology")
    assert library.rename_tag("math", "math/topology") == 1
    with library.reading() as tx:
        assert tx.tags_of([a]) == {a: {"math/topology", "math/topology/topology"}}
    library.undo()
    with library.reading() as tx:
        assert tx.tags_of([a]) == {a: {"math", "math/topology"}}


def test_errors_do_not_hold_the_learners_words(library) -> None:
    with pytest.raises(sa.exc.SQLAlchemyError) as caught, library.writing() as tx:
        tx.connection().execute(sa.text("INSERT INTO nowhere VALUES (:words)"), {"words": "dear diary"})
    assert "dear diary" not in str(caught.value)
