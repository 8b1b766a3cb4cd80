"""How the feeds are doing: a page over the Feeds room, from which one goes to a feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ple.tui.question import Question
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import LineList
from ple.tui.words import Piece, clip, joined, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.models import FeedHealth
    from ple.feeds.scoring import Diversity
    from ple.tui.app import LearningApp

_MARKS = {"gone": "✗", "failing": "!", "paused": "‖", "flawed": "~", "quiet": "…", "busy": "»", "unread": "○"}


class Health(Question[int | None]):
    """Lists the feeds, those that need attention first; gives the number of the one that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,H,left", "dismiss(None)", "Close", id="dialog.close"),
    ]

    def compose(self) -> ComposeResult:
        """A sentence, a list of three lines a feed, the keys."""
        with Vertical(classes="dialog -page"):
            yield Static("How your feeds are doing", classes="dialog-title", markup=False)
            yield Static("Looking …", id="diversity", classes="dialog-help", markup=False)
            yield LineList(paint_health, height=3, id="health")
            yield Static("enter  Go to the feed    esc  Close", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(LineList).styles.height = "1fr"
        self.query_one(LineList).focus()
        app = cast("LearningApp", self.app)
        app.guarded(self._load, group="health")

    async def _load(self) -> None:
        def call(environment: Environment) -> tuple[list[FeedHealth], Diversity]:
            return environment.feeds.health(), environment.feeds.diversity()

        found, diversity = await cast("LearningApp", self.app).ask(call)
        ill = sum(feed.state not in ("ok", "new") for feed in found)
        said = f"{plural(ill, 'feed')} of {len(found)} want{'s' if ill == 1 else ''} a look." if ill else "All is well."
        self.query_one("#diversity", Static).update(f"{said} {clean(diversity.line)}")
        self.query_one(LineList).show([feed.id for feed in found], rows=found)

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        if isinstance(event.key, int):
            self.dismiss(event.key)


def paint_health(feed: FeedHealth, width: int) -> Sequence[Sequence[Piece]]:
    """State, title and figures; below, in words, how it is doing; below that, what to do."""
    share = "" if feed.share_read is None else f"{feed.share_read:.0%} read"
    figures = joined(f"{feed.per_week:g} a week" if feed.per_week else "", share)
    mark = _MARKS.get(feed.state, " ")
    title = max(10, width - 4 - len(figures) - 1)
    says = clean(feed.says)
    hint = clean(feed.hint or "") if feed.state not in ("ok", "new") else ""
    return [
        [
            (f" {mark} ", "warn" if feed.state in ("gone", "failing") else "mark"),
            (f"{clip(clean(feed.title), title)} ", "strong"),
            (figures, "muted"),
        ],
        [("    ", ""), (clip(f"{says[:1].upper()}{says[1:]}", max(0, width - 4)), "")],
        [("    ", ""), (clip(hint, max(0, width - 4)), "muted")],
    ]
