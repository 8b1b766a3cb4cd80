"""What a work's page shows of its echoes: responses that the learner allowed, and where the work was announced."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from ple.library import Library
from ple.portfolio.echoes.models import AnnouncementRow, ResponseRow


@dataclass(slots=True)
class Echo:
    """The echoes of one work, as its template gets them."""

    responses: list[dict[str, Any]] = field(default_factory=list)
    syndication: list[str] = field(default_factory=list)


def echoes(library: Library) -> dict[int, Echo]:
    """Return the echoes of each work that has any, in a fixed order."""
    found: dict[int, Echo] = {}
    with library.reading() as tx:
        shown = select(ResponseRow).where(col(ResponseRow.shown)).order_by(col(ResponseRow.id))
        for row in tx.exec(shown).all():
            when = row.said_at.astimezone(dt.UTC).date().isoformat() if row.said_at else ""
            if not _address(row.source):
                continue
            author_url = row.author_url if _address(row.author_url) else None
            said: dict[str, Any] = {"kind": row.kind, "author": row.author, "author_url": author_url}
            said |= {"url": row.source, "date": when}
            said["paragraphs"] = [line for line in row.text.split("\n") if line.strip()]
            found.setdefault(row.artifact_id, Echo()).responses.append(said)
        announced = select(AnnouncementRow).where(col(AnnouncementRow.url).is_not(None))
        for one in tx.exec(announced.order_by(col(AnnouncementRow.account_id))).all():
            if _address(one.url):
                found.setdefault(one.artifact_id, Echo()).syndication.append(str(one.url))
    return found


def _address(said: str | None) -> bool:
    """Say whether it may be linked to: an archive brings in what was never looked at when it came."""
    return bool(said) and re.fullmatch(r"https?://[^\s<>\"']+", str(said)) is not None
