"""The files of the built site that go to a place, as they were when they were looked at."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ple.portfolio.build import files_of
from ple.portfolio.permalinks import UNLISTED
from ple.portfolio.publishing.branch import blob_of
from ple.portfolio.publishing.changes import Here
from ple.portfolio.publishing.errors import PublishError
from ple.portfolio.publishing.models import Target
from ple.portfolio.publishing.netlify import sha1


class Cargo:
    """The files of the built site that go to a target."""

    def __init__(self, folder: Path, target: Target, kind: str) -> None:
        self._folder = folder
        self._more: dict[str, bytes] = {}
        self._all: dict[str, Here] = {}
        self._kind = kind
        self._with_unlisted = target.with_unlisted
        self.held_back = 0

    def here(self, host: Any) -> dict[str, Here]:
        """Return digest and size of every file, and the mark that it will have on this host."""
        mark: Callable[[bytes], str | None]
        mark = {"git": blob_of, "netlify": sha1}.get(self._kind) or host.mark_of
        for path, content in files_of(self._folder):
            if path.startswith(UNLISTED) and path.count("/") > 1 and not self._with_unlisted:
                self.held_back += 1
                continue
            self._all[path] = _here(content, mark(content))
            if path == "404.html" and self._kind == "neocities":
                self._more["not_found.html"] = content
        if not self._all:
            raise PublishError(f"there is no site in {self._folder}", hint="Make it with `ple portfolio build`.")
        if self._kind == "git":
            self._more[".nojekyll"] = b""
        self._all |= {path: _here(content, mark(content)) for path, content in self._more.items()}
        return self._all

    def content(self, path: str) -> bytes:
        """Read a file as it was when it was looked at.

        Raises:
            PublishError: it is another one meanwhile.
        """
        content = self._more[path] if path in self._more else self._read(path)
        if _digest(content) != self._all[path].digest:
            raise PublishError("the site was built anew meanwhile", hint="Publish again.")
        return content

    def _read(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except OSError as error:
            raise PublishError(f"{path} of the site cannot be read any more", hint="Publish again.") from error


def _here(content: bytes, mark: str | None) -> Here:
    return Here(_digest(content), len(content), mark)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
