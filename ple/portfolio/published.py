"""What is published: the works that a site may show, each with its address and with its mentions resolved.

A mention becomes a link only if what it names is shown to everybody. A title in brackets that names anything else is
not even said, for it may be the title of something private; a number tells a stranger nothing and stays as it is.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ple.library import Document
from ple.portfolio.models import Artifact, Visibility, fit
from ple.portfolio.permalinks import ARTIFACT, PAGE, TAG, Ledger
from ple.portfolio.prose import HIDDEN, Mention, Target, mentions
from ple.portfolio.work import Work


def published(artifacts: Iterable[tuple[Artifact, Document | None]], ledger: Ledger, now: dt.datetime) -> list[Work]:
    """Return the works that are shown, and give those that never were, their pages and tags, a place in ``ledger``.

    ``artifacts`` come with what their source says; those without are left out: what they show is in the trash.
    """
    works = []
    for artifact, document in artifacts:
        if artifact.visibility is Visibility.PRIVATE or document is None:
            continue
        listed = artifact.visibility is Visibility.PUBLIC
        fallback = f"{document.kind}-{artifact.id}"
        line = ledger.place(ARTIFACT, artifact.id, artifact.title, now, otherwise=fallback, listed=listed)
        works.append(Work(artifact, document, line, listed))
    works = [replace(work, permalink=ledger.said(work.permalink, work.fingerprint(), now)) for work in works]
    public = [work for work in works if work.listed]
    for page in sorted({work.artifact.page for work in public} - {""}):
        ledger.place(PAGE, page, page, now, otherwise="page")
    for tag in sorted({tag for work in public for tag in work.artifact.tags}):
        ledger.place(TAG, tag, tag, now, otherwise="tag")
    return _resolved(works, public)


def _resolved(works: Sequence[Work], public: Sequence[Work]) -> list[Work]:
    by_number = {work.document.id: work for work in public} | {work.artifact.id: work for work in public}
    by_title = {_folded(title): work for work in reversed(public) for title in (work.document.title, work.title)}

    def target(mention: Mention) -> Target:
        if mention.title is None:
            shown = by_number.get(mention.number or 0)
            return Target(shown.title, shown.permalink.address) if shown else Target(mention.written)
        name = _folded(mention.title)
        number = name.removeprefix("#")
        shown = by_number.get(int(number)) if number.isdecimal() and len(number) < 19 else by_title.get(name)
        if shown is None:
            return Target(mention.label or HIDDEN)
        return Target(mention.label or (shown.title if number.isdecimal() else mention.title), shown.permalink.address)

    resolved = []
    for work in works:
        texts = (work.text, work.artifact.reflection, work.artifact.why)
        found = [mention for text in texts for mention in mentions(fit(text))]
        targets = {mention.written: target(mention) for mention in found}
        resolved.append(replace(work, targets=targets) if targets else work)
    return resolved


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()
