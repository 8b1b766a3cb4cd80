"""Neocities and Netlify, as their documents describe their interfaces; the key is “secret-token”."""

import hashlib
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What is served, and what is on its way in a deploy."""

    url: str = ""
    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    deploys: dict[str, dict[str, str]] = field(default_factory=dict)
    came: dict[str, bytes] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    changed: Callable[[], None] | None = None


def sha1(said: bytes) -> str:
    return hashlib.sha1(said).hexdigest()


@contextmanager
def host() -> Iterator[Site]:
    """Serve both interfaces and the site itself at one address."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/api/") and self.headers.get("Authorization") != "Bearer secret-token":
                self._json(403, {"result": "error", "error_type": "invalid_auth", "message": "invalid credentials"})
            elif path == "/api/list":
                rows = [
                    {"path": p, "is_directory": False, "size": len(s), "sha1_hash": sha1(s)}
                    for p, s in site.files.items()
                ]
                folders = [{"path": p, "is_directory": True} for p in {p.rpartition("/")[0] for p in site.files} - {""}]
                self._json(200, {"result": "success", "files": [*folders, *rows]})
            elif path == "/api/sites/ada.example/files":
                self._json(200, [{"path": f"/{p}", "sha": sha1(s), "size": len(s)} for p, s in site.files.items()])
            elif path == "/api/sites/ada.example":
                self._json(200, {"ssl_url": f"{site.url}/site"})
            elif path.startswith("/site/") and (said := site.files.get(path.removeprefix("/site/"))) is not None:
                self._say(200, said)
            else:
                self._say(404, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != "Bearer secret-token":
                self._json(401, {"message": "Access Denied"})
            elif self.path == "/api/upload":
                head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
                for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():  # type: ignore[attr-defined]
                    name = part.get_param("name", header="content-disposition")
                    site.files[name] = part.get_payload(decode=True)
                    site.sent.append(name)
                self._tell({"result": "success"})
            elif self.path == "/api/delete":
                names = [value for _, value in urllib.parse.parse_qsl(body.decode())]
                if any(name not in site.files for name in names):
                    self._json(400, {"result": "error", "error_type": "missing_files"})
                    return
                for name in names:
                    del site.files[name]
                self._tell({"result": "success"})
            else:
                id = f"d{len(site.deploys)}"
                site.deploys[id] = json.loads(body)["files"]
                known = {sha1(said) for said in site.files.values()}
                required = sorted({digest for digest in site.deploys[id].values() if digest not in known})
                self._finish(id)
                self._json(200, {"id": id, "required": required, "state": "uploading"})

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            _, _, _, id, _, path = self.path.split("/", 5)
            site.came[sha1(body)] = body
            site.sent.append(urllib.parse.unquote(path))
            self._finish(id)
            self._json(200, {"path": f"/{path}"})

        def _finish(self, id: str) -> None:
            said = {sha1(one): one for one in site.files.values()} | site.came
            if all(digest in said for digest in site.deploys[id].values()):
                site.files = {path.lstrip("/"): said[digest] for path, digest in site.deploys[id].items()}
                if site.changed:
                    site.changed()

        def _tell(self, said: Any) -> None:
            if site.changed:
                site.changed()
            self._json(200, said)

        def _json(self, status: int, said: Any) -> None:
            self._say(status, json.dumps(said).encode(), "application/json")

        def _say(self, status: int, body: bytes, kind: str = "text/html") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    site.url = f"http://127.0.0.1:{site.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
