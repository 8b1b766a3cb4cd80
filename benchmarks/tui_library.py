"""Make a library of many entries for measuring the screens: `python benchmarks/tui_library.py FOLDER [ENTRIES]`."""

import datetime as dt
import sys
from pathlib import Path

import sqlalchemy as sa

from ple.environment import Environment
from ple.feeds.models import ENTRY, FEED, EntryContentRow, EntryRow, FeedRow
from ple.library import utc_now

FEEDS = 300


def make(folder: Path, entries: int) -> None:
    """Fill a library with entries of 300 feeds; two fifths are unread."""
    environment = Environment(folder)
    now = utc_now()
    with environment.library.writing() as tx:
        feeds = tx.register_many(FEED, FEEDS)
        rows = [FeedRow(id=id, url=f"https://f.example/{id}", url_key=f"f.example/{id}", title=f"Feed {id}",
                        folder=f"Folder {id % 12}").model_dump() for id in feeds]  # fmt: skip
        tx.connection().execute(sa.insert(FeedRow), rows)
    for start in range(0, entries, 5000):
        with environment.library.writing() as tx:
            ids = tx.register_many(ENTRY, min(5000, entries - start))
            rows, words = [], []
            for number, id in enumerate(ids, start):
                at = now - dt.timedelta(minutes=11 * number)
                row = EntryRow(
                    id=id, feed_id=feeds[number % FEEDS], key=str(number), content_hash=str(number), fingerprint="",
                    occurred_at=at, published_at=at, seen_at=at, read_at=None if number % 5 < 2 else at,
                    title=f"Entry {number}: how spacing helps what one reads to stay", url=f"https://e.example/{number}",
                )  # fmt: skip
                rows.append(row.model_dump())
                text = f"Entry {number} says that forgetting is a feature, not a flaw. " * 5
                words.append({"id": id, "html": f"<p>{text}</p>" * 4, "text": text * 4, "summary": ""})
            tx.connection().execute(sa.insert(EntryRow), rows)
            tx.connection().execute(sa.insert(EntryContentRow), words)
    environment.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
