"""Doing again what was taken back, and two windows on one library: each takes back its own."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from ple.library import Library, NothingToUndo
from ple.library.resource import Deed, Link, Resource, Tagging
from ple.library.undoing import ChangedSince, DoneElsewhere, NothingToRedo


@pytest.fixture
def other(library: Library) -> Any:
    """The same library in another window."""
    window = Library(library.folder, None if library.on_sqlite else library.url)
    yield window
    window.close()


def state(library: Library, row: Any) -> Any:
    """Return all that undo speaks of."""
    with library.reading() as tx:
        return (
            sorted(tx.exec(select(Resource.id, col(Resource.trashed_at).is_not(None))).all()),
            sorted(tx.exec(select(Tagging.resource_id, Tagging.tag)).all()),
            sorted(tx.exec(select(Link.source_id, Link.target_id, Link.relation)).all()),
            sorted(tx.exec(select(row.id, row.title, row.text, row.written_at)).all()),
        )


def test_what_is_done_in_passing_leaves_what_can_be_done_again(library, journal_entry, row) -> None:
    one, two = journal_entry("one"), journal_entry("two")
    library.undo()
    for text in ("seen", "seen twice"):
        with library.writing("Saw “one”", passing=True) as tx:
            tx.update(row, [one], text=text)
    assert [step.label for step in library.to_redo()] == ["Wrote “two”"]
    assert library.undo().label == "Saw “one”"
    assert [step.label for step in library.to_redo()] == ["Saw “one”", "Wrote “two”"]
    assert [library.redo().label, library.redo().label] == ["Saw “one”", "Wrote “two”"]
    assert [library.undo().label, library.undo().label, library.undo().label] == ["Wrote “two”", *["Saw “one”"] * 2]
    with library.reading() as tx:
        assert (tx.get_one(row, one).text, tx.resource(two).trashed_at is None) == ("one", False)
    with library.writing("Changed “one”") as tx:
        tx.update(row, [one], text="new")
    assert library.to_redo() == []


def test_what_was_taken_back_is_done_again_in_order_and_taken_back_again(library, journal_entry, row) -> None:
    states = [state(library, row)]
    for text in ("one", "two", "three"):
        journal_entry(text)
        states.append(state(library, row))
    gone = [library.undo().label for _ in range(3)]
    assert gone == ["Wrote “three”", "Wrote “two”", "Wrote “one”"]
    assert [step.label for step in library.to_redo()] == gone[::-1]
    for number in (1, 2, 3):
        assert library.redo().label == gone[-number]
        assert state(library, row)[0] == states[number][0] + [(id, True) for id, _ in states[3][0][number:]]
    with pytest.raises(NothingToRedo):
        library.redo()
    library.undo()
    library.undo()
    library.redo()
    assert library.redo().label == "Wrote “three”"
    assert state(library, row) == states[3]


def test_something_new_ends_what_can_be_done_again(library, journal_entry) -> None:
    journal_entry("a")
    library.undo()
    journal_entry("b")
    assert library.to_redo() == []
    with pytest.raises(NothingToRedo):
        library.redo()
    journal_entry("c")
    library.undo()
    with library.writing() as tx:  # what a refresh brings in ends nothing
        tx.register("journal")
    assert library.redo().label == "Wrote “c”"


def test_each_window_takes_back_its_own_and_is_told_where_that_ends(library, other, journal_entry) -> None:
    mine = journal_entry("mine")
    with other.writing("Tagged theirs") as tx:
        theirs = tx.register("journal")
    assert library.undo(own=True).label == "Wrote “mine”"
    with pytest.raises(DoneElsewhere) as told:
        library.undo(own=True)
    assert told.value.step.label == "Tagged theirs"
    with pytest.raises(NothingToRedo):
        other.redo(own=True)
    assert library.redo(own=True).label == "Wrote “mine”"
    assert other.undo(own=True).label == "Tagged theirs"
    with library.reading() as tx:
        assert tx.resource(mine).trashed_at is None
        assert tx.resource(theirs).trashed_at is not None
    assert library.undo().label == "Wrote “mine”"
    with pytest.raises(NothingToUndo):
        library.undo(told.value.step.change)


def test_what_another_window_did_to_the_same_is_never_overwritten(library, other, journal_entry, row) -> None:
    id = journal_entry("first")
    with library.writing("Mine") as tx:
        tx.update(row, [id], title="mine")
    with other.writing("Theirs") as tx:
        tx.update(row, [id], title="theirs")
    for _ in range(2):
        with pytest.raises(ChangedSince, match=r"^Mine: this cannot go alone, .* \(Theirs\)$") as told:
            library.undo(own=True)
    with library.reading() as tx:
        assert tx.get(row, id).title == "theirs"
    assert library.undo(told.value.step.change).label == "Theirs"
    assert library.undo(own=True).label == "Mine"
    with library.reading() as tx:
        assert tx.get(row, id).title == "first"
    with other.writing("Theirs again") as tx:
        tx.update(row, [id], title="theirs")
    with pytest.raises(ChangedSince):
        library.redo(own=True)
    other.undo(own=True)
    assert library.redo(own=True).label == "Mine"


def test_what_an_earlier_ple_took_back_stands_in_nobodys_way(library, other, journal_entry, row) -> None:
    id = journal_entry("first")
    with other.writing("Theirs") as tx:
        tx.update(row, [id], title="theirs")
    with library.writing() as tx:  # as it was taken back before there was a way to do it again
        tx.update(row, [id], title="first")
        tx.connection().execute(sa.update(Deed).where(col(Deed.label) == "Theirs").values(taken_back_by=tx.change))
    assert library.undo(own=True).label == "Wrote “first”"
    assert library.redo(own=True).label == "Wrote “first”"


def test_a_backup_put_back_makes_no_change_of_others_ones_own(library, journal_entry) -> None:
    if not library.on_sqlite:
        return
    backup = library.back_up()
    journal_entry("gone with the backup")
    library.restore_backup(backup)
    with closing(Library(library.folder)) as other, other.writing("Somebody else's") as tx:
        tx.register("journal")
    with pytest.raises(DoneElsewhere):
        library.undo(own=True)


def test_a_label_has_titles_for_numbers_and_nothing_that_steers_a_terminal(library, journal_entry) -> None:
    a, b = journal_entry("# On memory\n\nx"), journal_entry("# " + "Long " * 60)
    with library.writing(f"Tagged #{a}") as tx:
        tx.tag(a, "x")
    assert library.undoable() == "Tagged “On memory”"
    with library.writing(f"Linked #{a} to #{b}") as tx:
        tx.link(a, b)
    assert library.undoable() == "Linked “On memory” to “" + ("Long " * 12)[:59] + "…”"
    with library.writing(f"Followed Room #{b}\x1b[31m\n\u202edrawkcab") as tx:
        tx.tag(a, "y")
    assert library.undoable() == f"Followed Room #{b}[31m drawkcab"
    with library.writing("Imported 1 feeds") as tx:
        tx.tag(a, "z")
        tx.tag(b, "z")
    assert library.undoable() == "Imported 1 feed"
    with library.writing("Marked 1 bookmark as starred") as tx:
        tx.tag(a, "starred")
    assert library.undoable() == "Marked “On memory” as starred"
    with library.writing("Put 1 thing into “Essay”") as tx:
        tx.tag(a, "put")
    assert library.undoable() == "Put 1 thing into “Essay”"
    with library.writing("Edited " + "x" * 1000) as tx:
        tx.tag(a, "w")
    assert len(library.undoable()) == 160


WHAT = st.sampled_from(["make", "trash", "restore", "tag", "untag", "link", "unlink", "title", "text", "when", "many"])
DOINGS = st.lists(st.lists(st.tuples(WHAT, st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=4), max_size=6)


def do(tx: Any, row: Any, ids: list[int], what: str, a: int, b: int) -> None:
    """Do one of the things that can be taken back."""
    one, two = ids[a % len(ids)], ids[b % len(ids)]
    moments = dt.datetime(2020, 1, 1 + b, tzinfo=dt.UTC)
    acts: dict[str, Callable[[], Any]] = {
        "trash": lambda: tx.trash(one), "restore": lambda: tx.restore(one, two), "tag": lambda: tx.tag(one, f"t{b}"),
        "untag": lambda: tx.untag(one, f"t{b}"), "link": lambda: tx.link(one, two, "about"),
        "unlink": lambda: tx.unlink(one, two), "title": lambda: tx.update(row, [one, two], title=f"title {b}"),
        "when": lambda: tx.update(row, [one], written_at=moments), "many": lambda: tx.update(row, ids, text=f"{a}{b}"),
    }  # fmt: skip
    if what == "make":
        id = tx.register("journal")
        tx.add(row(id=id, text=f"text {a}", title="new", written_at=moments, day=moments.date()))
        tx.flush()
        ids.append(id)
    elif what == "text":
        entry = tx.get(row, one)
        entry.text = f"text {b}"
        tx.add(entry)
        tx.flush()
    else:
        acts[what]()


@settings(
    max_examples=250 if os.environ.get("PLE_TEST_ALL") else 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(doings=DOINGS, back=st.lists(st.integers(1, 6), min_size=1, max_size=2))
def test_whatever_was_done_is_taken_back_and_done_again_step_by_step(empty_library, row, doings, back) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "library.sqlite").write_bytes(empty_library.read_bytes())
        library = Library(Path(folder))
        try:
            back_and_forth(library, row, doings, back)
        finally:
            library.close()


def back_and_forth(library: Library, row: Any, doings: list[Any], back: list[int]) -> None:
    """Do it all, then go back and forth by so many steps."""
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with library.writing() as tx:
        ids = tx.register_many("journal", 3)
        for id in ids:
            tx.add(row(id=id, text="first", title="first", written_at=moment, day=moment.date()))
    states, made = [state(library, row)], []
    for number, doing in enumerate(doings):
        before = len(ids)
        with library.writing(f"Doing {number}") as tx:
            for step in doing:
                do(tx, row, ids, *step)
        if library.undoable() == f"Doing {number}":  # it did something
            made.append(number)
            states.append(state(library, row))
            if len(ids) > before:  # what is taken back lies in the trash, it is not as if it had never been
                states[:-1] = [added(old, states[-1]) for old in states[:-1]]
    for steps in back:
        at = len(made)
        for _ in range(min(steps, len(made))):
            assert library.undo().label == f"Doing {made[at - 1]}"
            at -= 1
            assert visible(state(library, row)) == visible(states[at])
        while at < len(made):
            assert library.redo().label == f"Doing {made[at]}"
            at += 1
            assert visible(state(library, row)) == visible(states[at])
        assert state(library, row) == states[-1]
        with pytest.raises(NothingToRedo):
            library.redo()


def added(old: Any, new: Any) -> Any:
    """Return an older state with what was made since, in the trash."""
    known = {id for id, _ in old[0]}
    return (old[0] + [(id, True) for id, _ in new[0] if id not in known], *old[1:])


def visible(said: Any) -> Any:
    """Leave out what is said of things that lie in the trash: what was made is taken back whole."""
    alive = {id for id, trashed in said[0] if not trashed}
    return (sorted(said[0]), *([row for row in part if row[0] in alive] for part in said[1:]))
