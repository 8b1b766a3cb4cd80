"""What the learner copied last, asked from the programs that platforms have for it."""

import shutil
import subprocess

from ple.library.errors import InvalidInput

_PROGRAMS = (
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("pbpaste",),
    ("powershell.exe", "-NoProfile", "-Command", "Get-Clipboard"),
    ("termux-clipboard-get",),
)


def clipboard() -> str:
    """Return the text in the clipboard.

    Raises:
        InvalidInput: there is none, or no program to ask.
    """
    asked = False
    for program, *options in _PROGRAMS:
        path = shutil.which(program)
        if path is None:
            continue
        asked = True
        try:
            told = subprocess.run([path, *options], capture_output=True, timeout=5, check=True)  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            continue  # installed, but for another kind of session: X11 on Wayland
        text = told.stdout.decode("utf-8", "replace").strip()
        if text:
            return text
    if asked:
        raise InvalidInput("there is no text in the clipboard", hint="Copy an address first.")
    raise InvalidInput("the clipboard cannot be read here", hint="Install wl-clipboard, xclip or xsel.")
