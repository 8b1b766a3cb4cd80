"""The darkroom: pictures as they were made for pages, found again by a hash of what they were made from.

A folder beside the site, derived and disposable. What no build asks for any more goes.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

from ple.library import LibraryError
from ple.library.attachments import Files
from ple.portfolio import pictures
from ple.portfolio.enlarger import Enlarger, TooSlow
from ple.portfolio.makers import version_of
from ple.portfolio.pictures import Measures, PictureError

_MEASURES = "measures.json"


class Darkroom:
    """Pictures of one library's site, of the files that it keeps."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files
        self._read = files.read
        self._asked: set[str] = set()
        self._measures: dict[str, list[int | str] | None] | None = None
        self._fresh = False
        self._enlarger = Enlarger()

    def read(self, sha256: str) -> bytes:
        """Return a file as it was kept.

        Raises:
            LibraryError: it is missing, or damaged.
        """
        return self._read(sha256)

    def has(self, sha256: str) -> bool:
        """Return whether a file is there."""
        return self._files.path(sha256).is_file()

    def measures(self, sha256: str) -> Measures | None:
        """Return how large a picture is; None when it cannot be shown."""
        known = self._known()
        if sha256 not in known:
            try:
                found = self._enlarger.checked(self._read(sha256))
            except TooSlow:
                return None  # at another time it may be quicker
            except PictureError:
                known[sha256] = None
            except LibraryError:
                return None  # it may come back
            else:
                known[sha256] = list(astuple(found))
            self._fresh = True
        self._asked.add(sha256)
        said = known[sha256]
        return Measures(int(said[0]), int(said[1]), str(said[2]), str(said[3]), bool(said[4])) if said else None

    def picture(self, sha256: str, width: int) -> bytes:
        """Return a picture at some width.

        Raises:
            PictureError: it cannot be made.
        """
        return self.kept(self.key(sha256, str(width)), lambda: self._enlarger.made(self._read(sha256), width))

    def key(self, *of: str) -> str:
        """Return the name of what is made from ``of``, with the Pillow that is here."""
        return hashlib.blake2b("\0".join([pictures.RECIPE, _pillow(), *of]).encode(), digest_size=16).hexdigest()

    def kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return what was made under this key, or make it."""
        self._asked.add(key)
        path = self._folder / key
        with suppress(OSError):
            sealed = path.read_bytes()
            if hashlib.blake2b(sealed[16:], digest_size=16).digest() == sealed[:16]:
                return sealed[16:]
        content = make()
        self._write(path, hashlib.blake2b(content, digest_size=16).digest() + content)
        return content

    def close(self) -> None:
        """Open no more pictures."""
        self._enlarger.close()

    def asked(self, key: str) -> None:
        """Say that the site still has what was made under this key."""
        self._asked.add(key)

    def tidy(self) -> None:
        """Remove what no page of the site has any more, and keep what was measured."""
        if self._fresh:
            known = {sha: said for sha, said in self._known().items() if sha in self._asked}
            self._write(self._folder / _MEASURES, json.dumps(known, sort_keys=True).encode())
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name != _MEASURES and path.name not in self._asked:
                    path.unlink(missing_ok=True)

    def _known(self) -> "dict[str, list[int | str] | None]":
        if self._measures is None:
            self._measures = {}
            with suppress(OSError, ValueError):
                said = json.loads((self._folder / _MEASURES).read_bytes())
                if isinstance(said, dict):
                    self._measures = {str(sha): one for sha, one in said.items() if one is None or len(one) == 5}
        return self._measures

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_bytes(content)
        part.replace(path)


_VERSIONS: list[str] = []


def _pillow() -> str:
    if not _VERSIONS:
        _VERSIONS.append(version_of("pillow"))
    return _VERSIONS[0]
