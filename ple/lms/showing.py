"""What somebody who is not signed in sees at a link: whether a teacher can open it, and whether it is the right page.

Asked as a stranger, with no cookie and no token. What comes back can be kept with the receipt: the page as it was.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ple.web import addresses
from ple.web.errors import WebError

if TYPE_CHECKING:
    from ple.web.client import Client

MOST_KEPT = 2_000_000
"""The most bytes of a page that are kept with a receipt."""
_TEXTS = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown", ""})
_SIGN_IN = re.compile(r"(?i)/(log-?in|sign-?in|signon|sso|auth|oauth2?|saml2?|cas|idp|accounts?)(/|\.|$)")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at a link for a stranger."""

    url: str
    """Where it led to."""
    status: int | None = None
    public: bool | None = None
    """Whether anybody can open it; none if that could not be found out."""
    shows: bool | None = None
    """Whether the title of the artifact stands on the page; none if there is no title, or no page to look at."""
    problem: str | None = None
    title: str = ""
    media_type: str = ""
    sha256: str | None = None
    """Of the page, if it is kept in the library."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the learner should hear about it."""
        said = []
        if self.problem:
            said.append(self.problem)
        if self.shows is False:
            said.append(f"The page at the link does not show “{self.title}”: is it the right one, and published?")
        return tuple(said)


Look = Callable[[str, str | None], tuple[Seen, bytes]]
"""Looks at a link, for the title of an artifact if one is named; gives what it saw, and the page."""


def stranger(client: "Client") -> Look:
    """Return a look through ``client``."""

    def look(url: str, title: str | None) -> tuple[Seen, bytes]:
        from ple.web.client import Limits

        try:
            answer = client.get(url, limits=Limits(connect=4, read=5, total=8, size=MOST_KEPT))
        except WebError as error:
            return Seen(url, problem=f"The link could not be looked at: {error}.", title=title or ""), b""
        seen = Seen(answer.url, answer.status, title=title or "", media_type=answer.content_type)
        host = addresses.host(answer.url)
        if answer.status in (401, 403):
            said = f"The link is not public: {host} asks strangers to sign in. Your teacher may not see it."
            return replace(seen, public=False, problem=said), b""
        if answer.status in (404, 410):
            said = f"There is nothing at the link ({answer.status}): publish it first."
            return replace(seen, public=False, problem=said), b""
        if not answer.ok:
            said = f"The link could not be looked at: {host} answered {answer.status}."
            return replace(seen, problem=said), b""
        there = urlsplit(answer.url).path
        if there != urlsplit(url).path and _SIGN_IN.search(there):
            said = f"The link is not public: it leads strangers to a sign-in page at {host}."
            return replace(seen, public=False, problem=said), b""
        shows = None
        if title and answer.content_type in _TEXTS:
            from ple.web.text import plain

            words = answer.text if answer.content_type == "text/plain" else plain(answer.text)
            shows = _form(title) in _form(f"{words} {' '.join(_titles(answer.text))}")
        return replace(seen, public=True, shows=shows), answer.body

    return look


def _titles(html: str) -> list[str]:
    return re.findall(r"(?is)<title[^>]*>(.{0,500}?)</title>", html[:200_000])


def _form(text: str) -> str:
    from html import unescape

    folded = unicodedata.normalize("NFKC", unescape(text)).casefold()
    return "".join(c for c in folded if c.isalnum())
