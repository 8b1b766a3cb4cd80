"""Values of the portfolio: what is shown, where, and to whom, as its doors return it. No table is needed for them."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ple.portfolio.characters import fit, fit_line
from ple.portfolio.formats.resume import clean_resume

ARTIFACT = "artifact"
EXTRAS = ("previews", "search")
"""What a site may have if it is asked for: pictures for whoever is sent a link, a search of its own."""

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LINK = re.compile(r"(https?://|mailto:)[^\s<>\"]{1,500}")


class Visibility(StrEnum):
    """Who may see an artifact. Nothing is shown to anybody until the learner says so."""

    PRIVATE = "private"
    """On no page, in no file of the site."""
    UNLISTED = "unlisted"
    """A page at an address that cannot be guessed; in no list, feed or sitemap. Whoever has the link can read it."""
    PUBLIC = "public"

    @classmethod
    def of(cls, stored: str) -> "Visibility":
        """Return the visibility that `stored` names; whatever we do not know is private.

        Quartz read `draft: "false"` as true and lost pages; the other way round would have leaked them (#1244).
        """
        return cls(stored) if stored in cls._value2member_map_ else cls.PRIVATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is said about the site as a whole, as read."""

    title: str = "Portfolio"
    url: str | None = None
    """Where it will be published; ends in a slash."""
    author: str = ""
    about: str = ""
    language: str = "en"
    licence: str = ""
    theme: str = "quiet"
    resume: dict[str, Any] = field(default_factory=dict)
    extras: list[str] = field(default_factory=list)
    me: list[str] = field(default_factory=list)
    uid: uuid.UUID

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Settings":
        """Return what is stored, with nothing in it that a site cannot use: an archive may have brought it."""
        language, resume = said["language"], {}
        with suppress(ValueError):
            resume = clean_resume(plain(said["resume"]))
        return cls(
            title=fit_line(said["title"]) or "Portfolio",
            url=said["url"],
            author=fit_line(said["author"]),
            about=fit(said["about"]).strip(),
            language=language if is_language(language) else "en",
            licence=fit_line(said["licence"]),
            theme=said["theme"],
            resume=resume,
            extras=known_extras(plain(said["extras"])),
            me=[link for link in links(plain(said["me"])) if is_link(link)],
            uid=said["uid"] if isinstance(said["uid"], uuid.UUID) else uuid.UUID(said["uid"]),
        )

    def told(self, *without: str) -> dict[str, Any]:
        """Return what is said, as JSON has it, but for some of it."""
        return {name: said for name, said in (asdict(self) | {"uid": str(self.uid)}).items() if name not in without}


def plain(raw: Any) -> Any:
    """Return a list or an object as the driver gives it: SQLite's as JSON, PostgreSQL's as it is."""
    return json.loads(raw) if isinstance(raw, str) else raw


def is_language(tag: str) -> bool:
    """Say whether it is a tag of BCP 47."""
    return _LANGUAGE.fullmatch(tag) is not None


def is_link(link: str) -> bool:
    """Say whether it is an address that a page may name as the author's."""
    return _LINK.fullmatch(link) is not None


def links(said: list[str]) -> list[str]:
    """Return addresses on one line, each once."""
    return list(dict.fromkeys(map(fit_line, said)))


def known_extras(said: list[str]) -> list[str]:
    """Return those that there are, in their order."""
    return [name for name in EXTRAS if name in said]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that an artifact shows."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Badge:
    """What was found about a badge or certificate, as strangers may read it: it names no address of the learner's."""

    issuer: str
    issued_on: str
    """A date, as all here; empty where there is none."""
    expires_on: str
    url: str
    """Where anybody can look for themselves; may be empty."""
    checks: tuple[tuple[str, str, str], ...]
    """What was looked at, how it stands (``holds``, ``fails``, ``not checked``), and that in a sentence."""
    checked_on: str
    picture: str = ""
    """The SHA-256 of a file that may be a picture of it."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A piece of work in the portfolio, with the context that a reader needs."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    """Where the world finds it: None while it is private, not built yet, or the site has no url."""
    tags: frozenset[str]
    created_at: dt.datetime
    source_id: int | None
    source_kind: str | None
    """None: what it shows is in the trash or gone, so it is not published."""
    visibility: Visibility
    why: str
    reflection: str
    quote: str
    licence: str
    made_on: dt.date | None
    page: str
    skills: tuple[str, ...]
    sources: str
    feedback: str
    position: int
    address: str | None
    """Below the site's url, once it was built; it never changes once it was published."""
    alt: str = ""
    """What its picture shows, for who cannot see it."""
    file: ShownFile | None = None
    """What it shows besides, or instead of, a resource."""
    badge: Badge | None = None
    """What was found about it, if it is a badge or certificate."""
    published: bool = False
    """Whether others may have its address: then it answers for ever."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    folder: Path
    pages: int
    """HTML pages that the site has now."""
    written: int
    unchanged: int
    removed: int
    seconds: float
    kept: tuple[str, ...] = ()
    """Files in the folder that are not ours and stand where a page would; left as they are."""
    lost: tuple[str, ...] = ()
    """Addresses that were handed in, and where nothing but a withdrawn page stands now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `check` would put right before anybody sees the site."""

    serious: bool
    problem: str
    hint: str
    artifact: int | None = None
