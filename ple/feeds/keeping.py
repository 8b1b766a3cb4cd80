"""Keeping what came in: from an answer to rows, in one short transaction for each feed.

Nothing is decided here (see :mod:`ple.feeds.arrivals`) and nothing is fetched or parsed: the one writer of the library
is not kept waiting.
"""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import arrivals, duplicates, identity
from ple.feeds.arrivals import Edit, Moving
from ple.feeds.errors import FeedGone, FeedRefused
from ple.feeds.fetching import Answer
from ple.feeds.identity import Arrival, Known, Rule
from ple.feeds.lists import chunks_of
from ple.feeds.models import ENTRY, EntryContentRow, EntryRow, FeedAddressRow, FeedRow, Refreshed
from ple.feeds.publication import ParsedFeed
from ple.library import Reading, Resource, Writing, chunks
from ple.web import addresses

_SAID = ("title", "site_url", "description", "author", "language", "icon_url", "format", "flaw")


def feed_row(tx: Reading, feed_id: int) -> FeedRow | None:
    """Return the row of a feed that is followed; none if it was removed in the meantime."""
    return next(iter(feed_rows(tx, [feed_id])), None)


def feed_rows(tx: Reading, ids: list[int]) -> list[FeedRow]:
    """Return the rows of those of ``ids``, few, that are followed."""
    rows = tx.connection().execute(_ROWS, {"ids": ids})
    return [FeedRow(**row._mapping) for row in rows]


_ROWS = (
    sa.select(*FeedRow.__table__.c)  # type: ignore[attr-defined]
    .join(Resource, col(Resource.id) == col(FeedRow.id))
    .where(col(FeedRow.id).in_(sa.bindparam("ids", expanding=True)), col(Resource.trashed_at).is_(None))
)


def keep(tx: Writing, feed: FeedRow, answer: Answer, now: dt.datetime, *, blame: bool = True) -> Refreshed:
    """Write down what asking for ``feed`` brought; return it in short. Without ``blame`` a failure is not counted."""
    if answer.error is not None:
        return _keep_failure(tx, feed, answer, now, blame)
    new = edited = 0
    kept: dict[str, Any] = {}
    if answer.feed is not None:
        say(tx, feed, answer.feed)
        rule, new, edited = keep_entries(tx, feed, answer.feed, now)
        feed.ttl_minutes, feed.rest = answer.feed.ttl_minutes, answer.feed.rest
        kept |= {"identity_rule": rule.value, "ttl_minutes": feed.ttl_minutes, "rest": feed.rest}
        if new:
            feed.rhythm_minutes = arrivals.rhythm(_newest(tx, feed.id)) // dt.timedelta(minutes=1)
            kept |= {"changed_at": now, "rhythm_minutes": feed.rhythm_minutes}
    kept |= _well(tx, feed, answer, now)
    tx.connection().execute(sa.update(FeedRow).where(col(FeedRow.id) == feed.id).values(**kept))
    return Refreshed(feed.id, title_of(feed), feed.url, new, edited, not_modified=not answer.modified)


def keep_unchanged(tx: Writing, answers: Sequence[Answer], now: dt.datetime) -> list[Refreshed]:
    """Write down that feeds had nothing new: many at once, since on most days that is nearly all of them."""
    by_id = {answer.ask.feed_id: answer for answer in answers}
    done, kept = [], []
    for feed in feed_rows(tx, list(by_id)):
        answer = by_id[feed.id]
        if feed.url == answer.ask.url:
            kept.append({"feed": feed.id, **_well(tx, feed, answer, now)})
            done.append(Refreshed(feed.id, title_of(feed), feed.url, not_modified=True))
    if kept:
        tx.connection().execute(sa.update(FeedRow).where(col(FeedRow.id) == sa.bindparam("feed")), kept)
    return done


def _well(tx: Writing, feed: FeedRow, answer: Answer, now: dt.datetime) -> dict[str, Any]:
    """Return what to remember of a feed that answered as it should; always the same names."""
    headers, whole = answer.headers, answer.whole
    between = dt.timedelta(minutes=feed.rhythm_minutes or 0)
    jitter = random.random()  # noqa: S311
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
        **_move(tx, feed, answer.moved_to, now),
    }  # fmt: skip


def title_of(feed: FeedRow) -> str:
    """Return what the learner calls a feed, else what its publisher does, else its address."""
    return feed.own_title or feed.title or addresses.display(feed.url)


def say(tx: Writing, feed: FeedRow, said: ParsedFeed) -> None:
    """Let the feed say of itself what its publisher now says."""
    values = {name: getattr(said, name) for name in _SAID}
    if any(getattr(feed, name) != value for name, value in values.items()):
        tx.update(FeedRow, [feed.id], **values)
        for name, value in values.items():
            setattr(feed, name, value)


def keep_entries(tx: Writing, feed: FeedRow, said: ParsedFeed, now: dt.datetime) -> tuple[Rule, int, int]:
    """Add the new entries of ``said`` and change the edited ones; return the rule of identity, and how many of each.

    An empty feed changes nothing: publishers have bad days.
    """
    rule, arrived = identity.arrivals(said.entries, Rule(feed.identity_rule))
    decision = arrivals.decide(arrived, _known(tx, feed.id, arrived))
    _add(tx, feed.id, decision.new, now)
    _edit(tx, decision.edited)
    for known, arrival in decision.renamed:
        _rename(tx, known, arrival)
    return rule, len(decision.new), len(decision.edited)


def _known(tx: Reading, feed_id: int, arrived: Sequence[Arrival]) -> list[Known]:
    """Return what may be one of ``arrived``: by key, and for the rest by address and by words."""
    found: dict[int, Known] = {}
    any_of_it = sa.select(col(EntryRow.id)).where(col(EntryRow.feed_id) == feed_id).limit(1)
    if tx.connection().execute(any_of_it).first() is None:
        return []
    by_key = _lookup(tx, feed_id, col(EntryRow.key), [arrival.key for arrival in arrived])
    found |= by_key
    keys = {known.key for known in by_key.values()}
    rest = [arrival for arrival in arrived if arrival.key not in keys]
    if rest:
        found |= _lookup(tx, feed_id, col(EntryRow.alias), [arrival.alias for arrival in rest if arrival.alias])
        found |= _lookup(tx, feed_id, col(EntryRow.content_hash), [arrival.content_hash for arrival in rest])
    return list(found.values())


def _lookup(tx: Reading, feed_id: int, column: Any, names: Iterable[str]) -> dict[int, Known]:
    found: dict[int, Known] = {}
    for some in chunks_of(list(dict.fromkeys(names))):
        query = (
            sa.select(
                col(EntryRow.id), col(EntryRow.key), col(EntryRow.alias), col(EntryRow.content_hash),
                col(EntryRow.fingerprint), col(EntryRow.title), col(EntryRow.published_at), col(EntryRow.updated_at),
                col(EntryRow.silent_edits), col(Resource.trashed_at).is_not(None),
            )
            .join(Resource, col(Resource.id) == col(EntryRow.id))
            .where(col(EntryRow.feed_id) == feed_id, column.in_(some))
        )  # fmt: skip
        rows: Any = tx.connection().execute(query)
        found |= {row[0]: Known(*row) for row in rows}
    return found


def _add(tx: Writing, feed_id: int, new: Sequence[Arrival], now: dt.datetime) -> None:
    if not new:
        return
    # Publishers list the newest first; numbers are given in the order in which things came out.
    new = new[::-1]
    ids = tx.register_many(ENTRY, len(new))
    copies = duplicates.elsewhere(tx, feed_id, new)
    tx.connection().execute(
        sa.insert(EntryRow),
        [
            {
                "id": id, "feed_id": feed_id, "seen_at": now, "occurred_at": arrivals.occurred_at(arrival, now),
                "published_at": arrival.entry.published_at, "starred_at": None, "silent_edits": 0, "feed_title": "",
                "same_as": same.id if same else None, "read_at": same.read_at if same else None, **_words(arrival),
            }
            for id, arrival, same in zip(ids, new, copies, strict=True)
        ],
    )  # fmt: skip
    tx.connection().execute(
        sa.insert(EntryContentRow),
        [{"id": id, **_content(arrival)} for id, arrival in zip(ids, new, strict=True)],
    )


def _edit(tx: Writing, edited: Sequence[Edit]) -> None:
    if not edited:
        return
    _remember(tx, [edit.known.id for edit in edited])
    for edit in edited:
        values = _words(edit.arrival)
        if edit.silently:
            values["silent_edits"] = edit.known.silent_edits + 1
        if edit.arrival.entry.published_at is not None:
            values["published_at"] = edit.arrival.entry.published_at
        tx.connection().execute(sa.update(EntryRow).where(col(EntryRow.id) == edit.known.id).values(**values))
        tx.connection().execute(
            sa.update(EntryContentRow).where(col(EntryContentRow.id) == edit.known.id).values(**_content(edit.arrival))
        )
    tx.touch(edit.known.id for edit in edited)


def _remember(tx: Writing, ids: list[int]) -> None:
    """Keep what entries said that the learner has read or starred: they may remember other words."""
    for some in chunks(ids):
        query = (
            sa.select(col(EntryRow.id), col(EntryRow.title), col(EntryContentRow.html))
            .join(EntryContentRow, col(EntryContentRow.id) == col(EntryRow.id))
            .where(col(EntryRow.id).in_(some))
            .where(col(EntryRow.read_at).is_not(None) | col(EntryRow.starred_at).is_not(None))
        )
        for id, title, html in tx.connection().execute(query).all():
            tx.remember(id, {"title": title, "html": html})


def _rename(tx: Writing, known: Known, arrival: Arrival) -> None:
    tx.connection().execute(
        sa.update(EntryRow).where(col(EntryRow.id) == known.id).values(key=arrival.key, alias=arrival.alias)
    )


def _words(arrival: Arrival) -> dict[str, Any]:
    entry = arrival.entry
    return {
        "key": arrival.key,
        "alias": arrival.alias,
        "content_hash": arrival.content_hash,
        "fingerprint": arrival.fingerprint,
        "updated_at": entry.updated_at,
        "url": entry.url,
        "title": arrivals.title(entry),
        "author": entry.author,
        "language": entry.language,
        "comments_url": entry.comments_url,
        "image_url": entry.image_url,
        "season": entry.season,
        "episode": entry.episode,
        "chapters_url": entry.chapters_url,
        "transcript_url": entry.transcript_url,
        "link_hash": arrival.link_hash,
        "categories": list(entry.categories),
        "enclosures": [
            {
                "url": file.url, "media_type": file.media_type, "size_bytes": file.size_bytes, "title": file.title,
                "seconds": file.seconds,
            }
            for file in entry.enclosures
        ],
    }  # fmt: skip


def _content(arrival: Arrival) -> dict[str, str]:
    entry = arrival.entry
    return {"html": entry.html, "text": entry.text, "summary": entry.summary}


def _newest(tx: Reading, feed_id: int) -> list[dt.datetime]:
    query = (
        sa.select(col(EntryRow.occurred_at))
        .where(col(EntryRow.feed_id) == feed_id)
        .order_by(col(EntryRow.occurred_at).desc())
        .limit(20)
    )
    return list(tx.connection().execute(query).scalars())


def _move(tx: Writing, feed: FeedRow, to: str | None, now: dt.datetime) -> dict[str, Any]:
    """Return what to remember of where the feed moved; move the subscription once that is believed."""
    if to is None and feed.moving_to is None:
        return {"moving_to": None, "moving_times": 0, "moving_since": None}
    seen = arrivals.moving(Moving(feed.moving_to, feed.moving_times, feed.moving_since), to, now=now)
    if seen.to is not None and seen.believed(now) and take_address(tx, feed, seen.to, now):
        seen = Moving()
    return {"moving_to": seen.to, "moving_times": seen.times, "moving_since": seen.since}


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


def _keep_failure(tx: Writing, feed: FeedRow, answer: Answer, now: dt.datetime, blame: bool) -> Refreshed:
    error = answer.error
    assert error is not None
    kept: dict[str, Any] = {"failure": str(error), "failure_hint": error.hint}
    blame = blame and not answer.postponed
    if blame or answer.postponed:
        failures = feed.failures + blame
        asked = error.patience if isinstance(error, FeedRefused) else None
        kept["next_check_at"] = arrivals.back_off(failures, asked, now=now, jitter=random.random())  # noqa: S311
    if blame:
        kept |= {"failures": feed.failures + 1, "failing_since": feed.failing_since or now}
    if answer.reached and not answer.postponed:
        kept["checked_at"] = now
    if isinstance(error, FeedGone):
        kept |= {"gone_at": now, "paused_at": now}
    tx.connection().execute(sa.update(FeedRow).where(col(FeedRow.id) == feed.id).values(**kept))
    return Refreshed(feed.id, title_of(feed), feed.url, failure=str(error), hint=error.hint)
