"""Asking feeds for news in the background, and saying what came.

It is what `ple feeds update` does, in a process of its own: one at a time for a library, and the learner's own command
hears of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.apart import UpdateApart
    from ple.feeds.checks import Refreshed
    from ple.tui.app import LearningApp
    from ple.tui.worker import Job

FEW = 5
"""So many of what rules want the learner to hear of are named."""


def refresh(app: LearningApp, ids: Sequence[int] | None = None, *, force: bool = True, quiet: bool = False) -> None:
    """Refresh some feeds, or all. Progress shows in the bar, `c` stops it; `quiet` speaks only if something came."""
    failures: list[Refreshed] = []
    updates: list[UpdateApart] = []

    def steps(environment: Environment) -> Iterator[Refreshed]:
        from ple.feeds.apart import UpdateApart
        from ple.feeds.background import UpdateRunning

        environment.library.newest_change()  # that it is still there: the command would make a new one in its place
        update = UpdateApart(environment.place)
        updates.append(update)
        try:
            yield from update.run(ids, force=force)
        except UpdateRunning:
            if not quiet:
                raise

    def step(result: Refreshed) -> None:
        if result.failure:
            failures.append(result)

    def end(job: Job) -> None:
        done, notices = updates[0].done, updates[0].notices
        if job.done == 0 and ids is None:
            if not quiet:
                app.say("No feeds to refresh yet: a in Feeds follows one")
            return
        said = plural(done.new_entries, "new entry", "new entries") + f" from {plural(done.feeds, 'feed')}"
        if job.stopped:
            said = f"Stopped: {said}"
        if failures:
            said += f" · {plural(len(failures), 'feed')} could not be read, marked with !"
        if not quiet or done.new_entries:
            app.say(said)
        if len(failures) == 1 and job.done == 1:
            result = failures[0]
            app.notify(f"{result.failure}\n{result.hint or ''}", severity="warning", markup=False)
        if notices:
            titles = [f"{clean(notice.rule)}: {clean(notice.title)}" for notice in notices[:FEW]]
            more = [f"and {len(notices) - FEW} more"] if len(notices) > FEW else []
            app.notify("\n".join([*titles, *more]), title="From your rules", markup=False)
        if (problem := updates[0].hook_failure) is not None:
            app.complain(problem)

    async def begin() -> None:
        total = len(ids) if ids is not None else await app.ask(lambda environment: environment.feeds.following())
        app.start_job("Refreshing", steps, on_step=step, on_end=end, total=total)

    app.guarded(begin, group="begin refresh")
