"""The folder of an archive: written beside the one that was asked for, and put in its place once it is whole."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ple import locks
from ple.archive.errors import ArchiveError

_LOCK = "being-written.lock"


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to; what is in it afterwards takes the place of ``folder``, at once or not at all.

    Others on the computer cannot look into it, as into the library itself; one that is replaced keeps its rights.
    What exports to ``folder`` that were killed left beside it is removed: everything a learner has is in there.

    Raises:
        ArchiveError: it cannot be written.
    """
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        mode = stat.S_IMODE(folder.stat().st_mode) if folder.exists() else 0o700
        part.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
        with (part / _LOCK).open("wb") as lock:  # for as long as this file is locked, somebody writes
            locks.locked(lock.fileno())
            yield part
        (part / _LOCK).unlink()
        part.chmod(mode)
        _put(part, folder)
        with suppress(OSError):  # all is there
            _sweep(folder)
    except OSError as error:
        raise ArchiveError(f"{folder} cannot be written: {error.strerror or error}", hint="Is there room?") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put(part: Path, folder: Path) -> None:
    if not folder.exists():
        part.rename(folder)
        return
    old = part.with_suffix(".old")
    folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what exports that were killed left; what another one is writing at this moment stays."""
    for beside in folder.parent.iterdir():
        name = beside.name
        random, _, end = name.removeprefix(f".{folder.name}.").partition(".")
        ours = name.startswith(f".{folder.name}.") and len(random) == 8 and end in ("part", "old")
        if ours and beside.is_dir() and not beside.is_symlink() and not _written_to(beside):
            shutil.rmtree(beside, ignore_errors=True)


def _written_to(part: Path) -> bool:
    try:
        lock = os.open(part / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not locks.locked(lock)
    finally:
        os.close(lock)


__all__ = ["replacing"]
