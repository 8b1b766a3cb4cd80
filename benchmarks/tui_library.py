"""Make a library of many entries for measuring the screens: `python benchmarks/tui_library.py FOLDER [ENTRIES]`."""

import contextlib
import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from ple.environment import Environment
from ple.feeds.models import ENTRY, FEED, EntryContentRow, EntryRow, FeedRow
from ple.library import utc_now

FEEDS = 300
PARAGRAPH = "Forgetting is a feature, not a flaw: it keeps what matters and lets the rest go. " * 6
SECTION = (
    "<h2>Part {number}</h2>" + f"<p>{PARAGRAPH}</p>" * 4
    + "<ul><li>study, wait, test</li><li>never <em>re-read</em> first</li></ul><blockquote><p>A quotation of "
    "<a href='https://example.org/{number}'>somebody</a>.</p></blockquote><pre><code>def next_review(days):\n"
    "    return days * 2</code></pre><table><tr><th>After</th><th>Kept</th></tr><tr><td>1 day</td><td>80 %</td></tr>"
    "</table>"
)  # fmt: skip
ARTICLES = (50, 500)
"""Kilobytes of HTML of the two newest entries."""


def article(kilobytes: int) -> str:
    """Return HTML of this size with all that articles have."""
    parts, size = [f"<p>It has {kilobytes} kB, all of them.</p>"], 0
    while size < kilobytes * 1000:
        parts.append(SECTION.format(number=len(parts)))
        size += len(parts[-1])
    return "".join(parts)


def newsboat(folder: Path, entries: int) -> None:
    """Fill newsboat's cache with as many entries of as many feeds, and a list over all of them."""
    cache, urls = folder / "newsboat.db", folder / "newsboat-urls"
    addresses = [f"https://f.example/{number}" for number in range(FEEDS)]
    urls.write_text("\n".join(['"query:All:unread = \\"yes\\" or unread = \\"no\\""', *addresses]) + "\n")
    command = ["newsboat", "-u", str(urls), "-c", str(cache), "-x", "print-unread"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # makes the tables
    now = int(utc_now().timestamp())
    with contextlib.closing(sqlite3.connect(cache)) as connection, connection:
        connection.executemany(
            "INSERT OR REPLACE INTO rss_feed (rssurl, url, title) VALUES (?, ?, ?)",
            [(address, address, f"Feed {number}") for number, address in enumerate(addresses)],
        )
        connection.executemany(
            "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread) "
            "VALUES (?, ?, '', ?, ?, ?, ?, ?)",
            (
                (str(number), f"Entry {number}: how spacing helps what one reads to stay", f"https://e.example/{number}",
                 addresses[number % FEEDS], now - 660 * number,
                 f"<p>Entry {number} says that forgetting is a feature, not a flaw.</p>" * 20, int(number % 5 < 2))
                for number in range(entries)
            ),
        )  # fmt: skip


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
                text = f"Entry {number} says that forgetting is a feature, not a flaw. " * 5
                html, words_of = f"<p>{text}</p>" * 4, text * 4
                if number < len(ARTICLES):
                    row.title = f"An article of {ARTICLES[number]} kB"
                    html, words_of = article(ARTICLES[number]), PARAGRAPH
                rows.append(row.model_dump())
                words.append({"id": id, "html": html, "text": words_of, "summary": ""})
            tx.connection().execute(sa.insert(EntryRow), rows)
            tx.connection().execute(sa.insert(EntryContentRow), words)
    environment.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    entries = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    make(folder, entries)
    if shutil.which("newsboat"):
        newsboat(folder, entries)
