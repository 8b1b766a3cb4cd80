"""Building: the site's files in a folder, only what changed, and never half.

The folder holds a manifest of what we made there. It names files by the hash of their path, because a host that shows
it to anybody must not show the addresses of unlisted pages. For each it has the key of what the page was made from
and the hash of what was written. A page is made again if its key is new, and written again if its bytes are, or if
the file is not as we left it.

Order is what makes it safe to kill: first every new page is made in a folder of its own, so that a template that fails
or a full disk changes nothing; then the manifest names everything that is about to be ours; then files are renamed
into place, what is gone is removed, and the manifest says how things are. A build that finds an earlier one cut short
finds files as they should be, or mends them.
"""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ple.library import DiskFull
from ple.portfolio.frame import Page
from ple.portfolio.workshop import WORKSHOP, BuildError, Workshop, alone_in, marks_of

__all__ = ["MANIFEST", "SERVED", "BuildError", "Done", "build", "files_of", "name_of"]

MANIFEST = ".ple-portfolio.json"
_MADE_BY = "ple portfolio"
_TOGETHER = 64
"""So many pages are made step by step together. It takes a fifth less than one by one: a processor remembers little."""

_OURS_TO_IGNORE = frozenset({MANIFEST, WORKSHOP})
# What may be in a folder before we ever built there: a repository that it is published from, and its host's marks.
_HARMLESS = frozenset({".git", ".gitignore", ".gitattributes", ".nojekyll", ".well-known", ".DS_Store", "CNAME"})
SERVED = (".git", ".nojekyll", ".well-known", "CNAME")
"""What of that says that the folder itself is what visitors get."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a build did."""

    pages: int
    written: int
    unchanged: int
    removed: int
    kept: tuple[str, ...]
    left: dict[str, list[int]]
    """Size and times of each file as we leave it, by the hash of its path."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What the manifest knows of a file."""

    key: str
    content: str


def build(
    folder: Path,
    pages: Iterable[Page],
    before_writing: Callable[[], None],
    left: Mapping[str, list[int]] | None = None,
) -> Done:
    """Make the files of ``pages`` in ``folder`` and remove what we once made there and is no more.

    ``before_writing`` is called when all pages are made and none is in place yet. ``left`` is what the last build said
    of how it left the files: those that are still so need not be read.

    Raises:
        BuildError: the folder holds something else, another build is at work, or a file cannot be written.
        DiskFull: there is no room for it.
    """
    with alone_in(folder), _plain_errors(folder):
        before = _manifest(folder)
        made: dict[str, _Made] = {}
        kept: list[str] = []
        left_now: dict[str, list[int]] = {}
        html = unchanged = 0
        new = Workshop(folder)
        base = f"{folder}{os.sep}"

        def finish() -> None:
            """Make the pages that wait, and write those that are not as they stand."""
            nonlocal unchanged
            for step in range(max((len(page.steps) for page, _name, _standing in waiting), default=0)):
                for page, _name, _standing in waiting:
                    if step < len(page.steps):
                        page.steps[step]()
            contents = [page.make() for page, _name, _standing in waiting]
            for (page, name, standing), content in zip(waiting, contents, strict=True):
                made[name] = _Made(page.key, _hash(content))
                if made[name].content == standing:
                    unchanged += 1
                else:
                    new.write(page.path, content)
            waiting.clear()

        waiting: list[tuple[Page, str, str | None]] = []
        for page in pages:
            path = page.path
            name = name_of(path)
            known = before.get(name)
            html += path.endswith(".html")
            here = None if new.nothing_at(path) else marks_of(base + path)
            if here is None:
                standing: str | None = None
            elif known is not None and left is not None and left.get(name) == here:
                standing = known.content
            else:
                standing = _content(Path(base + path))
            if here is not None:
                left_now[name] = here
            if known is None and standing is not None:
                kept.append(path)  # somebody else's robots.txt
            elif known is not None and known.key == page.key and known.content == standing:
                made[name] = known
                unchanged += 1
            else:
                waiting.append((page, name, standing))
                if len(waiting) >= _TOGETHER:
                    finish()
        finish()
        before_writing()
        gone = {name: then for name, then in before.items() if name not in made}
        if new.paths or gone or made != before:
            planned = {name_of(path): _Made("", "") for path in new.paths}
            _keep_manifest(folder, before | planned)
            for path, marks in new.put_in_place():
                left_now[name_of(path)] = marks
            removed, changed = _remove(folder, gone)
            kept += changed
            _keep_manifest(folder, made)
        else:
            removed = 0
        ours = {name: left_now[name] for name in made if name in left_now}
        return Done(html, len(new.paths), unchanged, removed, tuple(sorted(kept)), ours)


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of each file in ``folder`` that we made and nobody changed since."""
    ours = _manifest(folder) if (folder / MANIFEST).is_file() else {}
    for path in _walk(folder):
        known = ours.get(name_of(path))
        if known is not None:
            yield path, (folder / path).read_bytes()


def _remove(folder: Path, gone: dict[str, _Made]) -> tuple[int, list[str]]:
    """Remove the files of ``gone`` that are as we left them; return how many, and those that somebody changed."""
    removed, left = 0, []
    for path in list(_walk(folder)) if gone else ():
        if (then := gone.get(name_of(path))) is None:
            continue
        if then.content and then.content != _content(folder / path):
            left.append(path)
            continue
        (folder / path).unlink()
        removed += 1
        for parent in (folder / path).parents:
            if parent == folder:
                break
            with suppress(OSError):  # it is not empty: something else is there
                parent.rmdir()
    return removed, left


def _manifest(folder: Path) -> dict[str, _Made]:
    """Return what we made in ``folder``, by the hash of its path; nothing when the folder is new.

    Raises:
        BuildError: there are files in it and no manifest of ours.
    """
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        if said["made_by"] != _MADE_BY:
            raise ValueError(said["made_by"])
        return {name: _Made(*values) for name, values in said["files"].items()}
    except FileNotFoundError:
        strange = sorted(path.name for path in folder.iterdir() if path.name not in _OURS_TO_IGNORE | _HARMLESS)
        if strange:
            raise BuildError(
                f"{folder} is not empty and was not built by ple: it holds {strange[0]}",
                hint="Name an empty or new folder: `ple portfolio build DIR`.",
            ) from None
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BuildError(
            f"the list of what ple built in {folder} is damaged",
            hint=f"Look whether anything in the folder is yours, then remove it with its {MANIFEST} and build again.",
        ) from None


def _keep_manifest(folder: Path, files: dict[str, _Made]) -> None:
    # one file a line, without the encoder that knows how to indent: it is twenty times slower
    lines = [f'"{name}":["{made.key}","{made.content}"]' for name, made in sorted(files.items())]
    fresh = folder / WORKSHOP / "manifest"
    with fresh.open("w", encoding="ascii") as file:
        file.write(f'{{"made_by":"{_MADE_BY}","files":{{\n' + ",\n".join(lines) + "\n}}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / MANIFEST)  # noqa: PTH105


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (WORKSHOP, ".git"))
        inside = Path(parent).relative_to(folder)
        for name in sorted(files):
            if name != MANIFEST:
                yield (inside / name).as_posix()


def name_of(path: str) -> str:
    """Return what the manifest calls the file at ``path``."""
    return hashlib.blake2b(path.encode(), digest_size=16).hexdigest()


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _content(path: Path) -> str | None:
    """Return the hash of a file; None when there is none."""
    try:
        return _hash(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError as error:
        raise BuildError(
            f"{path} is a folder where a page would stand", hint="Move it away and build again."
        ) from error


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"there is no room left for the site in {folder}") from error
        raise BuildError(
            f"the site in {folder} cannot be written: {error.strerror or error}",
            hint="Check that you may write there, and build again; that puts right whatever is missing.",
        ) from error
