"""The shelf: what is in the portfolio, each with what it shows, read from the library in bulk.

Asked in SQL and not through the tables, so that a build need not import them: see :mod:`ple.library.file`.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ple.library import Document, DocumentSource, LibraryError, MarkdownSource
from ple.library.attachments import Files
from ple.portfolio import files
from ple.portfolio.addresses import ledger_of, sends_itself
from ple.portfolio.asking import Statements, Transactions, listed, moment
from ple.portfolio.characters import fit_line
from ple.portfolio.permalinks import Ledger
from ple.portfolio.values import ARTIFACT, Artifact, Badge, Settings, ShownFile, Visibility, plain

Shown = tuple[Artifact, Document | None]
Badges = Callable[[Sequence[int]], Mapping[int, Badge]]
"""What says what was found about badges, by their numbers."""
Says = Callable[[str], DocumentSource | None]
"""What says what resources of a kind say."""
BADGE = "credential"


class Shelf:
    """All artifacts of a library; ``says`` names who says what resources of a kind say, ``held`` keeps their files."""

    def __init__(self, library: Transactions, kept: Files, says: Says, badges: Badges | None = None) -> None:
        self.library = library
        self.files = kept
        self._badges = badges or (lambda _ids: {})
        self._says = says

    def settings(self) -> Settings | None:
        """Return what is said about the site; None before anything was."""
        with self.library.reading() as statements:
            for row in statements.rows(f"SELECT {', '.join(_SITE)} FROM portfolio_site WHERE id = 1"):
                return Settings.of(dict(zip(_SITE, row, strict=True)))
        return None

    def artifacts(self, ids: Iterable[int] | None = None) -> Iterator[Artifact]:
        """Yield all artifacts, or those of ``ids``, in the learner's order."""
        return (artifact for artifact, _document in self.read(ids))

    def showing(self, ids: Iterable[int]) -> list[int]:
        """Return the numbers of the artifacts that show one of these."""
        with self.library.reading() as statements:
            return [
                row[0]
                for some in listed(ids)
                for row in statements.rows(
                    f"SELECT a.id {_ALIVE} WHERE a.source_id IN ({some}) AND r.trashed_at IS NULL"
                )
            ]

    def shown(self, changed: Iterable[int] | None, ledger: Ledger | None = None) -> Iterator[Shown]:
        """Yield what is not private, or that of it which one of ``changed`` is, or is what it shows.

        ``ledger`` spares asking for the addresses.
        """
        ids: set[int] | None = None
        if changed is not None:
            ids = set()
            with self.library.reading() as statements:
                for some in listed(changed):
                    query = f"SELECT id FROM portfolio_artifact WHERE id IN ({some}) OR source_id IN ({some})"
                    ids.update(id for (id,) in statements.rows(query))
        return self.read(ids, private=False, ledger=ledger)

    def public(self) -> bool:
        """Say whether anything is public."""
        query = f"{_ALIVE} WHERE r.trashed_at IS NULL AND a.visibility = :public LIMIT 1"
        with self.library.reading() as statements:
            return bool(statements.rows(f"SELECT 1 {query}", {"public": Visibility.PUBLIC.value}))

    def read(
        self, ids: Iterable[int] | None = None, *, private: bool = True, ledger: Ledger | None = None
    ) -> Iterator[Shown]:
        """Yield all artifacts, or those of ``ids``, each with what its source says."""
        query = f"SELECT {', '.join(_ASKED)} {_ALIVE} WHERE r.trashed_at IS NULL"
        query += "" if private else f" AND a.visibility <> '{Visibility.PRIVATE.value}'"
        with self.library.reading() as statements:
            rows: list[Any] = []
            if ids is None:
                rows += statements.rows(f"{query} ORDER BY a.position, a.id")
            else:
                for some in listed(ids):
                    rows += statements.rows(f"{query} AND a.id IN ({some}) ORDER BY a.position, a.id")
            known = None if ids is None else [row[0] for row in rows]
            tags = _tags(statements, known)
            sources = _sources(statements, {row[1] for row in rows if row[1]}, everything=ids is None)
            if ledger is None:
                ledger = ledger_of(statements, [row[0] for row in rows], loose=sends_itself(statements))
            url: str | None = next((url for (url,) in statements.rows("SELECT url FROM portfolio_site")), None)
            shown_files = _files(statements, known)
        documents = self.documents(sources)
        badges = (
            self._badges([id for id, kind in sources.items() if kind == BADGE]) if BADGE in sources.values() else {}
        )
        none: frozenset[str] = frozenset()
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
                uid=uid if isinstance(uid, uuid.UUID) else uuid.UUID(uid),
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
                made_on=dt.date.fromisoformat(made_on) if made_on else None,
                page=page,
                skills=tuple(plain(skills) or ()) if skills != "[]" else (),
                sources=builds_on,
                feedback=feedback,
                position=position,
                address=line.address if line else None,
                alt=alt,
                file=file,
                badge=badges.get(source_id),
                published=line is not None and not ledger.loose(line),
            )
            yield artifact, document

    def receipts(self, ids: Iterable[int]) -> dict[int, list[int]]:
        """Return the receipts of each of these artifacts that was handed in, also of one that is in the trash."""
        found: dict[int, list[int]] = {}
        with self.library.reading() as statements:
            for some in listed(ids):
                query = (
                    "SELECT l.target_id, l.source_id FROM link l JOIN resource r ON r.id = l.source_id"
                    f" WHERE l.target_id IN ({some}) AND r.kind = 'receipt' AND r.purged_at IS NULL"
                    " ORDER BY l.source_id"
                )
                for artifact, receipt in statements.rows(query):
                    found.setdefault(artifact, []).append(receipt)
        return found

    def _said_by(self, id: int, file: ShownFile, alt: str, when: dt.datetime) -> Document:
        """Return what a file says that is a work of its own."""
        kind = files.kind_of(file)
        said = ""
        if file.media_type.startswith("text/"):
            try:
                said = files.markdown_of(file, self.files.read(file.sha256))
            except LibraryError:
                said = ""  # it is missing: `ple portfolio check` says so
        return Document(id, kind, file.name, alt, when, markdown=said)

    def documents(self, kinds: Mapping[int, str]) -> dict[int, Document]:
        """Return what these resources say, given the kind of each; those that nobody can say anything of are absent."""
        by_kind: dict[str, list[int]] = {}
        for id, kind in kinds.items():
            by_kind.setdefault(kind, []).append(id)
        found: dict[int, Document] = {}
        for kind, ids in by_kind.items():
            source = self._says(kind) if kind != ARTIFACT else None
            if source is not None:
                say = source.written if isinstance(source, MarkdownSource) else source.documents
                found |= {document.id: document for document in say(ids)}
        return found


_SITE = ("uid", "title", "url", "author", "about", "language", "licence", "theme", "resume", "extras", "me")
_ALIVE = "FROM portfolio_artifact a JOIN resource r ON r.id = a.id"
# Times and days are taken as text: thousands of rows are read in a build, and most say the same.
_ASKED = (
    *("a.id", "a.source_id", "a.title", "a.why", "a.reflection", "a.quote", "a.licence", "a.made_on || ''", "a.page"),
    *("a.skills", "a.sources", "a.feedback", "a.visibility", "a.alt", "a.position", "r.uid", "r.created_at || ''"),
)


def _tags(statements: Statements, ids: Sequence[int] | None) -> dict[int, frozenset[str]]:
    """Return the tags of these artifacts, or of all, that have some."""
    query = "SELECT t.resource_id, t.tag FROM tagging t"
    found: dict[int, list[str]] = {}
    if ids is None:
        rows = statements.rows(f"{query} JOIN portfolio_artifact a ON a.id = t.resource_id")
    else:
        rows = [row for some in listed(ids) for row in statements.rows(f"{query} WHERE t.resource_id IN ({some})")]
    for id, tag in rows:
        found.setdefault(id, []).append(tag)
    return {id: frozenset(tags) for id, tags in found.items()}


def _sources(statements: Statements, ids: set[int], *, everything: bool) -> dict[int, str]:
    """Return the kinds of these resources, if they are alive; ``everything``: they are all that artifacts show."""
    query = "SELECT id, kind FROM resource WHERE trashed_at IS NULL AND id IN"
    if everything:
        shown = statements.rows(f"{query} (SELECT source_id FROM portfolio_artifact)")
        return {id: kind for id, kind in shown if id in ids}
    return {id: kind for some in listed(ids) for id, kind in statements.rows(f"{query} ({some})")}


def _files(statements: Statements, ids: Sequence[int] | None) -> dict[int, ShownFile]:
    """Return the file that each artifact shows, of those that show one."""
    query = f"SELECT resource_id, name, media_type, sha256, size_bytes FROM attachment WHERE role = '{files.SHOWN}'"
    asked = [query] if ids is None else [f"{query} AND resource_id IN ({some})" for some in listed(ids)]
    return {
        id: ShownFile(name, media_type, sha256, size)
        for one in asked
        for id, name, media_type, sha256, size in statements.rows(one)
    }
