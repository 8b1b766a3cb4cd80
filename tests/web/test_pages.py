import datetime as dt
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ple.web.pages import FeedLink, decode, parse_time, read_page


def page(head="", body="", **more):
    return read_page(
        f"<!doctype html><html lang=en-gb><head>{head}</head><body>{body}</body></html>", "https://e.org/d/a", **more
    )


def data(**said):
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def test_a_page_says_who_wrote_what_and_when():
    found = page(
        data(**{"@graph": [{"@type": "WebSite", "name": "no"}, {
            "@type": "BlogPosting", "headline": "Linked", "author": [{"name": "Ada"}, "Grace"],
            "datePublished": "2024-05-01T10:00:00+02:00", "publisher": {"name": "The Journal"},
        }]})
        + '<meta property="og:title" content="Open"><meta name=description content=" What it  is ">'
        '<link rel=canonical href="/a"><meta property="og:image" content="i.png">'
    )  # fmt: skip

    assert (found.title, found.author, found.description) == ("Linked", "Ada, Grace", "What it is")
    assert found.published_at == dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
    assert (found.language, found.canonical, found.image) == ("en-GB", "https://e.org/a", "https://e.org/d/i.png")
    assert found.site_name == "The Journal"


def test_scholarly_metadata_goes_first():
    found = page(
        '<title>x | Site</title><meta name="citation_title" content="On <i>"><meta property="og:title" content="no">'
        '<meta name="citation_author" content="Noether, Emmy"><meta name="citation_author" content="Klein, F.">'
        '<meta name="citation_publication_date" content="1999/02/03"><meta name="dc:title" content="no">'
    )

    assert (found.title, found.author) == ("On <i>", "Noether, Emmy, Klein, F.")
    assert found.published_at == dt.datetime(1999, 2, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        pytest.param("<title>A tale | Site</title>", "<h1>A tale</h1>", "A tale", id="the heading is its head"),
        pytest.param(
            "<title>A - Site</title><meta property=og:site_name content=Site>", "", "A", id="the tail is the site"
        ),
        pytest.param("<title>C - a language</title>", "<h1>Other</h1>", "C - a language", id="nothing says so"),
        pytest.param(
            "<title>How code is covered | Code | Nic</title>",
            "<h1>Hello</h1>",
            "How code is covered | Code",
            id="a short tail that nothing repeats",
        ),
        pytest.param(
            "<title>How to cook rice - a primer</title>",
            "<h1>How to cook rice - a primer</h1>",
            "How to cook rice - a primer",
            id="a heading has the whole",
        ),
        pytest.param("<title>Rings – An outline</title>", "", "Rings – An outline", id="too short to lose its tail"),
        pytest.param("<title>Rings | e.org</title>", "<h1>Hello</h1>", "Rings", id="the address has the tail"),
        pytest.param(
            "<title>A tale - Blog - Site</title><meta property=og:title content='A tale'>"
            "<meta property=og:site_name content=Site>",
            "<h1>Blog</h1>",
            "A tale",
            id="what is shared is whole",
        ),
        pytest.param(
            "<title>A tale</title><meta property=og:title content=Site><meta property=og:site_name content=site>",
            "",
            "A tale",
            id="what is shared is only the site",
        ),
        pytest.param(
            "<title>Firefox – Make it yours – Mozilla</title><meta property=og:site_name content=Mozilla>",
            "<h1>Mozilla</h1>",
            "Firefox – Make it yours",
            id="a heading that is the site is no title",
        ),
        pytest.param(
            '<title>A list – Wiki</title><script type="application/ld+json">\n<![CDATA[\n{"@type": "Article",'
            '"headline": "list article", "name": "A list"}\n]]></script>',
            "",
            "A list",
            id="the name is nearer",
        ),
        pytest.param(
            '<meta name="dc.title" content="by name"><meta property="dc:title" content="by property">',
            "",
            "by property",
            id="a property goes before a name",
        ),
        pytest.param("<title> a\n b </title>", "", "a b", id="on one line"),
        pytest.param("", "<h1>Only <b>this</b></h1>", "Only this", id="no title but a heading"),
        pytest.param("<title>a\x1b[31m&#27;[0m</title>", "", "a", id="no terminal codes"),
        pytest.param("", "<p>x", "", id="none"),
    ],
)
def test_the_title_loses_the_name_of_the_site(head, body, title):
    assert page(head, body).title == title


@pytest.mark.parametrize("said", ["https://e.org/me", "@me", "Posted by Jo", "E.ORG", "x" * 200])
def test_what_is_no_author_is_not_taken_for_one(said):
    found = page(f'<meta name=author content="{said}"><meta property=og:site_name content="e.org">')

    assert found.author in (None, "Jo")


def test_feeds_are_found_with_their_whole_address():
    found = page(
        '<base href="/blog/"><link rel="alternate" type="application/rss+xml" title="All" href="feed.xml">'
        '<link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="//o.org/atom">'
        '<link rel="alternate" type="text/html" hreflang="de" href="/de">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">'
    )

    assert found.feeds == (
        FeedLink("https://e.org/blog/feed.xml", "All", "application/rss+xml"),
        FeedLink("https://o.org/atom", "", "application/atom+xml"),
    )


def test_where_no_feed_is_declared_a_link_that_looks_like_one_will_do():
    found = page(body='<a href="/about">x</a><a href="/index.xml">RSS</a><a href="/blog/feed/">F</a>')

    assert [feed.url for feed in found.feeds] == ["https://e.org/index.xml", "https://e.org/blog/feed/"]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param("é".encode(), "text/html; charset=iso-8859-1", "é", id="UTF-8 whatever the server claims"),
        pytest.param("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "é", id="the header"),
        pytest.param(b"\xe9 \x93", "text/html; charset=latin1", "é “", id="Latin-1 means Windows' one"),
        pytest.param(
            "<meta charset='windows-1251'>я".encode("cp1251"), "", "<meta charset='windows-1251'>я", id="meta"
        ),
        pytest.param("\ufeffé".encode("utf-16"), "text/html; charset=utf-8", "é", id="a BOM goes first"),
        pytest.param("日本".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp", "日本", id="seven bits"),
        pytest.param(b"\xe9", "text/html; charset=nonsense", "é", id="a charset that is none"),
        pytest.param(b"\xe9", "text/html; charset=base64", "é", id="a codec that is no charset"),
        pytest.param("漢".encode("gbk"), "text/html; charset=GB2312", "漢", id="GB 2312 means its superset"),
    ],
)
def test_the_charset_is_found_out(body, content_type, text):
    assert decode(body, content_type).lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("2024-05-01T10:00:00Z", dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)),
        ("2024-05-01", dt.datetime(2024, 5, 1, tzinfo=dt.UTC)),
        ("2024/05/01", dt.datetime(2024, 5, 1, tzinfo=dt.UTC)),
        ("Wed, 01 May 2024 10:00:00 +0200", dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31", None),
        ("", None),
    ],
)
def test_a_time_is_read_or_unknown(said, when):
    assert parse_time(said) == when


@given(
    st.binary()
    | st.lists(
        st.sampled_from([
            "<title>", "</title>", "<meta name=author content='", "'>", '<script type="application/ld+json">', "[[[{",
            '{"@type":"Article","author":{"name":[1,null]}}', "</script>",
            "<link rel=canonical href='http://[", "<base href=':'>",
            "<time pubdate datetime=x>", "\x00", "<html lang='", "<a rel=author>",
        ])
    ).map(lambda parts: "".join(parts).encode())
)  # fmt: skip
def test_any_bytes_are_a_page(body):
    assert read_page(body, "https://e.org/").url == "https://e.org/"


@pytest.mark.parametrize(
    "inner",
    [
        f"<title>{'-' * 40_000}x | Site</title><meta property=og:site_name content=Site>",
        f'<script type="application/ld+json">{" " * 40_000}x</script>',
        f'<script type="application/ld+json">[{"1," * 250_000}1]</script>',
    ],
    ids=["dashes", "blanks", "numbers"],
)
def test_no_page_takes_longer_than_its_length_allows(inner):
    began = time.process_time()
    page = read_page(f"<html><head>{inner}</head></html>", "https://e.org/")

    assert time.process_time() - began < 1.5  # seconds to minutes, when this was quadratic
    assert page.url == "https://e.org/"
