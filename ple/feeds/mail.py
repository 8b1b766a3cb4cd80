"""Newsletters and mailing lists: mail as entries of a feed, one for each list, or for each file if the learner says so.

Such a feed has no address to ask: it is paused for good and fed from files. What came before is known again by its
``Message-ID``, so the same archive may be brought in every month.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import keeping, lists
from ple.feeds.errors import FeedError
from ple.feeds.formats import mail
from ple.feeds.models import FEED, FeedRow
from ple.feeds.publication import ParsedEntry, ParsedFeed
from ple.library import Library, Writing
from ple.web.text import line

FORMAT = "mail"


class NoMail(FeedError):
    """A file that holds no mail."""

    hint = "An .mbox file begins with “From ”, an .eml file with headers such as “Subject:”."


@dataclass(frozen=True, slots=True)
class MailImported:
    """What came of a file of mail: the feeds it went to, how many were new and known, and what was refused."""

    feeds: tuple[int, ...]
    added: int
    known: int
    refused: tuple[str, ...]


class Mailbox:
    """Brings mail in."""

    def __init__(self, library: Library, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._now = now

    def bring_in(self, data: bytes, *, title: str | None = None, folder: str | None = None) -> MailImported:
        """Bring in an ``.mbox`` or ``.eml`` file: a feed for each list or sender, or all in the one of this title.

        Raises:
            NoMail: it is no mail.

        """
        if not mail.is_mail(data):
            raise NoMail("the file is neither a mailbox nor a message")
        read = mail.read(data)
        together: dict[str, list[mail.Mail]] = defaultdict(list)
        for each in read.found:
            together[f"title:{line(title).casefold()}" if title else each.feed].append(each)
        feeds: list[int] = []
        added = 0
        with self._library.writing() as tx:
            for key, mails in together.items():
                id, new = self._keep(tx, key, mails, title, folder)
                feeds.append(id)
                added += new
        return MailImported(tuple(feeds), added, len(read.found) - added, read.refused)

    def _keep(
        self, tx: Writing, key: str, mails: list[mail.Mail], title: str | None, folder: str | None
    ) -> tuple[int, int]:
        now = self._now()
        address = "mail:" + quote(key, safe="@.+-:", errors="replace")[:300]
        id = tx.connection().execute(sa.select(col(FeedRow.id)).where(col(FeedRow.url_key) == address)).scalar()
        if id is None:
            id = tx.register(FEED)
            tx.add(FeedRow(id=id, url=address, url_key=address, format=FORMAT, paused_at=now, checked_at=now))
            tx.flush()
        else:
            lists.bring_back(tx, id)
        called = line(title or "") or mails[0].feed_title
        tx.update(FeedRow, [id], title=called, format=FORMAT, paused_at=now)
        if folder is not None:
            tx.update(FeedRow, [id], folder=lists.folder_name(folder))
        row = keeping.feed_row(tx, id)
        assert row is not None
        entries = _newest_first([each.entry for each in mails])
        _, new, _ = keeping.keep_entries(tx, row, ParsedFeed(title=called, format=FORMAT, entries=entries), now)
        changed = {"checked_at": now, "fetched_at": now, **({"changed_at": now} if new else {})}
        tx.connection().execute(sa.update(FeedRow).where(col(FeedRow.id) == id).values(**changed))
        return id, new


def _newest_first(entries: list[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    return tuple(sorted(entries, key=lambda entry: entry.published_at or oldest, reverse=True))
