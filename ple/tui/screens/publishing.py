"""Publishing the portfolio: to which place, what it asks for first, what would change, and only then doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ple.tui.dialogs import Ask, Choose, Confirm
from ple.tui.screens.showing import changes_prose
from ple.tui.sheet import Sheet
from ple.tui.widgets.blocks import clean
from ple.tui.words import joined, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.portfolio.publishing import Published, Target
    from ple.tui.screens.portfolio import Portfolio

PLACES = (
    "A git repository (git@codeberg.org:you/pages.git), a folder by SFTP (sftp://you@host/~/public_html), rsync "
    "(rsync+ssh://…) or WebDAV (davs://…), a bucket (s3://KEY@bucket), neocities:site, netlify:site, or a file.zip. "
    "You see what would change before anything is sent."
)


def publish(room: Portfolio) -> None:
    """Offer the places that are known, or ask for one; look at what would change there, and ask."""

    async def offer() -> None:
        known = await room.ask(lambda environment: environment.publishing.targets())
        if not known:
            _ask_where(room)
            return
        now = room.learning.now()
        rows = [(number, _said(one, now)) for number, one in enumerate(known, 1)]
        rows.append((len(known) + 1, "Another place …"))

        def chosen(number: int | None) -> None:
            if number is not None:
                _ask_where(room) if number > len(known) else _look(room, known[number - 1].name)

        room.app.push_screen(Choose("Publish to", rows), chosen)

    room.work(offer, group="publish")


def _said(one: Target, now: object) -> str:
    when = f"last {short(one.published_at, now)}" if one.published_at else "never yet"  # type: ignore[arg-type]
    return joined(clean(one.name), clean(one.address), when)


def _ask_where(room: Portfolio) -> None:
    def got(address: str | None) -> None:
        if address:
            room.learning.guarded(lambda: keep(address), group="publish")

    async def keep(address: str) -> None:
        _look(room, (await room.ask(lambda environment: environment.publishing.keep(address))).name)

    room.app.push_screen(Ask("Publish to", placeholder="git@…:you/site.git", help=PLACES), got)


def _look(room: Portfolio, name: str, *, adopt: bool = False, asked: Sequence[type[Exception]] = ()) -> None:
    """Look at what is there; what the place asks for first is asked once, then it is looked at again."""
    from ple.portfolio.publishing.errors import ForeignFiles, NoSecret, UnknownServer

    def again(change: Callable[[Environment], object] | None, about: Exception, *, adopt: bool = adopt) -> None:
        async def go_on() -> None:
            if change is not None:
                await room.ask(change)
            _look(room, name, adopt=adopt, asked=[*asked, type(about)])

        room.learning.guarded(go_on, group="publish", exclusive=False)

    async def look() -> None:
        room.learning.say("Looking at what is there …")
        try:
            seen = await room.ask(lambda environment: environment.publishing.preview(name, adopt=adopt))
        except (UnknownServer, NoSecret, ForeignFiles) as error:
            if type(error) in asked:
                raise
            _ask_first(room, name, error, again)
            return
        _confirm(room, name, seen, adopt=adopt)

    room.learning.guarded(look, group="publish", exclusive=False)


def _ask_first(room: Portfolio, name: str, error: Exception, again: Callable[..., None]) -> None:
    """Ask for what stands between the learner and the place: who it is, what opens it, whose files are there."""
    from ple.portfolio.publishing.errors import ForeignFiles, NoSecret, UnknownServer

    if isinstance(error, UnknownServer):
        shown = error.fingerprint
        about = f"It shows the key {shown}. Compare that with what your school or host says."

        def confirmed(yes: bool | None) -> None:
            if yes:
                again(lambda environment: _confirm_server(environment, name, shown), error)

        question = Confirm(f"Is {clean(error.host)} who it says?", about=about, yes="It is", no="I do not know")
        room.app.push_screen(question, confirmed)
    elif isinstance(error, NoSecret):

        def got(secret: str | None) -> None:
            if secret:
                again(lambda environment: environment.publishing.keep_secret(name, secret), error)

        help = "It is kept among your secrets, and not shown."
        room.app.push_screen(Ask(f"{clean(name)} wants {clean(error.what)}", help=help, secret=True), got)
    elif isinstance(error, ForeignFiles):
        some = ", ".join(clean(path) for path in error.paths[:5])
        about = f"There are {some}. They stay, except those that have the same name as a page of yours."

        def meant(yes: bool | None) -> None:
            if yes:
                again(None, error, adopt=True)

        question = Confirm("Publish among files of others?", about=about, yes="It is meant so", no="Leave it")
        room.app.push_screen(question, meant)


def _confirm_server(environment: Environment, name: str, fingerprint: str) -> None:
    publishing = environment.publishing
    publishing.keep(publishing.target(name).address, fingerprint=fingerprint)


def _confirm(room: Portfolio, name: str, seen: Published, *, adopt: bool) -> None:
    """Show what would change; `y` publishes."""

    def answered(answer: str | None) -> None:
        if answer == "y":
            go = partial(_publish, room, name, adopt=adopt, anyway=seen.elsewhere)
            room.learning.guarded(go, group="publish", exclusive=False)

    answers = {"y": "Publish mine in its place" if seen.elsewhere else "Publish this now"} if seen else {}
    room.app.push_screen(Sheet(changes_prose(seen), answers, close="Not now"), answered)


async def _publish(room: Portfolio, name: str, *, adopt: bool, anyway: bool) -> None:
    """Publish what was looked at; what another computer put there meanwhile is looked at first."""
    from ple.portfolio.publishing.errors import PublishedElsewhere

    room.learning.say(f"Publishing to {clean(name)} …")
    try:
        done = await room.ask(lambda environment: environment.publishing.publish(name, adopt=adopt, anyway=anyway))
    except PublishedElsewhere:
        if anyway:
            raise
        _look(room, name, adopt=adopt)
        return
    more = "; what was withdrawn stays in the history" if done.in_history else ""
    room.learning.say(f"Published: {len(done.new)} new, {len(done.changed)} changed, {len(done.gone)} gone{more}")
    await room.learning.look()
    room.reload()
