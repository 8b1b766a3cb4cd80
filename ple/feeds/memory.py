"""What the library remembers of asking for feeds, read and kept without the tables of all features.

On most days nearly all feeds have nothing new to say. Then this is all that a refresh needs of the library, and the
models with SQLAlchemy beneath them, which take longer to import than a thousand feeds take to ask, stay on the disk.
"""

import datetime as dt
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import Any, Protocol
from uuid import UUID

from ple.feeds import arrivals, checks
from ple.feeds.checks import Followed, Refreshed
from ple.feeds.credentials import Credentials
from ple.feeds.fetching import Answer, Ask

_FOLLOWED = tuple(field.name for field in fields(Followed))
_SOME = 500


class Statements(Protocol):
    """SQL with ``:names``, in a transaction; see :class:`ple.library.file.Statements`."""

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return what a query finds."""

    def run(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement for each of ``values``."""


class Transactions(Protocol):
    """Who can open a transaction for such statements."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Open one for reading."""

    def writing(self) -> AbstractContextManager[Statements]:
        """Open one for writing."""

    def close(self) -> None:
        """Close what it needs for that."""


class Memory:
    """The rows of feeds, as far as asking for them goes."""

    def __init__(self, library: Transactions, credentials: Credentials) -> None:
        self._library = library
        self._credentials = credentials

    def close(self) -> None:
        """Close what is open."""
        self._library.close()

    def asks(self, ids: Collection[int] | None, now: dt.datetime, *, force: bool) -> list[Ask]:
        """Return what to ask for: the feeds that are due, the longest overdue first; ``ids`` due or not."""
        query = (
            "SELECT feed.id, url, etag, last_modified, fetched_at, body_hash, private, uid, listed FROM feed"
            " JOIN resource ON resource.id = feed.id WHERE trashed_at IS NULL"
        )
        order = " ORDER BY next_check_at NULLS FIRST, feed.id"
        with self._library.reading() as statements:
            if ids is not None:
                found = [
                    row for some in _lists(ids) for row in statements.rows(f"{query} AND feed.id IN {some}{order}")
                ]
            elif force:
                found = list(statements.rows(f"{query} AND paused_at IS NULL{order}"))
            else:
                due = " AND paused_at IS NULL AND (next_check_at IS NULL OR next_check_at <= :now)"
                found = list(statements.rows(query + due + order, {"now": now}))
        return [
            Ask(
                id, url, arrivals.validators(etag, modified, fetched_at, now=now), body_hash,
                self._credentials.of(UUID(str(uid)), url) if private else {}, listed,
            )
            for id, url, etag, modified, fetched_at, body_hash, private, uid, listed in found
        ]  # fmt: skip

    def keep(
        self, answers: Sequence[Answer], now: dt.datetime, *, blame: bool = True
    ) -> tuple[list[Refreshed], list[Answer]]:
        """Write down answers that brought nothing, many at once; return them in short, and those that this cannot keep.

        Feeds that were removed or given another address in the meantime are left out. A feed whose move is believed
        by now is one that this cannot keep.
        """
        if not answers:
            return [], []
        done: list[Refreshed] = []
        beyond: list[Answer] = []
        values: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        with self._library.writing() as statements:
            feeds = self._followed(statements, [answer.ask.feed_id for answer in answers])
            for answer in answers:
                feed = feeds.get(answer.ask.feed_id)
                if feed is None or feed.url != answer.ask.url:
                    continue
                jitter = random.random()  # noqa: S311
                if answer.error is not None:
                    kept = checks.failed(feed, answer, now, blame=blame, jitter=jitter)
                else:
                    moved = checks.moved(feed, answer.moved_to, now)
                    if moved.believed(now):
                        beyond.append(answer)
                        continue
                    kept = checks.well(feed, answer, moved, now, jitter=jitter)
                values.setdefault(tuple(kept), []).append({"feed": feed.id, **kept})
                done.append(checks.refreshed(feed, answer))
            for names, rows in values.items():
                those = ", ".join(f"{name} = :{name}" for name in names)
                statements.run(f"UPDATE feed SET {those} WHERE id = :feed", rows)
        return done, beyond

    def newest_entry(self) -> int:
        """Return the number of the entry that came in last, 0 if there is none."""
        with self._library.reading() as statements:
            return int(statements.rows("SELECT max(id) FROM feed_entry")[0][0] or 0)

    def following(self) -> bool:
        """Say whether any feed is followed."""
        query = "SELECT 1 FROM feed JOIN resource ON resource.id = feed.id WHERE trashed_at IS NULL LIMIT 1"
        with self._library.reading() as statements:
            return bool(statements.rows(query))

    def cared_for(self) -> bool:
        """Say whether the learner wants anything done with entries: by rules, or by what feeds are to keep."""
        with self._library.reading() as statements:
            return any(statements.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in ("feed_rule", "feed_care"))

    @staticmethod
    def _followed(statements: Statements, ids: Collection[int]) -> dict[int, Followed]:
        query = (
            f"SELECT {', '.join(f'feed.{name}' for name in _FOLLOWED)} FROM feed"
            " JOIN resource ON resource.id = feed.id WHERE trashed_at IS NULL AND feed.id IN "
        )
        return {row[0]: Followed(*row) for some in _lists(ids) for row in statements.rows(query + some)}


def _lists(ids: Iterable[int]) -> list[str]:
    """Return numbers as lists for an ``IN``."""
    numbers = [str(int(id)) for id in ids]
    return [f"({', '.join(numbers[start : start + _SOME])})" for start in range(0, len(numbers), _SOME)]
