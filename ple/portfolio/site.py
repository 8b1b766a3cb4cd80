"""The site: which pages there are, and what each of them says. Pure: everything comes in, nothing is read or written.

What is private never gets this far. What is unlisted gets a page of its own and is named on no other.

Each page has a key, a hash of all that it is made from; :mod:`ple.portfolio.build` makes only the pages whose key is
new. So whatever a page shows must be in its context before the key is taken, or be decided by what is.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import ple
from ple.portfolio import metadata
from ple.portfolio.models import Settings, fit, fit_line
from ple.portfolio.permalinks import ARTIFACT, PAGE, TAG, Ledger
from ple.portfolio.prose import ROOT, Target, excerpt, page_html
from ple.portfolio.theme import Safe, Theme, for_script
from ple.portfolio.work import Work, hash_of

_Name = TypeVar("_Name")
_Thing = TypeVar("_Thing")

ON_FIRST_PAGE = 9
IN_FEED = 30


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site that can be made when it is needed."""

    path: str
    key: str
    make: Callable[[], bytes]


class Site:
    """All pages of one portfolio."""

    def __init__(self, settings: Settings, works: Sequence[Work], ledger: Ledger, theme: Theme) -> None:
        self._settings = settings
        self._theme = theme
        self._ledger = ledger
        self._works = sorted(works, key=lambda work: (work.artifact.position, work.artifact.id))
        self._listed = [work for work in self._works if work.listed]
        newest_first = sorted(self._listed, key=lambda work: (work.when, work.artifact.id), reverse=True)
        self._by_date = newest_first
        self._collections = _grouped((work.artifact.page, work) for work in self._listed if work.artifact.page)
        self._tags = _grouped((tag, work) for work in newest_first for tag in sorted(work.artifact.tags))
        self._mentioned_by = self._backlinks()
        self._bodies: dict[int, tuple[str, str]] = {}
        self._cards = {work.artifact.id: self._card(work) for work in self._listed}

    def pages(self) -> Iterator[Page]:
        """Yield every file, in an order in which a visitor who looks on meanwhile finds what the links promise."""
        for name, content in self._theme.files.items():
            yield Page(name, hash_of([hashlib.blake2b(content).hexdigest()]), lambda content=content: content)  # type: ignore[misc]
        for work in self._works:
            yield self._work(work)
        yield from self._answers_for_ever()
        for name, works in sorted(self._collections.items()):
            yield self._list(PAGE, name, works)
        for name, works in sorted(self._tags.items()):
            yield self._list(TAG, name, works)
        yield self._tag_index()
        yield self._everything()
        yield self._home()
        yield self._notice("404.html", None, "This page is not here", _NOT_FOUND)
        yield self._notice("u/index.html", "u/", "Nothing to see here", _BY_LINK_ONLY)
        yield self._feed()
        if self._settings.url:
            yield self._sitemap(self._settings.url)
        yield Page("robots.txt", hash_of([self._settings.url, "robots"]), lambda: metadata.robots(self._settings.url))

    # pages of work

    def _work(self, work: Work) -> Page:
        a, d, address = work.artifact, work.document, work.permalink.address
        licence = a.licence or (self._settings.licence if work.own else "")
        shown = {
            "title": work.title,
            "kind": work.label,
            "own": work.own,
            "language": self._foreign(d.language),
            "why": work.why,
            "date": self._date(work.when),
            "updated": self._date(work.permalink.updated_at.date()),
            "revised": work.permalink.updated_at.date() > max(work.when, work.permalink.published_at.date()),
            "listed": work.listed,
            "tags": self._tags_of(work, address),
            "collection": self._collection_of(work, address),
            "quote": [line for line in work.quote.split("\n") if line.strip()],
            "source": {
                "url": work.source,
                "title": fit_line(d.title),
                "author": fit_line(d.author or ""),
                "container": fit_line(d.container or ""),
                "host": (urlsplit(work.source).hostname or "").removeprefix("www.") if work.source else "",
            },
            "licence": {"name": licence, "url": metadata.licence_url(licence)} if licence else None,
            "mentioned_by": [
                {"title": other.title, "href": _root(address) + other.permalink.address}
                for other in self._mentioned_by.get(a.id, ())
            ],
        }
        page = self._about_page(address, work.title, work.summary, listed=work.listed, kind="article")
        page["json_ld"] = for_script(
            metadata.work_json(work, self._settings, self._absolute(address), licence, self._foreign(d.language))
        )
        page["published"] = metadata.instant(work.permalink.published_at)
        page["modified"] = metadata.instant(work.permalink.updated_at)

        def bodies() -> dict[str, Any]:
            body, reflection = (Safe(html.replace(ROOT, _root(address))) for html in self._body(work))
            return {"work": shown | {"body_html": body, "reflection_html": reflection}}

        seed = [work.text, a.reflection, sorted((w, t.words, t.address) for w, t in work.targets.items())]
        return self._page(f"{address}index.html", "work.html", {"page": page, "work": shown}, seed, bodies)

    def _body(self, work: Work) -> tuple[str, str]:
        if work.artifact.id not in self._bodies:
            text = page_html(work.text, work.target, title=work.title) if work.text.strip() else ""
            said = fit(work.artifact.reflection)
            self._bodies[work.artifact.id] = (text, page_html(said, work.target, top=3) if said else "")
        return self._bodies[work.artifact.id]

    def _backlinks(self) -> dict[int, list[Work]]:
        by_address = {work.permalink.address: work.artifact.id for work in self._listed}
        found: dict[int, list[Work]] = {}
        for work in self._by_date:
            for address in dict.fromkeys(target.address for target in work.targets.values()):
                if address in by_address and by_address[address] != work.artifact.id:
                    found.setdefault(by_address[address], []).append(work)
        return found

    # lists

    def _home(self) -> Page:
        about = fit(self._settings.about)
        page = self._about_page("", "", excerpt(about), kind="website")
        page["json_ld"] = for_script(metadata.site_json(self._settings))
        context = {
            "page": page,
            "works": [self._placed(work, "") for work in self._listed[:ON_FIRST_PAGE]],
            "more": max(0, len(self._listed) - ON_FIRST_PAGE),
            "collections": self._links_to(PAGE, self._collections, ""),
        }

        def intro() -> dict[str, Any]:
            html = page_html(about, lambda mention: Target(mention.label or mention.title or mention.written))
            return {"about_html": Safe(html.replace(ROOT, ""))}

        return self._page("index.html", "home.html", context, [about], intro)

    def _everything(self) -> Page:
        years = _grouped((work.when.year, work) for work in self._by_date)
        context = {
            "page": self._about_page("work/", "All work", f"Everything by {self._by}, newest first."),
            "years": [
                {"year": year, "works": [self._placed(work, "work/") for work in works]}
                for year, works in years.items()
            ],
            "count": len(self._listed),
        }
        return self._page("work/index.html", "all.html", context)

    def _list(self, what: str, name: str, works: Sequence[Work]) -> Page:
        address = self._address(what, name)
        heading = f"Tagged “{name}”" if what == TAG else name
        context = {
            "page": self._about_page(address, heading, f"{_count(len(works))} by {self._by}: {name}."),
            "what": what,
            "name": name,
            "works": [self._placed(work, address) for work in works],
        }
        return self._page(f"{address}index.html", "list.html", context)

    def _tag_index(self) -> Page:
        context = {
            "page": self._about_page("tags/", "Tags", f"What the work of {self._by} is about."),
            "tags": self._links_to(TAG, self._tags, "tags/"),
        }
        return self._page("tags/index.html", "tags.html", context)

    # pages that say where something went

    def _answers_for_ever(self) -> Iterator[Page]:
        shown = {work.permalink.address for work in self._works}
        shown |= {self._address(PAGE, name) for name in self._collections}
        shown |= {self._address(TAG, name) for name in self._tags}
        for line in self._ledger:
            if line.address in shown:
                continue
            current = self._ledger.of(line.what, line.resource_id if line.resource_id is not None else line.name)
            path = f"{line.address}index.html"
            if current is not None and current.address in shown:
                yield self._moved(line.address, current.address)
            elif line.what == ARTIFACT:
                yield self._notice(path, line.address, "Withdrawn", _WITHDRAWN)
            else:
                yield self._notice(path, line.address, "Nothing stands here now", _EMPTY)

    def _moved(self, address: str, to: str) -> Page:
        page = self._about_page(to, "This page has moved", "", listed=False) | {"root": _root(address)}
        context = {"page": page, "href": _root(address) + to}
        return self._page(f"{address}index.html", "moved.html", context, root=_root(address))

    def _notice(self, path: str, address: str | None, heading: str, words: str) -> Page:
        page = self._about_page(None, heading, "", listed=False)
        # What a host shows for any missing address is read at that address, so its links begin at the host's root.
        root = _root(address) if address is not None else urlsplit(self._settings.url or "/").path or "/"
        return self._page(path, "notice.html", {"page": page, "words": words}, root=root)

    # for machines

    def _feed(self) -> Page:
        works = sorted(self._listed, key=lambda work: (work.permalink.published_at, work.artifact.id), reverse=True)
        works = works[:IN_FEED]
        settings = self._settings

        def make() -> bytes:
            return metadata.atom(
                uid=settings.uid,
                title=settings.title,
                subtitle=excerpt(fit(settings.about)),
                author=settings.author,
                url=settings.url,
                language=settings.language,
                entries=[self._feed_entry(work) for work in works],
            )

        seed = [settings.model_dump(mode="json"), [(w.permalink.address, w.permalink.fingerprint) for w in works]]
        targets = [[(m, t.words, t.address) for m, t in sorted(work.targets.items())] for work in works]
        times = [(str(w.permalink.published_at), str(w.permalink.updated_at)) for w in works]
        return Page("feed.atom", hash_of(["feed", ple.__version__, seed, targets, times]), make)

    def _feed_entry(self, work: Work) -> metadata.FeedEntry:
        from html import escape

        body, reflection = self._body(work)
        quote = "".join(f"<p>{escape(line)}</p>" for line in work.quote.split("\n") if line.strip())
        cite = (
            f'<p><a href="{escape(work.source)}">{escape(fit_line(work.document.title))}</a></p>' if work.source else ""
        )
        html = (
            f"<p>{escape(work.why)}</p>" * bool(work.why)
            + (f"<blockquote>{quote}</blockquote>" if quote else "")
            + ("" if work.own else cite)
            + body
            + (f"<h2>Reflection</h2>{reflection}" if reflection else "")
        )
        base = self._settings.url or _root(work.permalink.address)
        line = work.permalink
        return metadata.FeedEntry(
            work.artifact.uid, work.title, line.address, line.published_at, line.updated_at, work.summary,
            html.replace(ROOT, base), sorted(work.artifact.tags), self._foreign(work.document.language),
        )  # fmt: skip

    def _sitemap(self, url: str) -> Page:
        def newest(works: Iterable[Work]) -> dt.datetime | None:
            return max((work.permalink.updated_at for work in works), default=None)

        pages = [
            ("", newest(self._listed)),
            ("work/", newest(self._listed)),
            *((work.permalink.address, work.permalink.updated_at) for work in self._by_date),
            *((self._address(PAGE, name), newest(works)) for name, works in sorted(self._collections.items())),
            ("tags/", newest(self._listed)),
            *((self._address(TAG, name), newest(works)) for name, works in sorted(self._tags.items())),
        ]
        key = hash_of(["sitemap", url, [(address, str(when)) for address, when in pages]])
        return Page("sitemap.xml", key, lambda: metadata.sitemap(url, pages))

    # what all pages share

    @property
    def _by(self) -> str:
        return self._settings.author or self._settings.title

    def _page(
        self,
        path: str,
        template: str,
        context: dict[str, Any],
        seed: Any = None,
        late: Callable[[], dict[str, Any]] | None = None,
        root: str | None = None,
    ) -> Page:
        """Return the page at ``path``. ``late`` makes the dear parts of its context, which ``seed`` decides."""
        root = _root(path) if root is None else root
        context = {"site": self._about_site(root, path), **context}
        key = hash_of([ple.__version__, self._theme.fingerprint, template, context, seed])
        return Page(path, key, lambda: self._theme.render(template, context | (late() if late else {})))

    def _about_site(self, root: str, path: str) -> dict[str, Any]:
        here = path.removesuffix("index.html")
        places = [("Work", "work/")] if self._listed else []
        places += [(name, self._address(PAGE, name)) for name in sorted(self._collections)[:5]]
        places += [("Tags", "tags/")] if self._tags else []
        return {
            "title": self._settings.title,
            "author": self._settings.author,
            "language": self._settings.language,
            "licence": self._settings.licence,
            "licence_url": metadata.licence_url(self._settings.licence),
            "root": root or "./",
            "feed": f"{root}feed.atom",
            "home": here == "",
            "nav": [
                {"title": name, "href": root + address, "here": here == address, "around": here.startswith(address)}
                for name, address in places
            ],
        }

    def _about_page(
        self, address: str | None, title: str, description: str, *, listed: bool = True, kind: str = "website"
    ) -> dict[str, Any]:
        return {
            "title": title,
            "description": description,
            "canonical": self._absolute(address) if address is not None else None,
            "listed": listed,
            "kind": kind,
            "json_ld": None,
        }

    def _card(self, work: Work) -> dict[str, Any]:
        return {
            "title": work.title,
            "address": work.permalink.address,
            "summary": work.summary,
            "date": self._date(work.when),
            "kind": work.label,
            "own": work.own,
            "language": self._foreign(work.document.language),
        }

    def _placed(self, work: Work, at: str) -> dict[str, Any]:
        card = self._cards[work.artifact.id]
        return card | {"href": _root(at) + card["address"], "tags": self._tags_of(work, at)}

    def _tags_of(self, work: Work, at: str) -> list[dict[str, Any]]:
        # An unlisted page names its tags without a link: there may be no page for them.
        return [
            {
                "name": fit_line(tag),
                "href": _root(at) + self._address(TAG, tag) if tag in self._tags and work.listed else None,
            }
            for tag in sorted(work.artifact.tags)
        ]

    def _collection_of(self, work: Work, at: str) -> dict[str, Any] | None:
        name = work.artifact.page
        return {"title": name, "href": _root(at) + self._address(PAGE, name)} if name and work.listed else None

    def _links_to(self, what: str, groups: dict[Any, list[Work]], at: str) -> list[dict[str, Any]]:
        return [
            {"title": name, "href": _root(at) + self._address(what, name), "count": len(works)}
            for name, works in sorted(groups.items())
        ]

    def _address(self, what: str, name: str) -> str:
        line = self._ledger.of(what, name)
        assert line is not None, f"{what} {name} was not placed"
        return line.address

    def _absolute(self, address: str) -> str | None:
        return self._settings.url + address if self._settings.url else None

    def _date(self, when: dt.date) -> dict[str, str]:
        return {"iso": when.isoformat(), "words": metadata.day(when, self._settings.language)}

    def _foreign(self, language: str | None) -> str | None:
        """Return the language of a work if it is a tag of BCP 47 and not the site's."""
        parts = (language or "").replace("_", "-").split("-")
        known = parts[0].isascii() and parts[0].isalpha() and 2 <= len(parts[0]) <= 3
        fine = known and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
        return "-".join(parts) if fine and "-".join(parts).lower() != self._settings.language.lower() else None


_NOT_FOUND = (
    "There is no page at this address. It may have been mistyped; all that is shown can be found from the first page."
)
_BY_LINK_ONLY = "Pages below this address are for people who were given a link."
_WITHDRAWN = (
    "The author has withdrawn what stood at this address. The address is kept, so that whoever follows an old link "
    "knows that it was right."
)
_EMPTY = "There is nothing under this heading at present."


def _grouped(pairs: Iterable[tuple[_Name, _Thing]]) -> dict[_Name, list[_Thing]]:
    found: dict[_Name, list[_Thing]] = {}
    for name, thing in pairs:
        found.setdefault(name, []).append(thing)
    return found


def _root(address: str) -> str:
    return "../" * address.count("/")


def _count(works: int) -> str:
    return "1 piece of work" if works == 1 else f"{works} pieces of work"
