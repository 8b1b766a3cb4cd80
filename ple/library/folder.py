"""The folder that a library lies in: made for its owner alone, and closed to others where an older ple left it open."""

import os
import re
import sys
from pathlib import Path

from ple.library.errors import LibraryError

_OURS = re.compile(
    r"library\.sqlite(-wal|-shm|-journal)?|files|backups|search|offline|contexts|themes|servers|secrets\.json"
    r"|\.secrets\.lock|[a-z-]+\.lock"
)
"""What ple puts into it, but for the site: somebody may serve that from where it is."""


def prepare(folder: Path) -> None:
    """Make the folder if it is missing; close it to others if they can look into it and nothing but a library is there.

    Raises:
        LibraryError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in there is nobody else's
    except OSError as error:
        raise LibraryError(
            f"the folder {folder} cannot be made", hint="Name another with --library or PLE_LIBRARY."
        ) from error
    if os.name == "posix" and is_open(folder):
        _close(folder)


def is_open(folder: Path) -> bool:
    """Say whether everybody on this computer can look into the folder."""
    try:
        return os.name == "posix" and bool(folder.stat().st_mode & 0o007)
    except OSError:
        return False


def _close(folder: Path) -> None:
    """Close a folder that is ours and holds a library and nothing else; rights of a group alone were given to it."""
    if sys.platform == "win32":
        return
    try:
        if folder.stat().st_uid != os.geteuid() or not (folder / "library.sqlite").is_file():
            return
        if folder.resolve() in (Path.home().resolve(), Path("/")):
            return
        if all(_OURS.fullmatch(path.name) for path in folder.iterdir()):
            folder.chmod(0o700)
    except (OSError, RuntimeError):  # a disk that knows no rights, a learner without a home: it stays as it is
        return
