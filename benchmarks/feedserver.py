"""A server of made-up feeds for benchmarks/feeds.py: RSS and Atom, with validators, the same in every run.

python benchmarks/feedserver.py --port 8765 --feeds 1000 --entries 30 --write-urls FILE
"""

import argparse
import hashlib
import json
import random
from email.utils import formatdate
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

WORDS = [
    "learning",
    "memory",
    "practice",
    "recall",
    "spacing",
    "review",
    "note",
    "idea",
    "proof",
    "café",
    "naïve",
    "Straße",
    "журнал",
    "学习",
    "course",
]
START = 1_767_225_600  # 2026


def body(feed: int, generation: int, entries: int) -> bytes:
    """Return a feed as it is after it published ``generation`` times."""
    atom = feed % 3 == 0
    parts = []
    for number in range(entries + 2 * generation, 2 * generation, -1):
        pick = random.Random(f"{feed}:{number}")
        title = " ".join(pick.choices(WORDS, k=7))
        text = escape(
            "".join(f"<p>{' '.join(pick.choices(WORDS, k=60))} <a href='/{number}'>more</a></p>" for _ in range(6))
        )
        link, when = f"http://feed{feed}.test/{number}", START + 21_600 * number
        if atom:
            day = formatdate(when, usegmt=True)
            parts.append(f"<entry><id>{link}</id><title>{title}</title><link href='{link}'/><updated>{day}</updated>"
                         f"<content type='html'>{text}</content></entry>")  # fmt: skip
        else:
            day = formatdate(when, usegmt=True)
            parts.append(f"<item><guid>{link}</guid><title>{title}</title><link>{link}</link><pubDate>{day}</pubDate>"
                         f"<description>{text}</description></item>")  # fmt: skip
    if atom:
        return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Feed {feed}</title>{''.join(parts)}</feed>".encode()
    return f"<rss version='2.0'><channel><title>Feed {feed}</title>{''.join(parts)}</channel></rss>".encode()


class Handler(BaseHTTPRequestHandler):
    """Answers from the bodies that were made at the start."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bodies: list[bytes]
    generations: list[int]
    entries: int
    asked: dict[str, int]

    def do_GET(self) -> None:
        """Answer a feed, or do as the benchmark says."""
        parts = urlsplit(self.path)
        if parts.path.startswith("/_ctl/"):
            self.answer(200, json.dumps(self.control(parts.path[6:], parse_qs(parts.query))).encode())
            return
        found = self.bodies[int(parts.path.rpartition("/")[2])]
        etag = f'"{hashlib.sha256(found).hexdigest()[:20]}"'
        given = self.headers.get("If-None-Match")
        self.asked["requests"] += 1
        self.asked["conditional"] += given is not None
        self.answer(
            304 if given == etag else 200, found, ETag=etag, **{"Last-Modified": formatdate(START, usegmt=True)}
        )

    def control(self, what: str, said: dict[str, list[str]]) -> dict[str, int]:
        """Publish something new, or say what was asked."""
        if what == "zero":
            self.asked.update(requests=0, conditional=0)
        elif what == "advance":
            count = round(len(self.bodies) * float(said["share"][0]))
            for feed in random.Random(1).sample(range(len(self.bodies)), count):
                self.generations[feed] += 1
                self.bodies[feed] = body(feed, self.generations[feed], self.entries)
        return self.asked

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 304:
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until stopped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=8765)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--entries", type=int, default=30)
    options.add_argument("--write-urls", type=Path, required=True)
    given = options.parse_args()
    Handler.bodies = [body(feed, 0, given.entries) for feed in range(given.feeds)]
    Handler.generations = [0] * given.feeds
    Handler.entries = given.entries
    Handler.asked = {"requests": 0, "conditional": 0}
    given.write_urls.write_text("".join(f"http://127.0.0.1:{given.port}/feed/{n}\n" for n in range(given.feeds)))
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    print(f"{given.feeds} feeds, {sum(map(len, Handler.bodies)) / 1e6:.1f} MB, ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
