"""Alt with a digit, as terminals send it: escape and the digit.

Textual takes these for the signs that the option key types on a Mac (alt+4: ¢), so that alt would go nowhere and type
signs. On a Mac such signs come as themselves, and are not touched by this.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


def hear_alt() -> None:
    """Let escape and a digit be alt with that digit, from now on, in this process."""
    sequences = cast("dict[str, Any]", ANSI_SEQUENCES_KEYS)
    for digit in "0123456789":
        sequences[f"\x1b{digit}"] = (SimpleNamespace(value=f"alt+{digit}"),)
