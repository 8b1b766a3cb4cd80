"""Is the library sound? Every promise that its tables make, asked one by one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from ple.library.errors import LibraryError
from ple.library.history import bodies
from ple.library.identity import fold_tag
from ple.library.resource import Attachment, Resource, Tagging

if TYPE_CHECKING:
    from ple.library.library import Library


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, as a sentence."""

    what: str


def inspect(library: "Library", *, files: bool = True) -> list[Finding]:
    """Return all that is wrong; nothing when the library is sound. It only reads.

    Asks the database for damage and broken references, then that each resource has its row in the table of its kind
    and the other way round, that tags are written as tags are, and, with ``files``, that each file is what it was.
    """
    found: list[str] = []
    with library.reading() as tx:
        connection = tx.connection()
        if library.on_sqlite:
            for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
                if said != "ok":
                    found.append(f"the database file is damaged: {said}")
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
                found.append(f"row {row[1]} of {row[0]} points at something in {row[2]} that is not there")
        for kind, table in bodies().items():
            alive = sa.select(col(Resource.id)).where(col(Resource.kind) == kind, col(Resource.purged_at).is_(None))
            bodiless = connection.execute(alive.where(col(Resource.id).not_in(sa.select(table.c.id)))).scalars()
            found += [f"#{id} is registered as {kind} but says nothing" for id in bodiless]
            strangers = connection.execute(
                sa.select(table.c.id).where(
                    table.c.id.not_in(sa.select(col(Resource.id)).where(col(Resource.kind) == kind))
                )
            ).scalars()
            found += [f"row {id} of {table.name} is not registered as {kind}" for id in strangers]
        known = set(bodies())
        for (kind,) in connection.execute(sa.select(col(Resource.kind)).distinct()):
            if kind not in known:
                found.append(f"there are resources of the kind {kind}, which this ple does not know")
        for (tag,) in connection.execute(sa.select(col(Tagging.tag)).distinct()):
            if fold_tag(tag) != tag:
                found.append(f"the tag “{tag}” is not written as tags are")
        hashes = set(connection.execute(sa.select(col(Attachment.sha256))).scalars()) if files else set()
    for sha256 in sorted(hashes):
        try:
            library.files.read(sha256)
        except LibraryError as error:
            found.append(str(error))
    return [Finding(what) for what in found]
