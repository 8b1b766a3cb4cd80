"""Today: what is due, what came in, what waits to be read, and one suggestion."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Static

from ple.tui.list_room import ListRoom
from ple.tui.room import Thing
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.widgets.wrapping import wrapped
from ple.tui.words import Piece, columns, count, day, due, right, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.today import Glance
    from ple.today import Today as Gathered

FEW = 5
ALL_READ = "Everything that came in is read. R asks your feeds for more."
NOTHING_FOLLOWED = "You follow nothing yet: 2 and then a follows a site, 2 and I brings a list in."


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A heading, a line to read, or a thing."""

    key: Key
    title: str
    when: str = ""
    where: str = ""
    mark: str = ""
    style: str = ""
    thing: Thing | None = None

    @property
    def heading(self) -> bool:
        """Whether it is one that the cursor passes over."""
        return self.thing is None


class Today(ListRoom):
    """The first screen: a short list made anew each time."""

    MODE = "today"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Save a page", show=False, id="today.add"),
        Binding("w", "app.write", "Write", id="today.write"),
        Binding("R", "app.refresh_all", "Refresh feeds", id="today.refresh"),
        Binding("s", "star", "Star or keep", show=False, id="today.star"),
    ]

    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {}

    def __init__(self) -> None:
        super().__init__()
        self._rows_now: list[TodayRow] = []
        self._found: Gathered | None = None
        self._follows = True
        self._seen_at: dt.datetime | None = None
        self._waited = False
        self._looked = False

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Not asked: what matters today comes with its rows."""
        return lambda _: ()

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Not asked: what matters today comes with its rows."""
        return lambda _: ()

    def kind(self, key: Key) -> str:
        """Return the kind of a line."""
        return next((row.thing.kind for row in self._rows_now if row.key == key and row.thing), "")

    def reload(self) -> None:
        """Ask again for everything; at the start only when what is remembered was painted."""
        if self._found is None and self._rows_now and not self._waited:
            self._waited = True
            self.set_timer(0.05, super().reload)
        else:
            super().reload()

    def whereabouts(self) -> dict[str, Any]:
        """What is shown: it is there at the next start before the library is open."""
        return {"seen": [_said(row) for row in self._rows_now], "at": self.learning.now().timestamp()}

    def go_back(self, before: dict[str, Any]) -> None:
        """Show what was seen last, until the library says what is so now."""
        try:
            at = dt.datetime.fromtimestamp(before["at"], dt.UTC)
            rows = [_again(*row) for row in before["seen"]]
        except (KeyError, TypeError, ValueError, OverflowError, OSError):  # of another version, or damaged
            return
        self._seen_at = at
        self._show(rows)

    async def load(self) -> None:
        """Gather what matters now; until the library is open, show what is seen of it from outside."""
        now = self.learning.now()
        if not self._rows_now and not self._looked:
            self._looked = True
            await self._look()

        def call(environment: Environment) -> tuple[Gathered, bool]:
            from ple.today import gather

            return gather(environment, now=now, few=FEW), environment.feeds.following() > 0

        found, self._follows = await self.ask(call)
        self._found = found
        self._lay_out(found)
        await self._again()

    async def _look(self) -> None:
        def call(environment: Environment) -> Glance | None:
            from ple.today import glance

            return glance(environment, few=FEW)

        found = await self.learning.doors.glance(call)
        if found is None:
            self.query_one(".list-pane").add_class("-empty")
            self.query_one("#lesson", Static).update("Opening your library …")
        else:
            self._show(rows_at_a_glance(found, self.learning.now()))
        await asyncio.sleep(0.05)  # what opens the library leaves no time for painting

    def _lay_out(self, found: Gathered) -> None:
        self._seen_at = None
        width = self.query_one(".list-pane").size.width or 80
        self._show(rows_of(found, self.learning.now(), width, follows=self._follows))

    def _show(self, rows: list[TodayRow]) -> None:
        self._rows_now = rows
        self.fill([row.key for row in rows], rows=rows, skip={row.key for row in rows if row.heading})

    def on_resize(self, event: events.Resize) -> None:
        """Lay the suggestion out anew."""
        super().on_resize(event)
        if self._found is not None:
            self.call_after_refresh(self._lay_out, self._found)  # by then the list knows how wide it is

    def headline(self, total: int) -> str:
        """The day."""
        today = day(self.learning.now())
        return f"{today}  ·  as it was {short(self._seen_at, self.learning.now())} …" if self._seen_at else today

    def lesson(self) -> str:
        """Not seen: today always has a suggestion."""
        return ""

    def paint(self, row: TodayRow, width: int) -> Sequence[Sequence[Piece]]:
        """A heading with a rule, or a thing with its date and place."""
        if row.style == "heading":
            text = f" {row.title} "
            return [[(text, "heading"), ("─" * max(0, width - len(text) - 1), "muted")]]
        if row.heading:
            return [[("  " + row.title, row.style)]]
        where = min(18, width // 4) if width >= 50 else 0
        late = 6
        if row.thing and row.thing.kind == "assignment":
            late = 14 if width >= 64 else 11
        title = width - 2 - 3 - (late + 1) - (where + 1 if where else 0)
        return [
            columns([
                (f" {row.mark}", 2, "warn" if row.mark == "!" else "mark"),
                (right(row.when, late) if late == 6 else row.when, late, row.style or "muted"),
                (row.title, title, ""),
                (row.where, where, "muted"),
            ])
        ]  # fmt: skip

    def library_changed(self) -> None:
        """What is being read stays; the list follows when the reader comes back to it."""
        if self.at:
            self._stale = True
        else:
            super().library_changed()

    def watch_at(self) -> None:
        """Back from reading, show what is left."""
        super().watch_at()
        if not self.at and self._stale:
            self.reload()

    def opened(self, key: Key, row: TodayRow) -> None:
        """Opening an entry reads it."""
        if row.thing is not None and row.thing.kind == "entry" and row.mark == "●":
            id = row.thing.id
            self.list.put(key, replace(row, mark=""))
            self.change(lambda environment: environment.feeds.mark_read([id], opened=True))

    def action_filter(self) -> None:
        """Search everything: a list of today needs no filter."""
        self.app.switch_mode("search")

    def action_add(self) -> None:
        """Save a page."""
        from ple.tui.things import ask_for_page

        ask_for_page(self.learning)

    def action_star(self) -> None:
        """Star the entry under the cursor."""
        thing = self._thing()
        if thing is not None and thing.kind == "entry":
            self.change(lambda environment: environment.feeds.star([thing.id]), "Starred · u undoes")
        elif thing is not None:
            self.learning.say("This is kept already")


def _said(row: TodayRow) -> Sequence[Any]:
    """Return a line as JSON can say it."""
    thing = row.thing
    about = None if thing is None else (thing.id, thing.kind, thing.title, thing.url, sorted(thing.tags))
    return row.key, row.title, row.when, row.where, row.mark, row.style, about


def _again(key: Key, title: str, when: str, where: str, mark: str, style: str, thing: Sequence[Any] | None) -> TodayRow:
    """Return a line as it was remembered, which is what a file says. Raises TypeError where that is no line."""
    said = (title, when, where, mark, style)
    if not isinstance(key, int | str) or not all(isinstance(part, str) for part in said):
        raise TypeError(said)
    if thing is None:
        return TodayRow(key, clean(title), when, where, mark, style)
    id, kind, name, url, tags = thing
    if not isinstance(id, int) or not all(isinstance(part, str) for part in (kind, name, url or "")):
        raise TypeError(thing)
    found = Thing(id, kind, clean(name), url, frozenset(str(tag) for tag in tags))
    return TodayRow(key, clean(title), clean(when), clean(where), mark[:1], style, found)


def rows_of(found: Gathered, now: dt.datetime, width: int, *, follows: bool = True) -> list[TodayRow]:
    """Return what was gathered as lines, under headings that say what the learner finds there."""
    rows: list[TodayRow] = []

    def heading(title: str) -> None:
        if rows:
            rows.append(TodayRow(f"gap {len(rows)}", ""))
        rows.append(TodayRow(f"heading {title}", title, style="heading"))

    heading("DUE")
    for assignment in found.due:
        soon = assignment.due_at is not None and assignment.due_at - now < dt.timedelta(days=2)
        thing = Thing(assignment.id, assignment.kind, clean(assignment.title), assignment.url, assignment.tags)
        rows.append(
            TodayRow(
                thing.id,
                thing.title,
                due(assignment.due_at, now),
                clean(assignment.course),
                "!" if soon else "",
                "warn" if soon else "",
                thing,
            )
        )
    if not found.due:
        rows.append(TodayRow("nothing due", "Nothing is due within two weeks.", style="muted"))
    rows += _new(found, now, ALL_READ if follows else NOTHING_FOLLOWED)
    if found.pages:
        heading(f"SAVED TO READ · {count(found.unread_pages)}")
        for page in found.pages:
            thing = Thing(page.id, page.kind, clean(page.title) or clean(page.url), page.url, page.tags)
            rows.append(
                TodayRow(thing.id, thing.title, short(page.saved_at, now), clean(page.site_name or ""), thing=thing)
            )
    if found.on_this_day:
        heading("ON THIS DAY")
        for written in found.on_this_day:
            thing = Thing(written.id, written.kind, clean(written.title), None, written.tags)
            rows.append(TodayRow(thing.id, thing.title, f"{written.written_at.astimezone():%Y}", thing=thing))
    heading("NEXT")
    suggestion = on_screen(found.suggestion)
    for number, (start, end) in enumerate(wrapped(suggestion, max(20, width - 4))):
        rows.append(TodayRow(f"suggestion {number}", suggestion[start:end]))
    return rows


def _new(found: Gathered | Glance, now: dt.datetime, nothing: str) -> list[TodayRow]:
    """Return what came in as lines."""
    title = f"NEW · {count(found.unread)} unread" if found.unread else "NEW"
    rows = [TodayRow("gap new", ""), TodayRow("heading new", title, style="heading")]
    for entry in found.entries:
        thing = Thing(entry.id, entry.kind, clean(entry.title) or "Untitled", entry.url, entry.tags)
        when = short(entry.published_at, now)
        rows.append(TodayRow(thing.id, thing.title, when, clean(entry.feed_title), "●", thing=thing))
    if not found.entries:
        rows.append(TodayRow("nothing new", nothing, style="muted"))
    return rows


def rows_at_a_glance(found: Glance, now: dt.datetime) -> list[TodayRow]:
    """Return what is seen from outside as lines, where they will stand when the library is open."""
    due = [TodayRow("heading DUE", "DUE", style="heading"), TodayRow("nothing due", "…", style="muted")]
    return [*due, *_new(found, now, "Nothing is unread.")]


_COMMANDS = {
    "ple feeds add": "press 2, then a",
    "ple journal write": "press w",
    "ple lms show": "press 6",
    "ple bookmarks list": "press 3",
    "ple entries list": "press 2",
    "ple journal on-this-day": "press 4",
}


def on_screen(suggestion: str) -> str:
    """Return a suggestion with the key that follows it here, in place of its command."""

    def key(match: re.Match[str]) -> str:
        return next((keys for command, keys in _COMMANDS.items() if match[1].startswith(command)), match[0])

    return clean(re.sub(r"`([^`]+)`", key, suggestion))
