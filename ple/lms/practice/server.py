"""The practice LMS's web server: on the loopback interface only, one thread a connection, faults on demand."""

import contextlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from ple.lms.practice import teacher
from ple.lms.practice.canvas import Canvas
from ple.lms.practice.faults import AFTER, Faults
from ple.lms.practice.http import Reply, Request, as_html, as_json, pairs, wishes
from ple.lms.practice.moodle import Moodle
from ple.lms.practice.page import school_page
from ple.lms.practice.school import School

MOODLE_TOKEN: Final = "5ab1e0" + "0" * 20 + "7ac71c"
CANVAS_TOKEN: Final = "practice~" + "Sample" * 8
DIALECTS: Final = {"moodle": Moodle, "canvas": Canvas}

_LOG = logging.getLogger(__name__)
_MOST_BYTES = 10 * 1024 * 1024
_LONGEST_HANG = 600.0
_SHUT = 20.0


class PracticeLms:
    """A running practice LMS; a context manager that stops it.

    ``kind`` is ``moodle`` or ``canvas``. ``port`` 0 takes a free one. With ``state``, what was handed in is kept in
    that file and there again after a restart.

    Raises:
        ValueError: there is no such kind, or ``state`` holds something else.
        OSError: the port is taken.

    """

    def __init__(
        self,
        kind: str = "moodle",
        *,
        port: int = 0,
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if kind not in DIALECTS:
            raise ValueError(f"there is no practice LMS of the kind {kind!r}; there are: {', '.join(DIALECTS)}")
        self.kind = kind
        self.school = School(clock, state)
        self.faults = Faults()
        self.asked: list[tuple[str, Request]] = []
        """Every request with the name of its operation, in order, the latest thousand."""
        self._released = threading.Event()
        self._turn = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._port = int(self._server.server_address[1])
        self._ending = False
        self._reopen, self._listens = threading.Event(), threading.Event()
        self._listens.set()
        self.url = f"http://127.0.0.1:{self._port}"
        self.token = MOODLE_TOKEN if kind == "moodle" else CANVAS_TOKEN
        self.dialect: Any = DIALECTS[kind](self.school, self.url, self.token)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "PracticeLms":
        """Start serving in a thread of its own."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    def start_over(self) -> None:
        """Forget what was handed in, every fault, and every change to how it answers."""
        self.open()
        with self._turn:
            self.school.start_over()
            self.faults.clear()
            self.faults.struck.clear()
            self.asked.clear()
            self.dialect = DIALECTS[self.kind](self.school, self.url, self.token)

    def serve_forever(self) -> None:
        """Serve in this thread until :meth:`stop` or an interrupt."""
        try:
            self._serve()
        finally:
            self._released.set()
            self._server.server_close()

    def _serve(self) -> None:
        while True:
            self._server.serve_forever(0.02)
            if self._ending:
                return
            self._reopen.wait(_SHUT)
            if self._ending:
                return
            self._server = _Server(("127.0.0.1", self._port), self)
            self._listens.set()

    def shut(self, but: socket.socket | None = None) -> None:
        """Refuse connections for twenty seconds, or until :meth:`open`; those there are end, ``but`` one."""
        self._reopen.clear()
        self._listens.clear()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up(but)

    def fail(self, operation: str, fault: str) -> None:
        """Arm ``fault`` for the next call of ``operation`` (``*``: any).

        Raises:
            ValueError: there is no such fault, or nobody ever asks this LMS for that.
        """
        known = self.dialect.operations
        if operation not in ("*", *known):
            raise ValueError(
                f"a practice {self.kind.title()} is never asked for {operation!r}, but for: {', '.join(known)}"
            )
        self.faults.arm(operation, fault)

    def open(self) -> None:
        """Take connections again, if they are refused."""
        self._reopen.set()
        self._listens.wait(10)

    def stop(self) -> None:
        """Stop serving; hanging answers are let go."""
        self._released.set()
        self._ending = True
        if self._thread is not None:
            self._reopen.set()
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def reply(self, request: Request) -> Reply | None:
        """Return what is answered to ``request``; nothing means that the connection is closed without a word."""
        operation = self.dialect.operation(request)
        del self.asked[:-999]
        self.asked.append((operation, request))
        fault = self.faults.strike(operation)
        if fault is None:
            return self._answer(request)
        _LOG.info("practice fault %s at %s", fault, operation)
        if fault in AFTER:
            self._answer(request)
        if fault == "shut":
            return replace(self._answer(request), last=True)
        if fault in ("hang", "hang-after"):
            self._released.wait(_LONGEST_HANG)
            return None
        if fault in ("close", "drop-answer"):
            return None
        if fault == "expired":
            self.dialect.expire()
            return self._answer(request)
        return self.dialect.failing(fault) or _failing(fault)

    def _answer(self, request: Request) -> Reply:
        if request.path == "/":
            return as_html(school_page(self.kind, self.url, self.school))
        if request.path == "/teacher" and request.method == "POST":
            with self._turn:
                return teacher.do(self.school, self.url, request)
        with self._turn:
            said: Reply | None = self.dialect.answer(request)
        return said or as_html("<html><head><title>404</title></head><body>Not found</body></html>", 404)


def _failing(fault: str) -> Reply:
    if fault in ("error-500", "error-500-after"):
        return as_html("<html><body><h1>Internal Server Error</h1></body></html>", 500)
    if fault == "too-many":
        return as_json({"error": "too many requests"}, 429, {"retry-after": "30"})
    if fault == "maintenance":
        return as_html("<html><body><h1>Down for maintenance</h1></body></html>", 503, {"retry-after": "300"})
    if fault == "redirect":
        return Reply(302, headers={"location": "/login/index.php"})
    return as_html("<html><body>Welcome! <script>not json</script></body></html>")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], lms: PracticeLms) -> None:
        self.lms = lms
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self, but: socket.socket | None) -> None:
        for each in list(self._open):
            if each is not but:
                with contextlib.suppress(OSError):  # it has gone meanwhile
                    each.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        _LOG.debug("the other side went away", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PracticeLMS"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body in one packet: two of them cost 40 ms of waiting for each other
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        if not _is_here(self.headers.get("Host", "")):
            self._send(Reply(421, b"This practice LMS is for programs on its own machine."))
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MOST_BYTES:
            self.close_connection = True
            self._send(Reply(413, b"too much"))
            return
        address = urlsplit(self.path)
        headers = {name.casefold(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        said = server.lms.reply(
            Request(self.command, address.path, pairs(address.query), headers, body, wishes(address.query))
        )
        if said is None:
            self._close_without_a_word()
        elif said.last:
            server.lms.shut(self.connection)  # before it is answered: the next question finds nobody
            self.close_connection = True
            self._send(replace(said, headers={**said.headers, "connection": "close"}))
        else:
            self._send(said)

    def _send(self, said: Reply) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def _close_without_a_word(self) -> None:
        self.close_connection = True
        linger = struct.pack("ii", 1, 0) if hasattr(socket, "AF_UNIX") else struct.pack("hh", 1, 0)  # Windows: shorts
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def date_time_string(self, timestamp: float | None = None) -> str:
        server = self.server
        assert isinstance(server, _Server)
        return formatdate(server.lms.school.now if timestamp is None else timestamp, usegmt=True)

    def log_message(self, format: str, *arguments: Any) -> None:
        _LOG.debug(format, *arguments)


def _is_here(host: str) -> bool:
    # a page elsewhere must not reach us by a name of its own that leads to this machine (DNS rebinding)
    name = host.rpartition(":")[0] if ":" in host else host
    return name in ("127.0.0.1", "localhost")
