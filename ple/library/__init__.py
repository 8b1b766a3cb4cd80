"""The ground floor: one learner's library, and what all kinds of things in it share.

The names are looked up when they are asked for (PEP 562): the errors cost nothing, and a process that only parses
need not pay 0.5 s for the tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.library.activity import Doing, doings
    from ple.library.changes import START, Change, Position, changes_since
    from ple.library.documents import Document, DocumentSource, LeaningSource, MarkdownSource
    from ple.library.errors import (
        Ambiguous,
        DiskFull,
        InvalidInput,
        LibraryBusy,
        LibraryError,
        NotFound,
        NothingToUndo,
        PleError,
        SchemaTooNew,
    )
    from ple.library.identity import fold_tag, utc_now, uuid7
    from ple.library.inspection import Finding
    from ple.library.library import Library
    from ple.library.resource import Activity, Attachment, Body, Link, Resource, Revision, Tagging, trashed
    from ple.library.transaction import LinkTo, Reading, Writing, chunks
    from ple.library.undoing import Undone

_HOMES = {
    "Activity": "ple.library.resource",
    "Ambiguous": "ple.library.errors",
    "Attachment": "ple.library.resource",
    "Body": "ple.library.resource",
    "Change": "ple.library.changes",
    "DiskFull": "ple.library.errors",
    "Document": "ple.library.documents",
    "DocumentSource": "ple.library.documents",
    "LeaningSource": "ple.library.documents",
    "MarkdownSource": "ple.library.documents",
    "Doing": "ple.library.activity",
    "Finding": "ple.library.inspection",
    "InvalidInput": "ple.library.errors",
    "Library": "ple.library.library",
    "LibraryBusy": "ple.library.errors",
    "LibraryError": "ple.library.errors",
    "Link": "ple.library.resource",
    "LinkTo": "ple.library.transaction",
    "NotFound": "ple.library.errors",
    "NothingToUndo": "ple.library.errors",
    "PleError": "ple.library.errors",
    "Position": "ple.library.changes",
    "Reading": "ple.library.transaction",
    "Resource": "ple.library.resource",
    "Revision": "ple.library.resource",
    "START": "ple.library.changes",
    "SchemaTooNew": "ple.library.errors",
    "Tagging": "ple.library.resource",
    "Undone": "ple.library.undoing",
    "Writing": "ple.library.transaction",
    "changes_since": "ple.library.changes",
    "chunks": "ple.library.transaction",
    "doings": "ple.library.activity",
    "fold_tag": "ple.library.identity",
    "trashed": "ple.library.resource",
    "utc_now": "ple.library.identity",
    "uuid7": "ple.library.identity",
}

__all__ = [
    "START",
    "Activity",
    "Ambiguous",
    "Attachment",
    "Body",
    "Change",
    "DiskFull",
    "Document",
    "DocumentSource",
    "Doing",
    "Finding",
    "InvalidInput",
    "LeaningSource",
    "Library",
    "LibraryBusy",
    "LibraryError",
    "Link",
    "LinkTo",
    "MarkdownSource",
    "NotFound",
    "NothingToUndo",
    "PleError",
    "Position",
    "Reading",
    "Resource",
    "Revision",
    "SchemaTooNew",
    "Tagging",
    "Undone",
    "Writing",
    "changes_since",
    "chunks",
    "doings",
    "fold_tag",
    "trashed",
    "utc_now",
    "uuid7",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for from the module that it lives in."""
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
