"""Asking the courses for news in the background, and connecting one, from whichever place."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.lms import Synced
    from ple.tui.app import LearningApp


def ask_courses(app: LearningApp) -> None:
    """Ask all accounts what is new; progress shows in the bar, what came is said at the end."""
    said: list[str] = []

    def step(result: Synced) -> None:
        if result.failure:
            app.notify(f"{result.failure}\n{result.hint or ''}", severity="warning", markup=False)
        else:
            said.append(f"{result.title}: {result.new} new of {plural(result.assignments, 'assignment')}")

    app.start_job(
        "Asking the courses",
        lambda environment: environment.courses.sync(),
        on_step=step,
        on_end=lambda _: app.say("; ".join(said)) if said else None,
    )


def connect_course(app: LearningApp, address: str) -> None:
    """Lend the terminal to `ple lms connect`, which asks for what must not stand on a screen."""
    by_hand = "In your shell: ple lms connect ADDRESS\nIt asks for the token without showing it."
    if app.library is None or address.startswith("-"):
        app.notify(by_hand, title="Connecting a course", markup=False)
        return
    command = [sys.executable, "-m", "ple", "lms", "connect", address]
    library = {**os.environ, "PLE_LIBRARY": app.library}  # an address may have a password: no argument shows it
    try:
        with app.suspend():
            subprocess.run(command, env=library, check=False)  # noqa: S603 - our own command, with an address as its argument
            input("\nEnter goes back to the screens. ")
    except SuspendNotSupported:
        app.notify(by_hand, title="Connecting a course", markup=False)
    except (OSError, EOFError) as error:
        app.complain(error)
