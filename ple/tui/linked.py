"""Following a link: to a page in the browser, or to a thing of the learner's own, here or over the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType

from ple.tui.reading import Article, article
from ple.tui.sheet import Sheet
from ple.tui.widgets.article_view import ArticleView
from ple.tui.widgets.blocks import Prose, clean

if TYPE_CHECKING:
    from textual.screen import Screen

    from ple.environment import Environment
    from ple.tui.app import LearningApp


def follow(screen: Screen[Any], prose: Prose, number: int | None) -> None:
    """Follow a link of an article by its number; without one, let the learner choose."""
    if number is not None:
        if 0 < number <= len(prose.links):
            go(screen, prose.links[number - 1])
        return
    from ple.tui.dialogs import Choose

    said = prose.words()
    rows = []
    for number, address in enumerate(map(clean, prose.links), 1):
        words = said.get(number) or address
        bare = words == address or address.startswith("#")  # of the learner's own: it has a title, and no address
        rows.append((number, words, "" if bare else place(address)))

    def chosen(number: int | None) -> None:
        if number is not None:
            go(screen, prose.links[number - 1])

    screen.app.push_screen(Choose("Links: enter opens one", rows), chosen)


def place(address: str) -> str:
    """Return an address as short as it can be said."""
    return (
        address.removeprefix("https://")
        .removeprefix("http://")
        .removeprefix("mailto:")
        .removeprefix("www.")
        .rstrip("/")
    )


def go(screen: Screen[Any], address: str) -> None:
    """Go to an address: of the web, or `#12` for a thing of the learner's own."""
    app = cast("LearningApp", screen.app)
    number = address.removeprefix("#")
    if number == address or not (number.isascii() and number.isdigit()):
        app.browse(address)
        return
    from ple.tui.list_room import ListRoom

    id = int(number)
    if isinstance(screen, ListRoom) and screen.list.go(id):
        return  # the place has it in its list: the article follows the cursor
    app.guarded(lambda: _open(app, id), group="linked")


async def _open(app: LearningApp, id: int) -> None:
    now = app.now()

    def call(environment: Environment) -> Article:
        return article(environment, id, environment.document(id).kind, now=now)

    app.push_screen(Linked(await app.ask(call)))


class Linked(Sheet):
    """A thing that a text names, over the place; escape goes back, its own links go on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "browse", "Open in browser", id="linked.browse"),
    ]

    def __init__(self, shown: Article) -> None:
        super().__init__(shown.prose, close="Back    o  Open in browser" if shown.thing.url else "Back")
        self._thing = shown.thing

    def action_browse(self) -> None:
        """Open its page."""
        cast("LearningApp", self.app).browse(self._thing.url)

    @on(ArticleView.Follow)
    def _follow(self, event: ArticleView.Follow) -> None:
        follow(self, event.view.prose, event.number)
