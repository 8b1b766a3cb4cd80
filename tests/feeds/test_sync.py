"""Sync with readers that people already run, over the Google Reader API."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from ple.feeds import keeping
from ple.feeds.agreements import Ours, paired
from ple.feeds.greader import RemoteFeed, SignInRefused, SyncFailed, item_number
from ple.feeds.models import FEED, FeedRow
from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.feeds.sync import State, Sync, merged
from ple.library import NotFound
from ple.web import addresses
from tests.servers.greader import READ, STARRED, Reader


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture
def sync(environment: Any, feeds: Any, clock: Any) -> Sync:
    return Sync(environment.library, environment.client, environment.secrets, feeds.remove, clock)


@pytest.fixture
def follow(environment: Any, clock: Any) -> Any:
    def follow(url: str, *titles: str, folder: str | None = None) -> int:
        entries = tuple(
            ParsedEntry(guid=title, title=title, url=f"https://blog.example/{title}", text=f"Words of {title}")
            for title in titles
        )
        with environment.library.writing() as tx:
            id = tx.register(FEED)
            tx.add(FeedRow(id=id, url=url, url_key=addresses.key(url), title="Blog", folder=folder))
            tx.flush()
            row = keeping.feed_row(tx, id)
            assert row is not None
            keeping.keep_entries(tx, row, ParsedFeed(title="Blog", entries=entries), clock.now)
        return id

    return follow


URL = "https://blog.example/feed"


def connect(sync: Sync, reader: Reader) -> str:
    return sync.connect(reader.url, "ada", reader.password, name="Home").name


def ids(feeds: Any) -> dict[str, int]:
    return {entry.title: entry.id for entry in feeds.entries(limit=None)}


@pytest.mark.parametrize("base", ["/api/greader.php", ""], ids=["FreshRSS", "Miniflux"])
def test_signing_in_finds_the_api_and_keeps_the_password_a_secret(sync, environment, base):
    with Reader(base) as reader:
        account = sync.connect(reader.url, "ada", reader.password)
        assert (account.name, account.url, account.login) == ("127.0.0.1", reader.url + base, "ada")
        assert environment.secrets.get("feeds-sync:127.0.0.1") == reader.password
        if environment.library.on_sqlite:
            assert reader.password.encode() not in environment.library.path.read_bytes()
        with pytest.raises(SignInRefused):
            sync.connect(reader.url, "ada", "wrong")
        sync.disconnect("127.0.0.1")
        assert (sync.accounts(), environment.secrets.get("feeds-sync:127.0.0.1")) == ([], None)


def test_a_site_without_the_api_says_so(sync, server):
    with pytest.raises(SyncFailed, match="does not speak"):
        sync.connect(server.url, "ada", "x")
    with pytest.raises(NotFound):
        sync.run("nowhere")


def test_subscriptions_go_both_ways(sync, reader, follow, feeds):
    follow("https://here.example/feed", folder="Mine")
    reader.follow("https://there.example/feed", "There", "Tech")
    done = sync.run(connect(sync, reader))
    assert (done.followed_here, done.followed_there, done.problems) == (1, 1, [])
    assert {(feed.url, feed.title, feed.folder) for feed in feeds.feeds()} == {
        ("https://here.example/feed", "Blog", "Mine"), ("https://there.example/feed", "There", "Tech"),
    }  # fmt: skip
    there = {feed["url"]: feed["categories"] for feed in reader.feeds.values()}
    assert there["https://here.example/feed"] == [{"id": "user/-/label/Mine", "label": "Mine"}]
    again = sync.run("home")
    assert (again.followed_here, again.followed_there, again.left_here, again.left_there) == (0, 0, 0, 0)


def test_a_feed_that_was_left_on_one_side_is_left_on_the_other(sync, reader, follow, feeds):
    one, _two = follow("https://one.example/feed"), follow("https://two.example/feed")
    sync.run(connect(sync, reader))
    feeds.remove([one])
    stream = next(id for id, feed in reader.feeds.items() if feed["url"] == "https://two.example/feed")
    done = sync.run("Home")
    assert (done.left_there, [feed["url"] for feed in reader.feeds.values()]) == (1, ["https://two.example/feed"])
    follow("https://three.example/feed")
    sync.run("Home")
    del reader.feeds[stream]
    assert sync.run("Home").left_here == 1
    assert [feed.url for feed in feeds.feeds()] == ["https://three.example/feed"]


def test_a_server_that_has_lost_its_feeds_does_not_empty_the_library(sync, reader, follow, feeds):
    follow(URL)
    sync.run(connect(sync, reader))
    reader.feeds.clear()
    done = sync.run("Home")
    assert "says that it has no feeds" in done.problems[0]
    assert len(feeds.feeds()) == 1


def test_read_and_star_go_both_ways(sync, reader, follow, feeds):
    follow(URL, "a", "b", "c", "d", "e")
    stream = reader.follow(URL, "Blog")
    there = {
        "a": reader.item(stream, "https://blog.example/a", "a", READ),
        "b": reader.item(stream, "https://blog.example/b?utm_source=rss", "b", STARRED),
        "c": reader.item(stream, "https://blog.example/c", "c", number=-5),
        "d": reader.item(stream, "http://blog.example/d", "d"),
    }
    mine = ids(feeds)
    feeds.mark_read([mine["c"]])
    feeds.star([mine["d"]])
    done = sync.run(connect(sync, reader))
    assert (done.matched, done.marked_here, done.marked_there) == (4, 2, 2)
    assert feeds.entry(mine["a"]).read
    assert feeds.entry(mine["b"]).starred
    assert there["c"].states == {READ}
    assert there["d"].states == {STARRED}
    # From now on the last one who changes something is right, whatever that was.
    feeds.mark_unread([mine["a"]])
    there["c"].states.clear()
    there["b"].states = {READ}
    done = sync.run("Home")
    assert (done.matched, done.marked_here, done.marked_there) == (0, 2, 1)
    assert there["a"].states == set()
    assert not feeds.entry(mine["c"]).read
    assert (feeds.entry(mine["b"]).read, feeds.entry(mine["b"]).starred) == (True, False)
    before = reader.called("edit-tag")
    sync.run("Home")
    assert reader.called("edit-tag") == before, "what is agreed on is not sent again"


def test_a_sync_that_broke_off_is_made_up_for(sync, reader, follow, feeds):
    follow(URL, "a", "b")
    stream = reader.follow(URL, "Blog")
    item = reader.item(stream, "https://blog.example/a", "a")
    sync.run(connect(sync, reader))
    feeds.star([ids(feeds)["a"]])
    reader.broken = "edit-tag"
    with pytest.raises(SyncFailed, match="answered 503"):
        sync.run("Home")
    reader.broken = None
    assert sync.run("Home").marked_there == 1
    assert item.states == {STARRED}


def test_an_entry_that_comes_in_later_gets_what_was_done_there(sync, reader, follow, feeds, clock):
    follow(URL, "a")
    stream = reader.follow(URL, "Blog")
    reader.item(stream, "https://blog.example/late", "late", STARRED)
    assert sync.run(connect(sync, reader)).matched == 0
    with feeds._library.writing() as tx:
        row = keeping.feed_row(tx, feeds.feeds()[0].id)
        assert row is not None
        entry = ParsedEntry(guid="late", title="late", url="https://blog.example/late", text="words")
        keeping.keep_entries(tx, row, ParsedFeed(entries=(entry,)), clock.now)
    assert sync.run("Home").matched == 1
    assert feeds.entry(ids(feeds)["late"]).starred


def test_a_server_that_is_set_up_anew_takes_no_star_and_no_feed_away(sync, reader, follow, feeds):
    follow(URL, "a", "b", "c")
    stream = reader.follow(URL, "Blog")
    for title in "abc":
        reader.item(stream, f"https://blog.example/{title}", title)
    mine = ids(feeds)
    feeds.star([mine["a"]])
    feeds.mark_read([mine["b"]])
    sync.run(connect(sync, reader))
    reader.feeds.clear()
    reader.items.clear()
    stream = reader.follow(URL, "Blog")
    there = {title: reader.item(stream, f"https://blog.example/{title}", title, number=ord(title)) for title in "abc"}
    done = sync.run("Home")
    assert (done.followed_here, done.left_here, done.marked_here, done.problems) == (0, 0, 0, [])
    assert {title: item.states for title, item in there.items()} == {"a": {STARRED}, "b": {READ}, "c": set()}
    assert [(entry.title, entry.read, entry.starred) for entry in feeds.entries(limit=None)] == [
        ("a", False, True), ("b", True, False), ("c", False, False)
    ]  # fmt: skip


def test_what_a_server_cleared_out_was_neither_read_nor_unstarred_there(sync, reader, follow, feeds):
    follow(URL, "a", "b", "c")
    stream = reader.follow(URL, "Blog")
    there = {title: reader.item(stream, f"https://blog.example/{title}", title, number=ord(title)) for title in "abc"}
    mine = ids(feeds)
    feeds.star([mine["a"], mine["c"]])
    sync.run(connect(sync, reader))
    reader.items.remove(there["a"])
    reader.items.remove(there["b"])
    other = reader.item(stream, "https://blog.example/other", "other", READ, number=ord("b"))  # a number given again
    there["c"].states.clear()
    other.crawled = there["c"].crawled = 1  # long ago, so that they are on no list of what is recent
    assert sync.run("Home").marked_here == 1
    assert feeds.entry(mine["a"]).starred
    assert not feeds.entry(mine["a"]).read
    assert not feeds.entry(mine["b"]).read
    assert not feeds.entry(mine["c"]).starred, "it is there, and has no star any more"
    asked = reader.called("contents")
    sync.run("Home")
    assert reader.called("contents") <= asked + 1, "what is gone is not asked for again and again"


@pytest.mark.parametrize("where", ["here", "there", "when it is told"])
def test_a_feed_that_has_another_address_on_one_side_is_not_doubled(sync, reader, follow, feeds, where):
    one = follow(URL, "a")
    moved = "https://elsewhere.example/rss"
    if where == "when it is told":
        reader.moves[URL] = moved
    sync.run(connect(sync, reader))
    if where == "here":
        feeds.edit(one, url=moved)
    elif where == "there":
        next(iter(reader.feeds.values()))["url"] = moved
    for _ in range(2):
        done = sync.run("Home")
        assert (done.followed_here, done.followed_there, done.left_here, done.left_there) == (0, 0, 0, 0)
    assert ([feed.id for feed in feeds.feeds()], len(reader.feeds)) == ([one], 1)
    feeds.remove([one])
    sync.run("Home")
    assert (feeds.feeds(), reader.feeds) == ([], {}), "and it can be left"


def test_a_number_that_is_given_to_another_feed_is_not_that_feed():
    ours = [Ours(1, "Blog", True, "https://blog.example/feed", frozenset({"https://blog.example/feed"}))]
    agreed = {"feed/1": 1}
    assert paired([RemoteFeed("feed/1", "https://other.example/rss", "Other")], ours, agreed) == {}
    assert paired([RemoteFeed("feed/2", "http://www.blog.example/feed/", "?")], ours, agreed) == {"feed/2": 1}


def test_whoever_changed_something_is_right():
    for agreed, here, there in itertools.product((None, False, True), (False, True), (False, True)):
        before = None if agreed is None else State(read=agreed)
        after = merged(before, State(read=here), State(read=there)).read
        if here == there:
            assert after == here
        elif agreed is None:
            assert after
        else:
            assert after != agreed


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("17", 17),
        (17, 17),
        ("-355401917359550817", -355401917359550817),
        ("tag:google.com,2005:reader/item/000000000000001F", 31),
        ("tag:google.com,2005:reader/item/fb115bd6d34a8e9f", -355401917359550817),
        ("18446744073709551615", -1),
        ("99999999999999999999", None),
        ("../../x", None),
        ("", None),
        (None, None),
        ({}, None),
        (True, None),
    ],
)
def test_a_number_of_an_item_in_any_form(said, number):
    assert item_number(said) == number
