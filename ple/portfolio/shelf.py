"""The shelf: what is in the portfolio, each with what it shows, read from the library in bulk."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from ple.library import (
    Attachment,
    Document,
    DocumentSource,
    Library,
    LibraryError,
    Link,
    MarkdownSource,
    Reading,
    Resource,
    Writing,
    chunks,
)
from ple.portfolio import files
from ple.portfolio.addresses import ledger_of
from ple.portfolio.characters import fit_line
from ple.portfolio.models import ARTIFACT, Artifact, ArtifactRow, Badge, ShownFile, SiteRow, Visibility
from ple.portfolio.permalinks import Ledger

Shown = tuple[Artifact, Document | None]
Badges = Callable[[Sequence[int]], Mapping[int, Badge]]
"""What says what was found about badges, by their numbers."""
BADGE = "credential"
_STEP = 1024
"""How far apart things stand that are put in, so that another can be moved between them."""


class Shelf:
    """All artifacts of a library; ``sources`` say what resources of each kind say."""

    def __init__(self, library: Library, sources: Mapping[str, DocumentSource], badges: Badges | None = None) -> None:
        self._library = library
        self._badges = badges or (lambda _ids: {})
        self._sources = {kind: source for kind, source in sources.items() if kind != ARTIFACT}

    @property
    def kinds(self) -> list[str]:
        """The kinds of what can be shown."""
        return list(self._sources)

    def artifacts(self, ids: Iterable[int] | None = None) -> Iterator[Artifact]:
        """Yield all artifacts, or those of ``ids``, in the learner's order."""
        return (artifact for artifact, _document in self.read(ids))

    def shown(self, changed: Iterable[int] | None, ledger: Ledger | None = None) -> Iterator[Shown]:
        """Yield what is not private, or that of it which one of ``changed`` is, or is what it shows.

        ``ledger`` spares asking for the addresses.
        """
        ids: set[int] | None = None
        if changed is not None:
            ids = set()
            with self._library.reading() as tx:
                for some in chunks(changed):
                    touched = sa.or_(col(ArtifactRow.id).in_(some), col(ArtifactRow.source_id).in_(some))
                    ids.update(tx.connection().execute(sa.select(col(ArtifactRow.id)).where(touched)).scalars())
        return self.read(ids, private=False, ledger=ledger)

    def read(
        self, ids: Iterable[int] | None = None, *, private: bool = True, ledger: Ledger | None = None
    ) -> Iterator[Shown]:
        """Yield all artifacts, or those of ``ids``, each with what its source says."""
        query = (
            sa.select(ArtifactRow.__table__, col(Resource.uid), col(Resource.created_at))  # type: ignore[attr-defined]
            .join(Resource, col(Resource.id) == col(ArtifactRow.id))
            .where(col(Resource.trashed_at).is_(None))
            .order_by(col(ArtifactRow.position), col(ArtifactRow.id))
        )
        with self._library.reading() as tx:
            rows: list[Any] = []
            for some in [None] if ids is None else chunks(ids):
                chosen = query if some is None else query.where(col(ArtifactRow.id).in_(some))
                chosen = chosen if private else chosen.where(col(ArtifactRow.visibility) != Visibility.PRIVATE.value)
                rows += tx.connection().execute(chosen).all()
            tags = tx.tags_of([row.id for row in rows])
            sources: dict[int, str] = {}
            for some in chunks({row.source_id for row in rows if row.source_id}):
                alive = sa.select(col(Resource.id), col(Resource.kind)).where(
                    col(Resource.id).in_(some), col(Resource.trashed_at).is_(None)
                )
                sources |= {row.id: row.kind for row in tx.connection().execute(alive)}
            if ledger is None:
                ledger = ledger_of(tx, [row.id for row in rows])
            site = tx.get(SiteRow, 1)
            shown_files = _files(tx, [row.id for row in rows] if ids is not None else None)
        documents = self.documents(sources)
        badges = (
            self._badges([id for id, kind in sources.items() if kind == BADGE]) if BADGE in sources.values() else {}
        )
        for row in rows:
            document = documents.get(row.source_id)
            file = shown_files.get(row.id)
            if row.source_id is None and file is not None:
                document = self._said_by(row.id, file, row.alt, row.created_at)
            visibility = Visibility.of(row.visibility)
            line = ledger.of(ARTIFACT, row.id)
            shown = document is not None and visibility is not Visibility.PRIVATE and line is not None
            artifact = Artifact(
                id=row.id,
                uid=row.uid,
                kind=ARTIFACT,
                title=row.title or (fit_line(document.title) if document else "") or f"Untitled #{row.id}",
                url=site.url + line.address if shown and line and site and site.url else None,
                tags=tags[row.id],
                created_at=row.created_at,
                source_id=row.source_id,
                source_kind=sources.get(row.source_id, document.kind) if document else None,
                visibility=visibility,
                why=row.why,
                reflection=row.reflection,
                quote=row.quote,
                licence=row.licence,
                made_on=row.made_on,
                page=row.page,
                skills=tuple(row.skills or ()),
                sources=row.sources,
                feedback=row.feedback,
                position=row.position,
                address=line.address if line else None,
                alt=row.alt,
                file=file,
                badge=badges.get(row.source_id),
            )
            yield artifact, document

    def _said_by(self, id: int, file: ShownFile, alt: str, when: dt.datetime) -> Document:
        """Return what a file says that is a work of its own."""
        kind = files.kind_of(file)
        said = ""
        if file.media_type.startswith("text/"):
            try:
                said = files.markdown_of(file, self._library.files.read(file.sha256))
            except LibraryError:
                said = ""  # it is missing: `ple portfolio check` says so
        when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
        return Document(id, kind, file.name, alt, when, markdown=said)

    def documents(self, kinds: Mapping[int, str]) -> dict[int, Document]:
        """Return what these resources say, given the kind of each; those that nobody can say anything of are absent."""
        by_kind: dict[str, list[int]] = {}
        for id, kind in kinds.items():
            by_kind.setdefault(kind, []).append(id)
        found: dict[int, Document] = {}
        for kind, ids in by_kind.items():
            source = self._sources.get(kind)
            if source is not None:
                say = source.written if isinstance(source, MarkdownSource) else source.documents
                found |= {document.id: document for document in say(ids)}
        return found


def _files(tx: Reading, ids: Sequence[int] | None) -> dict[int, ShownFile]:
    """Return the file that each artifact shows, of those that show one."""
    query = sa.select(
        col(Attachment.resource_id),
        col(Attachment.name),
        col(Attachment.media_type),
        col(Attachment.sha256),
        col(Attachment.size_bytes),
    ).where(col(Attachment.role) == files.SHOWN)
    found: dict[int, ShownFile] = {}
    for some in [None] if ids is None else chunks(ids):
        chosen = query if some is None else query.where(col(Attachment.resource_id).in_(some))
        for id, name, media_type, sha256, size in tx.connection().execute(chosen):
            found[id] = ShownFile(name, media_type, sha256, size)
    return found


def show_file(tx: Writing, id: int, file: tuple[str, str, bytes] | None) -> None:
    """Let an artifact show a file, given as name, media type and bytes, in place of the one that it showed."""
    for known in tx.attachments_of(id):
        if known.role == files.SHOWN and (file is None or known.name != file[0]):
            tx.delete(known)
    tx.flush()
    if file is None:
        tx.touch([id])
    else:
        tx.attach(id, files.SHOWN, *file)


def shown_by(tx: Reading, source_id: int) -> int | None:
    """Return the artifact that shows a resource."""
    return tx.exec(
        select(ArtifactRow.id)
        .join(Resource, col(Resource.id) == col(ArtifactRow.id))
        .where(ArtifactRow.source_id == source_id, col(Resource.trashed_at).is_(None))
    ).first()


def receipts_of(tx: Reading, ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the receipts of each of these artifacts that was handed in, also of one that is in the trash."""
    found: dict[int, list[int]] = {}
    for some in chunks(ids):
        query = (
            sa.select(col(Link.target_id), col(Link.source_id))
            .join(Resource, col(Resource.id) == col(Link.source_id))
            .where(col(Link.target_id).in_(some), col(Resource.kind) == "receipt", col(Resource.purged_at).is_(None))
            .order_by(col(Link.source_id))
        )
        for artifact, receipt in tx.connection().execute(query):
            found.setdefault(artifact, []).append(receipt)
    return found


def last_place(tx: Reading) -> int:
    """Return the position of an artifact that is put behind all others."""
    last: int | None = tx.exec(select(sa.func.max(col(ArtifactRow.position)))).one()
    return (last or 0) + _STEP


def move(tx: Writing, id: int, place: int) -> None:
    """Let an artifact be in that place among all, the first being 1.

    It alone changes, as long as there is room between its new neighbours; else those on the shorter side make some.
    """
    query = (
        sa.select(col(ArtifactRow.id), col(ArtifactRow.position))
        .join(Resource, col(Resource.id) == col(ArtifactRow.id))
        .where(col(Resource.trashed_at).is_(None), col(ArtifactRow.id) != id)
        .order_by(col(ArtifactRow.position), col(ArtifactRow.id))
    )
    others: Sequence[Any] = tx.connection().execute(query).all()
    at = min(max(0, place - 1), len(others))
    before = others[at - 1].position if at else None
    after = others[at].position if at < len(others) else None
    if before is not None and after is not None and after - before < 2:
        behind = at >= len(others) / 2
        side = [row.id for row in (others[at:] if behind else others[:at])]
        tx.update(ArtifactRow, side, position=col(ArtifactRow.position) + (_STEP if behind else -_STEP))
        before, after = (before, after + _STEP) if behind else (before - _STEP, after)
    if before is None:
        position = 0 if after is None else after - _STEP
    else:
        position = before + _STEP if after is None else (before + after) // 2
    tx.update(ArtifactRow, [id], position=position)
