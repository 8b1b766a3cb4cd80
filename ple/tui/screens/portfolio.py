"""The portfolio: what the learner shows, why, to whom; the site made of it, looked at, checked and published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from ple.tui.dialogs import Ask
from ple.tui.habits import meant
from ple.tui.list_room import ListRoom
from ple.tui.reading import Article
from ple.tui.room import Thing
from ple.tui.screens import portfolio_collections, portfolio_site, portfolio_works, publishing
from ple.tui.screens.showing import artifact_prose
from ple.tui.things import named
from ple.tui.widgets.blocks import clean
from ple.tui.widgets.line_list import Key, Row
from ple.tui.words import Piece, columns, count, joined, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms.credentials import CredentialLine
    from ple.portfolio import Artifact, Finding

ARTIFACTS, BADGES = "Portfolio", "Badges and certificates"
MARKS = {"public": "●", "unlisted": "◐", "private": " "}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line of the list: an artifact, or a credential."""

    thing: Thing
    mark: str
    state: str
    where: str
    flawed: bool = False


class Portfolio(ListRoom):
    """Artifacts in the learner's order, and what a visitor would read of each; or the credentials that were earned."""

    MODE = "portfolio"
    KINDS: ClassVar[tuple[str, ...]] = ("artifact",)
    OF_LINES: ClassVar[frozenset[str]] = frozenset({"visibility", "edit"})
    VIEWS: ClassVar[tuple[str, ...]] = (ARTIFACTS, BADGES)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="portfolio.add"),
        Binding("W", "visibility", "Who sees it", id="portfolio.visibility"),
        Binding("e", "edit", "Edit", id="portfolio.edit"),
        Binding("E", "reflect", "Write a reflection", show=False, id="portfolio.reflect"),
        Binding("d", "remove", "Take out", show=False, id="portfolio.remove"),
        Binding("B", "build", "Build", id="portfolio.build"),
        Binding("C", "check", "Check", id="portfolio.check"),
        Binding("L", "look", "Look at the site", show=False, id="portfolio.look"),
        Binding("P", "publish", "Publish", id="portfolio.publish"),
        Binding("i", "site", "About the site", show=False, id="portfolio.site"),
        Binding("K", "collections", "Pages that show works together", show=False, id="portfolio.collections"),
        Binding("v", "view", "Badges", show=False, id="portfolio.view"),
        Binding("I", "import_file", "Import a badge", show=False, id="portfolio.import"),
        Binding("r", "verify", "Ask the issuer of the badge", show=False, id="portfolio.verify"),
    ]

    ORDERS: ClassVar[dict[str, Callable[[Any], Any] | None]] = {
        "in your order": None,
        "by title": lambda row: row.thing.title.casefold(),
    }

    def __init__(self) -> None:
        super().__init__()
        self.shown = ARTIFACTS
        self.found: dict[int, Artifact] = {}
        self._badges: dict[int, CredentialLine] = {}
        self.findings: list[Finding] | None = None
        self._title, self._url = "", ""
        self.served: str | None = None
        self.serving = ExitStack()

    # what the list says

    def kind(self, key: Key) -> str:
        """Artifacts or credentials."""
        return "artifact" if self.shown == ARTIFACTS else "credential"

    def ids(self) -> Callable[[Environment], Sequence[Key]]:
        """Return the call for all of them, in the learner's order."""

        def call(environment: Environment) -> Sequence[Key]:
            if self.shown == BADGES:
                self._badges = {line.id: line for line in environment.credentials.credentials()}
                return list(self._badges)
            settings = environment.portfolio.settings()
            self._title, self._url = clean(settings.title), clean(settings.url or "")
            self.found = {one.id: one for one in environment.portfolio.artifacts()}
            return list(self.found)

        return call

    def rows(self, keys: Sequence[Key]) -> Callable[[Environment], Sequence[Row]]:
        """Return what came with the numbers."""
        if self.shown == BADGES:
            now, badges = self.learning.now(), self._badges
            lines = [badges[key] for key in keys if isinstance(key, int) and key in badges]
            return lambda _: [badge_row(line, short(line.issued_at, now)) for line in lines]
        found, serious = self.found, {one.artifact for one in self.findings or () if one.serious}
        artifacts = [found[key] for key in keys if isinstance(key, int) and key in found]
        return lambda _: [artifact_row(one, one.id in serious) for one in artifacts]

    def paint(self, row: ShownRow, width: int) -> Sequence[Sequence[Piece]]:
        """Who sees it, its title, its page."""
        where = min(18, width // 4) if width >= 50 else 0
        title = width - 2 - 9 - (where + 1 if where else 0) - 2
        mark = "!" if row.flawed else row.mark
        return [
            columns([
                (f" {mark}", 2, "warn" if row.flawed else "mark"),
                (row.state, 8, "muted"),
                (row.thing.title, title, ""),
                (row.where, where, "muted"),
            ])
        ]  # fmt: skip

    def headline(self, total: int) -> str:
        """What the site is called, and how much of it others see."""
        if self.shown == BADGES:
            return f"{BADGES}  ·  {self.counted(total)}"
        public = sum(one.visibility == "public" for one in self.found.values())
        found = self.findings
        checked = "" if found is None else f"{plural(len(found), 'finding')}, C shows them" if found else "all is well"
        return joined(self._title, f"{count(public)} of {self.counted(total)} public", self._url, checked)

    def lesson(self) -> str:
        """What to do here."""
        if self.shown == BADGES:
            return (
                "No badges or certificates are here yet.\n\nI  brings one in: a file or an address\n"
                "v  shows the portfolio"
            )
        return (
            "Your portfolio is empty.\n\nHere you choose what to show of your work, say why, and make a site of it. "
            "Nothing is seen by anybody until you make it public and publish.\n\n"
            "+  in any place adds what the cursor is on\na  adds something by its number or title\n"
            "i  says what the site is called and where it will be\nv  shows your badges and certificates"
        )

    async def _read(self, key: Key) -> Article | None:
        if not isinstance(key, int):
            return None
        findings = [one for one in self.findings or () if one.artifact == key]
        shown = self.shown

        def call(environment: Environment) -> Article:
            if shown == BADGES:
                from ple.tui.screens.badges import badge_article

                return badge_article(environment, key)
            return artifact_prose(environment, key, findings)

        return await self.ask(call)

    def action_view(self) -> None:
        """Show the portfolio, or the badges."""
        self.shown = BADGES if self.shown == ARTIFACTS else ARTIFACTS
        self.article = None
        self.work(self.load, group="load")

    def artifact_here(self) -> Artifact | None:
        """Return the work under the cursor; say so where there is none."""
        if self.shown == BADGES:
            self.learning.say("This is a badge; v shows the portfolio")
            return None
        thing = self._thing()
        return self.found.get(thing.id) if thing else None

    def titles(self) -> dict[int, str]:
        """Return what the artifacts are called."""
        return {id: one.title for id, one in self.found.items()}

    # choosing and saying why

    def action_add(self) -> None:
        """Add something by its name."""

        def got(name: str | None) -> None:
            if name:
                self.learning.guarded(lambda: self._add(name), group="add")

        help = "A number, an address, or words of its title. In other places + adds what the cursor is on."
        self.app.push_screen(Ask("Add to the portfolio", placeholder="#340, or words of its title", help=help), got)

    async def _add(self, name: str) -> None:
        from ple.tui.things import show_in_portfolio

        document = await self.ask(lambda environment: environment.document(environment.resolve(name)))
        show_in_portfolio(self, Thing(document.id, document.kind, clean(document.title), document.url, document.tags))

    def works(self, *, quiet: bool = False) -> Sequence[Artifact]:
        """Return the works that are marked, or the one under the cursor; say so where there is none."""
        if quiet and (self.shown == BADGES or self.thing() is None):
            return []
        if self.shown == BADGES or not self.list.marked_here():
            one = self.artifact_here()
            return [one] if one else []
        return [self.found[id] for id in self.targets() if id in self.found]

    def action_visibility(self) -> None:
        """Choose who may see it, or all that are marked."""
        portfolio_works.visibility(self)

    def action_collections(self) -> None:
        """Show the pages that show works together, and make one."""
        portfolio_collections.offer(self)

    def action_edit(self) -> None:
        """Change one of the things that are said about it, or about all that are marked."""
        portfolio_works.edit(self)

    def action_reflect(self) -> None:
        """Write what was learned from it."""
        portfolio_works.reflect(self)

    def action_note(self) -> None:
        """Write what was learned from it: that is the note of an artifact."""
        portfolio_works.reflect(self)

    def action_remove(self) -> None:
        """Take it out, or all that are marked; what they show stays in the library."""
        if not meant(self):
            return
        if self.shown == BADGES:
            if thing := self._thing():
                self.change_all(
                    lambda environment, ids: environment.credentials.remove(ids),
                    lambda number: f"Removed {named(thing.title) if number == 1 else plural(number, 'badge')}",
                )
        else:
            portfolio_works.remove(self)

    # the site

    def action_site(self) -> None:
        """Say what the site is called, where it will be, and who speaks."""
        portfolio_site.describe(self)

    def action_build(self) -> None:
        """Make the site in the library's folder."""
        portfolio_site.build(self)

    def action_check(self) -> None:
        """Look for what should be put right before anybody sees it."""
        portfolio_site.check(self)

    def action_look(self) -> None:
        """Build the site, serve it on this machine alone, and open it."""
        portfolio_site.look(self)

    def on_unmount(self) -> None:
        """Serve the site no longer."""
        self.serving.close()

    def action_publish(self) -> None:
        """Say where to, see what would change, and only then publish."""
        publishing.publish(self)

    # badges

    def action_import_file(self) -> None:
        """Bring in a badge or certificate."""
        from ple.tui.screens.badges import import_badge

        self.shown = BADGES
        import_badge(self)

    def action_verify(self) -> None:
        """Look at the badge again, and ask its issuer."""
        thing = self._thing()
        if thing is None:
            return
        if self.shown != BADGES:
            self.learning.say("This is for badges; v shows them")
            return
        self.learning.say("Asking the issuer …")
        self.change(
            lambda environment: environment.credentials.verify(thing.id, online=True),
            lambda one: f"Signature: {one.signature.says}",
        )


def artifact_row(one: Artifact, flawed: bool) -> ShownRow:
    """Return an artifact as a line."""
    thing = Thing(one.id, one.kind, clean(one.title) or "Untitled", one.url, one.tags)
    visibility = str(one.visibility)
    return ShownRow(thing, MARKS[visibility], visibility, clean(one.page), flawed or one.source_kind is None)


def badge_row(line: CredentialLine, when: str) -> ShownRow:
    """Return a credential as a line."""
    thing = Thing(line.id, line.kind, clean(line.title) or "Untitled", line.url, line.tags)
    fails = "fails" in (str(line.signature.state), str(line.current.state))
    sound = str(line.signature.state) == "holds"
    return ShownRow(thing, "✓" if sound else "?", when, clean(line.issuer), fails)
