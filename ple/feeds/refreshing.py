"""Refreshing: from the feeds that are due to entries in the library.

Fetched many at a time and parsed in a worker, kept one feed at a time, each in a transaction of its own: whatever was
finished stays finished when somebody pulls the plug.
"""

import datetime as dt
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import arrivals, keeping, lists
from ple.feeds.credentials import Credentials
from ple.feeds.discovery import Found
from ple.feeds.errors import FeedError
from ple.feeds.fetching import ACCEPT, Answer, Ask, body_hash, fetch_all, permanent_target, refuse
from ple.feeds.models import FEED, FeedRow, Refreshed
from ple.feeds.worker import Parser
from ple.library import Library, Resource, chunks
from ple.web import addresses
from ple.web.client import Client, Limits
from ple.web.text import line


class Refreshing:
    """Brings in what publishers say."""

    def __init__(
        self, library: Library, client: Client, parser: Parser, now: Callable[[], dt.datetime], limits: Limits,
        credentials: Credentials,
    ) -> None:  # fmt: skip
        self._credentials = credentials
        self._library = library
        self._client = client
        self._parser = parser
        self._now = now
        self._limits = limits

    def refresh(self, ids: Collection[int] | None, *, force: bool, concurrency: int) -> Generator[Refreshed]:
        """Yield what became of each feed, as it is done; see :meth:`Subscriptions.refresh`."""
        unreachable: list[Answer] = []
        connected = False
        asks = self._asks(ids, force)
        answers = fetch_all(self._client, self._parser, asks, concurrency=concurrency, limits=self._limits)
        with closing(answers):
            for together in answers:
                connected = connected or any(answer.reached for answer in together)
                yield from self._keep_unchanged([answer for answer in together if answer.unchanged])
                while connected and unreachable:
                    self._keep(unreachable.pop())
                for answer in together:
                    if answer.unchanged:
                        continue
                    # As long as nobody answers, it may be our own connection that is lost: no feed is to blame then.
                    if not connected:
                        unreachable.append(answer)
                    if (done := self._keep(answer, blame=connected)) is not None:
                        yield done

    def _asks(self, ids: Collection[int] | None, force: bool) -> list[Ask]:
        now = self._now()
        query = (
            sa.select(
                col(FeedRow.id), col(FeedRow.url), col(FeedRow.etag), col(FeedRow.last_modified),
                col(FeedRow.fetched_at), col(FeedRow.body_hash), col(FeedRow.private), col(Resource.uid),
            )
            .join(Resource, col(Resource.id) == col(FeedRow.id))
            .where(col(Resource.trashed_at).is_(None))
            .order_by(col(FeedRow.next_check_at).nulls_first(), col(FeedRow.id))
        )  # fmt: skip
        with self._library.reading() as tx:
            if ids is not None:
                lists.check(tx, ids, FEED)
                rows = [
                    row
                    for some in chunks(ids)
                    for row in tx.connection().execute(query.where(col(FeedRow.id).in_(some)))
                ]
            else:
                query = query.where(col(FeedRow.paused_at).is_(None))
                if not force:
                    query = query.where(col(FeedRow.next_check_at).is_(None) | (col(FeedRow.next_check_at) <= now))
                rows = list(tx.connection().execute(query))
        return [
            Ask(
                id, url, arrivals.validators(etag, modified, fetched_at, now=now), body_hash,
                self._credentials.of(uid, url) if private else {},
            )
            for id, url, etag, modified, fetched_at, body_hash, private, uid in rows
        ]  # fmt: skip

    def _keep(self, answer: Answer, *, blame: bool = True) -> Refreshed | None:
        """Store an answer; return none if the feed was removed, or given another address, in the meantime."""
        with self._library.writing() as tx:
            row = keeping.feed_row(tx, answer.ask.feed_id)
            if row is None or row.url != answer.ask.url:
                return None
            return keeping.keep(tx, row, answer, self._now(), blame=blame)

    def _keep_unchanged(self, answers: list[Answer]) -> list[Refreshed]:
        """Store that these feeds say nothing new; leave out those that were removed or moved in the meantime."""
        if not answers:
            return []
        with self._library.writing() as tx:
            return keeping.keep_unchanged(tx, answers, self._now())

    def look(self, url: str, headers: Mapping[str, str]) -> Found:
        """Return the feed that is at ``url`` for whoever sends these headers along.

        Raises:
            WebError: nobody answers there.
            FeedError: there is no feed.

        """
        response = self._client.get(url, headers={"Accept": ACCEPT, **headers}, limits=self._limits)
        try:
            refuse(response)
            kind = response.headers.get("content-type")
            return Found(response, self._parser.parse(response.url, response.body, kind))
        except FeedError as error:
            raise error.at(response.url) from None

    def follow(self, found: Found, folder: str | None, tags: tuple[str, ...], title: str | None) -> int:
        """Follow a feed that was found, keep what it says, and return its number."""
        response = found.response
        url = permanent_target(response) or (response.redirects[0].url if response.redirects else response.url)
        now = self._now()
        with self._library.writing(f"Followed {found.feed.title or addresses.display(url)}") as tx:
            at = lists.feed_at(tx, addresses.key(url))
            if at is None:
                id = tx.register(FEED)
                tx.add(FeedRow(id=id, url=url, url_key=addresses.key(url)))
                tx.flush()
            else:
                id = at
                lists.bring_back(tx, id)
            for hop in response.redirects:
                if hop.url == url:
                    break
                keeping.remember_address(tx, hop.url, id, now)
            if title:
                tx.update(FeedRow, [id], own_title=line(title) or None)
            if folder is not None:
                tx.update(FeedRow, [id], folder=lists.folder_name(folder))
            tx.tag(id, *tags)
            row = keeping.feed_row(tx, id)
            assert row is not None
            ask = Ask(id, row.url)
            digest = body_hash(response.body)
            keeping.keep(tx, row, Answer(ask, response.headers, True, True, found.feed, digest), now)
            tx.note("followed", id)
        return id
