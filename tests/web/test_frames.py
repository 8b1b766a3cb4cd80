"""What an article shows in a frame: a link where it is a player, else what it says to who sees no frames."""

import time

import pytest

from ple.web.text import plain, safe_html

LINKS = [
    ("https://www.youtube.com/embed/aqz-KE-bpKQ?rel=0", "https://www.youtube.com/watch?v=aqz-KE-bpKQ"),
    ("//www.youtube-nocookie.com/embed/aqz-KE-bpKQ", "https://www.youtube.com/watch?v=aqz-KE-bpKQ"),
    ("https://www.youtube.com/embed/videoseries?si=x&amp;list=PL12_a-b", "https://www.youtube.com/playlist?list=PL12_a-b"),
    ("https://player.vimeo.com/video/1084537?h=1", "https://vimeo.com/1084537"),
    ("https://tube.example/videos/embed/9c9de5e8-0a1e", "https://tube.example/videos/watch/9c9de5e8-0a1e"),
    ("https://w.soundcloud.com/player/?url=x&amp;color=y", "https://w.soundcloud.com/player/?url=x&amp;color=y"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "page"), LINKS)
def test_a_player_becomes_a_link_to_where_one_looks_at_it(source, page):
    html = f'<p>before</p><iframe width=5 src="{source}" allowfullscreen title="Big &amp; small"></iframe><p>after</p>'
    host = page.split("/")[2].removeprefix("www.")
    assert safe_html(html, "https://e.org/d/") == (
        f'<p>before</p><p><a href="{page}" rel="noopener noreferrer">Big &amp; small ({host})</a></p><p>after</p>'
    )
    assert safe_html(safe_html(html)) == safe_html(html)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        pytest.param('a<iframe src="https://ads.example/x"></iframe> b', "a b", id="nothing that one goes to"),
        pytest.param('a<iframe src="https://ads.example/x"/> b', "a b", id="ended as in XML"),
        pytest.param(
            'a<IFRAME src="https://ads.example/x"> <b>b</b></IFRAME> c', "a b c", id="words for who sees none"
        ),
        pytest.param('a<iframe src="https://ads.example/x"> b', "a b", id="never ended"),
        pytest.param('a<iframe src="javascript:alert(1)"></iframe> b', "a b", id="an address that acts"),
        pytest.param('a<iframe src="https://youtube.com.evil.example/embed/x"></iframe>', "a", id="another's name"),
        pytest.param("a<!-- never ended > b", "a b", id="a comment that never ends"),
        pytest.param("<p>a<!-- never ended</p><p>b", "a\n\nb", id="one that never ends before the next tag"),
        pytest.param("a<!-- ended > --> b", "a b", id="a comment that does"),
        pytest.param('<i title="<!-- x">a</i> b', "a b", id="none at all"),
    ],
)
def test_nothing_that_follows_is_lost(html, said):
    assert plain(safe_html(html, "https://e.org/")) == said
    assert plain(html) == said


@pytest.mark.parametrize(
    "piece", ["<iframe ", "<iframe '", '<iframe src="', "<iframe>", "<iframe/>", "<!-- ", "<!-- >"]
)
def test_half_a_million_frames_take_no_minutes(piece):
    html = piece * (500_000 // len(piece)) + "deep"
    began = time.process_time()
    safe_html(html)
    plain(html)
    assert time.process_time() - began < 10  # a second on a quiet machine; with a square in it, hours


def test_a_player_without_a_title_is_called_what_it_is():
    assert plain('<iframe src="https://www.youtube.com/embed/a1"></iframe>') == "Video (youtube.com)"
