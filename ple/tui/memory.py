"""What the screens remember from one start to the next: where the learner was. To lose it does no harm."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any


class Memory:
    """Names and values of one library, in a small file of the platform's folder for state; without one, in no file."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._said: dict[str, Any] = {}
        self._kept = ""
        if path is not None:
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                said = None
            self._said = said if isinstance(said, dict) else {}

    def get(self, name: str) -> Any:
        """Return what is remembered by a name, or None. It was read from a file: look at it before you use it."""
        return self._said.get(name)

    def put(self, name: str, value: Any) -> None:
        """Remember something that JSON can say, until it is kept."""
        self._said[name] = value

    def keep(self) -> None:
        """Write it to the file, if it is not there already. Two windows: the later one wins."""
        text = json.dumps(self._said, ensure_ascii=False)
        if self._path is None or text == self._kept:
            return
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)
        except OSError:
            return
        self._kept = text


def name_of(folder: Path, url: str | None) -> str:
    """Return a name for the files about one library that lie outside of it."""
    return hashlib.sha256((url.rpartition("@")[2] if url else str(folder.absolute())).encode()).hexdigest()[:16]
