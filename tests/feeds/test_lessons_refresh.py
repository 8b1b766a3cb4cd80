"""The hard lessons of other feed readers, where they are about asking and keeping; each by its number and its source.

Every test refreshes for real, against a server on this machine.
"""

import datetime as dt
import os
import re
import sys
import threading
import tomllib
from collections.abc import Callable
from contextlib import closing
from email.utils import format_datetime
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import ple
from ple.feeds import Subscriptions
from ple.feeds.errors import FeedRefused, NoFeedFound
from ple.feeds.publication import VERSION
from ple.web.client import Limits
from ple.web.errors import WebError
from tests.servers.feeds import answer, gzip_bomb, rss

HOUR = dt.timedelta(hours=1)


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "guid": f"urn:{number}", "link": f"https://example.org/{number}", "title": f"Article {number}",
        "description": f"Words of article {number} that are long enough to tell it from all the others.",
        "date": f"Mon, {number % 28 + 1:02d} Jun 2026 10:00:00 GMT", **more,
    }  # fmt: skip


@pytest.fixture
def feeds(sqlite_environment, clock, parser):
    made = Subscriptions(
        sqlite_environment.library, sqlite_environment.client, now=clock, parser=parser,
        secrets=sqlite_environment.secrets, limits=Limits(size=3_000_000),
    )  # fmt: skip
    with closing(made) as feeds:
        yield feeds


@pytest.fixture
def library(sqlite_environment):
    return sqlite_environment.library


def follow(feeds, *urls: str) -> list[int]:
    """Follow feeds without asking for them yet."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    return list(feeds.import_opml(f"<opml>{outlines}</opml>".encode()).added)


def once(feeds, **how: Any) -> Any:
    (done,) = feeds.refresh(force=True, **how)
    return done


def scripted(server, *answers: tuple[int, str, dict[str, str]]) -> tuple[str, list[dict[str, str]]]:
    """Publish a feed that answers so, one after another, the last for ever; return its address and what was asked."""
    asked: list[dict[str, str]] = []

    def habit(handler):
        asked.append({name.lower(): value for name, value in handler.headers.items()})
        status, body, headers = answers[min(len(asked), len(answers)) - 1]
        answer(handler, status, body.encode(), **headers)

    return server.misbehave("/feed", habit), asked


FEED = rss("A blog", [item(1)])


def test_lesson_01_the_second_request_is_conditional(feeds, server):
    """The validators of the first answer were lost for want of a row (newsboat ≤ 2.36)."""
    follow(feeds, server.publish("/feed", FEED))
    assert once(feeds).new == 1
    assert once(feeds).not_modified
    assert server.asked == [("/feed", False), ("/feed", True)]


def test_lesson_02_both_validators_are_renewed_by_every_answer(feeds, server):
    """One stayed behind and made every later request unconditional (miniflux #2675, CommaFeed #1746)."""
    modified = "Sat, 21 Nov 2026 10:00:00 GMT"
    url, asked = scripted(
        server,
        (200, FEED, {"ETag": '"1"', "Last_Modified": modified}),
        (200, rss("A blog", [item(2)]), {"ETag": '"2"', "Last_Modified": modified}),
        (200, rss("A blog", [item(3)]), {"ETag": '"2"', "Last_Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}),
        (304, "", {}),
    )
    follow(feeds, url)
    for _ in range(4):
        once(feeds)
    assert [(said.get("if-none-match"), said.get("if-modified-since")) for said in asked] == [
        (None, None), ('"1"', modified), ('"2"', modified), ('"2"', "Sun, 22 Nov 2026 10:00:00 GMT"),
    ]  # fmt: skip


def test_lesson_03_a_new_etag_on_a_304_is_kept(feeds, server):
    """newsboat #3279; RFC 9111 section 4.3.4."""
    url, asked = scripted(server, (200, FEED, {"ETag": '"1"'}), (304, "", {"ETag": '"2"'}))
    follow(feeds, url)
    for _ in range(3):
        once(feeds)
    assert [said.get("if-none-match") for said in asked] == [None, '"1"', '"2"']


def test_lesson_04_the_same_body_still_brings_new_validators(feeds, server):
    """Whoever returns early because of the body's hash forgets them (feedbin #726)."""
    url, asked = scripted(server, (200, FEED, {"ETag": '"1"'}), (200, FEED, {"ETag": '"2"'}), (304, "", {}))
    follow(feeds, url)
    assert [(once(feeds).not_modified) for _ in range(3)] == [False, True, True]
    assert asked[-1]["if-none-match"] == '"2"'


def test_lesson_05_a_server_that_is_stuck_on_304_is_asked_plainly_in_the_end(feeds, server, clock):
    """Some answer 304 to anything conditional; one says it was modified in 2038 (NetNewsWire, FreshRSS #1020)."""
    url, asked = scripted(
        server, (200, FEED, {"ETag": '"1"', "Last_Modified": "Tue, 19 Jan 2038 03:14:07 GMT"}), (304, "", {})
    )
    follow(feeds, url)
    once(feeds)
    once(feeds)
    assert "if-modified-since" not in asked[-1]
    clock.forward(days=9)
    once(feeds)
    assert "if-none-match" not in asked[-1]


def test_lesson_06_a_304_to_a_first_request_is_a_failure_and_not_silence(feeds, server):
    url, _ = scripted(server, (304, "", {}))
    follow(feeds, url)
    assert "never had it" in once(feeds).failure


def test_lesson_07_validators_go_back_byte_for_byte(feeds, server):
    """Quotes and W/ are part of them (rachelbythebay)."""
    odd = 'W/"a\'b, c=;"'
    url, asked = scripted(server, (200, FEED, {"ETag": odd}), (304, "", {}))
    follow(feeds, url)
    once(feeds)
    once(feeds)
    assert asked[-1]["if-none-match"] == odd


@pytest.mark.parametrize(
    "headers", [{"Cache_Control": "max-age=504576000"}, {"Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}]
)
def test_lesson_08_no_header_puts_a_feed_to_sleep_for_years(feeds, server, clock, headers):
    """A max-age of 16 years was seen on a busy feed (NetNewsWire)."""
    url, _ = scripted(server, (200, FEED, headers))
    (id,) = follow(feeds, url)
    once(feeds)
    assert HOUR <= feeds.feed(id).next_check_at - clock.now <= 5.5 * HOUR


@pytest.mark.parametrize("as_date", [False, True])
def test_lesson_09_retry_after_is_seconds_or_a_date_by_the_servers_clock(feeds, server, clock, as_date):
    """reader 3.21."""
    server_time = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # years behind ours
    later = format_datetime(server_time + 6 * HOUR, usegmt=True) if as_date else str(6 * 3600)

    def habit(handler):
        handler.send_response_only(503)
        handler.send_header("Date", format_datetime(server_time, usegmt=True))
        handler.send_header("Retry-After", later)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    (id,) = follow(feeds, server.misbehave("/feed", habit))
    once(feeds)
    assert 6 * HOUR <= feeds.feed(id).next_check_at - clock.now <= 6.7 * HOUR


def test_lesson_10_who_is_asked_too_often_is_left_alone_with_all_its_feeds(feeds, server):
    """429 is about the host (NetNewsWire #5328, RSS Guard #2428)."""
    asked = []

    def habit(handler):
        asked.append(handler.path)
        answer(handler, 429, b"", Retry_After="600")

    follow(feeds, *(server.misbehave(f"/{n}", habit) for n in range(5)))
    done = list(feeds.refresh(force=True, concurrency=1))
    assert len(done) == 5
    assert len(asked) == 1
    assert sorted(each.failures for each in feeds.health()) == [0, 0, 0, 0, 1]


def test_lesson_11_failures_back_off_and_heal_and_a_lost_connection_counts_for_none(feeds, server, clock):
    """Home internet was down for a day, and every feed was given up for good (miniflux #149, #3334)."""
    (away,) = follow(feeds, "http://nowhere.invalid/feed")
    once(feeds)
    (state,) = feeds.health()
    assert (state.failures, state.checked_at) == (0, None)
    feeds.remove([away])
    ill = [(500, "", {})] * 12
    url, _ = scripted(server, *ill, (200, FEED, {}))
    (id,) = follow(feeds, url)
    waits = []
    for _ in ill:
        once(feeds)
        waits.append(feeds.feed(id).next_check_at - clock.now)
    assert waits[1] > 1.5 * waits[0]
    assert waits[-1] <= dt.timedelta(days=7.7)
    assert once(feeds).failure is None
    assert [each.failures for each in feeds.health() if each.id == id] == [0]


def test_lesson_12_a_permanent_redirect_moves_the_feed_only_when_it_is_repeated_and_never_into_a_hotel(
    feeds, server, clock
):
    """RSSOwlnix #32; captive portals answer 301 (NetNewsWire)."""
    target = server.publish("/new", FEED)
    portal = server.publish("/wifi-login", FEED)
    url = server.misbehave("/old", lambda handler: answer(handler, 301, b"", Location="/new"))
    other = server.misbehave("/cafe", lambda handler: answer(handler, 301, b"", Location="/wifi-login"))
    moved, kept = follow(feeds, url, other)
    for _ in range(2):  # a week apart, but only twice
        list(feeds.refresh(force=True))
        assert feeds.feed(moved).url == url
        clock.forward(days=7)
    for _ in range(6):
        clock.forward(days=1)
        list(feeds.refresh(force=True))
    assert feeds.feed(moved).url == target
    assert feeds.feed(kept).url == other != portal


def test_lesson_13_a_redirect_to_a_feed_that_is_followed_doubles_nothing(feeds, server, clock):
    """lion-reader #171."""
    first = feeds.add(server.publish("/new", FEED))
    url = server.misbehave("/old", lambda handler: answer(handler, 301, b"", Location="/new"))
    assert feeds.add(url).id == first.id
    (twin,) = follow(feeds, server.misbehave("/older", lambda handler: answer(handler, 301, b"", Location="/new")))
    for _ in range(7):
        clock.forward(days=1)
        list(feeds.refresh(force=True))
    assert len({feed.url for feed in feeds.feeds()}) == 2
    assert feeds.feed(twin).url.endswith("/older")
    assert len(feeds.entry_ids()) == 1, "one article of two feeds is shown once"


def test_lesson_14_what_is_gone_is_not_asked_again_but_its_entries_stay_and_a_new_address_wakes_it(feeds, server):
    """FreshRSS #3561; Liferea #1181: too sticky."""
    url, asked = scripted(server, (200, FEED, {}), (410, "", {}))
    (id,) = follow(feeds, url)
    once(feeds)
    assert "for good (410)" in once(feeds).failure
    assert list(feeds.refresh(force=True)) == []
    assert len(asked) == 2
    assert len(feeds.entries(feed=id)) == 1
    feeds.edit(id, url=server.publish("/elsewhere", FEED))
    assert once(feeds).failure is None


def test_lesson_15_a_drip_is_cut_off_by_a_deadline_for_the_whole(feeds, server):
    """Time limits for each read never end it (encode/httpx #1450)."""

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not server.stopped.wait(0.05):
            handler.wfile.write(b" ")

    feeds._refreshing._limits = Limits(total=1.0)
    follow(feeds, server.misbehave("/drip", drip))
    assert "within 1 second" in once(feeds).failure


def test_lesson_16_the_limit_counts_what_comes_out_of_the_compression(feeds, server):
    """64 KB of gzip became 236 MB of memory in reader."""
    follow(feeds, server.misbehave("/bomb", gzip_bomb))
    assert "larger than 3 MB" in once(feeds).failure


def test_lesson_17_only_web_addresses_are_asked(feeds, server):
    """stringer #1548, Nextcloud #3773."""
    with pytest.raises(WebError):
        feeds.add("file:///etc/passwd")
    follow(feeds, server.misbehave("/feed", lambda handler: answer(handler, 302, b"", Location="file:///etc/passwd")))
    assert "no web address" in once(feeds).failure


def test_lesson_18_many_are_really_asked_at_once(feeds, server):
    """reader 3.15 to 3.23 asked one after another for a year, and nobody noticed."""
    together = threading.Barrier(6, timeout=10)

    def habit(handler):
        together.wait()
        answer(handler, 200, FEED.encode())

    follow(feeds, *(server.misbehave(f"/{n}", habit) for n in range(6)))
    assert [done.failure for done in feeds.refresh(concurrency=6)] == [None] * 6


def test_lesson_19_feeds_are_parsed_in_another_process(feeds, server, parser):
    """Parsed where the sockets are served, they starve: one fetch of 200 died."""
    follow(feeds, server.publish("/feed", FEED))
    before = parser._read
    assert once(feeds).new == 1
    assert (parser.child.pid != os.getpid(), parser._read > before) == (True, True)


def test_lesson_20_nothing_is_locked_while_a_server_takes_its_time(feeds, server, library):
    """A cursor held open through the network's delays locked the database for the whole update (reader #10, #175)."""
    wrote = []

    def habit(handler):
        with library.writing("Meanwhile") as tx:
            wrote.append(tx.register("journal"))
        answer(handler, 200, FEED.encode())

    follow(feeds, server.misbehave("/feed", habit))
    assert once(feeds).new == 1
    assert len(wrote) == 1


def test_lesson_21_two_refreshes_and_a_reader_at_once_lock_nobody_out(feeds, server, library):
    """ "Database is locked" (reader #175, FreshRSS #6686, Flexget #328)."""
    follow(feeds, *(server.publish(f"/{n}", rss(f"Feed {n}", [item(100 * n + k) for k in range(9)])) for n in range(4)))
    problems: list[BaseException] = []

    def attempt(what: Callable[[], Any]) -> None:
        try:
            what()
        except BaseException as problem:
            problems.append(problem)

    work = [lambda: list(feeds.refresh(force=True)), lambda: feeds.mark_all_read(), lambda: feeds.entries()]
    threads = [threading.Thread(target=attempt, args=(what,)) for what in work * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(feeds.entry_ids()) == 36
    assert not library.check()


def test_lesson_22_guessed_paths_are_not_followed_to_the_front_page(feeds, server):
    """Sites lead whatever they do not know to it (miniflux)."""
    front = server.publish("/", "<html><body>Hello</body></html>", "text/html")
    for path in ("/feed", "/rss", "/feed.xml"):
        server.misbehave(path, lambda handler: answer(handler, 302, b"", Location="/real"))
    server.publish("/real", FEED)
    with pytest.raises(NoFeedFound):
        feeds.find(front)


def test_lesson_23_entries_without_an_id_are_told_by_link_and_then_by_words(feeds, server):
    """reader #170, Nextcloud #1785; reader drops Atom entries without one."""
    bare = [item(1, guid=None), item(2, guid=None, link=None)]
    url = server.publish("/feed", rss("A blog", bare))
    follow(feeds, url)
    assert once(feeds).new == 2
    server.publish("/feed", rss("A blog", [item(3, guid=None), *bare]))
    assert once(feeds).new == 1
    edited = item(1, guid=None, title="Another title", description="And other words.", date=None)
    server.publish("/feed", rss("A blog", [item(3, guid=None), edited, bare[1]]))
    done = once(feeds)
    assert (done.new, done.updated) == (0, 1)
    entry = '<entry><title>No id</title><link href="/x"/></entry>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entry}</feed>'
    follow(feeds, server.publish("/atom", atom))
    assert sum(done.new for done in feeds.refresh()) == 1


def test_lesson_24_a_feed_that_gives_all_its_articles_one_id_loses_none(feeds, server):
    """ "N/A", or the site's address (MOFA #24, brief #428)."""
    url = server.publish("/feed", rss("A blog", [item(n, guid="N/A") for n in range(1, 9)]))
    follow(feeds, url)
    assert once(feeds).new == 8
    server.publish("/feed", rss("A blog", [item(n, guid="N/A") for n in range(2, 10)]))
    assert (once(feeds).new, len(feeds.entry_ids())) == (1, 9)


def test_lesson_25_an_id_that_changes_scheme_and_host_is_the_same_article(feeds, server):
    """feedbin #515, FreshRSS #5151."""
    url = server.publish("/feed", rss("A blog", [item(1, guid="http://a.example/p/1", link="http://a.example/p/1")]))
    follow(feeds, url)
    once(feeds)
    feeds.mark_read(feeds.entry_ids())
    server.publish("/feed", rss("A blog", [item(1, guid="https://b.example/p/1", link="https://b.example/p/1")]))
    assert once(feeds).new == 0
    moved = item(1, guid="https://c.example/p/1", link="https://c.example/p/1", description="It says something else.")
    server.publish("/feed", rss("A blog", [moved]))
    assert (once(feeds).new, len(feeds.entry_ids())) == (0, 1)
    assert [line.read for line in feeds.entries()] == [True]


def test_lesson_26_an_id_with_the_headline_in_it_may_be_edited(feeds, server):
    """NetNewsWire #3286, miniflux #2358: "almost none do anything"."""
    url = server.publish("/feed", rss("A blog", [item(1, guid="https://example.org/old-headline")]))
    follow(feeds, url)
    once(feeds)
    feeds.star(feeds.entry_ids())
    server.publish("/feed", rss("A blog", [item(1, guid="https://example.org/new-headline", title="New headline")]))
    done = once(feeds)
    assert (done.new, done.updated) == (0, 1)
    assert [(line.title, line.starred) for line in feeds.entries()] == [("New headline", True)]


def test_lesson_27_the_names_by_which_entries_are_known_do_not_change_quietly(feeds, server, library):
    """A release that changed the rule brought every old entry back (FreshRSS #1552)."""
    import sqlalchemy as sa

    follow(feeds, server.publish("/feed", rss("A blog", [item(1), item(2, guid=None), item(3, guid=None, link=None)])))
    once(feeds)
    with library.reading() as tx:
        keys = set(tx.connection().execute(sa.text("SELECT key FROM feed_entry")).scalars())
        hash = tx.connection().execute(sa.text("SELECT body_hash FROM feed")).scalar()
    assert keys == {"guid:urn:1", "link:https://example.org/2", "words:8b564006ee6e2010f41a3ddc429149a6"}
    assert hash.startswith(f"{VERSION}:"), "and another parser reads each feed anew"


def test_lesson_28_a_rule_that_was_given_up_stays_given_up(feeds, server):
    """A policy that goes to and fro makes two rows of one article (FreshRSS #5909)."""
    clash = [item(n, guid="same") for n in range(1, 7)]
    follow(feeds, server.publish("/feed", rss("A blog", clash)))
    once(feeds)
    other = [item(n, description=f"Edited {n}", date=f"Tue, {n:02d} Sep 2026 10:00:00 GMT") for n in range(1, 7)]
    server.publish("/feed", rss("A blog", other))
    done = once(feeds)
    assert (done.new, done.updated) == (0, 6), "with ids of their own they would be new"
    server.publish("/feed", rss("A blog", clash))
    assert once(feeds).new == 0


def test_lesson_29_what_says_something_else_each_time_is_left_alone_after_a_while(feeds, server):
    """The time of day, an advertisement, a counter (reader #225)."""
    url = server.publish("/feed", FEED)
    follow(feeds, url)
    once(feeds)
    edits = 0
    for n in range(30):
        server.publish("/feed", rss("A blog", [item(1, description=f"It is {n} o'clock, and all is well in town.")]))
        edits += once(feeds).updated
    assert edits == 24


def test_lesson_30_an_edit_keeps_what_was_read_read_and_what_it_said_before(feeds, server, library):
    """FreshRSS #2485; a count of comments in the title (feedbin #198)."""
    url = server.publish("/feed", FEED)
    follow(feeds, url)
    once(feeds)
    (id,) = feeds.entry_ids()
    feeds.mark_read([id])
    server.publish("/feed", rss("A blog", [item(1, title="Article 1 (3 comments)")]))
    assert once(feeds).updated == 1
    assert [(line.title, line.read) for line in feeds.entries()] == [("Article 1 (3 comments)", True)]
    assert [revision.said["title"] for revision in library.revisions(id)] == ["Article 1"]


def test_lesson_31_an_empty_answer_or_an_error_page_takes_nothing_away(feeds, server):
    """NetNewsWire, FreshRSS #5315."""
    url, _ = scripted(
        server, (200, FEED, {}), (200, "", {}), (200, "<html>Sorry</html>", {"Content_Type": "text/html"}),
        (200, rss("A blog", []), {}),
    )  # fmt: skip
    follow(feeds, url)
    for _ in range(4):
        once(feeds)
    assert len(feeds.entry_ids()) == 1


def test_lesson_32_what_was_deleted_for_good_does_not_come_back(feeds, server, library):
    """RSS Guard #951, miniflux #1510."""
    url = server.publish("/feed", rss("A blog", [item(1), item(2)]))
    follow(feeds, url)
    once(feeds)
    with library.writing("Threw away") as tx:
        tx.trash(feeds.entry_ids()[0])
    library.empty_trash()
    server.publish("/feed", rss("A blog", [item(1), item(2), item(3)]))
    assert (once(feeds).new, len(feeds.entry_ids())) == (1, 2)


def test_lesson_33_what_was_starred_outlives_its_feed(feeds, server):
    """reader #290, Feeder #872."""
    (id,) = follow(feeds, server.publish("/feed", rss("A blog", [item(1), item(2)])))
    once(feeds)
    feeds.star([feeds.entry_ids()[0]])
    feeds.remove([id])
    assert [(line.title, line.feed_title) for line in feeds.entries()] == [("Article 2", "A blog")]


def test_lesson_34_two_articles_may_have_one_title(feeds, server):
    """bulletty names files by titles: two are one, and a renamed one is two."""
    follow(feeds, server.publish("/feed", rss("A blog", [item(1, title="Links"), item(2, title="Links")])))
    assert once(feeds).new == 2
    server.publish("/feed", rss("A blog", [item(1, title="Links"), item(2, title="More links")]))
    done = once(feeds)
    assert (done.new, done.updated) == (0, 1)


def test_lesson_35_dates_to_come_do_not_stick_on_top(feeds, server, clock):
    """Folo #984, RssBandit #787."""
    far = item(1, date="Fri, 01 Jan 2100 10:00:00 GMT")
    follow(feeds, server.publish("/feed", rss("A blog", [far])))
    once(feeds)
    clock.forward(hours=1)
    server.publish("/feed", rss("A blog", [item(2, date=None), far]))
    once(feeds)
    assert [line.title for line in feeds.entries()] == ["Article 2", "Article 1"]
    assert max(line.published_at for line in feeds.entries()) <= clock.now


def test_lesson_38_a_feed_that_only_says_it_was_built_again_has_not_changed(feeds, server):
    """reader #231."""
    stamped = FEED.replace(
        "<description>About", "<lastBuildDate>Sun, 22 Nov 2026 {}:00:00 GMT</lastBuildDate><description>About", 1
    )
    url, _ = scripted(server, (200, stamped.format("10"), {}), (200, stamped.format("11"), {}))
    follow(feeds, url)
    assert once(feeds).new == 1
    done = once(feeds)
    assert (done.new, done.updated, done.not_modified) == (0, 0, False)


def test_lesson_39_a_feed_that_is_ill_formed_comes_in_and_is_marked(feeds, server):
    """reader refuses them; they are 6 % (reader #270)."""
    follow(feeds, server.publish("/feed", FEED.replace("<title>Article", "<title>R&D: Article")))
    assert (once(feeds).new, once(feeds).failure) == (1, None)
    (state,) = feeds.health()
    assert "not well-formed" in state.says


def test_lesson_47_an_error_page_is_called_by_its_status(feeds, server):
    """And not "syntax error" (feedparser #460)."""
    url, _ = scripted(server, (500, "<html>Internal", {"Content_Type": "text/html"}))
    follow(feeds, url)
    assert once(feeds).failure == "its server has trouble (500)"


def test_lesson_48_a_picture_behind_the_address_is_called_one(feeds, server):
    follow(feeds, server.publish("/feed", b"\x89PNG\r\n\x1a\n" + bytes(99), "application/rss+xml"))
    assert once(feeds).failure == "it is a picture, not a feed"


def test_lesson_52_what_is_too_large_is_given_up_and_the_others_come_in(feeds, server):
    """SimplePie #192, feedparser #287."""
    huge = server.publish("/huge", rss("Huge", [item(1, description="x" * 4_000_000)]))
    follow(feeds, huge, server.publish("/feed", FEED))
    done = {each.url: each for each in feeds.refresh()}
    assert "larger than" in done[huge].failure
    assert sum(each.new for each in done.values()) == 1


def test_lesson_53_a_list_with_faults_is_imported_as_far_as_it_goes(feeds):
    """Nested folders, no address, bare ampersands (Liferea #914, selfoss #1055)."""
    done = feeds.import_opml(
        b'<opml><body><outline text="A & B"><outline type="rss" title="Deep" xmlUrl="https://a.example/feed?x=1&y=2"/>'
        b'<outline type="rss" text="Nowhere"/></outline><outline xmlUrl="javascript:alert(1)"/></body></opml>'
    )
    assert len(done.added) == 1
    assert feeds.feeds()[0].folder == "A & B"
    assert len(done.refused) == 2


def test_lesson_54_whatever_is_imported_is_declared():
    """reader 3.26 leaned on a package of a package, and failed on every fresh install."""
    source = Path(ple.__file__).parent
    named = re.compile(r"^\s*(?:import|from) ([a-zA-Z_]\w*)", re.M)
    imported = {name for path in source.rglob("*.py") for name in named.findall(path.read_text(encoding="utf-8"))}
    imported -= {*sys.stdlib_module_names, "ple"}
    project = tomllib.loads((source.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^\w.-]", said)[0].lower().replace("_", "-") for said in declared}
    owners = packages_distributions()
    strangers = {
        name for name in imported if name in owners and not {o.lower().replace("_", "-") for o in owners[name]} & names
    }
    assert {"feedparser", "sqlmodel", "httpx2"} <= imported
    assert not strangers


def test_lesson_55_marking_all_read_leaves_what_came_in_after_one_looked(feeds, server, clock):
    """FeedReader #59."""
    follow(feeds, server.publish("/feed", rss("A blog", [item(1, date=None)])))
    once(feeds)
    seen = clock.now + dt.timedelta(seconds=1)
    clock.forward(minutes=5)
    server.publish("/feed", rss("A blog", [item(2, date=None), item(1, date=None)]))
    once(feeds)
    assert feeds.mark_all_read(before=seen) == 1
    assert [line.title for line in feeds.entries(unread=True)] == ["Article 2"]


def test_lesson_56_an_article_of_two_feeds_is_shown_once_and_read_once(feeds, server):
    """The oldest wish of all (miniflux #797, FreshRSS #948)."""
    blog, planet = follow(
        feeds,
        server.publish("/blog", rss("The blog", [item(1)])),
        server.publish("/planet", rss("The planet", [item(1, guid="planet:1"), item(2)])),
    )
    list(feeds.refresh(concurrency=1))
    lines = feeds.entries()
    assert [line.title for line in lines] == ["Article 2", "Article 1"]
    assert {lines[1].feed_title, *lines[1].also_in} == {"The blog", "The planet"}
    feeds.mark_read([lines[1].id])
    assert [line.read for feed in (blog, planet) for line in feeds.entries(feed=feed) if line.title == "Article 1"] == [
        True, True,
    ]  # fmt: skip


def test_lesson_57_a_feed_behind_a_password_is_asked_with_it_and_nobody_else_is(feeds, server, library):
    """The password is in no row, no list and no address; it does not follow the feed to another host."""
    asked: list[str | None] = []

    def habit(handler):
        asked.append(handler.headers.get("Authorization"))
        if asked[-1] is None:
            answer(handler, 401, b"", WWW_Authenticate='Basic realm="x"')
        else:
            answer(handler, 200, FEED.encode())

    url = server.misbehave("/private", habit)
    with pytest.raises(FeedRefused):
        feeds.add(url)
    feed = feeds.add(url.replace("http://", "http://ann:s3cret@"))
    assert (feed.entries, feed.url) == (1, url)
    once(feeds)
    assert asked[1:] == ["Basic YW5uOnMzY3JldA=="] * 2
    assert "s3cret" not in feeds.export_opml()
    assert b"s3cret" not in (library.folder / "library.sqlite").read_bytes()
    feeds.edit(feed.id, url=url.replace("127.0.0.1", "localhost"))
    once(feeds)
    assert asked[-1] is None


def test_lesson_58_the_hours_in_which_a_publisher_rests_are_kept(feeds, server, clock):
    """Nobody honours skipHours; it is a line of work."""
    resting = "".join(f"<hour>{hour}</hour>" for hour in range(12, 18))
    head = f"<skipHours>{resting}</skipHours><skipDays><day>Monday</day></skipDays><description>About"
    (id,) = follow(feeds, server.publish("/feed", FEED.replace("<description>About", head, 1)))
    once(feeds)
    assert feeds.feed(id).next_check_at == clock.now.replace(hour=18)
