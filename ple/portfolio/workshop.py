"""The workshop: a folder beside a site's files, where a build makes new ones, alone, before it puts them in place."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ple import locks
from ple.library import PleError

WORKSHOP = ".ple-building"


class BuildError(PleError):
    """The site could not be built; it is as it was before."""


class Workshop:
    """New files, made aside and put in place together.

    What stands in a folder that the site does not have yet is made in a folder beside, which is then moved as a whole:
    a new site of thousands of pages appears with a few renames, and costs no more than writing its files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}{os.sep}"
        self._shop = f"{folder}{os.sep}{WORKSHOP}{os.sep}"
        self._there = set(os.listdir(folder))  # noqa: PTH208 - their names
        self._folders: set[str] = set()
        self._whole: dict[str, list[int]] = {}
        self._tops: list[str] = []
        self._apart: list[tuple[str, str]] = []
        self.paths: list[str] = []

    def nothing_at(self, path: str) -> bool:
        """Return whether it is plain, without a look, that no file stands there."""
        return path.partition("/")[0] not in self._there

    def write(self, path: str, content: bytes) -> None:
        """Make a file."""
        top, inside, _rest = path.partition("/")
        if inside and top not in self._there:
            aside = f"{self._shop}new{os.sep}{path}"
            parent = aside.rpartition("/")[0]
            if parent not in self._folders:
                try:
                    os.mkdir(parent)  # noqa: PTH102 - thousands of them, and nearly always there is what is above
                except FileNotFoundError:
                    os.makedirs(parent)  # noqa: PTH103
                except FileExistsError:
                    pass
                self._folders.add(parent)
                if top not in self._tops:
                    self._tops.append(top)
            self._whole[path] = _write(aside, content)
        else:
            aside = f"{self._shop}{len(self.paths)}"
            _write(aside, content)
            self._apart.append((aside, path))
        self.paths.append(path)

    def put_in_place(self) -> Iterator[tuple[str, list[int]]]:
        """Put the files where they belong, in their order; yield each with its marks."""
        for top in self._tops:
            os.replace(f"{self._shop}new{os.sep}{top}", self._folder + top)  # noqa: PTH105
        yield from self._whole.items()
        folders: set[str] = set()
        for aside, path in self._apart:
            target = self._folder + path
            if (parent := os.path.dirname(target)) not in folders:  # noqa: PTH120
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103
                folders.add(parent)
            os.replace(aside, target)  # noqa: PTH105
            yield path, marks_of(target) or []


def _write(path: str, content: bytes) -> list[int]:
    """Write a new file with as few calls as there can be; return its marks."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        said = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return [said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino]


def marks_of(path: str) -> list[int] | None:
    """Return what changes whenever anybody writes to a file or puts another in its place; None when there is none."""
    try:
        said = os.stat(path)  # noqa: PTH116 - thousands of them
    except (FileNotFoundError, NotADirectoryError):
        return None
    return [said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino]


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's workshop, empty, against other builds; a killed one lets go by itself."""
    workshop = folder / WORKSHOP
    made_folder = not folder.exists()
    try:
        workshop.mkdir(parents=True, exist_ok=True)
        lock = (workshop / "lock").open("ab")
    except (OSError, ValueError) as error:
        raise BuildError(
            f"a site cannot be built in {folder}",
            hint="Name a folder that you may write to: `ple portfolio build DIR`.",
        ) from error
    with lock:
        if not locks.locked(lock.fileno()) or not _same_file(lock.fileno(), workshop / "lock"):
            raise BuildError(
                f"another build is at work in {folder}", hint="Wait for it to end; it takes a few seconds at most."
            )
        for stale in workshop.iterdir():
            if stale.is_dir():
                shutil.rmtree(stale)
            elif stale.name != "lock":
                stale.unlink()
        try:
            yield
        finally:
            if os.name == "nt":
                lock.close()
            shutil.rmtree(workshop, ignore_errors=True)
            if made_folder:
                with suppress(OSError):  # a build that failed in a folder of its own making leaves none behind
                    folder.rmdir()


def _same_file(descriptor: int, path: Path) -> bool:
    """Return whether the file that we locked is still the one at ``path``, and not one that a build just removed."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
