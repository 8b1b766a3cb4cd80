"""Rows of the portfolio: what is shown, where, and to whom. What its doors return is in :mod:`ple.portfolio.values`."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import field_validator
from sqlmodel import Field, SQLModel

from ple.library import Body, uuid7
from ple.portfolio.characters import fit, fit_line
from ple.portfolio.formats.resume import clean_resume
from ple.portfolio.values import ARTIFACT, EXTRAS, Visibility, is_language, is_link, known_extras, links


class ArtifactFields(SQLModel):
    """What the learner says about a piece of work; checked here, once, for every way in."""

    title: str = Field(default="", max_length=500, description="Empty: the title of the source.")
    why: str = Field(default="", max_length=20_000, description="What it is and why it is shown, in a sentence or two.")
    reflection: str = Field(default="", max_length=200_000, description="What was learned from it, in Markdown.")
    quote: str = Field(default="", max_length=5_000, description="The passage of another's text that is quoted.")
    licence: str = Field(default="", max_length=200)
    made_on: dt.date | None = Field(default=None, description="Absent: when the source was written or saved.")
    page: str = Field(default="", max_length=200, description="The collection that it stands in.")
    skills: list[str] = Field(default_factory=list, sa_type=sa.JSON, description="What it is evidence of.")
    sources: str = Field(default="", max_length=50_000, description="What it builds on, in Markdown.")
    feedback: str = Field(default="", max_length=50_000, description="What others said of it, in Markdown.")
    visibility: str = Field(default=Visibility.PRIVATE.value, max_length=16)
    alt: str = Field(default="", max_length=2_000, description="What its picture shows, for who cannot see it.")

    @field_validator(
        "title", "why", "quote", "licence", "page", "reflection", "sources", "feedback", "alt", mode="before"
    )
    @classmethod
    def _storable(cls, text: str) -> str:
        return fit(text).strip()

    @field_validator("title", "page", "licence", "alt")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        return fit_line(text)

    @field_validator("skills", mode="before")
    @classmethod
    def _named(cls, skills: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(name for skill in skills if (name := fit_line(skill)[:100])))[:50]

    @field_validator("visibility")
    @classmethod
    def _known(cls, value: str) -> str:
        return Visibility(value).value


class ArtifactRow(ArtifactFields, Body, table=True):
    """An artifact as stored: a resource that shows another resource."""

    __tablename__ = "portfolio_artifact"
    __kind__: ClassVar[str] = ARTIFACT

    source_id: int | None = Field(default=None, foreign_key="resource.id", index=True)
    position: int = Field(default=0, description="Its place among all, smallest first.")


class AddressRow(SQLModel, table=True):
    """The ledger: every address that was ever published, for as long as the library lives.

    Rows are deleted only while nobody can have the address, see :mod:`ple.portfolio.addresses`. One thing may have had
    several addresses; one of them is current, the others lead to it.
    """

    __tablename__ = "portfolio_address"

    address: str = Field(primary_key=True, max_length=200, description="Below the site's url: “work/spaced-practice/”.")
    what: str = Field(max_length=16, description="artifact, page, tag, skill or part")
    resource_id: int | None = Field(default=None, foreign_key="resource.id", index=True)
    name: str = Field(default="", max_length=500, description="Of a page, tag or skill; of a part its address.")
    current: bool = True
    fingerprint: str = Field(
        default="", max_length=64, description="Of what it said when `updated_at` was set; “~” before it: not sent yet."
    )
    published_at: dt.datetime
    updated_at: dt.datetime


class SiteFields(SQLModel):
    """What the learner says about the site as a whole."""

    title: str = Field(default="Portfolio", min_length=1, max_length=200)
    url: str | None = Field(default=None, max_length=500, description="Where it will be published; ends in a slash.")
    author: str = Field(default="", max_length=200)
    about: str = Field(default="", max_length=20_000, description="Who and what for, in Markdown; on the first page.")
    language: str = Field(default="en", max_length=35, description="A tag of BCP 47.")
    licence: str = Field(default="", max_length=200)
    theme: str = Field(default="quiet", max_length=50)
    resume: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON, description="JSON Resume, as it is shown.")
    extras: list[str] = Field(
        default_factory=list, sa_type=sa.JSON, description="What it has that not every site has: previews, search."
    )
    me: list[str] = Field(default_factory=list, sa_type=sa.JSON, description="Addresses that are the author's too.")

    @field_validator("title", "author", "licence", mode="before")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        return fit_line(text)

    @field_validator("me")
    @classmethod
    def _links(cls, said: list[str]) -> list[str]:
        if not all(map(is_link, said)):
            raise ValueError("not an address that begins with https:// or mailto:")
        return links(said)

    @field_validator("extras")
    @classmethod
    def _known(cls, extras: list[str]) -> list[str]:
        if unknown := [name for name in extras if name not in EXTRAS]:
            raise ValueError(f"there is no “{unknown[0]}”, only {' and '.join(EXTRAS)}")
        return known_extras(extras)

    @field_validator("resume", mode="before")
    @classmethod
    def _cleaned(cls, resume: Any) -> Any:
        return clean_resume(resume)

    @field_validator("about", mode="before")
    @classmethod
    def _storable(cls, text: str) -> str:
        return fit(text).strip()

    @field_validator("language")
    @classmethod
    def _tag(cls, tag: str) -> str:
        if not is_language(tag):
            raise ValueError("not a language tag such as en or de-AT")
        return tag


class SiteRow(SiteFields, table=True):
    """The one site of a library."""

    __tablename__ = "portfolio_site"

    id: int = Field(default=1, primary_key=True)
    uid: uuid.UUID = Field(default_factory=uuid7)
