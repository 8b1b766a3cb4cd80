"""Files that belong to resources, each kept once under the SHA-256 of its bytes: ``files/ab/cdef…``."""

import hashlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from ple.library.errors import DiskFull, LibraryError

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Files:
    """The folder of a library's files. Nothing in it is ever changed, only added and swept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash lie.

        Raises:
            LibraryError: it is no hash; as a path it could lead anywhere.
        """
        if not _SHA256.fullmatch(sha256):
            raise LibraryError("a file is named by something that is no SHA-256")
        return self.folder / sha256[:2] / sha256[2:]

    def keep(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256, in hexadecimal. Keeping it twice is keeping it once.

        Raises:
            DiskFull: there is no room for it.
            LibraryError: the folder cannot be written to.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if path.exists():
            with suppress(OSError):
                os.utime(path)  # so that nobody sweeps it who sees that no row names it yet
            return sha256
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno == 28:  # ENOSPC, the same number wherever it exists
                raise DiskFull(f"there is no room left for a file of {len(data)} bytes") from error
            raise LibraryError(f"a file cannot be kept in {self.folder}", hint="Check its permissions.") from error
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes with this hash.

        Raises:
            LibraryError: they are not there, or are no longer what they were.
        """
        try:
            data = self.path(sha256).read_bytes()
        except OSError as error:
            raise LibraryError(f"the file {sha256[:12]}… is missing from the library") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LibraryError(f"the file {sha256[:12]}… in the library is damaged")
        return data
