"""Settings: what can be set, whom one is connected with, what one tells them, where things lie, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from ple.library.errors import PleError
from ple.tui.dialogs import Ask, Choose
from ple.tui.list_room import ListRoom
from ple.tui.reading import Article
from ple.tui.room import Thing
from ple.tui.screens.settings_said import SetRow, rows_of
from ple.tui.sheet import Sheet
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.words import Piece, columns, count

if TYPE_CHECKING:
    from ple.environment import Environment


class Settings(ListRoom):
    """Everything that can be set, in one list; what each is for beside it."""

    MODE = "settings"
    KINDS: ClassVar[tuple[str, ...]] = ("setting",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "change", "Change", id="settings.change"),
        Binding("d", "default", "Back to what it was", id="settings.default"),
        Binding("v", "section(1)", "Next part", id="settings.next"),
        Binding("r", "sync", "Ask the courses", show=False, id="settings.sync"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows_now: dict[Key, SetRow] = {}
        self._before: list[tuple[SetRow, Any]] = []
        self._after: list[tuple[SetRow, Any]] = []
        """What was set before, the latest at the end."""

    # what the list says

    async def load(self) -> None:
        """Gather what is set, and how things stand."""
        app = self.learning
        settings = app.settings()
        now, folder = app.now(), app.config_folder
        themes = tuple(sorted(app.available_themes))
        theme = app.theme
        rows = await self.ask(
            lambda environment: rows_of(environment, settings, theme=theme, themes=themes, folder=folder, now=now)
        )
        if self.filter:
            wanted = self.filter.casefold().split()
            rows = [row for row in rows if not row.heading and all(word in row.all.casefold() for word in wanted)]
        self._rows_now = {row.key: row for row in rows}
        self.fill(list(self._rows_now), rows=rows, skip={row.key for row in rows if row.heading})
        await self._again_here()

    async def _filter_soon(self) -> None:
        await super()._filter_soon()
        self.list.position = 0

    async def _again_here(self) -> None:
        if self.article is not None and self.list.key is not None:
            await self.open_article(self.list.key)

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Not asked: what is set comes with its rows."""
        return lambda _: ()

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Not asked: what is set comes with its rows."""
        return lambda _: ()

    def paint(self, row: SetRow, width: int) -> Sequence[Sequence[Piece]]:
        """A heading with a rule; a name and what it is set to."""
        if row.heading:
            text = f" {row.name} " if row.name else ""
            return [[(text, "heading"), ("─" * max(0, width - len(text) - 1) if row.name else "", "muted")]]
        name = max(12, min(30, width // 2))
        mark = " !" if row.warn else " ●" if row.own else "  "
        return [
            columns([
                (mark, 2, "warn" if row.warn else "mark"),
                (f"{row.place}: {row.name}" if self.filter and row.place else row.name, name, ""),
                (row.value, width - name - 5, "muted"),
            ])
        ]  # fmt: skip

    def headline(self, total: int) -> str:
        """How to find something in it."""
        if self.filter:
            return f"Settings  ·  {self.counted(total)}"
        own = sum(row.own for row in self._rows_now.values())
        return f"Settings  ·  {count(own)} of your own, marked ●  ·  / finds one, enter changes it"

    def lesson(self) -> str:
        """Not seen: there is always something to set."""
        return ""

    def thing(self) -> Thing | None:
        """Nothing here can be tagged or opened."""
        return None

    async def _read(self, key: Key) -> Article | None:
        row = self._rows_now.get(key)
        if row is None or row.heading:
            return None
        # the number says which row is shown; it is no resource
        return Article(Thing(hash(key), "setting", row.name), row.prose())

    @on(LineList.Chosen, "#list")
    def _change_chosen(self, event: LineList.Chosen) -> None:
        event.prevent_default()
        self.action_change()

    def action_section(self, step: int) -> None:
        """Go to the next part."""
        keys = list(self._rows_now)
        heads = [at for at, key in enumerate(keys) if self._rows_now[key].heading and self._rows_now[key].name]
        here = self.list.position
        later = [at for at in heads if at > here] or heads
        if later:
            self.list.position = later[0] + 1

    # changing

    def action_change(self) -> None:
        """Change what the cursor is on."""
        row = self.list.row
        if not isinstance(row, SetRow):
            return
        from ple.tui.screens import changing

        act: dict[str, Callable[[Settings, SetRow], None]] = {
            "set": changing.change_setting,
            "key": changing.change_key,
            "account": changing.change_account,
            "store": changing.change_store,
            "event": changing.change_consent,
        }
        if row.what in act:
            act[row.what](self, row)
        else:
            self.learning.say(row.help or "This is as it is")

    def action_default(self) -> None:
        """Take the learner's own value away."""
        row = self.list.row
        if not isinstance(row, SetRow) or row.what not in ("set", "key"):
            self.learning.say("This has no value of yours")
            return
        if not row.own:
            self.learning.say("This is as it was from the start")
            return
        self.keep(row, None)

    def keep(self, row: SetRow, value: Any) -> None:
        """Write a value of the learner's own into their settings, None to take it out, and let it be so at once."""
        if self._write(row, value):
            self._after.clear()
            self.learning.say(f"Kept in your settings: {row.name} · u undoes")

    def take_back(self) -> bool:
        """Set the last setting that was changed here to what it was; what is in the library is not touched."""
        if not self._before:
            return False
        row, value = self._before.pop()
        if self._write(row, value):
            self._after.append(self._before.pop())
            self.learning.say(f"Taken back: {row.name} is as it was · U does it again")
        return True

    def do_again(self) -> bool:
        """Set the last setting that was taken back here again."""
        if not self._after:
            return False
        row, value = self._after.pop()
        if self._write(row, value):
            self.learning.say(f"Done again: {row.name} · u takes it back")
        return True

    def _write(self, row: SetRow, value: Any) -> bool:
        from ple.settings import writing

        folder = self.learning.config_folder
        try:
            own = self.learning.settings()
            held = own.keys.get(row.name_of_it) if row.what == "key" else getattr(own, row.name_of_it)
            before = held if row.own else None
            if row.what == "key":
                settings = writing.change_key(folder, row.name_of_it, value)
            else:
                settings = writing.change(folder, row.name_of_it, value)
        except PleError as error:
            self.learning.complain(error)
            return False
        self._before.append((row, before))
        self.learning.live_by(settings)
        self.reload()
        return True

    def action_sync(self) -> None:
        """Ask the courses what is new."""
        from ple.tui.screens.asking import ask_courses

        ask_courses(self.learning)

    def ask_line(self, title: str, value: str, help: str, then: Callable[[str], None]) -> None:
        """Ask for a line; it may be empty."""

        def got(said: str | None) -> None:
            if said is not None:
                then(said)

        self.app.push_screen(Ask(title, value=value, help=help, empty=True), got)

    def choose(self, title: str, lines: Sequence[str], then: Callable[[int], None]) -> None:
        """Offer lines; `then` is given the place of the one that was chosen, from 0."""

        def got(number: int | None) -> None:
            if number is not None:
                then(number - 1)

        self.app.push_screen(Choose(title, list(enumerate(lines, 1))), got)

    def sheet(self, sheet: Sheet, then: Callable[[str | None], None]) -> None:
        """Show a page that asks."""
        self.app.push_screen(sheet, then)
