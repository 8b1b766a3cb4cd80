"""Keeping what came in: from answers to rows, a few feeds in one short transaction.

Nothing is decided here (see :mod:`ple.feeds.arrivals` and :mod:`ple.feeds.checks`) and nothing is fetched or parsed:
the one writer of the library is not kept waiting.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import arrivals, checks, intake
from ple.feeds.arrivals import Moving
from ple.feeds.checks import Followed, Refreshed
from ple.feeds.fetching import Answer
from ple.feeds.identity import Rule
from ple.feeds.intake import Brought
from ple.feeds.models import EntryRow, FeedAddressRow, FeedRow
from ple.feeds.publication import ParsedFeed
from ple.library import Reading, Resource, Writing
from ple.web import addresses

_FOLLOWED = tuple(field.name for field in fields(Followed))
_SAID = ("title", "site_url", "description", "author", "language", "icon_url", "format", "flaw")


def feed_row(tx: Reading, feed_id: int) -> FeedRow | None:
    """Return the row of a feed that is followed; none if it was removed in the meantime."""
    return next(iter(feed_rows(tx, [feed_id])), None)


def feed_rows(tx: Reading, ids: list[int]) -> list[FeedRow]:
    """Return the rows of those of ``ids``, few, that are followed: their values, which no session looks after."""
    rows = tx.connection().execute(_ROWS, {"ids": ids})
    return [cast("FeedRow", SimpleNamespace(**row._mapping)) for row in rows]


_ROWS = (
    sa.select(*FeedRow.__table__.c)  # type: ignore[attr-defined]
    .join(Resource, col(Resource.id) == col(FeedRow.id))
    .where(col(FeedRow.id).in_(sa.bindparam("ids", expanding=True)), col(Resource.trashed_at).is_(None))
)


def keep_all(tx: Writing, answers: Sequence[Answer], now: dt.datetime) -> tuple[list[Refreshed], list[Answer]]:
    """Write down what asking for some feeds brought; return it in short, and those that are to be read in full first.

    Feeds that were removed or given another address in the meantime are left out.
    """
    rows = {row.id: row for row in feed_rows(tx, [answer.ask.feed_id for answer in answers])}
    there = [answer for answer in answers if (row := rows.get(answer.ask.feed_id)) and row.url == answer.ask.url]
    return keep(tx, [rows[answer.ask.feed_id] for answer in there], there, now)


def keep(
    tx: Writing, feeds: Sequence[FeedRow], answers: Sequence[Answer], now: dt.datetime
) -> tuple[list[Refreshed], list[Answer]]:
    """Write down what asking for ``feeds`` brought, none of which failed; see :func:`keep_all`."""
    said = [(feed, answer.feed) for feed, answer in zip(feeds, answers, strict=True) if answer.feed is not None]
    for feed, parsed in said:
        _say(tx, feed, parsed)
    brought = intake.take_in(tx, said, now)
    by_feed = {feed.id: each for (feed, _), each in zip(said, brought, strict=True)}
    done: list[Refreshed] = []
    again: list[Answer] = []
    values: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for feed, answer in zip(feeds, answers, strict=True):
        kept: dict[str, Any] = {}
        came = by_feed.get(feed.id) or Brought()
        if came.again:
            again.append(answer)
            continue
        if answer.feed is not None:
            feed.ttl_minutes, feed.rest = answer.feed.ttl_minutes, answer.feed.rest
            kept |= {"identity_rule": came.rule.value, "ttl_minutes": feed.ttl_minutes, "rest": feed.rest}
            kept |= {name: getattr(feed, name) for name in _SAID}
            kept["listed"] = came.listed if answer.whole else intake.both_listed(feed.listed, came.listed)
            if came.new:
                dates = came.dates if feed.changed_at is None else _newest(tx, feed.id)
                feed.rhythm_minutes = arrivals.rhythm(dates) // dt.timedelta(minutes=1)
                kept |= {"changed_at": now, "rhythm_minutes": feed.rhythm_minutes}
        followed = Followed(**{name: getattr(feed, name) for name in _FOLLOWED})
        moved = checks.moved(followed, answer.moved_to, now)
        if moved.to is not None and moved.believed(now) and take_address(tx, feed, moved.to, now):
            moved = Moving()
        kept |= checks.well(followed, answer, moved, now, jitter=random.random())  # noqa: S311
        values[tuple(kept)].append({"feed": feed.id, **kept})
        done.append(checks.refreshed(followed, answer, came.new, came.edited))
    for rows in values.values():
        tx.connection().execute(sa.update(FeedRow).where(col(FeedRow.id) == sa.bindparam("feed")), rows)
    return done, again


def keep_entries(tx: Writing, feed: FeedRow, said: ParsedFeed, now: dt.datetime) -> tuple[Rule, int, int]:
    """Add the new entries of ``said`` and change the edited ones; return the rule of identity, and how many of each."""
    (brought,) = intake.take_in(tx, [(feed, said)], now)
    return brought.rule, brought.new, brought.edited


def title_of(feed: FeedRow) -> str:
    """Return what the learner calls a feed, else what its publisher does, else its address."""
    return feed.own_title or feed.title or addresses.display(feed.url)


def _say(tx: Writing, feed: FeedRow, said: ParsedFeed) -> None:
    """Let the feed say of itself what its publisher now says."""
    values = {name: getattr(said, name) for name in _SAID}
    values["title"] = values["title"] or feed.title  # a list of subscriptions knew one where the publisher says none
    if any(getattr(feed, name) != value for name, value in values.items()):
        if tx.label is not None:
            tx.update(FeedRow, [feed.id], **values)  # so that it can be taken back
        tx.touch([feed.id])
        for name, value in values.items():
            setattr(feed, name, value)


def _newest(tx: Reading, feed_id: int) -> list[dt.datetime]:
    query = (
        sa.select(col(EntryRow.occurred_at))
        .where(col(EntryRow.feed_id) == feed_id)
        .order_by(col(EntryRow.occurred_at).desc())
        .limit(20)
    )
    return list(tx.connection().execute(query).scalars())


def take_address(tx: Writing, feed: FeedRow, url: str, now: dt.datetime) -> bool:
    """Let a feed have another address and remember the old one; say no if another feed has it."""
    key = addresses.key(url)
    if key == feed.url_key:
        tx.update(FeedRow, [feed.id], url=url)
        feed.url = url
        return True
    if tx.connection().execute(sa.select(col(FeedRow.id)).where(col(FeedRow.url_key) == key)).first():
        return False
    tx.connection().execute(sa.delete(FeedAddressRow).where(col(FeedAddressRow.url_key) == key))
    remember_address(tx, feed.url, feed.id, now)
    tx.update(FeedRow, [feed.id], url=url, url_key=key)
    feed.url, feed.url_key = url, key
    return True


def remember_address(tx: Writing, url: str, feed_id: int, now: dt.datetime) -> None:
    """Note that ``url`` is an address under which a feed was known."""
    key = addresses.key(url)
    tx.connection().execute(sa.delete(FeedAddressRow).where(col(FeedAddressRow.url_key) == key))
    tx.connection().execute(sa.insert(FeedAddressRow).values(url_key=key, feed_id=feed_id, url=url, left_at=now))
