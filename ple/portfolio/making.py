"""Making the site: what the library says now becomes pages, and these become files or are looked at."""

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from ple.library import utc_now
from ple.portfolio.addresses import keep, ledger_of, sends_itself
from ple.portfolio.build import SERVED, Done, build
from ple.portfolio.collections import Collection, Held, collections_of, held_by
from ple.portfolio.darkroom import Darkroom
from ple.portfolio.echoes.heard import echoes
from ple.portfolio.memory import Memory, Moved
from ple.portfolio.permalinks import PAGE, Ledger
from ple.portfolio.published import published
from ple.portfolio.shelf import Shelf
from ple.portfolio.site import Site
from ple.portfolio.theme import Theme
from ple.portfolio.values import ARTIFACT, Built, Finding, Settings
from ple.portfolio.work import COLLECTIONS, Work


class Making:
    """Makes one library's site; ``folder`` is where it stands, and what earlier builds learned lies beside that."""

    def __init__(self, shelf: Shelf, settings: Settings, folder: Path, themes: Path, held: Held | None) -> None:
        self._library = shelf.library
        self._shelf = shelf
        self._settings = settings
        self._folder = folder
        self._themes = themes
        self._held = held

    def build(self, folder: Path) -> Built:
        """Build the site in ``folder``; see :meth:`ple.portfolio.Portfolio.build`."""
        began = time.perf_counter()
        with _unhurried():
            try:
                done, lost = self._build(folder)
            except Moved:  # somebody wrote in the library just now; not twice within a second
                done, lost = self._build(folder)
        took = time.perf_counter() - began
        return Built(folder, done.pages, done.written, done.unchanged, done.removed, took, done.kept, tuple(lost))

    def check(self, folder: Path) -> list[Finding]:
        """Look at the site as it would be now; see :meth:`ple.portfolio.Portfolio.check`."""
        from ple.portfolio.check import findings

        with self._memory() as memory, closing(self._darkroom()) as room:
            works, ledger = self._published(memory, utc_now(), folder)
            site = self._site(works, ledger, memory, room)
            shown = {work.id for work in works}
            hidden = [one for one in self._shelf.artifacts() if one.id not in shown]
            lost = self._lost(works, ledger)
            return findings(self._settings, works, hidden, lost, site, folder, room)

    def collections(self) -> list[Collection]:
        """Return the collections as they would be now."""
        with self._memory() as memory:
            works, ledger = self._published(memory, utc_now(), self._folder)
        addresses = {line.name: line.address for line in ledger if line.what == PAGE and line.current}
        artifacts = list(self._shelf.artifacts())
        gathered = [
            (one.id, one.source_kind, one.source_id)
            for one in artifacts
            if one.source_kind in COLLECTIONS and one.source_id
        ]
        held = held_by(gathered, works, self._held)
        return collections_of(artifacts, held, addresses, self._settings.url)

    def _build(self, folder: Path) -> tuple[Done, Iterable[str]]:
        with self._memory() as memory, closing(self._darkroom()) as darkroom:
            works, ledger = self._published(memory, utc_now(), folder)
            site = self._site(works, ledger, memory, darkroom)
            left = memory.left(folder)
            done = build(folder, site.pages(), lambda: keep(self._library, ledger), left)
            memory.keep_code(site.made)
            darkroom.tidy()
            if done.left != left:
                memory.keep_left(folder, done.left)
        return done, self._lost(works, ledger)

    def _site(self, works: list[Work], ledger: Ledger, memory: Memory, darkroom: Darkroom) -> Site:
        theme = Theme(self._settings.theme, self._themes)
        gathered = [(work.id, work.card.kind, work.card.source) for work in works if work.card.kind in COLLECTIONS]
        held = held_by(gathered, works, self._held) if gathered else {}
        site = Site(self._settings, works, ledger, theme, memory, echoes(self._library), darkroom, held, utc_now())
        ledger.forget(site.shown)
        return site

    def _lost(self, works: Iterable[Work], ledger: Ledger) -> dict[str, tuple[int, list[int]]]:
        """Return what was handed in and is not shown any more, by its address: its number and its receipts."""
        shown = {work.id for work in works}
        gone = {
            line.resource_id: line.address
            for line in ledger
            if line.what == ARTIFACT and line.current and line.resource_id and line.resource_id not in shown
        }
        if not gone:
            return {}
        return {gone[id]: (id, numbers) for id, numbers in self._shelf.receipts(gone).items()}

    def _published(self, memory: Memory, now: dt.datetime, folder: Path) -> tuple[list[Work], Ledger]:
        """Return all that may be shown, placed in the ledger. Everything private ends here, and nowhere later.

        What stands in a folder that the learner named, or that is a repository, may be seen there.
        """
        out = folder != self._folder.absolute() or any((folder / name).exists() for name in SERVED)
        with self._library.reading() as statements:
            ledger = ledger_of(statements, sent=out, loose=not out and sends_itself(statements))
        memory.catch_up(partial(self._shelf.shown, ledger=ledger))
        cards = sorted(memory.cards.values(), key=lambda card: (card.position, card.id))
        works, new = published(cards, memory.whole, ledger, now)
        memory.keep(new)
        return works, ledger

    def _darkroom(self) -> Darkroom:
        return Darkroom(self._folder.with_name("site.pictures"), self._shelf.files)

    def _memory(self) -> Memory:
        return Memory(self._folder.with_name("site.cache"), self._library)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let nobody look for garbage meanwhile: a build makes much and throws away little (a fifth of its time).

    Nothing that a build makes holds itself, so that all is gone when it is done, and nothing is there to look through.
    """
    import gc

    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
