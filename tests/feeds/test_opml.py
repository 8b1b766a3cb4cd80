"""Lists of subscriptions, in and out."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.feeds.errors import BrokenOutline
from ple.feeds.formats.opml import Blank, Outline, read, write

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def opml(inner: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{inner}</body></opml>'.encode()


def test_nested_folders_titles_and_tags():
    found = read(
        opml("""<outline text="Tech"><outline text="Py/thon">
          <outline type="rss" text="A" title="A &amp; B" xmlUrl="https://a.example/f" htmlUrl="https://a.example/" category="x,/y"/>
          </outline><outline text="B" xmlUrl="https://b.example/f"/></outline><outline xmlUrl="https://c.example/f"/>""")  # noqa: E501
    )
    assert found == [
        Outline("https://a.example/f", "A & B", "https://a.example/", "Tech/Py∕thon", ("x", "/y")),
        Outline("https://b.example/f", "B", None, "Tech"),
        Outline("https://c.example/f"),
    ]


def test_what_is_broken_is_left_and_the_rest_comes_in():
    found = read(opml('<outline text="No address" type="rss"/><outline text="Good" XMLURL=" https://a.example/ "/>'))
    assert found == [Blank("No address"), Outline("https://a.example/", "Good")]


def test_a_feed_that_holds_others_is_no_folder():
    found = read(opml('<outline text="F"><outline xmlUrl="u1"><outline xmlUrl="u2"/></outline></outline>'))
    assert [(outline.url, outline.folder) for outline in found] == [("u1", "F"), ("u2", "F")]


@pytest.mark.parametrize(
    "torn",
    [
        '<outline text="A & B" xmlUrl="https://a.example/?x=1&y=2"/>',
        '<outline text="<b>A & B</b>" xmlUrl="https://a.example/?x=1&y=2">',
        "<outline text='A & B' xmlUrl='https://a.example/?x=1&amp;y=2'></outline></outline>",
    ],
)
def test_lists_that_are_not_well_formed_are_read_all_the_same(torn):
    found = [each for each in read(opml(f'<outline text="F">{torn}')) if isinstance(each, Outline)]
    assert [(each.url, each.folder) for each in found] == [("https://a.example/?x=1&y=2", "F")]


def test_encodings_of_torn_lists():
    body = opml('<outline text="é & è" xmlUrl="https://a.example/"/>').decode()
    assert read(body.encode("latin-1"))[0].title == "é & è"
    assert read(body.encode("utf-8"))[0].title == "é & è"


@pytest.mark.parametrize(
    "bomb",
    [
        b"",
        b"hello",
        b"<rss/>",
        b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><opml>&b;</opml>',
        b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="&a;"/></opml>',
        b" " * 20_000_001,
    ],
    ids=["empty", "text", "a feed", "laughs", "file", "huge"],
)
def test_what_is_no_list_is_refused(bomb):
    with pytest.raises(BrokenOutline, match="bookmarks"):
        read(b"<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF='https://a.example/'>a</A></DL>")
    with pytest.raises(BrokenOutline):
        read(bomb)


def test_hostile_lists_end_soon():
    assert read(b"<opml>" + b"<outline " * 20_000) == []
    assert len(read(b"<opml>" + b"<outline xmlUrl='x'>" * 10_000)) == 10_000
    deep = b"<outline text='x'>" * 10_000 + b"<outline xmlUrl='x'/>" + b"</outline>" * 10_000
    assert read(b"<opml>" + deep + b"</opml>")[0].folder.count("/") < 30
    read(b"<opml>" + b'<outline "' * 20_000)


names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8).map(lambda n: " ".join(n.split()))
folders = st.lists(names.filter(lambda n: n and "/" not in n), max_size=3).map("/".join)
outlines = st.builds(
    Outline,
    url=st.integers(0, 10_000).map(lambda n: f"https://example.org/{n}?a=1&b=<2>"),
    title=names.filter(bool),
    site_url=st.none() | st.just('https://example.org/?q="x"'),
    folder=folders.map(lambda f: f or None),
    tags=st.lists(st.sampled_from(["a", "b/c", "ü"]), unique=True).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(outlines, unique_by=lambda outline: outline.url, max_size=8))
def test_what_goes_out_comes_in_again(some):
    text = write(some, title="Feeds & more", now=NOW)
    assert sorted(read(text.encode()), key=lambda o: o.url) == sorted(some, key=lambda o: o.url)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.integers(0, 120))
def test_whatever_the_text_it_is_read_or_refused(noise, at):
    whole = opml('<outline text="F"><outline xmlUrl="https://a.example/" text="A"/></outline>').decode()
    for text in (noise, whole[:at] + noise + whole[at:]):
        with suppress(BrokenOutline):
            read(text.encode("utf-8", "replace"))


def test_the_list_of_the_library_goes_out_and_in(feeds):
    done = feeds.import_opml(
        opml(
            '<outline text="F"><outline text="A" xmlUrl="https://a.example/f" category="x"/></outline>'
            '<outline text="again" xmlUrl="https://A.example/f"/><outline text="bad" xmlUrl="javascript:x"/>'
            '<outline text="none" type="rss"/><outline text="\u202eevil" xmlUrl="https://b.example/f"/>'
        )
    )
    assert (len(done.added), done.known) == (2, 1)
    assert [refusal.what for refusal in done.refused] == ["bad", "none"]
    again = feeds.import_opml(feeds.export_opml().encode())
    assert (again.added, again.known, again.refused) == ((), 2, ())
    assert [(f.title, f.folder, f.tags) for f in feeds.feeds()] == [("evil", None, frozenset()), ("A", "F", {"x"})]
    feeds._library.undo()
    assert feeds.feeds() == []
    assert len(feeds.import_opml(opml('<outline xmlUrl="https://b.example/f"/>')).added) == 1
