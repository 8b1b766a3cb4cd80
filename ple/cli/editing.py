"""Writing in the learner's own editor, so that nothing typed is ever lost."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ple.library.errors import InvalidInput, PleError

FALLBACKS = ("sensible-editor", "editor", "nano", "vim", "vi", "notepad")


class NothingWritten(InvalidInput):
    """The learner closed the editor without writing anything."""

    hint = "Give the text on the command line, or on standard input, if the editor did not open."


class EditorFailed(PleError):
    """The editor could not be started, or said that it failed."""

    hint = "Set EDITOR to your editor, or give the text: `ple journal write TEXT`."


@contextmanager
def edited(text: str = "", editor: str = "") -> Generator[str]:
    """Let the learner edit ``text`` in ``editor``, ``$VISUAL`` or ``$EDITOR``, and lend what they wrote for saving it.

    What was written is deleted only when saving it succeeded; otherwise the error says in which file it is kept.

    Raises:
        NothingWritten: it is blank, or just what the editor began with.
        EditorFailed: there is no editor, it cannot be started, or it failed.
    """
    command = _command(editor)
    handle, name = tempfile.mkstemp(suffix=".md", prefix="ple-")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        try:
            code = subprocess.run([*command, name], check=False).returncode  # noqa: S603 - the learner's own editor
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise EditorFailed(f"the editor “{command[0]}” cannot be started: {reason}") from error
        try:
            written = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise EditorFailed("the editor took the file away, so nothing was saved") from error
        if code:
            raise EditorFailed(f"the editor ended with {code}, so nothing was saved")
        if written.strip() == text.strip() or not written.strip():
            path.unlink(missing_ok=True)
            raise NothingWritten("nothing was written, so nothing was saved")
        yield written
    except BaseException as error:
        if _holds_more_than(path, text):
            if isinstance(error, PleError):
                error.hint = f"{error.hint or ''} What you wrote is kept in {path}.".strip()
        else:
            path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def _command(editor: str) -> list[str]:
    said = editor.strip() or os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    try:
        words = shlex.split(said, posix=os.name != "nt")
    except ValueError as error:
        raise EditorFailed(f"EDITOR cannot be read: {said}", hint="Check its quotation marks.") from error
    if words:
        return words
    for name in FALLBACKS:
        found = shutil.which(name)
        if found:
            return [found]
    raise EditorFailed("there is no editor")


def _holds_more_than(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() not in ("", text.strip())
    except OSError:
        return False
