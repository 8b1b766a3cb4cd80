"""Opening an address: in the browser that the settings name, or the platform's own. Nothing but the web is opened."""

import shlex
import subprocess
import threading
from typing import TYPE_CHECKING

from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    from ple.settings.settings import Settings


def open_on_the_web(address: str, settings: "Settings") -> bool:
    """Open an address; return whether that could be.

    Raises:
        InvalidInput: it is none of the web: a feed may attach a file of this machine, or of somebody's in the network.
    """
    if not address.lower().startswith(("http://", "https://")):
        raise InvalidInput("only addresses of the web are opened", hint=f"This one is {address[:200]}")
    return open_here(address, settings)


def open_here(address: str, settings: "Settings") -> bool:
    """Open an address or file of our own; return whether that could be."""
    if not settings.browser:
        import webbrowser

        return webbrowser.open(address)
    try:
        opened = subprocess.Popen(  # noqa: S603 - the learner's own command
            [*shlex.split(settings.browser), address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, ValueError):
        return False
    threading.Thread(target=opened.wait, daemon=True).start()  # it may stay open when we are done
    return True
