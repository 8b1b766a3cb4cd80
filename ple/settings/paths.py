"""Where things lie on this platform. Computes, never creates."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ple.library.errors import PleError


@dataclass(frozen=True, slots=True)
class Place:
    """Which library: a folder of its own, and the address of its database if that is on a server.

    ``named`` says whether the learner named the folder, who may have misspelt it.
    """

    folder: Path
    url: str | None = None
    named: bool = False


def at_home(path: str | Path) -> Path:
    """Return a path in which ``~`` is the learner's home; that of a user whom nobody knows stays as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib raises a RuntimeError there


def config_folder() -> Path:
    """Return the folder of the settings (``PLE_CONFIG`` overrides it)."""
    import platformdirs

    if named := os.environ.get("PLE_CONFIG"):
        return at_home(named)
    return platformdirs.user_config_path("ple", appauthor=False)


def data_folder() -> Path:
    """Return the platform's folder for data."""
    import platformdirs

    return platformdirs.user_data_path("ple", appauthor=False)


def state_folder() -> Path:
    """Return the platform's folder for logs and for what a screen remembers."""
    import platformdirs

    return platformdirs.user_state_path("ple", appauthor=False)


def place(named: str | None) -> Place:
    """Return which library is meant by ``named``, a folder or a ``postgresql+psycopg://`` address.

    Without it ``PLE_LIBRARY`` decides, then the platform's data folder. The index and files of a library on a server
    lie in the data folder, under a name made from its address.

    Raises:
        PleError: it is an address of something else.
    """
    named = named or os.environ.get("PLE_LIBRARY") or None
    if named is None:
        return Place(data_folder())
    if "://" in named:
        if not named.startswith(("postgres://", "postgresql://", "postgresql+")):
            raise PleError(
                f"no library can be at {named.partition('://')[0]}://…",
                hint="A library is a folder, or a database at a postgresql:// address.",
            )
        url = named.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
        digest = hashlib.sha256(url.rpartition("@")[2].encode()).hexdigest()[:16]
        return Place(data_folder() / "servers" / digest, url)
    return Place(at_home(named), named=True)
