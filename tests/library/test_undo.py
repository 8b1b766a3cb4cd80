"""Taking back: every kind of step, and what came in between."""

import datetime as dt
from contextlib import suppress

import pytest
import sqlalchemy as sa

from ple.library import NothingToUndo


def test_nothing_to_take_back_is_said(library) -> None:
    with pytest.raises(NothingToUndo):
        library.undo()


def test_what_was_made_goes_to_the_trash(library, journal_entry) -> None:
    id = journal_entry("x")
    library.undo()
    assert [resource.id for resource in library.trashed()] == [id]


def test_what_was_thrown_away_comes_back(library, journal_entry) -> None:
    id = journal_entry("x")
    with library.writing("Removed") as tx:
        tx.trash(id)
    assert library.undo().label == "Removed"
    assert library.trashed() == []


def test_tags_and_links_are_put_back_as_they_were(library, journal_entry) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing("first") as tx:
        tx.tag(a, "Old", "both")
        tx.link(a, b, "about")
    with library.writing("second") as tx:
        tx.set_tags(a, ["both", "new"])
        tx.unlink(a, b)
        tx.link(b, a)
    library.undo()
    with library.reading() as tx:
        assert tx.tags_of([a])[a] == {"old", "both"}
        assert [(end.id, end.relation) for end in tx.links_from(a)] == [(b, "about")]
        assert tx.links_from(b) == []


def test_columns_say_again_what_they_said(library, journal_entry, row) -> None:
    ids = [journal_entry(text) for text in "abc"]
    when = dt.datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
    with library.reading() as tx:
        before = {id: tx.get(row, id).written_at for id in ids}
    with library.writing("Moved in time") as tx:
        assert tx.update(row, ids, written_at=when) == 3
        assert tx.update(row, ids, written_at=when) == 0
    library.undo()
    with library.reading() as tx:
        assert {id: tx.get(row, id).written_at for id in ids} == before


def test_rows_that_change_places_several_times_say_again_what_they_said_first(library, journal_entry, row) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing() as tx:
        tx.update(row, [b], offset_minutes=1)
    with library.writing("Moved") as tx:
        tx.update(row, [a], offset_minutes=1)
        tx.update(row, [b], offset_minutes=0)
        tx.update(row, [b], offset_minutes=2)
    library.undo()
    with library.reading() as tx:
        assert [tx.get(row, id).offset_minutes for id in (a, b)] == [0, 1]


def test_a_row_changed_through_the_session_is_put_back(library, journal_entry, row) -> None:
    id = journal_entry("first words")
    with library.writing("Revised") as tx:
        entry = tx.get(row, id)
        entry.text = "other words"
        tx.add(entry)
    library.undo()
    with library.reading() as tx:
        assert tx.get(row, id).text == "first words"


def test_what_came_later_to_other_columns_stays(library, journal_entry, row) -> None:
    id = journal_entry("words")
    when = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with library.writing("Revised") as tx:
        tx.update(row, [id], text="revised")
    with library.writing() as tx:
        tx.update(row, [id], written_at=when)
    library.undo()
    with library.reading() as tx:
        assert (tx.get(row, id).text, tx.get(row, id).written_at) == ("words", when)


def test_taking_back_twice_takes_back_two_changes(library, journal_entry) -> None:
    a = journal_entry("a")
    b = journal_entry("b")
    library.undo()
    library.undo()
    assert {resource.id for resource in library.trashed()} == {a, b}
    with pytest.raises(NothingToUndo):
        library.undo()


def test_what_was_deleted_for_good_is_passed_over(library, journal_entry) -> None:
    a, b = journal_entry("a"), journal_entry("b")
    with library.writing("Tagged both") as tx:
        tx.tag(a, "x")
        tx.tag(b, "x")
    with library.writing() as tx:
        tx.trash(a)
    library.empty_trash()
    with pytest.raises(NothingToUndo):  # the steps held words of what is gone
        library.undo()
    with library.reading() as tx:
        assert tx.tags_of([b])[b] == {"x"}


def test_a_change_of_ten_thousand_things_is_one_small_step(library, row) -> None:
    with library.writing() as tx:
        ids = tx.register_many("journal", 10_000)
        now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        tx.connection().execute(
            sa.insert(row),
            [{"id": id, "text": "x", "title": "x", "written_at": now, "day": now.date()} for id in ids],
        )
    with library.writing("Moved all") as tx:
        assert tx.update(row, ids, written_at=now + dt.timedelta(1)) == 10_000
    assert library.undo().label == "Moved all"
    with library.reading() as tx:
        assert tx.get(row, ids[-1]).written_at == now


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    import json
    import uuid

    from ple.library.history import read_value, stored_value

    now = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    for value in (None, True, 3, 1.5, "x", now, now.date(), uuid.uuid4(), b"\x00\xff", {"a": "time", "is": "x"}, [1]):
        assert read_value(json.loads(json.dumps(stored_value(value)))) == value


def test_what_several_doors_do_together_is_taken_back_as_one(library, journal_entry) -> None:
    kept = journal_entry("before")
    with library.as_one("Made it all"):
        with library.writing("first") as tx:
            a = tx.register("journal")
        with library.as_one("a part of it"), library.writing("second") as tx:
            tx.tag(kept, "new")
        with library.writing():
            pass  # nobody takes this back
        with library.writing("third") as tx:
            tx.link(kept, a, "about")
    assert library.undoable() == "Made it all"
    assert library.undo(own=True).label == "Made it all"
    with library.reading() as tx:
        assert tx.tags_of([kept])[kept] == frozenset()
        assert tx.links_from(kept) == []
    assert [resource.id for resource in library.trashed()] == [a]
    assert library.redo(own=True).label == "Made it all"
    with library.reading() as tx:
        assert tx.tags_of([kept])[kept] == {"new"}
        assert [end.id for end in tx.links_from(kept)] == [a]
    library.undo()
    library.undo()
    assert {resource.id for resource in library.trashed()} == {kept, a}


def test_what_was_done_together_before_an_error_is_taken_back_as_one(library, journal_entry) -> None:
    made = []
    with suppress(ZeroDivisionError), library.as_one("Made it all"):
        made += [journal_entry("a"), journal_entry("b")]
        made += [1 // 0]
    library.undo()
    assert {resource.id for resource in library.trashed()} == set(made)
    journal_entry("c")
    assert library.undoable() != "Made it all"
