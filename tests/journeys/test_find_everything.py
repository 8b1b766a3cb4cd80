"""Gather, save, reflect, and find all of it by one word, in one call, right after."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>A feed</title><link>{url}/</link><description>d</description>
<item><guid>1</guid><title>An entry</title><link>{url}/entry</link>
<description>Spaced serendipities in the body of an entry.</description></item></channel></rss>"""
PAGE = """<!doctype html><html lang="en"><head><title>A page</title></head><body><article><h1>A page</h1>
<p>A page that somebody wrote, long enough to be an article that is worth keeping for later reading.</p>
<p>In its second paragraph there is serendipity, which nobody who looks for it elsewhere would find.</p>
<p>And a third paragraph says something else altogether, so that the reader has something to read.</p>
</article></body></html>"""


def test_an_entry_a_bookmark_and_a_reflection_are_found_by_one_word_right_after(ple: Any, publisher: Any) -> None:
    feed = publisher.publish("/feed", FEED.format(url=publisher.url), content_type="application/rss+xml")
    page = publisher.publish("/page", PAGE, content_type="text/html; charset=utf-8")

    ple("feeds", "add", feed)
    ple("feeds", "update", "--force")
    bookmark = ple("bookmarks", "add", page, "--tag", "kept", "--json").json
    ple("journal", "write", f"Today I met serendipity in #{bookmark['id']}. #thought")

    in_this_process = ple("search", "serendipity", "--json").json
    assert {hit["kind"] for hit in in_this_process["hits"]} == {"entry", "bookmark", "journal"}
    assert in_this_process["facets"]["kind"] == {"entry": 1, "bookmark": 1, "journal": 1}
    for hit in in_this_process["hits"]:
        assert any(hit["excerpt"][start:end].startswith("serendip") for start, end in hit["marks"])

    ple("journal", "write", "And again: serendipity.")
    ran = subprocess.run(
        [sys.executable, "-m", "ple", "--library", str(ple.folder), "search", "serendipity"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert sorted(line.split("\t")[1] for line in ran.stdout.splitlines()) == [
        "bookmark",
        "entry",
        "journal",
        "journal",
    ]

    shutil.rmtree(ple.folder / "search")
    assert ple("search", "kind:bookmark serendipity tag:kept", "--json").json["total"] == 1
    assert [hit["title"] for hit in ple("search", "in:feed is:unread", "--json").json["hits"]] == ["An entry"]
    assert ple("bookmarks", "show", page, "--json").json["id"] == bookmark["id"]
    assert ple("journal", "show", "Today I met", "--json").json["links"][0]["id"] == bookmark["id"]
