"""What publishing would change on a host, and in which order. Pure.

The order is what keeps every page whole that a visitor can reach. What is new is put there first, when nothing leads
to it yet: pictures and styles, then pages, then feeds. Then the pages that change, whose links lead to what is there
by now; the first page; feeds and the sitemap. What is gone is removed last, when nothing links to it any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from ple.portfolio.build import name_of
from ple.portfolio.publishing.manifest import Line, Manifest
from ple.portfolio.publishing.place import PART, Entry

HARMLESS = frozenset({
    ".nojekyll", "CNAME", ".htaccess", ".htpasswd", ".DS_Store", "Thumbs.db", ".gitignore", ".gitattributes",
    "favicon.ico",
})  # fmt: skip
_HARMLESS_FOLDERS = (".well-known/", ".git/", "cgi-bin/", ".snapshot/")


@dataclass(frozen=True, slots=True)
class Here:
    """A file of the site as it was built."""

    digest: str
    size: int
    mark: str | None = None
    """The mark that it will have on a host whose marks are hashes."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a publication changes, and its size: before, when it goes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication changes."""

    new: tuple[File, ...] = ()
    changed: tuple[File, ...] = ()
    gone: tuple[File, ...] = ()
    kept: tuple[str, ...] = ()
    """Files that ple once put there and somebody changed since: they stay."""
    foreign: tuple[str, ...] = ()
    """Files of others that stay."""
    replaced: tuple[str, ...] = ()
    """Files of others that stand where one of ours goes."""
    unchanged: int = 0
    known: Mapping[str, Line] = field(default_factory=dict, repr=False)
    """What is there already as it should be, by the hashes of paths."""
    by: str = ""
    """Which publication put there what ple put there, if that is known."""
    seen: str | None = None
    """The mark of the list of what ple put there; None when there is none."""

    def __bool__(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.new or self.changed or self.gone)

    @property
    def size(self) -> int:
        """How many bytes are to be sent."""
        return sum(one.size for one in (*self.new, *self.changed))


def changes(here: Mapping[str, Here], there: Mapping[str, Entry], manifest: Manifest | None, own: str) -> Changes:
    """Compare the site with what is on the host; ``own`` is the path of the list of what ple put there."""
    lines = manifest.lines if manifest else {}
    new, changed, gone = [], [], []
    kept, foreign, replaced = [], [], []
    known: dict[str, Line] = {}
    for path, file in here.items():
        entry, line = there.get(path), lines.get(name_of(path))
        if entry is None:
            new.append(File(path, file.size))
        elif _same(file, entry, line):
            known[name_of(path)] = Line(file.digest, file.size, entry.mark)
        else:
            changed.append(File(path, file.size))
            if line is None:
                replaced.append(path)
    for path, entry in there.items():
        if path in here or path == own:
            continue
        line = lines.get(name_of(path))
        if path.rpartition("/")[2].startswith(PART):
            gone.append(File(path, entry.size))
        elif line is None:
            foreign.append(path)
        elif line.digest and (line.size != entry.size or (line.mark and entry.mark and line.mark != entry.mark)):
            kept.append(path)
        else:
            gone.append(File(path, entry.size))
    return Changes(
        tuple(sorted(new, key=_path)), tuple(sorted(changed, key=_path)), tuple(sorted(gone, key=_path)),
        tuple(sorted(kept)), tuple(sorted(foreign)), tuple(sorted(replaced)), len(known), known,
        manifest.by if manifest else "", there[own].mark if own in there else None,
    )  # fmt: skip


def strangers(found: Changes) -> list[str]:
    """Return the files of others that one should be asked about."""
    some = [p for p in found.foreign if p not in HARMLESS and not p.startswith(_HARMLESS_FOLDERS)]
    return sorted({*some, *found.replaced})


def in_order(found: Changes) -> list[list[str]]:
    """Return the paths to send, in groups: all of one is there before the next begins."""
    ranked = [(_rank(file.path, new=True), file.path) for file in found.new]
    ranked += [(_rank(file.path, new=False), file.path) for file in found.changed]
    return [[path for _rank, path in group] for _rank, group in groupby(sorted(ranked), key=lambda pair: pair[0])]


def in_order_of_leaving(found: Changes) -> list[list[str]]:
    """Return the paths to remove, in groups: pages before what they show."""
    pages = [file.path for file in found.gone if file.path.endswith(".html")]
    rest = [file.path for file in found.gone if not file.path.endswith(".html")]
    return [group for group in (pages, rest) if group]


def _same(here: Here, there: Entry, line: Line | None) -> bool:
    if here.mark is not None and there.mark:
        return here.mark == there.mark
    if line is None or line.digest != here.digest or there.size != here.size:
        return False
    return not (line.mark and there.mark) or line.mark == there.mark


def _rank(path: str, *, new: bool) -> int:
    name = path.rpartition("/")[2]
    if path in ("index.html", "404.html", "not_found.html"):
        return 4
    if path.endswith(".html"):
        return 1 if new else 3
    if path in ("sitemap.xml", "robots.txt"):
        return 5
    if name.startswith("feed") or name.endswith((".xml", ".atom", ".rss")):
        return 2 if new else 5
    return 0


_path: Callable[[File], str] = lambda file: file.path  # noqa: E731 - a key for sorting
