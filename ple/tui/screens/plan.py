"""What would be handed in, before anything is: the plan, what is declared, and the receipt at the end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from ple.tui.question import Question
from ple.tui.reading import facts
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Block, Prose, clean
from ple.tui.words import due, joined, moment, plural

if TYPE_CHECKING:
    from ple.lms import Plan
    from ple.tui.app import LearningApp


@dataclass(frozen=True, slots=True)
class Answer:
    """The learner wants it handed in."""

    declared: bool
    """Whether they declared what the course asks for."""


class PlanDialog(Question[Answer | None]):
    """What would be sent, where to, and what speaks against it. Only `y` sends: enter is pressed too easily.

    Where the course asks for a declaration, the learner makes it by a key of its own before `y` does anything.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "declare", "Make the declaration", id="dialog.declare"),
        Binding("o", "page", "Open the page of the course", id="dialog.page"),
        Binding("y", "send", "Hand in", id="dialog.yes"),
        Binding("n,escape,q", "dismiss(None)", "Not now", id="dialog.no"),
    ]

    declared: reactive[bool] = reactive(False, init=False)

    def __init__(self, plan: Plan, now: dt.datetime) -> None:
        super().__init__()
        self._plan = plan
        self._prose = plan_prose(plan, now)

    @property
    def may_send(self) -> bool:
        """Whether nothing speaks against it."""
        return not self._plan.problems and not self._plan.already

    @property
    def _keys(self) -> str:
        if not self.may_send:
            return "n  Close"
        if self._plan.by_hand:
            page = "o  Open its page    " if self._plan.page else ""
            return f"{page}y  I have handed it in there myself    n  Not yet"
        if self._plan.statement and not self.declared:
            return "d  Declare    then  y  Hand in    n  Not now"
        return "y  Hand this in now    n  Not now"

    @property
    def _statement(self) -> str:
        return f"[{'x' if self.declared else ' '}] d  I declare: {clean(self._plan.declaration)}"

    def compose(self) -> ComposeResult:
        """The plan, the declaration if there is one to make, and the keys."""
        with Vertical(classes="dialog -page -plan"):
            yield ArticleView()
            if self.may_send and self._plan.statement:
                yield Static(self._statement, id="statement", classes="dialog-keys", markup=False)
            yield Static(self._keys, id="plan-keys", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        view = self.query_one(ArticleView)
        view.show(self._prose)
        view.focus()

    def watch_declared(self) -> None:
        """Show what is declared."""
        self.query_one("#statement", Static).update(self._statement)
        self.query_one("#plan-keys", Static).update(self._keys)

    def action_declare(self) -> None:
        """Declare what the course asks for, or take it back."""
        self.declared = not self.declared

    def action_send(self) -> None:
        """Confirm."""
        if not self.may_send:
            return
        if self._plan.statement and not self.declared:
            self.app.notify("This course asks for a declaration first.\nd  makes it.", severity="warning", markup=False)
        else:
            self.dismiss(Answer(self.declared))

    def on_screen_resume(self) -> None:
        """Let nothing that was said before lie over what is asked here."""
        self.app.clear_notifications()

    def action_page(self) -> None:
        """Open the page on which one hands in by oneself."""
        cast("LearningApp", self.app).browse(self._plan.page)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done."""
        if action == "declare":
            return self.may_send and self._plan.statement
        return self.may_send if action == "send" else True


class ReceiptDialog(Question[None]):
    """It is done: the receipt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,left", "dismiss", "Close", id="dialog.close")]

    def __init__(self, prose: Prose) -> None:
        super().__init__()
        self._prose = prose

    def compose(self) -> ComposeResult:
        """The receipt as it is kept."""
        with Vertical(classes="dialog -page -plan"):
            yield ArticleView()
            yield Static("enter  Close; it is kept among your receipts", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Show it."""
        view = self.query_one(ArticleView)
        view.show(self._prose)
        view.focus()


def plan_prose(plan: Plan, now: dt.datetime) -> Prose:
    """Return a plan as a page: to whom, what, by when, and what is replaced."""
    blocks = [Block("h1", f"Hand in: {clean(plan.assignment)}")]
    blocks += facts(
        [
            ("Course", plan.course),
            ("As", f"{plan.account} ({plan.lms})"),
            ("What", joined(plan.link or (plan.text or "").strip(), ", ".join(file.name for file in plan.files))),
            (
                "Attempt",
                f"{plan.attempt}" + (f", {plan.attempts_left} left after it" if plan.attempts_left is not None else ""),
            ),
            ("Due", f"{due(plan.due_at, now)}{', this is late' if plan.late else ''}"),
            ("Extended", f"for you, to {moment(plan.extended_to)}" if plan.extended_to else ""),
            ("Time", f"{plural(plan.minutes, 'minute')} from when it is started" if plan.minutes else ""),
            ("Ends", moment(plan.ends_at)),
            ("Team", "it is handed in for all of you" if plan.team else ""),
            ("Replaces", plan.replaces or "nothing"),
            ("Stays", plan.keeps or ""),
            ("Asks for", "a declaration, which is below" if plan.statement else ""),
        ]
    )
    if plan.already:
        blocks.append(Block("p", "This very thing is handed in already, so nothing needs to be sent."))
    for problem in plan.problems:
        sentence = clean(problem.sentence)
        blocks.append(Block("p", f"{sentence[:1].upper()}{sentence[1:]}.", first="! ", rest="  "))
        if problem.hint:
            blocks.append(Block("p", clean(problem.hint), first="  ", rest="  ", gap=False))
    for warning in plan.warnings:
        blocks.append(Block("p", clean(warning), first="! ", rest="  "))
    if not plan.problems and not plan.already and not plan.by_hand:
        blocks.append(Block("h3", "What happens"))
        for number, step in enumerate((*plan.steps, "read")):
            said = _STEPS.get(step, clean(step))
            blocks.append(Block("item", said, first=f"  {number + 1}. ", rest="     ", gap=number == 0))
        what = " and ".join(part for part in ("the link" if plan.link else "", "the text" if plan.text else "") if part)
        what = ", ".join(part for part in (what, "the files" if plan.files else "") if part)
        blocks.append(Block("meta", f"What leaves this machine: {what} above and your account. Nothing else."))
    return Prose(blocks).place()


_STEPS = {
    "save": "It is sent to the course.",
    "submit": "It is handed in.",
    "read": "The course is asked what it holds; that becomes your receipt.",
}
