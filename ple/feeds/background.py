"""Updating in the background: one at a time, quietly, for as long as it is wanted.

The locks are the operating system's: they end with the process that holds them, whatever ends it, so nothing is ever
locked by somebody who is gone. A round asks only what is due and keeps each feed as it is done; who is killed in the
middle leaves the rest to the next round.
"""

import contextlib
import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO

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
        if not _take(file):
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
            _give(file)


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


if sys.platform == "win32":
    import msvcrt

    # Far beyond what is written there: Windows does not let others read what is locked.
    def _take(file: IO[str]) -> bool:
        for _ in range(3):
            try:
                file.seek(1 << 20)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _give(file: IO[str]) -> None:
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
