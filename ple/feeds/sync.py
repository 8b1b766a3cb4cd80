"""Sync with a reader that people already run: subscriptions, what is read and what is starred, both ways.

For each feed and entry that both sides have we remember on what they last agreed. Whoever differs from that has
changed it: the change goes to the other side. If both did, they did the same, since a state is only on or off. What
is sent is only noted as agreed once the server took it, so a sync that broke off is made up for by the next.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import entries, identity, lists
from ple.feeds.formats.opml import Outline
from ple.feeds.greader import READ, READING_LIST, STARRED, Account, RemoteFeed, RemoteItem, SyncFailed, sign_in
from ple.feeds.marks import SyncAccountRow, SyncedEntryRow, SyncedFeedRow
from ple.feeds.models import FEED, EntryRow, FeedRow
from ple.feeds.publication import ParsedEntry
from ple.library import Library, NotFound, Reading, Resource, Writing, chunks
from ple.web import addresses
from ple.web.client import Client
from ple.web.text import line

OVERLAP = dt.timedelta(days=7)
"""Items that came in so long before the last sync are looked at again: their feed may have been late here."""
MOST_UNKNOWN = 10_000


class Secrets(Protocol):
    """Where passwords are kept."""

    def get(self, name: str) -> str | None: ...  # noqa: D102
    def set(self, name: str, value: str) -> str: ...  # noqa: D102
    def delete(self, name: str) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class SyncAccount:
    """An account that is synced with."""

    name: str
    url: str
    login: str
    connected_at: dt.datetime
    synced_at: dt.datetime | None


@dataclass(slots=True)
class Synced:
    """What a sync did, on which side: feeds followed and left, entries marked."""

    account: str
    followed_here: int = 0
    followed_there: int = 0
    left_here: int = 0
    left_there: int = 0
    marked_here: int = 0
    marked_there: int = 0
    matched: int = 0
    """Entries that were found on both sides for the first time."""
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class State:
    """What there is to agree on for an entry."""

    read: bool = False
    starred: bool = False


def merged(agreed: State | None, here: State, there: State) -> State:
    """Return the state that both sides should have; without one that they agreed on, a mark on either side counts."""

    def one(before: bool | None, ours: bool, theirs: bool) -> bool:
        if before is None:
            return ours or theirs
        return ours if ours != before else theirs

    return State(
        one(None if agreed is None else agreed.read, here.read, there.read),
        one(None if agreed is None else agreed.starred, here.starred, there.starred),
    )


class Sync:
    """Syncs feeds with accounts at readers that speak the Google Reader API."""

    def __init__(
        self, library: Library, client: Client, secrets: Secrets, remove: Callable[[Sequence[int]], int],
        now: Callable[[], dt.datetime],
    ) -> None:  # fmt: skip
        """``remove`` stops following feeds, as the learner would: what they marked stays."""
        self._library = library
        self._client = client
        self._secrets = secrets
        self._remove = remove
        self._now = now

    def connect(self, url: str, login: str, password: str, *, name: str | None = None) -> SyncAccount:
        """Sign in and keep the account; the password goes among the secrets. Nothing is synced yet.

        Raises:
            SignInRefused: the name or the password is not right.
            SyncFailed: there is no such API at ``url``.
            WebError: nobody answers there.

        """
        base, _ = sign_in(self._client, url, login, password)
        called = line(name or "")[:100] or addresses.host(base)
        self._secrets.set(_secret(called), password)
        with self._library.writing() as tx:
            known = tx.get(SyncAccountRow, called)
            if known is not None and (known.url, known.login) != (base, login):
                _forget(tx, called)
                known = None
            if known is None:
                tx.add(SyncAccountRow(name=called, url=base, login=login, connected_at=self._now()))
        return self.account(called)

    def accounts(self) -> list[SyncAccount]:
        """Return the accounts, by name."""
        with self._library.reading() as tx:
            rows = tx.connection().execute(sa.select(*SyncAccountRow.__table__.c)).all()  # type: ignore[attr-defined]
        found = [SyncAccount(row.name, row.url, row.login, row.connected_at, row.synced_at) for row in rows]
        return sorted(found, key=lambda account: account.name)

    def account(self, name: str) -> SyncAccount:
        """Return one account.

        Raises:
            NotFound: there is none of this name.

        """
        for account in self.accounts():
            if account.name.casefold() == name.strip().casefold():
                return account
        raise NotFound(name, "account", hint="`ple feeds sync accounts` shows them.")

    def disconnect(self, name: str) -> None:
        """Forget an account and its password; feeds and entries stay, on both sides."""
        account = self.account(name)
        with self._library.writing() as tx:
            _forget(tx, account.name)
        self._secrets.delete(_secret(account.name))

    def run(self, name: str) -> Synced:
        """Sync with one account and return what that did. It may be broken off and repeated.

        Raises:
            NotFound: there is no such account.
            SyncFailed, WebError: it went wrong; what was done until then stays.

        """
        account = self.account(name)
        password = self._secrets.get(_secret(account.name))
        if password is None:
            raise SyncFailed(
                f"the password of {account.name} is not here",
                hint=f"`ple feeds sync connect {account.url} --login {account.login}` asks for it.",
            )
        began = self._now()
        _, remote = sign_in(self._client, account.url, account.login, password)
        done = Synced(account.name)
        self._feeds(remote, done)
        self._entries(remote, account, done)
        with self._library.writing() as tx:
            row = tx.get_one(SyncAccountRow, account.name)
            row.synced_at = began
            tx.add(row)
        return done

    # ---- feeds -----------------------------------------------------------------------------------------------------

    def _feeds(self, remote: Account, done: Synced) -> None:
        there = {addresses.key(feed.url): feed for feed in remote.feeds()}
        with self._library.reading() as tx:
            here = _followed(tx)
            agreed = _agreed_feeds(tx, done.account)
        known = {id: stream for stream, id in agreed.items()}
        streams = {feed.stream for feed in there.values()}
        if agreed and not there:  # a server on a bad day must not empty the library
            done.problems.append(f"{done.account} says that it has no feeds; none was left here")
            return
        gone_here = {stream for id, stream in known.items() if id not in set(here.values())}
        for stream in gone_here & streams:
            remote.unsubscribe(stream)
            done.left_there += 1
        followed_ids = {id: key for key, id in here.items()}
        gone_there = [id for id, stream in known.items() if stream not in streams and id in followed_ids]
        if len(gone_there) > max(5, len(agreed) // 2):
            done.problems.append(f"{done.account} has lost most of its feeds; none was left here")
        elif gone_there:
            done.left_here = self._remove(gone_there)
            here = {key: id for key, id in here.items() if id not in gone_there}
        new = [feed for key, feed in there.items() if key not in here and feed.stream not in gone_here]
        missing = self._missing_there(here, there, known)
        for id, url, title, folder in missing:
            try:
                remote.subscribe(url, title, folder)
            except SyncFailed as error:
                done.problems.append(f"{addresses.display(url)} (#{id}): {error}")
                continue
            done.followed_there += 1
        if missing:
            there = {addresses.key(feed.url): feed for feed in remote.feeds()}
        self._agree_on_feeds(done, new, there)

    def _missing_there(
        self, here: dict[str, int], there: dict[str, RemoteFeed], known: dict[int, str]
    ) -> list[tuple[int, str, str, str | None]]:
        wanted = [id for key, id in here.items() if key not in there and id not in known]
        with self._library.reading() as tx:
            feeds = {feed.id: feed for feed in entries.feeds(tx)}
        return [(id, feeds[id].url, feeds[id].title, feeds[id].folder) for id in wanted if id in feeds]

    def _agree_on_feeds(self, done: Synced, new: Iterable[RemoteFeed], there: dict[str, RemoteFeed]) -> None:
        outlines = [Outline(feed.url, feed.title, None, feed.folder, ()) for feed in new]
        with self._library.writing() as tx:
            done.followed_here = len(lists.follow_all(tx, outlines).added)
            here = _followed(tx)
            mine = col(SyncedFeedRow.account) == done.account
            tx.connection().execute(sa.delete(SyncedFeedRow).where(mine))
            rows = {
                feed.stream: {"account": done.account, "stream": feed.stream, "feed_id": here[key]}
                for key, feed in there.items()
                if key in here
            }
            if rows:
                tx.connection().execute(sa.insert(SyncedFeedRow), list(rows.values()))

    # ---- entries ---------------------------------------------------------------------------------------------------

    def _entries(self, remote: Account, account: SyncAccount, done: Synced) -> None:
        unread, all_unread = remote.numbers(READING_LIST, without=READ)
        starred, all_starred = remote.numbers(STARRED)
        since = int((account.synced_at - OVERLAP).timestamp()) if account.synced_at else None
        recent, _ = remote.numbers(READING_LIST, since=since)
        with self._library.reading() as tx:
            agreed = _agreed_entries(tx, account.name)
            streams = _agreed_feeds(tx, account.name)
        unknown = sorted((recent | starred | unread) - agreed.keys(), reverse=True)[:MOST_UNKNOWN]
        found = self._matched(remote.items(unknown), streams, {entry for entry, _ in agreed.values()})
        done.matched = len(found)
        pairs: dict[int, tuple[int, State | None]] = {number: (id, state) for number, (id, state) in agreed.items()}
        pairs |= {number: (id, None) for number, id in found.items()}
        with self._library.reading() as tx:
            here = _states(tx, [id for id, _ in pairs.values()])
        wanted: dict[int, tuple[int, State, State]] = {}
        send: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for number, (id, before) in pairs.items():
            if id not in here:
                continue
            base = before or State()
            # Of a list that was cut off, what is not on it may be so all the same.
            there = State(
                number not in unread if all_unread or number in unread else base.read,
                number in starred if all_starred or number in starred else base.starred,
            )
            state = merged(before, here[id], there)
            wanted[number] = (id, here[id], state)
            if state.read != there.read:
                send[READ, state.read].append(number)
            if state.starred != there.starred:
                send[STARRED, state.starred].append(number)
        for (what, on), numbers in send.items():
            remote.mark(sorted(numbers), add=what if on else None, remove=None if on else what)
        done.marked_there = len({number for numbers in send.values() for number in numbers})
        self._agree_on_entries(done, wanted, set(agreed))

    def _matched(self, items: Iterable[RemoteItem], streams: dict[str, int], taken: set[int]) -> dict[int, int]:
        """Return the entries that items are, by number: of the same feed, with the same address, or nearly so."""
        wanted = [(item, streams[item.stream]) for item in items if item.stream in streams and item.url]
        aliases = {item.number: identity.alias(ParsedEntry(url=item.url)) or "" for item, _ in wanted}
        known: dict[tuple[int, str], list[tuple[int, str, str]]] = defaultdict(list)
        with self._library.reading() as tx:
            for some in lists.chunks_of(sorted(set(aliases.values()))):
                query = sa.select(
                    col(EntryRow.id), col(EntryRow.feed_id), col(EntryRow.alias), col(EntryRow.url),
                    col(EntryRow.title),
                ).where(col(EntryRow.alias).in_(some))  # fmt: skip
                for id, feed_id, alias, url, title in tx.connection().execute(query):
                    known[feed_id or 0, alias or ""].append((id, url or "", title))
        found: dict[int, int] = {}
        for item, feed in wanted:
            candidates = [each for each in known[feed, aliases[item.number]] if each[0] not in taken]
            same = [id for id, url, _ in candidates if addresses.key(url) == addresses.key(item.url)]
            if len(same) != 1:
                same = [id for id, _, title in candidates if title == item.title]
            if len(same) == 1:
                found[item.number] = same[0]
                taken.add(same[0])
        return found

    def _agree_on_entries(self, done: Synced, wanted: dict[int, tuple[int, State, State]], known: set[int]) -> None:
        now = self._now()
        marks: dict[tuple[str, bool], list[int]] = defaultdict(list)
        with self._library.writing() as tx:
            states = _states(tx, [id for id, _, _ in wanted.values()])
            rows = []
            changed: dict[State, list[int]] = defaultdict(list)
            for number, (id, was, state) in wanted.items():
                if id not in states:
                    continue
                # If the learner was quicker, what they did meanwhile is news for the next sync.
                if states[id] == was:
                    if state.read != was.read:
                        marks["read_at", state.read].append(id)
                    if state.starred != was.starred:
                        marks["starred_at", state.starred].append(id)
                if number in known:
                    changed[state].append(number)
                else:
                    rows.append(
                        {
                            "account": done.account, "item": number, "entry_id": id, "read": state.read,
                            "starred": state.starred,
                        }
                    )  # fmt: skip
            for (name, on), ids in marks.items():
                tx.update(EntryRow, ids, **{name: now if on else None})
            if rows:
                tx.connection().execute(sa.insert(SyncedEntryRow), rows)
            mine = col(SyncedEntryRow.account) == done.account
            for state, numbers in changed.items():
                for some in chunks(numbers):
                    tx.connection().execute(
                        sa.update(SyncedEntryRow)
                        .where(mine, col(SyncedEntryRow.item).in_(some))
                        .values(read=state.read, starred=state.starred)
                    )
        done.marked_here = len({id for ids in marks.values() for id in ids})


def _secret(name: str) -> str:
    return f"feeds-sync:{name}"


def _forget(tx: Writing, name: str) -> None:
    for table, column in (
        (SyncedEntryRow, col(SyncedEntryRow.account)), (SyncedFeedRow, col(SyncedFeedRow.account)),
        (SyncAccountRow, col(SyncAccountRow.name)),
    ):  # fmt: skip
        tx.connection().execute(sa.delete(table).where(column == name))
    tx.expire_all()


def _followed(tx: Reading) -> dict[str, int]:
    """Return the feeds that are followed and have a web address, by the key of that."""
    query = (
        sa.select(col(FeedRow.url_key), col(FeedRow.id))
        .join(Resource, col(Resource.id) == col(FeedRow.id))
        .where(col(Resource.trashed_at).is_(None), col(Resource.kind) == FEED, col(FeedRow.url).startswith("http"))
    )
    return {key: id for key, id in tx.connection().execute(query) if id is not None}


def _agreed_feeds(tx: Reading, account: str) -> dict[str, int]:
    query = sa.select(col(SyncedFeedRow.stream), col(SyncedFeedRow.feed_id))
    rows = tx.connection().execute(query.where(col(SyncedFeedRow.account) == account))
    return {stream: id for stream, id in rows if id is not None}


def _agreed_entries(tx: Reading, account: str) -> dict[int, tuple[int, State]]:
    query = sa.select(
        col(SyncedEntryRow.item), col(SyncedEntryRow.entry_id), col(SyncedEntryRow.read), col(SyncedEntryRow.starred)
    ).where(col(SyncedEntryRow.account) == account)
    return {item: (id, State(read, starred)) for item, id, read, starred in tx.connection().execute(query)}


def _states(tx: Reading, ids: Iterable[int]) -> dict[int, State]:
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
