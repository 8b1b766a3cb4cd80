"""A wire between ple and a real server, which cuts: before a request goes there, or before its answer comes back."""

import contextlib
import http.client
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


class Wire:
    """Set ``cut`` to the Moodle function whose next request or, with ``after``, whose next answer is lost."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cut = ""
        self.after = True
        self.passed: list[str] = []

    def reached(self, function: str) -> int:
        """How often a function was called at the server."""
        return self.passed.count(function)


@contextlib.contextmanager
def wire_to(site: str) -> Iterator[Wire]:
    """Put a wire before ``site``; addresses of the site in its answers become those of the wire."""
    there = urlsplit(site)
    connect = http.client.HTTPSConnection if there.scheme == "https" else http.client.HTTPConnection

    class Between(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            function = parse_qs(body.decode("latin-1")).get("wsfunction", [""])[0]
            cut, wire.cut = (True, "") if function and function == wire.cut else (False, wire.cut)
            if cut and not wire.after:
                self.close_connection = True
                return
            headers = {name: value for name, value in self.headers.items() if name.casefold() != "host"}
            connection = connect(there.netloc, timeout=60)
            connection.request(self.command, there.path + self.path, body, {**headers, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            said = answer.read().replace(there.netloc.encode(), urlsplit(wire.url).netloc.encode())
            connection.close()
            wire.passed.append(function)
            if cut:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = pass_on

        def log_message(self, *said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Between) as server:
        wire = Wire(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield wire
        finally:
            server.shutdown()
            thread.join()
