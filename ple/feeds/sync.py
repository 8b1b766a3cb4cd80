"""Sync with a reader that people already run: subscriptions, what is read and what is starred, both ways.

For each feed and entry that both sides have we remember on what they last agreed. Whoever differs from that has
changed it: the change goes to the other side. If both did, they did the same, since a state is only on or off. What
is sent is only noted as agreed once the server took it, so a sync that broke off is made up for by the next.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import agreements, duplicates, entries, identity, lists
from ple.feeds.agreements import Ours, State
from ple.feeds.formats.opml import Outline
from ple.feeds.greader import READ, READING_LIST, STARRED, Account, RemoteFeed, RemoteItem, SyncFailed, sign_in
from ple.feeds.marks import SyncAccountRow, SyncedEntryRow
from ple.feeds.models import EntryRow
from ple.feeds.publication import ParsedEntry
from ple.library import Library, NotFound, chunks
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
                agreements.forget(tx, called)
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
            agreements.forget(tx, account.name)
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
        there = remote.feeds()
        with self._library.reading() as tx:
            here = agreements.feeds_here(tx)
            agreed = agreements.feeds(tx, done.account)
        if agreed and not there:  # a server on a bad day must not empty the library
            done.problems.append(f"{done.account} says that it has no feeds; none was left here")
            return
        pairs = agreements.paired(there, here, agreed)
        left = self._leave(remote, done, there, here, pairs, agreed)
        known = set(agreed.values())
        new = [feed for feed in there if feed.stream not in pairs and feed.stream not in left]
        missing = [one for one in here if one.followed and one.id not in known | set(pairs.values())]
        if missing:
            self._subscribe(remote, done, missing)
            before = {feed.stream for feed in there}
            there = remote.feeds()
            pairs = agreements.paired(there, here, agreed)
            # The server may have gone on to another address than the one it was told.
            came = [feed for feed in there if feed.stream not in before and feed.stream not in pairs]
            pairs |= agreements.by_title(came, [one for one in missing if one.id not in set(pairs.values())])
        with self._library.writing() as tx:
            done.followed_here = len(
                lists.follow_all(tx, [Outline(feed.url, feed.title, None, feed.folder, ()) for feed in new]).added
            )
            pairs |= agreements.paired(new, agreements.feeds_here(tx), {})
            followed = {one.id for one in agreements.feeds_here(tx) if one.followed}
            pairs = {stream: id for stream, id in pairs.items() if id in followed}
            agreements.agree_on_feeds(tx, done.account, pairs, there, self._now())

    def _leave(
        self, remote: Account, done: Synced, there: Sequence[RemoteFeed], here: Sequence[Ours],
        pairs: Mapping[str, int], agreed: Mapping[str, int],
    ) -> set[str]:  # fmt: skip
        """Leave on each side what was left on the other; return the streams that were left there."""
        ours = {one.id: one for one in here}
        left: set[str] = set()
        for feed in there:
            before = ours.get(agreed.get(feed.stream, 0))
            if before and not before.followed and feed.stream not in pairs and addresses.key(feed.url) in before.keys:
                remote.unsubscribe(feed.stream)
                left.add(feed.stream)
        done.left_there = len(left)
        still = set(pairs.values())
        gone = [id for id in dict.fromkeys(agreed.values()) if id in ours and ours[id].followed and id not in still]
        if len(gone) > max(5, len(agreed) // 2):
            done.problems.append(f"{done.account} has lost most of its feeds; none was left here")
        elif gone:
            done.left_here = self._remove(gone)
        return left

    def _subscribe(self, remote: Account, done: Synced, missing: Iterable[Ours]) -> None:
        with self._library.reading() as tx:
            feeds = {feed.id: feed for feed in entries.feeds(tx)}
        for feed in (feeds[one.id] for one in missing if one.id in feeds):
            try:
                remote.subscribe(feed.url, feed.title, feed.folder)
            except SyncFailed as error:
                done.problems.append(f"{addresses.display(feed.url)} (#{feed.id}): {error}")
                continue
            done.followed_there += 1

    # ---- entries ---------------------------------------------------------------------------------------------------

    def _entries(self, remote: Account, account: SyncAccount, done: Synced) -> None:
        unread, all_unread = remote.numbers(READING_LIST, without=READ)
        starred, all_starred = remote.numbers(STARRED)
        since = int((account.synced_at - OVERLAP).timestamp()) if account.synced_at else None
        recent, _ = remote.numbers(READING_LIST, since=since)
        with self._library.reading() as tx:
            agreed = agreements.entries(tx, account.name)
            streams = agreements.feeds(tx, account.name)
        unknown = sorted((recent | starred | unread) - agreed.keys(), reverse=True)[:MOST_UNKNOWN]
        absent = [
            number
            for number, (_, before) in agreed.items()
            if (all_starred and before.starred and number not in starred)
            or (all_unread and not before.read and number not in unread and number not in recent)
        ]
        seen, gone = self._looked_at(remote, absent, agreed)
        agreed = {number: pair for number, pair in agreed.items() if number not in gone}
        found = self._matched(remote.items(unknown), streams, {entry for entry, _ in agreed.values()})
        done.matched = len(found)
        pairs: dict[int, tuple[int, State | None]] = {number: (id, state) for number, (id, state) in agreed.items()}
        pairs |= {number: (id, None) for number, id in found.items()}
        with self._library.reading() as tx:
            here = agreements.states(tx, [id for id, _ in pairs.values()])
        wanted: dict[int, tuple[int, State, State]] = {}
        send: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for number, (id, before) in pairs.items():
            if id not in here:
                continue
            base = before or State()
            # Of a list that was cut off, what is not on it may be so all the same.
            there = seen.get(number) or State(
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
        self._agree_on_entries(done, wanted, set(agreed), gone)

    def _looked_at(
        self, remote: Account, absent: Sequence[int], agreed: Mapping[int, tuple[int, State]]
    ) -> tuple[dict[int, State], set[int]]:
        """Ask for items that are not on the lists on which they were; return their states, and those that are gone.

        What is not among the starred may have lost its star, or be there no more: servers clear out, and are set up
        anew. Only of what is still there does it mean anything.
        """
        with self._library.reading() as tx:
            ours = agreements.aliases(tx, [agreed[number][0] for number in absent])
        seen: dict[int, State] = {}
        there: set[int] = set()
        for item in remote.items(absent):
            alias, title = ours.get(agreed[item.number][0], ("", "")) if item.number in agreed else ("", "")
            if item.title != title and (identity.alias(ParsedEntry(url=item.url)) or "") != alias:
                continue  # another article has this number now
            there.add(item.number)
            if item.states is not None:
                seen[item.number] = State(READ in item.states, STARRED in item.states)
        return seen, set(absent) - there

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

    def _agree_on_entries(
        self, done: Synced, wanted: dict[int, tuple[int, State, State]], known: set[int], gone: set[int]
    ) -> None:
        now = self._now()
        marks: dict[tuple[str, bool], list[int]] = defaultdict(list)
        with self._library.writing() as tx:
            agreements.forget_entries(tx, done.account, gone)
            states = agreements.states(tx, [id for id, _, _ in wanted.values()])
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
                same = duplicates.with_copies(tx, ids)
                same = entries.without(tx, same, getattr(EntryRow, name)) if on else same
                tx.update(EntryRow, same, **{name: now if on else None})
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
