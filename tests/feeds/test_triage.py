"""Triage, the score and its reasons, diversity, retention and whole texts."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ple.feeds import Subscriptions, keeping
from ple.feeds.marks import DROP
from ple.feeds.models import FEED, FeedRow
from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.feeds.scoring import Feature, Record, Taste
from ple.library import InvalidInput
from tests.servers.feeds import rss


@pytest.fixture
def feeds(environment: Any, clock: Any, parser: Any) -> Iterator[Any]:
    neighbours = environment._neighbours
    made = Subscriptions(environment.library, environment.client, now=clock, parser=parser, neighbours=neighbours)
    with closing(made) as feeds:
        yield feeds


@pytest.fixture
def follow(environment: Any, clock: Any) -> Any:
    """Follow a feed that brought entries, without a server: titles, from the newest back, a day apart."""

    def follow(
        name: str, *titles: str, author: str | None = None, language: str | None = None, folder: str = ""
    ) -> int:
        entries = tuple(
            ParsedEntry(
                guid=f"{name}:{title}", title=title, author=author, published_at=clock.now - dt.timedelta(days=index),
                url=f"https://{name.lower()}.example/{index}", text=f"{title} {name}",
            )
            for index, title in enumerate(titles)
        )  # fmt: skip
        with environment.library.writing() as tx:
            id = tx.register(FEED)
            url = f"https://{name.lower()}.example/feed"
            tx.add(FeedRow(id=id, url=url, url_key=url, title=name, language=language, folder=folder or None))
            tx.flush()
            row = keeping.feed_row(tx, id)
            assert row is not None
            keeping.keep_entries(tx, row, ParsedFeed(title=name, entries=entries), clock.now)
        return id

    return follow


def numbers(feeds: Any, *titles: str) -> list[int]:
    by_title = {entry.title: entry.id for entry in feeds.entries(limit=None)}
    return [by_title[title] for title in titles]


def test_the_inbox_is_what_was_not_decided_on(feeds, follow, environment):
    follow("Blog", "A", "B", "C", "D")
    a, b, c = numbers(feeds, "A", "B", "C")
    assert len(feeds.triage.inbox_ids()) == 4
    feeds.triage.keep([a])
    feeds.triage.later([b])
    feeds.triage.drop([c])
    assert [line.entry.title for line in feeds.triage.inbox()] == ["D"]
    assert feeds.triage.counts() == {"inbox": 1, "keep": 1, "later": 1, "drop": 1, "hidden": 0}
    kept, dropped = feeds.entry(a), feeds.entry(c)
    assert (kept.starred, kept.read, dropped.read) == (True, False, True)
    assert environment.library.undo().label == "Dropped “C”"
    assert feeds.triage.ids(DROP) == []
    assert not feeds.entry(c).read
    feeds.triage.back([b])
    assert len(feeds.triage.inbox_ids()) == 3


def test_what_was_put_off_until_a_day_comes_back_then(feeds, follow, clock):
    follow("Blog", "A")
    feeds.triage.later(feeds.triage.inbox_ids(), until=clock.now + dt.timedelta(days=2))
    assert feeds.triage.inbox_ids() == []
    clock.forward(days=2)
    assert len(feeds.triage.inbox_ids()) == 1


def test_there_is_no_other_state(feeds):
    with pytest.raises(InvalidInput):
        feeds.triage.ids("burn")


def test_what_fits_the_learner_comes_first_and_says_why(feeds, follow, environment):
    follow("Good", *(f"Good {n}" for n in range(8)), author="Ada Lovelace")
    follow("Noise", *(f"Noise {n}" for n in range(12)), author="Nobody")
    for id in numbers(feeds, *(f"Good {n}" for n in range(1, 8))):
        environment.bookmarks.save(feeds.entry(id).url, source=id, fetch=False)
    feeds.triage.drop(numbers(feeds, *(f"Noise {n}" for n in range(2, 12))))
    lines = feeds.triage.inbox()
    best, worst = lines[0], lines[-1]
    assert best.entry.feed_title == "Good"
    assert best.score > 0 > worst.score
    assert "because you saved 7 from Ada Lovelace" in best.because
    assert "though you dropped 10 of 12 from Nobody" in worst.because
    assert feeds.triage.score(best.entry.id).score == best.score


def test_who_has_done_nothing_yet_sees_the_newest_first_and_no_reasons(feeds, follow):
    follow("Blog", "New", "Old")
    assert [(line.entry.title, line.score, line.because) for line in feeds.triage.inbox()] == [
        ("New", 0, ()), ("Old", 0, ()),
    ]  # fmt: skip


def test_words_of_titles_count_in_any_case(feeds, follow):
    follow("Blog", "ASYNCIO explained", "More on Asyncio", "Cooking at home", "On asyncio again")
    feeds.star(numbers(feeds, "More on Asyncio", "On asyncio again"))
    scores = {line.entry.title: line for line in feeds.triage.inbox()}
    assert scores["ASYNCIO explained"].score > scores["Cooking at home"].score
    assert "because you starred 2 with “asyncio” in the title" in scores["ASYNCIO explained"].because


def test_a_score_is_bounded_whatever_was_done():
    record = Record(brought=1)
    record.did["saved"] = 100_000
    scored = Taste({Feature("author", "A"): record}, 0.05).scored([Feature("author", "A")])
    assert 0 < scored.score <= 3


def test_little_that_was_read_of_much_speaks_against_nothing():
    """Of thousands that came in before the learner began, six were read: a word that all titles have says nothing."""
    everywhere, one = Feature("word", "spacing"), Feature("feed", "7")
    taste = Taste({everywhere: Record(4000, Counter(read=6)), one: Record(13, Counter(starred=2))}, usual=6 / 4000)
    assert taste.scored([everywhere]).score == 0
    assert taste.scored([one, everywhere]).score > 1


def test_the_diversity_line_says_what_ones_sources_leave_out(feeds, follow):
    follow("Daily", *(f"Daily {n}" for n in range(6)), language="en")
    follow("Tag", *(f"Tag {n}" for n in range(4)), language="de", folder="Politik")
    follow("Blog", "Blog 0", language="en")
    for id in numbers(feeds, "Daily 0", "Daily 1", "Daily 2", "Blog 0"):
        feeds.mark_read([id])
    found = feeds.diversity()
    assert (found.read, found.feeds, found.feeds_read) == (4, 3, 2)
    assert 1 < found.sources < 2
    assert found.never_read == ("Tag",)
    assert found.line == (
        "In 30 days you read 4 from 2 of 3 feeds, 75 % of it from Daily. "
        "Left out: the folder Politik, anything in “de”, Tag."
    )


def test_the_diversity_of_nothing(feeds, follow):
    assert feeds.diversity().line == "You follow no feeds yet."
    follow("Blog", "A")
    assert feeds.diversity().line == "Nothing read in 30 days, of 1 feed."


def test_only_what_was_read_goes_and_never_what_was_marked(feeds, follow, environment, clock):
    feed = follow("Blog", "New", "Unread", "Read", "Starred", "Tagged", "Noted", "Saved", "Kept")
    clock.forward(days=100)
    read, starred, tagged, noted, saved, kept = numbers(feeds, "Read", "Starred", "Tagged", "Noted", "Saved", "Kept")
    feeds.mark_read([read, starred, tagged, noted, saved, kept])
    feeds.star([starred])
    with environment.library.writing() as tx:
        tx.tag(tagged, "keep")
    environment.journal.write("My thoughts", about=noted)
    environment.bookmarks.save("https://blog.example/6", source=saved, fetch=False)
    feeds.triage.later([kept])
    feeds.retention.set([feed], keep_days=30)
    (would,) = feeds.retention.expire(dry_run=True)
    assert (would.read, would.gone) == (0, 1)
    assert len(feeds.entries()) == 8
    feeds.retention.expire()
    assert {entry.title for entry in feeds.entries()} == {
        "New",
        "Unread",
        "Starred",
        "Tagged",
        "Noted",
        "Saved",
        "Kept",
    }
    assert environment.library.check() == []
    assert environment.search.find("kind:entry title:read").total == 0, "the index hears of it"
    assert environment.search.find("kind:entry title:unread").total == 1


def test_what_expired_does_not_come_back_while_its_feed_still_lists_it(feeds, server, clock):
    items = [
        {
            "guid": f"urn:{n}",
            "title": f"Article {n}",
            "description": "words",
            "date": f"Mon, {n:02d} Jun 2026 10:00:00 GMT",
        }
        for n in (3, 2, 1)
    ]
    feed = feeds.add(server.publish("/feed", rss("Blog", items)))
    feeds.mark_all_read()
    feeds.retention.set([feed.id], keep_newest=1)
    assert feeds.retention.expire()[0].gone == 2
    items[2]["description"] = "other words"
    server.publish("/feed", rss("Blog", items))
    list(feeds.refresh(force=True))
    assert [entry.title for entry in feeds.entries()] == ["Article 3"]
    assert feeds.feed(feed.id).entries == 1


def test_unread_for_long_counts_as_read(feeds, follow, clock):
    feed = follow("Blog", "A", "B", "C")
    (starred,) = numbers(feeds, "B")
    feeds.star([starred])
    feeds.retention.set([feed], read_after_days=30)
    clock.forward(days=60)
    assert feeds.retention.expire()[0].read == 2
    assert [entry.title for entry in feeds.entries(unread=True)] == ["B"]


def test_retention_goes_once_a_day_by_itself(feeds, follow, clock):
    feed = follow("Blog", "A", "B")
    assert feeds.retention.expire_daily() == []
    feeds.retention.set([feed], read_after_days=1)
    clock.forward(days=9)
    assert feeds.retention.expire_daily()[0].read == 2
    feeds.mark_unread([entry.id for entry in feeds.entries()])
    assert feeds.retention.expire_daily() == []
    with pytest.raises(InvalidInput):
        feeds.retention.set([feed], keep_days=-1)
    assert feeds.retention.set([feed], read_after_days=0)[0].read_after_days is None


PAGE = (
    "<html><head><title>T</title></head><body><article><h1>Whole</h1>"
    + "".join(
        f"<p>This is paragraph {n} of an article that its feed only gives the beginning of.</p>" for n in range(12)
    )
    + "</article></body></html>"
)


def test_a_feed_that_gives_only_beginnings_is_read_whole(feeds, server, environment):
    page = server.publish("/page", PAGE, "text/html")
    items = [{"guid": "urn:1", "link": page, "title": "Whole", "description": "Only the beginning."}]
    feed = feeds.add(server.publish("/feed", rss("Blog", items)))
    (entry,) = feeds.entries()
    assert "paragraph 11" not in feeds.entry(entry.id).text
    feeds.retention.set([feed.id], whole=True)
    list(feeds.refresh(force=True))
    assert "paragraph 11" in feeds.entry(entry.id).text
    assert feeds.entry(entry.id).summary
    assert environment.search.find("paragraph beginning").total == 1
    asked = len(server.asked)
    list(feeds.refresh(force=True))
    assert len(server.asked) == asked + 1, "a page is fetched once"


def test_a_page_that_is_gone_leaves_what_the_feed_said(feeds, server):
    items = [{"guid": "urn:1", "link": f"{server.url}/gone", "title": "Lost", "description": "Only the beginning."}]
    feeds.add(server.publish("/feed", rss("Blog", items)))
    (entry,) = feeds.entries()
    done = feeds.whole_texts.fetch(entry.id)
    assert "404" in done.problem
    assert feeds.entry(entry.id).text == "Only the beginning."
