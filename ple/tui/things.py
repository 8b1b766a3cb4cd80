"""The verbs for one thing that work in every place: tag it, write about it, keep its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Ask
from ple.tui.words import clip

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.tui.app import LearningApp
    from ple.tui.room import Room, Thing


def named(title: str) -> str:
    """Return a title in quotes, short enough for a message."""
    return f"“{title if len(title) <= 40 else clip(title, 40)}”"


def tag(room: Room, thing: Thing) -> None:
    """Ask for the tags of a thing, all of them at once, and keep them."""

    def keep(said: str | None) -> None:
        if said is None:
            return
        tags = frozenset(part.strip().removeprefix("#") for part in said.split(",") if part.strip(" #"))

        def change(environment: Environment) -> None:
            with environment.library.writing(f"Tagged {named(thing.title)}") as tx:
                tx.set_tags(thing.id, tags)

        said_of = ", ".join(sorted(tags)) or "no tags"
        room.change(change, f"{named(thing.title)}: {said_of} · u undoes")

    room.app.push_screen(
        Ask(
            f"Tags of {named(thing.title)}",
            value=", ".join(sorted(thing.tags)),
            placeholder="memory, to read",
            help="Words with commas between them. Find them again with tag:… in any search.",
            empty=True,
        ),
        keep,
    )


def note(room: Room, thing: Thing) -> None:
    """Write about a thing: the note of a saved page, or a journal entry that is linked with anything else."""
    if thing.kind != "bookmark":
        from ple.tui.screens.writing import write

        write(room.learning, about=thing)
        return

    async def ask() -> None:
        page = await room.ask(lambda environment: environment.bookmarks.bookmark(thing.id))
        room.app.push_screen(
            Ask(
                f"Note on {named(thing.title)}",
                value=page.note or "",
                placeholder="why it matters, what to do with it",
                help="One line that stays with the page and is found by search. w writes more in the journal.",
                empty=True,
            ),
            keep,
        )

    def keep(said: str | None) -> None:
        if said is not None:
            room.change(
                lambda environment: environment.bookmarks.edit(thing.id, note=said),
                f"Note on {named(thing.title)} kept · u undoes",
            )

    room.work(ask, group="note")


def save_page(app: LearningApp, address: str, *, source: int | None = None) -> None:
    """Fetch a page and keep it in the library, in the background."""
    from ple.tui.list_room import ListRoom

    async def save() -> None:
        app.say(f"Fetching {address} …")
        saved = await app.ask(lambda environment: environment.bookmarks.save(address, source=source))
        title = saved.bookmark.title
        if saved.known:
            app.say(f"{named(title)} was in your library already")
        elif saved.problem:
            app.notify(
                f"Saved the address, but not its text: {saved.problem}.\n{saved.hint or ''}",
                severity="warning",
                markup=False,
            )
        else:
            app.say(f"Saved {named(title)} · u undoes")
        await app.look()
        if isinstance(app.screen, ListRoom) and saved.bookmark.kind in app.screen.KINDS:
            app.screen.go_to(saved.bookmark.id)

    app.guarded(save, group=f"save {address}")


def show_in_portfolio(room: Room, thing: Thing) -> None:
    """Put a thing into the portfolio, private; ask why it is shown."""
    if thing.kind == "artifact":
        room.learning.say("This is in the portfolio already")
        return

    def keep(why: str | None) -> None:
        if why is not None:
            room.change(
                lambda environment: environment.portfolio.add(thing.id, why=why),
                f"{named(thing.title)} is in the portfolio, private · u undoes",
            )

    help = "In a sentence or two; it may stay empty for now. It is private until you say otherwise, in the portfolio."
    room.app.push_screen(Ask(f"Why do you show {named(thing.title)}?", help=help, empty=True), keep)


def contents(path: Path) -> bytes:
    """Return a file that the learner named; for threads. Raises InvalidInput if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", hint="Check its name.") from error


def ask_for_page(app: LearningApp) -> None:
    """Ask for an address and keep its page."""

    def got(address: str | None) -> None:
        if address:
            save_page(app, address)

    app.push_screen(
        Ask(
            "Save a page",
            placeholder="https://…",
            help="Its title, author, date and readable text are kept in your library, with the address.",
        ),
        got,
    )
