"""Is a page still there? What an answer of the web says of it, and when to ask again. Pure.

Sites seldom say plainly that a page is gone: they lead to their home page, answer "not found" with the status of
success (a soft 404), or sell the domain. What is not certain is called doubtful; nothing is removed for it.
"""

import datetime as dt
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from ple.web import addresses

STANDINGS = ("there", "moved", "doubtful", "gone", "unreachable")

_NOT_FOUND = re.compile(
    r"\b404\b|(?:page|seite|site|article|artikel|content|document|file|post|url)\b.{0,30}\b(?:not found|doesn.t exist"
    r"|does not exist|no longer (?:exists|available)|cannot be found|could not be found|can.t be found|has been removed"
    r"|nicht gefunden|existiert nicht|nicht mehr verfügbar)|page (?:non trouvée|introuvable)|página no encontrada"
    r"|pagina non trovata|página não encontrada|pagina niet gevonden|sidan hittades inte|strona nie istnieje"
    r"|страница не найдена|ページが見つかりません|找不到页面|^not found$|^error 404",
    re.IGNORECASE,
)
_FOR_SALE = re.compile(
    r"domain (?:name )?(?:is |may be )?for sale|buy this domain|this domain (?:has expired|is parked)|domain parking"
    r"|parked (?:free )?(?:at|by|courtesy)|diese domain (?:steht|ist).{0,20}verkauf|hugedomains|sedo domain",
    re.IGNORECASE,
)
_SHY = frozenset({401, 402, 403, 405, 406, 407, 418, 429, 451, 999})  # they answer so to programs, or to this country


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a page's being there: one of :data:`STANDINGS`, why, and where it is now if it moved."""

    state: str
    why: str = ""
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back when a page was asked for: the last answer, how it was reached, and what it says."""

    asked: str
    status: int
    url: str
    permanent: bool
    """Whether every redirect on the way said that it is for good."""
    title: str = ""
    text: str = ""
    is_page: bool = True


def standing_of(seen: Seen, kept_title: str = "", kept_text: str = "") -> Standing:
    """Return what an answer says of the page whose title and text we have, if we have them."""
    if seen.status == HTTPStatus.GONE:
        return Standing("gone", "the site says that it was removed for good (410)")
    if seen.status == HTTPStatus.NOT_FOUND:
        return Standing("gone", "the site does not know it (404)")
    if seen.status in _SHY:
        return Standing("doubtful", f"the site does not show it to programs ({seen.status})")
    if seen.status >= 500:
        return Standing("unreachable", f"the site is in trouble ({seen.status})")
    if seen.status >= 400:
        return Standing("doubtful", f"the site answered {seen.status}")
    moved = addresses.key(seen.url) != addresses.key(seen.asked)
    if _FOR_SALE.search(seen.title) or (len(seen.text) < 3000 and _FOR_SALE.search(seen.text)):
        return Standing("gone", "its domain is for sale")
    if seen.is_page and _NOT_FOUND.search(seen.title) and not _NOT_FOUND.search(kept_title):
        return Standing("gone", f"the site answers “{seen.title[:80]}”, though with success (soft 404)")
    if moved and _is_home(seen.url) and not _is_home(seen.asked):
        return Standing("gone", "the site leads to its home page instead (soft 404)")
    if seen.is_page and kept_text and _alike(seen.text, kept_text) < 0.2 and not _same_title(seen.title, kept_title):
        return Standing("doubtful", "the page says something else now", seen.url if moved else None)
    if moved:
        return Standing("moved" if seen.permanent else "there", "", seen.url if seen.permanent else None)
    return Standing("there")


def is_missing(title: str, words: int) -> bool:
    """Return whether a page that was just fetched only says that there is none, though with success."""
    return words < 150 and _NOT_FOUND.search(title) is not None


def why_it_stays(seen: Seen, words: int, kept_title: str, kept_text: str, kept_words: int) -> str | None:
    """Return why the text that is kept of a page stays, rather than what the page says now; none if that takes over.

    Walls for readers who pay, sign in or consent show a beginning or nothing of the page; a domain that is for sale,
    a site that leads home, and whoever has the address now show something else.
    """
    if _FOR_SALE.search(seen.title) or (words < 500 and _FOR_SALE.search(seen.text)):
        return "its domain is for sale"
    if kept_words >= _A_TEXT and words < kept_words / 2:
        return f"it shows {words:,} words of {kept_words:,}"
    moved = addresses.key(seen.url) != addresses.key(seen.asked)
    if moved and _is_home(seen.url) and not _is_home(seen.asked):
        return "the site leads to its home page instead"
    if _alike(seen.text, kept_text) < 0.2 and not _same_title(seen.title, kept_title):
        return f"it says something else now, “{seen.title[:80]}”"
    return None


_A_TEXT = 50  # words; what is shorter is hardly worth keeping against what its page says


def next_check(state: str | None, failures: int, checked_at: dt.datetime | None) -> dt.datetime | None:
    """Return when a page is to be asked for again; none means now.

    One that is there after 30 days; one that is not after 1, 2, 4 … days, at most 60.
    """
    if checked_at is None or state is None:
        return None
    days = 30 if state in ("there", "moved") else min(2 ** max(0, failures - 1), 60)
    return checked_at + dt.timedelta(days=days)


def archived_at(url: str, when: dt.datetime) -> str:
    """Return where the Internet Archive would have a page as it was about then. Nothing is asked or sent."""
    return f"https://web.archive.org/web/{when:%Y%m%d}/{url}"


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    path = parts.path.strip("/").lower()
    return not parts.query and (
        not path or re.fullmatch(r"(?:[a-z]{2}(?:-[a-z]{2})?|index\.\w+|home|404\w*)", path) is not None
    )


def _alike(one: str, other: str) -> float:
    words, others = set(re.findall(r"\w{3,}", one.lower())), set(re.findall(r"\w{3,}", other.lower()))
    return len(words & others) / max(1, min(len(words), len(others))) if words else 0.0


def _same_title(one: str, other: str) -> bool:
    return bool(one) and (one.casefold() in other.casefold() or other.casefold() in one.casefold()) and bool(other)
