"""The clipboard, by the programs that platforms have for it: what the learner copied last, and copying for them."""

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
_TAKING = (
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("xsel", "--clipboard", "--input"),
    ("pbcopy",),
    ("clip.exe",),
)


def copy(text: str) -> bool:
    """Put ``text`` into the clipboard; return whether a program here could."""
    for program, *options in _TAKING:
        path = shutil.which(program)
        if path is None:
            continue
        try:
            subprocess.run(  # noqa: S603 - xclip stays to serve what it holds, so nothing of it is read
                [path, *options],
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=5,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return True
    return False


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
