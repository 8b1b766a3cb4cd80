"""The site's feeds, of everything and of each tag, and its sitemap."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from ple.portfolio import metadata
from ple.portfolio.arrangement import newest_first
from ple.portfolio.frame import Frame, Page, root_of
from ple.portfolio.mentions import ROOT
from ple.portfolio.permalinks import PAGE, SKILL, TAG
from ple.portfolio.work import Work, hash_of

IN_FEED = 30


class Syndication:
    """What machines follow on one site.

    ``entry`` says what feeds say of a work, ``parts`` which pages long lists have.
    """

    def __init__(
        self,
        frame: Frame,
        entry: Callable[[Work], metadata.FeedEntry],
        expect: Callable[[Iterable[int]], None],
        parts: Callable[[], Iterable[tuple[str, Sequence[Work]]]],
    ) -> None:
        self._frame = frame
        self._parts = parts
        self._expect = expect
        self._entry = entry
        self._entries: dict[tuple[int, str], metadata.FeedEntry] = {}

    def feeds(self) -> Iterator[Page]:
        """Yield the feeds of everything and of each tag that there ever was."""
        frame, settings = self._frame, self._frame.settings
        newest = newest_first(frame.arranged.listed)
        yield from self._feed("", str(settings.uid), settings.title, frame.introduction, newest[:IN_FEED])
        tagged: dict[str, list[Work]] = {line.name: [] for line in frame.ledger if line.what == TAG}
        for work in newest:
            for tag in work.card.tags:
                if len(tagged[tag]) < IN_FEED:
                    tagged[tag].append(work)
        for tag, works in sorted(tagged.items()):
            address = frame.address(TAG, tag)
            uid = str(uuid.uuid5(settings.uid, address))
            # of a tag that nothing public has any more, not even its name is said
            title = f"{settings.title}: {tag}" if works else settings.title
            yield from self._feed(address, uid, title, "", works)

    def _feed(self, address: str, uid: str, title: str, subtitle: str, works: Sequence[Work]) -> Iterator[Page]:
        settings = self._frame.settings
        url = settings.url if works or not address else None  # an address may be a word that is private by now

        @cache
        def feed() -> metadata.Feed:
            self._expect(work.id for work in works)
            entries = [self._said(work, settings.url or root_of(work.permalink.address)) for work in works]
            return metadata.Feed(uid, title, subtitle, settings.author, url, address, settings.language, entries)

        seed = [(work.card.said, work.card.looks, *_line_of(work)) for work in works]
        key = hash_of([self._frame.ground, title, subtitle, address, seed])
        yield Page(f"{address}feed.atom", f"{key}a", lambda: metadata.atom(feed()))
        if url:  # links in RSS are whole
            yield Page(f"{address}feed.rss", f"{key}r", lambda: metadata.rss(feed()))
        yield Page(f"{address}feed.json", f"{key}j", lambda: metadata.json_feed(feed()))

    def _said(self, work: Work, base: str) -> metadata.FeedEntry:
        """Return an entry whose links begin at ``base``; several feeds have it."""
        known = self._entries.get((work.id, base))
        if known is None:
            said = self._entry(work)
            html = said.html.replace(ROOT, base)
            known = self._entries[work.id, base] = replace(said, html=html, escaped=metadata.escape(html))
        return known

    def sitemap(self, url: str) -> Page:
        """Return the sitemap of a site that will be at ``url``."""
        frame, arranged = self._frame, self._frame.arranged
        groups = ((PAGE, arranged.collections), (TAG, arranged.tags), (SKILL, arranged.skills))

        def newest(works: Iterable[Work]) -> dt.datetime | None:
            return max((work.permalink.updated_at for work in works), default=None)

        def pages() -> Iterator[tuple[str, dt.datetime | None]]:
            all_of = newest(arranged.listed)
            yield from (("", all_of), ("work/", all_of))
            for work in arranged.by_date:
                yield work.permalink.address, work.permalink.updated_at
            for what, named in groups:
                for name, works in sorted(named.items()):
                    yield frame.address(what, name), newest(works)
            for address, some in self._parts():
                yield address, newest(some)
            if arranged.tags:
                yield "tags/", all_of
            for _title, address in frame.special:
                if address == "search/":
                    continue  # there is nothing on it to find
                yield address, all_of

        seed = [f"{address} {updated}" for address, _published, updated in map(_line_of, arranged.by_date)]
        parts = [address for address, _works in self._parts()]
        names = [(sorted(some), len(some)) for _what, some in groups]
        key = hash_of(["sitemap", url, "\n".join(seed), names, frame.special, parts])
        return Page("sitemap.xml", key, lambda: metadata.sitemap(url, pages()))


def _line_of(work: Work) -> tuple[str, str, str]:
    line = work.permalink
    return line.address, metadata.instant(line.published_at), metadata.instant(line.updated_at)
