"""Feeds as they are in the world, served from this machine: all can be followed, refreshed and read.

A sample of them runs here; all of them with PLE_TEST_ALL=1.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ple.feeds.errors import FeedError
from ple.feeds.formats import quick
from ple.feeds.parsing import parse
from tests.servers.feeds import FeedServer

pytestmark = pytest.mark.real
ALL = bool(os.environ.get("PLE_TEST_ALL"))
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "text/xml", "json": "application/json"}


def real_feeds(shared_data: Path) -> list[tuple[Path, str, int]]:
    rows = (shared_data / "feeds" / "REAL.tsv").read_text(encoding="utf-8").splitlines()
    found = []
    for row in rows:
        name, kind, _size, items = row.split("\t")
        found.append((shared_data / "feeds" / name, kind, int(items)))
    return found if ALL else found[::20]


def test_every_real_feed_is_followed_and_refreshed(
    sqlite_environment: Any, server: FeedServer, shared_data: Path
) -> None:
    feeds = sqlite_environment.feeds
    files = real_feeds(shared_data)
    urls = [
        server.publish(f"/{n}/{path.name}", path.read_bytes(), TYPES[kind]) for n, (path, kind, _) in enumerate(files)
    ]
    outlines = "".join(f'<outline type="rss" xmlUrl="{url.replace("&", "&amp;")}"/>' for url in urls)
    assert len(feeds.import_opml(f"<opml><body>{outlines}</body></opml>".encode()).added) == len(files)
    first = list(feeds.refresh(force=True))
    failures = [(done.url, done.failure) for done in first if done.failure]
    print(
        f"\n{len(first)} feeds, {sum(done.new for done in first):,} entries of {sum(f[2] for f in files):,} items, "
        f"{len(failures)} failures {failures}"
    )
    assert len(first) == len(files)
    assert failures == []
    again = list(feeds.refresh(force=True))
    assert Counter((done.not_modified, done.new, done.updated, done.failure) for done in again) == {
        (True, 0, 0, None): len(files)
    }
    ids = feeds.entry_ids()
    assert sum(feed.entries for feed in feeds.feeds()) == sum(done.new for done in first)
    for line in feeds.entry_lines(ids):
        assert line.title
        assert line.title.isprintable()
        assert line.url is None or line.url.startswith(("http://", "https://"))
    assert sqlite_environment.library.check() == []


def test_parsing_them_again_changes_nothing(sqlite_environment: Any, server: FeedServer, shared_data: Path) -> None:
    feeds = sqlite_environment.feeds
    for n, (path, kind, _) in enumerate(real_feeds(shared_data)):
        feeds.add(server.publish(f"/{n}/{path.name}", path.read_bytes(), TYPES[kind]))
        server.publish(f"/{n}/{path.name}", path.read_bytes() + b"\n", TYPES[kind])
    again = list(feeds.refresh(force=True))
    changed = [(done.url, done.new, done.updated) for done in again if done.new or done.updated or done.failure]
    assert changed == []
    assert not any(done.not_modified for done in again)


def test_the_cases_of_feedparser_raise_nothing_but_feed_errors(shared_data: Path) -> None:
    files = sorted(path for path in (shared_data / "feeds" / "kurtmckee__feedparser").rglob("*") if path.is_file())
    ended: Counter[str] = Counter()
    for path in files if ALL else files[::10]:
        try:
            feed = parse("https://example.org/feed", path.read_bytes())
            ended["read, with flaws" if feed.flaw else "read"] += 1
        except FeedError as error:
            ended[type(error).__name__] += 1
    print(f"\n{ended.total()} cases: {dict(ended)}")
    assert ended["read"] + ended["read, with flaws"] > 0.95 * ended.total()


def test_the_quick_reader_says_what_feedparser_says_of_every_feed(shared_data: Path) -> None:
    """Of all feeds that there are, whole ones and the cases of other readers, in any state of repair."""
    files = [
        path
        for path in sorted((shared_data / "feeds").rglob("*"))
        if path.suffix in (".xml", ".rss", ".atom", ".rdf") and path.is_file()
    ]
    read = Counter(quick=0, left=0)
    for path in files if ALL else files[::12]:
        body = path.read_bytes()
        said = quick.read("https://example.org/feed", body, None, lambda _: None)
        if not said or not said["entries"]:
            read["left"] += 1
            continue
        read["quick"] += 1
        quickly, slowly = (parse("https://example.org/feed", body, quickly=way) for way in (True, False))
        assert quickly == slowly, path
    print(f"\n{read}")
    assert read["quick"] > 50
