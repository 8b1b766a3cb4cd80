"""Rules, triage, saved searches and the update in the background, as typed."""

import json
import os
import shlex
import signal
import subprocess
import sys

import pytest

from tests.servers.feeds import FeedServer, rss
from tests.servers.greader import STARRED, Reader


@pytest.fixture
def server():
    with FeedServer() as server:
        yield server


def items(*titles: str):
    return [
        {"guid": f"urn:{title}", "link": f"https://example.org/{n}", "title": title,
         "description": f"Words about {title}", "date": f"Mon, {len(titles) - n:02d} Jun 2026 10:00:00 GMT"}
        for n, title in enumerate(titles)
    ]  # fmt: skip


def test_rules_as_typed(ple, server):
    url = server.publish("/feed", rss("A blog", items("Old weekly", "Other")))
    ple("feeds", "add", url)
    tried = ple("feeds", "rules", "try", "title:weekly")
    assert "1 of 2 entries would fit" in tried.err
    assert "Old weekly" in tried.out
    rule = ple("feeds", "rules", "add", "title:weekly", "star", "tag:links", "--do", "notify", "--json").json
    assert {"id", "uid", "kind", "title", "url", "tags", "created_at"} <= set(rule)
    assert rule["actions"] == ["star", "tag:links", "notify"]
    server.publish("/feed", rss("A blog", items("New weekly", "Old weekly", "Other")))
    assert "title:weekly: #" in ple("feeds", "update", "--force").err
    (starred,) = ple("entries", "list", "--starred", "--json").json
    assert (starred["title"], starred["tags"]) == ("New weekly", ["links"])
    assert "New weekly" in ple("feeds", "rules", "notices", "--seen").out
    assert ple("feeds", "rules", "notices", "--json").json == []
    assert ple("feeds", "rules", "test", str(rule["id"]), "--json").json["fits"] == 2
    assert "to 2 entries" in ple("feeds", "rules", "run", "weekly").out
    assert "star, tag:links, notify" in ple("feeds", "rules", "list").out
    ple("feeds", "rules", "pause", "weekly")
    assert ple("feeds", "rules", "list", "--json").json[0]["paused"] is True
    ple("feeds", "rules", "remove", "weekly")
    ple("undo")
    assert len(ple("feeds", "rules", "list", "--json").json) == 1
    assert "until" in ple("feeds", "mute", "A blog", "--for", "7d").out
    said = ple("feeds", "rules", "add", "x", "explode", code=1)
    assert "no rule knows how to “explode”" in said.err
    assert "a rule for everything" in ple("feeds", "rules", "add", "--do", "star", code=1).err
    assert "no span of time" in ple("feeds", "mute", "A blog", "--for", "soon", code=1).err


def test_the_inbox_as_typed(ple, server):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("A", "B", "C", "D"))))
    inbox = ple("entries", "inbox", "--json").json
    a, b, c, d = (str(line["entry"]["id"]) for line in inbox)
    assert ple("entries", "keep", a, "--json").json["starred"] is True
    ple("entries", "later", b, "--for", "2d")
    assert ple("entries", "drop", c).out == f"Dropped: #{c} C\n"
    assert [line["entry"]["title"] for line in ple("entries", "inbox", "--json").json] == ["D"]
    assert "B" in ple("entries", "inbox", "--state", "later").out
    ple("entries", "back", c)
    assert len(ple("entries", "inbox", "--json").json) == 2
    assert ple("entries", "why", d, "--json").json["score"] == 0
    ple("entries", "read", a)
    assert "you read" in ple("feeds", "diversity").out
    note = ple("entries", "note", d, "Worth a thought", "--json").json
    assert note["kind"] == "journal"
    assert any(link["kind"] == "journal" for link in ple("links", d, "--json").json)


def test_searches_stand_among_the_feeds(ple, server):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("Python one", "Rust", "Python two"))))
    saved = ple("searches", "save", "Snakes", "title:python is:unread", "--json").json
    assert {"id", "uid", "kind", "title", "url", "tags", "created_at"} <= set(saved)
    (smart,) = ple("feeds", "list", "--smart", "--json").json
    assert (smart["title"], smart["entries"], smart["unread"]) == ("Snakes", 2, 2)
    assert "Snakes" in ple("feeds", "list").out
    assert [feed["kind"] for feed in ple("feeds", "list", "--json").json] == ["feed"]
    assert ple("searches", "run", "snakes", "--json").json["total"] == 2
    ids = [str(entry["id"]) for entry in ple("entries", "list", "--search", "Snakes", "--json").json]
    ple("entries", "read", ids[0])
    assert ple("feeds", "list", "--smart", "--json").json[0]["entries"] == 1
    ple("searches", "save", "snakes", "title:python", "--aside")
    (one,) = ple("searches", "list", "--json").json
    assert (one["id"], one["query"], one["among_feeds"]) == (saved["id"], "title:python", False)
    ple("searches", "remove", "Snakes")
    assert "search" in ple("searches", "run", "Snakes", code=1).err
    assert "kind" in ple("searches", "save", "Bad", "kind:unicorn", code=1).err


def test_keeping_and_expiring_as_typed(ple, server):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("A", "B", "C"))))
    ple("entries", "read", "--all")
    (care,) = ple("feeds", "keeping", "A blog", "--newest", "1", "--whole", "--json").json
    assert (care["keep_newest"], care["whole"]) == (1, True)
    assert ple("feeds", "expire", "--dry-run", "--json").json[0]["gone"] == 2
    assert "went" in ple("feeds", "expire").out
    assert len(ple("entries", "list", "--json").json) == 1
    assert "--all" in ple("feeds", "keeping", "--days", "3", code=2).err


def test_a_hook_hears_of_an_update(ple, server, monkeypatch, tmp_path):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("Old"))))
    server.publish("/feed", rss("A blog", items("New", "Old")))
    heard = tmp_path / "heard.json"
    code = f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())"
    monkeypatch.setenv("PLE_AFTER_UPDATE", f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}")
    ple("feeds", "update", "--force")
    said = json.loads(heard.read_bytes())
    assert (said["event"], said["new_entries"], [entry["title"] for entry in said["entries"]]) == (
        "feeds-updated", 1, ["New"],
    )  # fmt: skip
    monkeypatch.setenv("PLE_AFTER_UPDATE", "/no/such/program")
    assert "cannot be run" in ple("feeds", "update", "--force").err


def test_two_updates_at_a_time_are_one(ple):
    from ple.feeds.background import alone

    with alone(ple.folder):
        said = ple("feeds", "update", "--json")
        assert said.json["feeds"] == 0
        assert "another update of the feeds is running" in said.err.lower()
        assert "running" in ple("feeds", "update", "--force", code=1).err
    assert "goes" not in ple("feeds", "update").err
    assert "--every" in ple("feeds", "update", "--every", "30m", "--force", code=2).err


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_update_in_the_background_is_quiet_single_and_ends_when_told(ple, server):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("Old"))))
    words = [sys.executable, "-m", "ple", "--library", str(ple.folder), "feeds", "update", "--every", "30m"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert "Updating every 30 minutes" in running.stderr.readline()
        second = subprocess.run(words, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"feeds are updated already (process {running.pid})" in second.stderr
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (0, "", "")


def test_sync_as_typed(ple, server, monkeypatch):
    ple("feeds", "add", server.publish("/feed", rss("A blog", items("A", "B"))))
    with Reader() as reader:
        said = ple("feeds", "sync", "connect", reader.url, "--login", "ada", code=1)
        assert "--password-stdin" in said.err
        said = ple(
            "feeds", "sync", "connect", reader.url, "--login", "ada", "--password-stdin", stdin="wrong\n", code=1
        )
        assert "refuses the name or the password" in said.err
        monkeypatch.setenv("PLE_SYNC_PASSWORD", reader.password)
        made = ple("feeds", "sync", "connect", reader.url, "--login", "ada", "--name", "Home", "--json").json
        assert made["name"] == "Home"
        assert reader.password not in json.dumps(made)
        assert ple("feeds", "sync", "run", "--json").json["followed_there"] == 1
        (stream,) = reader.feeds
        reader.item(stream, "https://example.org/0", "A", STARRED)
        assert "1 marked here" in ple("feeds", "sync", "run", "home").out
        assert ple("entries", "list", "--starred", "--json").json[0]["title"] == "A"
    assert "Home" in ple("feeds", "sync", "accounts").out
    assert ple("feeds", "sync", "run", code=1).err
    ple("feeds", "sync", "disconnect", "Home")
    assert "no account" in ple("feeds", "sync", "run", code=1).err


def test_mail_as_typed(ple, tmp_path):
    letter = tmp_path / "letter.eml"
    letter.write_bytes(b"From: Ada <ada@example.org>\nSubject: Hello\nMessage-ID: <1@x>\n\nWords.\n")
    picture = tmp_path / "picture.eml"
    picture.write_bytes(b"\x89PNG")
    done = ple("feeds", "import-mail", str(letter), str(picture), "--folder", "Letters")
    assert "1 new entry in 1 feed" in done.out
    assert "neither a mailbox nor a message" in done.err
    assert ple("feeds", "import-mail", str(letter), "--json").json["known"] == 1
    assert ple("entries", "list", "--folder", "Letters", "--json").json[0]["author"] == "Ada"
    ple("feeds", "import-mail", str(picture), code=1)
