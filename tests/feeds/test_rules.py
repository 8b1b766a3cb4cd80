"""Rules: what is done with entries as soon as they come in."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ple.feeds import Subscriptions
from ple.feeds.rules import actions_of
from ple.library import InvalidInput
from ple.search.query import QueryError
from tests.servers.feeds import rss


@pytest.fixture
def feeds(environment: Any, clock: Any, parser: Any) -> Iterator[Any]:
    """The subscriptions of an empty environment, with search and bookmarks as neighbours."""
    neighbours = environment._neighbours
    made = Subscriptions(environment.library, environment.client, now=clock, parser=parser, neighbours=neighbours)
    with closing(made) as feeds:
        yield feeds


def item(number: int, title: str, **more: str) -> dict[str, Any]:
    return {
        "guid": f"urn:{number}", "link": f"https://example.org/{number}", "title": title,
        "description": f"Words of article {number} that are long enough to tell it from all the others.",
        "date": f"Mon, {number:02d} Jun 2026 10:00:00 GMT", **more,
    }  # fmt: skip


def titled(feeds: Any, **filters: Any) -> list[str]:
    return [entry.title for entry in feeds.entries(**filters)]


def bring(feeds: Any, server: Any, path: str, items: list[dict[str, Any]], title: str = "A blog") -> None:
    server.publish(path, rss(title, items))
    list(feeds.refresh(force=True))


def test_a_rule_meets_what_comes_in_and_nothing_that_is_there(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Weekly links one")])))
    rule = feeds.rules.add("title:weekly", ["star", "tag:Weekly"], name="Links")
    assert (rule.title, rule.actions, rule.kind, rule.fitted) == ("Links", ("star", "tag:weekly"), "rule", 0)
    bring(feeds, server, "/feed", [item(3, "Something else"), item(2, "Weekly links two"), item(1, "Weekly links one")])
    assert titled(feeds, starred=True) == ["Weekly links two"]
    (two,) = feeds.entries(starred=True)
    assert two.tags == {"weekly"}
    assert feeds.rules.rule(rule.id).fitted == 1
    bring(feeds, server, "/feed", [item(3, "Something else"), item(2, "Weekly links two"), item(1, "Weekly links one")])
    assert feeds.rules.rule(rule.id).fitted == 1, "each new entry meets the rules once"


def test_a_rule_is_tried_on_what_is_there_before_it_is_applied_to_it(feeds, server, environment):
    feeds.add(server.publish("/feed", rss("A blog", [item(2, "Python release"), item(1, "Gardening")])))
    trial = feeds.rules.try_out("python", ["star"])
    assert (trial.fits, trial.of, [entry.title for entry in trial.entries]) == (1, 2, ["Python release"])
    rule = feeds.rules.add("python", ["star", "read"])
    assert feeds.rules.test(rule.id).fits == 1
    assert titled(feeds, starred=True) == []
    assert len(feeds.rules.run(rule.id).entries) == 1
    assert titled(feeds, starred=True) == ["Python release"]
    assert environment.library.undo().label == "Applied “python”"
    assert titled(feeds, starred=True) == []
    assert len(titled(feeds, unread=True)) == 2


def test_a_rule_may_be_confined_to_a_feed_or_a_folder(feeds, server):
    one = feeds.add(server.publish("/one", rss("One", [item(1, "Old")])))
    feeds.add(server.publish("/two", rss("Two", [item(11, "Old too")])), folder="Far/Away")
    feeds.rules.add("", ["star"], feed=one.id)
    feeds.rules.add("launch", ["read"], folder="Far")
    server.publish("/one", rss("One", [item(2, "Launch one"), item(1, "Old")]))
    bring(feeds, server, "/two", [item(12, "Launch two"), item(11, "Old too")], "Two")
    assert titled(feeds, starred=True) == ["Launch one"]
    assert titled(feeds, unread=False) == ["Launch two"]


def test_what_is_hidden_is_nowhere_but_can_be_brought_back(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    feeds.rules.add("title:sponsored", ["hide"])
    bring(feeds, server, "/feed", [item(3, "Sponsored: buy this"), item(2, "News"), item(1, "Old")])
    assert titled(feeds) == ["News", "Old"]
    (hidden,) = feeds.triage.ids("hidden")
    assert feeds.entry(hidden).read
    assert feeds.feeds()[0].unread == 2
    feeds.triage.back([hidden])
    assert titled(feeds)[0] == "Sponsored: buy this"
    assert len(feeds.triage.inbox_ids()) == 3


def test_muting_a_feed_ends_by_itself(feeds, server, clock):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1, "One")])))
    muted = feeds.rules.mute(feed=feed.id, until=clock.now + dt.timedelta(days=7))
    assert muted.title == "Mute A blog"
    bring(feeds, server, "/feed", [item(2, "Two"), item(1, "One")])
    assert titled(feeds) == ["One"]
    clock.forward(days=8)
    bring(feeds, server, "/feed", [item(3, "Three"), item(2, "Two"), item(1, "One")])
    assert titled(feeds) == ["Three", "One"]


def test_a_rule_saves_pages_without_keeping_the_update_waiting(feeds, server, environment):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    feeds.rules.add("", ["save"], feed=feeds.feeds()[0].id)
    bring(feeds, server, "/feed", [item(2, "New"), item(1, "Old")])
    (saved,) = environment.bookmarks.bookmarks()
    assert (saved.url, saved.title, saved.fetched) == ("https://example.org/2", "New", False)


def test_a_rule_tells_the_learner_once(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    feeds.rules.add("exam", ["notify"], name="Exams")
    bring(feeds, server, "/feed", [item(2, "Exam dates"), item(1, "Old")])
    (notice,) = feeds.rules.notices()
    assert (notice.entry.title, notice.rule) == ("Exam dates", "Exams")
    assert feeds.rules.seen() == 1
    assert feeds.rules.notices() == []


def test_an_update_that_was_stopped_is_made_up_for_by_the_next(feeds, server):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    feeds.rules.add("news", ["star"])
    server.publish("/feed", rss("A blog", [item(2, "News"), item(1, "Old")]))
    refresh = feeds.refresh(force=True)
    next(refresh)
    refresh.close()
    assert titled(feeds, starred=True) == []
    list(feeds.refresh(force=True))
    assert titled(feeds, starred=True) == ["News"]


def test_a_paused_rule_and_one_that_was_removed_do_nothing(feeds, server, environment):
    feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    paused, removed = feeds.rules.add("news", ["star"]), feeds.rules.add("news", ["read"])
    assert feeds.rules.pause([paused.id]) == 1
    feeds.rules.remove([removed.id])
    bring(feeds, server, "/feed", [item(2, "News"), item(1, "Old")])
    assert (titled(feeds, starred=True), titled(feeds, unread=False)) == ([], [])
    environment.library.undo()
    assert len(feeds.rules.rules()) == 2


def test_the_rule_of_a_feed_that_was_deleted_for_good_fits_nothing(feeds, server, environment):
    feed = feeds.add(server.publish("/feed", rss("A blog", [item(1, "Old")])))
    other = feeds.add(server.publish("/other", rss("Other", [item(11, "Other old")])))
    rule = feeds.rules.mute(feed=feed.id, until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    feeds.remove([feed.id])
    environment.library.empty_trash()
    bring(feeds, server, "/other", [item(12, "Other new"), item(11, "Other old")], "Other")
    assert feeds.rules.rule(rule.id).feed_id is None
    assert feeds.rules.test(rule.id).of == 0
    assert titled(feeds, feed=other.id) == ["Other new", "Other old"]
    assert environment.library.check() == []


def test_what_cannot_be_a_rule_is_refused(feeds):
    with pytest.raises(InvalidInput, match="everything"):
        feeds.rules.add("", ["star"])
    with pytest.raises(InvalidInput, match="does nothing"):
        feeds.rules.add("x", [])
    with pytest.raises(QueryError):
        feeds.rules.add("kind:unicorn", ["star"])


@pytest.mark.parametrize("said", ["shout", "tag:", "star:now", ""])
def test_an_action_that_no_rule_knows_is_refused(said):
    with pytest.raises(InvalidInput):
        actions_of([said])


def test_actions_are_kept_once_and_as_tags_are_written():
    assert actions_of(["Star", "tag:To Read", "star"]) == ("star", "tag:to read")
