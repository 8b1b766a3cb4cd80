"""The journal: dated entries in Markdown, ways to reflect, and links with everything else."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ple.journal.journal import Journal
    from ple.journal.models import Exported, Imported, JournalEntry, JournalLine, Memory, Revised
    from ple.journal.prompts import Prompt

__all__ = ["Exported", "Imported", "Journal", "JournalEntry", "JournalLine", "Memory", "Prompt", "Revised"]

_ELSEWHERE = {"Journal": "journal", "Prompt": "prompts"}


def __getattr__(name: str) -> Any:
    """Import the door only when it is asked for: it brings the tables, which cost half a second."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'models')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
