"""Asking the courses for news in the background, from whichever place."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
