"""What all places of the app share: the same keys mean the same, and what changed in the library shows by itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events, on
from textual._context import active_app
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from ple.tui.compositor import NearCompositor
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.bar import Bar, KeyLine
from ple.tui.widgets.blocks import Prose

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.tui.app import LearningApp

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Thing:
    """What the keys for one thing work on: a resource under the cursor."""

    id: int
    kind: str
    title: str
    url: str | None = None
    tags: frozenset[str] = frozenset()


class Room(Screen[None]):
    """A place: a bar, something in the middle, and the keys.

    A room with several panes names them in `PANES`; where the terminal is narrow only the one that the learner is at is
    seen, and `enter` and `escape` go in and out.
    """

    MODE: ClassVar[str] = ""
    AUTO_FOCUS = ""
    PANES: ClassVar[tuple[str, ...]] = ()
    """The ids of what can have the focus, from the outermost in."""
    FIRST: ClassVar[int] = 0
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "browse", "Open in browser", show=False, id="thing.browse"),
        Binding("t", "tag", "Tag", show=False, id="thing.tag"),
        Binding("n", "note", "Note", show=False, id="thing.note"),
        Binding("y", "copy", "Copy address", show=False, id="thing.copy"),
        Binding("plus", "portfolio", "Add to the portfolio", show=False, key_display="+", id="thing.portfolio"),
        Binding("tab", "pane(1)", "Next pane", show=False, id="pane.next"),
        Binding("shift+tab", "pane(-1)", "Previous pane", show=False, id="pane.previous"),
        Binding("left,h", "out", "Back", show=False, id="back"),
        Binding("escape", "escape", "Back", show=False, id="escape"),
        Binding("q", "leave", "Back, or quit", show=False, id="leave"),
    ]

    at: reactive[int] = reactive(0, repaint=False, init=False)

    def __init__(self) -> None:
        super().__init__()
        self._stale = False
        self._new = True
        self._laid_out_for: Size | None = None
        self._reloads = 0
        self.busy = True
        """Whether what is shown is still being asked for."""
        self.set_reactive(Room.at, self.FIRST)
        self._compositor = NearCompositor()
        app = active_app.get()
        # What is made now is styled by the rules of now, for the terminal of now; Textual would do it twice more.
        self._css_update_count = app._css_update_count
        for size, steps in ((app.size.width, app.HORIZONTAL_BREAKPOINTS), (app.size.height, app.VERTICAL_BREAKPOINTS)):
            self._classes |= self._get_breakpoint_classes(size, steps or [])
        self._classes |= {f"-at-{self.PANES[self.FIRST]}"} if self.PANES else set()

    @property
    def learning(self) -> LearningApp:
        """The app."""
        return cast("LearningApp", self.app)

    def compose(self) -> ComposeResult:
        """Bar, middle, keys."""
        yield Bar(self.MODE)
        yield from self.middle()
        yield KeyLine()

    def middle(self) -> Iterable[Widget]:
        """What is between the bar and the keys."""
        raise NotImplementedError

    async def load(self) -> None:
        """Ask the doors for everything that the room shows. Called at the start and when the library has changed."""

    def on_mount(self) -> None:
        """Ask, once there is something to see."""
        before = self.learning.remembered(f"at {self.MODE}")
        if isinstance(before, dict):
            self.go_back(before)
        self._mark_pane()
        if self.PANES:
            self.query_one(f"#{self.PANES[self.at]}").focus(scroll_visible=False)
        self.call_after_refresh(self.reload)

    def on_screen_suspend(self) -> None:
        """Note that we were left."""
        self._new = False

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Show what changed while we were elsewhere, for the terminal as it is now."""
        if self._new:  # it was styled when it was made, a moment ago
            event.refresh_styles = False
        self.learning.show_jobs()
        if self._laid_out_for not in (None, self.app.size):  # Textual gives breakpoints only to screens in sight
            self.post_message(events.Resize(self.app.size, self.app.size))
        if self._stale:
            self.reload()

    def on_resize(self, event: events.Resize) -> None:
        """Remember for which size we are laid out."""
        self._laid_out_for = event.size

    def reload(self) -> None:
        """Ask again for everything."""
        self._stale = False
        self._reloads += 1
        self.work(partial(self._load, self._reloads), group="load")

    async def _load(self, reload: int) -> None:
        try:
            await self.load()
        finally:
            self.busy = reload != self._reloads
            if self.is_attached:
                self.refresh_bindings()  # where nothing came, the last line names other keys

    def take_back(self) -> bool:
        """Take back what was changed last here, outside of the library; return whether there was such a change."""
        return False

    def do_again(self) -> bool:
        """Do again what :meth:`take_back` took back last; return whether there was such a change."""
        return False

    def library_changed(self) -> None:
        """Something in the library is not what it was."""
        if self.is_current:
            self.reload()
        else:
            self._stale = True

    # doors

    async def ask(self, call: Callable[[Environment], T]) -> T:
        """Return what `call` answers for the environment, from a thread."""
        return await self.learning.doors.ask(call)

    def work(self, work: Callable[[], Coroutine[Any, Any, T]], *, group: str) -> Worker[T | None]:
        """Run work in the background of this room; newer work of a group replaces older."""
        return self.learning.guarded(work, group=f"{id(self)} {group}")

    def change(
        self,
        call: Callable[[Environment], T],
        said: str | Callable[[T], str] = "",
        *,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Change something in the library, say what was done, and `then` go on."""

        async def change() -> None:
            await self.learning.change(call, said)
            if then is not None:
                then()

        # One group for each change: none is ever cancelled in favour of a newer one.
        self.learning.guarded(change, group="change", exclusive=False)

    # panes

    def watch_at(self) -> None:
        """Show the pane we are at, and send it the keys."""
        self._mark_pane()
        if self.PANES:
            self.query_one(f"#{self.PANES[self.at]}").focus(scroll_visible=False)

    def validate_at(self, at: int) -> int:
        """Keep to the panes there are."""
        return max(0, min(at, len(self.PANES) - 1))

    def _mark_pane(self) -> None:
        self.update_classes({f"-at-{pane}": index == self.at for index, pane in enumerate(self.PANES)})

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        if event.widget.id in self.PANES:
            self.at = self.PANES.index(event.widget.id)

    @property
    def one_pane(self) -> bool:
        """Whether only one pane is seen at a time."""
        return self.has_class("-narrow")

    def action_pane(self, step: int) -> None:
        """Go to the next pane, around."""
        if self.PANES:
            self.at = (self.at + step) % len(self.PANES)
        else:
            self.app.action_focus_next()

    def action_out(self) -> None:
        """Go one pane out."""
        self.at -= 1

    def action_escape(self) -> None:
        """Go out of what is open; at the first pane nothing happens."""
        if self.at > self.FIRST:
            self.at -= 1
        else:
            self.at = self.FIRST

    async def action_leave(self) -> None:
        """Go out; from the first pane, leave the app."""
        if self.at != self.FIRST:
            self.at += 1 if self.at < self.FIRST else -1
        elif len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            await self.learning.action_quit()

    # from one start to the next

    def whereabouts(self) -> dict[str, Any]:
        """Return where the learner is in this place, as JSON can say it."""
        return {}

    def go_back(self, before: dict[str, Any]) -> None:
        """Go where the learner was; what does not exist any more is passed over. Called before the first `load`."""

    # the thing under the cursor

    def thing(self) -> Thing | None:
        """What the keys for one thing work on now."""
        return None

    def _thing(self) -> Thing | None:
        thing = self.thing()
        if thing is None:
            self.learning.say("Nothing is chosen here")
        return thing

    def action_browse(self) -> None:
        """Open the thing's address in the browser."""
        if thing := self._thing():
            self.learning.browse(thing.url)

    def action_copy(self) -> None:
        """Copy the thing's address."""
        if thing := self._thing():
            if thing.url:
                self.app.copy_to_clipboard(thing.url)
                self.learning.say(f"Copied {thing.url}")
            else:
                self.learning.say("This has no address")

    def action_tag(self) -> None:
        """Change the thing's tags."""
        if thing := self._thing():
            from ple.tui.things import tag

            tag(self, thing)

    def action_note(self) -> None:
        """Write about the thing."""
        if thing := self._thing():
            from ple.tui.things import note

            note(self, thing)

    def action_portfolio(self) -> None:
        """Put the thing into the portfolio."""
        if thing := self._thing():
            from ple.tui.things import show_in_portfolio

            show_in_portfolio(self, thing)

    @on(ArticleView.Follow)
    def _follow(self, event: ArticleView.Follow) -> None:
        from ple.tui.linked import follow

        follow(self, event.view.prose, event.number)


def lesson(title: str, *lines: str) -> Prose:
    """Return an empty state: what this place is for and which keys begin."""
    from ple.tui.widgets.blocks import Block

    blocks = [Block("h2", title), *(Block("p", line, gap=index == 0) for index, line in enumerate(lines))]
    return Prose(blocks).place()
