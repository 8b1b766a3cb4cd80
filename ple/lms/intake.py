"""A file on its way to be handed in: read once, kept in the library, and named as an LMS will name it."""

import mimetypes
from pathlib import Path

from ple.library import InvalidInput
from ple.library.attachments import Files
from ple.lms.content import Piece, safe_name

MOST_BYTES = 512 * 1024 * 1024


def piece_of(path: str | Path, files: Files) -> Piece:
    """Return the file at ``path`` as it is handed in; its bytes are kept, so that later changes do not matter.

    Raises:
        InvalidInput: it cannot be read, or is too big for any LMS.
    """
    where = Path(path).expanduser()
    try:
        if where.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{where.name} has more than 512 MB", hint="Publish it, and hand in its link.")
        if not where.is_file():
            raise InvalidInput(f"{where} is no file", hint="Put the files of a folder into one zip file.")
        data = where.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{where} cannot be read: {(error.strerror or str(error)).lower()}", hint="Check its name."
        ) from error
    name = safe_name(where.name)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Piece(name, len(data), files.keep(data), media_type)
