"""Subscriptions: the feeds that a learner follows, and what came in from them."""

import datetime as dt
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import (
    counting,
    credentials,
    discovery,
    entries,
    following,
    health,
    keeping,
    lists,
    places,
)
from ple.feeds.checks import Refreshed
from ple.feeds.counting import Counts
from ple.feeds.credentials import Credentials
from ple.feeds.discovery import Candidate
from ple.feeds.errors import NoFeedFound
from ple.feeds.fetching import LIMITS, Answer
from ple.feeds.formats import opml
from ple.feeds.mail import FORMAT as MAIL
from ple.feeds.mail import Mailbox, MailImported
from ple.feeds.marks import RuleRow
from ple.feeds.memory import Memory
from ple.feeds.models import (
    ENTRY,
    FEED,
    EntryRow,
    Feed,
    FeedHealth,
    FeedRow,
    OpmlImported,
)  # fmt: skip
from ple.feeds.neighbours import Neighbours
from ple.feeds.refreshing import Refreshing
from ple.feeds.retention import Retention
from ple.feeds.rules import Rules
from ple.feeds.scoring import Diversity, diversity
from ple.feeds.shelf import Shelf, folder_name
from ple.feeds.triage import Triage
from ple.feeds.whole import WholeTexts
from ple.feeds.worker import Parser
from ple.library import InvalidInput, Library, trashed, utc_now
from ple.library.file import LibraryFile
from ple.library.textual import Textual
from ple.settings.secrets import Secrets
from ple.web import addresses
from ple.web.client import Client, Limits
from ple.web.text import line


class Subscriptions(Shelf):
    """The feeds of a learner. May be shared by threads; close it to end the process that reads feeds.

    What keeps the flood in bounds has doors of its own, which are attributes: ``rules``, ``triage``, ``retention``,
    ``whole_texts``. ``neighbours`` are functions of other features that these need.
    """

    kinds = frozenset({FEED, ENTRY})

    def __init__(
        self,
        library: Library,
        client: Client,
        *,
        now: Callable[[], dt.datetime] = utc_now,
        parser: Parser | None = None,
        limits: Limits = LIMITS,
        neighbours: Neighbours | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        neighbours = neighbours or Neighbours()
        self.rules = Rules(library, neighbours, now)
        self.triage = Triage(library, now)
        self.retention = Retention(library, now)
        self.whole_texts = WholeTexts(library, neighbours, now)
        self._mailbox = Mailbox(library, now)
        super().__init__(library, now)
        self._client = client
        self._parser = parser or Parser()
        self._ours = parser is None
        self._limits = limits
        self._credentials = Credentials(secrets)
        self._memory = Memory(LibraryFile(library.folder) if library.on_sqlite else Textual(library), self._credentials)
        self._refreshing = Refreshing(self._memory, self.keep, client, self._parser, now, limits)

    def close(self) -> None:
        """Close what is open, and end the process that reads feeds if it is our own."""
        if self._ours:
            self._parser.close()
        self._memory.close()

    # ---- following -------------------------------------------------------------------------------------------------

    def add(
        self,
        address: str,
        *,
        folder: str | None = None,
        tags: Iterable[str] = (),
        title: str | None = None,
        user: str | None = None,
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Feed:
        """Follow the feed at ``address``, or the first that the page there names; return it, with what it says now.

        A feed that is followed already is only put in the folder, tagged and titled as said. One that was removed
        comes back with its entries. With ``user`` and ``password``, in the address or beside it, or ``headers``,
        ``address`` is the feed itself; they are kept among the secrets and sent along to its host alone.

        Raises:
            WebError: nobody answers there.
            FeedError: there is no feed.

        """
        (address, signed), tags = credentials.apart(places.address(address)), tuple(tags)
        signed |= credentials.headers(user, password, headers)
        with self._library.reading() as tx:
            known = lists.feed_at(tx, addresses.key(address), alive=True)
        if known is not None:
            if signed:
                self._sign(known, signed)
            return self.edit(known, title=title, folder=folder, tags=tags)
        if signed:
            found = following.look(self._client, self._parser, address, signed, self._limits)
            id = following.follow(self._library, found, self._now, folder=folder, tags=tags, title=title)
            self._sign(id, signed)
            self.rules.apply_new()
            return self.feed(id)
        for found in discovery.look(self._client, self._parser, address, self._limits):
            id = following.follow(self._library, found, self._now, folder=folder, tags=tags, title=title)
            self.rules.apply_new()
            return self.feed(id)
        raise NoFeedFound(f"{addresses.display(address)} names no feed")

    def sign_in(
        self,
        id: int,
        *,
        user: str | None = None,
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Feed:
        """Send a name and password, or headers, along when this feed is asked; with none, forget what was sent before.

        Raises:
            InvalidInput: they cannot be sent as headers.

        """
        feed = self.feed(id)
        self._sign(id, credentials.headers(user, password, headers))
        return feed

    def _sign(self, id: int, headers: Mapping[str, str]) -> None:
        feed = self.feed(id)
        self._credentials.keep(feed.uid, feed.url, headers)
        with self._library.writing() as tx:
            tx.update(FeedRow, [id], private=bool(headers), next_check_at=None, etag=None, last_modified=None)

    def find(self, address: str) -> list[Candidate]:
        """Return the feeds that ``address`` leads to, the most likely one first; see :meth:`add`."""
        found = discovery.look(self._client, self._parser, places.address(address), self._limits)
        return [each.candidate() for each in found]

    def feeds(self) -> list[Feed]:
        """Return all feeds, by folder and title."""
        with self._library.reading() as tx:
            return entries.feeds(tx)

    def counts(self) -> Counts:
        """Return how many entries the lists over several feeds show, and how many of them are unread."""
        return self.overview()[1]

    def overview(self) -> tuple[list[Feed], Counts]:
        """Return what :meth:`feeds` and :meth:`counts` say, of one moment and in half the time of both."""
        with self._library.reading() as tx:
            of_feeds = counting.by_feed(tx)
            return entries.feeds(tx, counts=of_feeds), counting.counts(tx, of_feeds)

    def following(self) -> int:
        """Return how many feeds are followed."""
        query = sa.select(sa.func.count()).select_from(FeedRow).where(col(FeedRow.id).not_in(trashed()))
        with self._library.reading() as tx:
            return tx.connection().execute(query).scalar() or 0

    def feed(self, id: int) -> Feed:
        """Return one feed.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            tx.alive(id, FEED)
            return entries.feeds(tx, id)[0]

    def edit(
        self,
        id: int,
        *,
        title: str | None = None,
        folder: str | None = None,
        url: str | None = None,
        tags: Iterable[str] = (),
    ) -> Feed:
        """Change what the learner calls a feed, its folder (none with the empty string) or its address; add tags.

        Entries keep what was marked. With another address it is asked at once, even if it had been paused or gone.

        Raises:
            InvalidInput: another feed has that address.

        """
        before = self.feed(id)
        with self._library.writing(f"Edited {before.title}") as tx:
            tx.alive(id, FEED)
            if title is not None:
                tx.update(FeedRow, [id], own_title=line(title) or None)
            if folder is not None:
                tx.update(FeedRow, [id], folder=lists.folder_name(folder))
            tx.tag(id, *tags)
            if url is not None:
                row = keeping.feed_row(tx, id)
                assert row is not None
                if not keeping.take_address(tx, row, places.address(url), self._now()):
                    raise InvalidInput(
                        f"{addresses.display(url)} is followed already", hint="Remove one of the two feeds."
                    )
                tx.update(
                    FeedRow, [id], etag=None, last_modified=None, body_hash=None, next_check_at=None, paused_at=None,
                    gone_at=None, failures=0, failing_since=None, failure=None, failure_hint=None, moving_to=None,
                    moving_times=0, moving_since=None,
                )  # fmt: skip
        return self.feed(id)

    def rename_folder(self, folder: str, to: str) -> int:
        """Move all feeds of a folder, and of the folders within it, to another, with its rules; return how many feeds.

        Raises:
            InvalidInput: there is no such folder.

        """
        old, new = folder_name(folder) or "", folder_name(to)
        inside = [feed for feed in self.feeds() if f"{feed.folder or ''}/".startswith(f"{old}/")]
        if not old or not inside:
            raise InvalidInput(f"there is no folder “{line(folder)}”", hint="`ple feeds list` shows the folders.")
        confined = [rule for rule in self.rules.rules() if f"{rule.folder or ''}/".startswith(f"{old}/")]
        with self._library.writing(f"Renamed the folder {old}") as tx:
            for place in sorted({feed.folder or "" for feed in inside} | {rule.folder or "" for rule in confined}):
                moved = folder_name((new or "") + place[len(old) :])
                tx.update(FeedRow, [feed.id for feed in inside if feed.folder == place], folder=moved)
                tx.update(RuleRow, [rule.id for rule in confined if rule.folder == place], folder=moved)
        return len(inside)

    def pause(self, ids: Collection[int]) -> int:
        """Stop asking these feeds; return how many were not paused yet. What they brought stays."""
        with self._library.writing(f"Paused {self._named(ids)}") as tx:
            lists.check(tx, ids, FEED)
            running = lists.those(tx, ids, col(FeedRow.paused_at).is_(None))
            return tx.update(FeedRow, running, paused_at=self._now())

    def resume(self, ids: Collection[int]) -> int:
        """Ask these feeds again; return how many were paused."""
        with self._library.writing(f"Resumed {self._named(ids)}") as tx:
            lists.check(tx, ids, FEED)
            paused = lists.those(tx, ids, col(FeedRow.paused_at).is_not(None) & (col(FeedRow.format) != MAIL))
            return tx.update(FeedRow, paused, paused_at=None, gone_at=None, next_check_at=None)

    def remove(self, ids: Collection[int]) -> int:
        """Stop following these feeds and put them in the trash with their entries; return how many feeds that were.

        Entries that the learner starred, tagged or linked are kept.
        """
        with self._library.writing(f"Removed {self._named(ids)}") as tx:
            lists.check(tx, ids, FEED)
            for id in ids:
                row = keeping.feed_row(tx, id)
                if row is not None:
                    mine = set(tx.connection().execute(entries.of_feed(id)).scalars())
                    kept = set(tx.connection().execute(entries.marked(id)).scalars())
                    tx.update(EntryRow, sorted(kept), feed_title=keeping.title_of(row))
                    tx.trash(id, *sorted(mine - kept))
            return len(set(ids))

    # ---- refreshing ------------------------------------------------------------------------------------------------

    def refresh(
        self, ids: Collection[int] | None = None, *, force: bool = False, concurrency: int = 16
    ) -> Generator[Refreshed]:
        """Ask the feeds that are due, many at a time, and yield each as it is done and stored.

        With ``ids``, these and no others, due or not; with ``force``, all that are not paused. A feed that fails is
        reported and does not stop the others. Whoever stops listening keeps all that was yielded.

        At the end the rules meet what is new, articles are fetched whole where that is wanted, and once a day what no
        feed is to keep any longer goes. Whoever stops before leaves that to the next refresh.
        """
        if ids is not None:
            with self._library.reading() as tx:
                lists.check(tx, ids, FEED)
                ids = lists.those(tx, ids, col(FeedRow.format) != MAIL)  # nobody can be asked for mail
        yield from self._refreshing.refresh(ids, force=force, concurrency=concurrency)
        self.see_to()

    def keep(self, answers: Sequence[Answer]) -> list[Refreshed]:
        """Keep what asking for feeds brought, none of which failed, in one transaction; return it in short.

        Those that were removed, or given another address in the meantime, are left out.
        """
        done: list[Refreshed] = []
        while answers:
            with self._library.writing() as tx:
                some, again = keeping.keep_all(tx, answers, self._now())
            done += some
            answers = [replace(answer, feed=answer.in_full(), in_full=None) for answer in again if answer.in_full]
        return done

    def see_to(self) -> None:
        """Do what is to be done after feeds were asked: rules, whole articles, what is not to be kept any longer."""
        self.rules.apply_new()
        for _ in self.whole_texts.fetch_due():
            pass
        self.retention.expire_daily()

    # ---- lists of feeds, health ------------------------------------------------------------------------------------

    def import_opml(self, data: bytes) -> OpmlImported:
        """Follow the feeds of an OPML list, with their folders, titles and tags; they are asked at the next refresh.

        Raises:
            BrokenOutline: ``data`` is no such list.

        """
        outlines, signed = lists.without_credentials(opml.read(data))
        with self._library.writing("Imported feeds") as tx:
            done = lists.follow_all(tx, outlines)
            tx.label = f"Imported {len(done.added)} feeds" if done.added else None
            ids = {lists.feed_at(tx, addresses.key(url)): headers for url, headers in signed.items()}
        for id, headers in ids.items():
            if id in done.added:
                self._sign(id, headers)
        return done

    def import_mail(self, data: bytes, *, title: str | None = None, folder: str | None = None) -> MailImported:
        """Bring in an ``.mbox`` or ``.eml`` file: a feed for each list or sender, or all in the one of this title.

        Raises:
            NoMail: it is no mail.

        """
        done = self._mailbox.bring_in(data, title=title, folder=folder)
        self.rules.apply_new()
        return done

    def export_opml(self) -> str:
        """Return the feeds as an OPML 2.0 list, with folders, own titles and tags."""
        outlines = [
            opml.Outline(feed.url, feed.title, feed.site_url, feed.folder, tuple(sorted(feed.tags)))
            for feed in self.feeds()
            if feed.url.startswith(("http://", "https://"))
        ]
        return opml.write(outlines, title="Feeds", now=self._now())

    def health(self) -> list[FeedHealth]:
        """Return how each feed is doing, those that need attention first."""
        with self._library.reading() as tx:
            return health.examine(tx, now=self._now())

    def diversity(self, *, days: int = 30) -> Diversity:
        """Return how varied the reading of these days was, and what one's sources brought besides."""
        with self._library.reading() as tx:
            return diversity(tx, now=self._now(), days=days)

    def _named(self, ids: Collection[int]) -> str:
        return self.feed(next(iter(ids))).title if len(set(ids)) == 1 else f"{len(set(ids))} feeds"
