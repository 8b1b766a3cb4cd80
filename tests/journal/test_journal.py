"""The journal, through its front door."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.journal import Journal
from ple.library.errors import InvalidInput, NotFound

NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def journal(environment: Environment) -> Journal:
    """An empty journal, once on each database."""
    return environment.journal


def test_an_entry_says_what_was_written(journal: Journal) -> None:
    entry = journal.write("# On memory\n\nIt fades. #Learning", tags=["Mind"], written_at=NOON)
    assert entry == journal.entry(entry.id)
    assert (entry.title, entry.kind, entry.words) == ("On memory", "journal", 6)
    assert entry.tags == {"mind", "learning"}
    assert entry.written_at == NOON
    assert not entry.public
    assert entry.day == NOON.astimezone().date()


def test_an_entry_without_words_is_refused(journal: Journal) -> None:
    for text in ("", " \n\t", "\x00\x07"):
        with pytest.raises(InvalidInput, match="needs some text"):
            journal.write(text)
    assert journal.entries() == []


def test_what_no_database_can_hold_is_left_out(journal: Journal) -> None:
    assert journal.write("a\x00b\ud800c\r\nd").text == "abc\nd"
    assert journal.write("x", title="a\x00\nb").title == "a b"


def test_a_number_or_title_in_a_text_is_a_link_with_a_backlink(journal: Journal) -> None:
    one = journal.write("# First thoughts")
    two = journal.write(f"after #{one.id}, [[{one.id}|that]] and `#99`")
    three = journal.write("see [[first THOUGHTS]]; nothing is [[Nowhere]] or #4711")
    assert [(link.id, link.relation) for link in two.links] == [(one.id, "mentions")]
    assert [link.id for link in three.links] == [one.id]
    assert [link.id for link in journal.entry(one.id).backlinks] == [two.id, three.id]


def test_a_title_that_named_nothing_is_linked_when_the_entry_is_written_again(journal: Journal) -> None:
    early = journal.write("I will read [[Some book]]")
    assert early.links == ()
    book = journal.write("notes", title="Some book")
    assert [link.id for link in journal.revise(early.id, text=early.text).links] == [book.id]


def test_a_link_goes_with_the_words_that_made_it_and_no_other(journal: Journal) -> None:
    one, two = journal.write("one"), journal.write("two")
    entry = journal.write(f"#{one.id} #{two.id}", about=two.id)
    entry = journal.revise(entry.id, text=f"#{one.id}")
    assert [(link.id, link.relation) for link in entry.links] == [(one.id, "mentions"), (two.id, "about")]


def test_writing_about_nothing_is_an_error_and_writes_nothing(journal: Journal) -> None:
    with pytest.raises(NotFound):
        journal.write("text", about=4711)
    assert journal.entries() == []


def test_what_an_entry_said_before_is_kept(journal: Journal) -> None:
    id = journal.write("first #a", tags=["b"]).id
    journal.revise(id, text="second #c")
    after = journal.revise(id, title="A title")
    assert (after.title, after.text, after.tags) == ("A title", "second #c", {"b", "c"})
    assert [(old.title, old.text, old.tags) for old in journal.history(id)] == [
        ("second #c", "second #c", {"b", "c"}),
        ("first #a", "first #a", {"a", "b"}),
    ]
    assert after.edited_at
    journal.revise(id, title="A title")
    assert len(journal.history(id)) == 2
    assert journal.revise(id, title="").title == "second #c"


def test_writing_changing_and_removing_can_be_taken_back(environment: Environment, journal: Journal) -> None:
    entry = journal.write("first", tags=["a"])
    journal.revise(entry.id, text="second #b")
    assert journal.remove(entry.id) == 1
    with pytest.raises(NotFound):
        journal.entry(entry.id)
    environment.library.undo()
    assert journal.entry(entry.id).text == "second #b"
    environment.library.undo()
    again = journal.entry(entry.id)
    assert (again.text, again.title, again.tags) == ("first", "first", {"a"})
    environment.library.undo()
    assert journal.entries() == []


def test_entries_are_listed_newest_first(journal: Journal) -> None:
    old = journal.write("# Old\n\nlong [[12|ago]]", written_at=NOON, tags=["x"]).id
    new = journal.write("new").id
    assert [line.id for line in journal.entries()] == [new, old]
    assert [line.id for line in journal.entries(since=NOON + dt.timedelta(1))] == [new]
    assert [line.id for line in journal.entries(tag="X")] == [old]
    assert journal.entry_ids(until=NOON + dt.timedelta(1)) == [old]
    (line,) = journal.entry_lines([old])
    assert (line.title, line.excerpt) == ("Old", "long ago")
    assert journal.entry_lines([old, 4711, new, old])[0].id == old


def test_a_reflection_is_structured_by_its_prompt(journal: Journal) -> None:
    entry = journal.write("it rained\n\nI stayed dry", prompt="what")
    assert entry.text == "## What?\n\nit rained\n\n## So what?\n\nI stayed dry"
    assert (entry.title, entry.prompt) == ("it rained", "what")
    with pytest.raises(InvalidInput) as caught:
        journal.write("x", prompt="whta")
    assert "gibbs" in (caught.value.hint or "")
    with pytest.raises(InvalidInput, match="needs some text"):
        journal.write(journal.prompt("gibbs").text, prompt="gibbs")


def test_this_day_comes_back(journal: Journal) -> None:
    def on(*day: int) -> int:
        return journal.write("x", written_at=dt.datetime(*day, 12)).id

    last_year, long_ago, week = on(2024, 6, 15), on(2020, 6, 15), on(2025, 6, 8)
    month, half, today = on(2025, 5, 15), on(2024, 12, 15), on(2025, 6, 15)
    on(2025, 6, 14)
    assert [(memory.id, memory.ago) for memory in journal.on_this_day(dt.date(2025, 6, 15))] == [
        (week, "a week ago"), (month, "a month ago"), (half, "half a year ago"),
        (last_year, "a year ago"), (long_ago, "5 years ago"),
    ]  # fmt: skip
    assert today
    leap = on(2024, 2, 29)
    assert leap in [memory.id for memory in journal.on_this_day(dt.date(2025, 2, 28))]
    assert leap not in [memory.id for memory in journal.on_this_day(dt.date(2028, 2, 28))]


def test_a_document_says_what_a_reader_would_read(journal: Journal) -> None:
    id = journal.write("# On *memory*\n\nsee [[12|that book]] and <b>x</b>", tags=["a"]).id
    trashed = journal.write("gone").id
    journal.remove([trashed])
    (document,) = journal.documents([id, trashed, 4711])
    assert document.text.split() == ["On", "memory", "see", "that", "book", "and", "<b>x</b>"]
    assert (document.title, document.tags, document.flags) == ("On memory", {"a"}, {"private"})
    assert document.markdown == journal.entry(id).text


def test_documents_come_in_a_fixed_number_of_queries(environment: Environment, journal: Journal) -> None:
    from sqlalchemy import event

    ids = [journal.write(f"entry {number}").id for number in range(20)]
    asked: list[Any] = []
    event.listen(environment.library._engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(list(journal.documents(ids))) == 20
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 3


class TestExchange:
    """Out to files, and in again."""

    def test_what_was_exported_is_known_again(self, journal: Journal, tmp_path: Path) -> None:
        journal.write("one #a", title="A title", tags=["b c"], written_at=NOON, public=True)
        journal.write("two", prompt="what")
        assert journal.export(tmp_path / "out").files == 2
        imported = journal.import_path(tmp_path / "out")
        assert (imported.added, imported.updated, imported.known, imported.refused) == (0, 0, 2, ())

    def test_an_empty_library_takes_in_all_of_it(self, journal: Journal, tmp_path: Path) -> None:
        one = journal.write("one #a\n\n    code\n", title="A title", tags=["b c"], written_at=NOON, public=True)
        two = journal.write("see [[A title]]", written_at=NOON)
        journal.export(tmp_path / "out")
        other = Environment(tmp_path / "other")
        assert other.journal.import_path(tmp_path / "out").added == 2
        again = {entry.uid: entry for entry in map(other.journal.entry, other.journal.entry_ids())}
        for entry in (one, two):
            for name in ("title", "text", "tags", "written_at", "day", "public", "prompt"):
                assert getattr(again[entry.uid], name) == getattr(entry, name), name
        assert [link.id for link in again[two.uid].links] == [again[one.uid].id]
        other.close()

    def test_a_changed_file_changes_its_entry_and_keeps_what_it_said(self, journal: Journal, tmp_path: Path) -> None:
        id = journal.write("before").id
        journal.export(tmp_path / "out")
        (file,) = (tmp_path / "out").glob("*.md")
        file.write_text(file.read_text().replace("before", "after"))
        assert journal.import_path(file).updated == 1
        assert journal.entry(id).text == "after"
        assert [old.text for old in journal.history(id)] == ["before"]

    def test_a_mention_that_was_taken_out_of_a_file_is_no_link_any_more(self, journal: Journal, tmp_path: Path) -> None:
        target = journal.write("target").id
        entry = journal.write(f"see #{target}").id
        journal.export(tmp_path)
        file = next(path for path in tmp_path.iterdir() if "see" in path.name)
        file.write_text(file.read_text().replace(f"see #{target}", "see nothing"))
        journal.import_path(file)
        assert journal.entry(entry).links == ()

    @pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="long; PLE_TEST_ALL=1 runs it")
    def test_an_import_is_taken_back_as_one(self, environment: Environment, journal: Journal, tmp_path: Path) -> None:
        for number in range(201):  # more than are kept at once
            (tmp_path / f"{number}.md").write_text(f"entry {number}")
        assert journal.import_path(tmp_path).added == 201
        assert environment.library.undo().label == "Imported 201 journal entries"
        assert journal.entry_ids() == []

    def test_entries_whose_uids_end_alike_are_files_of_their_own(self, journal: Journal, tmp_path: Path) -> None:
        for number in (4, 5):
            (tmp_path / f"{number}.md").write_text(
                f"---\nuid: 00000000-0000-4000-8000-{number}000abcdef01\n---\n{number}"
            )
        journal.import_path(tmp_path)
        for _ in range(2):
            journal.export(tmp_path / "out")
            assert len(list((tmp_path / "out").iterdir())) == 2

    def test_another_title_is_another_file_and_only_one(self, journal: Journal, tmp_path: Path) -> None:
        id = journal.write("x", title="One").id
        out = tmp_path / "out"
        journal.export(out)
        (out / "mine.md").write_text("mine")
        journal.revise(id, title="Two")
        journal.export(out)
        assert sorted("two" in file.name for file in out.iterdir()) == [False, True]
        assert (out / "mine.md").read_text() == "mine"

    def test_files_of_any_making_come_in_once(self, journal: Journal, tmp_path: Path) -> None:
        notes = tmp_path / "notes"
        notes.mkdir()
        (notes / ".obsidian").mkdir()
        (notes / ".obsidian" / "x.md").write_text("hidden")
        (notes / "deep").mkdir()
        (notes / "deep" / "2020-01-02.md").write_text("---\nmood: fine\n---\nA daily note about [[Book]]")
        (notes / "Book.md").write_text("---\ntitle: Book\ntags: [reading]\n---\nnotes")
        (notes / "empty.md").write_text(" \n")
        (notes / "latin.md").write_bytes("Gr\xfc\xdfe".encode("latin-1"))
        (notes / "picture.png").write_bytes(b"\x89PNG")
        for added, known in ((2, 0), (0, 2)):
            imported = journal.import_path(notes)
            assert (imported.added, imported.known) == (added, known)
            assert [name for name, _ in imported.refused] == ["empty.md", "latin.md"]
        (daily,) = [journal.entry(line.id) for line in journal.entries() if line.day == dt.date(2020, 1, 2)]
        assert [journal.entry(link.id).title for link in daily.links] == ["Book"]
        journal.export(notes / "out")
        assert any("mood: fine" in file.read_text() for file in (notes / "out").iterdir())

    def test_what_is_in_the_trash_comes_back_and_what_was_deleted_for_good_stays_away(
        self, journal: Journal, library: Any, tmp_path: Path
    ) -> None:
        id = journal.write("x").id
        journal.export(tmp_path / "out")
        journal.remove(id)
        imported = journal.import_path(tmp_path / "out")
        assert (imported.added, imported.known, imported.restored) == (0, 0, 1)
        assert [line.id for line in journal.entries()] == [id]
        assert library.undo().label == "Imported 1 journal entry"
        library.empty_trash()
        assert journal.import_path(tmp_path / "out").gone == 1
        assert journal.entries() == []

    def test_a_folder_that_is_none_is_said_to_be_none(self, journal: Journal, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="neither a file nor a folder"):
            journal.import_path(tmp_path / "nowhere")

    def test_real_notes_come_in(self, journal: Journal, shared_data: Path) -> None:
        folder = shared_data / "journal" / "obsidian-kepano"
        imported = journal.import_path(folder)
        assert imported.added > 10
        again = journal.import_path(folder)
        assert (again.added, again.updated) == (0, 0)
