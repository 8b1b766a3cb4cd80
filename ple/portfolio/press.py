"""The press: the door of a build, which opens no table as long as nobody behind it has to be asked.

A site of what the learner wrote is made from the library's file alone; importing the models of all features takes
longer than building hundreds of pages. Whatever else there is to say, of badges, feeds or collections, is said by
:class:`~ple.portfolio.portfolio.Portfolio`, opened when it is first asked.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ple.library.attachments import Files
from ple.library.file import LibraryFile
from ple.portfolio.collections import Held
from ple.portfolio.making import Making
from ple.portfolio.shelf import Badges, Says, Shelf
from ple.portfolio.values import Built

if TYPE_CHECKING:
    from ple.portfolio.portfolio import Portfolio


class Press:
    """Builds the site of the portfolio that ``portfolio`` opens; close it to let go of the library's file.

    The rest is as for that, and is asked only if there is something to ask. A library on a server, a new one or one of
    another version is opened at once.
    """

    def __init__(
        self,
        file: LibraryFile | None,
        folder: Path,
        portfolio: "Callable[[], Portfolio]",
        says: Says,
        badges: Badges | None = None,
        held: Held | None = None,
    ) -> None:
        self._portfolio = portfolio
        self._folder = folder
        self._held = held
        self._shelf: Shelf | None = None
        if file is not None and file.current():
            self._shelf = Shelf(file, Files(folder / "files"), says, badges)

    def build(self, folder: Path | None = None) -> Built:
        """Build the site; see :meth:`ple.portfolio.Portfolio.build`."""
        shelf = self._shelf
        settings = shelf.settings() if shelf is not None else None
        if shelf is None or settings is None:
            return self._portfolio().build(folder)
        site = self._folder / "site"
        making = Making(shelf, settings, site, self._folder / "themes", self._held)
        return making.build((folder or site).absolute())

    def anything_public(self) -> bool:
        """Say whether anything in the portfolio is public."""
        if self._shelf is None:
            return bool(self._portfolio().artifacts(visibility="public"))
        return self._shelf.public()

    def close(self) -> None:
        """Close the library's file."""
        if self._shelf is not None:
            self._shelf.library.close()
