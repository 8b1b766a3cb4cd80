"""Each format that is read, with the quirks that its files are known for; and what is written, read back."""

import base64
import datetime as dt
import io
import json
import sqlite3
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks.formats import files, table
from ple.bookmarks.formats.browsers import unpack
from ple.bookmarks.formats.record import Quotation, Record
from ple.library import InvalidInput
from tests.bookmarks.test_files import records as plain_records


def read(data, name="file", format=None):
    found = files.read(data if isinstance(data, bytes) else data.encode(), name, format)
    return found.format, list(found.records)


def seconds(*moment):
    return dt.datetime(*moment, tzinfo=dt.UTC)


CSV = {
    "pocket": (
        'title,url,time_added,tags,status\n"A,  b",https://e.org/a,1541343937,x|two words,unread\n'
        "https://e.org/b,https://e.org/b,1541343937,,archive\n",
        [
            Record("https://e.org/a", "A, b", ("x", "two words"), unread=True,
                   saved_at=seconds(2018, 11, 4, 15, 5, 37)),
            Record("https://e.org/b", "", archived=True, saved_at=seconds(2018, 11, 4, 15, 5, 37)),
        ],
    ),
    "instapaper": (
        'URL,Title,Selection,Folder,Timestamp,Tags\nhttps://e.org/a,A,said,Archive,1640080879,"[""coding"",""b c""]"\n'
        "https://e.org/b,B,,Starred,,[]\nhttps://e.org/c,C,,Mine,,[]\n",
        [
            Record("https://e.org/a", "A", ("coding", "b c"), "said", archived=True,
                   saved_at=seconds(2021, 12, 21, 10, 1, 19)),
            Record("https://e.org/b", "B", starred=True),
            Record("https://e.org/c", "C", folder="Mine", unread=True),
        ],
    ),
    "raindrop": (
        "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
        '1,A,"a note\nof two lines",about,https://e.org/a,Maths/Topology,"a, b c",2024-11-14T05:48:28.123Z,,'
        '"Highlight:first words\nmore of them\nNote:mine\nHighlight:second",true\n',
        [
            Record(
                "https://e.org/a", "A", ("a", "b c"), "a note\nof two lines", "Maths/Topology",
                seconds(2024, 11, 14, 5, 48, 28).replace(microsecond=123000), starred=True, description="about",
                quotations=(Quotation("first words\nmore of them", "mine"), Quotation("second")),
            )
        ],
    ),
    "diigo": (
        "title,url,tags,description,comments,annotations,created_at\n"
        'A,https://e.org/a,one two,why,,"Highlight: <b>some</b> words\\nNote: on them",2024/11/14 05:48:28 +0000\n'
        "B,https://e.org/b,no_tag,,,,2024-11-14 05:48:28\n",
        [
            Record("https://e.org/a", "A", ("one", "two"), "why", saved_at=seconds(2024, 11, 14, 5, 48, 28),
                   quotations=(Quotation("some words", "on them"),)),
            Record("https://e.org/b", "B", saved_at=seconds(2024, 11, 14, 5, 48, 28)),
        ],
    ),
    "readwise": (
        "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at,"
        "Document tags\nwords,The Book,Ann Bo,B0,mine,blue,\"idea, .h1\",location,77,2026-07-17 14:00:25+00:00,t\n",
        [
            Record(
                "", "The Book", ("t",), author="Ann Bo", saved_at=seconds(2026, 7, 17, 14, 0, 25),
                csl={"type": "book", "title": "The Book", "author": [{"given": "Ann", "family": "Bo"}]},
                quotations=(
                    Quotation("words", "mine", "blue", seconds(2026, 7, 17, 14, 0, 25), ("idea",), position=77),
                ),
            )
        ],
    ),
    "readwise-reader": (
        "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
        "T,https://e.org/a,1,\"[\"\"don't\"\", 'peanut, butter']\",2022-12-05 12:42:10+00:00,0.5,later,\n",
        [Record("https://e.org/a", "T", ("don't", "peanut, butter"), unread=True,
                saved_at=seconds(2022, 12, 5, 12, 42, 10))],
    ),
    "matter": (
        "Title,Author,Publisher,URL,Tags,Word Count,In Queue,Favorited,Read,Highlight_Count,"
        "Last Interaction Date,File Id\n"
        "T,Ann,Site,https://e.org/a,a;b c,1,False,True,True,0,2024-01-02 03:04:05,\n",
        [Record("https://e.org/a", "T", ("a", "b c"), saved_at=seconds(2024, 1, 2, 3, 4, 5), archived=True,
                starred=True, author="Ann", site_name="Site")],
    ),
    "table": (
        "Name;Link;Labels;Comment\nT;https://e.org/a;a, b;said\n",
        [Record("https://e.org/a", "T", ("a", "b"), "said")],
    ),
}  # fmt: skip

JSON = {
    "pinboard": (
        [{"href": "https://e.org/a", "description": "T", "extended": "note", "time": "2018-03-02T21:37:18Z",
          "shared": "no", "toread": "yes", "tags": "a .b"}],
        Record("https://e.org/a", "T", ("a", ".b"), "note", saved_at=seconds(2018, 3, 2, 21, 37, 18), unread=True,
               private=True),
    ),
    "delicious": (
        [{"url": "https://e.org/a", "title": "T", "note": "n", "created": "1400000000", "tags": [""], "private": "1"}],
        Record("https://e.org/a", "T", (), "n", saved_at=seconds(2014, 5, 13, 16, 53, 20), private=True),
    ),
    "linkding": (
        {"count": 1, "results": [{"url": "https://e.org/a", "title": "T", "description": "d", "notes": "n",
         "tag_names": ["a"], "date_added": "2024-01-02T03:04:05.000000Z", "unread": True, "is_archived": True}]},
        Record("https://e.org/a", "T", ("a",), "d\n\nn", saved_at=seconds(2024, 1, 2, 3, 4, 5), unread=True,
               archived=True),
    ),
    "wallabag": (
        [{"url": "https://e.org/a", "title": "T", "is_archived": 1, "is_starred": 0, "tags": ["a"],
          "created_at": "2024-01-02T03:04:05+0200", "language": "fr", "annotations": [{"text": "n", "quote": "q"}]}],
        Record("https://e.org/a", "T", ("a",), saved_at=seconds(2024, 1, 2, 1, 4, 5), archived=True, language="fr",
               quotations=(Quotation("q", "n"),)),
    ),
    "karakeep": (
        {"bookmarks": [{"createdAt": 1400000000, "title": "T", "tags": ["a"], "lists": ["2"], "note": "n",
                        "archived": False, "content": {"type": "link", "url": "https://e.org/a"}}],
         "lists": [{"id": "1", "name": "Up", "parentId": None}, {"id": "2", "name": "Down", "parentId": "1"}]},
        Record("https://e.org/a", "T", ("a",), "n", "Up/Down", seconds(2014, 5, 13, 16, 53, 20)),
    ),
    "shiori": (
        {"bookmarks": [{"id": 1, "url": "https://e.org/a", "title": "T", "excerpt": "e", "author": "Ann", "public": 0,
                        "createdAt": "2024-01-02 03:04:05", "tags": [{"id": 1, "name": "a"}]}]},
        Record("https://e.org/a", "T", ("a",), saved_at=seconds(2024, 1, 2, 3, 4, 5), description="e", author="Ann"),
    ),
    "goodlinks": (
        [{"url": "https://e.org/a/", "originalURL": "https://e.org/a", "title": "T", "tags": ["a"], "starred": True,
          "addedAt": 1400000000, "summary": "s"}],
        Record("https://e.org/a", "T", ("a",), saved_at=seconds(2014, 5, 13, 16, 53, 20), unread=True, starred=True,
               description="s"),
    ),
    "linkwarden": (
        {"collections": [{"id": 1, "name": "C", "parentId": None, "links": [
            {"name": "T", "url": "https://e.org/a", "tags": [{"name": "a"}], "createdAt": "2024-01-02T03:04:05Z"}]}]},
        Record("https://e.org/a", "T", ("a",), folder="C", saved_at=seconds(2024, 1, 2, 3, 4, 5)),
    ),
    "tab-sessions": (
        [{"name": "S", "date": 1400000000000, "tag": ["a"], "tabsNumber": 1,
          "windows": {"1": {"2": {"url": "https://e.org/a", "title": "T"}}}}],
        Record("https://e.org/a", "T", ("a",), folder="S", saved_at=seconds(2014, 5, 13, 16, 53, 20)),
    ),
    "firefox": (
        {"type": "text/x-moz-place-container", "root": "placesRoot", "children": [
            {"type": "text/x-moz-place-container", "root": "toolbarFolder", "title": "toolbar", "children": [
                {"type": "text/x-moz-place-container", "title": "F", "children": [
                    {"type": "text/x-moz-place-separator"},
                    {"type": "text/x-moz-place", "uri": "https://e.org/a", "title": "T", "tags": "a,b",
                     "dateAdded": 1400000000000000,
                     "annos": [{"name": "bookmarkProperties/description", "value": "n"}]}]}]},
            {"type": "text/x-moz-place-container", "root": "tagsFolder", "children": [
                {"type": "text/x-moz-place-container", "title": "old", "children": [
                    {"type": "text/x-moz-place", "uri": "https://e.org/a", "title": "T"}]}]}]},
        Record("https://e.org/a", "T", ("a", "b", "old"), "n", "F", seconds(2014, 5, 13, 16, 53, 20)),
    ),
    "chrome": (
        {"checksum": "x", "version": 1, "roots": {"bookmark_bar": {"type": "folder", "name": "Bar", "children": [
            {"type": "folder", "name": "F", "children": [
                {"type": "url", "url": "https://e.org/a", "name": "T", "date_added": "13044473600000000"}]}]}}},
        Record("https://e.org/a", "T", folder="F", saved_at=seconds(2014, 5, 13, 16, 53, 20)),
    ),
    "hypothesis": (
        {"total": 3, "rows": [
            {"id": "1", "uri": "https://e.org/a", "text": "mine", "tags": ["t"], "created": "2024-01-02T03:04:05Z",
             "document": {"title": ["T"]}, "target": [{"source": "https://e.org/a", "selector": [
                 {"type": "TextPositionSelector", "start": 4, "end": 7},
                 {"type": "TextQuoteSelector", "exact": "Two", "prefix": "One ", "suffix": " Three"}]}]},
            {"id": "2", "uri": "https://e.org/a", "text": "on the page", "tags": ["p"], "target": [{}]}]},
        Record("https://e.org/a", "T", ("p",), "on the page", saved_at=seconds(2024, 1, 2, 3, 4, 5), quotations=(
            Quotation("Two", "mine", created_at=seconds(2024, 1, 2, 3, 4, 5), tags=("t",), prefix="One ",
                      suffix=" Three", position=4),)),
    ),
    "w3c": (
        {"@context": "http://www.w3.org/ns/anno.jsonld", "id": "urn:1", "type": "Annotation",
         "body": [{"type": "TextualBody", "purpose": "tagging", "value": "t"}, {"type": "TextualBody", "value": "n"}],
         "target": {"source": "https://e.org/a", "selector": {"type": "FragmentSelector", "value": "x", "refinedBy":
                    {"type": "TextQuoteSelector", "exact": "Two"}}}},
        Record("https://e.org/a", quotations=(Quotation("Two", "n", tags=("t",)),)),
    ),
    "csl-json": (
        [{"id": "x", "type": "book", "title": "T", "author": [{"family": "Bo", "given": "Ann"}],
          "ISBN": "9780007280599",
          "issued": {"date-parts": [[2008, 3]]}, "keyword": "a, b"}],
        None,
    ),
}  # fmt: skip


def without_line(record):
    import dataclasses

    return dataclasses.replace(record, line=0)


@pytest.mark.parametrize("format", CSV)
def test_a_table_is_known_by_its_head(format):
    text, expected = CSV[format]

    assert read(text)[0] == format
    assert [without_line(record) for record in read(text)[1]] == expected
    assert read("\ufeff" + text.replace("\n", "\r\n"))[0] == format
    assert [record.line for record in read(text)[1]][:1] == [2]


@pytest.mark.parametrize("format", JSON)
def test_json_is_known_by_its_fields(format):
    value, expected = JSON[format]
    found, some = read(json.dumps(value))

    assert found == format
    if expected is not None:
        assert [without_line(record) for record in some] == [expected]


@pytest.mark.parametrize("format", JSON)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_json_with_anything_in_its_fields_is_read_or_refused(format, data):
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    )

    def spoiled(value):
        if data.draw(st.integers(0, 5)) == 0:
            return data.draw(junk)
        if isinstance(value, dict):
            return {name: spoiled(inner) for name, inner in value.items()}
        return [spoiled(inner) for inner in value] if isinstance(value, list) else value

    try:
        for record in read(json.dumps(spoiled(JSON[format][0])))[1]:
            assert isinstance(record.url, str)
    except InvalidInput as refused:
        assert refused.hint  # noqa: PT017 - most of them are read, some are refused


def test_a_packed_backup_of_firefox_is_unpacked():
    text = json.dumps(JSON["firefox"][0]).encode()
    literal = bytes([0xF0]) + bytes([255] * ((len(text) - 15) // 255)) + bytes([(len(text) - 15) % 255]) + text
    packed = b"mozLz40\0" + len(text).to_bytes(4, "little") + literal

    assert read(packed)[1] == read(text)[1]
    repeated = bytes([0x22]) + b"ab" + b"\x02\x00" + bytes([0x40]) + b"cdef"  # "ab", six more from two back, "cdef"
    assert unpack(b"mozLz40\0" + (12).to_bytes(4, "little") + repeated) == b"ababababcdef"
    for bad in (packed[:-5], packed[:14], b"mozLz40\0\xff\xff\xff\xff\x10a", b"mozLz40\0\x09\0\0\0\x10a\xff\xff"):
        with pytest.raises(InvalidInput):
            read(bad)


def test_the_database_of_firefox_is_read_with_its_tags(tmp_path):
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as places:
        places.executescript("""
            PRAGMA journal_mode = WAL;
            CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT);
            CREATE TABLE moz_bookmarks (id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER, parent INTEGER,
                position INTEGER, title TEXT, dateAdded INTEGER, guid TEXT);
            INSERT INTO moz_places VALUES (1, 'https://e.org/a');
            INSERT INTO moz_bookmarks VALUES
                (1, 2, NULL, 0, 0, '', 0, 'root________'), (2, 2, NULL, 1, 0, 'menu', 0, 'menu________'),
                (3, 2, NULL, 1, 1, 'tags', 0, 'tags________'), (4, 2, NULL, 3, 0, 'a', 0, 'x'),
                (5, 2, NULL, 2, 0, 'F', 0, 'y'), (6, 1, 1, 5, 0, 'T', 1400000000000000, 'z'),
                (7, 1, 1, 4, 0, '', 0, 'w');
        """)
    places.close()

    expected = Record("https://e.org/a", "T", ("a",), folder="F", saved_at=seconds(2014, 5, 13, 16, 53, 20))
    assert read(path.read_bytes()) == ("database", [expected])
    with pytest.raises(InvalidInput):
        read(b"SQLite format 3\0" + b"x" * 500)


def test_a_zip_holds_several_exports():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("pocket/part_000000.csv", CSV["pocket"][0])
        archive.writestr("pocket/part_000001.csv", "title,url,time_added,tags,status\nC,https://e.org/c,1,,unread\n")
        archive.writestr("pocket/readme.txt", "hello")

    format, some = read(data.getvalue())

    assert (format, [record.url for record in some]) == (
        "pocket",
        ["https://e.org/a", "https://e.org/b", "https://e.org/c"],
    )


def test_the_last_export_of_omnivore_has_its_marked_passages_beside():
    page = {"id": "1", "slug": "a-page", "title": "T", "url": "https://e.org/a", "state": "Archived", "labels": ["l"],
            "savedAt": "2024-01-02T03:04:05.000Z", "readingProgress": 100}  # fmt: skip
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata_0_to_1.json", json.dumps([page]))
        archive.writestr("content/a-page.html", "<p>some words</p>")
        archive.writestr("highlights/a-page.md", "> some words\n> in two lines\n\nmine\n\n> more\n")

    format, (record,) = read(data.getvalue())

    assert (format, record.tags, record.archived, record.unread, record.csl) == ("omnivore", ("l",), True, False, None)
    assert record.quotations == (Quotation("some words\nin two lines", "mine"), Quotation("more"))


def test_lists_of_links_are_read_line_by_line():
    text = (
        "# Reading\n\n## Maths\n- [A (b)](https://e.org/a_(b)) #one\n  said of it\n* https://e.org/c\n"
        "https://e.org/d | The title\nno address\n"
    )
    format, (first, second, third, refused) = read(text)

    assert format == "list"
    assert (first.url, first.title, first.tags) == ("https://e.org/a_(b)", "A (b)", ("one",))
    assert (first.note, first.folder) == ("said of it", "Maths")
    assert (second.url, second.title) == ("https://e.org/c", "")
    assert (third.url, third.title) == ("https://e.org/d", "The title")
    assert refused.problem


def test_a_clipped_note_of_evernote_is_a_bookmark():
    text = (
        '<?xml version="1.0"?><!DOCTYPE en-export SYSTEM "http://x/y.dtd"><en-export><note><title>T</title><content>'
        "<![CDATA[<en-note><div>said</div></en-note>]]></content><created>20230101T100000Z</created><tag>a</tag>"
        "<note-attributes><source-url>https://e.org/a</source-url></note-attributes></note>"
        "<note><title>own</title><content/></note></en-export>"
    )
    format, (clipped, own) = read(text)

    assert format == "evernote"
    assert without_line(clipped) == Record("https://e.org/a", "T", ("a",), "said", saved_at=seconds(2023, 1, 1, 10))
    assert own.problem
    with pytest.raises(InvalidInput, match="damaged"):
        read('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><en-export>&c;</en-export>')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"), (b"\x89PNG\r\n\x1a\n", "picture"), (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html><p>x</p></html>", "web page"), (b'{"$schema": "x", "type": "object"}', "schema"),
        (b"[]", "nothing was exported"), (b"<opml version='2.0'/>", "ple feeds import"),
        (b"encoding=json+base64:\n" + base64.b64encode(b"[]"), "Calibre"),
        (b"PK\x03\x04rubbish", "damaged"), (b"<rdf:RDF/>", "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_named_for_what_it_is(data, said):
    with pytest.raises(InvalidInput) as refused:
        read(data)

    assert said in f"{refused.value} {refused.value.hint}"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from([None, *files.IMPORTS]))
def test_no_bytes_make_any_reader_fail(data, format):
    try:
        read(data, format=format)
    except InvalidInput as refused:
        assert refused.hint  # noqa: PT017 - most of them are refused, some are read


@settings(max_examples=25, deadline=None)
@given(st.lists(plain_records, max_size=4))
def test_what_is_written_as_csv_is_read_back_the_same(some):
    back = [without_line(record) for record in table.read(table.write(some).encode())]

    assert [(r.url, r.title, sorted(r.tags), r.note, r.folder, r.saved_at, r.unread, r.pinned) for r in back] == [
        (r.url, r.title, sorted(r.tags), r.note, r.folder, r.saved_at, r.unread, r.pinned) for r in some
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 60_000 + b"x http://e.org", b"<dl><dt>" + b"tags=" * 30_000, b"<dl><dt>" + b"<a " * 25_000,
        b"<b>time_added=" + b"<a " * 40_000, b"[a](http://" + b"x" * 30_000, b"[linkding-notes]" * 5_000,
        b"a" + b" " * 2_000 + b"b\n- Highlight Location 1-2 | Added\n\nx\n==========\n",
        b"@book{a, title={T}, author={A" + b" " * 20_000 + b"b}}",
        b'<dl><dt><meta charset=punycode>\xff' + b"x" * 40_000 + b"-" + b"ka" * 40_000,
        b'<dl><dt><meta charset=zlib><a href="http://e.org/">\xff</a>',
        b'<?xml version="1.0" encoding="no-such"?><posts><post href="http://e.org"/></posts>',
    ],
    ids=["lines", "tags", "anchors", "pocket", "markdown", "notes", "kindle", "names", "punycode", "zlib", "encoding"],
)  # fmt: skip
def test_no_file_keeps_a_reader_busy_or_breaks_it(data):
    began = time.process_time()
    with suppress(InvalidInput):
        read(data)

    assert time.process_time() - began < 1.5  # seconds to hours, when they were quadratic


def test_a_zip_in_a_zip_and_one_that_is_a_bomb_are_refused():
    def zipped(name, inner):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(name, inner)
        return data.getvalue()

    inside = zipped("a.json", b'[{"url":"http://e.org","addedAt":1}]')
    assert len(read(inside)[1]) == 1
    with pytest.raises(InvalidInput, match="without exports"):
        read(zipped("b.json", inside))
    with pytest.raises(InvalidInput, match="holds more than 50 MB"):
        read(zipped("c.json", b" " * 51_000_000))


def test_a_database_whose_table_is_a_question_without_end_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "p.sqlite") as db:
        db.execute("CREATE TABLE moz_places (id, url)")
        db.execute(
            "CREATE VIEW moz_bookmarks AS WITH RECURSIVE n(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, 1 type, 1 parent, '' title, 1 dateAdded, '' guid, 1 fk, 1 position FROM n"
        )
    db.close()
    with pytest.raises(InvalidInput):
        read((tmp_path / "p.sqlite").read_bytes())


def test_a_number_with_a_fraction_is_a_time():
    (record,) = read(b'[{"url": "http://e.org", "addedAt": 1615141560.8869848}]')[1]
    assert record.saved_at == seconds(2021, 3, 7, 18, 26, 0).replace(microsecond=886985)


def test_a_paper_that_is_older_than_the_web_keeps_its_date_in_our_own_files():
    paper = Record("https://e.org/", "On Computable Numbers", published_at=seconds(1936, 11, 12))
    for format in ("json", "csv"):
        (back,) = read(files.write(format, [paper]).encode())[1]
        assert back.published_at == paper.published_at


def test_folders_in_folders_without_end_are_read_and_written():
    deep = b"<!DOCTYPE NETSCAPE-Bookmark-file-1>" + b"<DT><H3>a</H3><DL>" * 1200 + b'<DT><A HREF="http://e.org/">x</A>'
    (record,) = read(deep)[1]
    assert without_line(next(iter(read(files.write("netscape", [record]).encode())[1]))) == without_line(record)
