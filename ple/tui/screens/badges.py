"""Badges and certificates on screen: the four facts about each, in sentences, and bringing them in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ple.tui.dialogs import Ask
from ple.tui.reading import Article, facts
from ple.tui.room import Thing
from ple.tui.things import contents
from ple.tui.widgets.blocks import Block, Prose, clean, paragraphs
from ple.tui.words import joined, moment, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms.credentials import Imported
    from ple.tui.list_room import ListRoom

SIGNS = {"holds": "✓", "fails": "!"}


def badge_article(environment: Environment, id: int) -> Article:
    """Return a credential as a page; for threads."""
    one = environment.credentials.credential(id)
    thing = Thing(one.id, one.kind, clean(one.title), one.url, one.tags)
    blocks = []
    named = (
        ("Signature", one.signature),
        ("Issuer", one.issued_by),
        ("Recipient", one.recipient),
        ("In force", one.current),
    )
    for number, (name, fact) in enumerate(named):
        first = f"{SIGNS.get(str(fact.state), '?')} {name:<10} "
        said = f"{str(fact.state).capitalize()}. {clean(fact.says)}"
        blocks.append(Block("p", said, first=first, rest=" " * len(first), gap=number == 0))
    asked = f", its issuer asked {moment(one.asked_at)}" if one.asked_at else "; r asks its issuer"
    blocks.append(Block("meta", f"Looked at {moment(one.checked_at)}{asked}"))
    for text in (one.description, one.criteria and f"For: {one.criteria}"):
        blocks += paragraphs(*[part for part in (text or "").split("\n") if part.strip()]).blocks
    blocks += facts(
        [
            ("Issued", moment(one.issued_at)),
            ("Ends", moment(one.expires_at)),
            ("Skills", ", ".join(skill.name for skill in one.skills)),
            ("Evidence", ", ".join(one.evidence)),
            ("Evidence of", ", ".join(f"#{target}" for target in one.evidence_for)),
            ("Holds", " ".join(f"#{inner}" for inner in one.holds)),
            ("File", one.file_name),
            ("SHA-256", one.file_sha256),
        ]
    )
    return Article(thing, Prose(blocks).with_head(one.title, joined(one.issuer, str(one.form)), one.url or ""))


def import_badge(room: ListRoom) -> None:
    """Ask for a file or an address, and keep the credential that it is."""

    def got(said: str | None) -> None:
        if said:
            room.learning.guarded(lambda: _bring(room, said), group="import")
        else:
            room.reload()

    help = "Open Badges, verifiable credentials, learner records, PDF. What does not hold is refused, with the reason."
    room.app.push_screen(Ask("Import a badge", placeholder="~/Downloads/badge.png, or https://…", help=help), got)


async def _bring(room: ListRoom, said: str) -> None:
    def call(environment: Environment) -> Imported:
        if said.startswith(("http://", "https://")):
            return environment.credentials.import_address(said)
        path = Path(said).expanduser()
        return environment.credentials.import_file(path.name, contents(path))

    done = await room.ask(call)
    room.reload()
    if done.refused:
        one = done.refused[0]
        room.app.notify(f"Refused {one.name}: {one.reason}.", severity="warning", markup=False)
    if done.added:
        room.learning.say(f"Kept {plural(len(done.added), 'badge')} · u undoes")
    elif done.known:
        room.learning.say("It was here already")
    await room.learning.look()
