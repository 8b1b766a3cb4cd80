"""Where the feeds of a site are.

Where its kind of site has them (:mod:`ple.feeds.places`), at the address itself, named by the page, linked from it, or
where feeds usually are: in this order, until there are some.
"""

import datetime as dt
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from ple.feeds import places
from ple.feeds.errors import FeedError, FeedRefused, NoFeedFound, NotAFeed
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


IN_A_FOLDER = ("feed", "feed.xml", "atom.xml", "rss.xml", "index.xml")
_LINK = re.compile(r"""<a\s[^>]{0,300}?href\s*=\s*["']?([^"'\s>]{1,500})""", re.I)
_LIKE_A_FEED = re.compile(
    r"\.(?:rss|atom|rdf)$|(?:rss|atom|feed|index)\.(?:xml|json)$|/(?:feed|rss|atom)/?$|[?&]feed=", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found."""

    url: str
    title: str
    format: str
    entries: int
    newest_at: dt.datetime | None
    what: str = ""
    """Which one it is where a site has several: releases, comments, videos without shorts."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found, with the answer that it came in."""

    response: Response
    feed: ParsedFeed
    what: str = ""

    def candidate(self) -> Candidate:
        """Return what a learner needs to choose."""
        dates = [entry.published_at for entry in self.feed.entries if entry.published_at is not None]
        return Candidate(
            url=self.response.url,
            title=self.feed.title or addresses.display(self.response.url),
            format=self.feed.format,
            entries=len(self.feed.entries),
            newest_at=max(dates, default=None),
            what=self.what,
        )


def look(client: Client, parser: Parser, address: str, limits: Limits = LIMITS) -> Iterator[Found]:
    """Yield the feeds that ``address``, of a feed or of a page, leads to; the most likely one first.

    Raises:
        WebError: nobody answers there.
        FeedError: what is there is neither a feed nor a page that leads to one.

    """
    if (yield from _at(client, parser, places.of(address), address, limits)):
        return
    response = client.get(address, headers={"Accept": f"{ACCEPT}, text/html;q=0.9"}, limits=limits)
    try:
        refuse(response)
        feed = _parse(parser, response)
    except NotAFeed as no_feed:
        if not _is_page(response):
            raise no_feed.at(response.url) from None
    except FeedError as error:
        if isinstance(error, FeedRefused) and error.status in (404, 410):  # nobody follows it yet: nothing to set anew
            error.hint = "Check its spelling, or give the address of the site alone: its feed is found."
        raise error.at(response.url) from None
    else:
        yield Found(response, feed)
        return
    # A channel on YouTube names one feed in its head; which others there are, only its number says.
    if places.knows_more(response.url) and (yield from _at(client, parser, _in_text(response), response.url, limits)):
        return
    if (yield from _named(client, parser, response, limits)):
        return
    if (yield from _at(client, parser, _in_text(response), response.url, limits)):
        return
    if not (yield from _usual(client, parser, response.url, limits)):
        shown = addresses.display(response.url)
        raise NoFeedFound(f"{shown} names no feed, and none is where feeds usually are")


def _at(
    client: Client, parser: Parser, guesses: Iterable[places.Place], origin: str, limits: Limits
) -> Generator[Found, None, bool]:
    """Yield the feeds that are where they should be; say whether there were any."""
    some = False
    seen: set[str] = set()
    for place in guesses:
        try:
            response = client.get(place.url, headers={"Accept": ACCEPT}, limits=limits, origin=origin)
            refuse(response)
            if (key := addresses.key(response.url)) in seen:
                continue
            found = Found(response, _parse(parser, response), place.what)
        except (WebError, FeedError):
            continue  # a guess
        seen.add(key)
        some = True
        yield found
    return some


def _in_text(page: Response) -> tuple[places.Place, ...]:
    """Return what a page gives away about its feeds, though its head names none."""
    from ple.web.pages import read_page

    read = read_page(page)
    base = read.base or page.url
    found = list(places.on_page(page.url, read.html))
    found += (
        places.of(read.canonical) if read.canonical and addresses.key(read.canonical) != addresses.key(page.url) else ()
    )
    links = (addresses.resolve(base, href) for href in _LINK.findall(read.html[:1_000_000]))
    found += [places.Place(link) for link in dict.fromkeys(links) if link and _LIKE_A_FEED.search(link)]
    return tuple(found[:MOST_LINKS])


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
    """Yield the first feed at the paths that sites usually have, below the page and at the root; say if there was one.

    Redirects are not followed: many sites lead whatever they do not know to their front page (miniflux).
    """
    below = addresses.resolve(url, ".") or url
    nearby = [addresses.resolve(below, path) for path in IN_A_FOLDER] if below != addresses.resolve(url, "/") else []
    for guess in [*nearby, *(addresses.resolve(url, path) for path in USUAL_PATHS)]:
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
