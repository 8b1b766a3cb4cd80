"""How feeds are doing, in words: which fail and since when, which are gone, paused, flawed, or have fallen quiet."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import entries
from ple.feeds.models import FeedHealth, FeedRow
from ple.library import Reading, Resource

QUIET_AFTER = dt.timedelta(days=180)
_ORDER = ("gone", "failing", "paused", "flawed", "quiet", "new", "ok")


def examine(tx: Reading, *, now: dt.datetime) -> list[FeedHealth]:
    """Return the health of each feed that is followed, those that need attention first."""
    query = (
        sa.select(*FeedRow.__table__.c)  # type: ignore[attr-defined]
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(Resource.trashed_at).is_(None))
    )
    counts = entries.counted(tx)
    found = []
    for row in tx.connection().execute(query).all():
        state, says, hint = _state(row, now)
        total, unread = counts.get(row.id, (0, 0))
        title = entries.feed_title(row.own_title, row.title, row.url)
        found.append(
            FeedHealth(
                row.id,
                title,
                row.url,
                state,
                says,
                hint,
                row.failures,
                row.failing_since,
                row.checked_at,
                row.changed_at,
                row.next_check_at,
                total,
                unread,
            )
        )
    return sorted(found, key=lambda feed: (_ORDER.index(feed.state), -feed.failures, feed.title.casefold()))


def _state(row: Any, now: dt.datetime) -> tuple[str, str, str | None]:
    if row.gone_at is not None:
        return "gone", row.failure or "its publisher removed it", row.failure_hint
    if row.failure is not None:
        since = f" ({row.failures} times since {row.failing_since:%Y-%m-%d})" if row.failures > 1 else ""
        return "failing", row.failure + since, row.failure_hint
    if row.paused_at is not None:
        return "paused", f"paused since {row.paused_at:%Y-%m-%d}", f"`ple feeds resume {row.id}` asks it again."
    if row.checked_at is None:
        return "new", "not asked yet", "`ple feeds update` asks what is due."
    if row.flaw is not None:
        return "flawed", f"it can be read, but is not well-formed: {row.flaw}", None
    if row.changed_at is not None and now - row.changed_at > QUIET_AFTER:
        months = (now - row.changed_at).days // 30
        return "quiet", f"nothing new for {months} months", f"`ple feeds remove {row.id}` stops following it."
    return "ok", "fine", None
