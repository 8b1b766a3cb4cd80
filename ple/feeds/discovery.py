"""Where the feeds of a site are: at the address itself, named by the page, or where sites usually have them."""

import datetime as dt
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from ple.feeds.errors import FeedError, NoFeedFound, NotAFeed
from ple.feeds.fetching import ACCEPT, LIMITS, refuse
from ple.feeds.publication import ParsedFeed
from ple.feeds.worker import Parser
from ple.web import addresses
from ple.web.client import Client, Limits, Response
from ple.web.errors import WebError

MOST_LINKS = 10  # of one page that are looked at
USUAL_PATHS = (
    "/feed", "/feed.xml", "/atom.xml", "/rss.xml", "/index.xml", "/rss", "/feed/", "/feed.json", "/blog/feed.xml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found."""

    url: str
    title: str
    format: str
    entries: int
    newest_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found, with the answer that it came in."""

    response: Response
    feed: ParsedFeed

    def candidate(self) -> Candidate:
        """Return what a learner needs to choose."""
        dates = [entry.published_at for entry in self.feed.entries if entry.published_at is not None]
        return Candidate(
            url=self.response.url,
            title=self.feed.title or addresses.display(self.response.url),
            format=self.feed.format,
            entries=len(self.feed.entries),
            newest_at=max(dates, default=None),
        )


def look(client: Client, parser: Parser, address: str, limits: Limits = LIMITS) -> Iterator[Found]:
    """Yield the feeds that ``address``, of a feed or of a page, leads to; the most likely one first.

    Raises:
        WebError: nobody answers there.
        FeedError: what is there is neither a feed nor a page that leads to one.

    """
    response = client.get(address, headers={"Accept": f"{ACCEPT}, text/html;q=0.9"}, limits=limits)
    try:
        refuse(response)
        feed = _parse(parser, response)
    except NotAFeed as no_feed:
        if not _is_page(response):
            raise no_feed.at(response.url) from None
    except FeedError as error:
        raise error.at(response.url) from None
    else:
        yield Found(response, feed)
        return
    if (yield from _named(client, parser, response, limits)):
        return
    if not (yield from _usual(client, parser, response.url, limits)):
        shown = addresses.display(response.url)
        raise NoFeedFound(f"{shown} names no feed, and none is where feeds usually are")


def _named(client: Client, parser: Parser, page: Response, limits: Limits) -> Generator[Found, None, bool]:
    """Yield the feeds that a page names in its head; say whether there were any."""
    from ple.web.pages import read_page

    # The comments of an article are hardly what somebody wants who gives its address.
    links = sorted(read_page(page).feeds, key=lambda link: "comment" in f"{link.url} {link.title or ''}".lower())
    some = False
    seen: set[str] = set()
    for link in links[:MOST_LINKS]:
        key = addresses.key(link.url)
        if key in seen:
            continue
        seen.add(key)
        try:
            response = client.get(link.url, headers={"Accept": ACCEPT}, limits=limits, origin=page.url)
            refuse(response)
            found = Found(response, _parse(parser, response))
        except (WebError, FeedError):
            continue  # one dead link must not hide the others
        some = True
        yield found
    return some


def _usual(client: Client, parser: Parser, url: str, limits: Limits) -> Generator[Found, None, bool]:
    """Yield the first feed at the paths that sites usually have; say whether there was one.

    Redirects are not followed: many sites lead whatever they do not know to their front page (miniflux).
    """
    for path in USUAL_PATHS:
        guess = addresses.resolve(url, path)
        if guess is None:
            continue
        try:
            response = client.get(guess, headers={"Accept": ACCEPT}, limits=limits, origin=url, follow=False)
            if response.status != 200:
                continue
            found = Found(response, _parse(parser, response))
        except FeedError:
            continue
        except WebError:
            return False  # the host does not answer any more; it need not be asked eight times
        yield found
        return True
    return False


def _parse(parser: Parser, response: Response) -> ParsedFeed:
    return parser.parse(response.url, response.body, response.headers.get("content-type"))


def _is_page(response: Response) -> bool:
    return "html" in response.content_type or b"<html" in response.body[:4096].lower()
