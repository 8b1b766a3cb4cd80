"""A reader on the web that speaks the Google Reader API as it is documented, with the habits of FreshRSS and Miniflux.

Numbers come in pages, in decimal in lists and in hexadecimal in contents; everything that changes something wants a
token. What it has is in ``feeds`` and ``items``, for tests to look at and to change.
"""

import itertools
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

READ = "user/-/state/com.google/read"
STARRED = "user/-/state/com.google/starred"


@dataclass
class Item:
    number: int
    feed: str
    url: str
    title: str
    states: set[str] = field(default_factory=set)
    crawled: int = 1_800_000_000


class Reader:
    """A context manager; ``base`` is where the API is below the address."""

    def __init__(self, base: str = "/api/greader.php", page: int = 2) -> None:
        self.base = base
        self.page = page
        self.password = "correct horse"
        self.feeds: dict[str, dict[str, Any]] = {}
        self.items: list[Item] = []
        self.calls: list[tuple[str, dict[str, list[str]]]] = []
        self.broken: str | None = None
        self.moves: dict[str, str] = {}
        """Where feeds really are that somebody subscribes to: the redirects that the server follows."""
        self._streams = itertools.count(1)
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                ours._answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                ours._answer(self, parse_qs(body, keep_blank_values=True))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def follow(self, url: str, title: str, folder: str | None = None) -> str:
        stream = f"feed/{next(self._streams)}"
        self.feeds[stream] = {"id": stream, "url": url, "title": title, "categories": _labels(folder)}
        return stream

    def item(self, stream: str, url: str, title: str, *states: str, number: int | None = None) -> Item:
        made = Item(number if number is not None else len(self.items) + 7, stream, url, title, set(states))
        self.items.append(made)
        return made

    def called(self, path: str) -> int:
        return sum(path in called for called, _ in self.calls)

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, list[str]]) -> None:
        parts = urlsplit(handler.path)
        path = parts.path
        query = parse_qs(parts.query)
        self.calls.append((path, form))
        if not path.startswith(self.base + "/"):
            return _send(handler, 404, "there is nothing")
        path = path.removeprefix(self.base)
        if self.broken is not None and self.broken in path:
            return _send(handler, 503, "come back later")
        if path == "/accounts/ClientLogin":
            if form.get("Email") == ["ada"] and form.get("Passwd") == [self.password]:
                return _send(handler, 200, "SID=ada/x\nLSID=null\nAuth=ada/secret\n")
            return _send(handler, 401, "Unauthorized!")
        if handler.headers.get("Authorization") != "GoogleLogin auth=ada/secret":
            return _send(handler, 401, "Unauthorized!")
        if path == "/reader/api/0/token":
            return _send(handler, 200, "token-1\n")
        if handler.command == "POST" and form.get("T") != ["token-1"]:
            return _send(handler, 401, "no token")
        said = self._do(path.removeprefix("/reader/api/0/"), query, form)
        return _send(handler, 200, said if isinstance(said, str) else json.dumps(said))

    def _do(self, path: str, query: dict[str, list[str]], form: dict[str, list[str]]) -> Any:
        match path:
            case "subscription/list":
                return {"subscriptions": list(self.feeds.values())}
            case "subscription/edit":
                stream = form["s"][0]
                if form["ac"] == ["unsubscribe"]:
                    del self.feeds[stream]
                else:
                    folder = form.get("a", [""])[0].rpartition("/label/")[2]
                    url = stream.removeprefix("feed/")
                    self.follow(self.moves.get(url, url), form.get("t", [""])[0], folder or None)
                return "OK"
            case "stream/items/ids":
                return self._numbers(query)
            case "stream/items/contents":
                wanted = {int(name.rpartition("/")[2], 16) for name in form["i"]}
                found = [item for item in self.items if item.number & (1 << 64) - 1 in wanted]
                return {"items": [_contents(item) for item in found]}
            case "edit-tag":
                for item in self.items:
                    if str(item.number) in form["i"]:
                        item.states |= set(form.get("a", ()))
                        item.states -= set(form.get("r", ()))
                return "OK"
        return {}

    def _numbers(self, query: dict[str, list[str]]) -> dict[str, Any]:
        stream = query["s"][0]
        items = [item for item in self.items if stream.endswith("reading-list") or stream in item.states]
        items = [item for item in items if query.get("xt", [""])[0] not in item.states]
        items = [item for item in items if item.crawled >= int(query.get("ot", ["0"])[0])]
        start = int(query.get("c", ["0"])[0])
        found: dict[str, Any] = {"itemRefs": [{"id": str(item.number)} for item in items[start : start + self.page]]}
        if start + self.page < len(items):
            found["continuation"] = str(start + self.page)
        return found


def _contents(item: Item) -> dict[str, Any]:
    return {
        "id": f"tag:google.com,2005:reader/item/{item.number & (1 << 64) - 1:016x}",
        "title": item.title,
        "canonical": [{"href": item.url}],
        "origin": {"streamId": item.feed},
        "categories": sorted(item.states),
    }


def _labels(folder: str | None) -> list[dict[str, str]]:
    return [{"id": f"user/-/label/{folder}", "label": folder}] if folder else []


def _send(handler: BaseHTTPRequestHandler, status: int, text: str) -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
