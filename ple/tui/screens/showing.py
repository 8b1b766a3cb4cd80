"""What the portfolio says on screen: an artifact as a page, what a check found, what a publication would change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ple.library.errors import InvalidInput, NotFound
from ple.library.identity import utc_now
from ple.tui.reading import Article, article, facts
from ple.tui.room import Thing
from ple.tui.widgets.blocks import Block, Prose, clean, paragraphs, prose
from ple.tui.words import joined, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.portfolio import Artifact, Finding
    from ple.portfolio.publishing import Published
    from ple.portfolio.publishing.changes import File

FIELDS = (
    ("why", "Why it is shown", "What it is and why you show it, in a sentence or two."),
    ("reflection", "What I learned from it", ""),
    ("title", "Title", "Empty: as its source."),
    ("page", "Collection", "The page of the site that it stands on, with others of its kind."),
    ("skills", "Evidence of", "Skills, with commas between them."),
    ("quote", "Quote", "Of another's text: the passage to quote; otherwise its beginning."),
    ("made_on", "Made on", "A date, as 2026-11-22; empty: when it was written or saved."),
    ("licence", "Licence", "What others may do with it, as CC BY 4.0."),
    ("sources", "What it builds on", ""),
    ("feedback", "What others said", ""),
    ("place", "Its place among all", "A number, the first being 1."),
)
OF_MANY = ("page", "skills", "made_on", "licence")
"""Which of them may be the same of several works."""
SITE = (
    ("title", "Title of the site", "What the site is called."),
    ("url", "Address", "Where it will be published: https://…; empty takes it away."),
    ("author", "Your name", "As it stands on the site."),
    ("about", "About you", ""),
    ("language", "Language", "As en or de-AT."),
    ("licence", "Licence", "What others may do with your own work, as CC BY 4.0."),
    ("theme", "How it looks", "The name of a theme; `ple portfolio themes` lists them."),
)
MOST = 200
"""So many paths of a publication are shown."""


def said_of(one: Artifact, name: str, place: int = 0) -> str:
    """Return one of the `FIELDS` as it is typed."""
    if name == "place":
        return str(place)
    value = getattr(one, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def value_of(name: str, said: str) -> Any:
    """Return what was typed for one of the `FIELDS` as the door takes it. Raises InvalidInput."""
    try:
        if name == "place":
            return int(said)
        if name == "made_on":
            return dt.date.fromisoformat(said) if said else None
    except ValueError:
        what = "number" if name == "place" else "date"
        raise InvalidInput(f"“{said}” is no {what}", hint="Write it as 2026-11-22, or as 3 for a place.") from None
    return [part.strip() for part in said.split(",") if part.strip()] if name == "skills" else said


def withdrawals(environment: Environment, some: Sequence[Artifact]) -> str:
    """Return what is lost when artifacts are withdrawn that people have an address of; empty if nobody has."""
    # a publication may have given them an address meanwhile
    known = [one for one in (environment.portfolio.artifact(one.id) for one in some) if one.published]
    if not known:
        return ""
    them = "It has" if len(some) == 1 else f"{len(known)} of them have"
    said = f"{them} been published; {'its address' if len(known) == 1 else 'their addresses'} will say so."
    receipts = environment.portfolio.handed_in([one.id for one in known])
    if numbers := ", ".join(f"#{receipt}" for some_of_one in receipts.values() for receipt in some_of_one):
        said += f" Handed in with the receipt {numbers}: whoever marks it will not find it."
    return said


_KEYS = (
    ("--visibility", "W"),
    ("ple portfolio edit", "e"),
    ("ple portfolio init", "i"),
    ("ple portfolio build", "B"),
    ("ple portfolio remove", "d"),
    ("ple portfolio list", "7"),
)


def on_screen(hint: str) -> str:
    """Return a hint with the key of this place that does it, in place of its command."""

    def key(match: re.Match[str]) -> str:
        return next((key for words, key in _KEYS if words in match[1]), match[0])

    return clean(re.sub(r"`([^`]+)`", key, hint))


def artifact_prose(environment: Environment, id: int, findings: Sequence[Finding]) -> Article:
    """Return an artifact as the page that a reader gets, with what only the learner sees above it; for threads."""
    from ple.web.text import markdown_html

    one = environment.portfolio.artifact(id)
    thing = Thing(one.id, one.kind, clean(one.title), one.url, one.tags)
    source, whole = "", Prose()
    if one.source_id is not None and one.source_kind is not None:
        try:
            shown = article(environment, one.source_id, one.source_kind, now=utc_now())
        except NotFound:
            pass
        else:
            source, whole = (
                f"{one.source_kind} #{one.source_id} {shown.thing.title}",
                _without(shown.prose, f"(artifact #{one.id})"),
            )
    seen = {
        "private": "you alone: it is private",
        "unlisted": "whoever has its link: it is unlisted",
        "public": "everybody: it is public",
    }[str(one.visibility)]
    receipts = environment.portfolio.handed_in([one.id]).get(one.id, [])
    blocks = facts(
        [
            ("Seen by", seen),
            ("Shows", source or "something that is in the trash, so it is not published"),
            ("Collection", one.page),
            ("Evidence of", ", ".join(one.skills)),
            ("Licence", one.licence),
            ("Made on", f"{one.made_on:%d %b %Y}" if one.made_on else ""),
            ("Handed in", ", ".join(f"receipt #{receipt}" for receipt in receipts)),
        ]
    )
    for finding in findings:
        blocks.append(Block("p", clean(finding.problem), first="! ", rest="  "))
        blocks.append(Block("meta", on_screen(finding.hint), first="  ", rest="  ", gap=False))
    why = one.why or "Nobody knows yet why this is shown: e says it in a sentence."
    blocks.append(Block("p", clean(why)))
    if one.reflection:
        blocks += [Block("h3", "What I learned from it"), *prose(markdown_html(one.reflection)).blocks]
    if one.source_kind in ("collection", "search"):
        blocks += _stands_on(environment, one.id)
    for title, said in (("What it builds on", one.sources), ("What others said", one.feedback)):
        if said:
            blocks += [Block("h3", title), *prose(markdown_html(said)).blocks]
    if one.quote:
        blocks.append(Block("rule", "───"))
        blocks += paragraphs(*[part for part in one.quote.split("\n") if part.strip()]).blocks
    elif whole.blocks:
        blocks += [Block("rule", "───"), *whole.blocks]
    tags = " ".join(f"#{tag}" for tag in sorted(one.tags))
    links = [] if one.quote else whole.links
    return Article(thing, Prose(blocks, links).with_head(one.title, one.url or one.address or "", tags))


def _without(text: Prose, own: str) -> Prose:
    """Leave out of a text that the work itself leads to it: that is what is looked at."""
    links = {id(block): block.spans[0].link for block in text.blocks if block.kind == "link" and block.spans}
    gone = next((links[id(one)] for one in text.blocks if id(one) in links and one.text.endswith(own)), 0)
    if not gone:
        return text
    blocks = [block for block in text.blocks if links.get(id(block)) != gone]
    for block in blocks:
        if (number := links.get(id(block), 0)) > gone:  # those that come after it move up
            block.spans = [replace(span, link=number - 1) for span in block.spans]
            block.first = f"[{number - 1}] "
            block.rest = " " * len(block.first)
    while blocks and blocks[-1].kind == "rule":
        blocks.pop()
    return Prose(blocks, text.links[: gone - 1] + text.links[gone:])


def _stands_on(environment: Environment, id: int) -> list[Block]:
    """Return what a page that shows works together would show now."""
    works = next((one.works for one in environment.portfolio.collections() if one.id == id), ())
    if not works:
        return [Block("meta", "No public work is in it yet. K puts works on it, W says who sees them.")]
    titles = {one.id: one.title for one in environment.portfolio.artifacts()}
    items = [Block("item", clean(titles.get(work, "")), first="  • ", rest="    ", gap=False) for work in works]
    return [Block("h3", f"On this page · {plural(len(works), 'public work')}"), *items]


def findings_prose(findings: Sequence[Finding], titles: Mapping[int, str]) -> Prose:
    """Return what a check found as a page, the serious first."""
    blocks = [Block("h1", "What to put right before anybody sees the site")]
    if not findings:
        blocks.append(Block("p", "Nothing: all is well."))
    for serious, title in ((True, "Must be put right"), (False, "Could be better")):
        some = [one for one in findings if one.serious is serious]
        if some:
            blocks.append(Block("h3", f"{title} · {len(some)}"))
        for one in some:
            of = clean(titles.get(one.artifact or 0, ""))
            said = clean(one.problem)
            blocks.append(Block("p", f"{of}: {said}" if of and of not in said else said, first="! ", rest="  "))
            blocks.append(Block("meta", on_screen(one.hint), first="  ", rest="  ", gap=False))
    return Prose(blocks).place()


def changes_prose(seen: Published) -> Prose:
    """Return what a publication would change as a page."""
    blocks = [Block("h1", f"Publish to {clean(seen.address)}")]
    counts = joined(*(f"{len(paths)} {said}" for paths, said in _changes(seen) if paths))
    blocks.append(Block("meta", f"{clean(seen.target)} · {counts or 'nothing to change'}", gap=False))
    if seen.elsewhere and seen:
        said = (
            "What is there was put there by another computer since, or by this library before it was put back. "
            "Publishing puts yours in its place: what only the other one has is gone below."
        )
        blocks.append(Block("p", said, first="! ", rest="  "))
    if seen.held_back:
        said = f"{plural(seen.held_back, 'unlisted page')} will stay here: a repository lists all its files."
        blocks.append(Block("p", said))
    for sign, (paths, said) in zip("+~-", _changes(seen), strict=True):
        if paths:
            blocks.append(Block("h3", f"{said.capitalize()} · {len(paths)}"))
        for number, file in enumerate(paths[:MOST]):
            blocks.append(Block("p", clean(file.path), first=f"  {sign} ", rest="    ", gap=number == 0))
        if len(paths) > MOST:
            blocks.append(Block("meta", f"and {len(paths) - MOST} more", first="    ", gap=False))
    return Prose(blocks).place()


def _changes(seen: Published) -> tuple[tuple[tuple[File, ...], str], ...]:
    return ((seen.new, "new"), (seen.changed, "changed"), (seen.gone, "gone"))
