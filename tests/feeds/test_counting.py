"""The numbers beside feeds, folders and lists: as many as the lists show."""

from contextlib import closing
from typing import Any

import pytest

from ple.feeds import glance
from ple.feeds.models import EntryRow
from ple.library.file import LibraryFile
from ple.library.textual import Textual
from tests.servers.feeds import rss


def item(number: int) -> dict[str, Any]:
    words = f"Article {number} says enough to be told from all the others that came in this week."
    return {
        "guid": f"urn:{number}",
        "link": f"https://example.org/{number}",
        "title": f"A {number}",
        "description": words,
    }


@pytest.fixture
def followed(feeds, server):
    """Three feeds, two of them in a folder, that all bring the article 1; the first brings 2 and 3, the others 4, 5."""
    blog = feeds.add(server.publish("/blog", rss("Blog", [item(1), item(2), item(3)])), folder="Papers/Blogs")
    planet = feeds.add(server.publish("/planet", rss("Planet", [item(1), item(4)])), folder="Papers")
    front = feeds.add(server.publish("/front", rss("Front", [item(1), item(5)])))
    return blog.id, planet.id, front.id


def seen(feeds: Any, **wanted: Any) -> tuple[int, int]:
    return len(feeds.entry_ids(**wanted)), len(feeds.entry_ids(unread=True, **wanted))


def seen_from_outside(feeds: Any) -> None:
    """The first screen of a start asks the library's file for what the door says of it."""
    library = feeds._library
    asked = LibraryFile(library.folder) if library.on_sqlite else Textual(library)
    with closing(asked), asked.reading() as statements:
        assert glance.how_many(statements) == feeds.unread()
        if library.on_sqlite:  # a server's times are its driver's
            found = glance.newest(statements, 5)
            said = [(each.id, each.title, each.url, each.feed_title, each.published_at, each.tags) for each in found]
            assert said == [
                (line.id, line.title, line.url, line.feed_title, line.published_at, line.tags)
                for line in feeds.entries(unread=True, limit=5)
            ]


def newest(line: Any) -> Any:
    return line.published_at, line.id


def agree(feeds: Any) -> None:
    counts = feeds.counts()
    assert (counts.entries, counts.unread) == seen(feeds)
    assert counts.starred == len(feeds.entry_ids(starred=True))
    assert feeds.unread() == counts.unread
    seen_from_outside(feeds)
    assert feeds.triage.counts()["inbox"] == len(feeds.triage.inbox_ids())
    assert feeds.entry_ids() == [line.id for line in sorted(feeds.entries(limit=None), key=newest, reverse=True)]
    for folder, said in counts.folders.items():
        assert said == seen(feeds, folder=folder), folder
    for feed in feeds.feeds():
        assert (feed.entries, feed.unread) == seen(feeds, feed=feed.id), feed.title


def test_an_article_of_several_feeds_counts_once_where_it_is_shown_once(feeds, followed):
    assert seen(feeds) == (5, 5)
    assert seen(feeds, folder="Papers") == (4, 4)
    assert feeds.counts().folders == {"Papers": (4, 4), "Papers/Blogs": (3, 3)}
    assert sum(feed.unread for feed in feeds.feeds()) == 7
    agree(feeds)


def test_counts_and_lists_agree_when_things_are_read_starred_hidden_thrown_away_and_removed(
    feeds, followed, environment
):
    blog, planet, front = followed
    feeds.mark_read(feeds.entry_ids(feed=front)[:1])
    feeds.star(feeds.entry_ids(feed=planet)[:1])
    agree(feeds)
    rule = feeds.rules.add("", ["hide"], feed=blog)
    feeds.rules.run(rule.id)
    agree(feeds)
    assert "A 1" in [line.title for line in feeds.entries()], "what is hidden in one feed is shown by the others"
    with environment.library.writing("Tagged") as tx:
        tx.tag(feeds.entry_ids(feed=planet)[0], "memory", "to read")
    agree(feeds)
    with environment.library.writing("Threw away") as tx:
        tx.trash(feeds.entry_ids(feed=planet)[-1])
    agree(feeds)
    feeds.star(feeds.entry_ids(feed=front))
    feeds.remove([front])
    agree(feeds)
    feeds.edit(planet, folder="")
    agree(feeds)
    waiting = feeds.triage.inbox_ids()
    feeds.triage.later(waiting[:1])
    feeds.triage.drop(waiting[1:2])
    agree(feeds)


def test_a_star_is_on_the_article_in_whatever_feed_one_gave_it(feeds, followed, environment):
    library, (blog, planet, _front) = environment.library, followed
    title = "A 1"
    first, copy = (
        next(line.id for line in feeds.entries(feed=feed, limit=None) if line.title == title) for feed in (blog, planet)
    )
    assert feeds.star([copy]) == 1
    assert feeds.entry_ids(starred=True) == [first], "the list shows the one that came in first"
    assert [line.starred for line in feeds.entries() if line.title == title] == [True]
    agree(feeds)
    library.undo()
    assert not any(feeds.entry(id).starred for id in (first, copy))
    feeds.triage.keep([copy])
    feeds.remove([blog])
    library.empty_trash()
    assert [line.title for line in feeds.entries(starred=True)] == [title]
    feeds.unstar(feeds.entry_ids(starred=True))
    assert not feeds.entry(copy).starred
    with library.writing() as tx:  # as it was before stars were given to all of them
        tx.update(EntryRow, [copy], starred_at=feeds._now())
    assert feeds.entry_ids(starred=True) == [copy]
    agree(feeds)


def test_a_rule_that_hides_an_article_hides_it_wherever_it_came_in(feeds, followed, environment):
    blog, planet, _ = followed
    feeds.rules._neighbours = environment._neighbours
    feeds.rules.run(feeds.rules.add('"A 1"', ["hide"]).id)
    assert "A 1" not in [line.title for line in feeds.entries()]
    assert [feeds.feed(id).entries for id in (blog, planet)] == [2, 1]
    agree(feeds)
