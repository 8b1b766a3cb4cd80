"""From feeds that are due to what their publishers say now: asked many at a time, read in a worker. No library here.

Nothing that one feed does is an exception to the others: what went wrong is part of its :class:`Answer`.
"""

import contextlib
import datetime as dt
import hashlib
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice, zip_longest

from ple.feeds import arrivals
from ple.feeds.errors import FeedError, FeedGone, FeedRefused
from ple.feeds.publication import VERSION, ParsedFeed
from ple.feeds.worker import Parser
from ple.library.errors import PleError
from ple.library.identity import utc_now
from ple.web import addresses
from ple.web.client import Client, Limits, Response
from ple.web.errors import NoAnswer, TooSlow, WebError

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.7"
)
LIMITS = Limits(connect=10.0, read=20.0, total=45.0)
TOGETHER = 64  # answers are kept in one transaction: each costs nearly as much as what one feed brings …
MOMENT = 0.5  # … but nobody waits longer than this for it
READ_AHEAD = 4  # feeds: what was read and is not kept yet takes memory
MOST_ENTRIES = 400  # of several feeds are kept in one transaction: others may want to write, too
_OUR_OWN = ("unknown host", "unreachable")  # what a lost connection of ours looks like


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask for, and what we remember of the last answer: validators as headers, and the body's hash."""

    feed_id: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body_hash: str | None = None
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What says who asks, as headers; secret."""
    listed: str = field(default="", repr=False)
    """What it listed last; see :mod:`ple.feeds.intake`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking.

    Either ``error`` is set, or ``feed`` is, or nothing has changed: ``modified`` is false.
    """

    ask: Ask
    headers: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    """A full answer came (200), whether or not it was the same as last time."""
    modified: bool = False
    feed: ParsedFeed | None = None
    body_hash: str | None = None
    moved_to: str | None = None
    """Where permanent redirects led."""
    error: PleError | None = None
    reached: bool = True
    """Some server answered or refused; if not, it may be our own connection that is lost."""
    postponed: bool = False
    """It was not asked at all, because its host wants to be left alone."""
    in_full: Callable[[], ParsedFeed] | None = field(default=None, repr=False, compare=False)
    """Reads the feed anew, with the entries that came as they were."""

    @property
    def unchanged(self) -> bool:
        """Whether all is well, and nothing is new."""
        return self.error is None and self.feed is None


@dataclass(frozen=True, slots=True)
class Unread:
    """A feed that came, and says something else than last time."""

    ask: Ask
    response: Response
    body_hash: str

    def read(self, parser: Parser) -> Answer:
        """Read it."""
        response, whole = self.response, self.response.status != 226  # RFC 3229: only what is new
        what = (response.url, response.body, response.headers.get("content-type"))
        try:
            feed = parser.parse(*what, listed=self.ask.listed)
        except FeedError as error:
            return Answer(self.ask, response.headers, error=error)
        again = partial(parser.parse, *what) if any(entry.same for entry in feed.entries) else None
        digest = self.body_hash if whole else None
        moved_to = permanent_target(response)
        return Answer(self.ask, response.headers, whole, True, feed, digest, moved_to, in_full=again)


def fetch(client: Client, ask: Ask, *, limits: Limits = LIMITS) -> Answer | Unread:
    """Ask for one feed."""
    try:
        response = client.get(ask.url, headers={"Accept": ACCEPT, **ask.headers, **ask.credentials}, limits=limits)
    except WebError as error:
        lost = isinstance(error, TooSlow) or (isinstance(error, NoAnswer) and error.reason in _OUR_OWN)
        return Answer(ask, error=error, reached=not lost)
    moved_to = permanent_target(response)
    try:
        if response.status == 304:
            if not ({"If-None-Match", "If-Modified-Since"} & set(ask.headers)):
                refuse(response)
            return Answer(ask, response.headers, moved_to=moved_to)
        refuse(response)
    except FeedError as error:
        return Answer(ask, response.headers, error=error)
    digest = body_hash(response.body)
    if digest == ask.body_hash:
        whole = response.status != 226
        return Answer(ask, response.headers, whole=whole, body_hash=digest, moved_to=moved_to)
    return Unread(ask, response, digest)


def body_hash(body: bytes) -> str:
    """Return a digest of a body, and of the version of the parser that read it."""
    return f"{VERSION}:{hashlib.sha256(body).hexdigest()}"


def permanent_target(response: Response) -> str | None:
    """Return where permanent redirects (301, 308) from the first address on lead, as far as they are permanent."""
    temporary = next((i for i, hop in enumerate(response.redirects) if hop.status not in (301, 308)), None)
    if not response.redirects or temporary == 0:
        return None
    return response.url if temporary is None else response.redirects[temporary].url


def refuse(response: Response, *, now: dt.datetime | None = None) -> None:
    """Say in words what a status means that is no success.

    Raises:
        FeedRefused: it is one.

    """
    status, headers = response.status, response.headers
    if response.ok:
        return
    if status == 410:
        raise FeedGone("its publisher removed it for good (410)", status)
    says, hint = _REFUSALS.get(status // 100, ("its server answered strangely", None))
    says, hint = _REFUSALS.get(status, (says, hint))
    if headers.get("cf-mitigated") == "challenge":
        says, hint = "its server wants proof that a person asks (Cloudflare)", "Only its publisher can change that."
    raise FeedRefused(f"{says} ({status})", status, hint=hint, patience=arrivals.patience(headers, now or utc_now()))


_REFUSALS: dict[int, tuple[str, str | None]] = {
    3: ("its server redirects to nowhere", None),
    4: ("its server refuses it", "Look at the address in a browser."),
    5: ("its server has trouble", "It is asked again later by itself."),
    304: ("its server says that nothing has changed, though we never had it", "It is asked again later by itself."),
    401: (
        "its server wants a name and a password",
        "Give it yours with `ple feeds sign-in FEED --user NAME`, or when you add it.",
    ),
    403: ("its server refuses to give it to us", "Look at the address in a browser; some block programs."),
    404: (
        "there is no feed at this address",
        "Look for its new address with `ple feeds find SITE`, and set it with `ple feeds edit`.",
    ),
    429: ("its server was asked too often", "It is asked again later by itself."),
    451: ("its server may not give it out, for legal reasons", None),
    503: ("its server is overloaded or under repair", "It is asked again later by itself."),
}


def fetch_all(
    client: Client, parser: Parser, asks: Iterable[Ask], *, concurrency: int, limits: Limits = LIMITS
) -> Generator[list[Answer]]:
    """Ask for many feeds at once and yield the answers as they come, a few together.

    Whoever stops listening stops the asking: what is under way is dropped. No more answers are made in advance than
    twice ``concurrency``. A host that says that it is asked too often (429) is not asked for the rest of its feeds.
    """
    waiting = iter(_spread(asks))
    tasks: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
    unread: queue.SimpleQueue[Unread | None] = queue.SimpleQueue()
    answers: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
    room = threading.Semaphore(READ_AHEAD)
    stopped = threading.Event()
    weary: dict[str, FeedRefused] = {}

    def run() -> None:
        while (ask := tasks.get()) is not None:
            try:
                host = addresses.host(ask.url)
                if host in weary:
                    answers.put(Answer(ask, error=weary[host], postponed=True))
                    continue
                answer = fetch(client, ask, limits=limits)
                if isinstance(answer, Unread):
                    unread.put(answer)
                    continue
                if isinstance(answer.error, FeedRefused) and answer.error.status == 429:
                    weary[host] = answer.error
                answers.put(answer)
            except BaseException as error:  # a mistake of ours must not look like a feed that never answers
                answers.put(error)

    def read() -> None:
        while (feed := unread.get()) is not None:
            room.acquire()
            if stopped.is_set():
                return
            answer: Answer | BaseException
            try:
                answer = feed.read(parser)
            except BaseException as error:
                answer = error
            if isinstance(answer, BaseException) or answer.feed is None:
                room.release()
            answers.put(answer)
            del feed, answer  # while it waits for the next

    first = list(islice(waiting, 2 * concurrency))
    for ask in first:
        tasks.put(ask)
    # Daemons, so that Ctrl-C need not wait for a server that hangs.
    threads = [threading.Thread(target=run, name="feeds", daemon=True) for _ in range(min(concurrency, len(first)))]
    reader = threading.Thread(target=read, name="reader of feeds", daemon=True)
    for thread in (reader, *threads):
        thread.start()
    under_way = len(first)
    try:
        while under_way:
            together: list[Answer] = []
            entries = 0
            until = time.monotonic() + 1  # a wait without end cannot be interrupted on Windows
            while len(together) < TOGETHER and entries < MOST_ENTRIES and under_way:
                try:
                    answer = answers.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    break
                under_way -= 1
                if isinstance(answer, BaseException):
                    raise answer
                for ask in islice(waiting, 1):
                    tasks.put(ask)
                    under_way += 1
                if not together:
                    until = time.monotonic() + MOMENT
                if answer.feed is not None:
                    room.release()
                together.append(answer)
                entries += len(answer.feed.entries) if answer.feed is not None else 0
            if together:
                yield together
    finally:
        stopped.set()
        with contextlib.suppress(queue.Empty):
            while True:
                tasks.get_nowait()
        for _ in threads:
            tasks.put(None)
        unread.put(None)
        room.release()


def _spread(asks: Iterable[Ask]) -> Iterator[Ask]:
    """Yield the asks so that those of one host are far apart: a slow host must not keep all threads waiting."""
    hosts: dict[str, list[Ask]] = defaultdict(list)
    for ask in asks:
        hosts[addresses.host(ask.url)].append(ask)
    return (ask for ask in chain.from_iterable(zip_longest(*hosts.values())) if ask is not None)
