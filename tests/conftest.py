"""What tests share: an environment per test, a publisher on this machine, and the command line."""

import gc
import itertools
import json
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

os.environ["PLE_NO_KEYRING"] = "1"  # a test must not write into the keyring of whoever runs it
os.environ["NO_COLOR"] = "1"
for name in ("PLE_LIBRARY", "PLE_LMS_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
    os.environ.pop(name, None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the garbage collector pass over what was imported: it would walk a million objects again and again."""
    gc.collect()
    gc.freeze()


POSTGRESQL = os.environ.get("PLE_TEST_POSTGRESQL")
BACKENDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[
            pytest.mark.postgresql,
            pytest.mark.skipif(not POSTGRESQL, reason="PLE_TEST_POSTGRESQL names no server"),
        ],
    ),
]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders for homes, one after the other: pytest would look through all that there are for each."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def at_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, so that no settings of whoever runs it matter."""
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("PLE_CONFIG", str(home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    return home


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library, made once; copying its file is ten times quicker than making the tables."""
    from ple.environment import Environment

    folder = tmp_path_factory.mktemp("empty")
    environment = Environment(folder)
    environment.library.compact()
    environment.close()
    return folder / "library.sqlite"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A connection to the server that PLE_TEST_POSTGRESQL names, and the name of an empty library to copy there.

    Copying a database is ten times quicker than making the tables.
    """
    import psycopg

    from ple.environment import Environment

    if not POSTGRESQL:
        pytest.skip("PLE_TEST_POSTGRESQL names no server")
    server = POSTGRESQL.replace("postgresql+psycopg://", "postgresql://")
    base = server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
    template = f"ple_empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {template}")
        with tempfile.TemporaryDirectory() as folder:
            environment = Environment(Path(folder), f"{base}/{template}")
            environment.library.close()
        yield connection, base, template
        connection.execute(f"DROP DATABASE {template} WITH (FORCE)")


@pytest.fixture
def postgresql_url(postgresql_server: Any) -> Iterator[str]:
    """An address of a database of the test's own, with an empty library in it."""
    connection, base, template = postgresql_server
    name = f"ple_test_{uuid.uuid4().hex[:12]}"
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield f"{base}/{name}"
    connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BACKENDS)
def environment(request: pytest.FixtureRequest, tmp_path: Path, empty_library: Path) -> Iterator[Any]:
    """An empty environment, once on each database."""
    from ple.environment import Environment

    folder = tmp_path / "library"
    folder.mkdir()
    if request.param == "postgresql":
        environment = Environment(folder, request.getfixturevalue("postgresql_url"))
    else:
        shutil.copy(empty_library, folder / "library.sqlite")
        environment = Environment(folder)
    yield environment
    environment.close()


@pytest.fixture
def library(environment: Any) -> Any:
    """The library of an empty environment, once on each database."""
    return environment.library


@pytest.fixture
def sqlite_environment(tmp_path: Path, empty_library: Path) -> Iterator[Any]:
    """An empty environment on SQLite alone."""
    from ple.environment import Environment

    folder = tmp_path / "library"
    folder.mkdir()
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    yield environment
    environment.close()


@dataclass
class Publisher:
    """A web server that answers what a test tells it to, and remembers what it was asked."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    functions: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def publish(self, path: str, body: str | bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer ``body`` at ``path`` from now on (underscores in header names become dashes); return the address."""
        raw = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {k.replace("_", "-"): v for k, v in headers.items()}, raw)
        return self.url + path

    def handle(self, path: str, function: Callable[[BaseHTTPRequestHandler], None]) -> str:
        """Let ``function`` answer requests for ``path``; return the address."""
        self.functions[path] = function
        return self.url + path

    def times(self, path: str) -> int:
        """Return how often ``path`` was asked for."""
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A real web server on the loopback interface."""
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            publisher.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            function = publisher.functions.get(self.path)
            if function is not None:
                function(self)
                return
            status, headers, body = publisher.pages.get(self.path, (404, {}, b""))
            lowered = {name.lower(): value for name, value in headers.items()}
            etag, modified = lowered.get("etag"), lowered.get("last-modified")
            if (etag and self.headers.get("If-None-Match") == etag) or (
                not etag and modified and self.headers.get("If-Modified-Since") == modified
            ):
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Clients of tests hang up; that is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    publisher.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield publisher
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it printed on standard output, which must be one JSON document."""
        return json.loads(self.out)


@pytest.fixture
def ple(tmp_path: Path, empty_library: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command as a learner would type it, on a library of the test's own; return what it said.

    It runs in this process, since starting one for each command would cost half a second. What is ``typed`` comes from
    a terminal, at which somebody sits; ``ple.typed`` says so for all that follow.
    """
    import io
    import sys

    from ple.cli.main import run

    folder = tmp_path / "library"
    if not (folder / "library.sqlite").exists():
        folder.mkdir(exist_ok=True)
        shutil.copy(empty_library, folder / "library.sqlite")

    def ple(*words: str, stdin: str | bytes | None = None, typed: str | None = None, code: int | None = 0) -> Said:
        before = sys.stdin
        typed = ple.typed if typed is None else typed  # type: ignore[attr-defined]
        keyboard = None
        if typed is None:
            raw = stdin.encode() if isinstance(stdin, str) else stdin or b""
            sys.stdin = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8")
        else:
            keyboard, terminal = os.openpty()
            os.write(keyboard, typed.encode())
            sys.stdin = os.fdopen(terminal, encoding="utf-8")
        capfd.readouterr()
        try:
            ended = run(["--library", str(folder), *words])
        finally:
            sys.stdin.close()
            sys.stdin = before
            if keyboard is not None:
                os.close(keyboard)
        printed = capfd.readouterr()
        said = Said(ended, printed.out, printed.err)
        if code is not None:
            assert said.code == code, f"ple {' '.join(words)} ended with {said.code}: {said.err}\n{said.out}"
        return said

    ple.folder = folder  # type: ignore[attr-defined]
    ple.typed = None  # type: ignore[attr-defined]
    return ple


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real-world material that may lie beside the project; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real-world material is not here")
    return folder
