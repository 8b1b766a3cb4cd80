"""The site of the portfolio, from its place: what it is called, building, checking, looking at it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ple.tui.dialogs import Ask, Choose
from ple.tui.drafts import Work
from ple.tui.screens.showing import SITE, findings_prose
from ple.tui.sheet import Sheet
from ple.tui.widgets.blocks import clean
from ple.tui.words import plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.portfolio import Built
    from ple.tui.screens.portfolio import Portfolio


def describe(room: Portfolio) -> None:
    """Say what the site is called, where it will be, and who speaks."""

    async def ask() -> None:
        settings = await room.ask(lambda environment: environment.portfolio.settings())
        rows = [
            (number, f"{label}: {clean(str(getattr(settings, name) or '—'))}")
            for number, (name, label, _) in enumerate(SITE, start=1)
        ]

        def chosen(number: int | None) -> None:
            if number is None:
                return
            name, label, help = SITE[number - 1]
            value = str(getattr(settings, name) or "")

            def keep(said: str | None) -> None:
                if said is not None:
                    room.change(
                        lambda environment: environment.portfolio.init(**{name: said}), "Kept", then=room.reload
                    )

            if name == "about":
                from ple.tui.screens.writing import edit

                edit(room.learning, Work("site", "About you, on the first page", field=name), value)
            else:
                room.app.push_screen(Ask(label, value=value, help=help, empty=name != "title"), keep)

        room.app.push_screen(Choose("About the site", rows), chosen)

    room.work(ask, group="site")


def build(room: Portfolio) -> None:
    """Make the site in the library's folder."""

    async def build() -> None:
        room.learning.say("Building …")
        built = await room.ask(lambda environment: environment.portfolio.build())
        room.learning.say(built_said(built))
        await room.learning.look()
        room.reload()

    room.work(build, group="build")


def check(room: Portfolio) -> None:
    """Look for what should be put right before anybody sees it."""

    async def check() -> None:
        room.learning.say("Checking …")
        room.findings = await room.ask(lambda environment: environment.portfolio.check())
        room.reload()
        room.learning.say("All is well" if not room.findings else plural(len(room.findings), "finding"))
        room.app.push_screen(Sheet(findings_prose(room.findings, room.titles())))

    room.work(check, group="check")


def look(room: Portfolio) -> None:
    """Build the site, serve it on this machine alone, and open it."""

    async def look() -> None:
        from ple.portfolio.serve import serving

        def made(environment: Environment) -> tuple[Built, str]:
            built = environment.portfolio.build()
            return built, urlsplit(environment.portfolio.settings().url or "/").path or "/"

        room.learning.say("Building …")
        built, under = await room.ask(made)
        if room.served is None:
            room.served = room.serving.enter_context(serving(built.folder, 0, under))
        room.learning.browse(room.served)

    room.work(look, group="build")


def built_said(built: Built) -> str:
    """Say what a build did."""
    said = f"Built {plural(built.pages, 'page')}: {built.written} written, {built.unchanged} unchanged"
    return f"{said}, {built.removed} removed" if built.removed else said
