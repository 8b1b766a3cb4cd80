"""A pilot for every key and every verb of the palette: where one is, and what is there only after it was pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from ple.tui.screens.feeds_tree import ALL
from ple.tui.widgets.bar import KeyLine
from ple.tui.widgets.line_list import LineList

from .world import seen

Sees = str | Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Case:
    """Keys that lead to where a verb is pressed, and what is so afterwards and was not before; a text is seen."""

    before: str
    sees: Sees
    palette: bool = True
    """Whether the palette has it there too."""

    def holds(self, pilot: Pilot[Any]) -> bool:
        """Return whether what is to be so is so."""
        return self.sees in seen(pilot) if isinstance(self.sees, str) else bool(self.sees(pilot))


def over(name: str) -> Sees:
    """A screen of this class is on top."""
    return lambda pilot: type(pilot.app.screen).__name__ == name


def gone(name: str) -> Sees:
    """No screen of this class is on top any more."""
    return lambda pilot: type(pilot.app.screen).__name__ != name


def mode(name: str) -> Sees:
    """One is in this place."""
    return lambda pilot: pilot.app.current_mode == name


def at(position: int) -> Sees:
    """The cursor stands on this line of the list that has the focus."""
    return lambda pilot: lines(pilot).position == position


def beyond(position: int) -> Sees:
    return lambda pilot: lines(pilot).position > position


def short_of(position: int) -> Sees:
    return lambda pilot: lines(pilot).position < position


def lines(pilot: Pilot[Any]) -> LineList:
    focused = pilot.app.focused
    return focused if isinstance(focused, LineList) else pilot.app.screen.query(LineList).last()


def focus(id: str) -> Sees:
    """This pane has the focus."""
    return lambda pilot: getattr(pilot.app.focused, "id", None) == id


def said(pilot: Pilot[Any]) -> bool:
    """Something was said, in the last line or in a notice."""
    return bool(pilot.app._notifications) or any(line.message for line in pilot.app.screen.query(KeyLine))


def noticed(pilot: Pilot[Any]) -> bool:
    """A notice was given."""
    return bool(pilot.app._notifications)


def scrolled(pilot: Pilot[Any]) -> bool:
    return bool(pilot.app.screen.view.scroll_offset.y)


def not_at_the_end(pilot: Pilot[Any]) -> bool:
    view = pilot.app.screen.view
    return bool(view.scroll_offset.y < view.max_scroll_y)


def browsed(pilot: Pilot[Any]) -> bool:
    return bool(pilot.app.browsed)


def row(**now: Any) -> Sees:
    """The line under the cursor says this."""
    return lambda pilot: all(getattr(pilot.app.screen.list.row, name) == value for name, value in now.items())


FEED, CHOICE, PAGE, FOUND = "2 left G", "0 enter", "3 enter", "3 enter slash _practice enter"

CASES: dict[str, Case] = {
    "go.today": Case("2", mode("today")),
    **{f"go.{name}": Case("1", mode(name))
       for name in ("feeds", "library", "journal", "search", "handin", "portfolio", "settings")},
    "go": Case("2", over("GoTo")), "commands": Case("2", over("CommandPalette"), palette=False),
    "help": Case("2", over("Help")), "undo": Case("2 m", "56 unread of 60"), "redo": Case("2 m u", "55 unread of 60"),
    "suspend": Case("2", said), "write": Case("2", over("Editor")),
    "drafts": Case("2", "Nothing was left unfinished"), "tour": Case("2", over("Tour")),
    "rules": Case("2", over("Rules")),
    "refresh-all": Case("3", said), "leave": Case(PAGE, focus("list")),
    "thing.browse": Case("3", browsed), "thing.tag": Case("3", "Tags of"), "thing.note": Case("3", "Note on"),
    "thing.copy": Case("3", "Copied https"), "thing.portfolio": Case("2", "Why do you show"),
    "pane.next": Case("3", focus("article"), palette=False), "pane.previous": Case("3", focus("tree"), palette=False),
    "back": Case("3", focus("tree"), palette=False), "escape": Case(PAGE, focus("list"), palette=False),
    "list.filter": Case("3", focus("filter"), palette=False), "thing.follow": Case("3 enter escape", "enter opens one"),
    "list.visual": Case("2", "ends the stretch", palette=False),
    "list.order": Case("3", "Oldest first", palette=False),
    "list.down": Case(CHOICE, at(1), palette=False), "list.up": Case(f"{CHOICE} j j", at(1), palette=False),
    "list.half-down": Case(CHOICE, beyond(3), palette=False),
    "list.half-up": Case(f"{CHOICE} j j j", short_of(3), palette=False),
    "list.page-down": Case(CHOICE, beyond(3), palette=False),
    "list.page-up": Case(f"{CHOICE} j j j", short_of(3), palette=False),
    "list.top": Case(f"{CHOICE} j j", at(0), palette=False), "list.bottom": Case(CHOICE, beyond(9), palette=False),
    "list.open": Case("2", focus("article"), palette=False),
    "list.mark": Case("2", "1 marked", palette=False), "list.mark-all": Case("2", "60 marked", palette=False),
    "list.mark-stretch": Case("2", "ends the stretch", palette=False),
    **{f"article.{name}": Case(PAGE, scrolled, palette=False) for name in ("down", "page-down", "half-down", "bottom")},
    **{f"article.{name}": Case(f"{PAGE} G", not_at_the_end, palette=False)
       for name in ("up", "page-up", "half-up", "top")},
    "article.follow": Case(PAGE, "enter opens one", palette=False),
    "article.find": Case(PAGE, "Find in this text", palette=False),
    "article.found-next": Case(FOUND, "2 of 13", palette=False),
    "article.found-previous": Case(FOUND, "13 of 13", palette=False),
    "article.contents": Case(PAGE, over("Choose"), palette=False),
    "article.select": Case(PAGE, "w b words", palette=False),
    "article.pictures": Case(PAGE, over("Picture"), palette=False),
    "article.let-go": Case(FOUND, lambda pilot: not pilot.app.screen.view._found, palette=False),
    "today.add": Case("1", "Save a page"), "today.write": Case("1", over("Editor")),
    "today.refresh": Case("1", said), "today.star": Case("1 home j j j j j", "Starred · u undoes"),
    "feeds.next-unread": Case("2 j j j j", at(9)), "feeds.previous-unread": Case("2 j j j j J", at(4)),
    "feeds.mark": Case("2", "55 unread of 60"), "feeds.star": Case("2", row(starred=True)),
    "feeds.later": Case("2", "When will you look at"), "feeds.drop": Case("2", "Dropped"),
    "feeds.add": Case("2", "Follow a feed"),
    "feeds.refresh": Case("2", said), "feeds.inbox": Case("2", "to decide on"), "feeds.why": Case("2", said),
    "feeds.whole": Case(FEED, "are fetched whole from now on"), "feeds.view": Case("2", "unread only"),
    "feeds.mark-all": Case("2", "all 56 entries"),
    "feeds.next": Case("2", lambda pilot: pilot.app.screen.node.key != ALL),
    "feeds.previous": Case("2 right_square_bracket", lambda pilot: pilot.app.screen.node.key == ALL),
    "feeds.health": Case("2", "How your feeds are doing"), "feeds.mute": Case(FEED, "Mute “"),
    "feeds.unfollow": Case(FEED, "Unfollow “"), "feeds.rename": Case(FEED, "Call “"),
    "feeds.move": Case(FEED, "Folder of “"), "feeds.pause": Case(FEED, "Not asking “"),
    "feeds.import": Case("2", "Import feeds"), "feeds.export": Case("2", "Export feeds"),
    "library.add": Case("3", over("Ask")), "library.edit": Case("3", "Title of this page"),
    "library.remove": Case("3", "Removed “"), "library.mark": Case("3", said), "library.star": Case("3", said),
    "library.view": Case("3", "To read  ·"), "library.pin": Case("3 j", "▲"), "library.archive": Case("3", said),
    "library.collect": Case("3", "Essay on memory"), "library.cite": Case("3", "Copied: "),
    "library.fetch": Case("3", said), "library.import": Case("3", "Import bookmarks"),
    "journal.write": Case("4", over("Editor")), "journal.prompt": Case("4", "Begin with a question"),
    "journal.edit": Case("4", over("Editor")), "journal.edit-outside": Case("4", noticed),
    "journal.remove": Case("4", "Removed “"),
    "search.query": Case("5 _forgetting enter", focus("query")),
    "search.sort": Case("5 _forgetting enter", "by date"),
    "search.save": Case("5 _forgetting enter", "What is this search called?"),
    "handin.hand-in": Case("6 j j", "Hand in for"), "handin.sync": Case("6", "new of"),
    "handin.view": Case("6", "Receipts  ·"), "handin.allow": Case("6 v v", "It goes by itself"),
    "handin.drop": Case("6 v v", "Take “"), "handin.write-out": Case("6 v", "Write the receipt of"),
    "handin.connect": Case("6", "Connect a course"),
    "portfolio.add": Case("7", "Add to the portfolio"), "portfolio.visibility": Case("7", "Who sees “"),
    "portfolio.edit": Case("7", "Change what of"), "portfolio.reflect": Case("7", over("Editor")),
    "portfolio.remove": Case("7 G", "Took “"), "portfolio.build": Case("7", "Built "),
    "portfolio.check": Case("7", "put right before anybody"), "portfolio.look": Case("7", browsed),
    "portfolio.publish": Case("7", "Publish to"), "portfolio.site": Case("7", "About the site"),
    "portfolio.collections": Case("7", "Pages that show works together"),
    "portfolio.view": Case("7", "Badges and certificates"), "portfolio.import": Case("7", "Import a badge"),
    "portfolio.verify": Case("7", "This is for badges"),
    "settings.change": Case("0", over("Choose")), "settings.default": Case("0", said),
    "settings.next": Case("0", beyond(1)), "settings.sync": Case("0", "new of"),
    "editor.keep": Case("w _Words", "Kept in your journal"), "editor.outside": Case("w _Words", noticed),
    "editor.preview": Case("4 e", "▌ A feature"), "editor.leave": Case("w", gone("Editor")),
    "editor.link": Case(
        "w _See [[desirab", lambda pilot: pilot.app.screen.area.text == "See [[Desirable difficulties]]", palette=False
    ),
    "editor.link-next": Case("w _[[a", lambda pilot: pilot.app.screen.query_one("#links").position == 1, palette=False),
    "editor.link-previous": Case(
        "w _[[a down", lambda pilot: pilot.app.screen.query_one("#links").position == 0, palette=False
    ),
}  # fmt: skip
"""By the name of a verb."""

ELSEWHERE = {
    "stop": "test_rooms.test_a_job_can_be_stopped_and_keeps_what_is_finished",
    "feeds.save": "test_pilots.test_the_page_of_an_entry_is_saved_by_its_key_and_by_its_name",
    "quit": "test_writing.test_leaving_the_app_while_writing_keeps_the_draft",
}
"""Verbs for which something has to be under way, or a page to be there, and the test that is their pilot."""

DIALOGS: dict[str, dict[str, Case]] = {
    "Ask": {"dialog.cancel": Case("3 t", gone("Ask"))},
    "Answer": {"dialog.cancel": Case("w _Half escape", gone("Answer"))},
    "Choose": {"dialog.cancel": Case(CHOICE, gone("Choose"))},
    "Confirm": {
        "dialog.yes": Case("f3 r", gone("Confirm")),
        "dialog.no": Case("f3 r", gone("Confirm")),
    },
    "Linked": {"linked.browse": Case("4 enter f 1", browsed)},
    "FilterField": {
        "field.clear": Case("2 slash _port", "56 unread of 60"), "field.down": Case("2 slash _port", focus("list"))
    },
    "QueryField": {
        "field.clear": Case("5 _port", lambda pilot: not pilot.app.screen.query_one("#query").value),
        "field.down": Case("5 _port", focus("list")),
    },
    "Health": {"dialog.close": Case("2 H", gone("Health"))},
    "Tree": {"feeds.fold": Case("2 left j j j j", "▸")},
    "Help": {"dialog.close": Case("2 question_mark", gone("Help"))},
    "PlanDialog": {
        "dialog.declare": Case("6 slash _final enter H _{course} enter", "[x] d  I declare"),
        "dialog.page": Case("6 j j H _{course} enter", browsed),
        "dialog.yes": Case("6 j j H _{course} enter", over("ReceiptDialog")),
        "dialog.no": Case("6 j j H _{course} enter", gone("PlanDialog")),
    },
    "ReceiptDialog": {"dialog.close": Case("6 j j H _{course} enter y", gone("ReceiptDialog"))},
    "Tour": {
        "tour.on": Case("f2", "2 of"), "tour.back": Case("f2 enter", "1 of"), "tour.skip": Case("f2", gone("Tour"))
    },
    "Picture": {
        "picture.whole": Case("3 enter i", said), "dialog.close": Case("3 enter i", gone("Picture")),
    },
    "Rules": {
        "rules.add": Case("f3", "Which entries?"), "rules.pause": Case("f3", "Paused: “What I collect”"),
        "rules.run": Case("f3", "Apply “What I collect” now?"), "rules.remove": Case("f3", "Removed “What I collect”"),
        "rules.undo": Case("f3 d", noticed),
        "rules.redo": Case("f3 d u", lambda pilot: "What I collect" not in seen(pilot)),
        "dialog.close": Case("f3", gone("Rules")),
    },
    "Sheet": {"dialog.close": Case("7 C", gone("Sheet"))},
}  # fmt: skip
"""By the class of what is open over a place, or of the field that one types in."""
