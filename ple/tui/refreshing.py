"""Asking feeds for news in the background, and saying what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.feeds import Refreshed
    from ple.tui.app import LearningApp
    from ple.tui.worker import Job


def refresh(app: LearningApp, ids: Sequence[int] | None = None, *, force: bool = True, quiet: bool = False) -> None:
    """Refresh some feeds, or all. Progress shows in the bar, `c` stops it; `quiet` speaks only if something came."""
    failures: list[Refreshed] = []
    new = 0

    def step(result: Refreshed) -> None:
        nonlocal new
        new += result.new
        if result.failure:
            failures.append(result)

    def end(job: Job) -> None:
        if job.done == 0 and ids is None:
            if not quiet:
                app.say("No feeds to refresh yet: a in Feeds follows one")
            return
        said = plural(new, "new entry", "new entries") + f" from {plural(job.done, 'feed')}"
        if job.stopped:
            said = f"Stopped: {said}"
        if failures:
            said += f" · {plural(len(failures), 'feed')} could not be read, marked with !"
        if not quiet or new:
            app.say(said)
        if len(failures) == 1 and job.done == 1:
            result = failures[0]
            app.notify(f"{result.failure}\n{result.hint or ''}", severity="warning", markup=False)

    async def begin() -> None:
        total = len(ids) if ids is not None else await app.ask(lambda environment: len(environment.feeds.feeds()))
        app.start_job(
            "Refreshing",
            lambda environment: environment.feeds.refresh(ids, force=force),
            on_step=step,
            on_end=end,
            total=total,
        )

    app.guarded(begin, group="begin refresh")
