import datetime as dt
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks.formats import files, jsonfile, markdown, netscape, table
from ple.bookmarks.formats.record import Record, parse_when
from ple.library import InvalidInput

BROWSER = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE><H1>Bookmarks Menu</H1>
<DL><p>
    <DT><H3 ADD_DATE="1" PERSONAL_TOOLBAR_FOLDER="true">Bookmarks Toolbar</H3>
    <DL><p>
        <DT><H3>Maths</H3><DD>of a folder
        <DL><p>
            <DT><A HREF="https://example.org/a?x=1&amp;y=2" ADD_DATE="1400000000" TAGS="one,two words" PRIVATE="1"
              TOREAD="1" ICON="data:image/png;base64,xx">A &amp; <b>bold</b> title</A>
            <DD>A note
with <a href="https://example.org/no">a link</a>
        </DL><p>
    </DL><p>
    <HR>
    <DT><A HREF="https://example.org/b">B</A>
    <DT><A HREF="place:sort=8">Most visited</A>
    <DT><A HREF="javascript:void(0)">Bookmarklet</A>
</DL>"""

printable = st.characters(exclude_categories=["C", "Z"])
words = st.lists(st.text(printable, min_size=1, max_size=8), max_size=4).map(" ".join)
tags = st.text(printable.filter(lambda c: c != ","), min_size=1, max_size=8).filter(lambda tag: tag != "no_tag")
records = st.builds(
    Record,
    url=st.text(printable, max_size=20).map("https://example.org/?q=".__add__),
    title=words,
    tags=st.lists(tags, max_size=3, unique=True).map(tuple),
    note=st.lists(words, max_size=3).map("\n".join).map(str.strip),
    folder=st.lists(words.filter(lambda part: part and "/" not in part), max_size=3).map("/".join),
    saved_at=st.none() | st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)),
    unread=st.booleans(),
    starred=st.booleans(),
    archived=st.booleans(),
    pinned=st.booleans(),
    private=st.booleans(),
)


def whole_second(record):
    return record.saved_at and record.saved_at.replace(microsecond=0)


def as_set(some, when):
    return sorted(
        (r.url, r.title, r.tags, r.note, r.folder, str(when(r)), r.unread, r.starred, r.archived, r.pinned, r.private)
        for r in some
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(records, max_size=5))
def test_what_is_written_for_browsers_is_read_back_the_same(some):
    assert as_set(netscape.read(netscape.write(some).encode()), whole_second) == as_set(some, whole_second)


@settings(max_examples=15, deadline=None)
@given(st.lists(records, max_size=5))
def test_what_is_written_as_json_is_read_back_the_same(some):
    assert as_set(jsonfile.read_value(json.loads(jsonfile.write(some))), lambda r: r.saved_at) == as_set(
        some, lambda r: r.saved_at
    )


@settings(max_examples=100, deadline=None)
@given(
    st.binary()
    | st.lists(
        st.sampled_from([
            "<DL><p>", "</DL>", "<DT>", "<H3>f</H3>", "<A HREF='https://e.org/'", " ADD_DATE=x", ">t", "</A>", "<DD>n",
            "<![foo[", "<!--", "-->", "<!DOCTYPE", "&#1114112;", "\0", "<a href>", "]]>", "<?",
        ])
    ).map(lambda parts: "".join(parts).encode())
)  # fmt: skip
def test_no_bytes_make_the_reader_fail(data):
    for record in netscape.read(data):
        assert "\0" not in record.url


def test_the_dialects_of_browsers_are_understood():
    first, second, *rest = netscape.read(BROWSER.encode())

    assert (first.url, first.title) == ("https://example.org/a?x=1&y=2", "A & bold title")
    assert (first.folder, first.tags, first.line) == ("Maths", ("one", "two words"), 9)
    assert (first.private, first.unread) == (True, True)
    assert first.note == "A note\nwith a link"
    assert first.saved_at == dt.datetime(2014, 5, 13, 16, 53, 20, tzinfo=dt.UTC)
    assert (second.url, second.folder, second.saved_at, second.note) == ("https://example.org/b", "", None, "")
    assert [record.url for record in rest] == ["place:sort=8", "javascript:void(0)"]


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ('TAGS="a,b c"', ("a", "b c")),
        ('TAGS="a b  c"', ("a", "b", "c")),
        ('TAGS="a, b,,a"', ("a", "b")),
        ('tags="no_tag"', ()),
        ('TAGS="linkding:bookmarks.archived"', ()),
    ],
)
def test_tags_are_parted_by_commas_or_else_by_blanks(written, tags):
    (record,) = netscape.read(f'<DL><DT><A HREF="https://e.org/" {written}>x</A></DL>'.encode())

    assert record.tags == tags
    assert record.archived == ("archived" in written)


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("1400000000", 2014), ("1400000000000", 2014), ("1400000000000000", 2014), ("13044473600000000", 2014),
        ("2014-05-13T16:53:20Z", 2014), ("Tue, 13 May 2014 16:53:20 GMT", 2014),
        ("0", None), ("", None), ("-1", None), ("x", None), ("99999999999999999999", None), ("315532800", None),
    ],
)  # fmt: skip
def test_the_size_of_a_number_says_what_time_it_is(written, year):
    when = parse_when(written)

    assert (when.year if when else None) == year


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encoding_it_has(encoding):
    data = '<META CHARSET="windows-1252"><DL><DT><A HREF="https://e.org/">café</A></DL>'.encode(encoding)

    assert next(netscape.read(data)).title == "café"


@pytest.mark.real
def test_every_anchor_of_real_files_is_found(shared_data):
    import re

    found = {}
    for path in sorted((shared_data / "bookmarks").rglob("*.htm*")):
        data = path.read_bytes()
        if netscape.recognises(data, path.name):
            anchors = len(re.findall(rb"<a\s[^>]*href\s*=\s*[\"']?[^\"'\s>]", data, re.IGNORECASE))
            found[path.name] = (len(list(netscape.read(data))), anchors)

    assert len(found) >= 10
    assert {name: counts for name, counts in found.items() if counts[0] != counts[1]} == {}


def test_a_file_is_known_by_what_is_in_it():
    assert files.read(BROWSER.encode(), "x.txt").format == "netscape"
    assert files.read(jsonfile.write([]).encode(), "x.html").format == "json"
    for data in (b"", b"\x89PNG\r\n", b"<html><a href='x'>y</a>", b"[]", b"{}", b"hello"):
        with pytest.raises(InvalidInput) as refused:
            files.read(data, "x.html")
        assert refused.value.hint
    with pytest.raises(InvalidInput, match="damaged"):
        files.read(jsonfile.write([Record("https://e.org/")]).encode()[:-20], "x.json")


def test_a_spreadsheet_gets_no_formula():
    (_head, row) = table.write([Record("https://e.org/", "=1+1", ("a", "b"), "-x\ny")]).split("\r\n", 1)

    assert row.startswith('https://e.org/,\'=1+1,"\'-x\ny","a, b",')


def test_markdown_is_a_list_of_links_by_folder():
    text = markdown.write(
        [Record("https://e.org/(a) b", "[x] *y*", ("two words",), "why", "F"), Record("https://o.org/")]
    )

    assert text.splitlines() == [
        "# Bookmarks", "", "- [https://o.org/](<https://o.org/>)", "",
        "## F", "", r"- [\[x\] \*y\*](<https://e.org/(a)%20b>) #two-words", "  why", "",
    ][:-1]  # fmt: skip


@pytest.fixture
def bookmarks(environment):
    return environment.bookmarks


def test_an_import_keeps_dates_folders_tags_notes_and_states_and_names_what_it_refused(bookmarks):
    done = bookmarks.import_file("b.html", BROWSER.encode(), folders="path")

    assert (done.format, done.added, done.known) == ("netscape", 2, 0)
    assert [(bad.line, bad.url) for bad in done.refused] == [(17, "place:sort=8"), (18, "javascript:void(0)")]
    assert all(bad.reason for bad in done.refused)
    pages = {page.title: bookmarks.bookmark(page.id) for page in bookmarks.bookmarks()}
    first = pages["A & bold title"]
    assert (first.saved_at.year, first.folder, first.private, first.unread) == (2014, "Maths", True, True)
    assert (first.tags, first.note) == (frozenset({"one", "two words", "maths"}), "A note\nwith a link")
    assert pages["B"].unread is False


def test_importing_twice_adds_nothing_and_one_undo_takes_it_all_back(bookmarks, library):
    bookmarks.import_file("b.html", BROWSER.encode())
    again = bookmarks.import_file("b.html", BROWSER.encode())
    assert (again.added, again.known, again.updated) == (0, 2, 0)

    library.undo()

    assert bookmarks.bookmark_ids() == []


def test_an_import_adds_to_what_is_kept_and_takes_nothing_away(bookmarks):
    page = bookmarks.save("https://example.org/a?y=2&x=1", fetch=False, tags=["mine"], note="own", title="Own").bookmark

    done = bookmarks.import_file("b.html", BROWSER.encode())

    assert (done.added, done.known, done.updated) == (1, 1, 1)
    page = bookmarks.bookmark(page.id)
    assert (page.title, page.note) == ("Own", "own\n\nA note\nwith a link")
    assert page.tags == frozenset({"mine", "one", "two words"})
    assert (page.saved_at.year, page.unread) == (2014, True)


@pytest.mark.parametrize("format", ["netscape", "json"])
def test_what_is_exported_can_be_imported_without_loss(bookmarks, library, format):
    bookmarks.import_file("b.html", BROWSER.encode())
    starred = bookmarks.save("https://example.org/c", fetch=False, tags=["two words"], note="a\n\nb").bookmark
    bookmarks.edit(starred.id, starred=True, archived=True, folder="A/B")
    before = bookmarks.export(format)

    bookmarks.remove(bookmarks.bookmark_ids())
    library.empty_trash()
    done = bookmarks.import_file("x", before.encode())

    assert (done.added, done.refused) == (3, ())
    assert bookmarks.export(format) == before


def test_an_export_may_be_of_some_and_in_a_known_format_only(bookmarks):
    id = bookmarks.save("https://example.org/c", fetch=False).bookmark.id

    assert len(json.loads(bookmarks.export("json", [id, 999]))["bookmarks"]) == 1
    assert bookmarks.export("csv", []).count("\r\n") == 1
    with pytest.raises(InvalidInput, match="cannot be exported as doc"):
        bookmarks.export("doc")


def test_fifteen_hundred_bookmarks_come_in_at_once(sqlite_environment):
    rows = "".join(
        f'<DT><A HREF="https://h{n % 50}.example/p/{n}" ADD_DATE="{1300000000 + n}" TAGS="t{n % 9},u">Title {n}</A>\n'
        for n in range(1500)
    )
    data = f"<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>{rows}</DL>".encode()

    began = time.process_time()
    done = sqlite_environment.bookmarks.import_file("b.html", data)

    assert (done.added, len(sqlite_environment.bookmarks.bookmark_ids(tag="u"))) == (1500, 1500)
    assert time.process_time() - began < 3  # 0.25 s on a quiet machine
