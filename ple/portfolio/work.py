"""A piece of work as the site sees it: what the learner says about it, and what its source says.

Of each the site always needs a :class:`Card`, a few lines; the whole of it only while its page is made.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Any

from ple.library import Document
from ple.portfolio import files
from ple.portfolio.characters import fit, fit_line
from ple.portfolio.mentions import HIDDEN, Mention, Target, mentions, spoken
from ple.portfolio.naming import COMMENT, marked_title
from ple.portfolio.notation import encoder
from ple.portfolio.permalinks import Permalink
from ple.portfolio.prose import beginning, excerpt
from ple.portfolio.values import Artifact, ShownFile, Visibility

COLLECTIONS = frozenset({"collection", "search"})
"""Kinds that hold other things: their pages show those of them that everybody may find."""
OWN_WORK = frozenset({"journal", "goal"}) | COLLECTIONS | files.KINDS
"""Kinds that the learner wrote: they are shown whole. Of anything else a site shows a quotation and its source."""

_LABELS = {
    "journal": "Writing",
    "goal": "Goal",
    "bookmark": "Reading",
    "entry": "Reading",
    "highlight": "Reading",
    "credential": "Badge",
    "collection": "Collection",
    "search": "Collection",
}


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is said about a piece of work; ``quote`` and ``text`` are what of its source may be shown."""

    artifact: Artifact
    document: Document
    text: str
    """The learner's own words, in Markdown: the work itself, or the note on something found."""
    quote: str
    """A passage of another's text: the one that the learner chose, else its beginning. Never the whole."""

    @classmethod
    def of(cls, artifact: Artifact, document: Document) -> "Whole":
        """Return what may be shown of an artifact and of what its source says."""
        own = document.kind in OWN_WORK
        said = document.markdown
        text = fit(said if said is not None else document.text if own else "")
        quote = "" if own else fit(artifact.quote)
        if not own and not quote:
            # what the learner noted on it comes first in what can be searched, and is not the author's
            quote = excerpt(fit(document.text.removeprefix(said or "")), 320)
        return cls(artifact, document, text, quote)


@dataclass(slots=True)
class Card:
    """What the site's lists, and the question what changed, need of a piece of work. Only what JSON can hold."""

    id: int
    source: int
    uid: str
    kind: str
    title: str
    source_title: str
    page: str
    position: int
    tags: list[str]
    skills: list[str]
    listed: bool
    when: str
    language: str | None
    said: str
    """A hash of all that its page says."""
    fingerprint: str
    """A hash of what it says: when this differs, a reader would call the page updated."""
    mentions: list[list[Any]]
    resolved: list[list[Any]]
    """What had become of its mentions when the summary was made."""
    cite: list[str]
    """Of another's text: its address, its author, and what it stands in."""
    summary: str = ""
    looks: str = ""
    """A hash of all that lists show of it."""
    file: list[Any] = field(default_factory=list)
    """What it shows: name, media type, SHA-256 and size; then what can be seen on it, in words. Mostly nothing."""
    badge: list[Any] = field(default_factory=list)
    """What was found about it, if it is a badge."""
    marked: str = ""
    """Its title with the mentions in it, if it was taken from a line that has some."""

    @classmethod
    def of(cls, whole: Whole) -> "Card":
        """Return the card of a piece of work; its summary is made once its mentions are resolved."""
        a, d = whole.artifact, whole.document
        own = d.kind in OWN_WORK
        texts = [fit(text) for text in (a.reflection, a.why, a.sources, a.feedback) if text]
        found = dict.fromkeys([mention for text in (whole.text, *texts) for mention in mentions(text)])
        tags, uid = sorted(a.tags), str(a.uid)
        when = a.made_on or d.occurred_at.astimezone(dt.UTC).date()
        # a note to oneself may stand in a title that was taken from a text
        title = fit_line(COMMENT.sub("", a.title) if "<!--" in a.title and own else a.title)
        source = _source(d)
        said: list[Any] = [
            title,
            a.why,
            a.reflection,
            whole.quote,
            whole.text,
            source,
            str(when),
            a.licence,
            tags,
        ]
        more: list[Any] = [a.skills, a.sources, a.feedback]
        file = [a.file.name, a.file.media_type, a.file.sha256, a.file.size, a.alt] if a.file else []
        if file:
            more += [file]
        fingerprint = hash_of([*said, *more] if any(more) else said)
        badge = list(astuple(a.badge)) if a.badge else []
        kept: list[Any] = [
            uid,
            d.kind,
            d.title,
            d.author,
            d.container,
            d.language,
            a.page,
            a.visibility,
            fingerprint,
        ]
        kept += [badge] if badge else []
        return cls(
            a.id, d.id, uid, d.kind, title, d.title, a.page, a.position, tags, list(a.skills),
            a.visibility is Visibility.PUBLIC, when.isoformat(), d.language, hash_of(kept), fingerprint,
            [[m.written, m.title, m.label, m.number] for m in found], [],
            [] if own else [source or "", fit_line(d.author or ""), fit_line(d.container or "")],
            file=file, badge=badge, marked=marked_title(title, whole.text) if own else "",
        )  # fmt: skip

    def summarize(self, summary: str, resolved: list[list[Any]]) -> None:
        """Say a line or two about it, made when its mentions became ``resolved``."""
        self.summary, self.resolved = summary, resolved
        shown = [self.kind, self.title, self.source_title, self.tags, self.skills, self.when, self.language, self.cite]
        shown += [self.file, self.badge] if self.file or self.badge else []
        self.looks = hash_of([*shown, summary, resolved])


@dataclass(frozen=True)
class Work:
    """A piece of work that is published: its card, where it stands, and, when asked for, the whole of it."""

    card: Card
    permalink: Permalink
    whole: Callable[[], Whole]
    targets: dict[str, Target] = field(default_factory=dict)
    """What becomes of each mention in its texts, by how it is written."""

    @cached_property
    def _whole(self) -> Whole:
        return self.whole()

    @property
    def artifact(self) -> Artifact:
        """What the learner says about it."""
        return self._whole.artifact

    @property
    def document(self) -> Document:
        """What it is made from."""
        return self._whole.document

    @property
    def id(self) -> int:
        """The artifact's number."""
        return self.card.id

    @cached_property
    def seen(self) -> str:
        """What decides how it looks in a list."""
        return f"{self.card.looks} {self.permalink.address}"

    @property
    def listed(self) -> bool:
        """Whether everybody may find it."""
        return self.card.listed

    @property
    def title(self) -> str:
        """What its page is called."""
        return self.card.title

    @property
    def own(self) -> bool:
        """Whether the learner wrote it."""
        return self.card.kind in OWN_WORK

    @property
    def label(self) -> str:
        """What sort of thing it is, in a word for strangers."""
        kind = self.card.kind
        return _LABELS.get(kind) or files.label(kind) or kind.capitalize()

    @property
    def when(self) -> dt.date:
        """The day that stands on it: when it was made, or written, published or saved."""
        return dt.date.fromisoformat(self.card.when)

    @property
    def text(self) -> str:
        """The learner's own words, in Markdown."""
        return self._whole.text

    @cached_property
    def why(self) -> str:
        """Why it is shown; plain text."""
        return spoken(fit(self.artifact.why), self.target)

    @property
    def quote(self) -> str:
        """A passage of another's text. Never the whole."""
        return self._whole.quote

    @property
    def summary(self) -> str:
        """A line or two about it, for lists."""
        return self.card.summary

    def summarized(self) -> str:
        """Make the summary."""
        if said := self.why or self.quote:
            return excerpt(said)
        return excerpt(beginning(self.text, self.target, title=self.title) or self.artifact.alt)

    @property
    def file(self) -> ShownFile | None:
        """The file that it shows."""
        return ShownFile(*self.card.file[:4]) if self.card.file else None

    @property
    def alt(self) -> str:
        """What can be seen on its picture, in words."""
        return str(self.card.file[4]) if self.card.file else ""

    @cached_property
    def source(self) -> str | None:
        """The address that it was found at, if that can be linked to."""
        return _source(self.document)

    def target(self, mention: Mention) -> Target:
        """Return what becomes of a mention in its texts."""
        hidden = mention.written if mention.title is None else HIDDEN
        return self.targets.get(mention.written) or Target(mention.label or hidden)


def hash_of(value: Any) -> str:
    """Return a hash of any value that JSON can hold."""
    return hashlib.blake2b(_SAID(value).encode(), digest_size=16).hexdigest()


_SAID = encoder(ordered=True, compact=False)


def _source(document: Document) -> str | None:
    url = document.url or ""
    return fit_line(url) if url.lower().startswith(("http://", "https://")) else None
