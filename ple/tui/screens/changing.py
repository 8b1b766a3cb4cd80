"""Changing a line of the settings room: a value, a key, an account, what a store of records is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ple.library.errors import PleError
from ple.tui.dialogs import Confirm
from ple.tui.question import Question
from ple.tui.sheet import Sheet
from ple.tui.things import named
from ple.tui.widgets.blocks import Block, Prose, clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.lms.records import Sent
    from ple.tui.screens.settings import Settings
    from ple.tui.screens.settings_said import SetRow


def change_setting(room: Settings, row: SetRow) -> None:
    """Change a value: one of several, or a line to type that is looked at before it is kept."""
    from ple.settings import writing

    if row.choices:

        def chosen(place: int) -> None:
            said = row.choices[place]
            room.keep(row, said == "yes" if row.choices == ("no", "yes") else said)

        room.choose(row.name, row.choices, chosen)
        return

    def typed(said: str) -> None:
        try:
            value = writing.parsed(row.name_of_it, said)
        except PleError as error:
            room.learning.complain(error)
            return
        room.keep(row, value)

    room.ask_line(row.name, "" if row.value == "—" else row.value, row.help, typed)


class PressKey(Question[str | None]):
    """Waits for a key; escape leaves things as they are."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, does: str) -> None:
        super().__init__()
        self._does = does

    def compose(self) -> ComposeResult:
        """What it is for."""
        with Vertical(classes="dialog"):
            yield Static(f"Press the key for “{self._does}”", classes="dialog-title", markup=False)
            yield Static("esc  Leave it as it is", classes="dialog-keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the key, whatever it is."""
        event.stop()
        event.prevent_default()
        self.dismiss(None if event.key == "escape" else event.key)


def change_key(room: Settings, row: SetRow) -> None:
    """Give a verb another key; say first if it is taken."""
    from ple.tui.keys import sign, taken, verbs

    def pressed(key: str | None) -> None:
        if key is None:
            return
        all_verbs = verbs()
        verb = next(verb for verb in all_verbs if verb.id == row.name_of_it)
        own = room.learning.settings().keys
        others = taken(key, verb, {**own, verb.id: key}, all_verbs)
        # what is written is the sign where there is one: the learner may read the file
        said = sign(key) if sign(key) != "," else key
        if not others:
            room.keep(row, said)
            return
        them = "; ".join(f"“{other.does}”, {other.place.lower()}" for other in others)
        about = f"It is already {them}. Where both are live, the one that is nearer to the cursor wins."
        question = Confirm(f"Give {sign(key)} to “{verb.does}”?", about=about, yes="Give it", no="Leave it")
        room.app.push_screen(question, lambda yes: room.keep(row, said) if yes else None)

    room.app.push_screen(PressKey(row.name), pressed)


def change_account(room: Settings, row: SetRow) -> None:
    """Ask an account for news, say how its token is renewed, or forget it."""

    def chosen(place: int) -> None:
        if place == 0:
            room.action_sync()
        elif place == 1:
            said = f"In your shell: ple lms renew {row.number}\nIt asks for the token without showing it."
            room.app.notify(said, title="A new token", markup=False)
        else:
            about = "Its token is forgotten. Its courses and assignments go; your receipts stay. u takes back the rest."
            question = Confirm(f"Forget {named(row.name)}?", about=about, yes="Forget it", no="Keep it")
            room.app.push_screen(question, forget)

    def forget(yes: bool | None) -> None:
        if yes:
            room.change(lambda environment: environment.courses.disconnect(row.number), f"Forgot {named(row.name)}")

    room.choose(row.name, ("Ask it for news now", "Renew its token …", "Forget this account …"), chosen)


def change_store(room: Settings, row: SetRow) -> None:
    """Send what waits for a store of records, or forget it."""

    def chosen(place: int) -> None:
        if place == 2:
            about = "Its password and what waits for it are forgotten. What it has it keeps; so do you."
            question = Confirm(f"Forget {row.name}?", about=about, yes="Forget it", no="Keep it")
            room.app.push_screen(question, forget)
            return
        if place == 1:
            room.change(lambda environment: environment.records.retry(row.number))
        said: list[str] = []

        def step(sent: Sent) -> None:
            said.append(f"Sent {plural(sent.sent, 'statement')}")
            if sent.failure:
                room.app.notify(f"{sent.failure}\n{sent.hint or ''}", severity="warning", markup=False)

        def end(_: object) -> None:
            room.learning.say("; ".join(said))
            room.reload()

        room.learning.start_job(
            "Telling your record",
            lambda environment: environment.records.send(row.number, now=True),
            on_step=step,
            on_end=end,
        )

    def forget(yes: bool | None) -> None:
        if yes:
            room.change(
                lambda environment: environment.records.forget(row.number), f"Forgot {row.name}", then=room.reload
            )

    lines = ("Send what waits, now", "Offer again what was not taken", "Forget this store …")
    room.choose(row.name, lines, chosen)


def change_consent(room: Settings, row: SetRow) -> None:
    """Show what would be sent about an event, whole, and only then ask."""
    event = row.name_of_it.partition(" ")[2]

    async def ask() -> None:
        from ple.tui.screens.settings_said import indented

        example = await room.ask(lambda environment: environment.records.example(event))
        blocks = [Block("h1", f"Tell “{event}”?"), *(Block("p", clean(fact)) for fact in row.facts[:1])]
        if example is not None:
            blocks += [
                Block("p", "The newest, exactly as it would go out:"),
                Block("pre", indented(example.body), first="  ", rest="  "),
            ]
        else:
            blocks.append(Block("p", "Nothing like it has happened yet."))
        blocks.append(Block("meta", "What was sent cannot be deleted there, only marked as void."))
        answers = {"y": "Tell it from now on", "A": "Also what was before", "n": "Do not tell it"}

        def answered(answer: str | None) -> None:
            if answer is None:
                return
            shown = example.sha256 if example is not None else None
            if answer == "n":
                room.change(
                    lambda environment: environment.records.refuse(row.number, event),
                    f"“{event}” is not told",
                    then=room.reload,
                )
            else:
                room.change(
                    lambda environment: environment.records.agree(
                        row.number, event, shown=shown, everything=answer == "A"
                    ),
                    f"“{event}” is told from the next sending on; enter on the store sends",
                    then=room.reload,
                )

        room.sheet(Sheet(Prose(blocks).place(), answers, close="Not now"), answered)

    room.work(ask, group="consent")
