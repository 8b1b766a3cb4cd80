"""What is remembered of a feed after it was asked: its validators, when to ask again, how often it failed. Pure.

The values are columns of the feed's row, so that whoever keeps them need know nothing of what they mean.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ple.feeds import arrivals
from ple.feeds.arrivals import Moving
from ple.feeds.errors import FeedGone, FeedRefused
from ple.feeds.fetching import Answer
from ple.web import addresses


@dataclass(slots=True)
class Followed:
    """A feed as far as asking for it goes; the names are those of the columns."""

    id: int
    url: str
    own_title: str | None = None
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    ttl_minutes: int | None = None
    rest: str = ""
    rhythm_minutes: int | None = None
    fetched_at: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None
    failures: int = 0
    failing_since: dt.datetime | None = None
    moving_to: str | None = None
    moving_times: int = 0
    moving_since: dt.datetime | None = None

    @property
    def called(self) -> str:
        """What the learner calls it, else what its publisher does, else its address."""
        return self.own_title or self.title or addresses.display(self.url)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did to one feed. ``failure`` is a sentence, none if it went well."""

    feed_id: int
    title: str
    url: str
    new: int = 0
    updated: int = 0
    not_modified: bool = False
    failure: str | None = None
    hint: str | None = None


def well(feed: Followed, answer: Answer, moved: Moving, now: dt.datetime, *, jitter: float) -> dict[str, Any]:
    """Return what to remember of a feed that answered as it should; always the same names."""
    headers, whole = answer.headers, answer.whole
    between = dt.timedelta(minutes=feed.rhythm_minutes or 0)
    back = feed.gone_at is not None  # it was asked by name, though it had been gone
    return {
        "checked_at": now,
        "failures": 0,
        "failing_since": None,
        "failure": None,
        "failure_hint": None,
        # Both validators, on every answer: one that is left behind makes each later request unconditional, or
        # freezes the feed (newsboat #3279, miniflux #2675).
        "etag": headers.get("etag") or (None if whole else feed.etag),
        "last_modified": headers.get("last-modified") or (None if whole else feed.last_modified),
        "fetched_at": now if whole else feed.fetched_at,
        "body_hash": answer.body_hash if whole else feed.body_hash,
        "gone_at": None,
        "paused_at": None if back else feed.paused_at,
        "next_check_at": arrivals.next_check(
            headers, feed.ttl_minutes, between, now=now, jitter=jitter, rest=feed.rest
        ),
        "moving_to": moved.to,
        "moving_times": moved.times,
        "moving_since": moved.since,
    }  # fmt: skip


def failed(feed: Followed, answer: Answer, now: dt.datetime, *, blame: bool, jitter: float) -> dict[str, Any]:
    """Return what to remember of a feed that failed. Without ``blame`` it is not counted."""
    error = answer.error
    assert error is not None
    kept: dict[str, Any] = {"failure": str(error), "failure_hint": error.hint}
    blame = blame and not answer.postponed
    if blame or answer.postponed:
        failures = feed.failures + blame
        asked = error.patience if isinstance(error, FeedRefused) else None
        kept["next_check_at"] = arrivals.back_off(failures, asked, now=now, jitter=jitter)
    if blame:
        kept |= {"failures": feed.failures + 1, "failing_since": feed.failing_since or now}
    if answer.reached and not answer.postponed:
        kept["checked_at"] = now
    if isinstance(error, FeedGone):
        kept |= {"gone_at": now, "paused_at": now}
    return kept


def moved(feed: Followed, to: str | None, now: dt.datetime) -> Moving:
    """Return where permanent redirects lead the feed, and how often they did; see :meth:`Moving.believed`."""
    if to is None and feed.moving_to is None:
        return Moving()
    return arrivals.moving(Moving(feed.moving_to, feed.moving_times, feed.moving_since), to, now=now)


def refreshed(feed: Followed, answer: Answer, new: int = 0, edited: int = 0) -> Refreshed:
    """Say in short what an answer was to a feed."""
    if (error := answer.error) is not None:
        return Refreshed(feed.id, feed.called, feed.url, failure=str(error), hint=error.hint)
    return Refreshed(feed.id, feed.called, feed.url, new, edited, not_modified=not answer.modified)
