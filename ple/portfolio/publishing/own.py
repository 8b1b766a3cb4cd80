"""Which publications to a place were this computer's.

It lies beside the site, not in the library: a copy of the library on another computer is another publisher.
"""

import secrets
from pathlib import Path

_REMEMBERED = 20


class Own:
    """The last publications of this computer to one place, by the names that the list on the host has for them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known = path.read_text(encoding="ascii").split()[-_REMEMBERED:]
        except (OSError, UnicodeDecodeError):
            self._known = []

    def elsewhere(self, by: str) -> bool:
        """Say whether a publication was another computer's; of those before ple said so, nobody knows."""
        return bool(by) and by not in self._known

    def begun(self) -> str:
        """Return a name for a publication, kept before anybody sees it: it may be cut at any moment."""
        by = secrets.token_hex(16)
        self.taken_over(by)
        return by

    def taken_over(self, by: str) -> None:
        """Let a publication be one of ours."""
        self._known = [*self._known, by][-_REMEMBERED:]
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text("\n".join(self._known) + "\n", encoding="ascii")
        part.replace(self._path)
