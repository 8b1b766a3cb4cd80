"""Following feeds, bringing in what is new, and reading it."""

import datetime as dt
import threading
from typing import Any

import pytest

from ple.feeds.errors import FeedGone, FeedRefused, NoFeedFound
from ple.library import NotFound
from tests.servers.feeds import answer, rss


def item(number: int, **more: str) -> dict[str, Any]:
    return {
        "guid": f"urn:{number}", "link": f"https://example.org/{number}", "title": f"Article {number}",
        "description": f"Words of article {number} that are long enough to tell it from all the others.",
        "date": f"Mon, {number:02d} Jun 2026 10:00:00 GMT", **more,
    }  # fmt: skip


def test_a_feed_that_is_followed_has_its_entries_at_once(feeds, server):
    url = server.publish("/feed", rss("A blog", [item(2), item(1)]))
    feed = feeds.add(url, folder=" Tech / Python ", tags=["Blog"])
    assert (feed.title, feed.url, feed.folder, feed.entries, feed.unread) == ("A blog", url, "Tech/Python", 2, 2)
    assert feed.tags == {"blog"}
    newest, oldest = feeds.entries()
    assert (newest.title, newest.feed_title, newest.read) == ("Article 2", "A blog", False)
    assert newest.published_at == dt.datetime(2026, 6, 2, 10, tzinfo=dt.UTC)
    assert oldest.id < newest.id


def test_the_address_of_a_site_is_enough(feeds, server):
    server.publish("/feed.xml", rss("The blog", [item(1)]))
    server.publish("/comments.xml", rss("Comments", [item(9)]))
    site = server.publish(
        "/",
        '<html><head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">'
        '<link rel="alternate" type="application/rss+xml" title="Blog" href="feed.xml"></head></html>',
        "text/html",
    )
    assert feeds.add(site).url == f"{server.url}/feed.xml"
    assert [found.title for found in feeds.find(site)] == ["The blog", "Comments"]


def test_a_site_that_names_no_feed_is_asked_where_feeds_usually_are(feeds, server):
    server.publish("/atom.xml", rss("Hidden", [item(1)]))
    server.misbehave("/feed", lambda handler: answer(handler, 302, b"", Location="/"))
    site = server.publish("/", "<html><body>Hello</body></html>", "text/html")
    assert feeds.add(site).title == "Hidden"
    server.feeds.pop("/atom.xml")
    with pytest.raises(NoFeedFound):
        feeds.find(site)


def test_following_twice_is_following_once(feeds, server):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    first = feeds.add(url)
    again = feeds.add(url, folder="Reading")
    assert again.id == first.id
    assert again.folder == "Reading"
    assert len(feeds.feeds()) == 1


def test_a_page_that_is_no_feed_says_so_and_what_to_do(feeds, server):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    feeds.add(url)
    server.publish("/feed", "<!doctype html><html><body>Moved</body></html>", "text/html")
    (done,) = feeds.refresh(force=True)
    assert done.failure == "it is a web page, not a feed"
    assert "ple feeds find" in done.hint
    assert len(feeds.entries()) == 1, "an error page takes nothing away"


def test_the_second_request_is_conditional_and_brings_nothing(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    (done,) = feeds.refresh(force=True)
    assert (done.not_modified, done.new, done.failure) == (True, 0, None)
    assert server.asked[-1] == ("/feed", True)


def test_new_validators_on_a_304_are_kept(feeds, server, environment):
    seen: list[str | None] = []

    def habit(handler):
        seen.append(handler.headers.get("If-None-Match"))
        if seen[-1]:
            answer(handler, 304, b"", ETag=f'W/"{len(seen)}"')
        else:
            answer(handler, 200, rss("A blog", [item(1)]).encode(), ETag='W/"1"')

    feeds.add(server.misbehave("/feed", habit))
    for _ in range(2):
        list(feeds.refresh(force=True))
    assert seen == [None, 'W/"1"', 'W/"2"']


def test_a_body_that_is_the_same_is_not_parsed_but_its_validators_are_kept(feeds, server):
    etags = iter(['"1"', '"2"', '"3"'])
    seen: list[str | None] = []

    def habit(handler):
        seen.append(handler.headers.get("If-None-Match"))
        answer(handler, 200, rss("A blog", [item(1)]).encode(), ETag=next(etags))

    feeds.add(server.misbehave("/feed", habit))
    assert [done.not_modified for _ in range(2) for done in feeds.refresh(force=True)] == [True, True]
    assert seen == [None, '"1"', '"2"']


def test_a_server_that_says_304_to_a_first_request_is_a_failure(feeds, server):
    with pytest.raises(FeedRefused, match="never had it"):
        feeds.add(server.misbehave("/feed", lambda handler: answer(handler, 304, b"")))


def test_after_eight_days_a_feed_is_asked_plainly(feeds, server, clock):
    feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    clock.forward(days=9)
    (done,) = feeds.refresh()
    assert server.asked[-1] == ("/feed", False)
    assert done.not_modified


def test_new_entries_come_in_and_edited_ones_stay_read(feeds, server):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    feeds.add(url)
    (first,) = feeds.entries()
    feeds.mark_read([first.id])
    feeds.star([first.id])
    server.publish("/feed", rss("A blog", [item(2), item(1, description="Other words")]))
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.updated) == (1, 1)
    kept = feeds.entry(first.id)
    assert (kept.text, kept.read, kept.starred) == ("Other words", True, True)
    assert [line.title for line in feeds.entries(unread=True)] == ["Article 2"]


def test_a_feed_that_gives_only_beginnings_from_now_on_takes_no_text_away(feeds, server):
    whole = " ".join(f"Sentence {n} of what it says." for n in range(40))

    def publish(form: str, text: str) -> None:
        server.publish("/feed", rss("A", [item(n, guid=f"{form}:{n}", description=f"{n}: {text}") for n in range(4)]))
        feeds.add(server.url + "/feed")
        list(feeds.refresh(force=True))

    publish("urn", whole)
    starred = feeds.entry_ids()[0]
    feeds.star([starred])
    publish("post", whole[:100] + "… Read more")
    assert feeds.entry_ids(starred=True) == [starred]
    assert len(feeds.entry_ids()) == 4
    assert feeds.entry(starred).text.endswith("Sentence 39 of what it says.")
    publish("post", whole + " And more.")
    assert feeds.entry(starred).text.endswith("And more.")


@pytest.mark.parametrize("before", ["", "Mon, 01 Jun 2099 10:00:00 GMT"], ids=["none", "in the future"])
def test_an_entry_whose_date_comes_later_stands_where_it_belongs(feeds, server, clock, before):
    feeds.add(server.publish("/feed", rss("A", [item(n, date=before) for n in (1, 2)])))
    assert {line.published_at for line in feeds.entries()} == {clock.now}
    clock.forward(days=1)
    server.publish("/feed", rss("A", [item(n) for n in (1, 2, 3)]))
    list(feeds.refresh())
    assert [(line.title[-1], line.published_at.day) for line in feeds.entries()] == [("3", 3), ("2", 2), ("1", 1)]
    server.publish("/feed", rss("A", [item(n, date="Mon, 09 Jun 2026 10:00:00 GMT") for n in (1, 2, 3)]))
    list(feeds.refresh(force=True))
    assert {line.published_at.day for line in feeds.entries()} == {1, 2, 3}, "a date that was one stays"


def test_what_an_entry_said_is_kept_if_the_learner_had_read_it(feeds, server, library):
    feeds.add(server.publish("/feed", rss("A blog", [item(2), item(1)])))
    read, unread = feeds.entries()
    feeds.mark_read([read.id])
    server.publish("/feed", rss("A blog", [item(2, description="New words"), item(1, description="New words")]))
    list(feeds.refresh(force=True))
    assert "Words of article 2" in library.revisions(read.id)[0].said["html"]
    assert not library.revisions(unread.id)


def test_an_empty_feed_takes_nothing_away(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    server.publish("/feed", rss("", []))
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.failure) == (0, None)
    assert len(feeds.entries()) == 1
    assert feeds.feeds()[0].title == "A blog"  # nor its name


def test_an_entry_whose_guid_and_host_changed_keeps_its_star(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    (first,) = feeds.entries()
    feeds.star([first.id])
    moved = item(1, guid="https://new.example.net/1", link="https://new.example.net/1")
    server.publish("/feed", rss("A blog", [moved]))
    (done,) = feeds.refresh(force=True)
    assert done.new == 0
    assert [(line.id, line.url) for line in feeds.entries(starred=True)] == [(first.id, "https://new.example.net/1")]


def test_what_was_thrown_away_does_not_come_in_again(feeds, server, library):
    feeds.add(server.publish("/feed", rss("A blog", [item(2), item(1)])))
    _, first = feeds.entries()
    with library.writing("Threw it away") as tx:
        tx.trash(first.id)
    server.publish("/feed", rss("A blog", [item(2), item(1, description="edited")]))
    list(feeds.refresh(force=True))
    assert [line.title for line in feeds.entries()] == ["Article 2"]
    library.empty_trash()
    server.publish("/feed", rss("A blog", [item(2), item(1, description="edited again")]))
    list(feeds.refresh(force=True))
    assert [line.title for line in feeds.entries()] == ["Article 2"]
    assert not library.check()


def test_update_asks_only_what_is_due(feeds, server, clock):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    feed = feeds.add(url)
    assert list(feeds.refresh()) == []
    assert [done.feed_id for done in feeds.refresh([feed.id])] == [feed.id]
    clock.forward(hours=6)
    assert [done.feed_id for done in feeds.refresh()] == [feed.id]


def test_a_feed_that_fails_is_asked_ever_more_seldom_and_heals(feeds, server, clock):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    server.misbehave("/feed", lambda handler: answer(handler, 500, b""))
    waits = []
    for _ in range(3):
        (done,) = feeds.refresh([feed.id])
        assert done.failure == "its server has trouble (500)"
        waits.append((feeds.feed(feed.id).next_check_at - clock.now) / dt.timedelta(minutes=30))
    assert [int(wait / 1.1 + 0.1) for wait in waits] == [int(w / 1.1 + 0.1) for w in waits]
    assert 1 <= waits[0] <= 1.1
    assert 2 <= waits[1] <= 2.2
    assert 4 <= waits[2] <= 4.4
    assert feeds.health()[0].failures == 3
    assert feeds.health()[0].state == "failing"
    server.habits.clear()
    list(feeds.refresh([feed.id]))
    assert feeds.health()[0].state == "ok"
    assert feeds.feed(feed.id).failure is None


def test_a_server_that_asks_for_patience_gets_it_for_all_its_feeds(feeds, server, clock):
    for n in range(4):
        feeds.add(server.publish(f"/{n}", rss(f"Feed {n}", [item(n + 1)])))
        server.misbehave(f"/{n}", lambda handler: answer(handler, 429, b"", Retry_After="7200"))
    server.asked.clear()
    done = list(feeds.refresh(force=True, concurrency=1))
    assert {each.failure for each in done} == {"its server was asked too often (429)"}
    assert len(server.asked) == 1
    assert all(feed.next_check_at >= clock.now + dt.timedelta(hours=2) for feed in feeds.feeds())
    assert sorted(feed.failures for feed in feeds.health()) == [0, 0, 0, 1]


def test_a_feed_that_is_gone_is_paused_and_keeps_its_entries(feeds, server):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    server.misbehave("/feed", lambda handler: answer(handler, 410, b""))
    (done,) = feeds.refresh(force=True)
    assert "removed it for good" in done.failure
    assert feeds.feed(feed.id).paused
    assert list(feeds.refresh(force=True)) == []
    assert len(feeds.entries()) == 1
    assert feeds.health()[0].state == "gone"
    server.habits.clear()
    feeds.resume([feed.id])
    assert [done.failure for done in feeds.refresh()] == [None]
    server.misbehave("/feed", lambda handler: answer(handler, 410, b""))
    list(feeds.refresh([feed.id]))
    server.habits.clear()
    list(feeds.refresh([feed.id]))
    assert not feeds.feed(feed.id).paused, "a feed that is back is asked again"
    with pytest.raises(FeedGone):
        feeds.add(server.misbehave("/other", lambda handler: answer(handler, 410, b"")))


def test_a_lost_connection_of_ours_is_no_feeds_fault(feeds, server, environment):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1)])))
    feeds.edit(feed.id, url="http://nowhere.invalid/feed")
    (done,) = feeds.refresh(force=True)
    assert done.failure is not None
    assert feeds.health()[0].failures == 0


def test_a_permanent_redirect_is_followed_at_once_when_adding(feeds, server):
    target = server.publish("/new", rss("A blog", [item(1)]))
    old = server.misbehave("/old", lambda handler: answer(handler, 301, b"", Location="/new"))
    feed = feeds.add(old)
    assert feed.url == target
    server.habits.clear()
    assert feeds.add(old).id == feed.id, "the old address still names it"


def test_a_permanent_redirect_is_believed_after_a_while(feeds, server, clock):
    feed = feeds.add(server.publish("/old", rss("A blog", [item(1)])))
    target = server.publish("/new", rss("A blog", [item(1)]))
    server.misbehave("/old", lambda handler: answer(handler, 301, b"", Location="/new"))
    for _ in range(5):
        assert feeds.feed(feed.id).url == feed.url
        clock.forward(hours=13)
        list(feeds.refresh())
    assert feeds.feed(feed.id).url == target
    assert len(feeds.entries()) == 1


def test_a_temporary_redirect_moves_nothing(feeds, server):
    server.publish("/new", rss("A blog", [item(1)]))
    old = server.misbehave("/old", lambda handler: answer(handler, 302, b"", Location="/new"))
    assert feeds.add(old).url == old


def test_reading_and_starring_can_be_undone(feeds, server, library):
    feeds.add(server.publish("/feed", rss("A blog", [item(n) for n in range(1, 10)])))
    assert feeds.mark_all_read(before=dt.datetime(2026, 6, 5, tzinfo=dt.UTC)) == 4
    assert len(feeds.entry_ids(unread=True)) == 5
    assert library.undo().label == "Marked 4 entries as read"
    assert len(feeds.entry_ids(unread=True)) == 9
    ids = feeds.entry_ids()
    assert feeds.star(ids[:2]) == 2
    assert feeds.star(ids[:3]) == 1
    library.undo()
    assert feeds.entry_ids(starred=True) == ids[:2]
    with pytest.raises(NotFound):
        feeds.mark_read([999_999])


def test_lists_filter_by_feed_folder_and_time(feeds, server):
    a = feeds.add(server.publish("/a", rss("A", [item(1), item(2)])), folder="Tech/Python")
    b = feeds.add(server.publish("/b", rss("B", [item(3), item(4)])), folder="Technology")
    assert [line.title for line in feeds.entries(folder="Tech")] == ["Article 2", "Article 1"]
    assert [line.title for line in feeds.entries(feed=b.id, limit=1)] == ["Article 4"]
    assert len(feeds.entries(since=dt.datetime(2026, 6, 3, tzinfo=dt.UTC))) == 2
    ids = feeds.entry_ids()
    assert [line.id for line in feeds.entry_lines(reversed(ids))] == ids[::-1]
    assert {feed.title: feed.unread for feed in feeds.feeds()} == {"A": 2, "B": 2}
    feeds.mark_all_read(feed=a.id)
    assert {feed.title: feed.unread for feed in feeds.feeds()} == {"A": 0, "B": 2}


def test_removing_a_feed_keeps_what_was_marked_and_can_be_undone(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(n) for n in range(1, 5)]))
    feed = feeds.add(url)
    ids = feeds.entry_ids()
    feeds.star(ids[:1])
    with library.writing("Tagged") as tx:
        tx.tag(ids[1], "exam")
    feeds.remove([feed.id])
    assert feeds.feeds() == []
    assert [(line.id, line.feed_title) for line in feeds.entries()] == [(ids[0], "A blog"), (ids[1], "A blog")]
    library.undo()
    assert feeds.entry_ids() == ids
    feeds.remove([feed.id])
    assert feeds.add(url).id == feed.id
    assert feeds.entry_ids() == ids
    feeds.remove([feed.id])
    library.empty_trash()
    assert [line.feed_title for line in feeds.entries()] == ["A blog", "A blog"]
    assert not library.check()
    again = feeds.add(url)
    assert again.entries == 4
    assert [line.title for line in feeds.entries()] == ["Article 4", "Article 3", "Article 2", "Article 1"]
    assert feeds.entry_ids(starred=True, feed=again.id) == ids[:1], "what was kept is the article, and not a second one"
    library.undo()
    assert feeds.entry_ids() == ids[:2], "and it is there without the feed, too"
    assert feeds.add(url).entries == 4


def test_following_can_be_undone_and_done_again(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(2), item(1)]))
    id = feeds.add(url).id
    library.undo()
    assert (feeds.feeds(), feeds.entries()) == ([], [])
    feed = feeds.add(url)
    assert (feed.id, feed.entries) == (id, 2)


def test_an_edited_address_is_asked_at_once(feeds, server):
    feed = feeds.add(server.publish("/a", rss("A", [item(1)])))
    other = feeds.add(server.publish("/b", rss("B", [item(2)])))
    moved = feeds.edit(feed.id, url=server.publish("/c", rss("A", [item(1), item(3)])), title="Mine")
    assert (moved.title, moved.next_check_at) == ("Mine", None)
    assert [done.new for done in feeds.refresh()] == [1]
    from ple.library import InvalidInput

    with pytest.raises(InvalidInput):
        feeds.edit(feed.id, url=other.url)


def test_two_refreshes_at_once_double_nothing(feeds, server, library):
    for n in range(5):
        feeds.add(server.publish(f"/{n}", rss(f"Feed {n}", [item(1)])))
        server.publish(f"/{n}", rss(f"Feed {n}", [item(k) for k in range(1, 9)]))
    together = [threading.Thread(target=lambda: list(feeds.refresh(force=True))) for _ in range(3)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert sum(feed.entries for feed in feeds.feeds()) == 5 * 8
    assert not library.check()


def test_whoever_stops_listening_keeps_what_was_done(feeds, server, library):
    for n in range(10):
        feeds.add(server.publish(f"/{n}", rss(f"Feed {n}", [item(1)])))
        server.publish(f"/{n}", rss(f"Feed {n}", [item(1), item(2)]))
    refresh = feeds.refresh(force=True)
    done = [next(refresh) for _ in range(4)]
    refresh.close()
    assert [each.new for each in done] == [1] * 4
    kept = sum(feed.entries for feed in feeds.feeds()) - 10
    assert 4 <= kept <= 10, "a few are kept together"
    assert sum(each.new for each in feeds.refresh(force=True)) == 10 - kept


def test_a_feed_that_is_removed_during_a_refresh_is_passed_over(feeds, server):
    first = feeds.add(server.publish("/1", rss("One", [item(1)])))
    feeds.add(server.publish("/2", rss("Two", [item(1)])))
    asked = threading.Event()
    go_on = threading.Event()

    def habit(handler):
        asked.set()
        go_on.wait(10)
        answer(handler, 200, rss("One", [item(1), item(2)]).encode())

    server.misbehave("/1", habit)
    refresh = feeds.refresh(force=True)
    assert next(refresh).title == "Two"
    assert asked.wait(10)
    feeds.remove([first.id])
    go_on.set()
    assert list(refresh) == []


def test_fetching_really_is_parallel(feeds, server):
    together = threading.Barrier(8, timeout=10)

    def habit(handler):
        together.wait()
        answer(handler, 304, b"")

    for n in range(8):
        feeds.add(server.publish(f"/{n}", rss(f"Feed {n}", [item(1)])))
        server.misbehave(f"/{n}", habit)
    assert [done.not_modified for done in feeds.refresh(force=True, concurrency=8)] == [True] * 8


def test_the_documents_say_what_search_needs(feeds, server):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1)])), folder="Tech")
    (line,) = feeds.entries()
    feeds.star([line.id])
    about, words = feeds.documents([feed.id, line.id, 12345])
    assert (about.kind, about.title, about.text, about.container) == ("feed", "A blog", "About", "Tech")
    assert (words.kind, words.container, words.flags) == ("entry", "A blog", {"unread", "starred"})
    assert words.text.startswith("Words of article 1")
