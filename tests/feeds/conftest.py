"""What tests of feeds share: a clock that can be set, one process that reads feeds, and a server of feeds."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ple.feeds.worker import Parser
from tests.servers.feeds import FeedServer


class Clock:
    """The time, as the test says."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    """One for all tests: starting it takes longer than most of them."""
    with Parser() as parser:
        yield parser


@pytest.fixture
def feeds(environment: Any, clock: Clock, parser: Parser) -> Iterator[Any]:
    """The subscriptions of an empty library, once on each database."""
    from ple.feeds import Subscriptions

    with closing(Subscriptions(environment.library, environment.client, now=clock, parser=parser)) as feeds:
        yield feeds


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server
