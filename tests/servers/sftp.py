"""A real SFTP server (asyncssh's) over a folder, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh


class _Here(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ada", "correct horse")


class SftpServer:
    """Where it is, what its key is, and what is told after each change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.fingerprint = self.key.get_fingerprint()
        self.changed: Callable[[], None] | None = None
        self.renames = True
        self.written: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._server: Any = None

    def start(self) -> None:
        ready = threading.Event()
        outer = self

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: Any) -> None:
                super().__init__(chan, chroot=str(outer.folder).encode())

            async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
                if not outer.renames:
                    raise asyncssh.SFTPOpUnsupported("not here")
                super().posix_rename(oldpath, newpath)
                outer.written.append(newpath.decode())
                outer.tell()

            def rename(self, oldpath: bytes, newpath: bytes) -> None:
                if Path(self.map_path(newpath).decode()).exists():
                    raise asyncssh.SFTPFailure("it exists")  # as version 3 of the protocol has it
                super().rename(oldpath, newpath)
                outer.written.append(newpath.decode())
                outer.tell()

            def remove(self, path: bytes) -> None:
                super().remove(path)
                outer.tell()

        async def serve() -> None:
            self._server = await asyncssh.listen(
                "127.0.0.1", 0, server_factory=_Here, server_host_keys=[self.key], sftp_factory=Files
            )
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(serve())
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:  # type: ignore[operator]
                task.cancel()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """Serve ``folder``; the password of “ada” is “correct horse”."""
    server = SftpServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
