"""Rows and values of the journal."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import field_validator
from sqlmodel import Field, SQLModel

from ple.library import Body
from ple.library.errors import InvalidInput, PleError
from ple.library.transaction import LinkTo

LONGEST = 1_000_000
"""Characters of an entry: a long book. More is a file, not an entry."""

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class EntryFields(SQLModel):
    """What a learner says when writing an entry; checked here, once, for every way in."""

    title: str
    title_given: bool = False
    """Whether the learner gave the title; if not, it is the first line and follows it."""
    text: str
    """Markdown."""
    written_at: dt.datetime = Field(index=True)
    offset_minutes: int = 0
    """How far the learner's clock was ahead of UTC then: an entry keeps its day, wherever it is read."""
    day: dt.date = Field(index=True)
    edited_at: dt.datetime | None = None
    prompt: str | None = None
    public: bool = False
    """Whether it is marked as meant for others; what they see is for the portfolio to say."""
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """What an imported file said in its front matter that we have no word for; it goes out again with an export."""

    @field_validator("title")
    @classmethod
    def _one_line(cls, title: str) -> str:
        return " ".join(_UNWANTED.sub(" ", title).split())[:300]

    @field_validator("prompt")
    @classmethod
    def _short(cls, prompt: str | None) -> str | None:
        return _UNWANTED.sub("", prompt).strip()[:100] or None if prompt else None

    @field_validator("extra")
    @classmethod
    def _storable(cls, extra: dict[str, Any]) -> dict[str, Any]:
        return {
            key: [_UNWANTED.sub("", str(item)) for item in value]
            if isinstance(value, list)
            else _UNWANTED.sub("", value)
            for key, value in extra.items()
        }

    @field_validator("text")
    @classmethod
    def _clean(cls, text: str) -> str:
        return clean(text)


class EntryRow(EntryFields, Body, table=True):
    """A journal entry as stored."""

    __tablename__ = "journal_entry"
    __kind__ = "journal"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journal entry in full. ``day`` is the learner's own day when it was written."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: dt.datetime
    written_at: dt.datetime
    day: dt.date
    edited_at: dt.datetime | None
    prompt: str | None
    public: bool
    text: str
    words: int
    links: tuple[LinkTo, ...]
    """What it mentions or is about."""
    backlinks: tuple[LinkTo, ...]
    """What links to it."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A journal entry on a list; ``excerpt`` is the beginning of its text, on one line."""

    id: int
    uid: uuid.UUID
    kind: str
    title: str
    url: str | None
    tags: frozenset[str]
    created_at: dt.datetime
    written_at: dt.datetime
    day: dt.date
    public: bool
    excerpt: str


@dataclass(frozen=True, slots=True)
class Memory(JournalLine):
    """An entry of this day in another year, or of a round time ago; ``ago`` says which."""

    ago: str


@dataclass(frozen=True, slots=True)
class Revised:
    """What an entry said until ``at``."""

    at: dt.datetime
    title: str
    text: str
    tags: frozenset[str]


class ChangedMeanwhile(PleError):
    """What is to be changed does not say any more what the learner saw of it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; ``refused`` says for each file that could not be taken why.

    ``restored`` were in the trash and are out of it now; ``gone`` were deleted for good here, and stay away.
    """

    added: int
    updated: int
    known: int
    refused: tuple[tuple[str, str], ...]
    restored: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    folder: str
    files: int


def clean(text: str) -> str:
    """Return the text of an entry as it is kept: lines end in LF, control characters and space at the end go.

    Raises:
        InvalidInput: nothing is left, or it is too long.
    """
    kept = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip()
    kept = re.sub(r"\A(?:[ \t]*\n)+", "", kept)
    if not kept.strip():
        raise InvalidInput("an entry needs some text", hint="Write a word or two.")
    if len(kept) > LONGEST:
        raise InvalidInput(f"an entry of {len(kept):,} characters is too long", hint="Split it, or keep it as a file.")
    return kept
