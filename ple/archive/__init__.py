"""Everything out and in again, in open formats: a folder that other programs can read and another library take in."""

from ple.archive.archive import Archive, Exported
from ple.archive.errors import ArchiveError
from ple.archive.merging import Merged

__all__ = ["Archive", "ArchiveError", "Exported", "Merged"]
