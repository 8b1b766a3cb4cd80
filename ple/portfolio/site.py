"""The site: which pages there are, and what each of them says. Pure: everything comes in, nothing is read or written.

What is private never gets this far. What is unlisted gets a page of its own and is named on no other.

Each page has a key, a hash of all that it is made from; :mod:`ple.portfolio.build` makes only the pages whose key is
new. So whatever a page shows must be decided by what its key is taken of: the works' own hashes (``said`` of a page,
``looks`` of a list), the ledger's lines, the settings and the theme.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import ple
from ple.portfolio import metadata
from ple.portfolio.characters import fit, fit_line
from ple.portfolio.formats import resume
from ple.portfolio.models import Settings
from ple.portfolio.permalinks import ARTIFACT, PAGE, SKILL, TAG, Ledger
from ple.portfolio.prose import HIDDEN, ROOT, Mention, Target, beginning, excerpt, mentions, page_html
from ple.portfolio.theme import Safe, Theme, for_script
from ple.portfolio.work import Work, hash_of

_Name = TypeVar("_Name")
_Thing = TypeVar("_Thing")

ON_FIRST_PAGE = 9
IN_FEED = 30
_PLACES = {"blog": "blog/", "reading": "reading/", "skills": "skills/", "cv": "cv/"}


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site that can be made when it is needed."""

    path: str
    key: str
    make: Callable[[], bytes]


class Bodies(Protocol):
    """What remembers the HTML that was made from Markdown."""

    def body(self, key: str) -> str | None:
        """Return what was made under this key."""
        ...


class Site:
    """All pages of one portfolio."""

    def __init__(
        self, settings: Settings, works: Sequence[Work], ledger: Ledger, theme: Theme, bodies: Bodies | None = None
    ) -> None:
        self._settings = settings
        self._theme = theme
        self._ledger = ledger
        self._bodies = bodies
        self.made: dict[str, str] = {}
        """The bodies that were made and not remembered, by their keys."""
        self._works = sorted(works, key=lambda work: (work.card.position, work.id))
        self._listed = [work for work in self._works if work.listed]
        newest_first = sorted(self._listed, key=lambda work: (work.card.when, work.id), reverse=True)
        self._by_date = newest_first
        self._collections = _grouped((work.card.page, work) for work in self._listed if work.card.page)
        self._tags = _grouped((tag, work) for work in newest_first for tag in work.card.tags)
        self._skills = _grouped((skill, work) for work in newest_first for skill in work.card.skills)
        self._written = [work for work in newest_first if work.card.kind == "journal"]
        self._read = [work for work in newest_first if not work.own]
        self._mentioned_by = self._backlinks()
        self._ground = hash_of(
            [ple.__version__, theme.fingerprint, settings.model_dump(mode="json", exclude={"about", "resume"})]
        )
        self._roots: dict[str, str] = {}

    def pages(self) -> Iterator[Page]:
        """Yield every file, in an order in which a visitor who looks on meanwhile finds what the links promise."""
        for name, content in self._theme.files.items():
            yield Page(name, hash_of([hashlib.blake2b(content).hexdigest()]), lambda content=content: content)  # type: ignore[misc]
        for work in self._works:
            yield self._work(work)
        yield from self._answers_for_ever()
        for what, groups in ((PAGE, self._collections), (TAG, self._tags), (SKILL, self._skills)):
            for name, works in sorted(groups.items()):
                yield self._list(what, name, works)
        yield self._index("tags/", "Tags", f"What the work of {self._by} is about.", TAG, self._tags)
        yield self._skill_map()
        yield self._reading_list()
        yield self._blog()
        yield from self._curriculum()
        yield self._everything()
        yield self._home()
        yield self._notice("404.html", None, "This page is not here", _NOT_FOUND)
        yield self._notice("u/index.html", "u/", "Nothing to see here", _BY_LINK_ONLY)
        yield from self._feeds()
        if self._settings.url:
            yield self._sitemap(self._settings.url)
        yield Page("robots.txt", hash_of([self._settings.url, "robots"]), lambda: metadata.robots(self._settings.url))

    # pages of work

    def _work(self, work: Work) -> Page:
        card, line = work.card, work.permalink
        mentioned_by = self._mentioned_by.get(card.id, ())
        seed = (
            card.said, card.looks, line.address, str(line.published_at), str(line.updated_at),
            *(f"{other.title}\n{other.permalink.address}" for other in mentioned_by),
        )  # fmt: skip
        return self._page(f"{line.address}index.html", "work.html", "\0".join(seed), lambda: self._about_work(work))

    def _about_work(self, work: Work) -> dict[str, Any]:
        a, d, address = work.artifact, work.document, work.permalink.address
        licence = a.licence or (self._settings.licence if work.own else "")
        language = self._foreign(d.language)
        page = self._about_page(address, work.title, work.summary, listed=work.listed, kind="article")
        page["json_ld"] = for_script(
            metadata.work_json(work, self._settings, self._absolute(address), licence, language)
        )
        page["published"] = metadata.instant(work.permalink.published_at)
        page["modified"] = metadata.instant(work.permalink.updated_at)
        bodies = {name: Safe(html.replace(ROOT, _root(address))) for name, html in self._body(work).items()}
        shown = {
            "title": work.title,
            "kind": work.label,
            "own": work.own,
            "language": language,
            "why": work.why,
            "date": self._date(work.when),
            "updated": self._date(work.permalink.updated_at.date()),
            "revised": work.permalink.updated_at.date() > max(work.when, work.permalink.published_at.date()),
            "listed": work.listed,
            "tags": self._named(work, TAG, work.card.tags, address),
            "skills": self._named(work, SKILL, work.card.skills, address),
            "collection": self._collection_of(work, address),
            "quote": [line for line in work.quote.split("\n") if line.strip()],
            "source": {
                "url": work.source,
                "title": fit_line(d.title),
                "author": fit_line(d.author or ""),
                "container": fit_line(d.container or ""),
                "host": _host(work.source),
            },
            "licence": {"name": licence, "url": metadata.licence_url(licence)} if licence else None,
            "mentioned_by": [
                {"title": other.title, "href": _root(address) + other.permalink.address}
                for other in self._mentioned_by.get(a.id, ())
            ],
            **bodies,
        }
        return {"page": page, "work": shown}

    def _body(self, work: Work) -> dict[str, str]:
        """Return the HTML of a work's texts, as it was made before if they are the same."""
        a = work.artifact
        texts = {
            "body_html": (work.text if work.text.strip() else "", 2),
            "reflection_html": (fit(a.reflection), 3),
            "sources_html": (fit(a.sources), 4),
            "feedback_html": (fit(a.feedback), 5),
        }
        return {name: self._html(work, text, top) if text else "" for name, (text, top) in texts.items()}

    def _html(self, work: Work, text: str, top: int) -> str:
        key = hash_of([ple.__version__, text, top, work.title, work.card.resolved])
        html = self.made.get(key) or (self._bodies.body(key) if self._bodies else None)
        if html is None:
            title = work.title if top == 2 else ""
            html = self.made[key] = page_html(text, work.target, title=title, top=min(top, 3), part=top)
        return html

    def _backlinks(self) -> dict[int, list[Work]]:
        by_address = {work.permalink.address: work.id for work in self._listed}
        found: dict[int, list[Work]] = {}
        for work in self._by_date:
            for address in dict.fromkeys(target.address for target in work.targets.values()):
                if address in by_address and by_address[address] != work.id:
                    found.setdefault(by_address[address], []).append(work)
        return found

    # lists

    def _home(self) -> Page:
        about = fit(self._settings.about)

        def context() -> dict[str, Any]:
            page = self._about_page("", "", self._introduction, kind="website")
            page["json_ld"] = for_script(metadata.site_json(self._settings, self._introduction))
            html = page_html(about, self._target)
            return {
                "page": page,
                "works": [self._placed(work, "") for work in self._listed[:ON_FIRST_PAGE]],
                "more": max(0, len(self._listed) - ON_FIRST_PAGE),
                "collections": self._links_to(PAGE, self._collections, ""),
                "skills": self._links_to(SKILL, self._skills, ""),
                "me": [{"href": href, "title": _place_of(href)} for href in self._settings.me],
                "about_html": Safe(html.replace(ROOT, "")),
            }

        seed = [
            about,
            self._introduction,
            [[to.words, to.address] for to in map(self._target, mentions(about))],
            self._seen(self._listed[:ON_FIRST_PAGE]),
            len(self._listed),
        ]
        groups = [(name, len(works)) for some in (self._collections, self._skills) for name, works in some.items()]
        return self._page("index.html", "home.html", hash_of([seed, sorted(groups)]), context)

    def _everything(self) -> Page:
        def context() -> dict[str, Any]:
            years = _grouped((work.when.year, work) for work in self._by_date)
            return {
                "page": self._about_page("work/", "All work", f"Everything by {self._by}, newest first."),
                "years": [
                    {"year": year, "works": [self._placed(work, "work/", tags=False) for work in works]}
                    for year, works in years.items()
                ],
                "count": len(self._listed),
            }

        return self._page("work/index.html", "all.html", self._seen(self._by_date), context)

    def _list(self, what: str, name: str, works: Sequence[Work]) -> Page:
        address = self._address(what, name)

        def context() -> dict[str, Any]:
            words = {TAG: f"Tagged “{name}”", SKILL: f"Evidence of “{name}”"}
            page = self._about_page(address, words.get(what, name), f"{_count(len(works))} by {self._by}: {name}.")
            if what == TAG:
                page["feeds"] = self._feed_links("")
            return {
                "page": page,
                "what": what,
                "name": name,
                "works": [self._placed(work, address) for work in works],
            }

        return self._page(f"{address}index.html", "list.html", name + self._seen(works), context)

    def _blog(self) -> Page:
        def context() -> dict[str, Any]:
            return {
                "page": self._about_page("blog/", "Writing", f"What {self._by} writes, newest first."),
                "what": "blog",
                "name": "Writing",
                "works": [self._placed(work, "blog/") for work in self._written],
            }

        return self._page("blog/index.html", "list.html", self._seen(self._written), context)

    def _index(self, address: str, title: str, words: str, what: str, groups: dict[str, list[Work]]) -> Page:
        def context() -> dict[str, Any]:
            return {"page": self._about_page(address, title, words), "tags": self._links_to(what, groups, address)}

        seed = hash_of(sorted((name, len(works)) for name, works in groups.items()))
        return self._page(f"{address}index.html", "tags.html", seed, context)

    def _skill_map(self) -> Page:
        def context() -> dict[str, Any]:
            words = f"What {self._by} can do, each with the work that shows it."
            return {
                "page": self._about_page("skills/", "Skills", words),
                "skills": [
                    {
                        "title": skill,
                        "href": "../" + self._address(SKILL, skill),
                        "works": [self._placed(work, "skills/", tags=False) for work in works],
                    }
                    for skill, works in sorted(self._skills.items())
                ],
            }

        seed = "\0".join(f"{skill}\n{self._seen(works)}" for skill, works in sorted(self._skills.items()))
        return self._page("skills/index.html", "skills.html", seed, context)

    def _reading_list(self) -> Page:
        def context() -> dict[str, Any]:
            rows = []
            for work in sorted(self._read, key=lambda work: (_sorted_as(work), work.id)):
                url, author, container = work.card.cite
                cite = {"title": fit_line(work.card.source_title), "author": author, "container": container}
                rows.append(self._placed(work, "reading/") | cite | {"url": url or None, "host": _host(url)})
            words = f"What {self._by} read and builds on, with the sources."
            return {"page": self._about_page("reading/", "Reading", words), "works": rows}

        return self._page("reading/index.html", "reading.html", self._seen(self._read), context)

    def _curriculum(self) -> Iterator[Page]:
        said = self._settings.resume
        if not said:
            yield self._notice("cv/index.html", "cv/", "Nothing stands here now", _EMPTY)
            return

        def context() -> dict[str, Any]:
            cv = resume.cv(said)
            page = self._about_page("cv/", "Curriculum vitae", excerpt(" ".join(cv["summary"]) or f"{self._by}: CV"))
            return {"page": page, "cv": cv | {"name": cv["name"] or self._by}, "file": "../resume.json"}

        content = resume.as_json(said)
        key = hashlib.blake2b(content, digest_size=16).hexdigest()
        yield self._page("cv/index.html", "cv.html", key, context)
        yield Page("resume.json", key, lambda: content)

    # pages that say where something went

    def _answers_for_ever(self) -> Iterator[Page]:
        shown = {work.permalink.address for work in self._works}
        for what, groups in ((PAGE, self._collections), (TAG, self._tags), (SKILL, self._skills)):
            shown |= {self._address(what, name) for name in groups}
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
        def context() -> dict[str, Any]:
            page = self._about_page(to, "This page has moved", "", listed=False) | {"root": _root(address)}
            return {"page": page, "href": _root(address) + to}

        return self._page(f"{address}index.html", "moved.html", to, context)

    def _notice(self, path: str, address: str | None, heading: str, words: str) -> Page:
        def context() -> dict[str, Any]:
            return {"page": self._about_page(None, heading, "", listed=False), "words": words}

        # What a host shows for any missing address is read at that address, so its links begin at the host's root.
        root = _root(address) if address is not None else urlsplit(self._settings.url or "/").path or "/"
        return self._page(path, "notice.html", heading + words, context, root=root)

    # for machines

    def _feeds(self) -> Iterator[Page]:
        newest = sorted(self._listed, key=lambda work: (work.permalink.published_at, work.id), reverse=True)
        yield from self._feed("", str(self._settings.uid), self._settings.title, self._introduction, newest[:IN_FEED])
        tagged: dict[str, list[Work]] = {line.name: [] for line in self._ledger if line.what == TAG}
        for work in newest:
            for tag in work.card.tags:
                if len(tagged[tag]) < IN_FEED:
                    tagged[tag].append(work)
        for tag, works in sorted(tagged.items()):
            address = self._address(TAG, tag)
            uid = _uid_below(str(self._settings.uid), address)
            # of a tag that nothing public has any more, not even its name is said
            title = f"{self._settings.title}: {tag}" if works else self._settings.title
            yield from self._feed(address, uid, title, "", works)

    def _feed(self, address: str, uid: str, title: str, subtitle: str, works: Sequence[Work]) -> Iterator[Page]:
        settings = self._settings
        url = settings.url if works or not address else None  # an address may be a word that is private by now

        def feed() -> metadata.Feed:
            entries = [self._feed_entry(work, address) for work in works]
            return metadata.Feed(uid, title, subtitle, settings.author, url, address, settings.language, entries)

        seed = [
            (w.card.said, w.card.looks, w.permalink.address, str(w.permalink.published_at), str(w.permalink.updated_at))
            for w in works
        ]
        key = hash_of([self._ground, title, subtitle, address, seed])
        yield Page(f"{address}feed.atom", f"{key}a", lambda: metadata.atom(feed()))
        if url:  # links in RSS are whole
            yield Page(f"{address}feed.rss", f"{key}r", lambda: metadata.rss(feed()))
        yield Page(f"{address}feed.json", f"{key}j", lambda: metadata.json_feed(feed()))

    def _feed_entry(self, work: Work, at: str) -> metadata.FeedEntry:
        body = self._body(work)
        quote = "".join(f"<p>{escape(line)}</p>" for line in work.quote.split("\n") if line.strip())
        cite = (
            f'<p><a href="{escape(work.source)}">{escape(fit_line(work.document.title))}</a></p>' if work.source else ""
        )
        html = (
            f"<p>{escape(work.why)}</p>" * bool(work.why)
            + (f"<blockquote>{quote}</blockquote>" if quote else "")
            + ("" if work.own else cite)
            + body["body_html"]
            + "".join(
                f"<h2>{heading}</h2>{body[name]}"
                for name, heading in (("reflection_html", "Reflection"), ("sources_html", "Sources"))
                if body[name]
            )
        )
        line = work.permalink
        base = self._settings.url or _root(line.address)
        return metadata.FeedEntry(
            work.card.uid, work.title, line.address, line.published_at, line.updated_at, work.summary,
            html.replace(ROOT, base), work.card.tags, self._foreign(work.card.language),
        )  # fmt: skip

    def _sitemap(self, url: str) -> Page:
        def newest(works: Iterable[Work]) -> dt.datetime | None:
            return max((work.permalink.updated_at for work in works), default=None)

        def pages() -> list[tuple[str, dt.datetime | None]]:
            all_of = newest(self._listed)
            return [
                ("", all_of),
                ("work/", all_of),
                *((work.permalink.address, work.permalink.updated_at) for work in self._by_date),
                *(
                    (self._address(what, name), newest(works))
                    for what, groups in ((PAGE, self._collections), (TAG, self._tags), (SKILL, self._skills))
                    for name, works in sorted(groups.items())
                ),
                ("tags/", all_of),
                *((address, all_of) for _title, address in self._special),
            ]

        seed = [f"{work.permalink.address} {work.permalink.updated_at}" for work in self._by_date]
        groups = [(sorted(some), len(some)) for some in (self._collections, self._tags, self._skills)]
        key = hash_of(["sitemap", url, "\n".join(seed), groups, self._special])
        return Page("sitemap.xml", key, lambda: metadata.sitemap(url, pages()))

    # what all pages share

    @property
    def _by(self) -> str:
        return self._settings.author or self._settings.title

    @cached_property
    def _introduction(self) -> str:
        about = fit(self._settings.about)
        return excerpt(beginning(about, self._target, title="")) if about else ""

    @cached_property
    def _by_title(self) -> dict[str, Work]:
        return {" ".join(work.title.split()).casefold(): work for work in reversed(self._listed)}

    def _target(self, mention: Mention) -> Target:
        """Return what becomes of a mention on the first page; only what everybody may see is named."""
        if mention.title is None:
            return Target(mention.written)
        work = self._by_title.get(" ".join(mention.title.split()).casefold())
        if work is None:
            return Target(mention.label or HIDDEN)
        return Target(mention.label or work.title, work.permalink.address)

    @cached_property
    def _special(self) -> list[tuple[str, str]]:
        found = [("Writing", "blog/")] if self._written and len(self._written) < len(self._listed) else []
        found += [("Skills", "skills/")] if self._skills else []
        found += [("Reading", "reading/")] if self._read else []
        return found + ([("CV", "cv/")] if self._settings.resume else [])

    @cached_property
    def _nav(self) -> list[tuple[str, str]]:
        places = [("Work", "work/")] if self._listed else []
        places += [(name, self._address(PAGE, name)) for name in sorted(self._collections)[:5]]
        return [*places, *self._special, *([("Tags", "tags/")] if self._tags else [])]

    def _page(
        self, path: str, template: str, seed: str, context: Callable[[], dict[str, Any]], root: str | None = None
    ) -> Page:
        """Return the page at ``path``; ``seed`` decides, with all that pages share, what ``context`` says."""
        folder = path.removesuffix("index.html")
        root = _root(path) if root is None else root
        shared = self._roots.get(f"{root}\0{template}")
        if shared is None:
            shared = self._roots[f"{root}\0{template}"] = hash_of([self._ground, self._nav, template, root])
        key = hashlib.blake2b(f"{shared}\0{folder}\0{seed}".encode("utf-8", "replace"), digest_size=16).hexdigest()

        def make() -> bytes:
            return self._theme.render(template, {"site": self._about_site(root, folder), **context()})

        return Page(path, key, make)

    def _seen(self, works: Iterable[Work]) -> str:
        return "\n".join([f"{work.card.looks} {work.permalink.address}" for work in works])

    def _about_site(self, root: str, here: str) -> dict[str, Any]:
        return {
            "title": self._settings.title,
            "author": self._settings.author,
            "language": self._settings.language,
            "licence": self._settings.licence,
            "licence_url": metadata.licence_url(self._settings.licence),
            "root": root or "./",
            "feed": f"{root}feed.atom",
            "feeds": self._feed_links(root),
            "home": here == "",
            "nav": [
                {"title": name, "href": root + address, "here": here == address, "around": here.startswith(address)}
                for name, address in self._nav
            ],
        }

    def _feed_links(self, at: str) -> list[dict[str, str]]:
        kinds = [("atom", "application/atom+xml", "Atom"), ("rss", "application/rss+xml", "RSS")]
        kinds += [("json", "application/feed+json", "JSON Feed")]
        return [
            {"href": f"{at}feed.{ending}", "type": media_type, "name": name}
            for ending, media_type, name in kinds
            if ending != "rss" or self._settings.url
        ]

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
            "feeds": [],
        }

    def _placed(self, work: Work, at: str, *, tags: bool = True) -> dict[str, Any]:
        return {
            "title": work.title,
            "href": _root(at) + work.permalink.address,
            "summary": work.summary,
            "date": self._date(work.when),
            "kind": work.label,
            "own": work.own,
            "language": self._foreign(work.card.language),
            "tags": self._named(work, TAG, work.card.tags, at) if tags else [],
        }

    def _named(self, work: Work, what: str, names: Sequence[str], at: str) -> list[dict[str, Any]]:
        # An unlisted page names its tags and skills without a link: there may be no page for them.
        return [
            {"name": fit_line(name), "href": _root(at) + self._address(what, name) if work.listed else None}
            for name in names
        ]

    def _collection_of(self, work: Work, at: str) -> dict[str, Any] | None:
        name = work.card.page
        return {"title": name, "href": _root(at) + self._address(PAGE, name)} if name and work.listed else None

    def _links_to(self, what: str, groups: dict[str, list[Work]], at: str) -> list[dict[str, Any]]:
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
        if not language:
            return None
        parts = language.replace("_", "-").split("-")
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


def _host(url: str | None) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def _place_of(href: str) -> str:
    return href.removeprefix("mailto:") if href.startswith("mailto:") else _host(href)


def _sorted_as(work: Work) -> str:
    _url, author, _container = work.card.cite
    return (author.rpartition(" ")[2] or work.card.source_title).casefold()


def _uid_below(uid: str, address: str) -> str:
    import uuid

    return str(uuid.uuid5(uuid.UUID(uid), address))
