"""Taking back and doing again on the screens: first what was done in this window; what was done elsewhere, if asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ple.tui.question import Question
from ple.tui.words import clip, moment

if TYPE_CHECKING:
    from ple.library import Undone
    from ple.tui.app import LearningApp


def take_back(app: LearningApp, *, then: Callable[[], object] | None = None, change: int | None = None) -> None:
    """Take back what was done last in this window, or the change of a number; ask before that is somebody else's."""
    app.guarded(partial(_take_back, app, change, then), group="undo", exclusive=False)


def do_again(app: LearningApp, *, then: Callable[[], object] | None = None) -> None:
    """Do again what was taken back last in this window."""
    app.guarded(partial(_do_again, app, then), group="undo", exclusive=False)


async def _take_back(app: LearningApp, change: int | None, then: Callable[[], object] | None) -> None:
    from ple.library.undoing import ChangedSince, DoneElsewhere

    def go_on(yes: bool | None, step: Undone) -> None:
        if yes:
            take_back(app, then=then, change=step.change)

    try:
        await app.change(
            lambda environment: environment.library.undo(change, own=change is None),
            lambda done: f"Taken back: {_room(app, done.label, 34)} · U does it again",
        )
    except DoneElsewhere as error:
        title = "Take back what was not done here?"
        about = "in another window, by a command, or before ple was opened here"
        _ask(app, title, f"{_when(error.step)}. It was done {about}.", partial(go_on, step=error.step))
        return
    except ChangedSince as error:
        if error.step is None:
            raise
        about = f"{_named(error.label)} cannot go alone. The same was changed since, elsewhere: {_when(error.step)}."
        _ask(app, "Take back first what came after it?", about, partial(go_on, step=error.step))
        return
    if then is not None:
        then()


async def _do_again(app: LearningApp, then: Callable[[], object] | None) -> None:
    await app.change(
        lambda environment: environment.library.redo(own=True),
        lambda done: f"Done again: {_room(app, done.label, 34)} · u takes it back",
    )
    if then is not None:
        then()


def _ask(app: LearningApp, title: str, about: str, answered: Callable[[bool | None], None]) -> None:
    if isinstance(app.screen, Question):
        return  # it is asked already, or something else is
    from ple.tui.dialogs import Confirm

    app.push_screen(Confirm(title, about=about, yes="Take it back", no="Leave it"), answered)


def _when(step: Undone) -> str:
    return f"{step.label}, {moment(step.at)}"


def _named(label: str) -> str:
    return f"“{label}”" if "“" not in label else label


def _room(app: LearningApp, label: str, taken: int) -> str:
    """Return a label short enough for the last line."""
    width = max(12, app.size.width - taken)
    if len(label) <= width:
        return label
    cut = clip(label, width - 1).rstrip()
    return cut + "”" if cut.count("“") > cut.count("”") else cut
