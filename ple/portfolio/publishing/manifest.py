"""The list, kept beside the site on its host, of what ple put there. Pure.

It names files by the hash of their paths, for it can be read by anybody, and must not show where unlisted pages are.
For each file it has the hash of its content, its size, and the mark that the host gave it. Before the first file is
sent it names all that will be; a file whose content it does not know was on its way when something was cut. It says
which publication wrote it, so that another computer's is not overwritten unawares.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ple.portfolio.build import name_of

MADE_BY = "ple portfolio"
LARGEST = 64_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a file that ple put on the host."""

    digest: str
    """Of its content; empty while it is on its way."""
    size: int = -1
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What of a site is on a host, by the hashes of its paths."""

    site: str
    """Which portfolio it is: two of them do not fit in one place."""
    lines: Mapping[str, Line]
    by: str = ""
    """Which publication wrote it; empty where that was an older ple."""

    def of(self, path: str) -> Line | None:
        """Return what is known of the file at ``path``."""
        return self.lines.get(name_of(path))


class Unreadable(Exception):
    """The list is none of ours, or damaged."""


def read(content: bytes) -> Manifest:
    """Read the list.

    Raises:
        Unreadable: it is damaged, or something else.

    """
    try:
        said = json.loads(content)
        if said["made_by"] != MADE_BY:
            raise Unreadable
        lines = {str(name): _line(row) for name, row in said["files"].items()}
        return Manifest(str(said.get("site", "")), lines, str(said.get("by", ""))[:100])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable from error


def written(manifest: Manifest) -> bytes:
    """Return the list as bytes: one file a line, always in the same order."""
    lines = [
        f"{json.dumps(name)}:{json.dumps([line.digest, line.size, line.mark])}"
        for name, line in sorted(manifest.lines.items())
    ]
    by = f'"by":{json.dumps(manifest.by)},' if manifest.by else ""
    head = f'{{"made_by":"{MADE_BY}","site":{json.dumps(manifest.site)},{by}"files":{{\n'
    return (head + ",\n".join(lines) + "\n}}\n").encode()


def _line(row: list[object]) -> Line:
    if len(row) == 2:  # as 0.1 wrote them, for git alone
        return Line("")
    digest, size, mark = row
    if not (isinstance(digest, str) and isinstance(size, int) and isinstance(mark, str)):
        raise Unreadable
    return Line(digest, size, mark)
