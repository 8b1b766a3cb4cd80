"""Refreshing: from the feeds that are due to entries in the library.

Fetched many at a time and parsed in a worker, kept a few feeds at a time, each few in a transaction of their own:
whatever was finished stays finished when somebody pulls the plug. As long as nothing new comes in, no table is opened.
"""

import datetime as dt
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing

from ple.feeds.checks import Refreshed
from ple.feeds.fetching import Answer, fetch_all
from ple.feeds.memory import Memory
from ple.feeds.worker import Parser
from ple.web.client import Client, Limits

Keep = Callable[[Sequence[Answer]], list[Refreshed]]


class Refreshing:
    """Brings in what publishers say. ``keep`` is given what goes beyond the rows of feeds: entries, moves."""

    def __init__(
        self,
        memory: Memory,
        keep: Keep,
        client: Client,
        parser: Parser,
        now: Callable[[], dt.datetime],
        limits: Limits,
    ) -> None:
        self._memory = memory
        self._keep = keep
        self._client = client
        self._parser = parser
        self._now = now
        self._limits = limits

    def refresh(self, ids: Collection[int] | None, *, force: bool, concurrency: int) -> Generator[Refreshed]:
        """Yield what became of each feed, as it is done; see :meth:`Subscriptions.refresh`."""
        unreachable: list[Answer] = []
        connected = False
        asks = self._memory.asks(ids, self._now(), force=force)
        answers = fetch_all(self._client, self._parser, asks, concurrency=concurrency, limits=self._limits)
        with closing(answers):
            for together in answers:
                connected = connected or any(answer.reached for answer in together)
                if connected and unreachable:
                    self._memory.keep(unreachable, self._now())
                    unreachable.clear()
                brought = [answer for answer in together if answer.feed is not None]
                rest = [answer for answer in together if answer.feed is None]
                # As long as nobody answers, it may be our own connection that is lost: no feed is to blame then.
                if not connected:
                    unreachable += rest
                done, beyond = self._memory.keep(rest, self._now(), blame=connected)
                yield from done
                if brought or beyond:
                    yield from self._keep([*brought, *beyond])
