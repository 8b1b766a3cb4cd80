"""What both sides of a sync agreed on: which feed there is which here, and the states of entries.

A feed may have another address there than here: a server follows a redirect, or the learner does. It is the same all
the same, or every sync would double it on both sides.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import keeping
from ple.feeds.greader import RemoteFeed
from ple.feeds.marks import SyncAccountRow, SyncedEntryRow, SyncedFeedRow
from ple.feeds.models import EntryRow, FeedAddressRow, FeedRow
from ple.library import Reading, Resource, Writing, chunks
from ple.web import addresses


@dataclass(frozen=True, slots=True)
class State:
    """What there is to agree on for an entry."""

    read: bool = False
    starred: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """A feed here; ``keys`` are those of its address and of all that it had."""

    id: int
    title: str
    followed: bool
    key: str
    keys: frozenset[str]


def paired(there: Iterable[RemoteFeed], ours: Iterable[Ours], agreed: Mapping[str, int]) -> dict[str, int]:
    """Return which feed that is followed here each of those there is, by stream. Pure.

    The one of the same address; else of one that it had; else the one that was agreed on, if its title or host is the
    same, since a server that was set up anew counts its streams anew; else the one whose address differs in no more
    than http or https, ``www.`` and a slash.
    """
    followed = [feed for feed in ours if feed.followed]
    by_id = {feed.id: feed for feed in followed}
    now = {feed.key: feed.id for feed in followed}
    former = {key: feed.id for feed in followed for key in feed.keys}
    alike = Counter(loosely(feed.key) for feed in followed)
    loose = {name: feed.id for feed in followed if alike[name := loosely(feed.key)] == 1}
    remote = {feed.stream: feed for feed in there}
    keys = {stream: addresses.key(feed.url) for stream, feed in remote.items()}
    found: dict[str, int] = {}
    for named in (now, former):
        found |= {stream: named[key] for stream, key in keys.items() if key in named and stream not in found}
    for stream in remote.keys() - found.keys():
        before = by_id.get(agreed.get(stream, 0))
        if before is not None and before.id not in found.values() and _still(remote[stream], before):
            found[stream] = before.id
    for stream in sorted(remote.keys() - found.keys()):
        id = loose.get(loosely(keys[stream]))
        if id is not None and id not in found.values():
            found[stream] = id
    return found


def by_title(there: Sequence[RemoteFeed], ours: Sequence[Ours]) -> dict[str, int]:
    """Return which feed of ours each of those there is that just came there, by its title. Pure.

    One that came alone for one that was missing is that, whatever it is called.
    """
    if len(there) == len(ours) == 1:
        return {there[0].stream: ours[0].id}
    theirs = Counter(feed.title.casefold() for feed in there)
    called = Counter(feed.title.casefold() for feed in ours)
    ids = {feed.title.casefold(): feed.id for feed in ours}
    return {
        feed.stream: ids[name]
        for feed in there
        if (name := feed.title.casefold()) and theirs[name] == called[name] == 1
    }


def loosely(key: str) -> str:
    """Return what the keys of addresses have in common that hardly ever lead to different feeds."""
    return re.sub(r"^https?://(?:www\.)?", "", key).rstrip("/")


def _still(there: RemoteFeed, here: Ours) -> bool:
    if there.title and there.title.casefold() == here.title.casefold():
        return True
    return _site(there.url) in {_site(key) for key in here.keys}


def _site(url: str) -> str:
    return addresses.host(url).removeprefix("www.")


def feeds_here(tx: Reading) -> list[Ours]:
    """Return the feeds that have or had a web address, those in the trash too."""
    former: dict[int, set[str]] = {}
    for key, id in tx.connection().execute(sa.select(col(FeedAddressRow.url_key), col(FeedAddressRow.feed_id))):
        former.setdefault(id, set()).add(key)
    query = (
        sa.select(
            col(FeedRow.id), col(FeedRow.own_title), col(FeedRow.title), col(Resource.trashed_at).is_(None),
            col(FeedRow.url_key),
        )
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(FeedRow.url).startswith("http"))
    )  # fmt: skip
    return [
        Ours(id, own or title, followed, key, frozenset({key, *former.get(id, ())}))
        for id, own, title, followed, key in tx.connection().execute(query)
    ]


def feeds(tx: Reading, account: str) -> dict[str, int]:
    """Return the feeds that both sides had at the last sync: their numbers here, by stream."""
    query = sa.select(col(SyncedFeedRow.stream), col(SyncedFeedRow.feed_id))
    rows = tx.connection().execute(query.where(col(SyncedFeedRow.account) == account))
    return {stream: id for stream, id in rows if id is not None}


def agree_on_feeds(
    tx: Writing, account: str, pairs: Mapping[str, int], there: Iterable[RemoteFeed], now: dt.datetime
) -> None:
    """Remember which feed there is which here, and under which address.

    Of a feed that has another stream now, nothing is agreed on any more for its entries: their numbers are others, too.
    """
    before = feeds(tx, account)
    still = {id for stream, id in before.items() if pairs.get(stream) == id}
    for some in chunks(set(before.values()) - still):
        of_feeds = sa.select(col(EntryRow.id)).where(col(EntryRow.feed_id).in_(some))
        tx.connection().execute(
            sa.delete(SyncedEntryRow).where(
                col(SyncedEntryRow.account) == account, col(SyncedEntryRow.entry_id).in_(of_feeds)
            )
        )
    tx.connection().execute(sa.delete(SyncedFeedRow).where(col(SyncedFeedRow.account) == account))
    if pairs:
        rows = [{"account": account, "stream": stream, "feed_id": id} for stream, id in pairs.items()]
        tx.connection().execute(sa.insert(SyncedFeedRow), rows)
    known = {key for ours in feeds_here(tx) for key in ours.keys}
    for feed in there:
        if feed.stream in pairs and addresses.key(feed.url) not in known:
            keeping.remember_address(tx, feed.url, pairs[feed.stream], now)


def entries(tx: Reading, account: str) -> dict[int, tuple[int, State]]:
    """Return the entries that both sides have, by their number there, and on what they last agreed."""
    query = sa.select(
        col(SyncedEntryRow.item), col(SyncedEntryRow.entry_id), col(SyncedEntryRow.read), col(SyncedEntryRow.starred)
    ).where(col(SyncedEntryRow.account) == account)
    return {item: (id, State(read, starred)) for item, id, read, starred in tx.connection().execute(query)}


def aliases(tx: Reading, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return by what entries are told apart in all places: their address without its host, and their title."""
    found: dict[int, tuple[str, str]] = {}
    for some in chunks(ids):
        query = sa.select(col(EntryRow.id), col(EntryRow.alias), col(EntryRow.title)).where(col(EntryRow.id).in_(some))
        found |= {id: (alias or "", title) for id, alias, title in tx.connection().execute(query)}
    return found


def states(tx: Reading, ids: Iterable[int]) -> dict[int, State]:
    """Return the states of entries, of those that are not in the trash."""
    found: dict[int, State] = {}
    for some in chunks(ids):
        query = (
            sa.select(col(EntryRow.id), col(EntryRow.read_at), col(EntryRow.starred_at))
            .join(Resource, col(Resource.id) == col(EntryRow.id))
            .where(col(EntryRow.id).in_(some), col(Resource.trashed_at).is_(None))
        )
        for id, read, starred in tx.connection().execute(query):
            found[id] = State(read is not None, starred is not None)
    return found


def forget_entries(tx: Writing, account: str, numbers: Iterable[int]) -> None:
    """Forget what was agreed on for items that are there no more."""
    mine = col(SyncedEntryRow.account) == account
    for some in chunks(numbers):
        tx.connection().execute(sa.delete(SyncedEntryRow).where(mine, col(SyncedEntryRow.item).in_(some)))


def forget(tx: Writing, account: str) -> None:
    """Forget an account and all that was agreed on with it."""
    for table, column in (
        (SyncedEntryRow, col(SyncedEntryRow.account)), (SyncedFeedRow, col(SyncedFeedRow.account)),
        (SyncAccountRow, col(SyncAccountRow.name)),
    ):  # fmt: skip
        tx.connection().execute(sa.delete(table).where(column == account))
    tx.expire_all()
