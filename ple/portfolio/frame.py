"""What all pages of a site share: their key, the site's head and foot, links between pages, dates in words."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import ple
from ple.portfolio import metadata
from ple.portfolio.arrangement import Arrangement
from ple.portfolio.characters import as_looked_for, fit, fit_line
from ple.portfolio.formulas import version_here as math_maker
from ple.portfolio.makers import version_of
from ple.portfolio.mentions import HIDDEN, Mention, Target
from ple.portfolio.permalinks import PAGE, TAG, Ledger
from ple.portfolio.prose import beginning, excerpt
from ple.portfolio.theme import Theme
from ple.portfolio.values import Settings
from ple.portfolio.work import Work, hash_of

EMPTY = "There is nothing under this heading at present."
_EDITION = 5
"""One more whenever pages of the same works are written otherwise within one version of ple."""
_SITE_PARTS = ("links", "header", "footer")
_MAKERS = ("comrak", "minijinja", "nh3", "pygments")


@dataclass(slots=True)
class Page:
    """A file of the site that can be made when it is needed."""

    path: str
    key: str
    make: Callable[[], bytes]
    steps: Sequence[Callable[[], object]] = ()
    """What may be done before it is made. Of many pages together, each step of all at once takes less time."""


class Frame:
    """What the pages of one site have in common."""

    def __init__(self, settings: Settings, ledger: Ledger, theme: Theme, arranged: Arrangement) -> None:
        self.settings = settings
        self.ledger = ledger
        self.theme = theme
        self.arranged = arranged
        said = settings.told("about", "resume")
        self.ground = hash_of(
            [ple.__version__, _EDITION, [version_of(name) for name in _MAKERS], math_maker(), theme.fingerprint, said]
        )
        self.picture: Callable[[Work, str], dict[str, Any] | None] = lambda _work, _root: None
        """What a list shows of a work, if that can be seen."""
        self.shared: Callable[[Work | None], dict[str, Any] | None] = lambda _work: None
        """The picture that stands for a work, or for the site, where somebody links to it."""
        self._shared: dict[str, str] = {}
        self._sites: dict[Any, dict[str, Any]] = {}
        self._placed: dict[tuple[str, bool], dict[int, dict[str, Any]]] = {}
        self._names: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._days: dict[str, dict[str, str]] = {}

    def page(
        self,
        path: str,
        template: str,
        seed: str,
        context: Callable[[], dict[str, Any]],
        root: str | None = None,
        steps: Sequence[Callable[[], object]] = (),
    ) -> Page:
        """Return the page at ``path``; ``seed`` decides, with all that pages share, what ``context`` says."""
        folder = path.removesuffix("index.html")
        root = root_of(path) if root is None else root
        shared = self._shared.get(f"{root}\0{template}")
        if shared is None:
            shared = self._shared[f"{root}\0{template}"] = hash_of([self.ground, self._nav, template, root])
        key = hashlib.blake2b(f"{shared}\0{folder}\0{seed}".encode("utf-8", "replace"), digest_size=16).hexdigest()

        known: list[dict[str, Any]] = []

        def gather() -> None:
            known.append(context())

        def make() -> bytes:
            said = known.pop() if known else context()
            return self.theme.render(template, {"site": self._about_site(root, folder), **said})

        return Page(path, key, make, (*steps, gather) if steps else ())

    def notice(self, path: str, address: str | None, heading: str, words: str) -> Page:
        """Return a page that only says something."""

        def context() -> dict[str, Any]:
            return {"page": self.about_page(None, heading, words, listed=False), "words": words}

        # What a host shows for any missing address is read at that address, so its links begin at the host's root.
        root = root_of(address) if address is not None else urlsplit(self.settings.url or "").path or "/"
        return self.page(path, "notice.html", heading + words, context, root=root)

    def moved(self, address: str, to: str) -> Page:
        """Return a page that leads from an address to another."""

        def context() -> dict[str, Any]:
            page = self.about_page(to, "This page has moved", "", listed=False) | {"root": root_of(address)}
            return {"page": page, "href": root_of(address) + to}

        return self.page(f"{address}index.html", "moved.html", to, context)

    def about_page(
        self, address: str | None, title: str, description: str, *, listed: bool = True, kind: str = "website"
    ) -> dict[str, Any]:
        """Return what a template gets as ``page``."""
        return {
            "title": title,
            "description": description,
            "canonical": self.absolute(address) if address is not None else None,
            "listed": listed,
            "kind": kind,
            "json_ld": None,
            "script": None,
            "image": self.shared(None) if listed else None,
            "previous": None,
            "next": None,
            "feeds": [],
        }

    def _about_site(self, root: str, here: str) -> dict[str, Any]:
        around = tuple(address for _name, address in self._nav if here.startswith(address))
        key = (root, here in around, here == "", around)
        known = self._sites.get(key)
        if known is None:
            known = self._sites[key] = {
                "title": self.settings.title,
                "author": self.settings.author,
                "language": self.settings.language,
                "direction": metadata.direction(self.settings.language),
                "licence": self.settings.licence,
                "licence_url": metadata.licence_url(self.settings.licence),
                "root": root or "./",
                "feed": f"{root}feed.atom",
                "feeds": self.feed_links(root),
                "home": here == "",
                "nav": [
                    {"title": name, "href": root + address, "here": here == address, "around": address in around}
                    for name, address in self._nav
                ],
            }
            # these make up half of a page of few words, and thousands of pages have the same
            known |= {f"{name}_html": self.theme.part(f"site-{name}.html", {"site": known}) for name in _SITE_PARTS}
        return known

    def feed_links(self, at: str) -> list[dict[str, str]]:
        """Return the feeds that lie at ``at``."""
        kinds = [("atom", "application/atom+xml", "Atom"), ("rss", "application/rss+xml", "RSS")]
        kinds += [("json", "application/feed+json", "JSON Feed")]
        return [
            {"href": f"{at}feed.{ending}", "type": media_type, "name": name}
            for ending, media_type, name in kinds
            if ending != "rss" or self.settings.url
        ]

    # works as lists show them

    @staticmethod
    def seen(works: Iterable[Work]) -> str:
        """Return what decides how works look in a list."""
        return "\n".join([work.seen for work in works])

    def placed(self, works: Iterable[Work], at: str, *, tags: bool = True) -> list[dict[str, Any]]:
        """Return works as a list at ``at`` shows them."""
        root = root_of(at)
        cache = self._placed.setdefault((root, tags), {})
        found = []
        for work in works:
            card = work.card
            known = cache.get(card.id)
            if known is None:
                known = cache[card.id] = {
                    "title": card.title,
                    "href": root + work.permalink.address,
                    "summary": card.summary,
                    "date": self._days.get(card.when) or self.date(card.when),
                    "kind": work.label,
                    "own": work.own,
                    "language": self.foreign(card.language) if card.language else None,
                    "tags": self.named(work, TAG, card.tags, root) if tags else [],
                    "picture": self.picture(work, root) if card.file or card.badge else None,
                }
            found.append(known)
        return found

    def named(self, work: Work, what: str, names: Sequence[str], root: str) -> list[dict[str, Any]]:
        """Return names, each with where what has it is listed."""
        # An unlisted page names its tags and skills without a link: there may be no page for them.
        if not work.listed:
            return [{"name": fit_line(name), "href": None} for name in names]
        found = []
        for name in names:
            known = self._names.get((what, name, root))
            if known is None:
                known = {"name": fit_line(name), "href": root + self.address(what, name)}
                self._names[what, name, root] = known
            found.append(known)
        return found

    def collections(self, at: str) -> list[dict[str, Any]]:
        """Return the collections that are works of their own, in the learner's order, with how much is in each."""
        return [
            {
                "title": work.title,
                "href": root_of(at) + work.permalink.address,
                "count": len(self.arranged.held.get(work.id, ())),
            }
            for work in self.arranged.gathered
        ]

    def links_to(self, what: str, groups: dict[str, list[Work]], at: str) -> list[dict[str, Any]]:
        """Return the pages of some groups, with how much is in each."""
        return [
            {"title": name, "href": root_of(at) + self.address(what, name), "count": len(works)}
            for name, works in sorted(groups.items(), key=lambda group: as_looked_for(group[0]))
        ]

    # words and addresses

    @property
    def by(self) -> str:
        """Whose work it is."""
        return self.settings.author or self.settings.title

    @cached_property
    def introduction(self) -> str:
        """The beginning of what the learner says about himself or herself."""
        about = fit(self.settings.about)
        return excerpt(beginning(about, self.target, title="")) if about else ""

    def target(self, mention: Mention) -> Target:
        """Return what becomes of a mention on the first page; only what everybody may see is named."""
        if mention.title is None:
            return Target(mention.written)
        work = self.arranged.by_title.get(" ".join(mention.title.split()).casefold())
        if work is None:
            return Target(mention.label or HIDDEN)
        return Target(mention.label or work.title, work.permalink.address)

    @cached_property
    def special(self) -> list[tuple[str, str]]:
        """The pages that there are only if there is something for them: names and addresses."""
        arranged = self.arranged
        found = [("Writing", "blog/")] if 0 < len(arranged.written) < len(arranged.listed) else []
        found += [("Skills", "skills/")] if arranged.skills else []
        found += [("Reading", "reading/")] if arranged.read else []
        found += [("Badges", "badges/")] if arranged.badges else []
        found += [("CV", "cv/")] if self.settings.resume else []
        return found + ([("Search", "search/")] if "search" in self.settings.extras and arranged.listed else [])

    @cached_property
    def _nav(self) -> list[tuple[str, str]]:
        arranged = self.arranged
        places = [("Work", "work/")] if arranged.listed else []
        collections = [(work.title, work.permalink.address) for work in arranged.gathered]
        collections += [(name, self.address(PAGE, name)) for name in sorted(arranged.collections, key=as_looked_for)]
        places += collections[:5]
        return [*places, *self.special, *([("Tags", "tags/")] if arranged.tags else [])]

    def address(self, what: str, name: str) -> str:
        """Return the address of a collection, tag or skill."""
        line = self.ledger.of(what, name)
        assert line is not None, f"{what} {name} was not placed"
        return line.address

    def absolute(self, address: str) -> str | None:
        """Return the whole of an address, if it is known where the site will be."""
        return self.settings.url + address if self.settings.url else None

    def date(self, iso: str) -> dict[str, str]:
        """Return a day for machines and for people."""
        known = self._days.get(iso)
        if known is None:
            words = metadata.day(dt.date.fromisoformat(iso), self.settings.language)
            known = self._days[iso] = {"iso": iso, "words": words}
        return known

    def foreign(self, language: str | None) -> str | None:
        """Return the language of a work if it is a tag of BCP 47 and not the site's."""
        if not language:
            return None
        parts = language.replace("_", "-").split("-")
        known = parts[0].isascii() and parts[0].isalpha() and 2 <= len(parts[0]) <= 3
        fine = known and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
        return "-".join(parts) if fine and "-".join(parts).lower() != self.settings.language.lower() else None


def root_of(address: str) -> str:
    """Return the way from an address to the first page."""
    return "../" * address.count("/")


def host_of(url: str | None) -> str:
    """Return the name of the host that an address is at."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
