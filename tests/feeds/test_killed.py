"""kill -9 in the middle of a refresh: nothing is doubled, nothing is broken, and the next refresh completes.

The whole of it (200 kills, 200 feeds) runs with PLE_TEST_ALL=1; here a few of each.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.servers.feeds import FeedServer, rss

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the driver forks")

ALL = bool(os.environ.get("PLE_TEST_ALL"))
KILLS, FEEDS, LISTED = (200, 200, 10) if ALL else (3, 12, 10)

# Forks a process that refreshes whenever it is told to, so that only the refresh itself takes time.
DRIVER = """
import os, sys
from pathlib import Path
sys.path[:] = {path!r}
import sqlalchemy.orm, ple.feeds.subscriptions, ple.web.transport
from ple.environment import Environment
import ple.bookmarks.models, ple.journal.models, ple.lms.models, ple.portfolio.models
sqlalchemy.orm.configure_mappers()
for _ in sys.stdin:
    pid = os.fork()
    if not pid:
        environment = Environment(Path({folder!r}))
        for _ in environment.feeds.refresh(force=True):
            pass
        environment.close()
        os._exit(0)
    print(pid, flush=True)
    _, status = os.waitpid(pid, 0)
    print(status, flush=True)
"""


@contextmanager
def driver(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    program = DRIVER.format(path=sys.path, folder=str(folder))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.stdin.close()


def refresh(process: "subprocess.Popen[str]", kill_after: float | None = None) -> float | None:
    """Let the driver refresh, and kill it after so many seconds; return how long it took if it was not killed."""
    began = time.monotonic()
    process.stdin.write("go\n")
    process.stdin.flush()
    pid = int(process.stdout.readline())
    if kill_after is not None:
        # The one place that waits for time to pass: the moment of death is what this is about.
        time.sleep(kill_after)
        with suppress(ProcessLookupError):  # it was done before
            os.kill(pid, signal.SIGKILL)
    status = int(process.stdout.readline())
    assert status in (0, signal.SIGKILL), f"the refresh ended with {status}"
    return time.monotonic() - began if status == 0 else None


def publish(server: FeedServer, generation: int) -> None:
    for n in range(FEEDS):
        items = [
            {
                "guid": f"urn:{n}:{k}", "link": f"https://example.org/{n}/{k}", "title": f"Feed {n}, article {k}",
                "description": f"Words of article {k} of feed {n}, as they were first written.",
            }
            for k in range(generation + LISTED, generation, -1)
        ]  # fmt: skip
        server.publish(f"/{n}", rss(f"Feed {n}", items))


def test_a_refresh_that_is_killed_leaves_the_library_sound(sqlite_environment: Any, server: FeedServer) -> None:
    library, feeds = sqlite_environment.library, sqlite_environment.feeds
    outlines = "".join(f'<outline type="rss" text="Feed {n}" xmlUrl="{server.url}/{n}"/>' for n in range(FEEDS))
    feeds.import_opml(f"<opml><body>{outlines}</body></opml>".encode())
    chance = random.Random(2)
    killed = 0
    with driver(sqlite_environment.folder) as process:
        publish(server, 0)
        whole = refresh(process)
        assert whole is not None
        generation = 0
        while killed < KILLS:
            generation += 1
            publish(server, generation)
            took = refresh(process, kill_after=chance.uniform(0, whole))
            killed += took is None
            whole = min(whole, took or whole)
            assert library.check() == []
            with library.reading() as tx:
                doubled = tx.connection().execute(
                    sa.text("SELECT feed_id, title, count(*) FROM feed_entry GROUP BY 1, 2 HAVING count(*) > 1")
                )
                assert doubled.all() == []
            if ALL or killed == KILLS or generation % LISTED == 0:
                took = refresh(process)
                assert took is not None
                whole = 0.8 * whole + 0.2 * took
                assert len(feeds.entry_ids()) == FEEDS * (LISTED + generation)
    assert {feed.failure for feed in feeds.feeds()} == {None}
    print(f"\nkilled {killed} refreshes of {FEEDS} feeds; {len(feeds.entry_ids()):,} entries, none doubled")
