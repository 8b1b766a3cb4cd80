"""Search over everything in the library: Whoosh's language, SQLite's full-text index."""

from ple.search.models import Facets, Hit, Rebuilt, Results, Status
from ple.search.search import Search

__all__ = ["Facets", "Hit", "Rebuilt", "Results", "Search", "Status"]
