"""The process that reads feeds: limits, and when it ends."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ple.feeds.errors import FeedError, NotAFeed, TooCostly
from ple.feeds.worker import Parser

FEED = b'<rss version="2.0"><channel><title>A blog</title><item><title>x</title></item></channel></rss>'
ATTRIBUTES = b"<rss><channel><item " + b" ".join(b'a%d="x"' % n for n in range(60_000)) + b"/></channel></rss>"


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_gives_values_and_errors_back(parser):
    assert parser.parse("https://example.org/", FEED).title == "A blog"
    with pytest.raises(NotAFeed, match="web page") as caught:
        parser.parse("https://example.org/", b"<html></html>")
    assert "ple feeds find" in caught.value.hint


def test_the_clock_on_the_wall_ends_it_too():
    with Parser() as parser:
        parser.parse("https://example.org/", FEED)
        parser.child.seconds = 0.3
        with pytest.raises(TooCostly, match="longer than"):
            parser.parse("https://example.org/", ATTRIBUTES)
        parser.child.seconds = 60
        assert parser.parse("https://example.org/", FEED).title == "A blog"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory reliably")
def test_a_feed_that_takes_too_much_memory_is_given_up():
    huge = FEED.replace(b"<item>", b"<item><description>" + b"x" * (40 << 20) + b"</description>")
    with Parser(memory_bytes=250 << 20) as parser:
        with pytest.raises(TooCostly):
            parser.parse("https://example.org/", huge)
        assert parser.parse("https://example.org/", FEED).title == "A blog"


def test_a_worker_that_was_killed_is_replaced(parser):
    parser.parse("https://example.org/", FEED)
    os.kill(parser.child.pid, signal.SIGKILL)
    with pytest.raises(FeedError):
        parser.parse("https://example.org/", FEED)
    assert parser.parse("https://example.org/", FEED).title == "A blog"


def test_closing_ends_what_it_is_doing():
    parser = Parser()
    parser.parse("https://example.org/", FEED)
    worker = parser.child.pid
    ended: list[BaseException] = []

    def read() -> None:
        try:
            parser.parse("https://example.org/", ATTRIBUTES)
        except FeedError as error:
            ended.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    while not parser.child.busy:
        pass
    parser.close()
    reading.join(10)
    assert not alive(worker)
    assert len(ended) == 1


def test_a_worker_that_nobody_closed_ends_with_its_parser():
    parser = Parser()
    parser.parse("https://example.org/", FEED)
    worker = parser.child.pid
    del parser
    gc.collect()
    assert not alive(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_does_not_outlive_a_parent_that_was_killed_even_while_it_is_busy():
    program = f"""
import sys, threading
sys.path[:] = {sys.path!r}
from ple.feeds.worker import Parser
from tests.feeds.test_worker import ATTRIBUTES, FEED
parser = Parser()
parser.parse("https://example.org/", FEED)
threading.Thread(target=parser.parse, args=("https://example.org/", ATTRIBUTES), daemon=True).start()
print(parser.child.pid, flush=True)
threading.Event().wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with parent:
        worker = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    give_up = time.monotonic() + 10
    while alive(worker) and time.monotonic() < give_up:
        threading.Event().wait(0.02)
    assert not alive(worker)


def test_it_imports_little():
    program = "import sys, ple.child, ple.feeds.worker, ple.feeds.parsing; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert not {"sqlmodel", "sqlalchemy", "httpx2", "pydantic", "click", "bs4"} & set(said.stdout.split())
