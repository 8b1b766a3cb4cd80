"""The change feed, and one writer at a time."""

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from ple.library import START, Position, changes_since
from ple.library.resource import Marker


def heard(library: Any, position: Position = START) -> list[tuple[int, bool]]:
    return [(change.id, change.gone) for batch in changes_since(library, position, size=2) for change in batch]


def test_each_thing_is_heard_once_however_often_it_changed(library, journal_entry: Callable[[str], int]) -> None:
    a, b, c = (journal_entry(text) for text in "abc")
    with library.writing() as tx:
        tx.tag(a, "again")
    assert heard(library) == [(b, False), (c, False), (a, False)]


def test_a_follower_hears_only_what_came_after_its_position(library, journal_entry) -> None:
    journal_entry("old")
    position = [change.position for batch in changes_since(library, START) for change in batch][-1]
    new = journal_entry("new")
    assert heard(library, position) == [(new, False)]


def test_what_goes_to_the_trash_and_comes_back_is_heard_both_times(library, journal_entry) -> None:
    id = journal_entry("x")
    with library.writing() as tx:
        tx.trash(id)
    assert heard(library) == [(id, True)]
    with library.writing() as tx:
        tx.restore(id)
    assert heard(library) == [(id, False)]


def test_a_tombstone_is_heard_after_the_trash_was_emptied(library, journal_entry) -> None:
    id = journal_entry("x")
    with library.writing() as tx:
        tx.trash(id)
    assert library.empty_trash() == 1
    assert heard(library) == [(id, True)]
    assert library.check() == []


def test_a_transaction_that_fails_leaves_nothing_and_is_not_heard(library, journal_entry) -> None:
    id = journal_entry("x")
    position = [change.position for batch in changes_since(library, START) for change in batch][-1]
    try:
        with library.writing("never") as tx:
            tx.tag(id, "lost")
            raise RuntimeError
    except RuntimeError:
        pass
    assert heard(library, position) == []
    with library.reading() as tx:
        assert tx.tags_of([id]) == {id: frozenset()}


def test_no_update_is_lost_when_four_write_at_once(library) -> None:
    with library.writing() as tx:
        tx.add(Marker(name="count", value="0"))

    def increment() -> None:
        for _ in range(25):
            with library.writing() as tx:
                marker = tx.get(Marker, "count")
                marker.value = str(int(marker.value) + 1)
                tx.add(marker)

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with library.reading() as tx:
        assert tx.get(Marker, "count").value == "100"


def test_a_reader_sees_one_moment_while_others_write(library, journal_entry) -> None:
    journal_entry("first")
    with library.reading() as tx:
        before = tx.connection().execute(sa.text("SELECT count(*) FROM resource")).scalar()
        journal_entry("second")
        assert tx.connection().execute(sa.text("SELECT count(*) FROM resource")).scalar() == before


def test_a_reading_transaction_cannot_write(library) -> None:
    import pytest

    from ple.library import LibraryError

    with pytest.raises((LibraryError, sa.exc.DBAPIError)), library.reading() as tx:
        tx.connection().execute(sa.text("INSERT INTO marker VALUES ('a', 'b')"))


def test_numbers_are_never_given_twice(library, journal_entry) -> None:
    id = journal_entry("x")
    with library.writing() as tx:
        tx.trash(id)
    library.empty_trash()
    assert journal_entry("y") > id
