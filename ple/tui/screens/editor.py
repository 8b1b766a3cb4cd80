"""Writing: a text area for Markdown, or the learner's own editor; nothing that was typed is thrown away unasked."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static, TextArea

from ple.tui.dialogs import Confirm
from ple.tui.widgets.bar import Bar, KeyLine
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.journal import JournalEntry
    from ple.tui.app import LearningApp
    from ple.tui.room import Thing


class Editor(Screen[str | None]):
    """Edits a text; gives it back when it is to be kept, None when not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True, id="editor.keep", key_display="ctrl+s"),
        Binding("ctrl+e", "outside", "$EDITOR", priority=True, id="editor.outside", key_display="ctrl+e"),
        Binding("escape", "leave", "Leave", priority=True, id="editor.leave"),
    ]

    def __init__(self, title: str, text: str = "", *, help: str = "", outside: bool = False) -> None:
        super().__init__()
        self._title, self._text, self._help, self._outside = title, text, help, outside

    @property
    def learning(self) -> LearningApp:
        """The app."""
        return cast("LearningApp", self.app)

    def compose(self) -> ComposeResult:
        """The title, the text, the keys."""
        yield Bar("journal")
        yield Static(self._title, classes="title", markup=False)
        with Vertical(id="paper"):
            area = TextArea(self._text, soft_wrap=True, tab_behavior="indent", show_line_numbers=False)
            area.cursor_blink = False
            yield area
        yield Static(self._help, classes="title -help", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the end of the text."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self._count()
        if self._outside:
            self.call_after_refresh(self.action_outside)

    @on(TextArea.Changed)
    def _count(self) -> None:
        text = self.query_one(TextArea).text
        changed = " · not kept yet" if text != self._text else ""
        words = plural(len(text.split()), "word")
        self.query_one(".title", Static).update(f"{self._title}    {words}{changed}")

    def action_keep(self) -> None:
        """Give the text back."""
        text = self.query_one(TextArea).text
        if text.strip():
            self.dismiss(text)
        else:
            self.learning.say("There is nothing to keep yet; esc leaves")

    def action_leave(self) -> None:
        """Leave; ask first if something would be lost."""
        text = self.query_one(TextArea).text
        if text == self._text or not text.strip():
            self.dismiss(None)
            return
        question = Confirm("Keep what you wrote?", yes="Keep it", no="Throw it away")
        self.app.push_screen(question, self._answered)

    def _answered(self, keep: bool | None) -> None:
        if keep:
            self.action_keep()
        else:
            sure = Confirm("Throw away what you wrote here?", yes="Throw it away", no="Go on writing")
            self.app.push_screen(sure, self._sure)

    def _sure(self, gone: bool | None) -> None:
        if gone:
            self.dismiss(None)

    def action_outside(self) -> None:
        """Edit the text in the learner's own editor and take it over."""
        area = self.query_one(TextArea)
        text = edited_outside(self.learning, area.text)
        if text is not None and text != area.text:
            area.replace(text, (0, 0), area.document.end)  # one step for ctrl+z
            self.learning.say("Taken over from your editor; ctrl+s keeps it")


def edited_outside(app: LearningApp, text: str) -> str | None:
    """Let the learner edit a text in `$VISUAL` or `$EDITOR`; None, with a notice, if that did not work."""
    said = app.editor or os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if not said:
        app.notify("No editor is set.\nSet EDITOR in your shell, or write here.", severity="warning", markup=False)
        return None
    handle, name = tempfile.mkstemp(suffix=".md", prefix="ple-")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        command = [*shlex.split(said), name]
        with app.suspend():
            code = subprocess.run(command, check=False).returncode  # noqa: S603 - the learner's own command
    except SuspendNotSupported:
        path.unlink(missing_ok=True)
        app.notify("This terminal cannot be lent to an editor.\nWrite here instead.", severity="warning", markup=False)
        return None
    except (OSError, ValueError) as error:
        path.unlink(missing_ok=True)
        said = f"Your editor could not be started: {error}.\nCheck EDITOR in your shell; your text is as it was."
        app.notify(said, severity="error", markup=False)
        return None
    if code:
        said = f"The editor ended with {code}, so nothing was changed.\nWhat it left is in {path}."
        app.notify(said, severity="warning", markup=False)
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        app.notify(f"What the editor wrote cannot be read: {error.strerror}.\nIt is in {path}.", markup=False)
        return None
    finally:
        path.unlink(missing_ok=True)


async def _keep(app: LearningApp, change: Callable[[Environment], JournalEntry]) -> None:
    from ple.tui.list_room import ListRoom

    entry = await app.change(change, "Kept in your journal · u undoes")
    if isinstance(app.screen, ListRoom) and entry.kind in app.screen.KINDS:
        app.screen.go_to(entry.id)


def write(app: LearningApp, *, about: Thing | None = None, prompt: Any = None, outside: bool = False) -> None:
    """Write a new journal entry; `about` links it with a thing, `prompt` begins it with a journal prompt's text."""

    def keep(text: str | None) -> None:
        if text is None:
            return

        def change(environment: Environment) -> JournalEntry:
            return environment.journal.write(
                text, about=about.id if about else None, prompt=prompt.name if prompt else None
            )

        app.guarded(partial(_keep, app, change), group="write", exclusive=False)

    title = f"About “{about.title}”" if about else prompt.title if prompt else "New journal entry"
    text = prompt.text + "\n\n" if prompt else ""
    help = "Markdown. # Title first if you like; [[a title]] or #340 links to what you keep."
    app.push_screen(Editor(title, text, help=help, outside=outside), keep)
