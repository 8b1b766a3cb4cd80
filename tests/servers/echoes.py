"""Servers that receive Webmentions, statuses and posts, as their documents say; each remembers what it was told."""

import json
import threading
import urllib.parse
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Network:
    """Pages, what was posted, and how often an answer is to be lost."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], str]] = field(default_factory=dict)
    mentions: list[tuple[str, str]] = field(default_factory=list)
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    lose: int = 0


@contextmanager
def network() -> Iterator[Network]:
    """Serve all of it at one address; the token is “secret-token”, WordPress' user “ada”."""
    it = Network()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            it.asked.append(("GET", self.path))
            if path == "/api/v2/instance":
                self._json(200, {"configuration": {"statuses": {"max_characters": 150}}})
            elif path == "/wp-json/wp/v2/posts":
                slug = dict(urllib.parse.parse_qsl(query)).get("slug")
                self._json(200, [one for one in it.posts if one.get("slug") == slug])
            else:
                status, headers, body = it.pages.get(path, (404, {}, ""))
                self._say(status, body.encode(), {"Content-Type": "text/html; charset=utf-8", **headers})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = self.path.partition("?")[0]
            it.asked.append(("POST", self.path))
            who = self.headers.get("Authorization", "")
            if path == "/webmention":
                form = dict(urllib.parse.parse_qsl(body))
                it.mentions.append((form["source"], form["target"]))
                self._say(202, b"", {})
            elif path == "/wp-json/wp/v2/posts":
                if b64decode(who.removeprefix("Basic ")) != b"ada:secret-token":
                    self._json(401, {"message": "Sorry, you are not allowed to do that."})
                    return
                it.posts.append({**json.loads(body), "link": f"{it.url}/post-{len(it.posts)}"})
                self._answer(201, it.posts[-1])
            elif who != "Bearer secret-token":
                self._json(401, {"error": "The access token is invalid"})
            elif path == "/api/v1/statuses":
                key = self.headers["Idempotency-Key"]
                it.statuses.setdefault(key, dict(urllib.parse.parse_qsl(body)))
                self._answer(200, {"url": f"{it.url}/@ada/{list(it.statuses).index(key)}"})
            elif path == "/micropub":
                it.posts.append(json.loads(body))
                self._say(201, b"", {"Location": f"{it.url}/note-1"})
            else:
                self._say(404, b"", {})

        def _answer(self, status: int, said: Any) -> None:
            if it.lose:
                it.lose -= 1
                self.close_connection = True
                return
            self._json(status, said)

        def _json(self, status: int, said: Any) -> None:
            self._say(status, json.dumps(said).encode(), {"Content-Type": "application/json"})

        def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket.settimeout(1)  # who comes may be gone again before it is accepted: that must not wait for the next
    it.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
