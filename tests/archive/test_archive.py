"""Everything out and in again."""

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from ple.archive import ArchiveError
from ple.archive.place import replacing
from ple.bookmarks.models import BookmarkRow
from ple.environment import Environment
from ple.library import Attachment, doings

FEED = """<rss version="2.0"><channel><title>Sky</title><link>http://sky.example/</link>
<item><guid>1</guid><title>Moon</title><description>&lt;p&gt;Full tonight.&lt;/p&gt;</description></item>
<item><guid>2</guid><title>Stars</title><description>Many.</description></item></channel></rss>"""


@pytest.fixture
def filled(environment: Any, publisher: Any) -> Any:
    """A library with some of everything."""
    fill(environment, publisher.publish("/feed", FEED, content_type="application/rss+xml"))
    return environment


def fill(ours: Environment, feed: str) -> None:
    ours.feeds.add(feed, folder="Night")
    entry = ours.feeds.entry_ids()[0]
    ours.feeds.star([entry])
    saved = ours.bookmarks.save("https://example.org/a?b=1", title="Ähnlich 月", tags=["x/y"], note="why", fetch=False)
    ours.highlights.add(entry, "Full" if "Full" in ours.document(entry).text else "Many", note="so")
    ours.journal.write(f"About #{saved.bookmark.id}, `#{saved.bookmark.id}` and [[{entry}|it]].", tags=["sky"])
    ours.journal.revise(ours.journal.entry_ids()[0], title="Better")
    ours.collections.add("Nights", description="all")
    with ours.library.writing() as tx:
        tx.attach(saved.bookmark.id, "document", "a.txt", "text/plain", b"kept words")
    gone = ours.journal.write("thrown away")
    ours.journal.remove([gone.id])


def lines(folder: Path) -> dict[str, list[Any]]:
    return {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in sorted((folder / "tables").iterdir())
    }


@pytest.fixture
def other(tmp_path: Path, empty_library: Path) -> Any:
    """Another library, empty, on SQLite."""
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    yield environment
    environment.close()


def test_what_goes_out_comes_in_again_and_goes_out_the_same(filled, other, tmp_path) -> None:
    out = filled.archive.export(tmp_path / "out")
    assert (out.things["entry"], out.things["journal"], out.files) == (2, 2, 1)
    came = other.archive.bring_in(tmp_path / "out")
    assert (came.new, came.known, came.problems) == (out.things, {}, [])
    assert other.library.check() == []
    other.archive.export(tmp_path / "again")
    assert lines(tmp_path / "again") == lines(tmp_path / "out")
    assert len(other.library.trashed()) == 1
    assert [hit.title for hit in other.search.find("kind:journal about").hits] == ["Better"]
    bookmark = other.bookmarks.bookmark(other.bookmarks.bookmark_ids()[0])
    with other.library.reading() as tx:
        assert tx.files.read(tx.attachments_of(bookmark.id)[0].sha256) == b"kept words"
    assert other.library.undo().label == "Brought in an archive"
    assert other.library.kind_counts() == {}


def test_a_library_on_either_database_takes_an_archive_in_and_goes_on(environment, other, publisher, tmp_path) -> None:
    fill(other, publisher.publish("/feed", FEED, content_type="application/rss+xml"))
    other.archive.export(tmp_path / "out")
    environment.archive.bring_in(tmp_path / "out")
    written = environment.journal.write("goes on")
    assert written.id == max(row["id"] for row in lines(tmp_path / "out")["resource"]) + 1
    assert environment.library.check() == []


def test_what_is_in_a_collection_keeps_its_order_where_it_has_other_numbers(
    other, sqlite_environment, tmp_path
) -> None:
    first, second = (other.bookmarks.save(f"https://e.org/{n}", title=n, fetch=False).bookmark.id for n in "ab")
    other.collections.put(other.collections.add("Both").id, [second, first])
    other.archive.export(tmp_path / "out")
    sqlite_environment.journal.write("has the first number here")

    sqlite_environment.archive.bring_in(tmp_path / "out")

    (both,) = sqlite_environment.collections.collections()
    assert [sqlite_environment.document(id).title for id in both.members] == ["b", "a"]


def test_the_same_archive_twice_adds_nothing(filled, other, tmp_path) -> None:
    out = filled.archive.export(tmp_path / "out")
    other.archive.bring_in(tmp_path / "out")
    again = other.archive.bring_in(tmp_path / "out")
    assert (again.new, again.known) == ({}, out.things)
    other.archive.export(tmp_path / "again")
    assert lines(tmp_path / "again") == lines(tmp_path / "out")


def test_what_was_deleted_for_good_stays_away_and_so_do_its_words(filled, other, publisher, tmp_path) -> None:
    filled.archive.export(tmp_path / "out")
    other.archive.bring_in(tmp_path / "out")
    other.feeds.remove([feed.id for feed in other.feeds.feeds()])
    other.library.empty_trash()
    more = FEED.replace("</channel>", "<item><guid>3</guid><title>Sun</title></item></channel>")
    publisher.publish("/feed", more, content_type="application/rss+xml")
    list(filled.feeds.refresh(force=True))
    filled.archive.export(tmp_path / "out")
    came = other.archive.bring_in(tmp_path / "out")
    assert came.new == {}
    assert [problem.endswith("deleted for good here stay away") for problem in came.problems] == [True]
    assert (other.feeds.feeds(), other.library.check()) == ([], [])
    with other.library.reading() as tx:
        gone = tx.connection().exec_driver_sql("SELECT id FROM resource WHERE purged_at IS NOT NULL").scalars().all()
        for table in ("tagging", "revision", "attachment"):
            named = tx.connection().exec_driver_sql(f"SELECT resource_id FROM {table}").scalars()
            assert not set(gone) & set(named)


def test_two_things_that_are_one_here_come_in_as_one(sqlite_environment, other, tmp_path) -> None:
    ours = sqlite_environment
    moved = ours.bookmarks.save("https://example.org/old", fetch=False).bookmark
    ours.archive.export(tmp_path / "out")
    other.archive.bring_in(tmp_path / "out")
    with ours.library.writing() as tx:
        tx.update(BookmarkRow, [moved.id], url="https://example.org/new", url_key="https://example.org/new")
    again = ours.bookmarks.save("https://example.org/old", fetch=False).bookmark
    with ours.library.writing() as tx:
        for id in (moved.id, again.id):
            tx.attach(id, "document", "notes.txt", "text/plain", b"%d" % id)
    ours.archive.export(tmp_path / "out")
    assert other.archive.bring_in(tmp_path / "out").known == {"bookmark": 2}
    assert other.library.check() == []


def test_a_library_in_which_nothing_is_but_a_log_takes_an_archive_in(sqlite_environment, other, tmp_path) -> None:
    sqlite_environment.journal.write("words")
    sqlite_environment.archive.export(tmp_path / "out")
    with other.library.writing() as tx:
        tx.note("looked")
    assert other.archive.bring_in(tmp_path / "out").new == {"journal": 1}
    assert len(list(doings(other.library))) == 2


def test_two_libraries_become_one_and_what_was_there_stays(filled, other, publisher, tmp_path) -> None:
    for number in range(5):
        other.journal.write(f"mine {number}")
    other.feeds.add(publisher.url + "/feed", title="My sky")
    same = other.bookmarks.save("https://example.org/a?b=1", title="My title", tags=["mine"], fetch=False).bookmark
    filled.archive.export(tmp_path / "out")

    looked = other.archive.bring_in(tmp_path / "out", plan=True)
    assert len(other.library.trashed()) == 0
    came = other.archive.bring_in(tmp_path / "out")
    assert (came.new, came.known) == (looked.new, looked.known)
    assert came.known == {"feed": 1, "entry": 2, "bookmark": 1}
    assert came.new == {"journal": 2, "highlight": 1, "collection": 1}
    kept = other.bookmarks.bookmark(same.id)
    assert (kept.title, kept.tags, other.feeds.feeds()[0].title) == ("My title", {"mine", "x/y"}, "My sky")

    better = other.journal.entry(next(line.id for line in other.journal.entries() if line.title == "Better"))
    with filled.library.reading() as tx:
        old = next(tx.connection().exec_driver_sql("SELECT id FROM bookmark").scalars())
    assert better.text == f"About #{same.id}, `#{old}` and [[{other.feeds.entry_ids()[0]}|it]]."
    with other.library.reading() as tx:
        assert same.id in {end.id for end in tx.links_from(better.id)}
    assert other.library.check() == []
    assert other.archive.bring_in(tmp_path / "out").new == {}
    other.library.undo()
    assert other.bookmarks.bookmark(same.id).tags == {"mine"}
    assert len(other.journal.entry_ids()) == 5


def test_an_archive_is_replaced_only_by_a_whole_one_and_nothing_else_ever_is(sqlite_environment, tmp_path) -> None:
    ours = sqlite_environment
    ours.journal.write("words")
    ours.archive.export(tmp_path / "out")
    ours.journal.write("more words")
    assert ours.archive.export(tmp_path / "out").things == {"journal": 2}
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    left = tmp_path / ".out.0badf00d.part"  # by an export that was killed, with everything in it
    (left / "tables").mkdir(parents=True)
    (left / "being-written.lock").touch()
    (tmp_path / ".out.0badf00d.old").mkdir()
    with replacing(tmp_path / "out") as at_work:  # and one that is not
        (at_work / "library.json").write_text("{}")
        ours.archive.export(tmp_path / "other")
        ours.archive.export(tmp_path / "out")
        assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == [at_work]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    ours.archive.export(tmp_path / "new")
    assert os.name == "nt" or stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    ours.archive.export(tmp_path / "new")
    shutil.rmtree(tmp_path / "out")
    ours.archive.export(tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("not ple's")
    for folder in (tmp_path / "out", ours.folder, ours.folder.parent):
        with pytest.raises(ArchiveError):
            ours.archive.export(folder)
    assert (tmp_path / "out" / "mine.txt").exists()


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("library.json", "{}", "no archive"),
        ("library.json", '{"format":"ple-archive","version":99,"schema":"0001"}', "newer ple"),
        ("library.json", '{"format":"ple-archive","version":1,"schema":"9999"}', "newer ple"),
        ("library.json", '{"format":"ple-archive","version":1,"schema":"0000"}', "never was"),
        ("library.json", '{"format":"ple-archive","version":1,"schema":"../x"}', "no archive"),
        ("tables/journal_entry.jsonl", '{"id":1', "line 1 of journal_entry.jsonl"),
        ("tables/journal_entry.jsonl", "[]", "line 1 of journal_entry.jsonl"),
        ("tables/journal_entry.jsonl", '{"id":"1","text":"x"}', "line 1 of journal_entry.jsonl"),
        ("tables/journal_entry.jsonl", '{"id":77,"text":"x"}', "do not fit"),
        ("tables/tagging.jsonl", '{"resource_id":5,"tag":"x"}', "do not fit"),
    ],
)
def test_a_damaged_archive_is_a_sentence_and_changes_nothing(sqlite_environment, other, tmp_path, file, line, said):
    sqlite_environment.journal.write("words")
    sqlite_environment.archive.export(tmp_path / "out")
    (tmp_path / "out" / file).write_text(line)
    with pytest.raises(ArchiveError, match=said):
        other.archive.bring_in(tmp_path / "out")
    assert other.library.kind_counts() == {}


def test_a_file_that_is_missing_or_changed_is_said_and_the_rest_comes_in(sqlite_environment, other, tmp_path) -> None:
    ours = sqlite_environment
    saved = ours.bookmarks.save("https://example.org/", fetch=False).bookmark
    with ours.library.writing() as tx:
        sha256 = tx.attach(saved.id, "document", "a.txt", "text/plain", b"kept words")
        missing = tx.attach(saved.id, "document", "b.txt", "text/plain", b"other words")
    ours.library.files.path(missing).unlink()
    assert ours.archive.export(tmp_path / "out").missing == [missing]
    (tmp_path / "out" / "files" / sha256[:2] / sha256[2:]).write_bytes(b"changed")
    came = other.archive.bring_in(tmp_path / "out")
    assert came.new == {"bookmark": 1}
    assert sorted(came.problems) == [
        f"the file {sha256[:12]}… in the archive is damaged",
        "the file a.txt is missing from the archive",
        "the file b.txt is missing from the archive",
    ]
    assert other.library.check() == []


def test_an_absurd_archive_is_a_sentence_too(sqlite_environment, other, tmp_path) -> None:
    sqlite_environment.journal.write("words")
    out = sqlite_environment.archive.export(tmp_path / "out").folder
    rows = out / "tables" / "journal_entry.jsonl"
    said = rows.read_text("utf-8")
    for absurd in (
        "[" * 100_000,
        said.replace("words", "wo\\ud800rds"),
        said.replace('minutes":', 'minutes":' + "9" * 30),
    ):
        rows.write_text(absurd, "utf-8")
        with pytest.raises(ArchiveError, match="damaged"):
            other.archive.bring_in(out)
    (out / "library.json").write_text("[" * 100_000)
    with pytest.raises(ArchiveError, match="no archive"):
        other.archive.bring_in(out)


def test_an_archive_leads_to_no_file_outside_of_the_library(sqlite_environment, other, tmp_path) -> None:
    ours, precious = sqlite_environment, tmp_path / "precious"
    precious.write_text("mine")
    id = ours.journal.write("words").id
    with ours.library.writing() as tx:
        sha256 = tx.attach(id, "document", "a.txt", "text/plain", b"kept words")
    ours.archive.export(tmp_path / "out")
    rows = tmp_path / "out" / "tables" / "attachment.jsonl"
    rows.write_text(rows.read_text().replace(sha256, f"xx{precious}"))
    assert other.archive.bring_in(tmp_path / "out").problems == ["the file a.txt is missing from the archive"]
    with other.library.writing() as tx:
        tx.add(Attachment(resource_id=id, role="a", name="b", sha256=f"xx{precious}", media_type="c", size_bytes=1))
        tx.trash(id)
    assert [found.what for found in other.library.check()] == ["a file is named by something that is no SHA-256"]
    other.library.empty_trash()
    assert precious.read_text() == "mine"


def test_as_typed(ple, tmp_path) -> None:
    ple("journal", "write", "words")
    out = ple("library", "export", str(tmp_path / "out"), "--json").json
    assert (out["things"], out["files"]) == ({"journal": 1}, 0)
    assert (tmp_path / "out" / "README.md").exists()
    assert ple("library", "import", str(tmp_path / "out")).out.startswith("Brought in 0 things; 1 are here already.")
    assert "no archive" in ple("library", "import", str(tmp_path), code=1).err
