"""A refresh of feeds some of which are slow, broken or hostile: how long it takes, and what is said of each.

    python benchmarks/hostile.py [--feeds 200] [--entries 20] [--drip 30] [--server PATH]

A tenth of the feeds answers late, a twentieth fails (500), a fiftieth is malformed in one of five ways; one sends a
byte a second for as long as ``--drip`` says, one is 64 KB of gzip that are 64 MB, one is a storm of ``<!--``. The
refresh is the command's own, in a process of its own. It has to end before an honest feed that is asked last would
have to, to say what became of every feed, to keep the entries of all that can be read, and to stay small: otherwise
this ends with 1. With ``--server`` the feeds are those of another server, which takes ``--variants slow=0.1,drip=…``;
only the storm is ours then.
"""

import argparse
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter, defaultdict
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
MOST_MEMORY = 250
"""Megabytes that the refresh and the process that reads feeds may have together at the most."""
WORDS = "what one reads today is what one knows tomorrow and the day after that"


def feed(number: int, entries: int, words: str = "") -> bytes:
    """Return a feed of RSS 2.0 as it should be."""
    items = "".join(
        f"<item><guid>urn:{number}:{entry}</guid><title>Article {entry} of feed {number}</title>"
        f"<link>https://feed{number}.example/{entry}</link>"
        f"<pubDate>Mon, 01 Jun 2026 10:{entry % 60:02d}:00 GMT</pubDate>"
        f"<description>{escape(f'<p>{entry} ' + WORDS + '</p>' * 3)}{words}</description></item>"
        for entry in range(entries)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>https://feed{number}.example/</link><description>About</description>{items}</channel></rss>"
    ).encode()


MALFORMED = (
    lambda body: body.replace(b"<title>Article", b"<title>R&D: Article"),
    lambda body: body[: len(body) * 7 // 10],
    lambda body: body.replace(b"Article", b"An&nbsp;article"),
    lambda body: b"\n\n  " + body.replace(b"reads", b"re\x08ads"),
    lambda body: body.replace(b"</description></item>", b"<b><i></b></i></description></item>"),
)


def kind_of(number: int) -> str:
    """Return what a feed is like, the same in every run."""
    if number < 3:
        return ("drip", "bomb", "storm")[number]
    for kind, share in (("slow", 10), ("failing", 20), ("malformed", 50)):
        if number % share == 3 + ("slow", "failing", "malformed").index(kind):
            return kind
    return "well"


class Handler(BaseHTTPRequestHandler):
    """Answers as the feed of that number does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    entries: int
    drip: int
    stopped: threading.Event

    def do_GET(self) -> None:
        """Answer."""
        number = int(self.path.rpartition("/")[2])
        kind, body = kind_of(number), feed(number, self.entries)
        if kind == "failing":
            self.answer(b"<html>Internal server error</html>", 500)
        elif kind == "drip":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(self.drip):
                if self.stopped.wait(1):
                    return
                self.wfile.write(body[at : at + 1])
            self.wfile.write(body[self.drip :])
        elif kind == "bomb":
            self.answer(gzip.compress(b" " * (64 << 20)), 200, "gzip")
        elif kind == "storm":
            self.answer(feed(number, self.entries, escape("<!--" * 30_000)).replace(b"</channel>", b"<!--" * 30_000))
        elif kind == "malformed":
            self.answer(MALFORMED[number // 50 % len(MALFORMED)](body))
        else:
            if kind == "slow" and self.stopped.wait(1):
                return
            self.answer(body)

    def answer(self, body: bytes, status: int = 200, encoding: str = "") -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Serves the feeds from this process."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Whoever gives up hangs up."""


def memory_of(pid: int) -> float:
    """Return the megabytes that a process and its children have now; 0 where that cannot be said."""
    total = 0.0
    waiting = [pid]
    while waiting:
        process = waiting.pop()
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return total


@dataclass
class Watched:
    """What was seen of a command while it ran: seconds, megabytes, and when it last said something of a feed."""

    seconds: float = 0.0
    peak: float = 0.0
    last_feed: float = 0.0


def ple(folder: Path, *arguments: str, watched: Watched | None = None) -> Any:
    """Run a command of ours and return what it says as JSON."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "PLE_AFTER_UPDATE": ""}
    words = [sys.executable, "-m", "ple", "--library", str(folder / "library"), *arguments, "--json"]
    seen = watched or Watched()
    began = time.monotonic()
    with subprocess.Popen(
        words, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        said: list[str] = []

        def listen() -> None:
            for line in process.stderr or ():
                if line.endswith(" new\n"):
                    seen.last_feed = time.monotonic() - began

        threads = [
            threading.Thread(target=lambda: said.append(process.stdout.read() if process.stdout else "")),
            threading.Thread(target=listen),
        ]
        for thread in threads:
            thread.start()
        while process.poll() is None:
            seen.peak = max(seen.peak, memory_of(process.pid))
            time.sleep(0.05)
        seen.seconds = time.monotonic() - began
        for thread in threads:
            thread.join()
    return json.loads(said[0])


def run(urls: dict[str, str], folder: Path) -> tuple[Watched, Any, dict[str, Any]]:
    """Follow the feeds and refresh them once; return what was seen, what the update said, and each feed's health."""
    (folder / "library").mkdir(parents=True)
    opml = folder / "feeds.opml"
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    opml.write_text(f"<opml><body>{outlines}</body></opml>", encoding="utf-8")
    ple(folder, "feeds", "import", str(opml))
    watched = Watched()
    done = ple(folder, "feeds", "update", watched=watched)
    return watched, done, {each["url"]: each for each in ple(folder, "feeds", "health")}


def report(urls: dict[str, str], health: dict[str, Any], errors: dict[str, str]) -> list[str]:
    """Print what became of each kind of feed; return what should not be."""
    wrong = []
    by_kind: dict[str, list[str]] = defaultdict(list)
    for url, kind in urls.items():
        each = health.get(url)
        if each is None or not (each["checked_at"] or errors.get(url)):
            wrong.append(f"nothing is said of {url} ({kind})")
            continue
        said = errors.get(url) or ("read: " + each["says"] if each["state"] == "flawed" else "read")
        by_kind[kind].append(f"{said}{'' if errors.get(url) else ' (entries kept)' if each['entries'] else ' (empty)'}")
        if kind in ("well", "slow", "malformed") and not each["entries"]:
            wrong.append(f"{url} ({kind}) brought nothing: {said}")
    for kind, said in sorted(by_kind.items(), key=lambda pair: -len(pair[1])):
        print(f"\n{kind}: {len(said)}")
        for words, number in Counter(said).most_common(4):
            print(f"  {number:4} {words}")
    return wrong


def main() -> int:
    """Run it and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--feeds", type=int, default=200)
    options.add_argument("--entries", type=int, default=20)
    options.add_argument("--drip", type=int, default=30)
    options.add_argument("--server", type=Path, help="ask the feeds of this server, which takes --variants")
    given = options.parse_args()
    sys.path.insert(0, str(PROJECT))
    from ple.feeds.fetching import LIMITS

    Handler.entries, Handler.drip = given.entries, given.drip
    Handler.stopped = threading.Event()
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = {f"http://127.0.0.1:{server.server_port}/feed/{n}": kind_of(n) for n in range(given.feeds)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beside = None
        if given.server:
            beside, theirs = other(given.server, folder, given)
            urls = {**theirs, **{url: kind for url, kind in urls.items() if kind == "storm"}}
        try:
            seen, done, health = run(urls, folder)
        finally:
            Handler.stopped.set()
            server.shutdown()
            if beside is not None:
                beside.terminate()
                beside.wait()
    wrong = report(urls, health, {each["url"]: each["error"] for each in done["errors"]})
    print(
        f"\n{len(urls)} feeds in {seen.seconds:.1f} s; the last that brought something was in after "
        f"{seen.last_feed:.1f} s, and one feed may take {LIMITS.total:.0f} s. {done['fetched']} read, "
        f"{done['failed']} failed, {done['new_entries']:,} entries. At most {seen.peak:.0f} MB."
    )
    if seen.seconds > seen.last_feed + LIMITS.total:
        wrong.append("it ended later than an honest feed that was asked last might have")
    if seen.peak > MOST_MEMORY:
        wrong.append(f"it took {seen.peak:.0f} MB")
    if done["feeds"] != len(urls):
        wrong.append(f"{done['feeds']} of {len(urls)} feeds were reported")
    for problem in wrong:
        print(f"WRONG: {problem}")
    return 1 if wrong else 0


def other(path: Path, folder: Path, given: argparse.Namespace) -> tuple["subprocess.Popen[str]", dict[str, str]]:
    """Start another server with the same shares of habits; return its process, and what its feeds are like."""
    one = 1 / given.feeds
    shares = f"slow=0.1,err500=0.05,malformed=0.02,drip={one},gzipbomb={one}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    written = folder / "urls"
    words = [sys.executable, str(path), "--port", str(port), "--feeds", str(given.feeds), "--variants", shares]
    words += ["--entries", str(given.entries), "--drip-seconds", str(given.drip), "--write-urls", str(written)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "ready" not in (line := process.stdout.readline()) and line:
        pass
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ctl/map") as answer:
        kinds = {number: said[1] for number, said in json.load(answer).items()}
    names = {"ok": "well", "err500": "failing", "gzipbomb": "bomb"}
    urls = written.read_text(encoding="ascii").split()
    return process, {url: names.get(kind, kind) for url in urls for kind in [kinds[url.rpartition("/")[2]]]}


if __name__ == "__main__":
    sys.exit(main())
