"""How feeds are doing, in words, and what to do about it.

Which fail and since when, which are gone, paused, flawed, have fallen quiet, bring more than anybody reads, or are
never read. What needs attention comes with a proposal; nothing is done by itself.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import counting, entries
from ple.feeds.models import EntryRow, FeedHealth, FeedRow
from ple.library import Reading, Resource

QUIET_AFTER = dt.timedelta(days=180)
WEEKS = 12
"""Weeks that the figures are about."""
BUSY_PER_WEEK = 100.0
NEVER_READ = 20
"""Entries of which somebody who wants the feed would have read one."""
_ORDER = ("gone", "failing", "paused", "flawed", "quiet", "busy", "unread", "new", "ok")


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much a feed brings, and how much of that is read, over the last twelve weeks."""

    per_week: float = 0.0
    brought: int = 0
    read: int = 0
    starred: int = 0

    @property
    def share_read(self) -> float | None:
        """The part of what it brought that was read; none if it brought nothing."""
        return self.read / self.brought if self.brought else None


def examine(tx: Reading, *, now: dt.datetime) -> list[FeedHealth]:
    """Return the health of each feed that is followed, those that need attention first."""
    query = (
        sa.select(*FeedRow.__table__.c, col(Resource.created_at).label("followed_at"))  # type: ignore[attr-defined]
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(Resource.trashed_at).is_(None))
    )
    counts = counting.by_feed(tx)
    figures = statistics(tx, now=now)
    found = []
    for row in tx.connection().execute(query).all():
        total, unread = counts.get(row.id, (0, 0))
        figure = figures.get(row.id, Statistics())
        state, says, hint = _state(row, figure, now)
        title = entries.feed_title(row.own_title, row.title, row.url)
        share = figure.share_read
        found.append(
            FeedHealth(
                row.id, title, row.url, state, says, hint, row.failures, row.failing_since, row.checked_at,
                row.changed_at, row.next_check_at, total, unread, figure.per_week,
                None if share is None else round(share, 3),
            )
        )  # fmt: skip
    return sorted(found, key=lambda feed: (_ORDER.index(feed.state), -feed.failures, feed.title.casefold()))


def statistics(tx: Reading, *, now: dt.datetime) -> dict[int, Statistics]:
    """Return the figures of each feed that brought something in the last twelve weeks.

    What a rule marked counts as read too: the learner need not look at it again.
    """
    since = now - dt.timedelta(weeks=WEEKS)
    first = sa.func.min(col(EntryRow.occurred_at))
    query = (
        sa.select(
            col(EntryRow.feed_id), sa.func.count(), sa.func.count(col(EntryRow.read_at)),
            sa.func.count(col(EntryRow.starred_at)), first,
        )
        .where(col(EntryRow.occurred_at) >= since, col(EntryRow.feed_id).is_not(None))
        .group_by(col(EntryRow.feed_id))
    )  # fmt: skip
    found: dict[int, Statistics] = {}
    for id, brought, read, starred, earliest in tx.connection().execute(query):
        if id is None:
            continue
        # What began three weeks ago is measured by these three, what came in one day by a week.
        weeks = min(WEEKS, max(1.0, (now - earliest) / dt.timedelta(weeks=1)))
        found[id] = Statistics(round(brought / weeks, 1), brought, read, starred)
    return found


def _state(row: Any, figure: Statistics, now: dt.datetime) -> tuple[str, str, str | None]:
    leave = f"`ple feeds remove {row.id}` stops following it; what you starred stays."
    if row.gone_at is not None:
        return "gone", row.failure or "its publisher removed it", row.failure_hint
    if row.failure is not None:
        since = f" ({row.failures} times since {row.failing_since:%Y-%m-%d})" if row.failures > 1 else ""
        long = row.failing_since is not None and now - row.failing_since > dt.timedelta(days=30)
        return "failing", row.failure + since, leave if long else row.failure_hint
    if row.format == "mail":
        return "ok", "mail; it is fed from files", None
    if row.paused_at is not None:
        return "paused", f"paused since {row.paused_at:%Y-%m-%d}", f"`ple feeds resume {row.id}` asks it again."
    if row.checked_at is None:
        return "new", "not asked yet", "`ple feeds update` asks what is due."
    if row.flaw is not None:
        return "flawed", f"it can be read, but is not well-formed: {row.flaw}", None
    if row.changed_at is not None and now - row.changed_at > QUIET_AFTER:
        months = (now - row.changed_at).days // 30
        return "quiet", f"nothing new for {months} months", f"Unsubscribe? {leave}"
    share = figure.share_read
    followed = now - row.followed_at > dt.timedelta(weeks=4)
    if figure.per_week >= BUSY_PER_WEEK and (share or 0) < 0.2:
        says = f"{figure.per_week:.0f} entries a week, of which you read {round(100 * (share or 0))} %"
        return "busy", says, f"`ple feeds keeping {row.id} --read-after 3`, or a rule that hides what you never read."
    if followed and figure.brought >= NEVER_READ and not figure.read:
        return "unread", f"{figure.brought:,} entries in {WEEKS} weeks, none read", f"Unsubscribe? {leave}"
    return "ok", "fine", None
