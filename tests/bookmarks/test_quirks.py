"""What exports are known for: each quirk of a format, in the smallest file that has it."""

import datetime as dt
import io
import json
import zipfile

import pytest

from ple.bookmarks.formats import files, tables
from ple.bookmarks.formats.record import Quotation, Record, parse_when

WHEN = dt.datetime(2024, 11, 14, 5, 48, 28, tzinfo=dt.UTC)


def read(data):
    found = files.read(data if isinstance(data, bytes) else data.encode(), "file")
    return found.format, list(found.records)


def said(record, *names):
    return tuple(getattr(record, name) for name in names)


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("13357878508000000", 2024), ("1731563308000000", 2024), ("1731563308000", 2024), ("1731563308", 2024),
        ("2024-11-14T05:48:28.123Z", 2024), ("2024-11-14T05:48:28+0200", 2024), ("2024-11-14 05:48:28+00:00", 2024),
        ("Thu, 14 Nov 2024 05:48:28 +0000", 2024), ("2024/11/14 05:48:28 +0000", 2024), ("", None), ("0", None),
        ("600000000", None), ("99999999999999999999", None), ("soon", None),
    ],
)  # fmt: skip
def test_a_date_is_told_by_its_size(written, year):
    when = parse_when(tables._iso(written))

    assert (when.year if when else None) == year


NETSCAPE = [
    ("a comment first, no doctype", "<!-- x --><dl><dt><a href='https://e.org/'>A</a></dl>", {"title": "A"}),
    ("attributes on lines of their own", '<DL><DT><A\n HREF = "https://e.org/"\n ADD_DATE="1731563308"\n>A</A></DL>',
     {"saved_at": WHEN}),
    ("tags between blanks", '<DL><DT><A HREF="https://e.org/" TAGS="one  two\tthree">A</A></DL>',
     {"tags": ("one", "two", "three")}),
    ("a note that is closed", '<DL><DT><A HREF="https://e.org/">A</A><DD>said</DD></DL>', {"note": "said"}),
    ("a note over lines, with a link",
     '<DL><DT><A HREF="https://e.org/">A</A><DD>one<br>two <a href="x">three</a>\n</DL>',
     {"note": "one\ntwo three"}),
    ("the note of Scuttle", '<DL><DT><A HREF="https://e.org/" hash="x" description="said" method="post">A</A></DL>',
     {"note": "said"}),
    ("notes and archive of linkding",
     '<DL><DT><A HREF="https://e.org/" TAGS="a,linkding:bookmarks.archived" PRIVATE="0" TOREAD="1">A</A>'
     "<DD>said[linkding-notes]more[/linkding-notes]</DL>",
     {"note": "said\nmore", "tags": ("a",), "archived": True, "unread": True, "private": False}),
    ("nothing is nothing for Diigo", '<DL><DT><A HREF="https://e.org/" TAGS="no_tag">A</A></DL>', {"tags": ()}),
    ("stars and covers of Raindrop",
     '<DL><DT><H3>A</H3><DL><DT><H3>B</H3><DL><DT><A HREF="https://e.org/" DATA-COVER="c" DATA-IMPORTANT="true">A</A>'
     "</DL></DL></DL>", {"starred": True, "folder": "A/B"}),
    ("the reading list of Safari, without dates or an outer list",
     '<H3 FOLDED id="com.apple.ReadingList">Reading List</H3><DL><p><DT><A HREF="https://e.org/">A</A></DL>',
     {"unread": True, "saved_at": None, "folder": "Reading List"}),
    ("what is beside the reading list is read",
     '<DT><H3 FOLDED id="com.apple.ReadingList">Reading List</H3><DL><p></DL><DT><A HREF="https://e.org/">A</A>',
     {"unread": False, "folder": ""}),
    ("an address is unescaped once", '<DL><DT><A HREF="https://e.org/?a=1&amp;amp;b=2">A</A></DL>',
     {"url": "https://e.org/?a=1&amp;b=2"}),
    ("a title in bold",
     '<DL><DT><A HREF="https://e.org/">A <b>bold</b> &amp; more</A></DL>', {"title": "A bold & more"}),
    ("the bar is no folder", '<DL><DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Lesezeichen-Symbolleiste</H3><DL>'
     '<DT><A HREF="https://e.org/" ICON="data:x">A</A></DL></DL>', {"folder": ""}),
    ("a bookmark of Delicious", '<DL><p><DT><A HREF="https://e.org/" PRIVATE="1" TAGS="a,b">A</A></DL>',
     {"private": True, "tags": ("a", "b")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*rest, id=name) for name, *rest in NETSCAPE])
def test_a_dialect_of_bookmark_files(text, expected):
    format, (record,) = read(text)

    assert (format, {name: getattr(record, name) for name in expected}) == ("netscape", expected)


def test_pocket_gives_its_marked_passages_beside_the_pages():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        marks = [{"url": "https://e.org/a", "title": "A", "highlights": [{"quote": "words", "created_at": 1731563308}]}]
        file.writestr("annotations/part_000000.json", json.dumps(marks))
        file.writestr(
            "part_000000.csv", "title,url,time_added,tags,status\nA,https://e.org/a,1731563308,x|y z,archive\n"
        )
        file.writestr(
            "part_000001.csv", "title,url,time_added,cursor,tags,status\nB,https://e.org/b,1731563308,9,,unread\n"
        )

    format, (first, second, marks) = read(archive.getvalue())

    assert format == "pocket + pocket-marks"
    assert said(first, "tags", "archived", "unread") == (("x", "y z"), True, False)
    assert said(second, "url", "unread", "saved_at") == ("https://e.org/b", True, WHEN)
    assert said(marks, "url", "quotations") == ("https://e.org/a", (Quotation("words", created_at=WHEN),))


def test_pinboard_writes_xml_too():
    text = (
        '<?xml version="1.0"?><posts user="x"><post href="https://e.org/?a=1&amp;b" time="2024-11-14T05:48:28Z" '
        'description="T" extended="said" tag="a .hidden" shared="no" toread="yes" hash="x"/></posts>'
    )

    assert read(text) == (
        "pinboard-xml",
        [
            Record(
                "https://e.org/?a=1&b", "T", ("a", ".hidden"), "said", saved_at=WHEN, unread=True, private=True, line=1
            )
        ],
    )


DIIGO = "title,url,tags,description,comments,annotations,created_at\n"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [("no_tag", ()), ("a b", ("a", "b")), ("a, b c", ("a", "b c")), ('"""b c"" a"', ("b c", "a")), ("", ())],
)
def test_diigo_parts_tags_in_two_ways(tags, expected):
    cell = f'"{tags}"' if "," in tags else tags

    assert read(f"{DIIGO}T,https://e.org/,{cell},,,,2024/11/14 05:48:28 +0000\n")[1][0].tags == expected


def test_diigo_has_marked_passages_in_a_cell_with_notes_and_markup():
    cell = r"Highlight: <b>first</b> words\nSticky\nNote: mine\nHighlight: second"
    format, (record,) = read(f'{DIIGO}T,https://e.org/,a,said,"more, said","{cell}",2024-11-14 05:48:28\n')

    assert (format, record.note, record.saved_at) == ("diigo", "said\n\nmore, said", WHEN)
    assert record.quotations == (Quotation("first words\nSticky", "mine"), Quotation("second"))


def test_diigo_gives_its_bookmarks_by_an_interface_too():
    row = {
        "title": "T", "url": "https://e.org/", "tags": "a,b c", "desc": "said", "shared": "no", "readlater": "yes",
        "created_at": "2024/11/14 05:48:28 +0000", "comments": [{"content": "more"}],
        "annotations": [{"content": "words", "comments": [{"content": "mine"}]}],
    }  # fmt: skip
    expected = Record(
        "https://e.org/", "T", ("a", "b c"), "said\n\nmore", saved_at=WHEN, unread=True, private=True,
        quotations=(Quotation("words", "mine"),),
    )  # fmt: skip

    assert read(json.dumps([row])) == ("diigo-json", [expected])


RAINDROP = "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"


def test_raindrop_has_notes_over_lines_folders_and_passages_in_cells():
    row = '1,T,"one\ntwo",about,https://e.org/,A/B,"a, b",2024-11-14T05:48:28.000Z,,"Highlight:words\nNote:mine",true\n'
    other = "2,U,,,https://e.org/u,Unsorted,,1731563308,,,false\n"
    format, (first, second) = read("\ufeff" + RAINDROP + row + other)

    assert (format, first.note, first.folder, first.tags) == ("raindrop", "one\ntwo", "A/B", ("a", "b"))
    assert said(first, "starred", "description", "saved_at") == (True, "about", WHEN)
    assert first.quotations == (Quotation("words", "mine"),)
    assert said(second, "folder", "saved_at", "starred") == ("", WHEN, False)


def test_readwise_says_with_tags_what_to_do_with_a_passage():
    head = (
        "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at,"
        "Document tags\n"
    )
    rows = (
        'one,The Book,Ann Bo,B00,mine,yellow,"a,.h1,.favorite",location,7,2024-11-14 05:48:28+00:00,"x, y"\n'
        "two,The Book,Ann Bo,B00,,,.discard,location,8,,\n"
        "three,Other,,,,,.discard,,,,\n"
    )
    format, (book,) = read(head + rows)

    assert (format, book.title, book.tags, book.saved_at) == ("readwise", "The Book", ("x", "y"), WHEN)
    assert book.quotations == (Quotation("one", "mine", "yellow", WHEN, ("a", "favorite"), position=7),)


@pytest.mark.parametrize(
    ("place", "progress", "unread", "archived"),
    [
        ("new", "0.1", True, False),
        ("later", "0.99", False, False),
        ("archive", "0", False, True),
        ("feed", "", True, False),
    ],
)
def test_readwise_reader_has_python_in_its_cells(place, progress, unread, archived):
    head = "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
    tags = '"[""don\'t"", \'favorite\', \'peanut, butter\']"'
    mail = "M,mailto:reader-forwarded-email/x,2,[],2024-11-14 05:48:28+00:00,0,new,True\n"
    format, (record, refused) = read(
        f"{head}T,https://e.org/,1,{tags},2024-11-14 05:48:28+00:00,{progress},{place},True\n{mail}"
    )

    assert (format, record.tags) == ("readwise-reader", ("don't", "favorite", "peanut, butter"))
    assert said(record, "unread", "archived", "saved_at") == (unread, archived, WHEN)
    assert "mail" in refused.problem


def hypothesis(**row):
    selector = {"type": "TextQuoteSelector", "exact": "words", "prefix": "a ", "suffix": " b"}
    position = {"type": "TextPositionSelector", "start": 5, "end": 10}
    target = [{"source": row.get("uri", ""), "selector": [{"type": "RangeSelector"}, position, selector]}]
    return {"id": "x", "created": "2024-11-14T05:48:28+00:00", "text": "", "tags": [], "target": target, **row}


def test_hypothesis_has_pages_notes_replies_and_files_of_ones_own():
    fingerprint = "urn:x-pdf:0123"
    rows = [
        hypothesis(uri="https://e.org/", text="mine", tags=["t"], document={"title": ["T"]}),
        hypothesis(uri="https://e.org/", text="on all of it", tags=["u"], target=[{"source": "https://e.org/"}]),
        hypothesis(uri="https://e.org/", references=["x"]),
        hypothesis(uri=fingerprint, document={"title": ["A file"], "link": [{"href": "https://e.org/f.pdf"}]}),
        hypothesis(uri=fingerprint, document={"title": ["Mine"], "link": [{"href": fingerprint}]}),
        hypothesis(uri="urn:x-pdf:4567"),
    ]
    format, found = read(json.dumps({"total": 6, "rows": rows}))
    page, online, mine, reply, nameless = sorted(found, key=lambda one: (bool(one.problem), one.line))

    assert format == "hypothesis"
    assert said(page, "title", "note", "tags", "saved_at") == ("T", "on all of it", ("u",), WHEN)
    assert page.quotations == (Quotation("words", "mine", "", WHEN, ("t",), "a ", " b", 5),)
    assert said(online, "url", "title") == ("https://e.org/f.pdf", "A file")
    assert said(mine, "url", "title", "csl") == ("", "Mine", {"type": "document", "title": "Mine"})
    assert "reply" in reply.problem
    assert "PDF without" in nameless.problem


def test_instapaper_has_had_three_heads():
    rows = [
        "https://e.org/,T,said,Starred",
        "https://e.org/,T,said,Mine,1731563308",
        'https://e.org/,T,,Archive,0,"[""a b""]"',
    ]
    heads = [
        "URL,Title,Selection,Folder",
        "URL,Title,Selection,Folder,Timestamp",
        "URL,Title,Selection,Folder,Timestamp,Tags",
    ]

    old, middle, new = (read(f"{head}\n{row}\n")[1][0] for head, row in zip(heads, rows, strict=True))

    assert said(old, "starred", "folder", "saved_at") == (True, "", None)
    assert said(middle, "unread", "folder", "saved_at") == (True, "Mine", WHEN)
    assert said(new, "archived", "tags", "unread") == (True, ("a b",), False)


def test_wallabag_wrote_everything_as_text_once():
    first = {"url": "https://e.org/", "title": "T", "is_read": "1", "is_fav": "0", "content": "x", "tags": ""}
    later = {"url": "https://e.org/", "title": "T", "is_archived": 0, "is_starred": 1, "tags": ["a"],
             "created_at": "2024-11-14T07:48:28+0200",
             "annotations": [{"text": "mine", "quote": "words", "ranges": [{}]}]}  # fmt: skip

    _format, (old,) = read(json.dumps([first]))
    _format, (new,) = read(json.dumps([later]))

    assert said(old, "archived", "starred", "unread") == (True, False, False)
    assert said(new, "archived", "starred", "unread", "saved_at", "tags") == (False, True, True, WHEN, ("a",))
    assert new.quotations == (Quotation("words", "mine"),)
