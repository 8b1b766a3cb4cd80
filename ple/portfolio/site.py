"""The site: which pages there are, and in which order they come. Pure: everything comes in, nothing is read or written.

What is private never gets this far. What is unlisted gets a page of its own and is named on no other.

Each page has a key, a hash of all that it is made from; :mod:`ple.portfolio.build` makes only the pages whose key is
new. So whatever a page shows must be decided by what its key is taken of: the works' own hashes (``said`` of a page,
``looks`` of a list), the ledger's lines, the settings and the theme.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any, Protocol

from ple.portfolio import metadata
from ple.portfolio.arrangement import Arrangement
from ple.portfolio.darkroom import Darkroom
from ple.portfolio.echoes.heard import Echo
from ple.portfolio.filepages import FilePages
from ple.portfolio.frame import EMPTY, Frame, Page, host_of
from ple.portfolio.lists import Lists
from ple.portfolio.permalinks import ARTIFACT, PAGE, PART, SKILL, TAG, Ledger
from ple.portfolio.syndication import Syndication
from ple.portfolio.theme import Theme
from ple.portfolio.values import Settings
from ple.portfolio.work import Work, hash_of
from ple.portfolio.workpages import WorkPages


class Remembering(Protocol):
    """What remembers how things were made before, and reads works in bulk."""

    def code(self, key: str) -> str | None:
        """Return the coloured code that was made under this key."""
        ...

    def expect(self, ids: Iterable[int]) -> None:
        """Read these works now, at once: they will all be asked for."""
        ...


class Site:
    """All pages of one portfolio."""

    def __init__(
        self,
        settings: Settings,
        works: Sequence[Work],
        ledger: Ledger,
        theme: Theme,
        memory: Remembering | None = None,
        echoes: Mapping[int, Echo] | None = None,
        darkroom: Darkroom | None = None,
        held: Mapping[int, Sequence[Work]] | None = None,
        now: dt.datetime | None = None,
    ) -> None:
        self._settings = settings
        self._theme = theme
        self._ledger = ledger
        self._arranged = Arrangement(works, held)
        self._frame = Frame(settings, ledger, theme, self._arranged)
        self._darkroom = darkroom
        self._files = FilePages(darkroom)
        self._frame.picture = self._files.on_card
        self._frame.shared = partial(_shared, settings, self._files, darkroom is not None)
        self._works = WorkPages(self._frame, memory, echoes or {}, self._files)
        self._lists = Lists(self._frame)
        for address, _works in self._lists.parts():
            ledger.part(address, now or _LONG_AGO)
        expect = memory.expect if memory is not None else lambda _ids: None
        self._syndication = Syndication(self._frame, self._works.feed_entry, expect, self._lists.parts)

    @property
    def held(self) -> Mapping[int, Sequence[Work]]:
        """What stands in each work that is a collection, by its number."""
        return self._arranged.held

    @property
    def shown(self) -> set[str]:
        """The addresses where something stands."""
        shown = {work.permalink.address for work in self._arranged.works}
        for what, groups in self._groups():
            shown |= {self._frame.address(what, name) for name in groups}
        return shown | {address for address, _works in self._lists.parts()}

    @property
    def made(self) -> dict[str, str]:
        """The code that was coloured and not remembered, by its key."""
        return self._works.made

    def pages(self) -> Iterator[Page]:
        """Yield every file, in an order in which a visitor who looks on meanwhile finds what the links promise."""
        arranged, frame = self._arranged, self._frame
        for name, content in self._theme.files.items():
            yield Page(name, hash_of([hashlib.blake2b(content).hexdigest()]), lambda content=content: content)  # type: ignore[misc]
        for work in arranged.works:
            if work.card.file or work.card.badge:
                yield from self._files.of(work)
            yield self._works.page(work)
        yield from self._answers_for_ever()
        for what, groups in self._groups():
            for name in sorted(groups):
                yield from self._lists.of(what, name)
        yield self._lists.tags()
        yield self._lists.skills()
        yield self._lists.reading()
        yield self._lists.badges(lambda work, root: self._files.about_badge(work, root, frame.date))
        yield from self._lists.blog()
        yield from self._lists.curriculum()
        yield from self._lists.everything()
        yield self._lists.home()
        yield frame.notice("404.html", None, "This page is not here", _NOT_FOUND)
        yield frame.notice("u/index.html", "u/", "Nothing to see here", _BY_LINK_ONLY)
        yield from self._previews()
        if "search" in self._settings.extras and arranged.listed:
            from ple.portfolio.sitesearch import SiteSearch

            yield from SiteSearch(frame, self._works.html, self._works.remembered).pages()
        yield from self._syndication.feeds()
        if self._settings.url:
            yield self._syndication.sitemap(self._settings.url)
        yield Page("robots.txt", hash_of([self._settings.url, "robots"]), lambda: metadata.robots(self._settings.url))

    def _groups(self) -> list[tuple[str, dict[str, list[Work]]]]:
        arranged = self._arranged
        return [(PAGE, arranged.collections), (TAG, arranged.tags), (SKILL, arranged.skills)]

    def _previews(self) -> Iterator[Page]:
        """Yield the pictures for whoever is sent a link: the site's, and one for each work that has none of its own."""
        room, settings = self._darkroom, self._settings
        if room is None or "previews" not in settings.extras or not settings.url:
            return
        from ple.portfolio.previews import Colours, font_for, preview, stamp

        colours = Colours.of(self._theme.files.get("style.css", b""))
        wanted: list[tuple[str, str, list[str]]] = [("", settings.title, [settings.author, host_of(settings.url)])]
        wanted += [
            (work.permalink.address, work.title, [settings.author, settings.title])
            for work in self._arranged.listed
            if _has_preview(self._files, work)
        ]
        for address, title, foot in wanted:
            if (font := font_for(title)) is None:
                continue
            below = " · ".join(dict.fromkeys(part for part in foot if part and font_for(title, part) is not None))
            font = font_for(title, below.replace("·", "")) or font
            key = room.key("preview 2", title, below, font, stamp(font), *astuple(colours))
            room.asked(key)

            def make(key: str = key, title: str = title, below: str = below, font: str = font) -> bytes:
                return room.kept(key, lambda: preview(title, below, colours, font))

            yield Page(f"{address}preview.png", key, make)

    # pages that say where something went

    def _answers_for_ever(self) -> Iterator[Page]:
        shown = self.shown
        for line in self._ledger:
            if line.address in shown:
                continue
            current = self._ledger.of(line.what, line.resource_id if line.resource_id is not None else line.name)
            path = f"{line.address}index.html"
            if current is not None and current.address in shown:
                yield self._frame.moved(line.address, current.address)
            elif line.what == PART:
                yield self._lists.instead_of(line.address)
            elif line.what == ARTIFACT:
                yield self._frame.notice(path, line.address, "Withdrawn", _WITHDRAWN)
            else:
                yield self._frame.notice(path, line.address, "Nothing stands here now", EMPTY)


def _shared(settings: Settings, files: FilePages, previews: bool, work: Work | None) -> dict[str, Any] | None:
    """Return the picture that stands for a page where it is linked: its address there must be a whole one."""
    if not settings.url:
        return None
    found = files.shared(work) if work is not None else None
    if found is None and previews and "previews" in settings.extras:
        from ple.portfolio.previews import HEIGHT, WIDTH, font_for

        of = work if work is not None and _has_preview(files, work) else None
        if of is not None or font_for(settings.title) is not None:
            title = of.title if of is not None else settings.title
            address = of.permalink.address if of is not None else ""
            found = {"address": f"{address}preview.png", "width": WIDTH, "height": HEIGHT, "alt": title}
    if found is None:
        return None
    return {"url": settings.url + found["address"]} | {k: v for k, v in found.items() if k != "address"}


def _has_preview(files: FilePages, work: Work) -> bool:
    from ple.portfolio.previews import font_for

    return work.listed and files.shared(work) is None and font_for(work.title) is not None


_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NOT_FOUND = (
    "There is no page at this address. It may have been mistyped; all that is shown can be found from the first page."
)
_BY_LINK_ONLY = "Pages below this address are for people who were given a link."
_WITHDRAWN = (
    "The author has withdrawn what stood at this address. The address is kept, so that whoever follows an old link "
    "knows that it was right."
)
