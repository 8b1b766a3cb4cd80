"""Looking at a built site from this machine alone, as a host on the web would show it."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ple.library import PleError
from ple.portfolio.following import EVENTS, JAVASCRIPT, SCRIPT, Following, reloading


class ServeError(PleError):
    """The site cannot be served."""


class _Handler(SimpleHTTPRequestHandler):
    """Files of the site, its own page for what is not there, and nothing that begins with a dot."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a page waits 40 ms for the browser to acknowledge its headers
    server_version = "ple"
    sys_version = ""
    extensions_map = {  # noqa: RUF012 - the base class has it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".atom": "application/atom+xml; charset=utf-8",
        ".xml": "application/xml; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".svg": "image/svg+xml",
    }

    under = "/"
    news: Following | None = None

    def send_head(self) -> Any:
        if self.under != "/":
            if urlsplit(self.path).path == "/":
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", self.under)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return None
            if not self.path.startswith(self.under):
                self.send_error(HTTPStatus.NOT_FOUND)
                return None
            self.path = "/" + self.path.removeprefix(self.under)
        if any(part.startswith(".") for part in unquote(urlsplit(self.path).path).split("/")):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        if self.news is not None:
            return self._send_live()
        return super().send_head()

    def _send_live(self) -> Any:
        """Send a page with what lets it load itself anew; anything else as it is."""
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() and self.path.partition("?")[0].endswith("/") else path
        if page.suffix != ".html" or not page.is_file():
            return super().send_head()
        content = reloading(page.read_bytes(), self.under)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def do_GET(self) -> None:
        asked = self.path.removeprefix(self.under) if self.path.startswith(self.under) else ""
        if self.news is None or asked not in (EVENTS, SCRIPT):
            super().do_GET()
            return
        if asked == SCRIPT:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/javascript; charset=utf-8")
            self.send_header("Content-Length", str(len(JAVASCRIPT)))
            self.end_headers()
            self.wfile.write(JAVASCRIPT)
            return
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        seen: int | None = self.news.count
        with suppress(OSError):  # whoever looked on went away
            self.wfile.write(b": here\n\n")
            while seen is not None:
                before, seen = seen, self.news.after(seen)
                if seen is not None:
                    self.wfile.write(b"event: built\ndata: 1\n\n" if seen > before else b": still here\n\n")
                    self.wfile.flush()

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Location" and value.startswith("/") and not value.startswith(self.under):
            value = self.under + value.removeprefix("/")  # the slash that was missing at a folder's end
        super().send_header(keyword, value)

    def list_directory(self, path: Any) -> Any:
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        try:
            body = (Path(self.directory) / "404.html").read_bytes()
        except OSError:
            body = b"<!DOCTYPE html><title>Not here</title><p>There is no page at this address."
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # what is looked at while it is written is never old
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Browsers hang up; that is no news."""


@contextmanager
def serving(folder: Path, port: int = 0, under: str = "/", news: Following | None = None) -> Iterator[str]:
    """Serve ``folder`` on the loopback interface while the context lasts; give the address, which ends in a slash.

    Port 0 is any that is free. ``under`` is the path that the site will have on its host: the page for what is not
    there, which is read at any depth, links by it. With ``news``, pages load themselves anew when it says so.

    Raises:
        ServeError: the port is taken, or there is no site in the folder.
    """
    if not (folder / "index.html").is_file():
        raise ServeError(f"there is no site in {folder}", hint="Make it with `ple portfolio build`.")
    try:
        handler = type("_Here", (_Handler,), {"under": under, "news": news})
        server = _Server(("127.0.0.1", port), lambda *request: handler(*request, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise ServeError(f"port {port} cannot be used", hint="Another program has it; name one with --port.") from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{under}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
