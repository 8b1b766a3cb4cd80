"""The command palette: every verb of the screens by its name, with its key; those of other places go there first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from ple.tui.app import LearningApp


EVERYWHERE = (
    "go", "commands", "help", "undo", "redo", "write", "drafts", "tour", "rules", "refresh-all", "stop", "suspend",
    "quit", "leave",
)  # fmt: skip
"""What the ids of verbs begin with that mean the same in every place."""

WORD_FOR_WORD = 11.0
"""How well a verb fits that is called so, here or elsewhere: better than letters that are strewn over a name."""
ALSO = {
    "colours": "theme dark light",
    "feeds.add": "subscribe new",
    "feeds.health": "errors broken dead",
    "feeds.mark": "mark as unread",
    "feeds.mark-all": "mark as catch up",
    "feeds.refresh": "update reload",
    "feeds.star": "favourite favorite",
    "feeds.unfollow": "remove delete unsubscribe",
    "feeds.view": "hide",
    "handin.connect": "login moodle canvas account",
    "handin.hand-in": "submit",
    "handin.sync": "refresh update",
    "help": "help shortcuts bindings",
    "journal.remove": "delete",
    "journal.write": "new entry",
    "library.add": "bookmark new url",
    "library.edit": "title",
    "library.mark": "mark as unread",
    "library.remove": "delete",
    "library.star": "favourite favorite",
    "portfolio.build": "make generate",
    "portfolio.look": "preview serve",
    "portfolio.publish": "deploy upload",
    "portfolio.remove": "delete remove",
    "portfolio.visibility": "public private hide visibility",
    "quit": "exit close",
    "refresh-all": "update reload",
    "search.query": "find",
    "thing.copy": "link url yank",
    "thing.note": "comment about",
    "thing.tag": "label",
    "tour": "help introduction",
    "undo": "revert back",
    "write": "new entry note",
}
"""What else verbs are called, by their ids, in the words that people bring along from elsewhere."""


@dataclass(frozen=True)
class Verb:
    """Something that can be done, under its name."""

    name: str
    help: str
    run: Callable[[], Awaitable[object] | None]
    also: str = ""

    def is_called(self, query: str) -> bool:
        """Tell whether each word that is typed begins one that it is called by."""
        words = f"{self.name} {self.also}".casefold().split()
        return all(any(word.startswith(part) for word in words) for part in query.casefold().split())


class Verbs(Provider):
    """What can be done here, then what can be done elsewhere."""

    @property
    def _learning(self) -> LearningApp:
        return cast("LearningApp", self.app)

    def _verbs(self) -> Iterator[Verb]:
        seen: set[str] = set()
        for active in sorted(self.screen.active_bindings.values(), key=lambda active: _rank(active.binding.id or "")):
            binding = active.binding
            if not binding.description or not active.enabled or not binding.id or binding.id in seen:
                continue
            seen.add(binding.id)
            if binding.id.startswith(("list.", "article.", "pane.", "commands", "escape", "back", "field.")):
                continue
            also = ALSO.get(binding.id, "")
            yield Verb(binding.description, self._key(binding), self._here(active.node, binding.action), also)
        for mode, title, kind in rooms():
            for item in kind.BINDINGS:
                if isinstance(item, Binding) and item.id and item.id not in seen and item.description:
                    seen.add(item.id)
                    run = self._there(mode, item.action)
                    yield Verb(f"{title}: {item.description}", self._key(item), run, ALSO.get(item.id, ""))
        for name in sorted(self.app.available_themes):
            yield Verb(f"Colours: {name}", "", self._colours(name), ALSO["colours"])

    def _key(self, binding: Binding) -> str:
        first = Binding(binding.key.split(",")[0], binding.action, key_display=binding.key_display)
        return f"key {self.app.get_key_display(first)}"

    def _here(self, node: DOMNode, action: str) -> Callable[[], Awaitable[object]]:
        return lambda: self.app.run_action(action, node)

    def _colours(self, name: str) -> Callable[[], None]:
        return lambda: self._learning.paint_with(name)

    def _there(self, mode: str, action: str) -> Callable[[], Awaitable[object]]:
        async def run() -> None:
            await self.app.switch_mode(mode)
            self._learning.guarded(lambda: self._when_there(action), group="elsewhere")

        return run

    async def _when_there(self, action: str) -> None:
        """Run a verb when the place has shown what the verb works on: there is nothing under the cursor before."""
        place: Any = self.app.screen
        for _ in range(500):
            lines = getattr(place, "list", None)
            if not place.busy and (lines is None or not lines.keys or lines.row is not None):
                break
            await asyncio.sleep(0.02)
        if self.app.screen is place:
            await self.app.run_action(action, place)

    async def discover(self) -> Hits:
        """All verbs, before anything is typed."""
        for verb in self._verbs():
            yield DiscoveryHit(verb.name, verb.run, help=verb.help)

    async def search(self, query: str) -> Hits:
        """The verbs that match."""
        matcher = self.matcher(query)
        for verb in self._verbs():
            score = matcher.match(verb.name)
            if verb.is_called(query):
                score = max(score, WORD_FOR_WORD)
            if score > 0:
                yield Hit(score, matcher.highlight(verb.name), verb.run, help=verb.help)


def _rank(id: str) -> int:
    """Sort the verbs of this place first, then those of the thing under the cursor, then those of everywhere."""
    if id.startswith("thing."):
        return 1
    return 2 if id.startswith(EVERYWHERE) else 0


def rooms() -> list[tuple[str, str, type[Any]]]:
    """Return the places whose verbs the palette offers from everywhere: mode, title and class."""
    from ple.tui.screens.feeds import Feeds
    from ple.tui.screens.handin import HandIn
    from ple.tui.screens.journal import Journal
    from ple.tui.screens.library import Library
    from ple.tui.screens.portfolio import Portfolio
    from ple.tui.screens.search import Search
    from ple.tui.screens.settings import Settings

    return [
        ("feeds", "Feeds", Feeds),
        ("library", "Library", Library),
        ("journal", "Journal", Journal),
        ("search", "Search", Search),
        ("handin", "Hand in", HandIn),
        ("portfolio", "Portfolio", Portfolio),
        ("settings", "Settings", Settings),
    ]
