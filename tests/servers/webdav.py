"""A real WebDAV server (WsgiDAV) over a folder."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Clients of tests hang up; that is no news."""


class _Body:
    """What a request sends, and not what comes after it: wsgiref leaves that to the application."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._from = environ["wsgi.input"]
        self._left = int(environ.get("CONTENT_LENGTH") or 0)

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        said: bytes = self._from.read(wanted)
        if len(said) < wanted:
            raise ConnectionResetError("the client hung up")
        self._left -= len(said)
        return said


class DavServer:
    """Where it is, what it was asked, and who is told after each request that may have changed something."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str]] = []
        self.changed: Callable[[], None] | None = None
        self.infinity = True
        self.one_at_a_time = threading.RLock()
        self.moves = True


@contextmanager
def dav_server(folder: Path) -> Iterator[DavServer]:
    """Serve ``folder`` below /dav/; the password of “ada” is “correct horse”."""
    app = WsgiDAVApp({
        "provider_mapping": {"/dav": FilesystemProvider(str(folder))},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "simple_dc": {"user_mapping": {"*": {"ada": {"password": "correct horse"}}}},
        "verbose": 0, "logging": {"enable": False}, "dir_browser": {"enable": False}, "lock_storage": True,
        "property_manager": None,
    })  # fmt: skip

    def outer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        server.asked.append((method, environ["PATH_INFO"]))
        if method == "PROPFIND" and environ.get("HTTP_DEPTH") == "infinity" and not server.infinity:
            start("403 Forbidden", [("Content-Length", "0")])
            return [b""]
        if method == "MOVE" and not server.moves:
            start("501 Not Implemented", [("Content-Length", "0")])
            return [b""]
        environ["wsgi.input"] = _Body(environ)
        if method not in ("MOVE", "DELETE", "PUT"):
            return app(environ, start)
        with server.one_at_a_time:  # WsgiDAV's MOVE removes what it replaces first: a visitor looks before or after
            said = b"".join(app(environ, start))
            if server.changed is not None:
                server.changed()
        return [said]

    http = make_server("127.0.0.1", 0, outer, server_class=_Server, handler_class=_Quiet)
    server = DavServer(http.server_port)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
