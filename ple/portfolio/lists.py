"""Pages that list works: the first page, everything by year, collections, tags, skills, reading, writing; the CV."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ple.portfolio import metadata
from ple.portfolio.arrangement import grouped
from ple.portfolio.characters import as_looked_for, fit, fit_line
from ple.portfolio.formats import resume
from ple.portfolio.frame import EMPTY, Frame, Page, host_of, root_of
from ple.portfolio.mentions import ROOT, mentions
from ple.portfolio.parts import CARDS, LINES, Part, list_of, parts_of
from ple.portfolio.permalinks import PAGE, SKILL, TAG
from ple.portfolio.prose import excerpt, page_html
from ple.portfolio.theme import Safe, for_script
from ple.portfolio.work import Work, hash_of

ON_FIRST_PAGE = 9


class Lists:
    """The lists of one site."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._arranged = frame.arranged
        self._parts = self._cut()

    def home(self) -> Page:
        """Return the first page."""
        frame, arranged = self._frame, self._arranged
        settings = frame.settings
        about = fit(settings.about)

        def context() -> dict[str, Any]:
            page = frame.about_page("", "", frame.introduction, kind="website")
            page["json_ld"] = for_script(metadata.site_json(settings, frame.introduction))
            html = page_html(about, frame.target)
            return {
                "page": page,
                "works": frame.placed(arranged.selected[:ON_FIRST_PAGE], ""),
                "more": max(0, len(arranged.selected) - ON_FIRST_PAGE),
                "collections": [*frame.collections(""), *frame.links_to(PAGE, arranged.collections, "")],
                "skills": frame.links_to(SKILL, arranged.skills, ""),
                "me": [{"href": href, "title": _place_of(href)} for href in settings.me],
                "about_html": Safe(html.replace(ROOT, "")),
            }

        seed = [
            about,
            frame.introduction,
            [[to.words, to.address] for to in map(frame.target, mentions(about))],
            frame.seen(arranged.selected[:ON_FIRST_PAGE]),
            len(arranged.selected),
            frame.collections(""),
        ]
        groups = [
            (name, len(works)) for some in (arranged.collections, arranged.skills) for name, works in some.items()
        ]
        return frame.page("index.html", "home.html", hash_of([seed, sorted(groups)]), context)

    def everything(self) -> Iterator[Page]:
        """Yield all work by year, a page for each part."""
        frame = self._frame

        def page(part: Part) -> Page:
            def context() -> dict[str, Any]:
                years = grouped((int(work.card.when[:4]), work) for work in part.works)
                return self._about(part, "All work", f"Everything by {frame.by}, newest first.") | {
                    "years": [
                        {"year": year, "works": frame.placed(works, part.address, tags=False)}
                        for year, works in years.items()
                    ],
                    "count": len(part.works),
                }

            return self._page(part, "all.html", "", context)

        yield from map(page, reversed(self._parts["work/"]))

    def of(self, what: str, name: str) -> Iterator[Page]:
        """Yield a collection, or the list of a tag or skill, a page for each part."""
        frame = self._frame
        own = self._parts[frame.address(what, name)]
        title = {TAG: f"Tagged “{name}”", SKILL: f"Evidence of “{name}”"}.get(what, name)
        count = sum(len(part.works) for part in own)

        def page(part: Part) -> Page:
            def context() -> dict[str, Any]:
                said = self._about(part, title, f"{_count(count)} by {frame.by}: {name}.", by_date=what != PAGE)
                if what == TAG:
                    said["page"]["feeds"] = frame.feed_links("" if part is own[0] else "../../")
                return said | {"what": what, "name": name, "works": frame.placed(part.works, part.address)}

            return self._page(part, "list.html", f"{name}\0{count if part is own[0] else ''}", context)

        yield from map(page, reversed(own))

    def blog(self) -> Iterator[Page]:
        """Yield what the learner wrote, a page for each part."""
        frame, written = self._frame, self._arranged.written
        if not written:
            yield self._empty("blog/")
            return
        if len(written) == len(self._arranged.listed):
            yield frame.moved("blog/", "work/")  # the same list would stand at two addresses
            return

        def page(part: Part) -> Page:
            def context() -> dict[str, Any]:
                return self._about(part, "Writing", f"What {frame.by} writes, newest first.") | {
                    "what": "blog",
                    "name": "Writing",
                    "works": frame.placed(part.works, part.address),
                }

            return self._page(part, "list.html", "", context)

        yield from map(page, reversed(self._parts["blog/"]))

    # long lists

    def parts(self) -> Iterator[tuple[str, Sequence[Work]]]:
        """Yield the address of each part of a list that is not the list's own page, and what stands there."""
        for own in self._parts.values():
            for part in own[1:]:
                yield part.address, part.works

    def instead_of(self, address: str) -> Page:
        """Return what stands at the address of a part that a list once had."""
        own = list_of(address)
        if own == "blog/" and self._arranged.written:
            own = "blog/" if own in self._parts else "work/"
        return self._frame.moved(address, own) if own in self._parts else self._empty(address)

    def _cut(self) -> dict[str, list[Part]]:
        """Return the parts of each list by its address; whole lists for a theme that cannot lead from part to part."""
        frame, arranged = self._frame, self._arranged
        cards = frame.theme.length("list.html", "cards", CARDS)
        lines = frame.theme.length("all.html", "lines", LINES)
        found = {"work/": parts_of("work/", arranged.by_date, lines, newest_first=True)}
        if 0 < len(arranged.written) < len(arranged.listed):
            found["blog/"] = parts_of("blog/", arranged.written, cards, newest_first=True)
        for what, groups in ((PAGE, arranged.collections), (TAG, arranged.tags), (SKILL, arranged.skills)):
            for name, works in groups.items():
                address = frame.address(what, name)
                found[address] = parts_of(address, works, cards, newest_first=what != PAGE)
        return found

    def _about(self, part: Part, title: str, description: str, *, by_date: bool = True) -> dict[str, Any]:
        """Return what a template gets as ``page`` and ``pager`` for a part of a list of that title."""
        first = part.number in (None, 1) if not by_date else part.number is None
        here = ("Newest" if by_date else "Page 1") if first else f"Page {part.number}"
        if not first:
            title, description = f"{title}, page {part.number}", f"{title}, page {part.number} of the list."
        page = self._frame.about_page(part.address, title, description)
        if part.alone:
            return {"page": page, "pager": None}
        root = root_of(part.address)
        around = {
            name: root + address if address else None
            for name, address in (
                ("first", part.first), ("previous", part.previous), ("next", part.next), ("last", part.last)
            )
        }  # fmt: skip
        page |= {"previous": around["previous"], "next": around["next"]}
        return {"page": page, "pager": around | {"here": here, "by_date": by_date}}

    def _page(self, part: Part, template: str, seed: str, context: Callable[[], dict[str, Any]]) -> Page:
        around = [part.first, part.previous, part.next, part.last]
        seed = "\0".join([seed, *(address or "" for address in around), self._frame.seen(part.works)])
        return self._frame.page(f"{part.address}index.html", template, seed, context)

    def tags(self) -> Page:
        """Return the list of all tags."""
        frame, groups = self._frame, self._arranged.tags
        if not groups:
            return self._empty("tags/")

        def context() -> dict[str, Any]:
            page = frame.about_page("tags/", "Tags", f"What the work of {frame.by} is about.")
            return {"page": page, "tags": frame.links_to(TAG, groups, "tags/")}

        seed = hash_of(sorted((name, len(works)) for name, works in groups.items()))
        return frame.page("tags/index.html", "tags.html", seed, context)

    def skills(self) -> Page:
        """Return the skill map: each skill with its evidence."""
        frame, skills = self._frame, self._arranged.skills
        if not skills:
            return self._empty("skills/")

        def context() -> dict[str, Any]:
            words = f"What {frame.by} can do, each with the work that shows it."
            return {
                "page": frame.about_page("skills/", "Skills", words),
                "skills": [
                    {
                        "title": skill,
                        "href": "../" + frame.address(SKILL, skill),
                        "works": frame.placed(works, "skills/", tags=False),
                    }
                    for skill, works in sorted(skills.items(), key=lambda group: as_looked_for(group[0]))
                ],
            }

        seed = "\0".join(f"{skill}\n{frame.seen(works)}" for skill, works in sorted(skills.items()))
        return frame.page("skills/index.html", "skills.html", seed, context)

    def reading(self) -> Page:
        """Return the reading list: the sources of all that is quoted."""
        frame, read = self._frame, self._arranged.read
        if not read:
            return self._empty("reading/")

        def context() -> dict[str, Any]:
            rows = []
            ordered = sorted(read, key=lambda work: (_sorted_as(work), work.id))
            for work, placed in zip(ordered, frame.placed(ordered, "reading/"), strict=True):
                url, author, container = work.card.cite
                cite = {"title": fit_line(work.card.source_title), "author": author, "container": container}
                rows.append(placed | cite | {"url": url or None, "host": host_of(url)})
            words = f"What {frame.by} read and builds on, with the sources."
            return {"page": frame.about_page("reading/", "Reading", words), "works": rows}

        return frame.page("reading/index.html", "reading.html", frame.seen(read), context)

    def badges(self, about: Callable[[Work, str], dict[str, Any]]) -> Page:
        """Return the badges and certificates, each with what was found about it; ``about`` says that."""
        frame, badges = self._frame, self._arranged.badges
        if not badges:
            return self._empty("badges/")

        def context() -> dict[str, Any]:
            words = f"Badges and certificates of {frame.by}, with how they were checked."
            rows = [
                placed | {"badge": about(work, "../")}
                for work, placed in zip(badges, frame.placed(badges, "badges/", tags=False), strict=True)
            ]
            return {"page": frame.about_page("badges/", "Badges and certificates", words), "works": rows}

        return frame.page("badges/index.html", "badges.html", frame.seen(badges), context)

    def _empty(self, address: str) -> Page:
        """Return what stands where there is nothing to list: an old link leads there, and no other."""
        return self._frame.notice(f"{address}index.html", address, "Nothing stands here now", EMPTY)

    def curriculum(self) -> Iterator[Page]:
        """Yield the CV, and the file that it was made from."""
        frame = self._frame
        said = frame.settings.resume
        if not said:
            yield self._empty("cv/")
            return

        def context() -> dict[str, Any]:
            cv = resume.cv(said, frame.settings.language)
            page = frame.about_page("cv/", "Curriculum vitae", excerpt(" ".join(cv["summary"]) or f"{frame.by}: CV"))
            return {"page": page, "cv": cv | {"name": cv["name"] or frame.by}, "file": "../resume.json"}

        content = resume.as_json(said)
        key = hashlib.blake2b(content, digest_size=16).hexdigest()
        yield frame.page("cv/index.html", "cv.html", key, context)
        yield Page("resume.json", key, lambda: content)


def _count(works: int) -> str:
    return "1 piece of work" if works == 1 else f"{works} pieces of work"


def _place_of(href: str) -> str:
    return href.removeprefix("mailto:") if href.startswith("mailto:") else host_of(href)


def _sorted_as(work: Work) -> str:
    _url, author, _container = work.card.cite
    return (author.rpartition(" ")[2] or work.card.source_title).casefold()
