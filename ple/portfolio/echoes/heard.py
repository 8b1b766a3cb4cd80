"""What a work's page shows of its echoes: responses that the learner allowed, and where the work was announced."""

import re
from dataclasses import dataclass, field
from typing import Any

from ple.portfolio.asking import Transactions, moment


@dataclass(slots=True)
class Echo:
    """The echoes of one work, as its template gets them."""

    responses: list[dict[str, Any]] = field(default_factory=list)
    syndication: list[str] = field(default_factory=list)


def echoes(library: Transactions) -> dict[int, Echo]:
    """Return the echoes of each work that has any, in a fixed order."""
    found: dict[int, Echo] = {}
    with library.reading() as statements:
        shown = (
            "SELECT artifact_id, source, kind, author, author_url, text, said_at FROM portfolio_response"
            " WHERE shown ORDER BY id"
        )
        for id, source, kind, author, author_url, text, said_at in statements.rows(shown):
            if not _address(source):
                continue
            when = moment(said_at).date().isoformat() if said_at else ""
            said: dict[str, Any] = {"kind": kind, "author": author}
            said |= {"author_url": author_url if _address(author_url) else None, "url": source, "date": when}
            said["paragraphs"] = [line for line in text.split("\n") if line.strip()]
            found.setdefault(id, Echo()).responses.append(said)
        announced = "SELECT artifact_id, url FROM portfolio_announcement WHERE url IS NOT NULL ORDER BY account_id"
        for id, url in statements.rows(announced):
            if _address(url):
                found.setdefault(id, Echo()).syndication.append(str(url))
    return found


def _address(said: str | None) -> bool:
    """Say whether it may be linked to: an archive brings in what was never looked at when it came."""
    return bool(said) and re.fullmatch(r"https?://[^\s<>\"']+", str(said)) is not None
