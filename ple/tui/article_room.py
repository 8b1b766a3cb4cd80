"""The article of a place: what it says, what the learner marked in it, and where they were when they left it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import on

from ple.tui.reading import Article, article
from ple.tui.room import Room
from ple.tui.said_about import MOST, with_notes
from ple.tui.things import named
from ple.tui.widgets.blocks import Prose, clean
from ple.tui.widgets.marks import Key
from ple.tui.widgets.passages import Passage, Quotation, Text
from ple.tui.widgets.reader import Reader
from ple.tui.words import clip

if TYPE_CHECKING:
    from ple.environment import Environment

MOST_PLACES = 500
"""Of so many articles is remembered where the learner was."""


class ArticleRoom(Room):
    """A place with an article to read and to mark."""

    def __init__(self) -> None:
        super().__init__()
        self.article: Article | None = None

    @property
    def view(self) -> Reader:
        """The article."""
        return self.query_one("#article", Reader)

    def kind(self, key: Key) -> str:
        """Return the kind of the resource that a key is the number of."""
        raise NotImplementedError

    def key_here(self) -> Key | None:
        """Return the key of what the learner looks at."""
        raise NotImplementedError

    async def _read(self, key: Key) -> Article | None:
        if not isinstance(key, int):
            return None
        kind, now = self.kind(key), self.learning.now()
        return await self.ask(lambda environment: article(environment, key, kind, now=now))

    async def _passages(self, shown: Article) -> Sequence[Passage]:
        return await self.ask(lambda environment: passages(environment, shown.thing.id, shown.prose))

    async def open_article(self, key: Key) -> None:
        """Show a thing in the article pane, from where it was left."""
        shown = await self._read(key)
        if shown is not None and self.key_here() == key:
            marked = await self._passages(shown)
            if self.key_here() != key:
                return
            if not self.one_pane:  # else it was kept when the learner went out of it
                self.keep_place()
            self.article = shown
            self.view.show(shown.prose, passages=marked, place=self._places().get(str(key)))
            self.refresh_bindings()

    async def _again(self) -> None:
        """Show the open article as it is now; the reader stays where they were."""
        before = self.article
        if before is None or self.key_here() != before.thing.id:
            return
        fresh = await self._read(before.thing.id)
        if fresh is None:
            return
        marked = await self._passages(fresh)
        self.article = fresh
        if fresh.prose.text != before.prose.text:
            self.view.show(fresh.prose, keep_place=True, passages=marked)
        elif list(marked) != list(self.view.passages):
            self.view.passages = marked
            self.view.repaint()

    # where the learner was

    def _places(self) -> dict[str, int]:
        kept: Any = self.learning.remembered("places")
        if not isinstance(kept, dict):
            return {}
        return {id: place for id, place in kept.items() if isinstance(id, str) and isinstance(place, int)}

    def keep_place(self) -> None:
        """Remember how far the open article was read; not of one that was left at its beginning or its end."""
        if self.article is None or not self.is_mounted or not self.view.region:
            return
        places, id, place = self._places(), str(self.article.thing.id), self.view.place
        before = places.pop(id, None)
        if place and not self.view.at_end:
            places[id] = place
        elif before is None:
            return
        self.learning.remember("places", dict(list(places.items())[-MOST_PLACES:]))

    def whereabouts(self) -> dict[str, Any]:
        """Where the learner is; how far they read is remembered beside it."""
        self.keep_place()
        return super().whereabouts()

    # marking

    @on(Reader.Said)
    def _said_by_the_reader(self, event: Reader.Said) -> None:
        self.learning.say(event.text)

    @on(Reader.Pictures)
    def _pictures(self) -> None:
        from ple.tui.screens.pictures import show

        if self.article is not None:
            show(self, self.article.thing)

    @on(Reader.Highlighted)
    def _highlighted(self, event: Reader.Highlighted) -> None:
        if self.article is None:
            return
        id, quotation = self.article.thing.id, event.quotation
        if not event.with_note:
            self._highlight(id, quotation, "")
            return
        from ple.tui.dialogs import Ask

        self.app.push_screen(
            Ask(
                f"Note on {named(quotation.exact)}",
                help="It stays with these words and is found by search.",
                empty=True,
            ),
            lambda note: None if note is None else self._highlight(id, quotation, note),
        )

    def _highlight(self, id: int, quotation: Quotation, note: str) -> None:
        self.change(
            lambda environment: environment.highlights.add(
                id, quotation.exact, prefix=quotation.prefix, suffix=quotation.suffix, note=note
            ),
            f"Highlighted “{clip(quotation.exact, min(40, len(quotation.exact)))}” · u undoes",
        )

    def action_follow(self) -> None:
        """Offer the links of the article from the list too."""
        if self.article is not None and self.view.prose.links:
            self.view.action_follow()
        else:
            self.learning.say("No links here")


def passages(environment: Environment, id: int, prose: Prose) -> Sequence[Passage]:
    """Return what the learner marked in a resource as places in the text on screen; for threads."""
    marked = environment.highlights.highlights(id)
    if not marked:
        return ()
    text, found = Text(prose), []
    for one in marked:
        place = text.locate(Quotation(one.quote, one.prefix, one.suffix))
        if place is not None:
            found.append(Passage(*place, clean(one.note), clean(one.color)))
    with_notes(prose, [one.note for one in marked if one.note][:MOST])
    return sorted(found, key=lambda passage: passage.start)
