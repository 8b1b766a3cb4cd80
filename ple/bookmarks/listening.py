"""Saving from a browser: an endpoint on this machine alone, for a bookmarklet, an extension or a script.

Whoever can reach it could add to a learner's library, so three things are asked of every request that does:

* the ``Host`` is this address by number or as localhost; somebody else's name that leads here (DNS rebinding) is not;
* the ``Origin``, where the browser says it, is this address or an extension; no other page may post here, whatever it
  knows;
* the key of the library is with it. Pages never get to see the key: the bookmarklet only opens our own window, which
  keeps the key in the browser's storage for this address and port.

Nothing can be read here, not even whether a page is kept.
"""

import base64
import hashlib
import hmac
import html
import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ple.library import PleError

if TYPE_CHECKING:
    from ple.bookmarks.bookmarks import Bookmarks
    from ple.bookmarks.models import Saved

_LARGEST = 12_000_000  # bytes of a request: a page as the browser shows it
_EXTENSIONS = ("moz-extension://", "chrome-extension://", "safari-web-extension://")
_SCRIPT = """
const key = document.querySelector("input[name=key]"), form = document.querySelector("form");
if (key) {
  key.value = localStorage.getItem("key") || "";
  if (key.value) key.closest("p").hidden = true;
  form.addEventListener("submit", () => localStorage.setItem("key", key.value.trim()));
}
if (document.body.dataset.what === "refused") localStorage.removeItem("key");
if (document.body.dataset.what === "saved") setTimeout(() => window.close(), 1500);
"""
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "input,textarea{font:inherit;width:100%;box-sizing:border-box}label{display:block}"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ListenError(PleError):
    """The endpoint cannot be opened."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A page that a browser wants kept; ``html`` is what it shows, if it sent that along."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    html: str = ""


def bookmarklet(address: str) -> str:
    """Return the link that a learner puts among the bookmarks of a browser. There is no secret in it."""
    return (
        f"javascript:(()=>{{const e=encodeURIComponent;window.open('{address}save?url='+e(location.href)+'&title='"
        "+e(document.title)+'&note='+e(String(getSelection())),'ple','width=560,height=520')})()"
    )


@contextmanager
def listening(
    bookmarks: "Bookmarks", key: str, port: int = 0, *, told: Callable[["Saved"], None] | None = None
) -> Iterator[str]:
    """Keep what browsers send while the context lasts; give the address, which ends in a slash.

    What is sent is kept at once, with the page if that is sent too; else the page is fetched behind. What is not
    fetched at the end is fetched by :meth:`~ple.bookmarks.Bookmarks.fetch_pending`.
    ``told`` hears of each page. Port 0 is any that is free.

    Raises:
        ListenError: the port is taken.

    """
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def save(wish: Wish) -> "Saved":
        saved = bookmarks.save(wish.url, called=wish.title or None, tags=wish.tags, note=wish.note or None, fetch=False)
        if wish.html:  # what only its reader saw cannot be fetched later: it is kept before we answer
            bookmarks.take_page(saved.bookmark.id, wish.html)
            saved = replace(saved, bookmark=bookmarks.bookmark(saved.bookmark.id))
        else:
            waiting.put(saved.bookmark.id)
        if told is not None:
            told(saved)
        return saved

    def fetch() -> None:
        while (id := waiting.get()) is not None:
            try:
                bookmarks.refresh(id)
            except PleError:
                continue  # removed since, or the library is busy: it is still among the pending ones

    try:
        server = _Server(("127.0.0.1", port), _handler(key.encode(), save))
    except (OSError, OverflowError) as error:
        raise ListenError(
            f"port {port} cannot be used", hint="Another program has it; name one with --port."
        ) from error
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
        threading.Thread(target=fetch, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        waiting.put(None)
        threads[0].join()
        threads[1].join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Browsers hang up; that is no news."""


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def _handler(key: bytes, save: "Callable[[Wish], Saved]") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "ple"
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            self._answering(self._get)

        def do_POST(self) -> None:
            self._answering(self._post)

        def do_OPTIONS(self) -> None:
            self._answering(self._preflight)

        def _answering(self, answer: Callable[[], None]) -> None:
            try:
                self._check_host()
                answer()
            except _Refused as refused:
                self._say(refused.status, "refused", str(refused))
            except PleError as error:
                self._say(HTTPStatus.BAD_REQUEST, "failed", f"{error}. {error.hint or ''}".strip())

        def _get(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/":
                address = f"http://127.0.0.1:{self.server.server_port}/"  # type: ignore[attr-defined]
                link = html.escape(bookmarklet(address))
                self._page("index", f'<p>Drag this into your bookmarks: <a href="{link}">Keep in ple</a>.</p>')
            elif parts.path == "/save":
                self._page("form", _form({name: values[0] for name, values in parse_qs(parts.query).items()}))
            else:
                raise _Refused(HTTPStatus.NOT_FOUND, "There is no page at this address.")

        def _post(self) -> None:
            if urlsplit(self.path).path != "/save":
                self.close_connection = True
                raise _Refused(HTTPStatus.NOT_FOUND, "There is no page at this address.")
            self._check_origin()
            said = self._body()
            scheme, _blank, given = self.headers.get("Authorization", "").partition(" ")
            offered = given.strip() if scheme.lower() == "bearer" else str(said.get("key", ""))
            if not hmac.compare_digest(offered.encode(), key):
                raise _Refused(HTTPStatus.FORBIDDEN, "The key is missing or wrong; `ple bookmarks listen` shows it.")
            saved = save(_wish(said))
            self._say(
                HTTPStatus.OK, "saved", f"{'Kept already' if saved.known else 'Saved'}: {saved.bookmark.title}", saved
            )

        def _preflight(self) -> None:
            if not self.headers.get("Origin", "").startswith(_EXTENSIONS):
                raise _Refused(HTTPStatus.FORBIDDEN, "Other pages may not post here.")
            self.send_response(HTTPStatus.NO_CONTENT)
            self.send_header("Access-Control-Allow-Methods", "POST")
            self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.end_headers()

        def _check_host(self) -> None:
            port = self.server.server_port  # type: ignore[attr-defined]
            hosts = self.headers.get_all("Host") or []
            if len(hosts) != 1 or hosts[0].strip().lower() not in (f"127.0.0.1:{port}", f"localhost:{port}"):
                self.close_connection = True
                raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "This address leads here by mistake.")

        def _check_origin(self) -> None:
            port = self.server.server_port  # type: ignore[attr-defined]
            origin = self.headers.get("Origin")
            ours = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")
            trusted = origin is not None and (origin in ours or origin.startswith(_EXTENSIONS))
            elsewhere = self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
            if not trusted and (origin is not None or elsewhere):
                self.close_connection = True
                raise _Refused(HTTPStatus.FORBIDDEN, "Other pages may not post here.")

        def _body(self) -> dict[str, Any]:
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit() or self.headers.get("Transfer-Encoding"):
                self.close_connection = True
                raise _Refused(HTTPStatus.LENGTH_REQUIRED, "The request does not say how long it is.")
            if int(length) > _LARGEST:
                self.close_connection = True
                raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"More than {_LARGEST:,} bytes are too much.")
            body = self.rfile.read(int(length)).decode("utf-8", "replace")
            if self._is_json():
                try:
                    said = json.loads(body)
                except (ValueError, RecursionError):
                    said = None
                if not isinstance(said, dict):
                    raise _Refused(HTTPStatus.BAD_REQUEST, "The request is no JSON object.")
                return said
            return {name: values[0] for name, values in parse_qs(body, max_num_fields=50).items()}

        def _is_json(self) -> bool:
            return self.headers.get_content_type() == "application/json"

        def _say(self, status: HTTPStatus, what: str, sentence: str, saved: "Saved | None" = None) -> None:
            if not self._is_json():
                self._page(what, f"<p>{html.escape(sentence)}</p>", status)
                return
            value: dict[str, Any] = {"error": sentence}
            if saved is not None:
                page = saved.bookmark
                value = {"id": page.id, "title": page.title, "url": page.url, "known": saved.known}
            self._send(status, "application/json", json.dumps(value))

        def _page(self, what: str, inner: str, status: HTTPStatus = HTTPStatus.OK) -> None:
            page = (
                '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width">'
                f"<title>Keep in ple</title><style>{_STYLE}</style>"
                f'<body data-what="{what}"><h1>Keep in ple</h1>{inner}<script>{_SCRIPT}</script></body></html>'
            )
            self._send(status, "text/html; charset=utf-8", page)

        def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
            body = text.encode("utf-8", "replace")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def end_headers(self) -> None:
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            origin = self.headers.get("Origin", "") if hasattr(self, "headers") else ""
            if origin.startswith(_EXTENSIONS) and origin.isprintable() and origin.isascii():
                self.send_header("Access-Control-Allow-Origin", origin)
                self.send_header("Vary", "Origin")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _wish(said: dict[str, Any]) -> Wish:
    """Return what a request asks for; tags are a list, or a text with commas."""
    texts = {
        name: said[name].replace("\0", "")
        for name in ("url", "title", "note", "html")
        if isinstance(said.get(name), str)
    }
    tags = said.get("tags")
    parts = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    return Wish(
        texts.get("url", ""),
        texts.get("title", ""),
        tuple(tag.strip() for tag in parts if isinstance(tag, str) and tag.strip()),
        texts.get("note", ""),
        texts.get("html", ""),
    )


def _form(said: dict[str, str]) -> str:
    def field(label: str, name: str, more: str = "") -> str:
        value = html.escape(said.get(name, ""))
        return f'<p><label>{label}<input name="{name}" value="{value}" {more}></label></p>'

    note = html.escape(said.get("note", ""))
    return (
        '<form method="post" action="/save">'
        + field("Address", "url", 'type="url" required')
        + field("Title", "title")
        + field("Tags, with commas", "tags", "autofocus")
        + f'<p><label>Note<textarea name="note" rows="4">{note}</textarea></label></p>'
        + '<p><label>Key, from the terminal<input name="key" type="password" autocomplete="off" required></label></p>'
        + "<p><button>Keep</button></p></form>"
    )
