"""The hard lessons of other feed readers, where they are about reading what came; each by its number and its source.

Each goes through the real parser, and where it may, once with the quick reader and once with feedparser.
"""

import contextlib
import datetime as dt
import json
import time

import pytest

from ple.feeds import parsing
from ple.feeds.errors import FeedError
from ple.feeds.publication import ParsedFeed

URL = "https://example.org/blog/feed.xml"


def rss(inner: str, declaration: str = '<?xml version="1.0"?>', head: str = "") -> bytes:
    return f'{declaration}<rss version="2.0"><channel><title>A blog</title>{head}{inner}</channel></rss>'.encode()


def parse(body: bytes, content_type: str | None = None) -> ParsedFeed:
    """Return the feed, which both readers must agree upon."""
    quickly, slowly = (parsing.parse(URL, body, content_type, quickly=way) for way in (True, False))
    assert quickly == slowly
    return quickly


def date_of(said: str) -> dt.datetime | None:
    (entry,) = parse(rss(f"<item><title>x</title><pubDate>{said}</pubDate></item>")).entries
    return entry.published_at


@pytest.mark.parametrize(
    "said", ["Mon, 01 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_lesson_36_the_year_1_and_1970_are_no_dates(said):
    """Hugo's drafts; Python reads 2001."""
    assert date_of(said) is None


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("Mon, 25 May 2020 10:00:00 EDT", "2020-05-25T14:00:00+00:00"),
        ("Mon, 25 May 2020 10:00:00 PDT", "2020-05-25T17:00:00+00:00"),
        ("Mon, 25 May 2020 10:00:00 UT", "2020-05-25T10:00:00+00:00"),
        ("Mon, 25 May 2020 10:00:00 +02:00", "2020-05-25T08:00:00+00:00"),
        ("Mon, May 25 2020 10:00:00 GMT", "2020-05-25T10:00:00+00:00"),
        ("Seg, 24 Set 2018 17:00:00 -0300", "2018-09-24T20:00:00+00:00"),
        ("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15+00:00"),
        ("ven., 12 août 2022 10:00:00 GMT", "2022-08-12T10:00:00+00:00"),
        ("24 de setembro de 2018", "2018-09-24T00:00:00+00:00"),
        ("gestern, 99 Foo 2018", None),
    ],
)
def test_lesson_37_odd_dates_are_understood_or_none(said, date):
    """gofeed #237, NetNewsWire #2109, superdesk #3269; never "now", which would be another each time."""
    found = date_of(said)
    assert (found.isoformat() if found else None) == date


def test_lesson_38_without_a_time_zone_it_is_utc():
    """SlyMarbo/rss #69."""
    assert date_of("2020-05-25T10:00:00") == dt.datetime(2020, 5, 25, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "inner", ["<item><title>R&D</title></item>", "<item><title>cut off", "<item><x:y/><title>z</title></item>"]
)
def test_lesson_39_what_is_ill_formed_is_read_and_flagged(inner):
    """reader #270."""
    feed = parse(rss(inner).replace(b"</channel></rss>", b"") if "cut" in inner else rss(inner))
    assert len(feed.entries) == 1
    assert feed.flaw


def test_lesson_40_blanks_before_the_declaration_are_no_fault():
    """bulletty #173, rss2email #271."""
    feed = parse(b"\n\n  " + rss("<item><title>x</title></item>"))
    assert (len(feed.entries), feed.flaw) == (1, None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss("<item><title>café</title></item>", '<?xml version="1.0" encoding="iso-8859-1"?>'), "text/xml"),
        (rss("<item><title>café</title></item>"), "text/xml; charset=iso-8859-1"),
        (b"\xef\xbb\xbf" + rss("<item><title>café</title></item>"), "text/xml; charset=koi8-r"),
        (rss("<item><title>café</title></item>").decode().encode("latin-1"), "text/xml; charset=iso-8859-1"),
        (
            rss("<item><title>café</title></item>", '<?xml version="1.0" encoding="iso-8859-1"?>')
            .decode()
            .encode("latin-1"),
            None,
        ),
        (rss("<item><title>café</title></item>", "").decode().encode("utf-16"), None),
    ],
    ids=["wrong declaration", "wrong header", "mark", "header", "declaration", "utf-16"],
)  # fmt: skip
def test_lesson_41_bytes_are_believed_before_headers_and_headers_before_declarations(body, content_type):
    """newsboat #2230, ruTorrent #3170."""
    assert parse(body, content_type).entries[0].title == "café"


def test_lesson_42_what_was_encoded_twice_is_repaired_alike_by_both_readers():
    assert parse(rss("<item><title>cafÃ©</title></item>")).entries[0].title == "café"


def test_lesson_43_entities_of_html_are_known():
    """feedparser #121."""
    feed = parse(rss("<item><title>a&nbsp;b&hellip; &uuml;</title></item>"))
    assert feed.entries[0].title == "a b… ü"


@pytest.mark.parametrize(
    "inner", ["<item><title>x &#1114112; y</title></item>", "<item><title>x &#xD800; y</title></item>"]
)
def test_lesson_44_nothing_that_the_parser_trips_over_gets_out(inner):
    """feedparser #599."""
    assert len(parse(rss(inner)).entries) == 1
    for broken in (b'<!DOCTYPE rss [<!ENTITY a "\\d">]>' + rss(inner), b"<rss><channel>" + b"<" * 999):
        with contextlib.suppress(FeedError):
            parsing.parse(URL, broken)


@pytest.mark.parametrize("inner", ["<!--" * 60_000, "&lt;!--" * 40_000, "<![CDATA[" * 20_000])
def test_lesson_45_a_storm_of_comments_is_no_storm(inner):
    """240 KB of them take feedparser 14 seconds."""
    began = time.process_time()
    with contextlib.suppress(FeedError):
        parsing.parse(URL, rss(f"<item><title>x</title><description>{inner}</description></item>"))
    assert time.process_time() - began < 5


def test_lesson_45_and_what_is_one_all_the_same_is_killed(parser):
    """50,000 attributes take more than 20 seconds; the reader ends before the learner's patience does."""
    from ple.feeds.worker import Parser

    attributes = " ".join(f'a{n}="x"' for n in range(60_000))
    with Parser(cpu_seconds=0) as impatient, pytest.raises(FeedError, match="given up"):
        impatient.parse(URL, rss(f"<item {attributes}/>"))
    assert parser.parse(URL, rss("<item><title>x</title></item>")).entries


def test_lesson_46_no_file_is_read_and_no_bomb_goes_off(tmp_path):
    """xml-feed #15; reader #212."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    for entity in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', f'<!ENTITY % p SYSTEM "{secret.as_uri()}">%p;'):
        body = rss("<item><title>a &x; b</title></item>", f'<?xml version="1.0"?><!DOCTYPE rss [{entity}]>')
        try:
            feed = parsing.parse(URL, body)
        except FeedError:
            continue
        assert "s3cret" not in repr(feed)
    ten = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 6))
    laughs = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{ten}]>'
    try:
        feed = parsing.parse(URL, rss("<item><title>&l5;</title></item>", laughs))
    except FeedError:
        return
    assert len(repr(feed)) < 1_000_000


def test_lesson_49_links_are_made_absolute_once_and_what_is_no_page_is_left():
    """fluent-reader #692, Liferea #1472: xml:base, then the entry's link, then the feed."""
    words = '<a href="more">1</a> <a href="#note">2</a> <a href="mailto:a@b.example">3</a> <img src="/p.png"/>'
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/deep/"><title>T</title>
      <entry><id>1</id><title>x</title><link href="one"/><content type="html"><![CDATA[{words}]]></content></entry>
      </feed>"""
    (entry,) = parse(atom.encode()).entries
    assert entry.url == "https://base.example/deep/one"
    for link in (
        "https://base.example/deep/more",
        "mailto:a@b.example",
        "https://base.example/p.png",
        'href="#in-note"',
    ):
        assert link in entry.html
    (entry,) = parse(rss(f"<item><link>/posts/1</link><description><![CDATA[{words}]]></description></item>")).entries
    assert "https://example.org/posts/more" in entry.html


def test_lesson_50_every_field_is_made_safe_for_page_and_terminal():
    """netbox #22676, fastladder #574; nh3 lets ESC through."""
    inner = """<item><title>&lt;b onclick="x()"&gt;Bold&lt;/b&gt; \u202e 1 &amp;lt; 2</title>
      <link>javascript:alert(1)</link>
      <description>&lt;a href="javascript:x()"&gt;a&lt;/a&gt;&lt;script&gt;evil()&lt;/script&gt;\x9b31m</description>
      <enclosure url="data:text/html,x" type="x"/><author>Ann\u2028Bob</author></item>"""
    (entry,) = parse(rss(inner)).entries
    assert entry.url is None
    assert entry.enclosures == ()
    assert "script" not in entry.html
    assert "evil" not in entry.html
    assert entry.title == "Bold 1 < 2"
    assert entry.author == "Ann Bob"
    assert not any(character in f"{entry.html}{entry.text}" for character in "\x1b\x9b\u202e\u2028")


def test_lesson_51_json_feeds_are_read_as_they_are_written():
    """Ids that are numbers, NUL in texts, no dates; feedparser reads none of them."""
    said = {
        "version": "https://jsonfeed.org/version/1", "title": "J",
        "items": [{"id": 7, "content_text": "a\0b"}, {"id": "8", "url": "/x", "title": None}],
    }  # fmt: skip
    first, second = parsing.parse(URL, json.dumps(said).encode()).entries
    assert (first.guid, first.text, first.published_at) == ("7", "ab", None)
    assert second.url == "https://example.org/x"


def test_lesson_52_a_feed_of_thousands_of_items_stays_in_bounds():
    """SimplePie #192, feedparser #287: in a process with a limit to its memory."""
    from ple.feeds.worker import Parser

    with Parser(memory_bytes=400 << 20) as bounded:
        feed = bounded.parse(URL, rss("<item><title>x</title><guid>y</guid></item>" * 4_000))
    assert len(feed.entries) == 4_000


def test_lesson_59_an_episode_says_its_length_number_chapters_and_transcript():
    """What podcast players need (Podcasting 2.0)."""
    body = b"""<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
      xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>P</title><item><title>E</title>
      <enclosure url="/e.mp3" type="audio/mpeg" length="9"/><itunes:duration>1:02:03</itunes:duration>
      <itunes:season>2</itunes:season><itunes:episode>5</itunes:episode><itunes:image href="/e.jpg"/>
      <podcast:chapters url="/chapters.json" type="application/json+chapters"/>
      <podcast:transcript url="/e.vtt" type="text/vtt"/></item></channel></rss>"""
    (entry,) = parse(body).entries
    assert (entry.season, entry.episode, entry.enclosures[0].seconds) == (2, 5, 3723)
    assert [entry.image_url, entry.chapters_url, entry.transcript_url] == [
        "https://example.org/e.jpg", "https://example.org/chapters.json", "https://example.org/e.vtt",
    ]  # fmt: skip
