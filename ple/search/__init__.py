"""Search over everything in the library: Whoosh's language, SQLite's full-text index.

The front door is :class:`Search`, imported when it is first asked for: the tables of saved searches do not need it.
"""

from typing import TYPE_CHECKING, Any

from ple.search.models import Facets, Hit, Rebuilt, Results, Status

if TYPE_CHECKING:
    from ple.search.search import Search

__all__ = ["Facets", "Hit", "Rebuilt", "Results", "Search", "Status"]


def __getattr__(name: str) -> Any:
    if name == "Search":
        from ple.search.search import Search

        return Search
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
