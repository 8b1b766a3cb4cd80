"""Lending the terminal to another program, and getting it back whatever happens there."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App

T = TypeVar("T")


def lend(app: App[Any], use: Callable[[], T]) -> T:
    """Return what `use` returns; the terminal is its own meanwhile, and ctrl+c is for whatever runs there.

    What it raises comes when the screens are back: Textual's `suspend` alone would leave them dark for ever.

    Raises:
        SuspendNotSupported: this terminal cannot be lent.
    """
    done: list[T] = []
    failure: Exception | None = None
    with app.suspend():
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            done.append(use())
        except Exception as error:
            failure = error
        finally:
            signal.signal(signal.SIGINT, before)
    if failure is not None:
        raise failure
    return done[0]
