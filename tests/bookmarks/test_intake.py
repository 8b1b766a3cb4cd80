"""Bringing in files: in parts, interrupted, again; and every export that there is."""

import dataclasses
import datetime as dt
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks.formats import files
from ple.bookmarks.formats.record import Quotation
from ple.library import InvalidInput
from tests.bookmarks.test_files import records, words


@pytest.fixture
def bookmarks(environment):
    return environment.bookmarks


def netscape(count, first=0):
    rows = "".join(
        f'<DT><A HREF="https://e.org/{n}" ADD_DATE="{1300000000 + n}" TAGS="t{n % 9}">Title {n}</A>\n'
        for n in range(first, first + count)
    )
    return f"<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>{rows}</DL>".encode()


def test_an_interrupted_import_keeps_what_is_done_and_goes_on_without_doubles(bookmarks, library):
    data = netscape(35) + b'<DT><A HREF="https://e.org/3/?utm_source=x">again</A>'

    def interrupted(done, total):
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bookmarks.import_file("b.html", data, progress=interrupted, at_once=10)
    assert len(bookmarks.bookmark_ids()) == 20

    done = bookmarks.import_file("b.html", data, at_once=10)

    assert (done.added, done.known) == (16, 20)
    assert len(bookmarks.bookmark_ids()) == 36
    assert library.undo().label == "Imported 16 bookmarks from b.html"
    assert len(bookmarks.bookmark_ids()) == 20
    assert library.undo().label == "Imported 20 bookmarks from b.html"
    assert bookmarks.bookmark_ids() == []


def test_parts_make_the_same_of_doubles_as_a_whole(bookmarks):
    data = b"""<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF="https://e.org/a" ADD_DATE="1400000000">A</A>
        <DT><A HREF="https://e.org/b">B</A><DT><A HREF="https://e.org/a?utm_source=x" ADD_DATE="1300000000" TOREAD="1"
        TAGS="late" DATA-IMPORTANT="1">later</A><DD>note</DL>"""

    done = bookmarks.import_file("b.html", data, at_once=2)

    page = bookmarks.bookmark(bookmarks.known("https://e.org/a"))
    assert (done.added, done.known, done.updated) == (2, 1, 0)
    assert (page.title, page.saved_at.year, page.unread, page.starred) == ("A", 2011, True, True)
    assert (page.tags, page.note) == (frozenset({"late"}), "note")
    assert bookmarks.import_file("b.html", data).updated == 0


def test_progress_is_told_with_about_how_many_there_are(bookmarks):
    heard = []

    bookmarks.import_file("b.html", netscape(25), progress=lambda done, total: heard.append((done, total)), at_once=10)

    assert heard == [(10, 25), (20, 25), (25, 25)]


def test_a_plan_says_what_an_import_would_do_and_does_nothing(bookmarks):
    bookmarks.import_file("b.html", netscape(3))
    data = netscape(3, first=2) + b'<DT><A HREF="javascript:x">no</A>'

    plan = bookmarks.plan_import("b.html", data)

    assert (plan.format, plan.new, plan.known, plan.titles) == ("netscape", 2, 1, ("Title 3", "Title 4"))
    assert [bad.url for bad in plan.refused] == ["javascript:x"]
    assert len(bookmarks.bookmark_ids()) == 3
    assert bookmarks.import_file("b.html", data).added == plan.new


def test_passages_come_along_once(bookmarks, environment):
    rows = [{"id": "1", "uri": "https://e.org/a", "text": "mine", "tags": ["t"], "target": [{"selector": [
        {"type": "TextQuoteSelector", "exact": "some words", "prefix": "", "suffix": ""}]}]}]  # fmt: skip
    data = json.dumps({"total": 1, "rows": rows}).encode()

    first, again = bookmarks.import_file("h.json", data), bookmarks.import_file("h.json", data)

    assert (first.added, first.highlights, again.added, again.highlights) == (1, 1, 0, 0)
    (exported,) = json.loads(bookmarks.export("json"))["bookmarks"]
    assert exported["quotations"][0]["quote"] == "some words"
    assert exported["quotations"][0]["note"] == "mine"


def test_a_book_without_an_address_is_one_book_wherever_it_comes_from(bookmarks):
    kindle = "The Book (Bo, Ann)\n- Your Highlight on Location 7 | Added on Monday, 1 May 2023 10:00:00\n\nwords\n"
    kindle += "==========\n"
    readwise = "Highlight,Book Title,Book Author,Note\nmore,The Book,Ann Bo,\n"

    bookmarks.import_file("My Clippings.txt", kindle.encode())
    done = bookmarks.import_file("readwise.csv", readwise.encode())

    assert (done.added, done.known, done.highlights) == (0, 1, 1)
    (id,) = bookmarks.bookmark_ids()
    assert bookmarks.bookmark(id).author == "Bo, Ann"
    assert bookmarks.bookmark_ids(pending=True) == []  # there is nothing to fetch
    assert list(bookmarks.fetch_pending(force=True)) == []
    assert "without an address" in bookmarks.refresh(id).problem


def test_books_and_their_passages_go_and_come_again_together(environment):
    clippings = "".join(
        f"Book {n}\n- Your Highlight on Location 7 | Added on Monday, 1 May 2023 10:00:00\n\nwords {n}\n==========\n"
        for n in range(3)
    ).encode()
    environment.bookmarks.import_file("My Clippings.txt", clippings)
    assert len(environment.highlights.highlight_ids()) == 3

    environment.library.undo()
    assert (environment.bookmarks.bookmark_ids(), environment.highlights.highlight_ids()) == ([], [])

    environment.bookmarks.import_file("My Clippings.txt", clippings)
    assert len(environment.highlights.highlight_ids()) == 3


@pytest.mark.parametrize("format", ["netscape", "json", "csv", "bibtex", "ris", "csl-json"])
def test_what_is_exported_and_imported_elsewhere_is_exported_the_same(bookmarks, library, format):
    bookmarks.import_file("b.html", netscape(3))
    bookmarks.import_file("w.ris", b"TY  - BOOK\nTI  - The Book\nAU  - Bo, Ann\nPY  - 2001\nKW  - one\nER  - \n")
    bookmarks.import_file("w.bib", b"@article{x, title={On & off}, doi={10.1000/x_y}, author={Bo, Ann and Lo, Cy}}")
    before = bookmarks.export(format)

    bookmarks.remove(bookmarks.bookmark_ids())
    library.empty_trash()
    done = bookmarks.import_file("x", before.encode())

    assert (done.format, done.added, done.refused) == (format, 5, ())
    assert sorted(bookmarks.export(format).splitlines()) == sorted(before.splitlines())


passages = st.builds(
    Quotation,
    quote=words.filter(bool),
    note=words,
    color=st.sampled_from(["yellow", "green"]),
    created_at=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)),
    tags=st.lists(st.sampled_from(["a", "b/c"]), unique=True, max_size=2).map(tuple),
)
anything = st.lists(
    st.builds(
        lambda record, quotations, more: dataclasses.replace(record, quotations=tuple(quotations), **more),
        records,
        st.lists(passages, max_size=2, unique_by=lambda one: "".join(one.quote.split()).casefold()),
        st.fixed_dictionaries(
            {
                "title": words.filter(bool),
                "author": st.none() | words.filter(bool),
                "description": words,
                "judged": st.none() | st.just({"type": "study", "note": "Sound.", "answers": {"who": "yes: hers"}}),
            }
        ),
    ),
    min_size=4,
    max_size=12,
)


@pytest.mark.parametrize("format", ["json", "netscape", "csv"])
def test_whatever_is_kept_is_the_same_when_it_went_out_and_came_in_again(bookmarks, library, format):
    @settings(max_examples=60 if os.environ.get("PLE_TEST_ALL") else 2, deadline=None)
    @given(anything)
    def there_and_back(some):
        bookmarks.import_file("first", files.write("json", some).encode())
        assert ('"judged"' in bookmarks.export("json")) == any(one.judged for one in some)
        before = bookmarks.export(format)
        bookmarks.remove(bookmarks.bookmark_ids())
        library.empty_trash()
        bookmarks.import_file("again", before.encode())
        after = bookmarks.export(format)
        bookmarks.remove(bookmarks.bookmark_ids())
        library.empty_trash()
        assert sorted(after.splitlines()) == sorted(before.splitlines())

    there_and_back()


def test_a_format_may_be_named_and_must_be_known(bookmarks):
    assert bookmarks.import_file("x", b"https://e.org/a\n", format="list").added == 1
    with pytest.raises(InvalidInput, match="cannot be imported as doc"):
        bookmarks.import_file("x", b"", format="doc")
    assert {"netscape", "kindle", "zotero"} - set(files.IMPORTS) == {"zotero"}


@pytest.mark.real
def test_every_export_of_the_world_comes_in_once_or_is_named(shared_data, sqlite_environment):
    door = sqlite_environment.bookmarks
    found, none = {}, {}
    paths = [path for path in sorted((shared_data / "bookmarks").rglob("*")) if path.is_file()]
    if not os.environ.get("PLE_TEST_ALL"):
        few = {"citation-js", "web-annotation", "rispy-ris", "bibtexparser"}
        paths = [path for path in paths if not few & set(path.parts)]
        paths += sorted((shared_data / "bookmarks" / "rispy-ris").glob("*.ris"))[:3]
        paths += sorted((shared_data / "bookmarks" / "bibtexparser").rglob("*.bib"))
    for path in paths:
        try:
            found[path] = door.import_file(path.name, path.read_bytes())
        except InvalidInput as refused:
            none[path] = refused

    for path, done in found.items():
        again = door.import_file(path.name, path.read_bytes())
        assert (again.added, again.updated, again.highlights) == (0, 0, 0), path
        assert done.added + done.known + len(done.refused) > 0 or "example41" in path.name
        assert all(bad.reason and bad.line for bad in done.refused)
    assert all(refused.hint for refused in none.values())
    formats = {done.format for done in found.values()}
    assert formats >= {
        "netscape", "chrome", "firefox", "bookmarkie", "database", "pinboard", "goodlinks", "pocket", "pocket-html",
        "instapaper", "readwise-reader", "kindle", "hypothesis", "bibtex", "ris", "evernote", "mendeley", "catalogue",
    }  # fmt: skip
    by_name = {path.name: done for path, done in found.items()}
    assert by_name["My Clippings.txt"].highlights == 101
    assert by_name["sample-bookmarks.json"].added + by_name["sample-bookmarks.json"].known == 88


def test_a_note_that_the_learner_changed_here_is_not_added_again_by_the_next_export(environment):
    def file(page: str, passage: str) -> bytes:
        words = [{"quote": "three words here", "note": passage, "created_at": "2026-01-01T00:00:00Z"}]
        page_of_it = {"url": "https://e.example/", "title": "E", "note": page, "quotations": words}
        return json.dumps({"format": "ple-bookmarks", "version": 1, "bookmarks": [page_of_it]}).encode()

    bookmarks, highlights = environment.bookmarks, environment.highlights
    bookmarks.import_file("a.json", file("a mistke", "anothr"))
    (page,), (passage,) = bookmarks.bookmarks(), highlights.highlights()
    assert (bookmarks.bookmark(page.id).note, passage.note) == ("a mistke", "anothr")
    bookmarks.edit(page.id, note="no mistake")
    highlights.edit(passage.id, note="none")
    assert bookmarks.import_file("a.json", file("a mistke", "anothr")).updated == 0
    assert (bookmarks.bookmark(page.id).note, highlights.highlight(passage.id).note) == ("no mistake", "none")
    bookmarks.import_file("b.json", file("no mistake, and more", "none at all"))
    assert bookmarks.bookmark(page.id).note == "no mistake, and more"
    assert highlights.highlight(passage.id).note == "none at all", "a note that grew is not there twice"


def test_two_records_of_one_page_in_a_file_say_together_what_each_says(environment):
    one = b"TY  - JOUR\nTI  - A\nUR  - http://e.org/\n"
    environment.bookmarks.import_file("f", one + b"ER  - \n" + one + b"AB  - About\nER  - \n")
    (page,) = (environment.bookmarks.bookmark(id) for id in environment.bookmarks.bookmark_ids())
    assert page.description == "About"


def test_our_own_file_of_whole_seconds_brings_nothing_up_to_date(environment):
    saved = environment.bookmarks.save("https://e.org/", title="A", fetch=False).bookmark
    done = environment.bookmarks.import_file("f", environment.bookmarks.export("netscape").encode())
    assert (done.added, done.known, done.updated) == (0, 1, 0)
    assert environment.bookmarks.bookmark(saved.id).saved_at == saved.saved_at
