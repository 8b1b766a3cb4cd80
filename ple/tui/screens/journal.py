"""The journal: what the learner wrote, by day, and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from ple.tui.dialogs import Choose
from ple.tui.drafts import Work
from ple.tui.habits import meant
from ple.tui.list_room import ListRoom
from ple.tui.room import Thing
from ple.tui.screens.journal_calendar import MOST, Month, months, paint_month
from ple.tui.screens.writing import edit, write
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, LineList, Row
from ple.tui.words import Piece, columns, plural, right, short

if TYPE_CHECKING:
    from ple.environment import Environment


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A line of the list."""

    thing: Thing
    when: str


class Journal(ListRoom):
    """Entries, newest first, and the one under the cursor."""

    MODE = "journal"
    KINDS: ClassVar[tuple[str, ...]] = ("journal",)
    OF_LINES: ClassVar[frozenset[str]] = frozenset({"edit", "edit_outside", "remove"})
    PANES: ClassVar[tuple[str, ...]] = ("tree", "list", "article")
    FIRST: ClassVar[int] = 1
    BESIDE: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "app.write", "Write", id="journal.write"),
        Binding("p", "prompt", "Prompt", id="journal.prompt"),
        Binding("e", "edit", "Edit", id="journal.edit"),
        Binding("E", "edit_outside", "$EDITOR", id="journal.edit-outside"),
        Binding("d", "remove", "Remove", id="journal.remove"),
    ]

    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {
        **ListRoom.ORDERS,
        "by title": lambda row: row.thing.title.casefold(),
    }

    def __init__(self) -> None:
        super().__init__()
        self._newest: dict[str, int] = {}

    def outer(self) -> Iterable[Widget]:
        """The calendar."""
        yield LineList(paint_month, id="tree")

    async def load(self) -> None:
        """Show the entries, and the days on which they were written."""
        await super().load()

        def written(environment: Environment) -> tuple[list[Month], dict[str, int]]:
            ids = environment.journal.entry_ids(limit=MOST)
            return months((line.id, line.written_at) for line in environment.journal.entry_lines(ids))

        rows, self._newest = await self.ask(written)
        weeks = {row.key for row in rows if row.days}
        self.query_one("#tree", LineList).show([row.key for row in rows], rows=rows, skip=weeks)

    @on(LineList.Moved, "#tree")
    def _month_moved(self, event: LineList.Moved) -> None:
        newest = self._newest.get(str(event.key))
        if event.list.has_focus and newest is not None:
            self.list.go(newest)

    @on(LineList.Chosen, "#tree")
    def _month_chosen(self, event: LineList.Chosen) -> None:
        self.at = self.PANES.index("list")

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all entries, newest first."""
        return lambda environment: environment.journal.entry_ids()

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return the call for lines."""
        now = self.learning.now()
        numbers = [key for key in keys if isinstance(key, int)]

        def call(environment: Environment) -> Sequence[Row]:
            found: dict[Key, WrittenRow] = {}
            for line in environment.journal.entry_lines(numbers):
                thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", None, line.tags)
                found[line.id] = WrittenRow(thing, short(line.written_at, now))
            return [found.get(key) for key in keys]

        return call

    def paint(self, row: WrittenRow, width: int) -> Sequence[Sequence[Piece]]:
        """Date, title, tags."""
        tags = " ".join(f"#{tag}" for tag in sorted(row.thing.tags))
        tagged = min(len(tags), width // 3) if width >= 40 else 0
        title = width - 8 - (tagged + 1 if tagged else 0) - 1
        return [columns([(right(row.when, 7), 7, "muted"), (row.thing.title, title, ""), (tags, tagged, "tag")])]

    def headline(self, total: int) -> str:
        """How much there is."""
        return f"Journal  ·  {self.counted(total)}"

    def lesson(self) -> str:
        """What to do here."""
        return (
            "Your journal is empty.\n\nTo write what one has read is how it stays. Nobody sees it but you.\n\n"
            "a  writes an entry\np  begins with a question\nn  on anything else writes about that thing"
        )

    def action_prompt(self) -> None:
        """Begin with a question."""

        async def ask() -> None:
            prompts = await self.ask(lambda environment: environment.journal.prompts())
            rows = [(number, clean(prompt.title)) for number, prompt in enumerate(prompts, 1)]

            def chosen(number: int | None) -> None:
                if number is not None:
                    write(self.learning, prompt=prompts[number - 1])

            self.app.push_screen(Choose("Begin with a question", rows), chosen)

        self.work(ask, group="prompt")

    def action_edit(self) -> None:
        """Edit the entry here."""
        self._edit(outside=False)

    def action_edit_outside(self) -> None:
        """Edit the entry in the learner's own editor."""
        self._edit(outside=True)

    def _edit(self, *, outside: bool) -> None:
        thing = self._thing()
        if thing is None:
            return

        async def ask() -> None:
            entry = await self.ask(lambda environment: environment.journal.entry(thing.id))
            edit(self.learning, Work("entry", clean(entry.title), thing.id), entry.text, outside=outside)

        self.work(ask, group="edit")

    def action_remove(self) -> None:
        """Put the entry, or all that are marked, into the trash."""
        if (thing := self._thing()) and meant(self):
            self.change_all(
                lambda environment, ids: environment.journal.remove(ids),
                lambda number: f"Removed {named(thing.title) if number == 1 else plural(number, 'entry', 'entries')}",
            )

    def action_note(self) -> None:
        """Edit the entry: it is a note."""
        self._edit(outside=False)
