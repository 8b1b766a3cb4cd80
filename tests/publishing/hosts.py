"""Places to publish to, each with a visitor who looks at what lies there and a wire that can be cut."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.conftest import Learner
from tests.publishing.visitor import tree
from tests.servers.cutting import Wire, wire


@dataclass
class Host:
    """A place to publish to, and a visitor who looks at it after everything that happens there."""

    address: str
    files: Callable[[], Mapping[str, bytes]]
    wire: Wire
    server: Any
    written: Callable[[], int]
    put: Callable[[str, bytes], None]
    fingerprint: str | None = None
    secret: str = "correct horse"

    def target(self, learner: Learner) -> str:
        keep = learner.publishing.keep
        return keep(self.address, name="host", fingerprint=self.fingerprint, secret=self.secret).name


@contextmanager
def sftp(folder: Path) -> Iterator[Host]:
    from tests.servers.sftp import sftp_server

    pytest.importorskip("asyncssh")
    with sftp_server(folder) as server, wire(server.port) as laid:
        yield Host(
            f"sftp://ada@127.0.0.1:{laid.port}/www/site", lambda: tree(folder / "www/site"), laid, server,
            lambda: len(server.written), lambda path, said: _write(folder / "www/site" / path, said),
            server.fingerprint,
        )  # fmt: skip


@contextmanager
def webdav(folder: Path) -> Iterator[Host]:
    from tests.servers.webdav import dav_server

    with dav_server(folder) as server, wire(server.port) as laid:

        def files() -> dict[str, bytes]:
            with server.one_at_a_time:
                return tree(folder / "www/site")

        yield Host(
            f"dav://ada@127.0.0.1:{laid.port}/dav/www/site", files, laid, server,
            lambda: sum(method == "MOVE" for method, _ in server.asked),
            lambda path, said: _write(folder / "www/site" / path, said),
        )  # fmt: skip


@contextmanager
def s3(folder: Path) -> Iterator[Host]:
    from tests.servers.s3 import KEY_ID, REGION, SECRET, s3_server

    with s3_server() as store, wire(store.port) as laid:
        address = f"s3://{KEY_ID}@pages/www?endpoint=http://127.0.0.1:{laid.port}&region={REGION}"
        yield Host(
            address, lambda: store.files("www/"), laid, store,
            lambda: sum(method == "PUT" for method, _ in store.asked),
            lambda path, said: store.objects.update({f"www/{path}": (said, {})}), secret=SECRET,
        )  # fmt: skip


def _write(path: Path, said: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(said)


def shown(host: Host) -> dict[str, bytes]:
    return {path: said for path, said in host.files().items() if not path.startswith(".")}


ALL = [sftp, webdav, s3]
