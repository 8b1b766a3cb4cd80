"""A piece of work as the site sees it: what the learner says about it, and what its source says."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ple.library import Document
from ple.portfolio.models import Artifact, fit, fit_line
from ple.portfolio.permalinks import Permalink
from ple.portfolio.prose import Mention, Target, beginning, excerpt, spoken

OWN_WORK = frozenset({"journal", "goal"})
"""Kinds that the learner wrote: they are shown whole. Of anything else a site shows a quotation and its source."""

_LABELS = {"journal": "Writing", "goal": "Goal", "bookmark": "Reading", "entry": "Reading", "highlight": "Reading"}


@dataclass(frozen=True)
class Work:
    """A piece of work that is published: the artifact, what its source says, and where it stands."""

    artifact: Artifact
    document: Document
    permalink: Permalink
    listed: bool
    targets: dict[str, Target] = field(default_factory=dict)
    """What becomes of each mention in its texts, by how it is written."""

    @cached_property
    def title(self) -> str:
        """What its page is called."""
        return fit_line(self.artifact.title)

    @property
    def own(self) -> bool:
        """Whether the learner wrote it."""
        return self.document.kind in OWN_WORK

    @property
    def label(self) -> str:
        """What sort of thing it is, in a word for strangers."""
        return _LABELS.get(self.document.kind, self.document.kind.capitalize())

    @property
    def when(self) -> dt.date:
        """The day that stands on it: when it was made, or written, published or saved."""
        return self.artifact.made_on or self.document.occurred_at.astimezone(dt.UTC).date()

    @cached_property
    def text(self) -> str:
        """The learner's own words, in Markdown: the work itself, or the note on something found."""
        text = self.document.markdown
        return fit(text if text is not None else self.document.text if self.own else "")

    @cached_property
    def why(self) -> str:
        """Why it is shown; plain text."""
        return spoken(fit(self.artifact.why), self.target)

    @cached_property
    def quote(self) -> str:
        """A passage of another's text: the one that the learner chose, else its beginning. Never the whole."""
        if self.own:
            return ""
        if self.artifact.quote:
            return fit(self.artifact.quote)
        # what the learner noted on it comes first in what can be searched, and is not the author's
        return excerpt(fit(self.document.text.removeprefix(self.document.markdown or "")), 320)

    @cached_property
    def summary(self) -> str:
        """A line or two about it, for lists."""
        if said := self.why or self.quote:
            return excerpt(said)
        return excerpt(beginning(self.text, self.target, title=self.title))

    @property
    def source(self) -> str | None:
        """The address that it was found at, if that can be linked to."""
        url = self.document.url or ""
        return fit_line(url) if url.lower().startswith(("http://", "https://")) else None

    def fingerprint(self) -> str:
        """A hash of what it says: when this differs, a reader would call the page updated."""
        a = self.artifact
        said = [self.title, a.why, a.reflection, self.quote, self.text, self.source, str(self.when), a.licence]
        return hash_of([*said, sorted(a.tags)])

    def target(self, mention: Mention) -> Target:
        """Return what becomes of a mention in its texts."""
        return self.targets.get(mention.written, Target(mention.label or mention.title or mention.written))


def hash_of(value: Any) -> str:
    """Return a hash of any value that JSON can hold."""
    said = json.dumps(value, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
