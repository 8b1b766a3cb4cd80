"""Pages of videos and episodes, as sites write them."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ple.bookmarks.recordings import _named_links, recording_of, shown_length
from ple.web.pages import read_page

HTML = {"Content_Type": "text/html; charset=utf-8"}
PLAYER = {
    "videoDetails": {"title": "On rings", "author": "A channel", "lengthSeconds": "754",
                     "shortDescription": "What a ring is.\n\nPart two."},
    "captions": {"playerCaptionsTracklistRenderer": {"captionTracks": [
        {"baseUrl": "/api/timedtext?v=x&lang=en", "name": {"simpleText": "English"}, "languageCode": "en"}]}},
}  # fmt: skip
WATCH = (
    "<!doctype html><html lang=en><head><title>On rings - YouTube</title><meta property='og:title' content='On rings'>"
    "<meta property='og:site_name' content='YouTube'><meta property='og:type' content='video.other'>"
    '<meta itemprop="datePublished" content="2024-05-01T10:00:00Z"></head><body>'
    f"<script>var ytInitialPlayerResponse = {json.dumps(PLAYER)};var more = 1</script>"
    "<div>About Press Copyright Contact us</div></body></html>"
)
EPISODE = {
    "@type": "PodcastEpisode", "name": "Episode 7", "duration": "PT1H2M3S", "description": "We speak of fields.",
    "datePublished": "2024-05-01", "partOfSeries": {"name": "Algebra Hour"}, "author": {"name": "Ada Example"},
}  # fmt: skip
SHOW = (
    "<!doctype html><html><head><title>Episode 7</title>"
    f'<script type="application/ld+json">{json.dumps(EPISODE)}</script>'
    '<link rel="alternate" type="text/vtt" href="/7.vtt" label="Captions"></head><body><main><h1>Episode 7</h1>'
    '<p>We speak of fields.</p><a href="/7/transcript">Read the <b>transcript</b></a></main></body></html>'
)


def test_a_video_keeps_what_is_said_about_it_and_where_its_transcript_is(environment, publisher):
    page = environment.bookmarks.save(publisher.publish("/watch", WATCH, **HTML)).bookmark

    assert (page.title, page.author, page.site_name, page.problem) == ("On rings", "A channel", "YouTube", None)
    assert page.published_at.isoformat() == "2024-05-01T10:00:00+00:00"
    assert page.text.startswith("Video, 12:34, A channel.")
    assert "What a ring is." in page.text
    assert "Copyright" not in page.text
    assert 'href="https://www.youtube.com/api/timedtext?v=x&amp;lang=en"' in page.html
    assert environment.sources.works([page.id])[0]["type"] == "motion_picture"


def test_an_episode_keeps_its_series_its_length_and_its_transcripts(environment, publisher):
    page = environment.bookmarks.save(publisher.publish("/7", SHOW, **HTML)).bookmark

    assert page.text.startswith("Podcast, 1:02:03, Algebra Hour, Ada Example.")
    assert page.text.count("We speak of fields.") == 1
    assert f'href="{publisher.url}/7.vtt"' in page.html
    assert f'<a href="{publisher.url}/7/transcript"' in page.html


def test_a_film_in_an_article_makes_no_recording_of_it():
    things = [{"@type": "VideoObject", "name": "Film"}, {"@type": "NewsArticle", "headline": "News"}]
    head = (
        f'<script type="application/ld+json">{json.dumps(things)}</script><meta property="og:type" content="article">'
    )

    assert recording_of(read_page(f"<html><head>{head}</head><body><p>x</p></body></html>", "https://e.org/")) is None


@pytest.mark.parametrize(("seconds", "shown"), [(None, ""), (0, ""), (59, "0:59"), (754, "12:34"), (3723, "1:02:03")])
def test_a_length_is_shown_as_players_do(seconds, shown):
    assert shown_length(seconds) == shown


names = st.sampled_from([*PLAYER, *PLAYER["videoDetails"], "captionTracks"])
anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=30, deadline=None)
@given(anything)
def test_whatever_a_player_is_given_breaks_nothing(value):
    for said in (value, {"videoDetails": value, "captions": value}):
        text = f"<script>ytInitialPlayerResponse = {json.dumps(said)}</script>"
        thing = json.dumps({"@type": "VideoObject", "duration": value, "partOfSeries": value, "transcript": value})
        recording_of(read_page(text, "https://e.org/"))
        recording_of(read_page(f'<script type="application/ld+json">{thing}</script>', "https://e.org/"))


def test_a_page_that_only_says_that_there_is_none_takes_no_texts_place(environment, publisher):
    words = "<p>Gradient descent walks downhill on a surface of errors, step by small step, until it rests.</p>" * 8
    url = publisher.publish("/a", f"<title>Descent</title><article>{words}</article>", **HTML)
    kept = environment.bookmarks.save(url).bookmark
    publisher.publish("/a", "<title>Page not found</title><h1>Sorry</h1><p>It is not here, but we are.</p>", **HTML)

    told = environment.bookmarks.refresh(kept.id)

    assert "Page not found" in told.problem
    page = environment.bookmarks.bookmark(kept.id)
    assert (page.title, page.text) == ("Descent", kept.text)


def test_links_that_never_end_take_no_time():
    began = time.process_time()
    assert list(_named_links("<a<track" * 30_000)) == []
    assert time.process_time() - began < 1
