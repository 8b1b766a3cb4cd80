"""Updating in the background: one at a time, quietly, for as long as it is wanted.

A round asks only what is due and keeps each feed as it is done; who is killed in the
middle leaves the rest to the next round.
"""

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from ple import locks
from ple.feeds.errors import FeedError
from ple.library.identity import utc_now

NAP = 30.0
"""Seconds between looks at the clock: a machine that slept must not sleep on."""
SHORTEST = dt.timedelta(minutes=1)


class UpdateRunning(FeedError):
    """Another process is at it already."""

    hint = "It does what is due; there is nothing to do here."


@contextlib.contextmanager
def alone(folder: Path, name: str = "update") -> Generator[None]:
    """Hold the lock ``name`` of a library's folder while this lasts; it ends with the process at the latest.

    Raises:
        UpdateRunning: another process holds it; the sentence says which.

    """
    path = folder / f"{name}.lock"
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        if not locks.locked(file.fileno()):
            file.seek(0)
            who = file.read(20).strip()
            what = "another update of the feeds is running" if name == "update" else "feeds are updated already"
            raise UpdateRunning(what + (f" (process {who})" if who.isdigit() else ""))
        try:
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            yield
        finally:
            locks.unlock(file.fileno())


def rounds(
    every: dt.timedelta,
    stopped: Callable[[float], bool],
    *,
    now: Callable[[], dt.datetime] = utc_now,
) -> Iterator[int]:
    """Yield 1, 2, 3 …, once ``every`` so often, until ``stopped`` (asked to wait so many seconds) says so.

    It goes by the clock on the wall: after a machine slept through a round it is time for one at once.
    """
    every = max(every, SHORTEST)
    number, due = 1, now()
    while True:
        yield number
        number += 1
        due += every
        if due <= now():
            due = now() + every
        while (left := (due - now()).total_seconds()) > 0:
            if left > every.total_seconds() + 60:
                due = now()  # the clock was put back
            elif stopped(min(left, NAP)):
                return
        if stopped(0):
            return
