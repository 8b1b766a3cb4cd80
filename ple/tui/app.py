"""The app: its places, colours and keys, and what is remembered of one start for the next.

Nothing here, and nothing that the first screen imports, is heavy: the library is opened in a thread behind the first
paint.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from ple.tui.browser import Browser
from ple.tui.commands import Verbs
from ple.tui.desk import Desk
from ple.tui.leaving import hear_the_end
from ple.tui.memory import Memory
from ple.tui.places import PLACES
from ple.tui.question import Question
from ple.tui.stylesheet import RememberedRules
from ple.tui.themes import DARK, OURS

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.settings.settings import Settings


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class LearningApp(Desk):
    """Everything a learner has, on screen."""

    TITLE = "ple"
    CSS_PATH = Path(__file__).with_name("ple.tcss")
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = dict(PLACES)
    DEFAULT_MODE = "today"
    COMMANDS: ClassVar[set[Any]] = {Verbs}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    NOTIFICATION_TIMEOUT = 8
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"{key},alt+{key}", f"switch_mode('{mode}')", f"Go to {title}", show=False, id=f"go.{mode}")
            for key, mode, title in (
                ("1", "today", "Today"),
                ("2", "feeds", "Feeds"),
                ("3", "library", "Library"),
                ("4", "journal", "Journal"),
                ("5", "search", "Search"),
                ("6", "handin", "Hand in"),
                ("7", "portfolio", "Portfolio"),
                ("0", "settings", "Settings"),
            )
        ),
        Binding("g", "go", "Go to …", show=False, id="go"),
        Binding("colon,ctrl+p", "command_palette", "Commands", show=False, key_display=":", id="commands"),
        Binding("question_mark,f1", "help", "Keys of this place", show=False, key_display="?", id="help"),
        Binding("u", "undo", "Undo the last change", show=False, id="undo"),
        Binding("U", "redo", "Redo what was undone", show=False, id="redo"),
        Binding("w", "write", "Write in the journal", show=False, id="write"),
        Binding("D", "drafts", "Unfinished drafts", show=False, id="drafts"),
        Binding("f3", "rules", "Rules: what is done with entries as they come in", show=False, id="rules"),
        Binding("f2", "tour", "Tour of a minute", show=False, id="tour"),
        Binding("R", "refresh_all", "Refresh all feeds", show=False, id="refresh-all"),
        Binding("c", "stop_jobs", "Stop", id="stop"),
        Binding("ctrl+z", "suspend_process", "Suspend: back to the shell, fg returns", show=False, id="suspend"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="quit"),
    ]

    def __init__(
        self,
        open_environment: Callable[[], Environment],
        *,
        now: Callable[[], dt.datetime] = _now,
        crash_folder: Path | None = None,
        open_address: Callable[[str], object] | None = None,
        theme: str | None = None,
        editor: str = "",
        refresh_minutes: int = 0,
        config_folder: Path | None = None,
        memory: Memory | None = None,
        drafts: Path | None = None,
        tour: bool = False,
        library: str | None = None,
    ) -> None:
        self.memory = memory or Memory()
        if self.memory.get("place") in self.MODES:
            vars(self)["DEFAULT_MODE"] = self.memory.get("place")  # where the learner left
        super().__init__(open_environment, now=now, crash_folder=crash_folder)
        self.config_folder = config_folder or Path()
        self.library = library
        """How a command names the library that is open; None where none may be run on it."""
        self._tour = tour and not self.memory.get("tour")
        self.drafts = drafts
        """The folder for what is being written, until it is kept."""
        self.animation_level = "none"  # one animated page down is 300 kB over SSH, and some get sick of what moves
        self.editor = editor
        self.greetings: list[str] = []
        """What the learner should hear once the screens are there."""
        self._refresh_minutes = refresh_minutes
        self._open_address = open_address or Browser()
        for ours in OURS:
            self.register_theme(ours)
        if config_folder is not None and (config_folder / "themes").is_dir():
            from ple.tui import own_themes

            theirs, problems = own_themes.read(config_folder / "themes")
            for own in theirs:
                self.register_theme(own)
            self.greetings += problems
        wanted = theme or os.environ.get("TEXTUAL_THEME") or DARK.name
        # Set without telling the watchers: they would have all rules read in the colours of one theme, then of another.
        self.set_reactive(App.theme, wanted if wanted in self.available_themes else DARK.name)
        self.stylesheet = RememberedRules(variables=self.get_css_variables())

    @property
    def current_theme(self) -> Theme:
        """The theme. Textual makes a dictionary of all themes to answer this, in the middle of painting each line."""
        return self._registered_themes.get(self.theme) or DARK

    def on_load(self) -> None:
        """Let tasks begin when it is their turn, in all versions of Python.

        From 3.12 on Textual has them begin at once, within whatever makes them: the line of a filter would be mounted
        before its screen is there, and nothing would start.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_ready(self) -> None:
        """Watch the library, now that the first paint is done."""
        self.set_interval(1.0, self.watch_library)
        self.set_timer(1.5, self._warm)
        self.set_interval(20.0, self.keep_memory)
        self.guarded(self._go_on, group="drafts")
        hear_the_end(self)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # after ctrl+z all is to be painted
        if self._tour:
            self.action_tour()
        for said in self.greetings:
            self.notify(said, title="Your settings", severity="warning", markup=False)
        if self._refresh_minutes:
            self.set_timer(5.0, self._refresh_due)
            self.set_interval(self._refresh_minutes * 60, self._refresh_due)

    def _warm(self) -> None:
        """Import the other places while the learner looks at this one; opening one then takes half as long."""

        def warm(_: Environment) -> None:
            for name in ("feeds", "library", "journal", "search"):
                importlib.import_module(f"ple.tui.screens.{name}")

        self.guarded(lambda: self.doors.ask(warm), group="warm")

    @on(events.DescendantFocus)
    def _hold_still(self, event: events.DescendantFocus) -> None:
        """Let no cursor blink: it distracts, and over SSH it keeps the line busy."""
        widget: Any = event.widget
        if hasattr(widget, "cursor_blink"):  # a line or a page to type in; their classes are heavy to import
            widget.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """Give what was typed ahead to the question that came up meanwhile."""
        if isinstance(self.screen, Question) and self.screen.overtaken(event):
            event.stop()
            event.prevent_default()

    # settings, and what is remembered

    def settings(self) -> Settings:
        """Return what the learner set. Raises SettingsError."""
        from ple.settings.settings import load

        return load(self.config_folder)

    def live_by(self, settings: Settings) -> None:
        """Let settings that were changed on screen be so at once."""
        from ple.tui.keys import keymap

        self.editor = settings.editor
        self._open_address = Browser(settings.browser)
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        elif settings.theme == "auto":
            self.theme = DARK.name
        self.set_keymap(keymap(settings.keys))

    async def _go_on(self, *, asked: bool = False) -> None:
        from ple.tui.screens.writing import go_on

        await go_on(self, asked=asked)

    def remember(self, name: str, value: Any) -> None:
        """Remember something until the next start, and longer."""
        self.memory.put(name, value)

    def remembered(self, name: str) -> Any:
        """Return what was remembered by a name, or None."""
        return self.memory.get(name)

    def keep_memory(self) -> None:
        """Write down where the learner is."""
        from ple.tui.room import Room

        self.remember("place", self.current_mode)
        for mode, stack in self._screen_stacks.items():
            for screen in stack:
                if isinstance(screen, Room):
                    self.remember(f"at {mode}", screen.whereabouts())
        self.memory.keep()

    def paint_with(self, theme: str) -> None:
        """Change the colours, and keep to them at the next start."""
        self.theme = theme
        if self.config_folder != Path():
            self.guarded(partial(self._keep_theme, theme), group="theme")

    async def _keep_theme(self, theme: str) -> None:
        from ple.settings.writing import change

        await asyncio.to_thread(change, self.config_folder, "theme", theme)
        self.say(f"{theme}, from now on")

    def _refresh_due(self) -> None:
        """Ask the feeds whose time has come, quietly."""
        from ple.tui.refreshing import refresh

        if not self.jobs:
            refresh(self, force=False, quiet=True)

    # actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop only while something runs."""
        return bool(self.jobs) if action == "stop_jobs" else True

    def action_stop_jobs(self) -> None:
        """Stop what runs in the background; what is finished is kept."""
        for job in self.jobs:
            job.stop()
        self.show_jobs()

    def action_help(self) -> None:
        """Show the keys of this place."""
        from ple.tui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.screen))

    def action_go(self) -> None:
        """Wait for a letter that says where to."""
        from ple.tui.dialogs import GoTo

        self.push_screen(GoTo(), self._went)

    async def _went(self, where: str | None) -> None:
        if where == "top":
            focused = self.screen.focused
            if focused is not None and hasattr(focused, "action_top"):
                focused.action_top()
        elif where:
            self.switch_mode(where)

    def action_undo(self) -> None:
        """Take back the last change that was made here; one that was made elsewhere, after asking."""
        from ple.tui.undoing import take_back

        if not getattr(self.screen, "take_back", bool)():
            take_back(self)

    def action_redo(self) -> None:
        """Do again what was taken back last."""
        from ple.tui.undoing import do_again

        if not getattr(self.screen, "do_again", bool)():
            do_again(self)

    def action_suspend_process(self) -> None:
        """Put ple aside, as the shell does with other programs, where there is a shell that brings it back."""
        from ple.tui import aside

        if self._driver is not None and self._driver.can_suspend and not self.is_headless and aside.shell():
            self.keep_memory()
            aside.put_aside(self._driver)
        else:
            self.say("ple cannot be put aside here; ctrl+q leaves, and it comes back where you are")

    def action_refresh_all(self) -> None:
        """Ask all feeds for news, in the background."""
        from ple.tui.refreshing import refresh

        refresh(self)

    def action_tour(self) -> None:
        """Show a newcomer around."""
        from ple.tui.screens.tour import Tour

        def seen(_: None) -> None:
            self.remember("tour", True)
            self.keep_memory()

        self.push_screen(Tour(), seen)

    def action_rules(self) -> None:
        """Show, make and try rules for what comes in."""
        from ple.tui.screens.feed_rules import Rules

        self.push_screen(Rules())

    def action_drafts(self) -> None:
        """Go on with what was being written when something broke."""
        self.guarded(partial(self._go_on, asked=True), group="drafts")

    def action_write(self) -> None:
        """Write in the journal."""
        from ple.tui.screens.writing import write

        write(self)

    def browse(self, address: str | None) -> None:
        """Open an address in the learner's browser."""
        if not address or not address.startswith(("http://", "https://")):
            self.say("This has no address to open")
            return
        self.guarded(partial(self._browse, address), group="browse", exclusive=False)

    async def _browse(self, address: str) -> None:
        from ple.tui.lending import lend

        browser = self._open_address
        if isinstance(browser, Browser) and await asyncio.to_thread(browser.for_terminal, address):
            try:
                opened = lend(self, partial(browser.open_here, address))
            except SuspendNotSupported:
                opened = False
        else:
            self.say(f"Opening {address} …")
            opened = await asyncio.to_thread(browser, address) is not False
        if opened:
            self.say(f"Opened {address}")
        else:
            self.notify(f"No browser could be opened here. The address is\n{address}", severity="warning", markup=False)

    async def action_quit(self) -> None:
        """Leave; work in the background is stopped and what is finished is kept."""
        for job in self.jobs:
            job.stop()
        self.keep_memory()
        from ple.tui.screens.editor import Editor

        writing = [screen for screen in self.screen_stack if isinstance(screen, Editor)]
        if writing:
            writing[-1].put_down(self.exit)  # it is offered at the next start
        else:
            self.exit()
