"""The journal: dated entries in Markdown, ways to reflect, and links with everything else."""

from ple.journal.journal import Journal
from ple.journal.models import Exported, Imported, JournalEntry, JournalLine, Memory, Revised
from ple.journal.prompts import Prompt

__all__ = ["Exported", "Imported", "Journal", "JournalEntry", "JournalLine", "Memory", "Prompt", "Revised"]
