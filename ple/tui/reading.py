"""What a resource looks like as an article: made in a thread, from what its door says, ready to be laid out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ple.library.errors import NotFound
from ple.tui.entry import entry_article
from ple.tui.room import Thing
from ple.tui.said_about import with_mentioners, with_where_it_stands
from ple.tui.widgets.blocks import Block, Prose, Span, addresses, clean, paragraphs, prose
from ple.tui.widgets.mentioned import Find, numbered, with_mentions
from ple.tui.words import due, joined, moment, plural

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.journal import JournalEntry
    from ple.library.transaction import LinkTo


MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class Article:
    """A thing and its words."""

    thing: Thing
    prose: Prose


def article(environment: Environment, id: int, kind: str, *, now: dt.datetime) -> Article:
    """Return a resource as an article; for threads. Raises NotFound if it is gone."""
    if kind == "entry":
        return Article(*entry_article(environment, id))
    if kind == "bookmark":
        return _bookmark(environment, id)
    if kind == "journal":
        return _journal(environment, id)
    if kind == "assignment":
        return _assignment(environment, id, now)
    if kind == "receipt":
        return _receipt(environment, id)
    document = environment.document(id)
    thing = Thing(id, document.kind, clean(document.title), document.url, document.tags)
    text = paragraphs(*[part for part in document.text.split("\n") if part.strip()])
    about = joined(document.container or "", document.author or "", moment(document.occurred_at))
    if kind == "highlight":
        with_where_it_stands(text, environment, id)
    return Article(thing, text.with_head(document.title, about, _tags(document.tags), document.url or ""))


def _bookmark(environment: Environment, id: int) -> Article:
    page = environment.bookmarks.bookmark(id)
    thing = Thing(page.id, page.kind, clean(page.title), page.url, page.tags)
    text = prose(page.html or "")
    if not text.blocks:
        text = paragraphs(*[part for part in (page.text or "").split("\n") if part.strip()])
    if not text.blocks:
        said = page.description or "Of this page there is only the address."
        text = paragraphs(said, page.problem or "r fetches it again, o opens it in your browser.")
    _without_title(text, page.title)
    length = plural(page.reading_minutes, "minute") if page.reading_minutes else ""
    about = joined(page.site_name or "", page.author or "", moment(page.published_at), length)
    head = text.with_head(page.title, about, page.url, _tags(page.tags))
    if page.note:
        at = sum(block.kind in ("h1", "meta") for block in head.blocks[:4])
        head.blocks.insert(at, Block("p", clean(page.note), first="✎ ", rest="  "))
    _judged(environment, id, head)
    with_mentioners(head, environment, id)
    return Article(thing, head.with_links())


def _judged(environment: Environment, id: int, text: Prose) -> None:
    """Put what the learner thinks of a source before its text: the type, and the answers to the checklist."""
    found = environment.sources.judgement(id)
    marks = {"yes": "✓", "no": "✗", "partly": "~"}
    said = [("›", f"Source: {found.type}")] if found.type else []
    for one in found.checklist:
        if one.answer:
            said.append(
                (marks.get(one.answer, "?"), f"{one.asks} {one.answer}{f': {one.remark}' if one.remark else ''}")
            )
    said += [("✎", found.note)] if found.note else []
    at = sum(block.kind in ("h1", "meta") for block in text.blocks[:4])
    text.blocks[at:at] = [Block("meta", clean(words), first=f"{mark} ", rest="  ", gap=n == 0)
                          for n, (mark, words) in enumerate(said)]  # fmt: skip


def _journal(environment: Environment, id: int) -> Article:
    from ple.web.text import markdown_html

    entry = environment.journal.entry(id)
    thing = Thing(entry.id, entry.kind, clean(entry.title), None, entry.tags)
    text = prose(markdown_html(entry.text))
    _without_title(text, entry.title)
    linked = list(_linked(environment, entry))[:MOST_LINKS]
    with_mentions(text, _finder({link.id: title for link, title, _ in linked}))
    about = joined(moment(entry.written_at), plural(entry.words, "word"), _tags(entry.tags))
    pages = [(number, clean(address)) for number, address in addresses(text) if not address.startswith("#")]
    things = [
        (numbered(text, link.id), clean(f"{arrow} {title} ({link.kind} #{link.id})")) for link, title, arrow in linked
    ]
    return Article(thing, _listed(text.with_head(entry.title, about), sorted(pages + things)))


def _linked(environment: Environment, entry: JournalEntry) -> Iterator[tuple[LinkTo, str, str]]:
    """Give what an entry links to, and what links to it, with its title and an arrow."""
    for link, arrow in [*((link, "→") for link in entry.links), *((link, "←") for link in entry.backlinks)]:
        try:
            yield link, environment.document(link.id).title, arrow
        except NotFound:  # in the trash since
            continue


def _finder(titles: dict[int, str]) -> Find:
    """Return what finds a thing among those that are linked: by its number, its title, or a part of that."""
    known = {" ".join(title.split()).casefold(): id for id, title in titles.items()}

    def find(name: str) -> int | None:
        number = name.removeprefix("#")
        if number.isascii() and number.isdigit():
            return int(number) if int(number) in titles else None
        wanted = " ".join(re.split(r"[#^]", name)[0].split()).casefold()
        if wanted in known:
            return known[wanted]
        part = [id for title, id in known.items() if wanted and wanted in title]
        return part[0] if len(part) == 1 else None

    return find


def _listed(text: Prose, links: Sequence[tuple[int, str]]) -> Prose:
    """Put a numbered list of links after a text."""
    if links:
        text.blocks.append(Block("rule", "───"))
    width = len(str(len(links)))
    for place, (number, said) in enumerate(links):
        mark = f"[{number}]".rjust(width + 2) + " "
        text.blocks.append(Block("link", said, [Span(0, len(said), "link", number)], mark, " " * len(mark), not place))
    return text.place()


def _without_title(text: Prose, title: str) -> None:
    """Take off a heading that says the title once more."""
    if len(text.blocks) > 1 and text.blocks[0].kind in ("h1", "h2") and text.blocks[0].text == clean(title):
        del text.blocks[0]


def _tags(tags: frozenset[str]) -> str:
    return " ".join(f"#{tag}" for tag in sorted(tags))


def _assignment(environment: Environment, id: int, now: dt.datetime) -> Article:
    work = environment.courses.assignment(id)
    thing = Thing(work.id, work.kind, clean(work.title), work.url, work.tags)
    text = prose(work.html) if work.html else paragraphs(*[part for part in work.text.split("\n") if part.strip()])
    blocks = facts(
        [
            ("Due", joined(moment(work.due_at), due(work.due_at, now)) if work.due_at else "no date"),
            ("Closes", moment(work.closes_at)),
            ("Takes", work.takes),
            ("Attempts", f"{work.attempt} of {work.attempts}" if work.attempts else ""),
            ("State", joined("" if work.state in (None, "none", "new") else work.state, moment(work.submitted_at))),
            ("There now", work.holds),
            ("Receipts", ", ".join(f"#{number}" for number in work.receipts)),
        ]
    )
    text.blocks[:0] = [*blocks, Block("rule", "───")]
    return Article(thing, text.with_head(work.title, joined(work.course, work.account), work.url or "").with_links())


def _receipt(environment: Environment, id: int) -> Article:
    receipt = environment.courses.receipt(id)
    thing = Thing(receipt.id, receipt.kind, clean(receipt.title), receipt.url, receipt.tags)
    state = {
        "verified": "✓ verified: the course holds what was sent",
        "unverified": "? not verified yet: the course could not be read back",
        "learner": "you say so yourself",
    }.get(str(receipt.state), str(receipt.state))
    sent = moment(receipt.sent_at) if receipt.sent_at else "it was there already, nothing was sent"
    text = Prose(
        facts(
            [
                ("State", state),
                ("What", receipt.url or receipt.text or ""),
                ("Attempt", str(receipt.attempt)),
                ("Sent", sent),
                (
                    "Arrived",
                    joined(moment(receipt.submitted_at), "by the clock of the course") if receipt.submitted_at else "",
                ),
                ("Read back", moment(receipt.verified_at)),
                ("Number", receipt.submission or ""),
                ("SHA-256", receipt.sent_sha256),
            ]
        )
    )
    return Article(thing, text.with_head(f"Receipt: {receipt.title}", joined(receipt.course, receipt.account)))


def facts(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Return names and what is said of them as a table of two columns; what is empty is left out."""
    blocks: list[Block] = []
    for name, said in pairs:
        if said:
            blocks.append(Block("p", clean(said), first=f"{name:<12}", rest=" " * 12, gap=not blocks))
    return blocks
