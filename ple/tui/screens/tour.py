"""The tour: what a newcomer should have heard, in a minute; skipped with one key, and found again in the help."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from ple.tui.question import Question
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Block, Prose

PAGES = (
    (
        "Welcome",
        "This is your own place to learn: what you read, keep, write and make, in one library on this computer. "
        "Nothing leaves it unless you say so.",
        ("enter   goes on; this takes a minute", "esc     skips it; f2 shows it again"),
    ),
    (
        "Getting about",
        "Places have numbers, and they stand in the first line. The last line says what you can do here.",
        (
            "1 2 3 …   go to a place",
            "j k       move; enter opens, esc goes back",
            "tab       the next pane",
            "?         the keys of the place you are in",
            ":         everything there is to do, by its name",
            "u         takes back the last change, U does it again",
        ),
    ),
    (
        "Gather and keep",
        "Feeds bring in what the sites write that you learn from. What is worth more than a glance you keep.",
        (
            "2 a   follow a site by its address",
            "R     ask all feeds for news",
            "s     star an entry",
            "S     save its page, with the text",
            "3     what you kept",
            "t     tag anything",
        ),
    ),
    (
        "Reflect and find",
        "To write what one has read is how it stays.",
        (
            "w   write in your journal; [[ finds a title to link to",
            "n   write about the thing that the cursor is on",
            "5   find anything by any word in it",
        ),
    ),
    (
        "Show and hand in",
        "From the best of it comes a site of your own; and what a course asks for you hand in, with a receipt.",
        (
            "+   puts anything into your portfolio, private at first",
            "7   builds, checks and publishes the site",
            "6   what is due; you see what would be sent, and say yes",
        ),
    ),
)


class Tour(Question[None]):
    """One page after the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right,l,j,down", "turn(1)", "Go on", id="tour.on"),
        Binding("left,h,k,up,backspace", "turn(-1)", "Back", id="tour.back"),
        Binding("escape,q", "dismiss(None)", "Skip", id="tour.skip"),
    ]

    page: reactive[int] = reactive(0, init=False)

    def compose(self) -> ComposeResult:
        """A page, how far one is, and the keys."""
        with Vertical(classes="dialog -tour"):
            view = ArticleView()
            view.can_focus = False
            yield view
            yield Static("", id="tour-keys", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show the first page."""
        self.watch_page()

    def watch_page(self) -> None:
        """Show a page."""
        title, text, lines = PAGES[self.page]
        blocks = [Block("h1", title), Block("p", text)]
        blocks += [Block("pre", line, first="  ", rest="  ", gap=number == 0) for number, line in enumerate(lines)]
        self.query_one(ArticleView).show(Prose(blocks).place())
        last = self.page == len(PAGES) - 1
        keys = f"{self.page + 1} of {len(PAGES)}    enter  {'Begin' if last else 'Go on'}    esc  Skip"
        self.query_one("#tour-keys", Static).update(keys)

    def action_turn(self, step: int) -> None:
        """Turn the page; after the last one begins."""
        if self.page + step >= len(PAGES):
            self.dismiss(None)
        else:
            self.page = max(0, self.page + step)
