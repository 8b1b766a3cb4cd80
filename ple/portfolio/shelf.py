"""The shelf: what is in the portfolio, each with what it shows, read from the library in bulk."""

import datetime as dt
import json
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
    Tagging,
    Writing,
    chunks,
)
from ple.portfolio import files
from ple.portfolio.addresses import ledger_of, moment
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
            sa.select(*_ASKED)
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
            known = [row[0] for row in rows]
            tags = _tags(tx) if ids is None else tx.tags_of(known)
            sources = _sources(tx, {row[1] for row in rows if row[1]}, everything=ids is None)
            if ledger is None:
                ledger = ledger_of(tx, known)
            site = tx.get(SiteRow, 1)
            shown_files = _files(tx, known if ids is not None else None)
        documents = self.documents(sources)
        badges = (
            self._badges([id for id, kind in sources.items() if kind == BADGE]) if BADGE in sources.values() else {}
        )
        none: frozenset[str] = frozenset()
        url = site.url if site is not None else None
        for row in rows:
            (
                id, source_id, title, why, reflection, quote, licence, made_on, page, skills, builds_on, feedback,
                seen_by, alt, position, uid, created_at,
            ) = row  # fmt: skip
            document = documents.get(source_id)
            file = shown_files.get(id)
            created_at = moment(created_at)
            if source_id is None and file is not None:
                document = self._said_by(id, file, alt, created_at)
            visibility = Visibility.of(seen_by)
            line = ledger.of(ARTIFACT, id)
            shown = document is not None and visibility is not Visibility.PRIVATE and line is not None
            artifact = Artifact(
                id=id,
                uid=uid,
                kind=ARTIFACT,
                title=title or (fit_line(document.title) if document else "") or f"Untitled #{id}",
                url=url + line.address if shown and line and url else None,
                tags=tags.get(id, none),
                created_at=created_at,
                source_id=source_id,
                source_kind=sources.get(source_id, document.kind) if document else None,
                visibility=visibility,
                why=why,
                reflection=reflection,
                quote=quote,
                licence=licence,
                made_on=made_on,
                page=page,
                skills=_listed(skills),
                sources=builds_on,
                feedback=feedback,
                position=position,
                address=line.address if line else None,
                alt=alt,
                file=file,
                badge=badges.get(source_id),
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


# What drivers give for times and lists is taken as it is: thousands of rows are read in a build.
_ASKED: list[Any] = [
    *(
        sa.type_coerce(col(getattr(ArtifactRow, name)), sa.types.NullType()) if name == "skills" else
        col(getattr(ArtifactRow, name))
        for name in (
            "id", "source_id", "title", "why", "reflection", "quote", "licence", "made_on", "page", "skills", "sources",
            "feedback", "visibility", "alt", "position",
        )
    ),
    col(Resource.uid),
    sa.type_coerce(col(Resource.created_at), sa.types.NullType()),
]  # fmt: skip


def _listed(raw: Any) -> tuple[str, ...]:
    """Return a list as the driver gives it: SQLite's as JSON, PostgreSQL's as it is."""
    if isinstance(raw, str):
        raw = json.loads(raw) if raw != "[]" else ()
    return tuple(raw or ())


def _tags(tx: Reading) -> dict[int, frozenset[str]]:
    """Return the tags of all artifacts that have some."""
    query = sa.select(col(Tagging.resource_id), col(Tagging.tag)).join(
        ArtifactRow, col(ArtifactRow.id) == col(Tagging.resource_id)
    )
    found: dict[int, set[str]] = {}
    for id, tag in tx.connection().execute(query).all():
        found.setdefault(id, set()).add(tag)
    return {id: frozenset(tags) for id, tags in found.items()}


def _sources(tx: Reading, ids: set[int], *, everything: bool) -> dict[int, str]:
    """Return the kinds of these resources, if they are alive; ``everything``: they are all that artifacts show."""
    query = sa.select(col(Resource.id), col(Resource.kind)).where(col(Resource.trashed_at).is_(None))
    if everything:
        shown = query.where(col(Resource.id).in_(sa.select(col(ArtifactRow.source_id))))
        return {id: kind for id, kind in tx.connection().execute(shown).all() if id and id in ids}
    found: dict[int, str] = {}
    for some in chunks(ids):
        for id, kind in tx.connection().execute(query.where(col(Resource.id).in_(some))).all():
            found[id or 0] = kind
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
