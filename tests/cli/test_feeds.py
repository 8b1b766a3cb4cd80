"""``ple feeds`` and ``ple entries``, as typed."""

import pytest

from tests.servers.feeds import FeedServer, rss


@pytest.fixture
def server():
    with FeedServer() as server:
        yield server


def items(*numbers: int):
    return [
        {"guid": f"urn:{n}", "link": f"https://example.org/{n}", "title": f"Article {n}",
         "description": f"Words &lt;b&gt;{n}&lt;/b&gt;", "date": f"Mon, {n:02d} Jun 2026 10:00:00 GMT"}
        for n in numbers
    ]  # fmt: skip


def test_follow_read_and_update(ple, server):
    url = server.publish("/feed", rss("A blog", items(2, 1)))
    feed = ple("feeds", "add", url, "--folder", "Tech", "--tag", "python", "--json").json
    assert {"id", "uid", "kind", "title", "url", "tags", "created_at"} <= set(feed)
    assert (feed["kind"], feed["title"], feed["tags"], feed["entries"]) == ("feed", "A blog", ["python"], 2)
    assert "A blog" in ple("feeds", "list").out
    newest = ple("entries", "list", "--limit", "1", "--json").json
    assert [(entry["title"], entry["read"], entry["published_at"]) for entry in newest] == [
        ("Article 2", False, "2026-06-02T10:00:00Z")
    ]
    number = str(newest[0]["id"])
    assert "Words 2" in ple("entries", "show", f"#{number}").out
    assert ple("entries", "read", number, "--json").json["read"] is True
    assert ple("entries", "star", number).out == f"Starred: #{number} Article 2\n"
    assert [entry["id"] for entry in ple("entries", "list", "--starred", "--json").json] == [int(number)]
    assert [entry["title"] for entry in ple("entries", "list", "--unread", "--json").json] == ["Article 1"]
    server.publish("/feed", rss("A blog", items(3, 2, 1)))
    done = ple("feeds", "update", "--force", "--json").json
    assert done == {
        "feeds": 1, "fetched": 1, "not_modified": 0, "failed": 0, "new_entries": 1, "updated_entries": 0, "errors": [],
    }  # fmt: skip
    done = ple("feeds", "update", "--force", "--json").json
    assert (done["not_modified"], done["new_entries"]) == (1, 0)
    said = ple("feeds", "update")
    assert "No feed is due" in said.err
    assert "0 feeds" in said.out
    assert ple("entries", "read", "--all", "--feed", "A blog").out.startswith("Marked 2 entries as read")
    ple("undo")
    assert len(ple("entries", "list", "--unread", "--json").json) == 2


def test_an_update_goes_on_past_a_feed_that_fails(ple, server):
    good = server.publish("/good", rss("Good", items(1)))
    ple("feeds", "add", good)
    bad = ple("feeds", "add", server.publish("/bad", rss("Bad", items(1))), "--json").json
    server.publish("/bad", "<html><body>sorry</body></html>", "text/html")
    done = ple("feeds", "update", "--force", "--json")
    assert (done.json["failed"], done.json["not_modified"]) == (1, 1)
    (error,) = done.json["errors"]
    assert (error["id"], error["error"]) == (bad["id"], "it is a web page, not a feed")
    assert "it is a web page" in done.err
    ple("feeds", "update", "--force", "--strict", code=1)
    ple("feeds", "update", str(bad["id"]), code=1)
    health = ple("feeds", "health", "--json").json
    assert [feed["state"] for feed in health] == ["failing", "ok"]


def test_errors_are_a_sentence_and_a_hint(ple, server):
    url = server.publish("/page", "<html><body>Nothing here</body></html>", "text/html")
    said = ple("feeds", "add", url, code=1)
    assert "names no feed" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    ple("feeds", "add", "javascript:alert(1)", code=1)
    assert "(404)" in ple("feeds", "add", server.url + "/nowhere", code=1).err
    ple("feeds", "show", "999", code=1)
    ple("entries", "read", code=2)
    assert "“whenever” is not understood" in ple("entries", "list", "--since", "whenever", code=1).err


def test_find_shows_what_a_page_leads_to(ple, server):
    server.publish("/feed", rss("A blog", items(1, 2)))
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'
    (found,) = ple("feeds", "find", server.publish("/", page, "text/html"), "--json").json
    assert (found["title"], found["entries"], found["format"]) == ("A blog", 2, "rss20")
    assert found["newest_at"] == "2026-06-02T10:00:00Z"


def test_lists_go_in_and_out(ple, server, tmp_path):
    file = tmp_path / "feeds.opml"
    url = server.publish("/feed", rss("A blog", items(1)))
    file.write_text(f'<opml><outline text="F"><outline xmlUrl="{url}" text="A & B"/><outline type="rss" text="Bad"/>')
    said = ple("feeds", "import", str(file))
    assert "1 new feed, 1 refused" in said.out
    assert "Bad" in said.err
    assert ple("feeds", "update", "--json").json["new_entries"] == 1
    out = tmp_path / "out.opml"
    ple("feeds", "export", str(out))
    assert f'xmlUrl="{url}"' in out.read_text()
    written = out.read_text().partition("<body>")[2]  # what comes before it says the time to the second
    assert ple("feeds", "export").out.partition("<body>")[2] == written
    assert ple("feeds", "import", "-", stdin=out.read_bytes(), code=0).out.startswith("Following 0 new feeds, 1 known")
    assert "cannot be read" in ple("feeds", "import", str(tmp_path / "none"), code=1).err
    assert "no OPML" in ple("feeds", "import", "-", stdin=b"hello", code=1).err


def test_change_pause_and_remove(ple, server):
    url = server.publish("/feed", rss("A blog", items(1)))
    ple("feeds", "add", url)
    changed = ple("feeds", "edit", url, "--title", "Mine", "--folder", "A/B", "--json").json
    assert (changed["title"], changed["folder"]) == ("Mine", "A/B")
    assert [feed["title"] for feed in ple("feeds", "list", "--folder", "A", "--json").json] == ["Mine"]
    assert ple("feeds", "pause", "Mine", "--json").json["paused"] is True
    assert ple("feeds", "update", "--force", "--json").json["feeds"] == 0
    assert ple("feeds", "resume", "Mine", "--json").json["paused"] is False
    assert ple("feeds", "remove", "Mine", "--json").json["title"] == "Mine"
    assert ple("feeds", "list", "--json").json == []
    assert "No feeds yet" in ple("feeds", "list").err
    ple("undo")
    assert ple("feeds", "show", "Mine", "--json").json["entries"] == 1
    assert len(ple("entries", "list", "--json").json) == 1


def test_an_entry_becomes_a_bookmark(ple, server):
    page = server.publish(
        "/page", "<html><head><title>The page</title></head><body><p>Text</p></body></html>", "text/html"
    )
    feed = rss("A blog", [{"guid": "1", "link": page, "title": "The article"}])
    ple("feeds", "add", server.publish("/feed", feed))
    (entry,) = ple("entries", "list", "--json").json
    saved = ple("entries", "save", str(entry["id"]), "--tag", "keep", "--json").json
    assert (saved["kind"], saved["url"], saved["tags"]) == ("bookmark", page, ["keep"])
    ends = ple("links", str(saved["id"]), "--json").json
    assert [end["id"] for end in ends] == [entry["id"]]


def test_only_what_is_on_the_web_is_opened_and_in_the_browser_of_the_settings(ple, publisher, tmp_path, monkeypatch):
    feed = """<rss version="2.0"><channel><title>F</title><item><guid>1</guid><title>T</title>
        <link>https://e.org/a</link><enclosure url="file:///etc/passwd" type="audio/mpeg"/></item></channel></rss>"""
    ple("feeds", "add", publisher.publish("/f", feed, content_type="application/rss+xml"))
    (entry,) = ple("entries", "list", "--json").json
    monkeypatch.setenv("PLE_BROWSER", "true")

    assert ple("entries", "open", str(entry["id"])).out == "Opened https://e.org/a\n"
    said = ple("entries", "open", str(entry["id"]), "--attached", code=1).err
    assert "only addresses of the web are opened" in said or "nothing attached" in said
