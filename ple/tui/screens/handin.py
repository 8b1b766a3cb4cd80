"""Handing in: what is due, what would be sent, what waits, and the receipts. Nothing is sent before it was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from ple.library.errors import InvalidInput, NotFound
from ple.tui.dialogs import Ask, Choose, Confirm
from ple.tui.list_room import ListRoom
from ple.tui.reading import Article, article
from ple.tui.room import Thing
from ple.tui.screens.asking import ask_courses, connect_course, told
from ple.tui.screens.handed_in import (
    WorkRow,
    assignment_article,
    assignment_row,
    order,
    receipt_article,
    receipt_row,
    waiting_article,
    waiting_row,
    write_receipt,
)
from ple.tui.screens.plan import Answer, PlanDialog, ReceiptDialog
from ple.tui.things import named
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, count, joined

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import Plan, Receipt
    from ple.lms.waiting import Delivered, Waiting

ASSIGNMENTS, OUTBOX, RECEIPTS = "Assignments", "Outbox", "Receipts"
FILES = ("/", "~", "./", "../")
"""What the name of a file that is to be handed in begins with."""


class HandIn(ListRoom):
    """Assignments by date, with what the course says about each; what waits to be sent; receipts."""

    MODE = "handin"
    VIEWS: ClassVar[tuple[str, ...]] = (ASSIGNMENTS, RECEIPTS, OUTBOX)
    OF_LINES: ClassVar[frozenset[str]] = frozenset({"hand_in"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "hand_in", "Hand in", id="handin.hand-in"),
        Binding("r", "sync", "Ask the courses", id="handin.sync"),
        Binding("v", "view", "Receipts, outbox", id="handin.view"),
        Binding("L", "allow", "Let it go by itself", show=False, id="handin.allow"),
        Binding("d", "drop", "Take out of the outbox", show=False, id="handin.drop"),
        Binding("W", "write_out", "Write the receipt to a file", show=False, id="handin.write-out"),
        Binding("a", "connect", "Connect a course", show=False, id="handin.connect"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.shown = ASSIGNMENTS
        self._connected = False
        self._rows_now: dict[Key, WorkRow] = {}
        self._waiting: dict[int, Waiting] = {}
        self._waits = 0

    # what the list says

    def kind(self, key: Key) -> str:
        """Assignments or receipts."""
        return "receipt" if self.shown == RECEIPTS else "assignment"

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all of them: a learner has some dozens."""
        now, shown = self.learning.now(), self.shown

        def call(environment: Environment) -> Sequence[Key]:
            courses = environment.courses
            self._connected = bool(courses.accounts())
            self._waits = len(courses.outbox())
            if shown == ASSIGNMENTS:
                rows = [assignment_row(line, now) for line in sorted(courses.assignments(), key=order)]
            elif shown == OUTBOX:
                self._waiting = {waiting.id: waiting for waiting in courses.outbox(ended=True)}
                rows = [waiting_row(waiting, now) for waiting in self._waiting.values()]
            else:
                rows = [receipt_row(receipt, now) for receipt in courses.receipts()]
            self._rows_now = {row.number or row.thing.id: row for row in rows}
            return list(self._rows_now)

        return call

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return what came with the numbers."""
        rows = self._rows_now
        return lambda _: [rows.get(key) for key in keys]

    async def filtered(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Keep what the filter finds; what waits is looked through here, for a search does not know it."""
        if self.shown != OUTBOX:
            return await super().filtered(keys)
        wanted = self.filter.casefold()
        return [
            key
            for key in keys
            if wanted in f"{self._rows_now[key].thing.title} {self._rows_now[key].course}".casefold()
        ]

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
        """What is shown, and whether something waits."""
        open_ones = sum(not row.done for row in self._rows_now.values())
        more = f"{count(open_ones)} to hand in of " if self.shown == ASSIGNMENTS else ""
        waits = f"! {self._waits} waiting in the outbox" if self._waits and self.shown != OUTBOX else ""
        return joined(f"{self.shown}  ·  {more}{self.counted(total)}", waits)

    def lesson(self) -> str:
        """What to do here."""
        if self.shown == RECEIPTS:
            return (
                "No receipts yet.\n\nEach thing that you hand in ends in a receipt: what was sent, when, and what the "
                "course read back.\n\nv  shows the outbox"
            )
        if self.shown == OUTBOX:
            return (
                "Nothing waits to be sent.\n\nWhen a course does not answer, what you hand in can wait here until it "
                "does. You are asked again before it goes, unless you said that it may go by itself.\n\n"
                "v  shows the assignments"
            )
        if self._connected:
            return "Your courses have no assignments now.\n\nr  asks them again\nv  shows your receipts and the outbox"
        return (
            "No course is connected.\n\nYou hand your own work in from here, and keep the receipt.\n\n"
            "a  connects Moodle, Canvas or a calendar, by its address\n\n"
            "In your shell, ple lms practice starts a course to practise on, on this machine."
        )

    async def _read(self, key: Key) -> Article | None:
        row, now, shown, waiting = self._rows_now.get(key), self.learning.now(), self.shown, self._waiting
        if row is None:
            return None

        def call(environment: Environment) -> Article:
            if shown == RECEIPTS:
                return receipt_article(environment, row.thing.id, now)
            if shown == OUTBOX:
                return waiting_article(waiting[row.number], now)
            return assignment_article(environment, row.thing.id, now)

        return await self.ask(call)

    def action_view(self) -> None:
        """Show the assignments, the outbox, or the receipts."""
        self.shown = self.VIEWS[(self.VIEWS.index(self.shown) + 1) % len(self.VIEWS)]
        self.article = None
        self.work(self.load, group="load")

    def action_connect(self) -> None:
        """Lend the terminal to the command that connects: it asks for the token without showing it."""

        def got(address: str | None) -> None:
            if address:
                connect_course(self.learning, address)
                self.reload()

        help = "Any page of your Moodle or Canvas, or of a calendar. The token is asked for, and not shown."
        self.app.push_screen(Ask("Connect a course", placeholder="https://moodle.example.edu", help=help), got)

    def action_sync(self) -> None:
        """Ask the courses what is new."""
        ask_courses(self.learning)

    # handing in

    def action_hand_in(self) -> None:
        """Choose what to hand in, see the plan, confirm, get the receipt; in the outbox, hand in what waits."""
        if self.shown == OUTBOX:
            self._deliver()
            return
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
                placeholder="https://… , #340, words of its title, or ~/essay.pdf",
                help="A link, something that you keep here, or a file. You see what would be sent before anything is.",
            ),
            got,
        )

    async def _plan(self, thing: Thing, said: str) -> None:
        from ple.lms.errors import Unreachable

        given: dict[str, object] = {}

        def call(environment: Environment) -> Plan:
            given.update(asked_for(environment, said))
            content = environment.courses.content(url=given.get("url"), files=given.get("files", ()))  # type: ignore[arg-type]
            return environment.courses.plan_content(thing.id, content, resource=given.get("resource"))  # type: ignore[arg-type]

        try:
            plan = await self.ask(call)
        except Unreachable as error:
            self._offer_outbox(thing, given, str(error))
            return

        def answered(answer: Answer | None) -> None:
            if answer is None:
                self.work(lambda: self.ask(lambda environment: environment.courses.discard(plan)), group="discard")
            else:
                # Its own group: a hand-in under way is never replaced by anything.
                group = f"hand in {plan.assignment_id}"
                self.learning.guarded(lambda: self._hand_in(plan, answer), group=group, exclusive=False)

        if plan.by_hand and (what := plan.link or plan.text):
            self.app.copy_to_clipboard(what)
            self.learning.say(f"The {'link' if plan.link else 'text'} is in your clipboard, to be pasted there")
        self.app.push_screen(PlanDialog(plan, self.learning.now()), answered)

    async def _hand_in(self, plan: Plan, answer: Answer) -> None:
        def call(environment: Environment) -> Receipt:
            if plan.by_hand:
                return environment.courses.handed_in_by_hand(plan)
            return environment.courses.hand_in(plan, accept_statement=answer.declared)

        if not plan.by_hand:
            self.learning.say(f"Handing in {named(plan.assignment)} …")
        receipt = await self.ask(call)
        told(self.learning)
        await self._show_receipt(receipt.id)

    async def _show_receipt(self, id: int) -> None:
        now = self.learning.now()
        shown = await self.ask(lambda environment: article(environment, id, "receipt", now=now))
        self.app.push_screen(ReceiptDialog(shown.prose))
        await self.learning.look()

    # the outbox

    def _offer_outbox(self, thing: Thing, given: dict[str, object], why: str) -> None:
        rows = [
            (1, "Keep it in the outbox, and ask me when the course answers"),
            (2, "Keep it in the outbox, and let it go by itself"),
            (3, "Leave it"),
        ]

        def chosen(number: int | None) -> None:
            if number in (1, 2):

                def put_off(environment: Environment) -> Waiting:
                    content = environment.courses.content(url=given.get("url"), files=given.get("files", ()))  # type: ignore[arg-type]
                    return environment.courses.put_off(
                        thing.id,
                        content,
                        resource=given.get("resource"),  # type: ignore[arg-type]
                        authorised=number == 2,
                    )

                self.change(put_off, "It waits in the outbox; v shows it", then=self.reload)

        self.app.push_screen(Choose(f"{why[:1].upper()}{why[1:]}.", rows), chosen)

    def _deliver(self) -> None:
        """Check all that waits anew and hand it in; each that may not go by itself is shown first."""
        if not self._waits:
            self.learning.say("Nothing waits to be sent")
            return
        app, now = self.learning, self.learning.now()

        def ask(_: Waiting, plan: Plan) -> bool:
            answer: Future[Answer | None] = Future()
            app.call_from_thread(app.push_screen, PlanDialog(plan, now), answer.set_result)
            return answer.result() is not None

        def step(done: Delivered) -> None:
            app.say(f"{done.assignment}: {done.outcome}, {done.said}")
            if done.receipt_id is not None:
                id = done.receipt_id
                app.guarded(lambda: self._show_receipt(id), group=f"receipt {id}")

        def end(_: object) -> None:
            self.reload()
            told(app)

        app.start_job(
            "Handing in what waits",
            lambda environment: environment.courses.deliver(ask=ask, urge=True),
            on_step=step,
            on_end=end,
        )

    def _waiting_one(self) -> Waiting | None:
        row = self.list.row
        waiting = self._waiting.get(row.number) if self.shown == OUTBOX and isinstance(row, WorkRow) else None
        if waiting is None or waiting.state != "waiting":
            self.learning.say("This is for what waits in the outbox; v shows it")
            return None
        return waiting

    def action_allow(self) -> None:
        """Let what waits go by itself."""
        if waiting := self._waiting_one():
            id = waiting.id
            self.change(
                lambda environment: environment.courses.allow(id),
                "It goes by itself when the course answers, unless something new stands in its way",
                then=self.reload,
            )

    def action_drop(self) -> None:
        """Take what waits out of the outbox."""
        if waiting := self._waiting_one():
            id = waiting.id

            def drop(yes: bool | None) -> None:
                if yes:
                    self.change(lambda environment: environment.courses.drop(id), "It is not sent", then=self.reload)

            about = "It is not sent. What you handed in before stays as it is."
            question = Confirm(
                f"Take {named(waiting.assignment)} out?", about=about, yes="Take it out", no="Let it wait"
            )
            self.app.push_screen(question, drop)

    # receipts

    def action_write_out(self) -> None:
        """Write a receipt to a file."""
        thing = self._thing()
        if thing is None:
            return
        if thing.kind != "receipt":
            self.learning.say("This is for receipts; v shows them")
            return

        def got(said: str | None) -> None:
            if said:
                self.learning.guarded(lambda: self._write_out(thing, said), group="write")

        value = str(Path("~") / f"receipt-{thing.id}.html")
        help = "A page to print, or with .json the whole record."
        self.app.push_screen(Ask(f"Write the receipt of {named(thing.title)} to", value=value, help=help), got)

    async def _write_out(self, thing: Thing, said: str) -> None:
        path = await self.ask(lambda environment: write_receipt(environment, thing.id, said))
        self.learning.say(f"Wrote {path}")


def asked_for(environment: Environment, said: str) -> dict[str, object]:
    """Return what was typed as what is handed in: a link, files, or a thing's published address; for threads."""
    if said.startswith(("http://", "https://")):
        return {"url": said}
    if said.startswith(FILES):
        return {"files": [Path(said).expanduser()]}
    try:
        id = environment.resolve(said, "artifact")  # a work and what it shows have one title: the work has the address
    except NotFound:
        id = environment.resolve(said)
    # What the portfolio shows has an address of the learner's own; anything else is where it was found.
    document = environment.document(id)
    address = environment.portfolio.address_of(id) or (document.url if document.kind != "artifact" else None)
    if address is None:
        raise InvalidInput(
            f"“{document.title}” has no address that a course could be given",
            hint="Put it into your portfolio as public, build and publish that, then hand it in.",
        )
    return {"url": address, "resource": id}
