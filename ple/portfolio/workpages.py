"""The page of each piece of work, and what feeds say of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

from ple.portfolio import metadata
from ple.portfolio.characters import fit_line
from ple.portfolio.colours import coloured
from ple.portfolio.echoes.heard import Echo
from ple.portfolio.filepages import FilePages
from ple.portfolio.formulas import available, formula, version_here
from ple.portfolio.frame import Frame, Page, host_of, root_of
from ple.portfolio.mentions import ROOT
from ple.portfolio.permalinks import PAGE, SKILL, TAG
from ple.portfolio.prose import Prose
from ple.portfolio.theme import Safe, for_script
from ple.portfolio.work import COLLECTIONS, Work, hash_of

_SILENCE = Echo()
_TEXTS = ("body_html", "reflection_html", "sources_html", "feedback_html")


class Remembering(Protocol):
    """What remembers code that was coloured."""

    def code(self, key: str) -> str | None:
        """Return what was made under this key."""
        ...


class WorkPages:
    """The pages of works on one site."""

    def __init__(self, frame: Frame, memory: Remembering | None, echoes: Mapping[int, Echo], files: FilePages) -> None:
        self._frame = frame
        self._files = files
        self._memory = memory
        self._echoes = echoes
        self.made: dict[str, str] = {}
        """The code that was coloured and not remembered, by its key."""
        self._begun: dict[int, dict[str, Prose]] = {}
        self._bodies: dict[int, dict[str, str]] = {}

    def page(self, work: Work) -> Page:
        """Return the page of a work."""
        card, line = work.card, work.permalink
        instant = metadata.instant
        seed = [card.said, card.looks, line.address, instant(line.published_at), instant(line.updated_at)]
        for other in self._frame.arranged.mentioned_by.get(card.id, ()):
            seed.append(f"{other.title}\n{other.permalink.address}")
        if (echo := self._echoes.get(work.id)) is not None:
            seed.append(hash_of([echo.responses, echo.syndication]))
        template = "work.html"
        if card.kind in COLLECTIONS:
            template = "collection.html"
            seed.append(self._frame.seen(self._held(work)))
        return self._frame.page(
            f"{line.address}index.html", template, "\0".join(seed), lambda: self._about(work),
            steps=(lambda: self._begin(work), lambda: self._body(work)),
        )  # fmt: skip

    def _about(self, work: Work) -> dict[str, Any]:
        frame, card, line = self._frame, work.card, work.permalink
        a, d, address = work.artifact, work.document, line.address
        root = root_of(address)
        licence = a.licence or (frame.settings.licence if work.own else "")
        language = frame.foreign(d.language)
        page = frame.about_page(address, work.title, work.summary, listed=work.listed, kind="article")
        parts = [(one.title, frame.absolute(one.permalink.address)) for one in self._held(work)]
        page["json_ld"] = for_script(
            metadata.work_json(work, frame.settings, frame.absolute(address), licence, language, parts)
        )
        page["published"] = metadata.instant(line.published_at)
        page["modified"] = metadata.instant(line.updated_at)
        collection = {"title": a.page, "href": root + frame.address(PAGE, a.page)} if a.page and work.listed else None
        shown = {
            "title": work.title,
            "kind": work.label,
            "own": work.own,
            "language": language,
            "why": work.why,
            "date": frame.date(card.when),
            "updated": frame.date(line.updated_at.date().isoformat()),
            "revised": line.updated_at.date() > max(work.when, line.published_at.date()),
            "listed": work.listed,
            "tags": frame.named(work, TAG, card.tags, root),
            "skills": frame.named(work, SKILL, card.skills, root),
            "collection": collection,
            "quote": [words for words in work.quote.split("\n") if words.strip()],
            "source": {
                "url": work.source,
                "title": work.title if work.own else fit_line(d.title),
                "author": fit_line(d.author or ""),
                "container": fit_line(d.container or ""),
                "host": host_of(work.source),
            },
            "licence": {"name": licence, "url": metadata.licence_url(licence)} if licence else None,
            "mentioned_by": [
                {"title": other.title, "href": root + other.permalink.address}
                for other in frame.arranged.mentioned_by.get(a.id, ())
            ],
        }
        shown["badge"] = self._files.about_badge(work, root, frame.date) if card.badge else None
        page["image"] = frame.shared(work)
        echo = self._echoes.get(work.id, _SILENCE)
        shown["responses"] = [
            {**one, "date": frame.date(one["date"]) if one["date"] else None} for one in echo.responses
        ]
        shown["syndication"] = [{"href": href, "title": host_of(href)} for href in echo.syndication]
        for name, html in self._body(work).items():
            shown[name] = Safe(html.replace(ROOT, root)) if html else ""
        if card.kind in COLLECTIONS:
            return {"page": page, "work": shown, "works": frame.placed(self._held(work), address)}
        return {"page": page, "work": shown}

    def _held(self, work: Work) -> Sequence[Work]:
        """Return what stands in a collection."""
        return self._frame.arranged.held.get(work.id, ())

    def feed_entry(self, work: Work) -> metadata.FeedEntry:
        """Return what feeds say of a work; its links begin at :data:`ROOT`."""
        body = self._body(work)
        quote = "".join(f"<p>{escape(words)}</p>" for words in work.quote.split("\n") if words.strip())
        parts = [f"<p>{escape(work.why)}</p>"] if work.why else []
        parts += [f"<blockquote>{quote}</blockquote>"] if quote else []
        if work.source and not work.own:
            parts.append(f'<p><a href="{escape(work.source)}">{escape(fit_line(work.document.title))}</a></p>')
        parts.append(body["body_html"])
        for name, heading in (("reflection_html", "Reflection"), ("sources_html", "Sources")):
            parts += [f"<h2>{heading}</h2>{body[name]}"] if body[name] else []
        line = work.permalink
        return metadata.FeedEntry(
            work.card.uid, work.title, line.address, line.published_at, line.updated_at, work.summary, "".join(parts),
            work.card.tags, self._frame.foreign(work.card.language),
        )  # fmt: skip

    def html(self, work: Work) -> str:
        """Return all texts of a work."""
        return "\n".join([*self._body(work).values(), escape(work.why), *map(escape, [work.quote])])

    def remembered(self, of: str, make: Callable[[], str]) -> str:
        """Return what was made of something before, or make it."""
        key = hashlib.blake2b(of.encode("utf-8", "replace"), digest_size=16).hexdigest()
        known = self.made.get(key) or (self._memory.code(key) if self._memory is not None else None)
        if known is None:
            known = self.made[key] = make()
        return known

    def _begin(self, work: Work) -> dict[str, Prose]:
        """Let a work's texts be parsed."""
        begun = self._begun.get(work.id)
        if begun is None:
            a = work.artifact
            texts = {
                "body_html": (work.text if work.text.strip() else "", 2),
                "reflection_html": (a.reflection, 3),
                "sources_html": (a.sources, 4),
                "feedback_html": (a.feedback, 5),
            }
            begun = self._begun[work.id] = {
                name: Prose(
                    text, work.target, title=work.title if top == 2 else "", top=min(top, 3), part=top,
                    mentioning=bool(work.card.mentions), colours=self._coloured, formulas=self._formula,
                )
                for name, (text, top) in texts.items()
                if text
            }  # fmt: skip
            for prose in begun.values():
                prose.parse()
        return begun

    def _body(self, work: Work) -> dict[str, str]:
        """Return the HTML of a work's texts."""
        known = self._bodies.get(work.id)
        if known is None:
            begun = self._begin(work)
            known = {name: begun[name].html() if name in begun else "" for name in _TEXTS}
            del self._begun[work.id]
            if work.card.file:
                shown = self._files.html(work)
                known["body_html"] = "\n".join(part for part in (shown, known["body_html"]) if part)
            self._bodies[work.id] = known
        return known

    def _formula(self, latex: str, display: bool) -> str:
        """Make a formula, or return it as it was made before."""
        if self._memory is None or not available():
            return formula(latex, display)
        return self.remembered(f"formula 2\0{version_here()}\0{display:d}\0{latex}", lambda: formula(latex, display))

    def _coloured(self, code: str, language: str) -> str:
        """Colour code, or return it as it was coloured before: it is found by what it says."""
        if not language or self._memory is None:
            return coloured(code, language)
        key = hashlib.blake2b(f"{language}\0{code}".encode("utf-8", "replace"), digest_size=16).hexdigest()
        html = self.made.get(key) or self._memory.code(key)
        if html is None:
            html = self.made[key] = coloured(code, language)
        return html
