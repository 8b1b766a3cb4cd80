"""Pages of the site that show works together: which there are, and making one by hand or by a search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Ask, Choose
from ple.tui.screens.portfolio_works import them
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.words import joined, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.portfolio import Artifact
    from ple.portfolio.collections import Collection
    from ple.tui.screens.portfolio import Portfolio

GATHERED = ("collection", "search")
"""Kinds of what an artifact shows that is itself a page of others."""


def offer(room: Portfolio) -> None:
    """Show which there are: one is gone to or put into, or a new one is made."""

    async def ask() -> None:
        found = await room.ask(lambda environment: environment.portfolio.collections())
        some = [one for one in room.works(quiet=True) if one.source_kind not in GATHERED]
        rows: list[tuple[int, str] | tuple[int, str, str]] = [
            (number, clean(one.title), joined(one.how, plural(len(one.works), "work"), str(one.visibility)))
            for number, one in enumerate(found, 1)
        ]
        new = len(rows) + 1
        rows.append((new, f"A new one, of {them(some)} …" if some else "A new one …"))
        rows.append((new + 1, "A new one, of what a search finds …"))

        def chosen(number: int | None) -> None:
            if number is None:
                return
            if number == new:
                _ask_title(room, some)
            elif number > new:
                _ask_search(room)
            else:
                _open(room, found[number - 1], some)

        room.app.push_screen(Choose("Pages that show works together", rows), chosen)

    room.work(ask, group="collections")


def _open(room: Portfolio, one: Collection, some: Sequence[Artifact]) -> None:
    """Go to a collection's own line, or put works into it."""
    if one.how == "by a search":
        _go(room, one)
        return
    if not some:
        if one.id is None:
            room.learning.say(f"{named(clean(one.title))} has no line of its own: e puts a work on it, or off")
        _go(room, one)
        return
    rows = [(1, f"Put {them(some)} on it")] + ([(2, "Go to it")] if one.id is not None else [])

    def chosen(number: int | None) -> None:
        if number == 1:
            room.change_all(
                lambda environment, ids: put(environment, one, ids),
                lambda _: f"{them(some)} on {named(clean(one.title))}",
                ids=[work.id for work in some],
            )
        elif number == 2:
            _go(room, one)

    room.app.push_screen(Choose(f"{named(clean(one.title))}: {plural(len(one.works), 'public work')}", rows), chosen)


def _go(room: Portfolio, one: Collection) -> None:
    if one.id is not None:
        room.go_to(one.id)


def _ask_title(room: Portfolio, some: Sequence[Artifact]) -> None:
    def got(title: str | None) -> None:
        if title:
            ids = [one.id for one in some]
            room.learning.guarded(lambda: _made(room, title, partial(by_hand, title=title, works=ids)), group="collect")

    help = "It is a page of the site, in this order, once it is not private. Only works that are public stand on it."
    title = f"What do you call the page with {them(some)}?" if some else "What do you call the page?"
    room.app.push_screen(Ask(title, help=help), got)


def _ask_search(room: Portfolio) -> None:
    def got(title: str | None) -> None:
        if title:
            room.app.push_screen(
                Ask(
                    f"What does {named(title)} show?",
                    placeholder="tag:memory is:journal",
                    help="In the language of the search. It is asked anew in each build, of works that are public.",
                ),
                lambda query: search(title, query),
            )

    def search(title: str, query: str | None) -> None:
        if query:
            call = partial(by_search, title=title, query=query)
            room.learning.guarded(lambda: _made(room, title, call), group="collect")

    room.app.push_screen(Ask("What do you call the page?", help="Then you say what a search is to find for it."), got)


async def _made(room: Portfolio, title: str, call: partial[int]) -> None:
    with room.learning.trying("What do you call the page?", title):
        id = await room.ask(call)
    room.learning.say(f"{named(title)} is a page, private so far: W says who sees it")
    room.list.release()
    await room.learning.look()
    room.go_to(id)


def by_hand(environment: Environment, *, title: str, works: Sequence[int]) -> int:
    """Make a collection of this title, or take the one there is, put works into it and show it; return the artifact."""
    known = {_folded(one.title): one.id for one in environment.collections.collections()}
    with environment.library.as_one(f"Made the collection “{title}”"):
        id = known.get(_folded(title)) or environment.collections.add(title).id
        if works:
            environment.collections.put(id, [source(environment, work) for work in works])
        return environment.portfolio.add(id).id


def by_search(environment: Environment, *, title: str, query: str) -> int:
    """Keep a search under this title and show what it finds; return the artifact.

    Raises:
        InvalidInput: there is a saved search of that title, and it asks something else.
    """
    for one in environment.searches.searches():
        if _folded(one.title) == _folded(title):
            if one.query != " ".join(query.split()):
                raise InvalidInput(
                    f"there is a saved search “{one.title}” already, and it asks: {one.query}",
                    hint="Choose another title.",
                )
            return environment.portfolio.add(one.id).id
    with environment.library.as_one(f"Made the collection “{title}”"):
        return environment.portfolio.add(environment.searches.save(title, query, among_feeds=False).id).id


def put(environment: Environment, one: Collection, works: Sequence[int]) -> None:
    """Put works on a page: into its collection, or under its name."""
    if one.id is None:
        environment.portfolio.edit_all(works, page=one.title)
    else:
        held = environment.portfolio.artifact(one.id).source_id or 0
        environment.collections.put(held, [source(environment, work) for work in works])


def source(environment: Environment, work: int) -> int:
    """Return what a work shows, which is what collections hold."""
    return environment.portfolio.artifact(work).source_id or work


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()
