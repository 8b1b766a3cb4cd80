"""What can go wrong with one feed, as a learner would name it.

* FeedError                 one feed could not be fetched or read
  + FeedRefused             its server answered, but not with the feed (4xx, 5xx)
    - FeedGone              it is gone for good (410)
  + NotAFeed                what came is something else: a web page, a picture
  + Unreadable              it looks like a feed but cannot be read
    - TooCostly             reading it took more time or memory than one feed may
  + NoFeedFound             a site has no feed that we could find
  + BrokenOutline           a list of subscriptions that cannot be read
"""

import datetime as dt
from typing import Self

from ple.library.errors import PleError
from ple.web import addresses


class FeedError(PleError):
    """One feed could not be fetched or read.

    The sentence is about "it"; :meth:`at` says which one, where that is not clear.
    """

    def at(self, url: str) -> Self:
        """Return the error with the address in its sentence."""
        self.args = (f"{addresses.display(url)}: {self}",)
        return self


class FeedRefused(FeedError):
    """The server answered, but not with the feed.

    ``status`` is what it answered; ``patience`` is how long it wants to be left alone, where it says so.
    """

    def __init__(
        self, message: str, status: int = 0, *, hint: str | None = None, patience: dt.timedelta | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.patience = patience


class FeedGone(FeedRefused):
    """The publisher says that the feed is gone for good (410)."""

    hint = "Its entries stay in your library. Look for a new address with `ple feeds find SITE`."


class NotAFeed(FeedError):
    """What came is something else: a web page, a picture, nothing at all."""


class Unreadable(FeedError):
    """It says that it is a feed, but nothing could be made of it."""

    hint = "If it stays like this, tell its publisher; validator.w3.org/feed says what is wrong."


class TooCostly(Unreadable):
    """Reading it took more time or memory than one feed may take."""

    hint = "The feed is broken or hostile; the others are not affected."


class NoFeedFound(FeedError):
    """A site has no feed that we could find."""

    hint = "Give the address of the feed itself, if you know it."


class BrokenOutline(FeedError):
    """A list of subscriptions that cannot be read."""

    hint = 'An OPML file has <outline xmlUrl="…"> elements; export it again from where it came.'
