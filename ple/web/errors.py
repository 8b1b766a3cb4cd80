"""What can go wrong between an address and its bytes, as a learner would name it. Imports nothing but its base.

* WebError (a PleError)
  + BadAddress          what was given is no address that can be fetched
  + NoAnswer            nobody answered: unknown host, refused, no route, bad certificate, hung up
  + TooSlow             an answer began too late or ended too late
  + TooLarge            the answer has more bytes than we take
  + BadRedirect         the answer leads in a circle, too far, or where it may not
  + BrokenAnswer        bytes came, but not as HTTP or its encodings promise
"""

from typing import Literal

from ple.library.errors import PleError

Reason = Literal["unknown host", "refused", "unreachable", "certificate", "hung up"]


class WebError(PleError):
    """Base of what goes wrong on the way to an address; ``url`` is the address as it was asked for."""

    def __init__(self, message: str, *, url: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.url = url


class BadAddress(WebError):
    """What was given is no web address."""

    hint = "Give a whole address, such as https://example.org/page."


class NoAnswer(WebError):
    """Nobody answered at this address; ``reason`` says in which way."""

    hint = "Check the address and your connection, then try again."

    def __init__(self, message: str, *, reason: Reason, url: str = "", hint: str | None = None) -> None:
        super().__init__(message, url=url, hint=hint)
        self.reason = reason


class TooSlow(WebError):
    """The answer did not begin, or did not end, in time."""

    hint = "Try again later; the site may be busy."


class TooLarge(WebError):
    """The answer is larger than we take."""

    hint = "It is probably a download and not a page; open it in a browser instead."


class BadRedirect(WebError):
    """The answer leads somewhere that we do not follow."""

    hint = "Open it in a browser, and use the address where you end up."


class BrokenAnswer(WebError):
    """What came back breaks the rules of HTTP, or stopped in the middle."""

    hint = "Try again; if it stays so, the site has to mend it."
