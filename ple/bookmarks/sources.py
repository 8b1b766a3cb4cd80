"""Sources: the front door to what makes a bookmark a source: citing it, judging it, a copy of it, is it still there."""

import datetime as dt
import hashlib
import json
import logging
import threading
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import citations, lists
from ple.bookmarks.formats import bibtex, csl, ris
from ple.bookmarks.formats.record import Record
from ple.bookmarks.judging import TYPES, Judgement, answered, checklist
from ple.bookmarks.models import BOOKMARK, BookmarkRow
from ple.bookmarks.scholarly import doi_of_arxiv, identifiers, person, valid_isbn
from ple.bookmarks.standing import Seen, Standing, archived_at, next_check, standing_of
from ple.library import InvalidInput, Library, Resource, chunks, utc_now
from ple.web import addresses
from ple.web.client import Limits
from ple.web.errors import BadRedirect, BrokenAnswer, NoAnswer, TooLarge, TooSlow, WebError
from ple.web.text import block, line

if TYPE_CHECKING:
    from ple.web.client import Client

STYLES = tuple(citations.STYLES)
FORMATS = ("text", "markdown", "bibtex", "csl-json", "ris")
FIELDS = (
    "type", "title", "author", "editor", "issued", "container-title", "publisher", "volume", "issue", "page", "edition",
    "DOI", "ISBN", "PMID", "language", "URL",
)  # fmt: skip
"""What a learner can say of a work, in place of what its page says."""

_PAGE = Limits(connect=10, read=15, total=60, size=15_000_000, per_host=2)
_PART = Limits(connect=5, read=10, total=20, size=3_000_000, per_host=6)
_CHECK = Limits(connect=10, read=15, total=30, size=2_000_000, per_host=1)
_IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"<svg": "image/svg+xml"}
_SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of a page as one file; ``new`` if it differs from the one before."""

    id: int
    at: dt.datetime
    sha256: str
    bytes: int
    file: str
    new: bool = False
    missing: int = 0
    """How many of its images and styles could not be had."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of asking whether a page is still there; ``archived`` is where an archive may have it."""

    id: int
    title: str
    url: str
    standing: str
    why: str
    moved_to: str | None
    gone_since: dt.datetime | None
    archived: str | None
    has_copy: bool


class Sources:
    """The bookmarks of a learner as sources."""

    def __init__(self, library: Library, client: "Client", folder: Path) -> None:
        """Open copies from ``folder``, where files are laid that a browser can open."""
        self._library = library
        self._client = client
        self._folder = folder

    def works(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return bookmarks as items of CSL-JSON, in their order, each with the key that it keeps for ever.

        What the learner or a file of theirs said goes before what the page says. The date is when it appeared, or
        nothing; the day that it was fetched is when it was accessed.

        Raises:
            NotFound: one of them is no bookmark.
        """
        said = self._said(ids)
        items = []
        for (_id, record), key in zip(said, self._keys(said), strict=True):
            item = csl.item(record)
            item["id"] = key
            for private in ("note", "annote", "keyword", "abstract"):
                item.pop(private, None)
            items.append({name: value for name, value in item.items() if value})
        return items

    def cite(self, ids: Sequence[int], *, style: str = "apa", format: str = "text") -> str:
        """Return references to bookmarks: one a line in a style, or as a file for another program.

        Raises:
            NotFound: one of them is no bookmark.
            InvalidInput: there is no such style or format.
        """
        if style not in STYLES:
            raise InvalidInput(f"there is no style “{line(style)}”", hint=f"There are {', '.join(STYLES)}.")
        if format not in FORMATS:
            raise InvalidInput(f"references cannot be written as {format}", hint=f"Formats: {', '.join(FORMATS)}.")
        items = self.works(ids)
        if format in ("text", "markdown"):
            entries = citations.bibliography(items, style, markdown=format == "markdown")
            if style == "ieee" and len(entries) == 1:
                entries = [entries[0].removeprefix("[1] ")]
            return "\n\n".join(map(line, entries)) + "\n" if entries else ""
        if format == "csl-json":
            return json.dumps(items, ensure_ascii=False, indent=1) + "\n"
        records = [csl.record(item) for item in items]
        return bibtex.write(records) if format == "bibtex" else ris.write(records)

    def describe(self, id: int, fields: Mapping[str, str]) -> dict[str, Any]:
        """Say what a work is, in place of what its page says; an empty value leaves it to the page again.

        Names are ``Family, Given; Family, Given``; dates ``1918``, ``1918-07`` or ``1918-07-26``.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: there is no such field, or a value cannot be one.
        """
        changes = {name: _value(name, text) for name, text in fields.items()}
        with self._library.writing("Changed what is cited") as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            given = json.loads(row.csl) if row.csl else {}
            title = changes.pop("title", None)
            if title:
                row.title, row.title_given = title, True
            for name, value in changes.items():
                given.pop(name, None)
                if value:
                    given[name] = value
            row.csl = json.dumps(given, ensure_ascii=True) if given else ""
            tx.label = f"Changed how “{row.title}” is cited"
        return self.works([id])[0]

    def resolve(self, id: int, *, registry: str = "https://doi.org") -> dict[str, Any]:
        """Ask the registry of DOIs what the work of a bookmark is, and keep what it says; return the item.

        The learner must have asked for it: it tells the registry which work they read.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: it has no DOI.
            WebError: the registry does not answer, or not with a work.
        """
        item = self.works([id])[0]
        doi = item.get("DOI") or doi_of_arxiv(str(item.get("number") or ""))
        if not doi:
            raise InvalidInput(f"#{id} has no DOI", hint=f"Say it: `ple bookmarks cite {id} --set DOI=10.…`.")
        wanted = {"Accept": "application/vnd.citationstyles.csl+json"}
        response = self._client.get(f"{registry}/{quote(doi)}", headers=wanted)
        said = response.json() if response.ok else None
        if not isinstance(said, dict) or not isinstance(said.get("title"), str):
            raise BrokenAnswer(f"the registry does not know {doi}", url=response.url)
        kept = {name: said[name] for name in (*FIELDS, "ISSN") if said.get(name) and name != "URL"}
        kept |= {"type": str(said.get("type") or "article-journal"), "DOI": doi}
        with self._library.writing("Looked up what is cited") as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            row.work = json.dumps({**(json.loads(row.work) if row.work else {}), **kept}, ensure_ascii=False)
            if not row.title_given:
                row.title = line(said["title"])[:1000]
        return self.works([id])[0]

    def judgement(self, id: int) -> Judgement:
        """Return what the learner thinks of a source.

        Raises:
            NotFound: there is no such bookmark.
        """
        with self._library.reading() as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            return Judgement(id, row.source_type, row.credibility, checklist(row.checklist))

    def judge(
        self, id: int, *, type: str | None = None, note: str | None = None, answers: Mapping[str, str] | None = None
    ) -> Judgement:
        """Say what one thinks of a source; what is None stays, what is empty is taken away.

        ``answers`` are those to the checklist: ``{"who": "yes: a professor of it"}``.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: there is no such type, question or answer.
        """
        if type and type not in TYPES:
            raise InvalidInput(f"“{line(type)}” is no type of source", hint=f"There are {', '.join(TYPES)}.")
        with self._library.writing("Judged a source") as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            if type is not None:
                row.source_type = type or None
            if note is not None and (kept := block(note).strip()) != row.credibility:
                tx.remember(id, {"credibility": row.credibility})
                row.credibility = kept
            if answers:
                row.checklist = answered(row.checklist, {name: line(text) for name, text in answers.items()})
            tx.label = f"Judged “{row.title}”"
        return self.judgement(id)

    def snapshot(self, id: int) -> Snapshot:
        """Keep a copy of a page as one file that opens without a network; one like the last is not kept twice.

        Raises:
            NotFound: there is no such bookmark.
            WebError: the page does not answer.
            InvalidInput: it answers with something that is no page.
        """
        from ple.bookmarks.offline import Copied, copy_of
        from ple.web.pages import decode

        url = self._address(id)
        response = self._client.get(url, limits=_PAGE)
        shown = addresses.display(url)
        if not response.ok:
            raise BrokenAnswer(f"{shown} answered {response.status}: there is nothing to copy", url=url)
        start = response.body[:1000].lstrip().lower()
        is_pdf = response.body.startswith(b"%PDF-")
        if not is_pdf and "html" not in response.content_type and not start.startswith((b"<!doctype html", b"<html")):
            raise InvalidInput(
                f"{shown} is no page but {response.content_type or 'a file'}", hint="Only pages and PDF can be copied."
            )

        def get(address: str) -> tuple[str, bytes] | None:
            try:
                part = self._client.get(address, limits=_PART, origin=response.url)
            except WebError:
                return None
            return (_media_type(part.content_type, part.body), part.body) if part.ok and part.body else None

        if is_pdf:
            copied = Copied(response.body)
        else:
            text = decode(response.body, response.headers.get("content-type", ""))
            copied = copy_of(text, response.url, get)
        now = utc_now()
        with self._library.writing() as tx:
            tx.alive(id, BOOKMARK)
            before = [one for one in tx.attachments_of(id) if one.role == _SNAPSHOT]
            ending, media = ("pdf", "application/pdf") if is_pdf else ("html", "text/html")
            sha256 = hashlib.sha256(copied.html).hexdigest()
            new = not before or before[-1].sha256 != sha256
            if new:
                tx.attach(id, _SNAPSHOT, f"{now:%Y-%m-%dT%H%M%S.%fZ}.{ending}", media, copied.html)
            at = now if new else before[-1].added_at
            file = str(tx.files.path(sha256))
        return Snapshot(id, at, sha256, len(copied.html), file, new, len(copied.missing))

    def snapshots(self, id: int) -> list[Snapshot]:
        """Return the copies of a page that are kept, the newest first.

        Raises:
            NotFound: there is no such bookmark.
        """
        with self._library.reading() as tx:
            tx.alive(id, BOOKMARK)
            kept = [one for one in tx.attachments_of(id) if one.role == _SNAPSHOT]
            files = [str(tx.files.path(one.sha256)) for one in kept]
        found = [
            Snapshot(id, one.added_at, one.sha256, one.size_bytes, file) for one, file in zip(kept, files, strict=True)
        ]
        return found[::-1]

    def copy_to_open(self, id: int) -> Path:
        """Return a file with the newest copy of a page, named so that a browser takes it for a page.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: it has no copy.
        """
        kept = self.snapshots(id)
        if not kept:
            raise InvalidInput(f"#{id} has no copy", hint=f"Make one with `ple bookmarks snapshot {id}`.")
        with self._library.reading() as tx:
            data = tx.files.read(kept[0].sha256)
        ending = "pdf" if data.startswith(b"%PDF-") else "html"
        path = self._folder / "offline" / f"{id}-{kept[0].sha256[:12]}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def check(
        self, ids: Collection[int] | None = None, *, force: bool = False, limit: int | None = None, pause: float = 1.0
    ) -> Iterator[Checked]:
        """Ask whether pages are still there, and yield what came of each; without ``ids`` those whose turn it is.

        Each host is asked one page at a time, ``pause`` seconds apart. Nothing is removed or changed for it, and
        nobody but the page's own site is asked.

        Raises:
            NotFound: one of ``ids`` is no bookmark.
        """
        rows = self._to_check(ids, force or ids is not None)[:limit]
        queues: dict[str, deque[Any]] = {}
        for row in rows:
            queues.setdefault(addresses.host(row.url), deque()).append(row)
        stop = threading.Event()
        done: deque[Checked] = deque()
        ready = threading.Condition()

        def ask_host(queue: "deque[Any]") -> None:
            while queue and not stop.is_set():
                row = queue.popleft()
                checked = self._check(row)
                with ready:
                    done.append(checked)
                    ready.notify()
                if queue and stop.wait(pause):
                    return

        threads = ThreadPoolExecutor(8, thread_name_prefix="check")
        running = [threads.submit(ask_host, queue) for queue in queues.values()]
        try:
            for _ in rows:
                with ready:
                    while not done and not all(one.done() for one in running):
                        ready.wait(0.1)
                    if not done:
                        break
                    checked = done.popleft()
                yield checked
            for one in running:
                one.result()
        finally:
            stop.set()
            threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, row: Any) -> Checked:
        standing = self._ask(row)
        now = utc_now()
        missing = standing.state in ("gone", "unreachable", "doubtful")
        values: dict[str, Any] = {
            "checked_at": now,
            "standing": standing.state,
            "standing_why": standing.why or None,
            "moved_to": standing.moved_to,
            "failures": row.failures + 1 if missing else 0,
            "gone_since": (row.gone_since or now) if standing.state == "gone" else None,
        }
        table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
        with self._library.writing() as tx:  # nothing that is searched or shown elsewhere changes: no new words
            tx.connection().execute(sa.update(table).where(table.c.id == row.id).values(**values))
            has_copy = any(one.role == _SNAPSHOT for one in tx.attachments_of(row.id))
        archived = archived_at(row.url, row.saved_at) if missing else None
        return Checked(
            row.id, row.title, row.url, standing.state, standing.why, standing.moved_to, values["gone_since"], archived,
            has_copy,
        )  # fmt: skip

    def _ask(self, row: Any) -> Standing:
        from ple.web.pages import read_page
        from ple.web.text import plain

        try:
            response = self._client.get(row.url, limits=_CHECK)
        except TooLarge:
            return Standing("there")
        except (NoAnswer, TooSlow, BadRedirect) as error:
            return Standing("unreachable", str(error))
        except WebError as error:
            return Standing("doubtful", str(error))
        permanent = bool(response.redirects) and all(hop.status in (301, 308) for hop in response.redirects)
        is_page = "html" in response.content_type
        title = text = ""
        if is_page and response.ok:
            try:
                page = read_page(response)
                title, text = page.title, plain(page.html)
            except Exception:  # a page of the world's may break any parser; that it answers is known
                logging.getLogger(__name__).exception("reading a page failed")
        return standing_of(
            Seen(row.url, response.status, response.url, permanent, title, text, is_page), row.title, row.text
        )

    def _to_check(self, ids: Collection[int] | None, all_of_them: bool) -> list[Any]:
        names = ("id", "url", "title", "text", "saved_at", "standing", "failures", "checked_at", "gone_since")
        table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
        light = [table.c[name] for name in ("id", "standing", "failures", "checked_at")]
        query = sa.select(*light).join(Resource, col(Resource.id) == table.c.id)
        query = query.where(col(Resource.trashed_at).is_(None), lists.on_the_web())
        now = utc_now()
        with self._library.reading() as tx:
            if ids is None:
                rows = tx.connection().execute(query.order_by(table.c.checked_at.is_not(None), table.c.checked_at))
                due = [
                    row.id
                    for row in rows
                    if all_of_them or (next_check(row.standing, row.failures, row.checked_at) or now) <= now
                ]
            else:
                due = [tx.alive(id, BOOKMARK).id or id for id in dict.fromkeys(ids)]
            found: dict[int, Any] = {}
            for some in chunks(due):
                full = sa.select(*(table.c[name] for name in names)).where(table.c.id.in_(some), lists.on_the_web())
                found |= {row.id: row for row in tx.connection().execute(full)}
        return [found[id] for id in due if id in found]

    def _address(self, id: int) -> str:
        with self._library.reading() as tx:
            tx.alive(id, BOOKMARK)
            url = tx.get_one(BookmarkRow, id).url
        if url.startswith("urn:"):
            raise InvalidInput(f"#{id} has no address on the web", hint="Only pages can be copied.")
        return url

    def _said(self, ids: Sequence[int]) -> list[tuple[int, Record]]:
        with self._library.reading() as tx:
            for id in ids:
                tx.alive(id, BOOKMARK)
            table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
            more: dict[int, Any] = {}
            for some in chunks(ids):
                query = sa.select(table.c.id, table.c.work, table.c.fetched_at).where(table.c.id.in_(some))
                more |= {row.id: row for row in tx.connection().execute(query)}
        found = []
        for id, record in zip(ids, lists.records(self._library, list(ids)), strict=True):
            row = more[id]
            said = json.loads(row.work) if row.work else {}
            accessed = row.fetched_at or record.saved_at
            if accessed and not record.url.startswith("urn:"):
                said.setdefault("accessed", {"date-parts": [[accessed.year, accessed.month, accessed.day]]})
            if record.author and not said.get("author"):
                said["author"] = [person(name) for name in record.author.split(", ")]
            said = identifiers(record.url) | said
            found.append((id, replace(record, csl={**said, **(record.csl or {})}, tags=())))
        return found

    def _keys(self, said: Sequence[tuple[int, Record]]) -> list[str]:
        """Return the keys of works; those that have none yet get one."""
        table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
        ids = [id for id, _ in said]
        with self._library.reading() as tx:
            have = self._have(tx, ids)
        if all(have.get(id) for id in ids):
            return [have[id] for id in ids]
        with self._library.writing() as tx:
            taken = set(
                tx.connection().execute(sa.select(table.c.cite_key).where(table.c.cite_key.is_not(None))).scalars()
            )
            have = self._have(tx, ids)
            for id, record in said:
                if not have.get(id):
                    item = {**(record.csl or {}), "title": record.title}
                    own = str((record.csl or {}).get("id") or "")
                    free = own if own.isascii() and own and own not in taken and " " not in own else ""
                    key = free or citations.key_of(item, taken)
                    have[id] = key
                    taken.add(key)
                    tx.connection().execute(sa.update(table).where(table.c.id == id).values(cite_key=key))
        return [have[id] for id in ids]

    def _have(self, tx: Any, ids: Iterable[int]) -> dict[int, str]:
        table: sa.Table = BookmarkRow.__table__  # type: ignore[attr-defined]
        have: dict[int, str] = {}
        for some in chunks(ids):
            query = sa.select(table.c.id, table.c.cite_key).where(table.c.id.in_(some))
            have |= {id: key for id, key in tx.connection().execute(query) if key}
        return have


def _value(name: str, text: str) -> Any:
    """Return a value as CSL has it."""
    if name not in FIELDS:
        raise InvalidInput(f"a work has no “{line(name)}”", hint=f"It has {', '.join(FIELDS)}.")
    said = line(text)
    if not said:
        return ""
    if name in ("author", "editor"):
        return [person(one) for one in said.split(";") if one.strip()]
    if name == "issued":
        parts = said.split("-")
        if not all(part.isdigit() for part in parts) or len(parts) > 3 or not _is_date(parts):
            raise InvalidInput(f"“{said}” is no date", hint="Say 1918, 1918-07 or 1918-07-26.")
        return {"date-parts": [[int(part) for part in parts]]}
    if name == "DOI":
        found = identifiers(said).get("DOI")
        if not found:
            raise InvalidInput(f"“{said}” is no DOI", hint="A DOI begins with 10. and has a slash.")
        return found
    if name == "ISBN" and not valid_isbn(said):
        raise InvalidInput(f"“{said}” is no ISBN: its check digit is not right", hint="Look at it again.")
    return said


def _is_date(parts: Sequence[str]) -> bool:
    """Return whether these are a year, a month and a day, as far as they go."""
    return all(low <= int(part) <= high for part, (low, high) in zip(parts, _RANGES, strict=False))


_RANGES = ((1, 9999), (1, 12), (1, 31))


def _media_type(said: str, body: bytes) -> str:
    if said and said not in ("application/octet-stream", "binary/octet-stream"):
        return said
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((type for start, type in _IMAGES.items() if body.startswith(start)), said or "text/css")
