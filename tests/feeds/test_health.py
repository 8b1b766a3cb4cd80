"""How feeds are doing, and what is proposed."""

import datetime as dt
from typing import Any

import pytest

from ple.feeds import keeping
from ple.feeds.models import FEED, FeedRow
from ple.feeds.publication import ParsedEntry, ParsedFeed


@pytest.fixture
def follow(environment: Any, clock: Any) -> Any:
    """Follow a feed that brought so many entries in so many days, some months after it was followed."""

    def follow(name: str, count: int, *, days: float = 70, **columns: Any) -> int:
        step = dt.timedelta(days=days) / max(1, count)
        entries = tuple(
            ParsedEntry(
                guid=f"{n}", title=f"{name} {n}", text=f"Words {n} of {name}", published_at=clock.now - n * step
            )
            for n in range(count)
        )
        with environment.library.writing() as tx:
            id = tx.register(FEED, created_at=clock.now - dt.timedelta(days=100))
            url = f"https://{name.lower()}.example/feed"
            columns = {"checked_at": clock.now, "changed_at": clock.now, **columns}
            tx.add(FeedRow(id=id, url=url, url_key=url, title=name, **columns))
            tx.flush()
            row = keeping.feed_row(tx, id)
            assert row is not None
            keeping.keep_entries(tx, row, ParsedFeed(title=name, entries=entries), clock.now)
        return id

    return follow


def test_what_is_never_read_too_much_or_quiet_is_proposed_to_be_left(feeds, follow, clock):
    follow("Fine", 10)
    follow("Ignored", 40)
    follow("Firehose", 900, days=40)
    follow("Silent", 1, changed_at=clock.now - dt.timedelta(days=430))
    feeds.mark_read([feeds.entries(feed=feeds.feeds()[0].id)[0].id])
    health = {feed.title: feed for feed in feeds.health()}
    assert {title: feed.state for title, feed in health.items()} == {
        "Silent": "quiet", "Firehose": "busy", "Ignored": "unread", "Fine": "ok",
    }  # fmt: skip
    assert health["Silent"].says == "nothing new for 14 months"
    assert health["Silent"].hint.startswith("Unsubscribe? `ple feeds remove ")
    assert health["Ignored"].says == "40 entries in 12 weeks, none read"
    assert health["Firehose"].per_week > 100
    assert [feed.state for feed in feeds.health()] == ["quiet", "busy", "unread", "ok"]


def test_the_figures_are_of_the_last_twelve_weeks(feeds, follow):
    follow("Blog", 20, days=70)
    feeds.mark_read([entry.id for entry in feeds.entries()[:5]])
    (health,) = feeds.health()
    assert health.per_week == pytest.approx(2.1, abs=0.2)
    assert health.share_read == 0.25


def test_a_feed_that_fails_for_long_is_proposed_to_be_left(feeds, follow, clock):
    follow("Dead", 0, failure="nobody answers", failures=9, failing_since=clock.now - dt.timedelta(days=60))
    follow("Ill", 0, failure="nobody answers", failures=2, failing_since=clock.now - dt.timedelta(days=2))
    dead, ill = feeds.health()
    assert "remove" in dead.hint
    assert ill.hint is None
    assert dead.says == "nobody answers (9 times since 2026-09-23)"
