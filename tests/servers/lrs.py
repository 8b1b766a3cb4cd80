"""A record store (LRS) that answers as two real ones were seen to: ADL's reference store, and Ralph 5.1.

They differ where the specification lets them. Faults are told to it one by one; each is used up by one POST.
"""

import base64
import datetime as dt
import json
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ple.lms.records.statements import problem, same

USER, PASSWORD = "key-of-the-learner", "s3cret-of-the-store"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@dataclass
class Store:
    """What a store holds, and how it is to behave."""

    like: str = "adl"
    url: str = ""
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    largest: int | None = None
    refuses: set[str] = field(default_factory=set)
    """Ids of statements that it does not take."""
    open: bool = True

    @property
    def strict(self) -> bool:
        return self.like == "adl"

    def voided(self, id: str) -> bool:
        return any(one["verb"]["id"] == VOIDED and one["object"].get("id") == id for one in self.statements.values())

    def keep(self, some: list[Any]) -> tuple[int, Any]:
        """Take statements as a whole or not at all; return status and answer."""
        wrong = 400 if self.strict else 422
        ids = [str(one.get("id") or uuid.uuid4()) for one in some if isinstance(one, dict)]
        if len(ids) < len(some) or len(set(ids)) < len(ids):
            return 400, {"error": "the same id twice"}
        for one in some:
            said = problem(one) if self.strict else None if isinstance(one.get("verb"), dict) else "no verb"
            if said or one.get("id") in self.refuses:
                return wrong, {"error": said or "not here"}
        for id, one in zip(ids, some, strict=True):
            known = self.statements.get(id)
            if known is not None and (self.strict or not same(one, known)):
                return 409, {"error": f"A statement with id {id} already exists"}
        new = [id for id in ids if id not in self.statements]
        if not new and not self.strict:
            return 204, None
        for id, one in zip(ids, some, strict=True):
            if id in new:
                self.statements[id] = {**one, "id": id, **(self._added(one) if self.strict else {})}
        return 200, new

    def _added(self, one: dict[str, Any]) -> dict[str, Any]:
        at = (
            dt.datetime.fromisoformat(one["timestamp"]).astimezone(dt.UTC)
            if "timestamp" in one
            else dt.datetime.now(dt.UTC)
        )
        return {
            "stored": "2026-11-22T04:00:00.000000Z",
            "timestamp": at.isoformat(),
            "authority": {"objectType": "Agent", "account": {"homePage": self.url or "urn:x", "name": USER}},
            "version": "1.0.0",
        }


class Lrs(ThreadingHTTPServer):
    """The server of a store; ``with Lrs("ralph") as store:`` runs it."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, like: str = "adl") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = Store(like, f"http://127.0.0.1:{self.server_port}/xapi")
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Store:  # type: ignore[override]
        self._thread.start()
        return self.store

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers as the store would."""

    protocol_version = "HTTP/1.1"
    server: Lrs

    def do_GET(self) -> None:
        store = self.server.store
        where = urlsplit(self.path)
        store.asked.append(("GET", self.path, dict(self.headers)))
        if where.path.endswith("/about"):
            if store.strict:
                self._answer(200, {"version": ["1.0.3", "1.0.2"]})
            else:
                self._answer(404, {"detail": "Not Found"})
            return
        if not self._enter(store):
            return
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        id = asked.get("statementId") or asked.get("voidedStatementId")
        if id is None:
            self._answer(200, {"statements": list(store.statements.values())[:1], "more": ""})
            return
        found = store.statements.get(id)
        if found is not None and store.strict and store.voided(id) != ("voidedStatementId" in asked):
            found = None
        if store.strict:
            self._answer(200 if found else 404, found or {"error": "no such statement"})
        else:
            self._answer(200, {"statements": [found] if found else []})

    def do_POST(self) -> None:
        store = self.server.store
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        store.asked.append(("POST", self.path, dict(self.headers)))
        if not self._enter(store):
            return
        fault = store.faults.pop(0) if store.faults else ""
        if fault == "reset":
            self._hang_up()
            return
        if fault.isdecimal() or ":" in fault:
            status, _, wait = fault.partition(":")
            self._answer(int(status), {"error": "not now"}, {"Retry-After": wait} if wait else {})
            return
        if fault == "html":
            self._answer(503, b"<html>Down for maintenance</html>", {"Content-Type": "text/html"})
            return
        if fault == "moved":
            self._answer(301, None, {"Location": "http://127.0.0.1:9/xapi/statements"})
            return
        if store.largest is not None and len(body) > store.largest:
            self._answer(413, {"error": "too large"})
            return
        said = json.loads(body)
        status, answer = store.keep(said if isinstance(said, list) else [said])
        if status in (200, 204):
            store.raw.append(body)
        if fault == "drop":
            self._hang_up()
            return
        self._answer(status, answer)

    def _enter(self, store: Store) -> bool:
        given = self.headers.get("Authorization", "")
        right = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if not store.open or given != right:
            self._answer(400 if store.strict and not given else 401, {"error": "who are you?"})
            return False
        version = self.headers.get("X-Experience-API-Version", "")
        if store.strict and not version.startswith(("1.0", "2.0")):
            self._answer(400, {"error": "X-Experience-API-Version header is missing"})
            return False
        return True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        body = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        if self.server.store.strict:
            self.send_header("X-Experience-API-Version", "1.0.3")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""
