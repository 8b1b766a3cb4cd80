"""Drafts: what is being written, in files of their own until it is kept, so that no crash takes more than a second.

A draft is held (locked) by the window that writes it. What no window holds was left behind by a crash, a `kill` or a
power cut, and is offered at the next start. Its file goes only after the library has the words.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ple import locks


@dataclass(frozen=True, slots=True)
class Work:
    """What is being written: a journal entry, new or of before, or words of the portfolio."""

    kind: str
    """`new`, `entry`, `artifact` or `site`."""
    title: str
    id: int | None = None
    """Of the entry or artifact."""
    field: str = ""
    """Of the artifact or the site: which words."""
    about: int | None = None
    """What a new entry is about."""
    prompt: str | None = None
    """The prompt that began it."""


@dataclass(frozen=True, slots=True)
class Left:
    """A draft that was left behind."""

    path: Path
    work: Work
    text: str
    begun_at: dt.datetime
    later: bool = False
    """It was put aside on purpose: no start asks about it."""


class Draft:
    """The draft of one editor; it lies on disk from the first save until `drop`."""

    def __init__(self, folder: Path | None, work: Work, now: dt.datetime, *, path: Path | None = None) -> None:
        """Write in `folder`, or go on with the file at `path`; without either, keep nothing."""
        self._work, self._begun = work, now
        self.path = path or (folder / f"{uuid.uuid4().hex}.json" if folder is not None else None)
        self._lock: IO[str] | None = None
        self._kept: str | None = None

    def save(self, text: str, *, later: bool = False) -> bool:
        """Write the words down, in one rename; return whether they lie there now. With `later`, it was meant so."""
        if self.path is None:
            return False
        if text == self._kept and not later:
            return True
        said = {"work": asdict(self._work), "begun_at": self._begun.isoformat(), "text": text, "later": later}
        part = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._hold()
            # the learner's own words: others on this computer do not read them
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(said, file, ensure_ascii=False)
            part.replace(self.path)
        except (OSError, UnicodeError):  # no room, no right, or what no file can hold
            return False
        self._kept = text
        return True

    def drop(self) -> None:
        """Forget it: the words are kept elsewhere now, or thrown away."""
        if self.path is not None:
            for path in (self.path, self.path.with_suffix(".part"), self.path.with_suffix(".lock")):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """Hold it no longer; it stays."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _hold(self) -> None:
        if self._lock is None and self.path is not None:
            self._lock = _locked(self.path.with_suffix(".lock"))


def left_behind(folder: Path | None) -> list[Left]:
    """Return the drafts that no window holds, the newest first."""
    found = []
    for path in _files(folder):
        lock = _locked(path.with_suffix(".lock"))
        if lock is None:
            continue  # another window is writing it
        lock.close()
        try:
            said: Any = json.loads(path.read_text(encoding="utf-8"))
            work = Work(**said["work"])
            begun, later = dt.datetime.fromisoformat(said["begun_at"]), said.get("later") is True
            found.append(Left(path, work, str(said["text"]), begun, later))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # not one of ours, or cut: it stays where it is
    return sorted(found, key=lambda left: left.begun_at, reverse=True)


def forget(left: Left) -> None:
    """Remove the file of a draft that was left behind."""
    Draft(None, left.work, left.begun_at, path=left.path).drop()


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from folder.glob("*.json")


def _locked(path: Path) -> IO[str] | None:
    """Return the file, locked for as long as it is open; None if somebody else holds it."""
    file = path.open("a", encoding="utf-8")
    if not locks.locked(file.fileno()):
        file.close()
        return None
    return file
