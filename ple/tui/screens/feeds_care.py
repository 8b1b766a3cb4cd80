"""What can be done with feeds and folders from the Feeds room: follow, rename, move, mute, pause, leave, import."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.library.errors import InvalidInput
from ple.tui.dialogs import Ask, Choose, Confirm
from ple.tui.things import contents, named
from ple.tui.widgets.blocks import clean
from ple.tui.words import joined, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.feeds.discovery import Candidate
    from ple.feeds.models import Feed
    from ple.tui.screens.feeds_sources import SourcesRoom
    from ple.tui.screens.feeds_tree import Node

FOLLOW, IMPORT = "Follow a feed", "Import feeds"
MUTES = ((1, "a day"), (2, "a week"), (3, "four weeks"))
_DAYS = {1: 1, 2: 7, 3: 28}


def follow(room: SourcesRoom) -> None:
    """Ask for an address and follow its feed; where there are several, let the learner choose."""

    def got(address: str | None) -> None:
        if address:
            room.learning.guarded(lambda: _look(room, address), group=f"add {address}")

    room.app.push_screen(
        Ask(
            FOLLOW,
            placeholder="https://…",
            help="The address of a site will do: its feed is found. Folders and tags can wait.",
        ),
        got,
    )


async def _look(room: SourcesRoom, address: str) -> None:
    room.learning.say(f"Looking for a feed at {address} …")
    if "@" in address.partition("://")[2].partition("/")[0]:  # with a name and password only the feed itself is asked
        await _follow(room, address)
        return
    with room.learning.trying(FOLLOW, address):
        found = await room.ask(lambda environment: environment.feeds.find(address))
    if len(found) == 1:
        await _follow(room, found[0].url)
        return
    now = room.learning.now()
    rows = [(number, _candidate(each, now)) for number, each in enumerate(found, 1)]

    def chosen(number: int | None) -> None:
        if number is not None:
            room.learning.guarded(lambda: _follow(room, found[number - 1].url), group=f"add {address}")

    room.app.push_screen(Choose("There are several feeds: which one?", rows), chosen)


def _candidate(found: Candidate, now: dt.datetime) -> str:
    newest = f"newest {short(found.newest_at, now).strip()}" if found.newest_at else ""
    return joined(
        clean(found.title), clean(found.what), clean(found.format), plural(found.entries, "entry", "entries"), newest
    )


async def _follow(room: SourcesRoom, address: str) -> None:
    folder = room.node.folder

    def add(environment: Environment) -> tuple[Feed, bool]:
        before = {feed.id for feed in environment.feeds.feeds()}
        feed = environment.feeds.add(address, folder=folder)
        return feed, feed.id in before

    feed, known = await room.ask(add)
    title = named(clean(feed.title))
    room.learning.say(f"You follow {title} already" if known else f"Following {title} · u undoes")
    await room.learning.look()
    room.show_source(feed.id)


def unfollow(room: SourcesRoom, node: Node) -> None:
    """Ask, then stop following a feed."""
    id = _number(node)

    def remove(sure: bool | None) -> None:
        if sure:
            room.change(
                lambda environment: environment.feeds.remove([id]), f"Unfollowed {named(node.title)} · u undoes"
            )

    about = f"{plural(node.entries, 'entry goes', 'entries go')} to the trash with it, except what you starred, tagged "
    about = f"{about}or linked. u takes it back." if node.entries else "u takes it back."
    room.app.push_screen(Confirm(f"Unfollow {named(node.title)}?", about=about, yes="Unfollow"), remove)


def rename(room: SourcesRoom, node: Node) -> None:
    """Give a feed or a folder another name."""

    def keep(said: str | None) -> None:
        if said is None or said == node.title:
            return
        if node.folder is not None:
            old, parent = node.folder, node.folder.rpartition("/")[0]
            new = f"{parent}/{said}" if parent and "/" not in said else said
            room.change(lambda environment: environment.feeds.rename_folder(old, new), "Renamed · u undoes")
            room.show_source(f"folder:{new}")
        else:
            room.change(lambda environment: environment.feeds.edit(_number(node), title=said), "Renamed · u undoes")

    help = "Its feeds go with it." if node.folder is not None else "What you call it; empty: what its publisher does."
    room.app.push_screen(Ask(f"Call {named(node.title)}", value=node.title, help=help, empty=node.folder is None), keep)


def move(room: SourcesRoom, node: Node) -> None:
    """Put a feed into a folder."""
    value = next((feed.folder or "" for feed in room.found.feeds if feed.id == node.key), "")
    folders = ", ".join(sorted(room.found.counts.folders)[:12]) if room.found.counts else ""
    help = "Papers, or Papers/Memory; empty: none." + (f"\nThere are: {folders}" if folders else "")

    def keep(said: str | None) -> None:
        if said is not None:
            changes: dict[str, Any] = {"folder": said}
            room.change(lambda environment: environment.feeds.edit(_number(node), **changes), "Moved · u undoes")

    room.app.push_screen(Ask(f"Folder of {named(node.title)}", value=value, help=help, empty=True), keep)


def pause(room: SourcesRoom, node: Node) -> None:
    """Stop asking a feed, or ask it again."""
    if node.mail:
        room.learning.say("Mail is brought in from files: there is nobody to ask")
        return
    id, again = _number(node), node.paused
    room.change(
        lambda environment: environment.feeds.resume([id]) if again else environment.feeds.pause([id]),
        f"{'Asking again' if again else 'Not asking'} {named(node.title)} · u undoes",
    )


def mute(room: SourcesRoom, node: Node) -> None:
    """Hide what comes in of a feed or a folder for a time; or end that."""
    if node.muted_until is not None:
        room.change(lambda environment: _unmute(environment, node), f"{named(node.title)} is heard again · u undoes")
        return

    def put(choice: int | None) -> None:
        if choice is not None:
            until = room.learning.now() + dt.timedelta(days=_DAYS[choice])
            room.change(
                lambda environment: environment.feeds.rules.mute(until=until, feed=node.feed, folder=node.folder),
                f"What {named(node.title)} brings is hidden for {dict(MUTES)[choice]} · u undoes",
            )

    room.app.push_screen(Choose(f"Mute {named(node.title)} for …", MUTES), put)


def _unmute(environment: Environment, node: Node) -> None:
    rules = environment.feeds.rules
    ids = [
        rule.id
        for rule in rules.rules()
        if rule.until is not None
        and not rule.query
        and "hide" in rule.actions
        and (rule.feed_id == node.feed if node.feed is not None else rule.folder == node.folder)
    ]
    rules.remove(ids)


def whole(room: SourcesRoom, node: Node) -> None:
    """Fetch the articles of a feed from their pages from now on, or not any more."""
    id = _number(node)

    def change(environment: Environment) -> bool:
        wanted = not environment.feeds.retention.care(id).whole
        environment.feeds.retention.set([id], whole=wanted)
        return wanted

    room.change(
        change,
        lambda wanted: (
            f"Articles of {named(node.title)} are {'fetched whole from now on' if wanted else 'left as they come'}"
            " · u undoes"
        ),
    )


def import_opml(room: SourcesRoom) -> None:
    """Follow the feeds of a list from another reader."""

    def got(name: str | None) -> None:
        if name:
            room.learning.guarded(lambda: _import(room, Path(name).expanduser()), group="import")

    room.app.push_screen(Ask(IMPORT, placeholder="~/Downloads/feeds.opml", help="An OPML file; folders are kept."), got)


async def _import(room: SourcesRoom, path: Path) -> None:
    with room.learning.trying(IMPORT, str(path)):
        done = await room.ask(lambda environment: environment.feeds.import_opml(contents(path)))
    said = f"Following {plural(len(done.added) - done.restored, 'more feed')}"
    said += f", {done.restored} again" if done.restored else ""
    said += f", {done.known} known already" if done.known else ""
    said += f", {len(done.refused)} refused" if done.refused else ""
    room.learning.say(f"{said} · R asks them for news")
    if done.refused:
        first = done.refused[0]
        room.app.notify(
            f"Not followed: {clean(first.what)}: {first.why}"
            + (f"\nand {len(done.refused) - 1} more; `ple feeds import` names them all" if done.refused[1:] else ""),
            severity="warning",
            markup=False,
        )
    await room.learning.look()


def export_opml(room: SourcesRoom) -> None:
    """Write the feeds as a list that other readers understand."""

    def got(name: str | None) -> None:
        if name:
            room.learning.guarded(lambda: _export(room, Path(name).expanduser()), group="export")

    room.app.push_screen(
        Ask("Export feeds", value="~/feeds.opml", help="As OPML, which every reader takes: folders and titles too."),
        got,
    )


async def _export(room: SourcesRoom, path: Path) -> None:
    def write(environment: Environment) -> None:
        if path.exists():
            raise InvalidInput(f"{path} is there already", hint="Give it another name.")
        try:
            path.write_text(environment.feeds.export_opml(), encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}", hint="Name another folder.") from error

    await room.ask(write)
    room.learning.say(f"Wrote {plural(len(room.found.feeds), 'feed')} to {path}")


def _number(node: Node) -> int:
    assert node.feed is not None
    return node.feed
