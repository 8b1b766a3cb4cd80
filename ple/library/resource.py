"""The one thing that all kinds share: a number, a lifetime, tags, links, and a place in the change feed."""

import datetime as dt
import uuid
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from ple.library.identity import utc_now, uuid7

# Batch migrations on SQLite can only drop what has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Resource(SQLModel, table=True):
    """Identity and lifetime of anything in the library; what it *says* is in its feature's tables.

    A row outlives its content: emptying the trash leaves a tombstone, so that indexes, exports and other copies of
    the library can hear of the deletion.
    """

    __tablename__ = "resource"
    __table_args__ = (sa.Index("ix_resource_change_id", "change", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    """The number that the learner sees (``#340``) and that foreign keys point at; never given twice."""
    uid: uuid.UUID = Field(default_factory=uuid7, unique=True)
    """The name that the rest of the world sees, as ``urn:uuid:…``; the same in every copy."""
    kind: str
    created_at: dt.datetime = Field(default_factory=utc_now)
    trashed_at: dt.datetime | None = Field(default=None, index=True)
    purged_at: dt.datetime | None = None
    change: int
    """Number of the last transaction that touched it; see :mod:`ple.library.changes`."""


def trashed() -> sa.Select[Any]:
    """Select the numbers of what is in the trash.

    It is little: lists subtract it (``id NOT IN``). Where ``trashed_at IS NULL`` is asked of a joined resource instead,
    SQLite believes that it is true of few, and looks at all there are before it looks at the feature's own table.
    """
    return sa.select(col(Resource.id)).where(col(Resource.trashed_at).is_not(None))


class Body(SQLModel):
    """What a feature's own row has: the number of its resource as primary and foreign key.

    A feature's table says which kind it holds, so that the library can check that none is without its body.
    """

    __kind__: ClassVar[str] = ""
    __blank__: ClassVar[dict[str, Any] | None] = None
    """What the columns become when the trash is emptied, for rows that must stay; None deletes the row."""

    id: int = Field(primary_key=True, foreign_key="resource.id")


class Link(SQLModel, table=True):
    """A directed link between two resources; read backwards, a backlink.

    ``relation`` is a word of the field: ``mentions``, ``about``, ``saved-from``, ``evidence-for``, ``part-of``.
    """

    __tablename__ = "link"

    source_id: int = Field(primary_key=True, foreign_key="resource.id")
    target_id: int = Field(primary_key=True, foreign_key="resource.id", index=True)
    relation: str = Field(default="mentions", primary_key=True)


class Tagging(SQLModel, table=True):
    """A tag on a resource. The tag is its own name, written as :func:`~ple.library.identity.fold_tag` says."""

    __tablename__ = "tagging"

    resource_id: int = Field(primary_key=True, foreign_key="resource.id")
    tag: str = Field(primary_key=True, index=True)


class Revision(SQLModel, table=True):
    """What a resource said before a change, for what the learner wrote."""

    __tablename__ = "revision"

    id: int | None = Field(default=None, primary_key=True)
    resource_id: int = Field(foreign_key="resource.id", index=True)
    change: int
    at: dt.datetime = Field(default_factory=utc_now)
    said: dict[str, Any] = Field(sa_type=sa.JSON)


class Deed(SQLModel, table=True):
    """A change that can be taken back: what it was called, and the steps that lead back, last one first."""

    __tablename__ = "deed"

    change: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    label: str
    at: dt.datetime = Field(default_factory=utc_now)
    steps: list[Any] = Field(sa_type=sa.JSON)
    taken_back_by: int | None = None


class Activity(SQLModel, table=True):
    """Something that the learner did: read, saved, wrote, handed in. Append-only."""

    __tablename__ = "activity"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(default_factory=utc_now, index=True)
    verb: str
    resource_id: int | None = Field(default=None, foreign_key="resource.id", index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class Attachment(SQLModel, table=True):
    """A file that belongs to a resource; its bytes lie under their SHA-256 in the library's folder."""

    __tablename__ = "attachment"

    resource_id: int = Field(primary_key=True, foreign_key="resource.id")
    role: str = Field(primary_key=True)
    """What it is to the resource: ``snapshot``, ``image``, ``document``."""
    name: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    media_type: str
    size_bytes: int = Field(sa_type=sa.BigInteger)
    added_at: dt.datetime = Field(default_factory=utc_now)


class Marker(SQLModel, table=True):
    """A fact about the library as a whole, such as its own uid."""

    __tablename__ = "marker"

    name: str = Field(primary_key=True)
    value: str
