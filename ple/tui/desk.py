"""What all screens stand on: the doors into the library, what runs in the background, and how errors are told."""

from __future__ import annotations

import datetime as dt
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import Worker

from ple.library.errors import LibraryError, PleError
from ple.tui.worker import Doors, Job

if TYPE_CHECKING:
    from ple.environment import Environment

T = TypeVar("T")
OFTEN = 0.1
"""Seconds after which progress is shown again."""
LONGEST = 300
"""Characters of an error that are shown."""


class Desk(App[None]):
    """An app that asks an environment, shows what changed in the library, and tells what went wrong."""

    def __init__(
        self, open_environment: Callable[[], Environment], *, now: Callable[[], dt.datetime], crash_folder: Path | None
    ) -> None:
        super().__init__()
        self.doors = Doors(open_environment)
        self.now = now
        self.jobs: list[Job] = []
        self._crash_folder = crash_folder
        self._change: int | None = None
        self._looking = False
        self._lost = ""
        self.changed_elsewhere = False
        """Whether what was changed last in the library was not done on these screens."""
        self.typed: dict[str, str] = {}
        """What was answered to a question, by its title, and did not work: it is offered to be put right."""

    def get_driver_class(self) -> type[Driver]:
        """Return what speaks to the terminal, for as long as that is there."""
        from ple.tui.terminal import outliving

        return outliving(super().get_driver_class())

    # errors and messages

    def guarded(
        self, work: Callable[[], Coroutine[Any, Any, T]], *, group: str, exclusive: bool = True
    ) -> Worker[T | None]:
        """Run work of a screen on the event loop; what doors raise is told to the learner, nothing ends the app."""
        return self.run_worker(partial(self._guard, work), group=group, exclusive=exclusive, exit_on_error=False)

    async def _guard(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        try:
            return await work()
        except Exception as error:
            self.complain(error)
            return None

    def complain(self, error: BaseException) -> None:
        """Tell what went wrong and what to do."""
        from ple.tui.widgets.blocks import clean

        if isinstance(error, PleError):
            said = clean(str(error))
            if len(said) > LONGEST:  # it repeats what was pasted: how it begins and what is wrong with it
                said = f"{said[: LONGEST // 2]} … {said[-LONGEST // 3 :]}"
            if said.partition(" ")[0].isalpha():  # no name of a file or host
                said = said[:1].upper() + said[1:]
            hint = clean(error.hint or "")
        else:
            where = self.keep_report(error)
            said = f"Something went wrong in ple itself ({type(error).__name__}); what you keep is not touched."
            hint = f"The details are in {where}." if where else ""
        self.notify(
            f"{said}.\n{hint}" if isinstance(error, PleError) else f"{said}\n{hint}", severity="error", markup=False
        )

    @contextmanager
    def trying(self, title: str, said: str) -> Iterator[None]:
        """Offer what was `said` to the question of a title again, unless what is done with it works."""
        self.typed[title] = said
        yield
        self.typed.pop(title, None)

    def notify(self, message: str, **how: Any) -> None:
        """Show a notice; what the last line said was being done is over."""
        from ple.tui.widgets.bar import KeyLine

        if self._running and self.screen_stack:
            for line in self.screen.query(KeyLine):
                line.settle()
        super().notify(message, **how)

    def keep_report(self, error: BaseException) -> Path | None:
        """Write the details of a defect to a file, without the values of variables: those are the learner's words."""
        if self._crash_folder is None:
            return None
        path = self._crash_folder / f"crash-{self.now():%Y-%m-%d}.txt"
        try:
            self._crash_folder.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write("".join(traceback.format_exception(error)) + "\n")
        except OSError:
            return None
        return path

    def _fatal_error(self) -> None:
        # Textual's own report prints the values of all variables, which here are what the learner reads and writes.
        from rich.segment import Segments

        error = sys.exc_info()[1] or self._exception
        where = self.keep_report(error) if error is not None else None
        said = f"ple had to stop: a defect of its own ({type(error).__name__}). What you keep is not touched.\n"
        said += f"The details are in {where}; please report them.\n" if where else ""
        self._exit_renderables.append(Segments(self.console.render(said, self.console.options.update(markup=False))))
        self._close_messages_no_wait()

    def warn(self, message: str) -> None:
        """Tell something that the learner should hear; any thread may call this."""
        self.call_later(lambda: self.notify(message, severity="warning", markup=False))

    def say(self, message: str) -> None:
        """Tell quietly what was done, in the last line; over a question, which has none, in a notice."""
        from ple.tui.widgets.bar import KeyLine
        from ple.tui.widgets.blocks import clean

        lines = self.screen.query(KeyLine)
        for line in lines:
            line.say(clean(message))
        if not lines and not message.endswith(" …"):  # what has only begun is no news
            self.notify(clean(message), timeout=KeyLine.SECONDS, markup=False)

    # doors

    async def ask(self, call: Callable[[Environment], T]) -> T:
        """Return what `call` answers for the environment, from a thread."""
        return await self.doors.ask(call)

    async def change(self, call: Callable[[Environment], T], said: str | Callable[[T], str] = "") -> T:
        """Change something, say what was done, and let all screens see it."""
        result = await self.doors.ask(call)
        message = said(result) if callable(said) else said
        if message:
            self.say(message)
        await self.look()
        return result

    async def look(self, *, elsewhere: bool = False) -> None:
        """Find out whether the library has changed since we last looked, by us or another process, and show it."""
        change = await self.doors.ask(lambda environment: environment.library.newest_change())
        self.changed_elsewhere = elsewhere
        before, self._change = self.doors.seen if self._change is None else self._change, change
        if change != before:
            self._changed()

    async def watch_library(self) -> None:
        """Look, unless we are still looking. That the library cannot be read any more is told once, the rest logged."""
        if self._looking:
            return
        self._looking = True
        try:
            await self.look(elsewhere=True)
            self._lost = ""
        except LibraryError as error:
            if self._change is not None and self._lost != str(error):  # what could not be opened is told by who asked
                self._lost = str(error)
                self.complain(error)
        except Exception as error:
            self.log.error(error)
        finally:
            self._looking = False

    def _changed(self) -> None:
        from ple.tui.room import Room

        for mode in list(self._screen_stacks):
            for screen in self._screen_stacks[mode]:
                if isinstance(screen, Room):
                    screen.library_changed()

    # jobs

    def start_job(
        self,
        title: str,
        steps: Callable[[Environment], Iterator[T]],
        *,
        on_step: Callable[[T], object] = lambda _: None,
        on_end: Callable[[Job], object] = lambda _: None,
        total: int | None = None,
    ) -> Job | None:
        """Run long work in the background; a second one with the same title is not begun while the first runs."""
        if any(job.title == title for job in self.jobs):
            self.say(f"{title}: already at it")
            return None
        job = Job(title, total)
        self.jobs.append(job)
        self.show_jobs()
        self.guarded(lambda: self._run_job(job, steps, on_step, on_end), group=f"job {title}")
        return job

    async def _run_job(
        self,
        job: Job,
        steps: Callable[[Environment], Iterator[T]],
        on_step: Callable[[T], object],
        on_end: Callable[[Job], object],
    ) -> None:
        shown = time.monotonic()

        def step(result: T) -> None:
            nonlocal shown
            on_step(result)
            if time.monotonic() - shown > OFTEN:
                shown = time.monotonic()
                self._say_progress(self.screen_stack)

        try:
            await job.run(self.doors, steps, step)
        finally:
            self.jobs.remove(job)
            self.show_jobs()
        on_end(job)
        await self.look()

    def show_jobs(self) -> None:
        """Show in every bar what runs."""
        self._say_progress([screen for stack in self._screen_stacks.values() for screen in stack])
        self.screen.refresh_bindings()

    def _say_progress(self, screens: Iterable[Screen[Any]]) -> None:
        from ple.tui.widgets.bar import Bar

        text = "  ".join(f"↻ {job.text}" for job in self.jobs)
        brief = " ".join(f"↻ {job.brief}" for job in self.jobs)
        for screen in screens:
            for bar in screen.query(Bar):
                bar.status, bar.brief = text, brief
