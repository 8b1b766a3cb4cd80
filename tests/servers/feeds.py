"""A server of feeds that behaves as the test says: validators, habits, and the worst of both.

``FeedServer`` answers from a table of paths; each feed has an ETag and a Last-Modified and honours conditional
requests. ``habits`` are functions that take the handler and do whatever a hostile server might.
"""

import gzip
import hashlib
import threading
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FeedServer:
    """Serves feeds on the loopback interface; a context manager."""

    def __init__(self) -> None:
        self.feeds: dict[str, tuple[bytes, str]] = {}
        self.habits: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, bool]] = []
        self.stopped = threading.Event()
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                ours.asked.append((self.path, "If-None-Match" in self.headers))
                if (habit := ours.habits.get(self.path)) is not None:
                    habit(self)
                    return
                body, content_type = ours.feeds.get(self.path, (b"", ""))
                if not body:
                    answer(self, 404, b"there is nothing")
                    return
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                if self.headers.get("If-None-Match") == etag:
                    answer(self, 304, b"", ETag=etag)
                    return
                answer(
                    self, 200, body, ETag=etag, Last_Modified=formatdate(1e9, usegmt=True), Content_Type=content_type
                )

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """Clients that are killed hang up; that is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> "FeedServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def publish(self, path: str, body: bytes | str, content_type: str = "application/xml") -> str:
        """Serve ``body`` at ``path`` from now on; return the address."""
        self.feeds[path] = (body.encode() if isinstance(body, str) else body, content_type)
        return self.url + path

    def misbehave(self, path: str, habit: Callable[[BaseHTTPRequestHandler], None]) -> str:
        """Let ``habit`` answer at ``path``; return the address."""
        self.habits[path] = habit
        return self.url + path


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer; underscores in the names of headers become dashes."""
    handler.send_response(status)
    for name, value in headers.items():
        if value:
            handler.send_header(name.replace("_", "-"), value)
    if status != 304:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Send a body that never ends."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.end_headers()
    block = b"<!-- " + b"x" * 1_000_000 + b" -->"
    handler.wfile.write(b"<rss version='2.0'><channel>")
    while True:
        handler.wfile.write(block)


def gzip_bomb(handler: BaseHTTPRequestHandler) -> None:
    """Send 64 kB that are 64 MB."""
    answer(handler, 200, gzip.compress(b" " * (64 << 20)), Content_Encoding="gzip", Content_Type="text/xml")


def hanging(server: FeedServer) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a habit that accepts a request and says nothing, until the server is stopped."""

    def hang(_: BaseHTTPRequestHandler) -> None:
        server.stopped.wait(60)

    return hang


def rss(title: str, items: list[dict[str, Any]]) -> str:
    """Return an RSS 2.0 feed; an item may have guid, link, title, description and date."""
    parts = []
    for item in items:
        tags = {"guid": "guid", "link": "link", "title": "title", "description": "description", "date": "pubDate"}
        inner = "".join(f"<{tag}>{item[name]}</{tag}>" for name, tag in tags.items() if item.get(name))
        parts.append(f"<item>{inner}</item>")
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>https://example.org/</link><description>About</description>{''.join(parts)}</channel></rss>"
    )
