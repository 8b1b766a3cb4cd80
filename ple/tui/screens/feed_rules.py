"""Rules: what is done with entries as soon as they come in; a page from any place, on which they are made and tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from ple.tui.dialogs import Ask, Confirm
from ple.tui.habits import meant
from ple.tui.sheet import Sheet
from ple.tui.things import named
from ple.tui.undoing import do_again, take_back
from ple.tui.widgets.blocks import Block, Prose, clean
from ple.tui.widgets.line_list import LineList
from ple.tui.words import Piece, clip, count, joined, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.marks import Rule, Trial
    from ple.tui.app import LearningApp

NONE = (
    "No rules yet. A rule stars, tags, reads, saves or hides entries as they come in, or tells you of them.\n\n"
    "a  makes one"
)


class Rules(ModalScreen[None]):
    """Lists the rules in the order in which they are applied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Make a rule", id="rules.add"),
        Binding("p", "pause", "Pause or resume the rule", id="rules.pause"),
        Binding("r", "run", "Apply the rule to what is there", id="rules.run"),
        Binding("d", "remove", "Remove the rule", id="rules.remove"),
        Binding("u", "undo", "Undo the last change", id="rules.undo"),
        Binding("U", "redo", "Redo what was undone", id="rules.redo"),
        Binding("escape,q,left", "dismiss(None)", "Close", id="dialog.close"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rules: dict[int, Rule] = {}

    @property
    def learning(self) -> LearningApp:
        """The app."""
        return cast("LearningApp", self.app)

    def compose(self) -> ComposeResult:
        """A title, the rules with two lines each, the keys."""
        with Vertical(classes="dialog -page"):
            yield Static("What is done with entries as they come in", classes="dialog-title", markup=False)
            yield Static("Looking …", id="none", classes="dialog-help", markup=False)
            yield LineList(self._paint, height=2, id="rules")
            yield Static(
                "enter  What fits   a  Make   p  Pause   r  Apply   d  Remove   u  Undo   esc  Close",
                classes="dialog-keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(LineList).styles.height = "1fr"
        self.query_one(LineList).focus()
        self.load()

    def load(self) -> None:
        """Show the rules as they are now."""
        self.learning.guarded(self._load, group="rules")

    async def _load(self) -> None:
        found = await self.learning.ask(lambda environment: environment.feeds.rules.rules())
        self._rules = {rule.id: rule for rule in found}
        self.query_one("#none", Static).update("" if found else NONE)
        self.query_one(LineList).show([rule.id for rule in found], rows=found)

    def _paint(self, rule: Rule, width: int) -> Sequence[Sequence[Piece]]:
        """Its name and what it does; which entries, and what became of it."""
        now = self.learning.now()
        state = "paused" if rule.paused else ""
        if rule.until is not None:
            state = joined(state, "ended" if rule.until <= now else f"until {short(rule.until, now)}")
        mark, style = ("!", "warn") if rule.problem else ("‖", "muted") if rule.paused else ("›", "mark")
        does = ", ".join(rule.actions)
        where = " in ".join(clean(part) for part in (rule.query or "all", rule.feed_title or rule.folder or "") if part)
        fitted = f"fitted {count(rule.fitted)}" + (f", last {short(rule.fitted_at, now)}" if rule.fitted_at else "")
        about = joined(where, state, clean(rule.problem or fitted))
        title = max(8, width - 5 - len(does))
        return [
            [(f" {mark} ", style), (f"{clip(clean(rule.title), title)} ", "strong"), (f"{does} ", "tag")],
            [("   ", ""), (clip(about, max(0, width - 4)), "muted")],
        ]

    def _rule(self) -> Rule | None:
        key = self.query_one(LineList).key
        return self._rules.get(key) if isinstance(key, int) else None

    def _change(self, call: Callable[[Environment], object], said: str) -> None:
        async def change() -> None:
            await self.learning.change(call)
            await self._load()
            self.query_one("#none", Static).update(said)

        self.learning.guarded(change, group="change rules", exclusive=False)

    # verbs

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        if isinstance(event.key, int):
            id = event.key
            self.learning.guarded(lambda: self._try(id), group="try a rule")

    async def _try(self, id: int) -> None:
        trial = await self.learning.ask(lambda environment: environment.feeds.rules.test(id))
        self.app.push_screen(Sheet(trial_prose(trial, self._rules[id].title)))

    def action_add(self) -> None:
        """Ask which entries, show how many fit, ask what is done with them."""

        def got(query: str | None) -> None:
            if query:
                self.learning.guarded(lambda: self._ask_what(query), group="make a rule")

        help = "In the language of the search: author:doe, title:weekly, tag:news, (a OR b) NOT c."
        self.app.push_screen(Ask("Which entries?", placeholder='title:"weekly"', help=help), got)

    async def _ask_what(self, query: str) -> None:
        trial = await self.learning.ask(lambda environment: environment.feeds.rules.try_out(query, limit=3))

        def got(does: str | None) -> None:
            if does:
                actions = does.replace(",", " ").split()
                self._change(
                    lambda environment: environment.feeds.rules.add(query, actions),
                    "It works from the next entry on; r applies it to those that are there. u undoes",
                )

        newest = "; ".join(clip(clean(line.title), min(30, len(line.title))) for line in trial.entries)
        fits = f"{count(trial.fits)} of {plural(trial.of, 'entry', 'entries')} fit{f': {newest} …' if newest else '.'}"
        help = f"{fits}\nstar, read, save, hide, notify or tag:NAME; several with blanks between."
        self.app.push_screen(Ask("What is done with them?", placeholder="star tag:weekly", help=help), got)

    def action_pause(self) -> None:
        """Leave the rule out, or apply it again."""
        if rule := self._rule():
            ids, paused = [rule.id], rule.paused
            self._change(
                lambda environment: (
                    environment.feeds.rules.resume(ids) if paused else environment.feeds.rules.pause(ids)
                ),
                f"{'Applied again' if paused else 'Paused'}: {named(clean(rule.title))} · u undoes",
            )

    def action_run(self) -> None:
        """Apply the rule to the entries that are there."""
        if rule := self._rule():
            id, does = rule.id, ", ".join(rule.actions)

            def sure(yes: bool | None) -> None:
                if yes:
                    said = f"Applied {named(clean(rule.title))} · u undoes"
                    self._change(lambda environment: environment.feeds.rules.run(id), said)

            about = f"To all entries that fit: {does}. enter shows which ones; u takes it back."
            self.app.push_screen(Confirm(f"Apply {named(clean(rule.title))} now?", about=about, yes="Apply it"), sure)

    def action_remove(self) -> None:
        """Throw the rule away; what it did stays."""
        if (rule := self._rule()) and meant(self):
            id = rule.id
            said = f"Removed {named(clean(rule.title))}; what it did stays · u undoes"
            self._change(lambda environment: environment.feeds.rules.remove([id]), said)

    def action_undo(self) -> None:
        """Take back the last change."""
        take_back(self.learning, then=self._reload)

    def action_redo(self) -> None:
        """Do again what was taken back last."""
        do_again(self.learning, then=self._reload)

    def _reload(self) -> None:
        if self.is_attached:
            self.load()


def trial_prose(trial: Trial, title: str) -> Prose:
    """Return what a rule would do with the entries that are there as a page."""
    blocks = [Block("h1", clean(title) or "A rule")]
    said = f"{count(trial.fits)} of {plural(trial.of, 'entry', 'entries')} fit: {', '.join(trial.actions)}"
    blocks.append(Block("meta", clean(said), gap=False))
    for number, line in enumerate(trial.entries):
        blocks.append(Block("item", clean(line.title) or "Untitled", first="  • ", rest="    ", gap=number == 0))
    if trial.fits > len(trial.entries):
        blocks.append(Block("meta", f"and {count(trial.fits - len(trial.entries))} more", first="    ", gap=False))
    return Prose(blocks).place()
