"""The credentials that are kept, as lists, screens, the search and the portfolio read them."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import Document, Library
from ple.library.errors import InvalidInput
from ple.library.resource import Attachment, Resource
from ple.library.transaction import Reading, chunks
from ple.lms.credentials.models import KIND, Credential, CredentialLine, CredentialRow
from ple.lms.credentials.pictures import RASTER
from ple.lms.credentials.reading import Form, Skill
from ple.lms.credentials.verification import Fact, State

CLAIM = "evidence-for"
"""How a credential is linked with what it is evidence for."""


class Shelf:
    """Reads the credentials of a library."""

    kinds = frozenset({KIND})

    def __init__(self, library: Library) -> None:
        self._library = library

    def credentials(self, *, limit: int | None = None) -> list[CredentialLine]:
        """Return the credentials, the newest first."""
        return self.credential_lines(self.credential_ids(limit=limit))

    def credential_ids(self, *, limit: int | None = None) -> list[int]:
        """Return the numbers of the credentials, the newest first."""
        query = (
            sa.select(col(CredentialRow.id))
            .join(Resource, col(Resource.id) == col(CredentialRow.id))
            .where(col(Resource.trashed_at).is_(None))
            .order_by(
                sa.func.coalesce(col(CredentialRow.issued_at), col(Resource.created_at)).desc(),
                col(CredentialRow.id).desc(),
            )
            .limit(limit)
        )
        with self._library.reading() as tx:
            return list(tx.connection().execute(query).scalars())

    def credential_lines(self, ids: Sequence[int]) -> list[CredentialLine]:
        """Return a line for each of ``ids``, in the same order; those in the trash are left out."""
        with self._library.reading() as tx:
            found = {row.id: _line(row, resource, tags) for row, resource, tags in _rows(tx, ids)}
        return [found[id] for id in ids if id in found]

    def credential(self, id: int) -> Credential:
        """Return a credential in full.

        Raises:
            NotFound: there is none with this number, or it is in the trash.
        """
        with self._library.reading() as tx:
            tx.alive(id, KIND)
            row, resource, tags = next(_rows(tx, [id]))
            inside = tx.connection().execute(
                sa.select(col(CredentialRow.id))
                .join(Resource, col(Resource.id) == col(CredentialRow.id))
                .where(col(CredentialRow.inside_of) == id, col(Resource.trashed_at).is_(None))
                .order_by(col(CredentialRow.id))
            )
            return Credential(
                **{name: getattr(_line(row, resource, tags), name) for name in CredentialLine.__slots__},
                issuer_id=row.issuer_id,
                image=row.image,
                description=row.description,
                criteria=row.criteria,
                skills=tuple(Skill(**skill) for skill in row.skills),
                evidence=tuple(row.evidence),
                file_name=row.file_name,
                file_sha256=row.file_sha256,
                holds=tuple(inside.scalars()),
                evidence_for=tuple(end.id for end in tx.links_from(id) if end.relation == CLAIM),
            )

    def original(self, id: int) -> tuple[str, bytes]:
        """Return the name and bytes of the file as it was given; of one in a record, those of the record.

        Raises:
            NotFound: there is no such credential.
        """
        with self._library.reading() as tx:
            tx.alive(id, KIND)
            row = tx.get_one(CredentialRow, id)
            holder = row.inside_of or id
            for file in tx.attachments_of(holder):
                if file.role == "original":
                    return file.name, tx.files.read(file.sha256)
        raise InvalidInput("its file is no longer here", hint="Import it again.")

    def pictures(self, ids: Iterable[int]) -> dict[int, str]:
        """Return, for those of ``ids`` that have one here, the SHA-256 of the file that is a picture of the badge.

        It is what the badge brings along in its words, else the PNG that it was given in, which says all that the badge
        says. A picture that is elsewhere (:attr:`Credential.image`) is not fetched.
        """
        found: dict[int, str] = {}
        for some in chunks(ids):
            query = (
                sa.select(col(Attachment.resource_id), col(Attachment.sha256))
                .join(Resource, col(Resource.id) == col(Attachment.resource_id))
                .where(
                    col(Attachment.resource_id).in_(some),
                    col(Attachment.role).in_(("picture", "original")),
                    col(Attachment.media_type).in_(RASTER),
                    col(Resource.kind) == KIND,
                    col(Resource.trashed_at).is_(None),
                )
                .order_by(col(Attachment.role))  # "original" first: the picture of the words takes its place
            )
            with self._library.reading() as tx:
                found |= {row.resource_id: row.sha256 for row in tx.connection().execute(query)}
        return found

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these credentials say; see :class:`~ple.library.DocumentSource`."""
        for some in chunks(ids):
            with self._library.reading() as tx:
                rows = list(_rows(tx, some))
            for row, resource, tags in rows:
                skills = ", ".join(str(skill["name"]) for skill in row.skills)
                said = [row.description, row.criteria, skills and f"Skills: {skills}", *row.evidence]
                yield Document(
                    row.id,
                    KIND,
                    row.title,
                    "\n\n".join(filter(None, said)),
                    row.issued_at or resource.created_at,
                    url=row.url,
                    tags=tags,
                    author=row.issuer or None,
                    container=row.issuer or None,
                )


def _rows(tx: Reading, ids: Iterable[int]) -> Iterator[tuple[CredentialRow, Resource, frozenset[str]]]:
    for some in chunks(ids):
        rows = tx.exec(
            select(CredentialRow, Resource)
            .join(Resource, col(Resource.id) == col(CredentialRow.id))
            .where(col(CredentialRow.id).in_(some), col(Resource.trashed_at).is_(None))
        ).all()
        tags = tx.tags_of([row.id for row, _ in rows])
        for row, resource in rows:
            yield row, resource, tags[row.id]


def _line(row: CredentialRow, resource: Resource, tags: frozenset[str]) -> CredentialLine:
    def fact(name: str) -> Fact:
        said = row.facts.get(name, {})
        return Fact(State(said.get("state", State.OPEN)), str(said.get("says", "It was never looked at.")))

    return CredentialLine(
        row.id,
        resource.uid,
        KIND,
        row.title,
        row.url,
        tags,
        resource.created_at,
        Form(row.form),
        row.issuer,
        row.issued_at,
        row.expires_at,
        row.inside_of,
        fact("signature"),
        fact("issuer"),
        fact("recipient"),
        fact("current"),
        row.checked_at,
        row.asked_at,
    )
