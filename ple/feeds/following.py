"""Following a feed: what is at an address is looked at once, and kept with what it says."""

import datetime as dt
from collections.abc import Callable, Mapping

from ple.feeds import keeping, lists
from ple.feeds.discovery import Found
from ple.feeds.errors import FeedError
from ple.feeds.fetching import ACCEPT, Answer, Ask, body_hash, permanent_target, refuse
from ple.feeds.models import FEED, FeedRow
from ple.feeds.worker import Parser
from ple.library import Library
from ple.web import addresses
from ple.web.client import Client, Limits
from ple.web.text import line


def look(client: Client, parser: Parser, url: str, headers: Mapping[str, str], limits: Limits) -> Found:
    """Return the feed that is at ``url`` for whoever sends these headers along.

    Raises:
        WebError: nobody answers there.
        FeedError: there is no feed.

    """
    response = client.get(url, headers={"Accept": ACCEPT, **headers}, limits=limits)
    try:
        refuse(response)
        kind = response.headers.get("content-type")
        return Found(response, parser.parse(response.url, response.body, kind))
    except FeedError as error:
        raise error.at(response.url) from None


def follow(
    library: Library,
    found: Found,
    now: Callable[[], dt.datetime],
    *,
    folder: str | None,
    tags: tuple[str, ...],
    title: str | None,
) -> int:
    """Follow a feed that was found, keep what it says, and return its number."""
    response = found.response
    url = permanent_target(response) or (response.redirects[0].url if response.redirects else response.url)
    moment = now()
    with library.writing(f"Followed {found.feed.title or addresses.display(url)}") as tx:
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
            keeping.remember_address(tx, hop.url, id, moment)
        if title:
            tx.update(FeedRow, [id], own_title=line(title) or None)
        if folder is not None:
            tx.update(FeedRow, [id], folder=lists.folder_name(folder))
        tx.tag(id, *tags)
        row = keeping.feed_row(tx, id)
        assert row is not None
        digest = body_hash(response.body)
        answer = Answer(Ask(id, row.url), response.headers, True, True, found.feed, digest)
        keeping.keep(tx, [row], [answer], moment)
        tx.note("followed", id)
    return id
