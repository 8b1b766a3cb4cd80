"""What can go wrong, as a learner would name it. Imports nothing, so that every command may have it.

* PleError
  + LibraryError            the library itself cannot be opened or trusted
    - LibraryBusy           another ple is writing and does not finish
    - SchemaTooNew          written by a newer ple
    - Damaged               the file of the database is broken
    - DiskFull
  + NotFound                a number, address or title that names nothing
  + Ambiguous               a name that names several things
  + InvalidInput            something that the learner said cannot be used
  + NothingToUndo

Each feature adds its own below PleError, in its own module.
"""


class PleError(Exception):
    """Base of every error that ple raises on purpose.

    The message says what happened and to what: one sentence without a full stop, in lower case unless it begins
    with a name. ``hint`` says what the learner can do next, as a whole sentence; screens print it on a line of its own.
    """

    hint: str | None = None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint or self.hint


class LibraryError(PleError):
    """The library cannot be opened or trusted."""

    hint = "Try `ple doctor`."


class LibraryBusy(LibraryError):
    """Another process has been writing for longer than we wait."""

    hint = "Close the other ple, or try again in a moment; nothing was changed."


class SchemaTooNew(LibraryError):
    """The library was written by a newer ple than this one."""

    hint = "Upgrade ple, or open a backup with `ple library restore`."


class Damaged(LibraryError):
    """The file of the database is broken."""

    hint = "Open a backup with `ple library restore`; they lie in the folder `backups` of the library."


class DiskFull(LibraryError):
    """There is no room left where the library is kept."""

    hint = "Make room and run it again; everything finished before this is kept."


class NotFound(PleError):
    """Nothing has this number, address or title."""

    def __init__(self, name: object, kind: str | None = None, *, hint: str | None = None) -> None:
        shown = f"#{name}" if isinstance(name, int) else f"“{name}”"
        super().__init__(f"there is no {kind or 'thing'} {shown} in this library", hint=hint)
        self.name = name


class Ambiguous(PleError):
    """A part of a title that several things share."""

    hint = "Name it by its number."


class InvalidInput(PleError):
    """Something that the learner said cannot be used."""


class NothingToUndo(PleError):
    """No change is left that could be taken back."""


def from_database(said: str, where: object) -> LibraryError | None:
    """Return what a database says in its own words, in ours; none for what only a mistake of ours can cause.

    ``where`` names the library.
    """
    said = said.casefold()
    if "disk is full" in said or "no space left" in said:
        return DiskFull(f"there is no room left for the library {where}")
    if "database is locked" in said:
        return LibraryBusy(f"another program has been writing to the library {where} for too long")
    if "readonly database" in said or "read-only file system" in said or "permission denied" in said:
        return LibraryError(
            f"the library {where} cannot be written to", hint="Check who owns the folder and its permissions."
        )
    if "unable to open database" in said:
        return LibraryError(
            f"the library {where} cannot be opened",
            hint="Check the folder's permissions; where it can only be read, as in a snapshot, copy it elsewhere.",
        )
    if (
        "disk i/o error" in said
    ):  # a full disk as well: nothing can be kept beside the file, and nothing is wrong with it
        return LibraryError(
            f"the disk cannot read or write the library {where}",
            hint="Make room, if it is full; else copy the folder elsewhere and look with `ple library check`.",
        )
    if "malformed" in said or "not a database" in said:
        return Damaged(f"the file of the library {where} is damaged")
    return None
