"""The folder that a learner named, with no library in it: a new one is meant, or a key slipped."""

import difflib
import sys
from pathlib import Path

import click

from ple.cli.frame import interactive, state, tell
from ple.cli.words import home
from ple.library.errors import LibraryError


def ask(ctx: click.Context, folder: Path) -> None:
    """Ask whether a new library is meant, where somebody is there to answer; ``--yes`` answers.

    A program that names a folder means it: a folder with ``--library`` is made when it is missing.

    Raises:
        LibraryError: it is not.
    """
    if state(ctx).yes or not (interactive() and sys.stderr.isatty()):
        return
    from ple.cli.output import line

    if not click.confirm(line(f"There is no library in {home(folder)}.{_instead(folder)} Make a new one?"), err=True):
        raise LibraryError(f"there is no library in {home(folder)}", hint="Nothing was made.")


def told(ctx: click.Context, folder: Path) -> None:
    """Say that a new library was made."""
    tell(ctx, f"Made a new library in {home(folder)}.{_instead(folder)}")


def _instead(folder: Path) -> str:
    """Say which library beside it is nearly called so."""
    try:
        beside = [each.name for each in folder.absolute().parent.iterdir() if (each / "library.sqlite").is_file()]
    except OSError:
        return ""
    near = [name for name in difflib.get_close_matches(folder.name, beside, 2, cutoff=0.75) if name != folder.name]
    return f" There is one in {home(folder.parent / near[0])}." if near else ""
