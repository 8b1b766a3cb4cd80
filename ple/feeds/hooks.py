"""Hooks: a command of the learner's that hears of each update, as JSON on its standard input.

No shell is involved, so nothing that a feed says can be taken for a command. A hook that fails, or takes too long,
is reported and changes nothing.
"""

import contextlib
import os
import shlex
import signal
import subprocess
import sys

from ple.feeds.errors import FeedError

LONGEST = 60.0
"""Seconds that a hook may take."""


class HookFailed(FeedError):
    """The learner's command ended badly."""

    hint = "It is `after_update` in the settings."


def run(command: str, message: str, *, seconds: float = LONGEST) -> None:
    """Run ``command`` (words as in a shell, but no shell) with ``message`` on its standard input.

    What it prints on standard output goes nowhere; the last line of its complaints is in the error.

    Raises:
        HookFailed: it cannot be run, ended with another code than 0, or was stopped after ``seconds``.

    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise HookFailed(f"the command after an update cannot be understood: {error}") from error
    if not words:
        return
    try:
        process = subprocess.Popen(  # noqa: S603 - the learner's own command, from the learner's own settings
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
        )  # fmt: skip
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise HookFailed(f"{words[0]} cannot be run: {why.lower()}") from error
    with process:
        try:
            _, complaints = process.communicate(message.encode(), timeout=seconds)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise HookFailed(f"{words[0]} was stopped after {seconds:.0f} seconds") from error
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        said = complaints.decode(errors="replace").strip().splitlines()
        raise HookFailed(f"{words[0]} ended with {process.returncode}" + (f": {said[-1][:200]}" if said else ""))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()
