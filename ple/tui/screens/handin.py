"""Handing in: what is due, what would be sent, and the receipt. Nothing is sent before its plan was confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Ask
from ple.tui.list_room import ListRoom
from ple.tui.reading import article, facts
from ple.tui.room import Thing
from ple.tui.things import named
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Block, Prose, clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, count, due, joined, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import AssignmentLine, Plan, Receipt, Synced

ASSIGNMENTS, RECEIPTS = "Assignments", "Receipts"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A line of the list: an assignment or a receipt."""

    thing: Thing
    state: str
    when: str
    course: str
    soon: bool = False
    done: bool = False


class HandIn(ListRoom):
    """Assignments by date, with what the course says about each; handing in; receipts."""

    MODE = "handin"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "hand_in", "Hand in", id="handin.hand-in"),
        Binding("r", "sync", "Ask the courses", id="handin.sync"),
        Binding("v", "view", "Receipts", id="handin.view"),
        Binding("a", "connect", "Connect a course", show=False, id="handin.connect"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown = ASSIGNMENTS
        self._connected = False
        self._rows_now: dict[Key, WorkRow] = {}

    def kind(self, key: Key) -> str:
        """Assignments or receipts."""
        return "assignment" if self.shown == ASSIGNMENTS else "receipt"

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all of them: a learner has some dozens."""
        now, assignments = self.learning.now(), self.shown == ASSIGNMENTS

        def call(environment: Environment) -> Sequence[Key]:
            self._connected = bool(environment.courses.accounts())
            if assignments:
                lines = sorted(environment.courses.assignments(), key=order)
                rows = [assignment_row(line, now) for line in lines]
            else:
                rows = [receipt_row(receipt, now) for receipt in environment.courses.receipts()]
            self._rows_now = {row.thing.id: row for row in rows}
            return list(self._rows_now)

        return call

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return what came with the numbers."""
        rows = self._rows_now
        return lambda _: [rows.get(key) for key in keys]

    def paint(self, row: WorkRow, width: int) -> Sequence[Sequence[Piece]]:
        """State, date, title, course."""
        course = min(16, width // 4) if width >= 56 else 0
        title = width - 3 - 17 - (course + 1 if course else 0) - 1
        mark = " ✓" if row.done else " !" if row.soon else "  "
        return [
            columns([
                (mark, 2, "good" if row.done else "warn"),
                (row.when, 16, "warn" if row.soon and not row.done else "muted"),
                (row.thing.title, title, "muted" if row.done else ""),
                (row.course, course, "muted"),
            ])
        ]  # fmt: skip

    def headline(self, total: int) -> str:
        """What is shown."""
        open_ones = sum(not row.done for row in self._rows_now.values())
        more = f"{count(open_ones)} to hand in of " if self.shown == ASSIGNMENTS else ""
        return f"{self.shown}  ·  {more}{self.counted(total)}"

    def lesson(self) -> str:
        """What to do here."""
        if self.shown == RECEIPTS:
            return (
                "No receipts yet.\n\nEach thing that you hand in ends in a receipt: what was sent, when, and what the "
                "course read back.\n\nv  shows the assignments"
            )
        if self._connected:
            return "Your courses have no assignments now.\n\nr  asks them again\nv  shows your receipts"
        return (
            "No course is connected.\n\nYou hand your own work in from here, and keep the receipt.\n\n"
            "ple lms connect ADDRESS    connects Moodle or Canvas (in your shell)\n"
            "ple lms practice           starts a course to practise on, on this machine"
        )

    def action_view(self) -> None:
        """Show assignments or receipts."""
        self.shown = RECEIPTS if self.shown == ASSIGNMENTS else ASSIGNMENTS
        self.article = None
        self.work(self.load, group="load")

    def action_connect(self) -> None:
        """Say how: a token is not typed into a screen that may be shared."""
        self.app.notify(
            "In your shell: ple lms connect ADDRESS\nIt asks for the token without showing it.",
            title="Connecting a course",
            markup=False,
        )

    def action_sync(self) -> None:
        """Ask the courses what is new."""
        said: list[str] = []

        def step(result: Synced) -> None:
            if result.failure:
                self.app.notify(f"{result.failure}\n{result.hint or ''}", severity="warning", markup=False)
            else:
                said.append(f"{result.title}: {result.new} new of {plural(result.assignments, 'assignment')}")

        self.learning.start_job(
            "Asking the courses",
            lambda environment: environment.courses.sync(),
            on_step=step,
            on_end=lambda _: self.learning.say("; ".join(said)) if said else None,
        )

    # handing in

    def action_hand_in(self) -> None:
        """Choose what to hand in, see the plan, confirm, get the receipt."""
        thing = self._thing()
        if thing is None:
            return
        if thing.kind != "assignment":
            self.learning.say("This is a receipt; v shows the assignments")
            return

        def got(said: str | None) -> None:
            if said:
                self.learning.say("Asking the course …")
                self.learning.guarded(lambda: self._plan(thing, said), group="plan")

        self.app.push_screen(
            Ask(
                f"Hand in for {named(thing.title)}",
                placeholder="https://… , #340, or words of its title",
                help="A link, or something that you keep here. You see what would be sent before anything is.",
            ),
            got,
        )

    async def _plan(self, thing: Thing, said: str) -> None:
        def call(environment: Environment) -> Plan:
            if said.startswith(("http://", "https://")):
                return environment.courses.plan(thing.id, url=said)
            id = environment.resolve(said)
            # What the portfolio shows has an address of the learner's own; anything else is where it was found.
            address = environment.portfolio.address_of(id) or environment.document(id).url
            if address is None:
                raise InvalidInput(
                    f"“{environment.document(id).title}” has no address that a course could be given",
                    hint="Put it into your portfolio as public, build and publish that, then hand it in.",
                )
            return environment.courses.plan(thing.id, url=address, resource=id)

        plan = await self.ask(call)

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                # Its own group: a hand-in under way is never replaced by anything.
                group = f"hand in {plan.assignment_id}"
                self.learning.guarded(lambda: self._hand_in(plan, answer), group=group, exclusive=False)

        self.app.push_screen(PlanDialog(plan, self.learning.now()), answered)

    async def _hand_in(self, plan: Plan, answer: Answer) -> None:
        def call(environment: Environment) -> Receipt:
            if plan.by_hand:
                return environment.courses.handed_in_by_hand(plan)
            return environment.courses.hand_in(plan, accept_statement=answer.declared)

        if not plan.by_hand:
            self.learning.say(f"Handing in {named(plan.assignment)} …")
        receipt = await self.ask(call)
        now = self.learning.now()
        shown = await self.ask(lambda environment: article(environment, receipt.id, "receipt", now=now))
        self.app.push_screen(ReceiptDialog(shown.prose))
        await self.learning.look()


def order(line: AssignmentLine) -> tuple[bool, float]:
    """Return what lists are sorted by: what is to be done first, soonest first; then what is done, newest first."""
    at = line.due_at.timestamp() if line.due_at else 4e9
    return (line.handed_in, -at if line.handed_in else at)


def assignment_row(line: AssignmentLine, now: dt.datetime) -> WorkRow:
    """Return an assignment as a line."""
    thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
    soon = line.due_at is not None and line.due_at - now < dt.timedelta(days=2)
    when = f"sent {short(line.submitted_at, now)}" if line.handed_in else due(line.due_at, now)
    return WorkRow(thing, line.state or "", when, clean(line.course), soon, line.handed_in)


def receipt_row(receipt: Receipt, now: dt.datetime) -> WorkRow:
    """Return a receipt as a line."""
    thing = Thing(receipt.id, receipt.kind, clean(receipt.title), receipt.url, receipt.tags)
    verified = str(receipt.state) == "verified"
    return WorkRow(
        thing, str(receipt.state), short(receipt.created_at, now), clean(receipt.course), not verified, verified
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """The learner wants it handed in."""

    declared: bool
    """Whether they declared what the course asks for."""


class PlanDialog(ModalScreen[Answer | None]):
    """What would be sent, where to, and what speaks against it. Only `y` sends: enter is pressed too easily.

    Where the course asks for a declaration, the learner makes it by a key of its own before `y` does anything.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "declare", "Declare that it is your own work", id="dialog.declare"),
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
            return "y  I have handed it in there myself    n  Not yet"
        if self._plan.statement and not self.declared:
            return "d  Declare    then  y  Hand in    n  Not now"
        return "y  Hand this in now    n  Not now"

    @property
    def _statement(self) -> str:
        return f"[{'x' if self.declared else ' '}] d  I declare that this is my own work, as the course asks."

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what may be done."""
        if action == "declare":
            return self.may_send and self._plan.statement
        return self.may_send if action == "send" else True


class ReceiptDialog(ModalScreen[None]):
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
            ("Replaces", plan.replaces or "nothing"),
            ("Stays", plan.keeps or ""),
            ("Asks for", "your declaration that it is your own work" if plan.statement else ""),
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
