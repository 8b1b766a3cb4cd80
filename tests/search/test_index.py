"""The index is a copy: whatever happens to it, it says what the library says."""

import contextlib
import os
import shutil
import sqlite3
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ple.environment import Environment
from ple.library import Library
from ple.library.errors import NotFound, NothingToUndo
from ple.search import Search, index

from .conftest import Shelf, found


@pytest.fixture
def file(search: Search, tmp_path: Path) -> Path:
    """The file of the index."""
    return tmp_path / "search" / "index.sqlite"


def test_nothing_is_indexed_twice(search: Search, shelf: Shelf) -> None:
    shelf.put("memory")
    assert search.catch_up() == 1
    assert search.catch_up() == 0


def test_the_index_follows_a_library_on_either_database(library: Library, tmp_path: Path) -> None:
    shelf = Shelf(library)
    search = Search(library, tmp_path / "search", dict.fromkeys(shelf.kinds, shelf))
    one, two = shelf.put("memory"), shelf.put("practice", kind="bookmark")
    assert set(found(search, "memory OR practice")) == {one, two}
    shelf.change(one, text="practice")
    with library.writing() as tx:
        tx.trash(two)
    assert found(search, "practice") == [one]
    assert search.verify() == []
    search.close()


def test_status_says_how_far_behind_it_is(search: Search, shelf: Shelf) -> None:
    shelf.put("memory")
    assert not search.status().in_step
    assert search.status().behind == 1
    search.catch_up()
    status = search.status()
    assert (status.documents, status.behind, status.in_step) == (1, 0, True)
    assert status.size_bytes > 0


def test_what_was_only_read_is_not_worded_anew(search: Search, shelf: Shelf, file: Path) -> None:
    id = shelf.put("memory", flags=frozenset({"unread"}))
    assert found(search, "is:unread memory") == [id]
    shelf.change(id, flags=frozenset())
    assert found(search, "is:unread memory") == []
    assert found(search, "memory") == [id]
    assert search.verify() == []


def test_an_index_that_is_lost_is_made_again(search: Search, shelf: Shelf, file: Path) -> None:
    id = shelf.put("memory")
    assert found(search, "memory") == [id]
    shutil.rmtree(file.parent)
    assert found(search, "memory") == [id]


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"no database at all " * 999), id="something else"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:5000]), id="cut short"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 100_000), id="overwritten"),
    ],
)
def test_an_index_that_is_damaged_is_made_again(search: Search, shelf: Shelf, file: Path, harm: object) -> None:
    id = shelf.put("memory")
    search.catch_up()
    search.close()
    harm(file)  # type: ignore[operator]
    assert found(search, "memory") == [id]
    assert search.verify() == []


def test_an_index_of_another_version_is_made_again(
    search: Search, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = shelf.put("memory")
    search.catch_up()
    search.close()
    monkeypatch.setattr(index, "VERSION", index.VERSION + 1)
    assert found(search, "memory") == [id]


def test_an_index_of_another_library_is_made_again(search: Search, shelf: Shelf, tmp_path: Path) -> None:
    for number in range(5):
        shelf.put(f"old{number}")
    assert search.find("").total == 5
    other = Library(tmp_path / "other").open()
    new = Shelf(other)
    id = new.put("new")
    replaced = Search(other, tmp_path / "search", dict.fromkeys(new.kinds, new))
    assert found(replaced, "") == [id]
    replaced.close()
    other.close()


def test_a_library_put_back_to_a_backup_is_indexed_anew(sqlite_environment: Environment, tmp_path: Path) -> None:
    library, journal = sqlite_environment.library, sqlite_environment.journal
    before = journal.write("before").id
    backup = library.back_up(tmp_path / "backup.sqlite")
    journal.write("after")
    assert found(sqlite_environment.search, "after")
    library.restore_backup(backup)
    assert found(sqlite_environment.search, "") == [before]
    journal.write("later")
    assert found(sqlite_environment.search, "after") == []
    assert len(found(sqlite_environment.search, "later OR before")) == 2


def test_two_searches_at_once_are_both_right(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(300):
        shelf.put(f"memory {number}")
    searches = [Search(shelf.library, tmp_path / "search", {"entry": shelf}) for _ in range(4)]
    totals: list[int] = []
    threads = [threading.Thread(target=lambda one=one: totals.append(one.find("memory").total)) for one in searches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [300] * 4
    assert searches[0].verify() == []
    for one in searches:
        one.close()


def test_a_folder_that_cannot_be_made_is_said_to_be_that(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "search").write_text("a file in the way")
    search = Search(shelf.library, tmp_path / "search", {"entry": shelf})
    with pytest.raises(index.IndexUnusable, match="cannot be made") as caught:
        search.find("memory")
    assert caught.value.hint


def test_very_many_documents_at_once_have_the_same_lexicon(
    search: Search, shelf: Shelf, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lexicon() -> list[tuple[str, int]]:
        with sqlite3.connect(file) as db:
            rows = db.execute("SELECT term, df FROM lex ORDER BY term").fetchall()
        db.close()
        return rows

    ids = [shelf.put(f"memory practice{number % 3}", title="Feedback") for number in range(10)]
    search.catch_up()
    kept = lexicon()
    monkeypatch.setattr("ple.search.search.MANY", 5)
    search.rebuild()
    assert lexicon() == kept == [
        ("feedback", 10), ("memory", 10), ("practice0", 4), ("practice1", 3), ("practice2", 3)
    ]  # fmt: skip
    monkeypatch.undo()
    shelf.change(ids[0], text="other")
    search.catch_up()
    assert dict(lexicon()) == {
        "feedback": 10, "memory": 9, "other": 1, "practice0": 3, "practice1": 3, "practice2": 3
    }  # fmt: skip


def test_an_interrupted_rebuild_goes_on_where_it_was(
    search: Search, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        shelf.put(f"memory{number}")
    monkeypatch.setattr("ple.search.search.BATCH", 10)
    monkeypatch.setattr("ple.search.search.MANY", 5)

    def stop(done: int, _of: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search.catch_up(stop)
    assert search.status().behind == 10
    shelf.asked.clear()
    assert search.find("").total == 30
    assert len(shelf.asked) == 10
    assert search.find("m?mory29").total == 1  # its words are counted too


WORDS = ["memory", "practice", "feedback"]


class IndexInStep(RuleBasedStateMachine):
    """Whatever a learner does, and in whatever order, a search finds what is there and no more."""

    entries: Bundle[int] = Bundle("entries")
    template: Path

    @initialize()
    def open(self) -> None:
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        shutil.copy(self.template, folder / "library.sqlite")
        self.environment = Environment(folder)

    def teardown(self) -> None:
        self.environment.search.close()
        self.environment.close()
        self._folder.cleanup()

    @rule(target=entries, word=st.sampled_from(WORDS))
    def write(self, word: str) -> int:
        return self.environment.journal.write(f"On {word}").id

    @rule(id=entries, word=st.sampled_from(WORDS))
    def revise(self, id: int, word: str) -> None:
        if not self._trashed(id):
            self.environment.journal.revise(id, text=f"About {word}")

    @rule(id=entries, word=st.sampled_from(WORDS))
    def tag(self, id: int, word: str) -> None:
        with self.environment.library.writing("tag") as tx:
            tx.tag(id, word)

    @rule(id=entries, word=st.sampled_from(WORDS))
    def untag(self, id: int, word: str) -> None:
        with self.environment.library.writing("untag") as tx:
            tx.untag(id, word)

    @rule(id=entries)
    def trash(self, id: int) -> None:
        with contextlib.suppress(NotFound), self.environment.library.writing("trash") as tx:
            tx.trash(id)

    @rule(id=entries)
    def restore(self, id: int) -> None:
        with contextlib.suppress(NotFound), self.environment.library.writing("restore") as tx:
            tx.restore(id)

    @rule()
    def undo(self) -> None:
        with contextlib.suppress(NothingToUndo):
            self.environment.library.undo()

    @rule(ids=st.lists(consumes(entries), max_size=2, unique=True))
    def purge(self, ids: list[int]) -> None:
        with contextlib.suppress(NotFound), self.environment.library.writing() as tx:
            tx.trash(*ids)
        self.environment.library.empty_trash()

    @rule()
    def lose_the_index(self) -> None:
        shutil.rmtree(self.environment.folder / "search", ignore_errors=True)

    @rule()
    def catch_up(self) -> None:
        self.environment.search.catch_up()

    @invariant()
    def search_finds_what_is_there(self) -> None:
        if not hasattr(self, "environment"):
            return
        lines = [self.environment.journal.entry(id) for id in self.environment.journal.entry_ids()]
        for word in WORDS:
            said = {entry.id for entry in lines if word in entry.text or word in entry.tags}
            assert set(found(self.environment.search, word)) == said
            tagged = {entry.id for entry in lines if word in entry.tags}
            assert set(found(self.environment.search, f"tag:{word}")) == tagged

    def _trashed(self, id: int) -> bool:
        return id not in self.environment.journal.entry_ids()


@pytest.fixture
def machine(empty_library: Path) -> type[IndexInStep]:
    """The machine, with an empty library to begin from."""
    IndexInStep.template = empty_library
    return IndexInStep


def test_the_index_is_in_step_with_the_library(machine: type[IndexInStep]) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    examples = int(os.environ.get("PLE_TEST_EXAMPLES", "5"))
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=15, deadline=None))
