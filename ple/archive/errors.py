"""What can be wrong with a folder that should hold an archive."""

from ple.library.errors import PleError


class ArchiveError(PleError):
    """The folder is no archive, is damaged, or cannot be written."""

    hint = "An archive is a folder that `ple library export` made."
