"""Where well-known sites have their feeds: a table of addresses."""

import pytest

from ple.feeds import places
from tests.servers.feeds import answer, rss

CHANNEL = "UCBa659QWEk1AI4Tg--mrJ2A"
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("url", "first"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", f"{VIDEOS}?channel_id={CHANNEL}"),
        (f"https://m.youtube.com/channel/{CHANNEL}/videos", f"{VIDEOS}?channel_id={CHANNEL}"),
        ("https://www.youtube.com/playlist?list=PL590L5WQmH8fJ54F", f"{VIDEOS}?playlist_id=PL590L5WQmH8fJ54F"),
        ("https://www.youtube.com/watch?v=abc&list=PL590L5WQmH8", f"{VIDEOS}?playlist_id=PL590L5WQmH8"),
        ("https://www.youtube.com/user/tomscott", f"{VIDEOS}?user=tomscott"),
        ("https://www.youtube.com/@TomScottGo", None),
        ("https://www.youtube.com/playlist?list=<script>", None),
        (f"{VIDEOS}?channel_id={CHANNEL}", None),
        ("https://github.com/lemon24/reader", "https://github.com/lemon24/reader/releases.atom"),
        ("https://github.com/lemon24/reader.git", "https://github.com/lemon24/reader/releases.atom"),
        ("https://github.com/lemon24/reader/releases", "https://github.com/lemon24/reader/releases.atom"),
        ("https://github.com/lemon24/reader/tags", "https://github.com/lemon24/reader/tags.atom"),
        ("https://github.com/a/b/commits/main/docs", "https://github.com/a/b/commits/main/docs.atom"),
        ("https://github.com/a/b/tree/dev", "https://github.com/a/b/commits/dev.atom"),
        ("https://github.com/a/b/wiki/Home", "https://github.com/a/b/wiki.atom"),
        ("https://github.com/lemon24", "https://github.com/lemon24.atom"),
        ("https://github.com/trending", None),
        ("https://github.com/lemon24/reader/releases.atom", None),
        ("https://gitlab.com/a/b/c/-/issues", "https://gitlab.com/a/b/c/-/tags?format=atom"),
        ("https://codeberg.org/forgejo/forgejo", "https://codeberg.org/forgejo/forgejo/releases.rss"),
        ("https://www.reddit.com/r/python", "https://www.reddit.com/r/python/.rss"),
        ("https://old.reddit.com/r/python/top/", "https://www.reddit.com/r/python/top/.rss"),
        ("https://www.reddit.com/r/a/comments/1x2y/title/", "https://www.reddit.com/r/a/comments/1x2y/.rss"),
        ("https://www.reddit.com/u/spez", "https://www.reddit.com/user/spez/.rss"),
        ("https://astralcodexten.substack.com/p/some-post", "https://astralcodexten.substack.com/feed"),
        ("https://substack.com/@astralcodexten", "https://astralcodexten.substack.com/feed"),
        ("https://medium.com/@ada", "https://medium.com/feed/@ada"),
        ("https://medium.com/netflix-techblog/some-post-1", "https://medium.com/feed/netflix-techblog"),
        ("https://medium.com/tag/python/latest", "https://medium.com/feed/tag/python"),
        ("https://ada.medium.com/post", "https://ada.medium.com/feed"),
        ("https://terrytao.wordpress.com/", "https://terrytao.wordpress.com/feed/"),
        ("https://terrytao.wordpress.com/tag/primes/", "https://terrytao.wordpress.com/tag/primes/feed/"),
        ("https://googleblog.blogspot.com/2020/01/x.html", "https://googleblog.blogspot.com/feeds/posts/default"),
        ("https://staff.tumblr.com/post/1", "https://staff.tumblr.com/rss"),
        ("https://arxiv.org/list/cs.AI/recent", "https://rss.arxiv.org/rss/cs.AI"),
        ("https://arxiv.org/list/math/new", "https://rss.arxiv.org/rss/math"),
        ("https://arxiv.org/a/warner_s_1.html", "https://arxiv.org/a/warner_s_1.atom2"),
        ("https://arxiv.org/abs/1706.03762", None),
        ("https://pypi.org/project/textual/", "https://pypi.org/rss/project/textual/releases.xml"),
        ("https://stackoverflow.com/questions/tagged/python", "https://stackoverflow.com/feeds/tag/python"),
        ("https://math.stackexchange.com/questions/12/x", "https://math.stackexchange.com/feeds/question/12"),
        ("https://bsky.app/profile/bsky.app", "https://bsky.app/profile/bsky.app/rss"),
        ("https://lobste.rs/t/python", "https://lobste.rs/t/python.rss"),
        ("https://dev.to/ben", "https://dev.to/feed/ben"),
        ("https://news.ycombinator.com/", "https://news.ycombinator.com/rss"),
        ("https://mastodon.social/@Gargron", "https://mastodon.social/@Gargron.rss"),
        ("https://mastodon.social/tags/python", "https://mastodon.social/tags/python.rss"),
        ("https://fosstodon.org/@ada/tagged/code", "https://fosstodon.org/@ada/tagged/code.rss"),
        ("https://fosstodon.org/@ada/1234567", "https://fosstodon.org/@ada.rss"),
        ("https://mastodon.social/@ada@fosstodon.org", "https://fosstodon.org/@ada.rss"),
        ("https://gist.github.com/ada", "https://gist.github.com/ada.atom"),
        ("https://old.reddit.com/r/learnpython/top/?t=week", "https://www.reddit.com/r/learnpython/top/.rss?t=week"),
        ("https://export.arxiv.org/list/cs.CL/recent", "https://rss.arxiv.org/rss/cs.CL"),
        ("https://vimeo.com/staffpicks", "https://vimeo.com/staffpicks/videos/rss"),
        ("https://example.org/blog/post", None),
        ("https://notgithub.com/a/b", None),
        ("https://github.com.evil.example/a/b", None),
        ("nonsense", None),
        ("https://", None),
    ],
)
def test_a_page_of_a_well_known_site(url, first):
    found = places.of(url)
    assert (found[0].url if found else None) == first


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("@ada@fosstodon.org", "https://fosstodon.org/@ada"),
        ("acct:ada@fosstodon.org", "https://fosstodon.org/@ada"),
        ("r/learnpython", "https://www.reddit.com/r/learnpython"),
        ("feed://example.org/x.xml", "http://example.org/x.xml"),
        ("feed:https://example.org/x.xml", "https://example.org/x.xml"),
        ("podcast://example.org/x.xml", "http://example.org/x.xml"),
        (" example.org ", "https://example.org"),
        ("https://ann:secret@example.org/feed", "https://ann:secret@example.org/feed"),
    ],
)
def test_what_people_type_for_an_address(said, meant):
    assert places.address(said) == meant


def test_a_youtube_channel_without_its_shorts():
    assert [place.what for place in places.of(f"https://youtube.com/channel/{CHANNEL}")] == [
        "everything", "videos, no shorts", "shorts", "live",
    ]  # fmt: skip
    assert places.of(f"https://youtube.com/channel/{CHANNEL}")[1].url == f"{VIDEOS}?playlist_id=UULF{CHANNEL[2:]}"


def test_the_number_behind_a_handle_is_on_its_page():
    html = f'<html><script>var x = {{"browseId":"{CHANNEL}","other":1}}</script>'
    assert places.on_page("https://www.youtube.com/@TomScottGo", html)[0].url == f"{VIDEOS}?channel_id={CHANNEL}"
    assert places.on_page("https://example.org/", html) == ()


def test_a_wordpress_that_names_no_feed_has_one_and_its_comments_another():
    html = '<link rel="stylesheet" href="/wp-content/themes/x/style.css">'
    assert [place.url for place in places.on_page("https://example.org/2020/post", html)] == [
        "https://example.org/feed/", "https://example.org/?feed=rss2", "https://example.org/comments/feed/",
    ]  # fmt: skip


ITEM = {"guid": "1", "title": "Hello", "description": "World", "date": "Mon, 01 Jun 2026 10:00:00 GMT"}


def test_an_account_of_the_fediverse_is_followed_by_its_address(feeds, server):
    server.publish("/@ada.rss", rss("Ada", [ITEM]))
    server.publish("/@ada", "<html><body>Ada's page</body></html>", "text/html")
    found = feeds.find(f"{server.url}/@ada")
    assert [(each.title, each.entries, each.newest_at.isoformat()) for each in found] == [
        ("Ada", 1, "2026-06-01T10:00:00+00:00")
    ]
    assert feeds.add(f"{server.url}/@ada").url == f"{server.url}/@ada.rss"


def test_a_rule_that_is_wrong_costs_nothing_but_a_question(feeds, server):
    server.publish("/blog.xml", rss("Blog", [ITEM]))
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/blog.xml"></head></html>'
    assert feeds.add(server.publish("/@ada", page, "text/html")).title == "Blog"


def test_a_page_that_only_links_to_its_feed_in_its_text(feeds, server):
    server.publish("/deep/rss.xml", rss("Linked", [ITEM]))
    page = (
        '<html><body><p>Read <a class="x" href="deep/rss.xml">my feed</a> or <a href="/about">me</a></p></body></html>'
    )
    assert feeds.add(server.publish("/", page, "text/html")).title == "Linked"


def test_a_blog_in_a_folder_has_its_feed_there(feeds, server):
    server.publish("/blog/feed.xml", rss("In a folder", [ITEM]))
    server.publish("/rss.xml", rss("At the root", [ITEM]))
    server.misbehave("/feed", lambda handler: answer(handler, 302, b"", Location="/"))
    assert (
        feeds.add(server.publish("/blog/post", "<html><body>Hello</body></html>", "text/html")).title == "In a folder"
    )


def test_a_list_with_the_scheme_of_feeds_is_followed(feeds):
    done = feeds.import_opml(b'<opml><body><outline xmlUrl="feed://example.org/x.xml"/></body></opml>')
    assert (len(done.added), feeds.feeds()[0].url) == (1, "http://example.org/x.xml")
