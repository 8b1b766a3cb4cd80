"""Asking the courses for news in the background, connecting one, and telling record stores what was agreed to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from ple.tui.lending import lend
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import Synced
    from ple.tui.app import LearningApp


def ask_courses(app: LearningApp) -> None:
    """Ask all accounts what is new, and hand in what waits and may go by itself; progress shows in the bar."""
    said: list[str] = []

    from ple.lms.waiting import Delivered

    def steps(environment: Environment) -> Iterator[Synced | Delivered]:
        yield from environment.courses.sync()
        yield from environment.courses.deliver()

    def step(result: Synced | Delivered) -> None:
        if isinstance(result, Delivered):
            said.append(f"{result.assignment}: {result.outcome}, {result.said}")
        elif result.failure:
            app.notify(f"{result.failure}\n{result.hint or ''}", severity="warning", markup=False)
        else:
            said.append(f"{result.title}: {result.new} new of {plural(result.assignments, 'assignment')}")

    app.start_job("Asking the courses", steps, on_step=step, on_end=lambda _: told(app, "; ".join(said)))


def told(app: LearningApp, said: str = "") -> None:
    """Say what was done, and tell the record stores about it what the learner agreed to; what fails waits."""
    if said:
        app.say(said)

    async def tell() -> None:
        from ple.lms.records import NotConnected

        try:
            done = await app.ask(lambda environment: list(environment.records.send()))
        except NotConnected:
            return
        for sent in done:
            if sent.sent:
                app.say(f"Told {sent.endpoint} about it, as you agreed ({plural(sent.sent, 'statement')})")
            elif sent.failure and sent.left:
                app.notify(f"{sent.endpoint} could not be told yet: {sent.failure}.\nIt is told later.", markup=False)

    app.guarded(tell, group="tell", exclusive=False)


def connect_course(app: LearningApp, address: str) -> None:
    """Lend the terminal to `ple lms connect`, which asks for what must not stand on a screen."""
    by_hand = "In your shell: ple lms connect ADDRESS\nIt asks for the token without showing it."
    if app.library is None or address.startswith("-"):
        app.notify(by_hand, title="Connecting a course", markup=False)
        return
    command = [sys.executable, "-m", "ple", "lms", "connect", address]
    library = {**os.environ, "PLE_LIBRARY": app.library}  # an address may have a password: no argument shows it

    def ask() -> None:
        subprocess.run(command, env=library, check=False)  # noqa: S603 - our own command, with an address as its argument
        input("\nEnter goes back to the screens. ")

    try:
        lend(app, ask)
    except SuspendNotSupported:
        app.notify(by_hand, title="Connecting a course", markup=False)
    except (OSError, EOFError) as error:
        app.complain(error)
