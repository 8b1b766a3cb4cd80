"""Bookmarks: the pages that a learner keeps, with their text, for as long as they want them.

The front door is looked up when it is asked for: the formats and the reading need no tables.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.bookmarks.bookmarks import Bookmarks
    from ple.bookmarks.models import Bookmark, BookmarkLine, Imported, ImportPlan, Refetched, Saved

_HOMES = {
    "Bookmark": "models",
    "BookmarkLine": "models",
    "Bookmarks": "bookmarks",
    "ImportPlan": "models",
    "Imported": "models",
    "Refetched": "models",
    "Saved": "models",
}

__all__ = ["Bookmark", "BookmarkLine", "Bookmarks", "ImportPlan", "Imported", "Refetched", "Saved"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"ple.bookmarks.{_HOMES[name]}"), name)
