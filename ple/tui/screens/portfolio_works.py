"""What is done with works of the portfolio: who sees them, what is said of them, taking them out; one or many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ple.tui.dialogs import Ask, Choose, Confirm
from ple.tui.drafts import Work
from ple.tui.screens.showing import FIELDS, OF_MANY, said_of, value_of, withdrawals
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.portfolio import Artifact
    from ple.tui.screens.portfolio import Portfolio

SEEN = (
    (1, "private: on no page"),
    (2, "unlisted: whoever has its link"),
    (3, "public: everybody, from the next publication on"),
)


def visibility(room: Portfolio) -> None:
    """Choose who may see works."""
    some = room.works()
    if not some:
        return

    def chosen(number: int | None) -> None:
        if number is not None:
            _show_to(room, some, ("private", "unlisted", "public")[number - 1])

    now = f" It is {some[0].visibility} now." if len(some) == 1 else ""
    room.app.push_screen(Choose(f"Who sees {them(some)}?{now}", SEEN), chosen)


def _show_to(room: Portfolio, some: Sequence[Artifact], to: str) -> None:
    def change() -> None:
        room.change_all(
            lambda environment, ids: environment.portfolio.edit_all(ids, visibility=to),
            lambda number: f"{them(some)} {'is' if number == 1 else 'are'} {to}",
            ids=[one.id for one in some],
        )

    shown = [one for one in some if one.visibility != "private"]
    if to == "private" and shown:
        _withdrawn(room, shown, change)
    else:
        change()


def _withdrawn(room: Portfolio, some: Sequence[Artifact], then: Callable[[], None]) -> None:
    """Ask before addresses that people have stop saying anything."""

    async def ask() -> None:
        about = await room.ask(lambda environment: withdrawals(environment, some))
        if not about:
            then()
            return
        question = Confirm(f"Withdraw {them(some)}?", about=about, yes="Withdraw", no="Leave it")
        room.app.push_screen(question, lambda yes: then() if yes else None)

    room.work(ask, group="withdraw")


def edit(room: Portfolio) -> None:
    """Choose one of the things that are said about works, and change it."""
    some = room.works()
    if not some:
        return
    one = some[0] if len(some) == 1 else None
    place = list(room.found).index(one.id) + 1 if one else 0
    fields = [field for field in FIELDS if one or field[0] in OF_MANY]
    rows = [
        (number, f"{label}: {clean(said_of(one, name, place)) or '—'}" if one else label)
        for number, (name, label, _) in enumerate(fields, start=1)
    ]

    def chosen(number: int | None) -> None:
        if number is None:
            return
        name, label, help = fields[number - 1]
        if one and name in ("reflection", "sources", "feedback"):
            _write(room, one, name, label)
            return

        def keep(said: str | None) -> None:
            if said is not None:
                room.work(lambda: _keep(room, some, name, said), group="keep")

        value = said_of(one, name, place) if one else ""
        title = label if one else f"{label} of {them(some)}"
        room.app.push_screen(Ask(title, value=value, help=help, empty=True), keep)

    room.app.push_screen(Choose(f"Change what of {them(some)}?", rows), chosen)


async def _keep(room: Portfolio, some: Sequence[Artifact], name: str, said: str) -> None:
    value, one = value_of(name, said), some[0]
    room.change_all(
        lambda environment, ids: (
            environment.portfolio.edit(one.id, **{name: value})
            if len(some) == 1
            else environment.portfolio.edit_all(ids, **{name: value})
        ),
        lambda _: f"Changed {them(some)}",
        ids=[one.id for one in some],
    )


def reflect(room: Portfolio) -> None:
    """Write what was learned from a work."""
    if one := room.artifact_here():
        _write(room, one, "reflection", "What I learned from it")


def _write(room: Portfolio, one: Artifact, name: str, label: str) -> None:
    from ple.tui.screens.writing import edit

    work = Work("artifact", f"{label}: {clean(one.title)}", one.id, field=name)
    edit(room.learning, work, str(getattr(one, name)))


def remove(room: Portfolio) -> None:
    """Take works out; what they show stays in the library."""
    some = room.works()

    def go() -> None:
        room.change_all(
            lambda environment, ids: environment.portfolio.remove(ids),
            lambda _: f"Took {them(some)} out of the portfolio",
            ids=[one.id for one in some],
        )

    if some:
        _withdrawn(room, some, go)


def them(some: Sequence[Artifact]) -> str:
    """Return what is meant, short enough for a message."""
    return named(clean(some[0].title)) if len(some) == 1 else plural(len(some), "work")
