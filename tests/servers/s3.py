"""A small S3-compatible store that holds to the documents: signatures are checked, lists come in pieces.

Written from Amazon's “Authenticating Requests (AWS Signature Version 4)”, and not from our client.
"""

import hashlib
import hmac
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

KEY_ID, SECRET, REGION = "AKIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "eu-test-1"


@dataclass
class Store:
    """What it holds, and who is told after each change."""

    port: int = 0
    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    changed: Callable[[], None] | None = None
    page: int = 7
    read: Callable[[str], None] | None = None
    """Is told of each object that is read, before the answer goes."""
    conditions: bool = True
    """Whether it knows If-Match and If-None-Match; without, it says so."""

    def files(self, prefix: str = "") -> dict[str, bytes]:
        return {k.removeprefix(prefix): v for k, (v, _) in dict(self.objects).items() if k.startswith(prefix)}


def _signature(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
    said = handler.headers.get("Authorization", "")
    if not said.startswith("AWS4-HMAC-SHA256 "):
        return False
    parts = dict(one.strip().split("=", 1) for one in said.removeprefix("AWS4-HMAC-SHA256 ").split(","))
    id, day, region, service, end = parts["Credential"].split("/")
    if (id, region, service, end) != (KEY_ID, REGION, "s3", "aws4_request"):
        return False
    if handler.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return False
    path, _, query = handler.path.partition("?")
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical_query = "&".join(
        f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in pairs
    )
    names = parts["SignedHeaders"].split(";")
    lines = "".join(f"{name}:{handler.headers[name].strip()}\n" for name in names)
    payload = handler.headers["x-amz-content-sha256"]
    request = "\n".join([handler.command, path, canonical_query, lines, ";".join(names), payload])
    date = handler.headers["x-amz-date"]
    to_sign = (
        f"AWS4-HMAC-SHA256\n{date}\n{day}/{region}/s3/aws4_request\n{hashlib.sha256(request.encode()).hexdigest()}"
    )
    key = f"AWS4{SECRET}".encode()
    for word in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest(), parts["Signature"])


@contextmanager
def s3_server(bucket: str = "pages") -> Iterator[Store]:
    """Serve one bucket."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            if len(body) < size:
                return  # the client hung up: nothing is kept of what came
            path, _, query = self.path.partition("?")
            name = urllib.parse.unquote(path)
            store.asked.append((self.command, name))
            if not _signature(self, body):
                self._say(
                    403, b"<Error><Code>SignatureDoesNotMatch</Code><Message>The signature is wrong</Message></Error>"
                )
            elif not name.startswith(f"/{bucket}/"):
                self._say(404, b"<Error><Code>NoSuchBucket</Code></Error>")
            else:
                self._object(name.removeprefix(f"/{bucket}/"), dict(urllib.parse.parse_qsl(query)), body)

        def _object(self, key: str, query: dict[str, str], body: bytes) -> None:
            there = f'"{hashlib.md5(store.objects[key][0]).hexdigest()}"' if key in store.objects else None
            if self.command == "PUT" and (self.headers.get("If-Match") or self.headers.get("If-None-Match")):
                wanted = self.headers.get("If-Match")
                if not store.conditions:
                    self._say(501, b"<Error><Code>NotImplemented</Code></Error>")
                    return
                if there != wanted if wanted else there is not None:
                    self._say(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                    return
            if self.command == "PUT":
                headers = {name: self.headers.get(name, "") for name in ("Content-Type", "Cache-Control")}
                store.objects[key] = (body, headers)
                self._say(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')
                self._tell()
            elif self.command == "DELETE":
                store.objects.pop(key, None)
                self._say(204, b"")
                self._tell()
            elif not key:
                self._list(query)
            elif key in store.objects:
                content = store.objects[key][0]
                if store.read is not None:
                    store.read(key)
                self._say(200, content)
            else:
                self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")

        def _list(self, query: dict[str, str]) -> None:
            after = query.get("continuation-token", "")
            keys = sorted(k for k in store.objects if k.startswith(query.get("prefix", "")) and k > after)
            some, more = keys[: store.page], len(keys) > store.page
            rows = "".join(
                f"<Contents><Key>{escape(k)}</Key><Size>{len(store.objects[k][0])}</Size>"
                f"<ETag>&quot;{hashlib.md5(store.objects[k][0]).hexdigest()}&quot;</ETag></Contents>"
                for k in some
            )
            token = f"<NextContinuationToken>{escape(some[-1])}</NextContinuationToken>" if more else ""
            self._say(
                200,
                f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}'
                f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}</ListBucketResult>".encode(),
            )

        def _say(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _tell(self) -> None:
            if store.changed is not None:
                store.changed()

        do_GET = do_PUT = do_DELETE = _do

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Clients of tests hang up; that is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    store.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
