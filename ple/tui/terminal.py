"""A terminal that may be gone before we are: a window that was closed, a connection that broke.

Textual writes in a thread of its own. That thread ends where nothing can be written any more, and what is painted then
fills its queue until the screens wait for it for ever: neither closing the window nor `kill` would end them.
"""

from __future__ import annotations

import contextlib
from typing import IO, Any

from textual.driver import Driver


class Outlived:
    """A file that takes whatever is written, also when there is nobody left to read it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what waits, if anybody reads it."""
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the number of the file."""
        return self._file.fileno()


def outliving(driver: type[Driver]) -> type[Driver]:
    """Return a driver that ends in good order when its terminal is gone."""

    class Outliving(driver):  # type: ignore[valid-type, misc] # which one, Textual decides
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            if (file := getattr(self, "_file", None)) is not None:
                self._file = Outlived(file)

    return Outliving
