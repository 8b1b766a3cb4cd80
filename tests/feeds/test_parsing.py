"""From bytes to what the publisher said."""

import datetime as dt
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.feeds.errors import FeedError, NotAFeed, Unreadable
from ple.feeds.parsing import parse

URL = "https://example.org/blog/feed.xml"
UTC = dt.UTC


def rss(inner: str, head: str = "", declaration: str = '<?xml version="1.0"?>') -> bytes:
    return (
        f'{declaration}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>A blog</title><link>https://example.org/</link>{head}{inner}</channel></rss>"
    ).encode()


def test_an_rss_item_is_read_whole():
    feed = parse(URL, rss("""<item><guid isPermaLink="false">1</guid><link>/posts/1</link>
        <title>AT&amp;amp;T &lt;b&gt;wins&lt;/b&gt;</title>
        <description>Short &lt;i&gt;words&lt;/i&gt;</description>
        <content:encoded><![CDATA[<p onclick="x()">Long <a href="more">words</a>
        <script>evil()</script></p>]]></content:encoded>
        <pubDate>Wed, 02 Sep 2026 10:00:00 EDT</pubDate><author>ann@example.org (Ann)</author>
        <category>Python</category><comments>/posts/1#c</comments>
        <enclosure url="/a.mp3" type="audio/mpeg" length="1234"/><itunes:duration>1:02:03</itunes:duration></item>""",
        "<ttl>60</ttl><language>EN_us</language>"))  # fmt: skip
    (entry,) = feed.entries
    assert (feed.title, feed.format, feed.ttl_minutes, feed.language) == ("A blog", "rss20", 60, "en-us")
    assert (entry.guid, entry.url, entry.title) == ("1", "https://example.org/posts/1", "AT&T wins")
    assert (
        entry.html
        == '<p>Long <a href="https://example.org/posts/more" rel="noopener noreferrer">words</a>\n        </p>'
    )
    assert (entry.text, entry.summary) == ("Long words", "Short words")
    assert entry.published_at == dt.datetime(2026, 9, 2, 14, tzinfo=UTC)
    assert entry.author is not None
    assert "Ann" in entry.author
    assert (entry.categories, entry.comments_url) == (("Python",), "https://example.org/posts/1#c")
    (episode,) = entry.enclosures
    assert (episode.url, episode.size_bytes, episode.seconds) == ("https://example.org/a.mp3", 1234, 3723)


def test_atom_with_xml_base_and_xhtml():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/deep/">
      <title>T</title><link rel="self" href="self.xml"/><link href="/"/>
      <entry><id>urn:1</id><title type="html">A &amp;lt; B</title><link href="one"/>
      <updated>2026-01-02T03:04:05+02:00</updated>
      <author><name>Ann</name></author><author><name>Bob</name></author>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x <img src="p.png"/></p></div></content>
      </entry></feed>"""
    feed = parse(URL, body)
    (entry,) = feed.entries
    assert (feed.feed_url, feed.site_url) == ("https://example.org/deep/self.xml", "https://example.org/")
    assert (entry.title, entry.url, entry.author) == ("A < B", "https://example.org/deep/one", "Ann, Bob")
    assert entry.published_at == dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert 'src="https://example.org/deep/p.png"' in entry.html


def test_json_feeds_of_both_versions():
    feed = parse(
        URL,
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "J",
                "home_page_url": "https://example.org/",
                "authors": [{"name": "Ann"}, {"name": "Bob"}],
                "items": [
                    {
                        "id": 7,
                        "url": "/7",
                        "content_html": "<p>x<script>y</script></p>",
                        "title": "T\u0000\u202e",
                        "date_published": "2026-01-02T03:04:05Z",
                        "tags": ["a", 5, None],
                        "author": {"name": "Cy"},
                        "attachments": [{"url": "/f.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 9.5}],
                    },
                    {"id": "8", "content_text": "one\n\ntwo <b>", "date_published": "yesterday"},
                    "not an item",
                ],
            }
        ).encode(),
    )
    first, second = feed.entries
    assert (feed.format, feed.author) == ("json11", "Ann, Bob")
    assert (first.guid, first.url, first.title, first.author) == ("7", "https://example.org/7", "T", "Cy")
    assert (first.html, first.categories) == ("<p>x</p>", ("a", "5"))
    assert first.enclosures[0].seconds == 9
    assert (second.html, second.text) == ("<p>one</p><p>two &lt;b&gt;</p>", "one\n\ntwo <b>")
    assert second.published_at is None
    old = b'{"version":"https://jsonfeed.org/version/1","title":"J","author":{"name":"Ann"},"items":[]}'
    assert (parse(URL, old).format, parse(URL, old).author) == ("json10", "Ann")


def test_a_json_feed_that_breaks_off_gives_what_came():
    whole = json.dumps({"version": "https://jsonfeed.org/version/1", "title": "J", "items": [{"id": "1"}, {"id": "2"}]})
    feed = parse(URL, whole[:-8].encode())
    assert ([entry.guid for entry in feed.entries], feed.title) == (["1"], "J")
    assert feed.flaw


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        pytest.param(b"\xef\xbb\xbf" + rss("<item><title>caf\u00e9</title></item>"), None, "café", id="mark"),
        pytest.param(rss("<item><title>café</title></item>"), "text/xml; charset=iso-8859-1", "café", id="bytes first"),
        pytest.param(
            rss("<item><title>café</title></item>", declaration='<?xml version="1.0" encoding="iso-8859-1"?>'),
            None, "café", id="bytes before the declaration",
        ),
        pytest.param(
            rss("<item><title>café</title></item>").decode().encode("latin-1"), "text/xml; charset=iso-8859-1", "café",
            id="header",
        ),
        pytest.param(
            rss("<item><title>žluť</title></item>", declaration='<?xml version="1.0" encoding="iso-8859-2"?>')
            .decode().encode("iso-8859-2"), None, "žluť", id="declaration",
        ),
        pytest.param(rss("<item><title>café</title></item>").decode().encode("utf-16"), None, "café", id="utf-16"),
        pytest.param(
            rss("<item><title>日本</title></item>", declaration='<?xml version="1.0" encoding="iso-2022-jp"?>')
            .decode().encode("iso-2022-jp"), "text/xml; charset=utf-8", "日本", id="escapes",
        ),
        pytest.param(b"\n\n  " + rss("<item><title>x</title></item>"), None, "x", id="blank before"),
    ],
)  # fmt: skip
def test_encodings(body, content_type, title):
    feed = parse(URL, body, content_type)
    assert feed.entries[0].title == title
    assert feed.flaw is None


@pytest.mark.parametrize(
    ("inner", "titles"),
    [
        ("<item><title>A & B</title></item>", ["A & B"]),
        ("<item><title>A&nbsp;B</title></item>", ["A B"]),
        ("<item><title>one</title></item><item><title>two", ["one", ""]),
        ("<item><title>a\x08b</title></item>", ["ab"]),
        ("<item><title>&#1114112;!</title></item>", ["\ufffd!"]),
        ("<item><foo:bar>x</foo:bar><title>t</title></item>", ["t"]),
    ],
    ids=["bare ampersand", "html entity", "cut off", "control character", "no such character", "unbound prefix"],
)
def test_ill_formed_feeds_give_what_can_be_read(inner, titles):
    feed = parse(URL, rss(inner))
    assert [entry.title for entry in feed.entries] == titles


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("Tue, 01 Sep 2026 10:00:00 +0200", dt.datetime(2026, 9, 1, 8, tzinfo=UTC)),
        ("2026-09-01 10:00", dt.datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("Tue, 01 Sep 2026 10:00:00 UT", dt.datetime(2026, 9, 1, 10, tzinfo=UTC)),
    ],
)
def test_dates(said, expected):
    assert (
        parse(URL, rss(f"<item><title>x</title><pubDate>{said}</pubDate></item>")).entries[0].published_at == expected
    )


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://[broken", "data:text/html,x", "magnet:?xt=1", "", "http://" + "x" * 9000]
)
def test_links_that_lead_nowhere_good_are_left_out(link):
    (entry,) = parse(URL, rss(f"<item><title>x</title><link>{link}</link></item>")).entries
    assert entry.url is None


def test_titles_cannot_speak_to_the_terminal():
    (entry,) = parse(URL, rss("<item><title>\u202eevil&#x9b;31m &#27;]0;x</title></item>")).entries
    assert entry.title.isprintable()
    assert "\u202e" not in entry.title


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (b"", NotAFeed, "empty"),
        (b"<!DOCTYPE html><html><head><title>x</title></head></html>", NotAFeed, "web page"),
        (b"\x89PNG\r\n", NotAFeed, "picture"),
        (b"%PDF-1.7", NotAFeed, "PDF"),
        (b"<opml><body/></opml>", NotAFeed, "list of feeds"),
        (b"hello", NotAFeed, "not a feed"),
        (b'{"hello": "world"}', Unreadable, "not a feed"),
        (b'{"version": "https://jsonfeed.org', Unreadable, "breaks off"),
    ],
)
def test_what_is_no_feed_is_told_apart(body, error, says):
    with pytest.raises(error, match=says) as caught:
        parse(URL, body)
    assert caught.value.hint or error is NotAFeed


def test_a_feed_reads_no_files_of_ours():
    body = (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b'<rss version="2.0"><channel><title>t</title><item><title>[&x;]</title></item></channel></rss>'
    )
    (entry,) = parse(URL, body).entries
    assert entry.title in ("[]", "[&x;]")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300), st.integers(0, 400), st.sampled_from([None, "text/xml; charset=utf-16", "x; charset=hex"])
)
def test_whatever_the_bytes_nothing_but_feed_errors_leaves(noise, at, content_type):
    feed = rss("<item><guid>1</guid><title>x</title><pubDate>Tue, 01 Sep 2026 10:00:00 GMT</pubDate></item>")
    for body in (noise, feed[:at] + noise + feed[at:], feed[:at] + noise):
        with suppress(FeedError):
            parse(URL, body, content_type)


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
            st.sampled_from(["id", "url", "title", "items", "authors", "tags", "attachments", "content_html",
                             "date_published", "size_in_bytes"]), inner, max_size=5),
        max_leaves=25,
    )
)  # fmt: skip
def test_whatever_the_json_nothing_but_feed_errors_leaves(items):
    parse(URL, json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [items, {"id": items}]}).encode())
