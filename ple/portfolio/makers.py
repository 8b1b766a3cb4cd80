"""Of which version the libraries are that pages are made with: another version may make them otherwise."""

import os
import sys
from functools import lru_cache

_ENDING = ".dist-info"


@lru_cache(maxsize=64)
def version_of(name: str) -> str:
    """Return the version of an installed library.

    It stands in the name of the folder that describes it. Who reads what is in there imports a parser of e-mails.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    for place in sys.path:
        found = _described(place or os.curdir).get(_folded(name), ())
        if len(found) == 1:
            return found[0]
        if found:
            break
    from importlib.metadata import version

    return version(name)


@lru_cache(maxsize=64)
def _described(place: str) -> dict[str, list[str]]:
    """Return the versions of what is installed at a place, by its name."""
    found: dict[str, list[str]] = {}
    try:
        names = os.listdir(place)  # noqa: PTH208 - their names
    except OSError:  # an archive, or nothing
        return found
    for folder in names:
        if folder.endswith(_ENDING):
            name, _, version = folder.removesuffix(_ENDING).rpartition("-")
            found.setdefault(_folded(name), []).append(version)
    return found


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
