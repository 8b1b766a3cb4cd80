"""Servers that mean no good, or cannot do better: one sentence each, and the other feeds come in all the same."""

import gzip
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ple.feeds import Subscriptions
from ple.web.client import Limits
from tests.servers.feeds import answer, endless, gzip_bomb, hanging, rss

ITEMS = [{"guid": "1", "link": "https://example.org/1", "title": "Article", "description": "Words"}]
LIMITS = Limits(connect=1.0, read=1.5, total=3.0, size=5_000_000)  # the server has to share our processors


@pytest.fixture
def dead() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/feed"


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"<")
        handler.server.stopped.wait(0.1)


def test_each_ends_in_a_sentence_and_the_others_come_in(environment, server, parser, clock, dead, request):
    server._server.stopped = server.stopped
    feeds = Subscriptions(environment.library, environment.client, now=clock, parser=parser, limits=LIMITS)
    request.addfinalizer(feeds.close)
    storm = rss("Storm", [{"title": "x", "description": "&lt;!--" * 20_000}])
    hostile = {
        dead: "",
        server.misbehave("/hangs", hanging(server)): "",
        server.misbehave("/drips", drip): "",
        server.misbehave("/endless", endless): "",
        server.misbehave("/bomb", gzip_bomb): "",
        server.misbehave("/loop", lambda h: answer(h, 302, b"", Location="/loop")): "circle",
        server.misbehave("/false-gzip", lambda h: answer(h, 200, b"<rss/>", Content_Encoding="gzip")): "",
        server.misbehave("/half", lambda h: answer(h, 200, gzip.compress(b"x" * 99)[:-9], Content_Encoding="gzip")): "",
        server.publish(
            "/page", "<!doctype html><html><body>Hello</body></html>", "text/html"
        ): "a web page, not a feed",
        server.publish("/picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 99): "a picture",
        server.publish("/noise", bytes(range(256)) * 9): "not a feed",
        server.publish("/nothing", b" "): "empty",
        "http://nowhere.invalid/feed": "",
    }
    good = [server.publish(f"/{n}", rss(f"Good {n}", ITEMS)) for n in range(6)]
    good.append(server.publish("/storm", storm))
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in [*hostile, *good])
    feeds.import_opml(f"<opml>{outlines}</opml>".encode())
    done = {each.url: each for each in feeds.refresh(force=True)}
    for url, says in hostile.items():
        failure = done[url].failure
        assert failure, url
        assert says in failure
        assert "\n" not in failure
        assert "Traceback" not in failure
        assert len(failure) < 200
    assert [done[url].new for url in good] == [1] * 7
    assert [line.title for line in feeds.entries(feed=done[good[0]].feed_id)] == ["Article"]
    assert environment.library.check() == []


def test_a_feed_that_takes_forever_to_read_does_not_stop_the_others(environment, server, clock, request):
    from ple.feeds.worker import Parser

    with Parser(cpu_seconds=0) as parser:
        feeds = Subscriptions(environment.library, environment.client, now=clock, parser=parser)
        request.addfinalizer(feeds.close)
        attributes = " ".join(f'a{n}="x"' for n in range(60_000))
        slow = server.publish("/slow", f'<rss version="2.0"><channel><item {attributes}/></channel></rss>')
        good = [server.publish(f"/{n}", rss(f"Good {n}", ITEMS)) for n in range(3)]
        outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in [slow, *good])
        feeds.import_opml(f"<opml>{outlines}</opml>".encode())
        done = {each.url: each for each in feeds.refresh(force=True)}
    assert "given up" in done[slow].failure
    assert [done[url].new for url in good] == [1, 1, 1]


@pytest.mark.skipif(not os.environ.get("PLE_TEST_ALL"), reason="half a minute: PLE_TEST_ALL=1")
def test_a_whole_update_of_slow_broken_and_hostile_feeds_ends_in_time_and_says_what_became_of_each():
    bench = Path(__file__).parents[2] / "benchmarks" / "hostile.py"
    done = subprocess.run([sys.executable, bench, "--feeds", "60", "--drip", "10"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
