"""A folder on a server that is reached by SFTP, as schools and web hosts give it.

The server must be who it says: its key is known to OpenSSH on this computer, or the learner confirmed its fingerprint.
Files go under a name that nothing links to, and are renamed into place.
"""

import asyncio
import posixpath
import stat
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ple.portfolio.build import name_of
from ple.portfolio.publishing.address import Address
from ple.portfolio.publishing.errors import NoSecret, PublishError, UnknownServer
from ple.portfolio.publishing.place import PART, Entry, Parcel, above, folder_of

if TYPE_CHECKING:
    import asyncssh

_Answer = TypeVar("_Answer")

_CONNECT = 20.0
_PATIENCE = 120.0
_BREATH = 0.5
_AT_ONCE = 16
_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512")


class Sftp:
    """A folder on an SFTP server, as a :class:`~ple.portfolio.publishing.place.Place`."""

    manifest = ".ple-portfolio.json"
    batch = 64

    def __init__(self, address: Address, secret: str | None, fingerprint: str | None) -> None:
        """Go to ``address``; ``secret`` is the password, or what opens the key that the address names.

        ``fingerprint`` is that of the server's key, as the learner confirmed it.
        """
        self.shown = address.shown
        self._address = address
        self._secret = secret
        self._fingerprint = fingerprint
        self._root = address.path.removeprefix("/~/").removeprefix("~/") or "."
        self._runner: asyncio.Runner | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._sftp: Any = None
        self._folders: set[str] = set()
        self._renames = True

    def look(self) -> dict[str, Entry]:
        """Return every file below the folder; links are listed and not followed."""
        found: dict[str, Entry] = {}
        self._folders = set()

        async def walk() -> None:
            waiting = [""]
            while waiting:
                some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
                for folder, names in zip(some, await asyncio.gather(*map(self._names, some)), strict=True):
                    if names is None:
                        continue
                    self._folders.add(folder)
                    for name, attributes in names:
                        path = folder + name
                        if stat.S_ISDIR(attributes.permissions or 0):
                            waiting.append(path + "/")
                        else:
                            found[path] = Entry(attributes.size or 0, str(attributes.mtime or ""))

        self._run(walk())
        return found

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of a file, None when there is none."""

        async def fetch() -> bytes | None:
            import asyncssh

            try:
                async with self._sftp.open(self._at(path), "rb") as file:
                    said: bytes = await file.read(most)
                    return said
            except asyncssh.SFTPNoSuchFile:
                return None

        return self._run(fetch())

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put files in their places: each is written under another name first."""

        async def put() -> dict[str, str]:
            await self._make_folders(above(parcel.path for parcel in parcels))
            marks = await _some_at_once(_AT_ONCE, [lambda one=one: self._put(one) for one in parcels])  # type: ignore[misc]
            return dict(zip((parcel.path for parcel in parcels), marks, strict=True))

        return self._run(put())

    def claim(self, parcel: Parcel, seen: str | None) -> None:
        """Put a file in its place, whatever is there: SFTP knows no conditions."""
        del seen
        self.write([parcel])

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and the folders that are empty then."""
        import asyncssh

        async def remove(path: str) -> None:
            try:
                await self._sftp.remove(self._at(path))
            except asyncssh.SFTPNoSuchFile:
                return

        async def clear() -> None:
            await _some_at_once(_AT_ONCE, [lambda path=path: remove(path) for path in paths])  # type: ignore[misc]
            for folder in sorted(above(paths), key=len, reverse=True):
                try:
                    await self._sftp.rmdir(self._at(folder))
                    self._folders.discard(folder)
                except asyncssh.SFTPError:
                    continue  # something is in it

        self._run(clear())

    def mark_of(self, content: bytes) -> str | None:
        """Return None: an SFTP server says sizes and times only."""
        return None

    def __enter__(self) -> Self:
        try:
            import asyncssh  # noqa: F401 - 0.3 s, and an extra
        except ImportError as error:
            raise PublishError(
                "SFTP needs a library that is not installed", hint="Install it: pip install 'ple[publish]'"
            ) from error
        self._runner = asyncio.Runner()
        try:
            self._run(self._connected())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is None:
            return

        async def end() -> None:
            if self._connection is not None:
                self._connection.abort() if kind else self._connection.close()
                await self._connection.wait_closed()

        try:
            self._runner.run(asyncio.wait_for(end(), _CONNECT))
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._runner.close()
            self._runner = None

    # one step

    async def _connected(self) -> None:
        """Connect; once more if the connection is lost at once: a busy server drops some that come (MaxStartups)."""
        import asyncssh

        try:
            await self._connect()
        except (asyncssh.ConnectionLost, ConnectionResetError):
            await asyncio.sleep(_BREATH)
            await self._connect()

    async def _connect(self) -> None:
        import asyncssh

        address = self._address
        host, port = address.host, address.port or 22
        more: dict[str, Any] = {}
        if self._fingerprint:
            key = await self._confirmed(host, port, self._fingerprint)
            more["known_hosts"] = ([key], [], [])
            more["server_host_key_algs"] = "default"
        if key_file := address.options.get("key"):
            path = Path(key_file).expanduser()
            try:
                more["client_keys"] = [asyncssh.read_private_key(path, self._secret)]
            except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
                if isinstance(error, OSError):
                    raise PublishError(f"the key {path} cannot be read: {error.strerror}") from error
                raise NoSecret(f"what opens the key {path.name}", self.shown) from error
            more["password"] = None
        elif self._secret is not None:
            more["password"] = self._secret
        if address.user:
            more["username"] = address.user
        try:
            self._connection = await asyncssh.connect(
                host, port, connect_timeout=_CONNECT, login_timeout=_CONNECT, keepalive_interval=15, **more
            )
            self._sftp = await self._connection.start_sftp_client()
        except asyncssh.HostKeyNotVerifiable as error:
            shown = await asyncssh.get_server_host_key(host, port)
            raise UnknownServer(host, shown.get_fingerprint() if shown is not None else "unknown") from error
        except asyncssh.PermissionDenied as error:
            if self._secret is None and not address.options.get("key"):
                raise NoSecret("a password or a key", self.shown) from error
            raise PublishError(
                f"{host} does not let {address.user or 'you'} in",
                hint="Check the name, and say the password again: `ple portfolio targets secret TARGET`.",
            ) from error

    @staticmethod
    async def _confirmed(host: str, port: int, fingerprint: str) -> "asyncssh.SSHKey":
        """Return the server's key with this fingerprint; a server may have one of each kind."""
        import asyncssh

        shown = None
        lost: asyncssh.DisconnectError | None = None
        for kind in _KINDS:
            try:
                key = await asyncssh.get_server_host_key(host, port, server_host_key_algs=[kind])
            except asyncssh.DisconnectError as error:
                lost = error
                continue  # it has no key of this kind
            if key is not None and key.get_fingerprint() == fingerprint:
                return key
            shown = shown or (key.get_fingerprint() if key is not None else None)
        if shown is None and lost is not None:
            raise lost
        raise PublishError(
            f"{host} is not the server that you confirmed: its key was {fingerprint} and is {shown} now",
            hint="If the host says that it changed its key, give the new one: --fingerprint …; otherwise stop here.",
        )

    async def _names(self, folder: str) -> list[tuple[str, Any]] | None:
        import asyncssh

        try:
            found = await self._sftp.readdir(self._at(folder))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return None
        return [(one.filename, one.attrs) for one in found if one.filename not in (".", "..")]

    async def _make_folders(self, folders: set[str]) -> None:
        import asyncssh

        if "" not in self._folders:
            await self._sftp.makedirs(self._root, exist_ok=True)
            self._folders.add("")
        for folder in sorted(folders - self._folders):
            try:
                await self._sftp.mkdir(self._at(folder), asyncssh.SFTPAttrs(permissions=0o755))
            except asyncssh.SFTPError:
                if not await self._sftp.isdir(self._at(folder)):
                    raise
            self._folders.add(folder)

    async def _put(self, parcel: Parcel) -> str:
        import asyncssh

        at = self._at(parcel.path)
        part = self._at(folder_of(parcel.path) + PART + name_of(parcel.path)[:12])
        attributes = asyncssh.SFTPAttrs(permissions=0o644)
        async with self._sftp.open(part, "wb", attributes) as file:
            await file.write(parcel.content)
        if self._renames:
            try:
                await self._sftp.posix_rename(part, at)
            except asyncssh.SFTPOpUnsupported:
                self._renames = False
        if not self._renames:  # an old server: the file is missing for as long as one answer takes
            try:
                await self._sftp.rename(part, at)
            except asyncssh.SFTPError:
                await self._sftp.remove(at)
                await self._sftp.rename(part, at)
        return str((await self._sftp.stat(at)).mtime or "")

    def _at(self, path: str) -> str:
        return posixpath.join(self._root, path) if path else self._root

    def _run(self, step: Coroutine[Any, Any, _Answer]) -> _Answer:
        import asyncssh

        assert self._runner is not None
        try:
            return self._runner.run(asyncio.wait_for(step, _PATIENCE))
        except TimeoutError as error:
            raise PublishError(f"{self.shown} does not answer") from error
        except asyncssh.SFTPError as error:
            raise PublishError(f"{self.shown} refused: {error.reason or type(error).__name__}") from error
        except (OSError, asyncssh.Error) as error:
            said = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
            raise PublishError(f"the connection to {self.shown} broke: {said or type(error).__name__}") from error


async def _some_at_once(most: int, steps: Sequence[Callable[[], Awaitable[_Answer]]]) -> list[_Answer]:
    room = asyncio.Semaphore(most)

    async def one(step: Callable[[], Awaitable[_Answer]]) -> _Answer:
        async with room:
            return await step()

    return list(await asyncio.gather(*map(one, steps)))
