"""Writing: Markdown with links, a preview and a draft; nothing that was typed is thrown away unasked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static, TextArea

from ple.library.errors import PleError
from ple.tui.dialogs import Answer, Confirm
from ple.tui.drafts import Draft
from ple.tui.lending import lend
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.bar import Bar, KeyLine
from ple.tui.widgets.blocks import clean, prose
from ple.tui.widgets.line_list import LineList
from ple.tui.widgets.markdown_area import MarkdownArea
from ple.tui.words import Piece, clip, joined, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.search import Hit
    from ple.tui.app import LearningApp
    from ple.tui.widgets.blocks import Prose

SOON = 1.0
"""Seconds after the last key: then the draft is saved."""
OFFERED = 7


class Editor(Screen[None]):
    """Edits a text and hands it to `keep`, once, when it is to be kept. The draft is the keeper's to drop then."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True, id="editor.keep", key_display="ctrl+s"),
        Binding("ctrl+e", "outside", "$EDITOR", priority=True, id="editor.outside", key_display="ctrl+e"),
        Binding("f6,ctrl+r", "preview", "Preview", priority=True, id="editor.preview", key_display="f6"),
        Binding("escape", "leave", "Leave", priority=True, id="editor.leave"),
        Binding("enter,tab", "link", "Put the link in", priority=True, show=False, id="editor.link"),
        Binding("down", "link_move(1)", "Next link", priority=True, show=False, id="editor.link-next"),
        Binding("up", "link_move(-1)", "Previous link", priority=True, show=False, id="editor.link-previous"),
    ]

    previewed: reactive[bool] = reactive(False, init=False)

    def __init__(
        self, title: str, text: str = "", *, keep: Callable[[str], object], before: str | None = None, help: str = "",
        outside: bool = False, draft: Draft | None = None,
    ) -> None:  # fmt: skip
        """`before` is what is kept now, where `text` is more than that."""
        super().__init__()
        self._keep = keep
        self._handed_over = False
        self._title, self._text, self._help, self._outside = title, text, help, outside
        self._before = text if before is None else before
        self._draft = draft
        self._drafted = False
        self._hits: list[Hit] = []

    @property
    def learning(self) -> LearningApp:
        """The app."""
        return cast("LearningApp", self.app)

    @property
    def area(self) -> MarkdownArea:
        """The text area."""
        return self.query_one(MarkdownArea)

    def compose(self) -> ComposeResult:
        """The title, the text and its preview, links that are offered, the keys."""
        yield Bar("journal")
        yield Static(self._title, classes="title", markup=False)
        with Horizontal(id="paper"):
            yield MarkdownArea(self._text)
            yield ArticleView(id="preview")
        yield LineList(_paint, id="links")
        yield Static(self._help, classes="title -help", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the end of the text."""
        self.area.move_cursor(self.area.document.end)
        self.area.focus()
        self._count()
        if self._outside:
            self.call_after_refresh(self.action_outside)

    def on_unmount(self) -> None:
        """What is not kept stays as a draft, whatever ends the editor."""
        if self._draft is not None:
            self._draft.let_go()

    # what happens while one types

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._drafted = False
        self._count()
        self._run(self._save_soon, "draft")
        if self.previewed:
            self._run(self._preview_soon, "preview")

    @on(TextArea.SelectionChanged)
    def _moved(self) -> None:
        self._run(self._offer_links, "links")

    def _run(self, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
        # the callable, not its coroutine: one that is replaced before it began is never made
        self.run_worker(cast("Any", work), group=group, exclusive=True, exit_on_error=False)

    def _count(self) -> None:
        text = self.area.text
        words = plural(len(text.split()), "word")
        state = "" if text == self._before else "draft saved" if self._drafted else "not kept yet"
        self.query_one(".title", Static).update(f"{self._title}    {joined(words, state)}")

    async def _save_soon(self) -> None:
        await asyncio.sleep(SOON)
        self.save_draft()

    def save_draft(self) -> None:
        """Write down what is not kept yet."""
        text = self.area.text
        if self._draft is not None and text.strip() and text != self._before:
            self._drafted = self._draft.save(text)
            self._count()

    async def _preview_soon(self) -> None:
        await asyncio.sleep(0.15)
        await self._preview()

    async def _preview(self) -> None:
        text = self.area.text
        shown = await self.learning.ask(lambda environment: _rendered(environment, text))
        if not self.is_attached:
            return  # closed meanwhile
        self.query_one("#preview", ArticleView).show(shown, keep_place=True)

    # links

    async def _offer_links(self) -> None:
        begun = self.area.begun_link
        if begun is None:
            self._close_links()
            return
        await asyncio.sleep(0.06)  # a quick typist is asked once
        hits: list[Hit] = []
        if begun.strip():
            with contextlib.suppress(Exception):  # an offer that does not come is no harm
                hits = await self.learning.ask(lambda environment: environment.search.named(begun, limit=OFFERED))
        if self.area.begun_link != begun:
            return
        self._hits = [hit for hit in hits if hit.title]
        self.area.offering = bool(self._hits)
        links = self.query_one("#links", LineList)
        links.styles.height = len(self._hits)
        links.display = bool(self._hits)
        links.show([hit.id for hit in self._hits], rows=self._hits)
        links.position = 0
        self.refresh_bindings()

    def _close_links(self) -> None:
        if self._hits:
            self._hits = []
            self.area.offering = False
            self.query_one("#links", LineList).display = False
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys for links are there only while links are offered."""
        return bool(self._hits) if action in ("link", "link_move") else True

    def action_link(self) -> None:
        """Put the chosen link in."""
        hit = self.query_one("#links", LineList).row
        if hit is not None:
            self.area.end_link(clean(hit.title))
        self._close_links()

    def action_link_move(self, step: int) -> None:
        """Choose another link."""
        self.query_one("#links", LineList).action_move(step)

    # keys

    def action_preview(self) -> None:
        """Show what it will look like: beside the text, or where it is narrow in its place."""
        self.previewed = not self.previewed

    async def watch_previewed(self) -> None:
        """Show or hide the preview."""
        self.set_class(self.previewed, "-previewed")
        if self.previewed:
            await self._preview()
        if self.is_attached:
            self.area.focus()

    def _after_keys(self, then: Callable[[], None]) -> None:
        """Do something when all that was typed before is in the text; what is typed meanwhile comes after it.

        The keys of this screen overtake letters, which wait for the area in a queue of its own: on a busy machine the
        words before ctrl+s would be missing. Keys that move and delete go on from the area up to the app, so we do too.
        """
        area = self.area
        way = list(area.ancestors_with_self)

        def hop(at: int) -> None:
            if at == 1:
                area.hold()
            if at < len(way):
                way[at].call_later(hop, at + 1)
                return
            held = area.let_go()
            if self.is_attached:  # not closed meanwhile
                then()
            for event in held:
                self.app.post_message(events.Key(event.key, event.character))

        hop(0)

    def action_keep(self) -> None:
        """Hand the text over, and close."""
        self._after_keys(self._hand_over)

    def _hand_over(self) -> None:
        text = self.area.text
        if not text.strip() and not self._before.strip():
            self.learning.say("There is nothing to keep yet; esc leaves")
        elif not self._handed_over:
            self._handed_over = True
            self.save_draft()  # until the library has it
            self._keep(text)  # before it closes, and not by the way of whoever opened it, who may be gone by then
            self._close()

    def _close(self) -> None:
        if self in self.app.screen_stack:
            while self.app.screen is not self:  # what came up over it closes with it, never instead of it
                self.app.pop_screen()
            self.dismiss(None)

    def action_leave(self) -> None:
        """Leave; ask first if something would be lost."""
        if self._hits:
            self._close_links()
            return
        self._after_keys(self._ask_to_leave)

    def _ask_to_leave(self) -> None:
        text = self.area.text
        if text == self._before or not text.strip():
            self._throw_away()
            return
        answers = {"y": "Keep it", "l": "Later", "n": "Throw it away"}
        about = "Later: it stays as a draft. D goes on with it, in any place and after any start."
        if not self._can_wait:
            del answers["l"]
            about = ""
        self.app.push_screen(Answer("Keep what you wrote?", answers, about=about, close="Go on"), self._answered)

    @property
    def _can_wait(self) -> bool:
        return self._draft is not None and self._draft.path is not None

    def _answered(self, answer: str | None) -> None:
        if answer == "y":
            self.action_keep()
        elif answer == "l":
            self._put_aside()
        elif answer == "n":
            sure = Confirm("Throw away what you wrote here?", yes="Throw it away", no="Go on writing")
            self.app.push_screen(sure, self._sure)

    def _put_aside(self) -> None:
        if self._draft is not None and self._draft.save(self.area.text, later=True):
            self._close()
            self.learning.say("It waits as a draft: D goes on with it")
        else:
            self.learning.say("The draft cannot be written: no room or no right. ctrl+s keeps it in the library")

    def _sure(self, gone: bool | None) -> None:
        if gone:
            self._throw_away()

    def _throw_away(self) -> None:
        if self._draft is not None:
            self._draft.drop()
        self._close()

    def put_down(self, then: Callable[[], object]) -> None:
        """Keep all that was typed as a draft, and then do something: who goes on later finds the last words too."""

        def put() -> None:
            self.save_draft()
            then()

        self._after_keys(put)

    def action_outside(self) -> None:
        """Edit the text in the learner's own editor and take it over."""
        self._after_keys(self._lend)

    def _lend(self) -> None:
        self.save_draft()
        text = edited_outside(self.learning, self.area.text)
        if text is not None and text != self.area.text:
            self.area.replace(text, (0, 0), self.area.document.end)  # one step for ctrl+z
            self.learning.say("Taken over from your editor; ctrl+s keeps it")


def _paint(hit: Hit, width: int) -> list[list[Piece]]:
    kind = f"{hit.kind} "
    return [[(" " + clip(clean(hit.title), max(0, width - len(kind) - 3)), ""), (" " + kind, "muted")]]


def _rendered(environment: Environment, text: str) -> Prose:
    from ple.tui.widgets.mentioned import with_mentions
    from ple.web.text import markdown_html

    def find(name: str) -> int | None:
        """Return what the library will take a name for when the words are kept."""
        number = name.removeprefix("#")
        if number.isascii() and number.isdigit():
            with contextlib.suppress(PleError):
                return environment.document(int(number)).id
            return None
        return environment.titled(name)

    return with_mentions(prose(markdown_html(text)), find).with_links()


def edited_outside(app: LearningApp, text: str) -> str | None:
    """Let the learner edit a text in `$VISUAL` or `$EDITOR`; None, with a notice, if that did not work."""
    said = app.editor or os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    warn = partial(app.notify, severity="warning", markup=False)
    if not said:
        warn("No editor is set.\nSet EDITOR in your shell, or Editor in Settings, or write here.")
        return None
    handle, name = tempfile.mkstemp(suffix=".md", prefix="ple-")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        command = [*shlex.split(said), name]
        code = lend(app, lambda: subprocess.run(command, check=False).returncode)  # noqa: S603 - the learner's own command
    except SuspendNotSupported:
        path.unlink(missing_ok=True)
        warn("This terminal cannot be lent to an editor.\nWrite here instead.")
        return None
    except (OSError, ValueError) as error:
        path.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        where = "Editor in Settings" if app.editor else "EDITOR in your shell"
        told = f"Your editor “{said}” cannot be started: {reason}.\nCheck {where}; your text is as it was."
        app.notify(told, severity="error", markup=False)
        return None
    if code:
        warn(f"The editor ended with {code}, so nothing was changed.\nWhat it left is in {path}.")
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        warn(f"What the editor wrote cannot be read: {error.strerror}.\nIt is in {path}.")
        return None
    finally:
        path.unlink(missing_ok=True)
