"""Which format a file is in, and reading and writing by its name."""

from collections.abc import Callable, Iterable

from ple.bookmarks.formats import jsonfile, markdown, netscape, table
from ple.bookmarks.formats.record import Record
from ple.library.errors import InvalidInput

_READERS = (jsonfile, netscape)
_WRITERS: dict[str, Callable[[Iterable[Record]], str]] = {
    module.NAME: module.write for module in (netscape, jsonfile, table, markdown)
}

EXPORTS = tuple(_WRITERS)
IMPORTS = tuple(module.NAME for module in _READERS)


def read(data: bytes, name: str, format: str | None = None) -> tuple[str, list[Record]]:
    """Return the format of a file, found out from what is in it unless it is given, and its bookmarks.

    Raises:
        InvalidInput: it is in no format that we know, or damaged.

    """
    for module in _READERS:
        if format == module.NAME or (format is None and module.recognises(data, name)):
            try:
                return module.NAME, module.read(data)
            except (ValueError, RecursionError) as error:
                raise InvalidInput(
                    f"{name} is damaged: it cannot be read as {module.NAME}", hint="Export it again where it came from."
                ) from error
    raise InvalidInput(
        f"{name} is no file of bookmarks that ple knows",
        hint="Export from your browser as HTML, or name the format: --format " + " or ".join(IMPORTS) + ".",
    )


def write(format: str, records: Iterable[Record]) -> str:
    """Return the records as a file.

    Raises:
        InvalidInput: there is no such format.

    """
    if format not in _WRITERS:
        raise InvalidInput(f"bookmarks cannot be exported as {format}", hint=f"Formats: {', '.join(EXPORTS)}.")
    return _WRITERS[format](records)
