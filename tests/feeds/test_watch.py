"""What a refresh need not do: open tables when nothing is new, read again what came as it was."""

import subprocess
import sys
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from ple.environment import Environment
from tests.servers.feeds import rss


def item(number: int, **more: str) -> dict[str, Any]:
    return {
        "guid": f"urn:{number}", "link": f"https://example.org/{number}", "title": f"Article {number}",
        "description": f"<p>Words of article {number} that are long enough to tell it from all the others.</p>",
        "date": f"Mon, {number:02d} Jun 2026 10:00:00 GMT", **more,
    }  # fmt: skip


def rows(library: Any, what: str) -> list[Any]:
    with library.reading() as tx:
        return list(tx.connection().execute(sa.text(f"SELECT {what} ORDER BY 1")).all())


def test_a_refresh_that_finds_nothing_new_opens_no_table(sqlite_environment, server):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    sqlite_environment.feeds.add(url)
    sqlite_environment.close()
    program = (
        f"import sys; sys.path[:] = {sys.path!r}; from ple.cli.main import run; "
        f"run(['--library', {str(sqlite_environment.folder)!r}, 'feeds', 'update', '--force', '--json']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert '"not_modified": 1' in said.stdout
    assert not {"sqlalchemy", "sqlmodel", "pydantic", "lxml", "feedparser"} & set(said.stderr.split())


def test_what_came_in_lightly_is_what_comes_in_otherwise(sqlite_environment, server):
    url = server.publish("/feed", rss("A blog", [item(1)]))
    sqlite_environment.feeds.import_opml(f'<opml><body><outline xmlUrl="{url}"/></body></opml>'.encode())
    watch = sqlite_environment.watch
    assert watch.following()
    assert [done.new for done in watch.refresh()] == [1]
    assert watch.newest_entry() == sqlite_environment.feeds.newest_entry() > 0
    assert list(watch.refresh()) == [], "it is not due"
    server.publish("/feed", rss("A blog", [item(2), item(1)]))
    assert [done.new for done in watch.refresh(force=True)] == [1]
    server.misbehave("/feed", lambda handler: handler.send_error(500))
    (failed,) = watch.refresh(force=True)
    assert "500" in failed.failure
    (feed,) = sqlite_environment.feeds.feeds()
    assert (feed.entries, feed.failure) == (2, failed.failure)


def test_a_refresh_leaves_a_library_of_one_file(sqlite_environment, server):
    """What stands beside it is part of it as long as somebody has it open; whoever copies the one file misses that."""
    url = server.publish("/feed", rss("A blog", [item(1)]))
    sqlite_environment.feeds.import_opml(f'<opml><body><outline xmlUrl="{url}"/></body></opml>'.encode())
    sqlite_environment.close()
    with closing(Environment(sqlite_environment.folder)) as again:
        assert [done.new for done in again.watch.refresh()] == [1]
    assert [path.name for path in again.folder.glob("library.sqlite*")] == ["library.sqlite"]


def test_an_item_that_comes_as_it_was_is_not_read_again(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(2), item(1)]))
    feeds.add(url)
    with library.writing() as tx:
        tx.connection().execute(sa.text("UPDATE feed_entry_content SET text = 'as it is'"))
    changed = item(1, description="<p>Other words of article 1, which its publisher thought better of.</p>")
    server.publish("/feed", rss("A blog", [item(3), item(2), changed]))
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.updated) == (1, 1)
    texts = [text for _, text in rows(library, "id, text FROM feed_entry_content")]
    assert [text[:11] for text in texts] == ["Other words", "as it is", "Words of ar"]
    server.publish("/feed", rss("A blog", [item(3), item(2), changed]) + " ")
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.updated, done.not_modified) == (0, 0, False)


def test_an_item_whose_entry_is_not_there_as_it_was_is_read_in_full(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(2), item(1)]))
    feeds.add(url)
    with library.writing() as tx:
        tx.connection().execute(sa.text("UPDATE feed_entry SET key = 'elsewhere' || key WHERE title = 'Article 1'"))
    server.publish("/feed", rss("A blog", [item(3), item(2), item(1)]))
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.updated) == (1, 0)
    assert len(rows(library, "key FROM feed_entry")) == 3
    assert [key for (key,) in rows(library, "key FROM feed_entry")] == ["guid:urn:1", "guid:urn:2", "guid:urn:3"]


def test_ids_that_begin_to_clash_rename_what_came_as_it_was(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(n) for n in (4, 3, 2, 1)]))
    feeds.add(url)
    clashing = [item(n, guid="urn:1") for n in (9, 8, 7, 6, 5)]
    server.publish("/feed", rss("A blog", [*clashing, *(item(n) for n in (4, 3, 2, 1))]))
    (done,) = feeds.refresh(force=True)
    assert (done.new, done.updated) == (5, 0)
    assert {key.partition(":")[0] for (key,) in rows(library, "key FROM feed_entry")} == {"link"}


def test_what_was_thrown_away_stays_away_and_what_was_brought_back_is_brought_up_to_date(feeds, server, library):
    url = server.publish("/feed", rss("A blog", [item(2), item(1)]))
    feeds.add(url)
    (one,) = [line.id for line in feeds.entries() if line.title == "Article 1"]
    with library.writing() as tx:
        tx.trash(one)
    edited = item(1, description="<p>Edited while it was in the trash, at some length, for whoever reads on.</p>")
    server.publish("/feed", rss("A blog", [item(2), edited]))
    assert [(done.new, done.updated) for done in feeds.refresh(force=True)] == [(0, 0)]
    with library.writing() as tx:
        tx.restore(one)
    server.publish("/feed", rss("A blog", [item(3), item(2), edited]))
    assert [(done.new, done.updated) for done in feeds.refresh(force=True)] == [(1, 1)]
    assert feeds.entry(one).text.startswith("Edited while")


def test_one_article_of_two_feeds_that_come_in_together_is_one(feeds, server, library):
    for name in ("/a", "/b"):
        feeds.add(server.publish(name, rss(name, [item(1, guid=f"urn:{name}")])))
        server.publish(name, rss(name, [item(2, guid=f"urn:2:{name}"), item(1, guid=f"urn:{name}")]))
    assert sum(done.new for done in feeds.refresh(force=True)) == 2
    assert [line.title for line in feeds.entries()] == ["Article 2", "Article 1"]
    assert [len(line.also_in) for line in feeds.entries()] == [1, 1]
