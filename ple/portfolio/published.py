"""What is published: the works that a site may show, each with its address and with its mentions resolved.

A mention becomes a link only if what it names is shown to everybody. A title in brackets that names anything else is
not even said, for it may be the title of something private; a number tells a stranger nothing and stays as it is.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ple.portfolio.characters import fit_line
from ple.portfolio.mentions import HIDDEN, Mention, Target
from ple.portfolio.naming import Names, folded
from ple.portfolio.permalinks import ARTIFACT, PAGE, SKILL, TAG, Ledger
from ple.portfolio.work import Card, Whole, Work


def published(
    cards: Iterable[Card], whole: Callable[[int], Whole], ledger: Ledger, now: dt.datetime
) -> tuple[list[Work], list[Card]]:
    """Return the works that are shown, and the cards whose summary is new.

    Works that never were, their pages, tags and skills get a place in ``ledger``. ``whole`` says all of a work by its
    number.
    """
    cards = list(cards)
    if marked := [card for card in cards if card.marked]:
        # one that is nothing but a mention is called like what it mentions, and makes that known to nobody
        public = [card for card in cards if card.listed and not card.marked]
        known = Names(title for card in public for title in _titles(card))
        for card in marked:
            card.title = fit_line(known.words(card.marked))
    works = []
    for card in cards:
        line = ledger.of(ARTIFACT, card.id)
        if line is None or (card.listed and line.unlisted) or ledger.loose(line):
            fallback = f"{card.kind}-{card.id}"
            line = ledger.place(ARTIFACT, card.id, card.title, now, otherwise=fallback, listed=card.listed)
        if line.fingerprint != card.fingerprint:
            line = ledger.said(line, card.fingerprint, now)
        works.append(Work(card, line, partial(whole, card.id)))
    found = [work for work in works if work.card.listed]
    for what, names in (
        (PAGE, {work.card.page for work in found} - {""}),
        (TAG, {tag for work in found for tag in work.card.tags}),
        (SKILL, {skill for work in found for skill in work.card.skills}),
    ):
        for name in sorted(names):
            if ledger.of(what, name) is None:
                ledger.place(what, name, name, now, otherwise=what)
    return _resolved(works, found)


def _resolved(works: Sequence[Work], public: Sequence[Work]) -> tuple[list[Work], list[Card]]:
    by_number: dict[int, Work] = {}
    by_title: dict[str, Work] = {}
    if any(work.card.mentions for work in works):
        by_number = {work.card.source: work for work in public} | {work.id: work for work in public}
        by_title = {folded(title): w for w in reversed(public) for title in _titles(w.card)}

    def target(mention: Mention) -> Target:
        if mention.title is None:
            shown = by_number.get(mention.number or 0)
            return Target(shown.title, shown.permalink.address) if shown else Target(mention.written)
        name = folded(mention.title)
        number = name.removeprefix("#")
        shown = by_number.get(int(number)) if number.isdecimal() and len(number) < 19 else by_title.get(name)
        if shown is None:
            return Target(mention.label or HIDDEN)
        return Target(
            mention.label or (shown.title if number.isdecimal() else fit_line(mention.title)), shown.permalink.address
        )

    done, new = [], []
    for work in works:
        card = work.card
        if card.mentions:
            targets = {said[0]: target(Mention(*said)) for said in card.mentions}
            work = Work(card, work.permalink, work.whole, targets)
        done.append(work)
        resolved = [[written, to.words, to.address] for written, to in sorted(work.targets.items())]
        resolved += [["", card.title, None]] if card.marked else []
        if not card.looks or resolved != card.resolved:
            card.summarize(work.summarized(), resolved)
            new.append(card)
    return done, new


def _titles(card: Card) -> tuple[str, ...]:
    """Return what a work may be mentioned by."""
    return (card.title,) if card.marked else (card.source_title, card.title)
