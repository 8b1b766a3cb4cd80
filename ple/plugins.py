"""Parts that come from outside: found by entry points, at three grains: their names, one of them, all of them.

Groups: ``ple.lms`` (adapters). Ours are registered the same way as anyone's.
"""

import warnings
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ple.library.errors import PleError


class PluginError(PleError):
    """A part from outside cannot be loaded."""


def names(group: str) -> list[str]:
    """Return the names in ``group``, in alphabetical order, without importing anything."""
    return sorted({point.name for point in entry_points(group=group)})


def load(group: str, name: str) -> Any:
    """Import and return one part.

    Raises:
        PluginError: there is none by this name, or it does not load.
    """
    for point in entry_points(group=group, name=name):
        return _loaded(point)
    raise PluginError(f"there is no {name!r} in {group}", hint=f"There are: {', '.join(names(group)) or 'none'}.")


def load_all(group: str) -> Iterator[tuple[str, Any]]:
    """Yield every part of ``group`` with its name; one that does not load warns and is left out."""
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            yield point.name, _loaded(point)
        except PluginError as error:
            warnings.warn(str(error), stacklevel=2)


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:  # a stranger's module may raise anything when it is imported
        raise PluginError(f"the plug-in {point.name} ({point.value}) cannot be loaded: {error}") from error
