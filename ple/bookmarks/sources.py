"""Sources: the front door to what makes a bookmark a source: citing it, judging it, a copy of it, is it still there."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.bookmarks import checking, citations, citing, copies, pictures
from ple.bookmarks import styles as style_files
from ple.bookmarks.checking import Checked
from ple.bookmarks.copies import Snapshot
from ple.bookmarks.formats import bibtex, csl, ris
from ple.bookmarks.judging import TYPES, Judgement, answered, checklist
from ple.bookmarks.models import BOOKMARK, BookmarkRow
from ple.bookmarks.registries import REGISTRIES, look_up
from ple.library import InvalidInput, Library
from ple.web.text import block, line

if TYPE_CHECKING:
    from ple.web.client import Client

STYLES = tuple(citations.STYLES)
FORMATS = ("text", "markdown", "bibtex", "csl-json", "ris")


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
        return citing.items(self._library, ids)

    def bibliography(self, thing: int) -> list[int]:
        """Return the bookmarks that a thing builds on: to cite all sources of a collection, an essay, a goal.

        Of a collection those are what it holds, in its order; of anything else what it links to, or what links to it.
        Words that were marked stand for the page that they are in.

        Raises:
            NotFound: there is no such thing.
        """
        return citing.behind(self._library, thing)

    def cite(
        self,
        ids: Sequence[int],
        *,
        style: str = "apa",
        format: str = "text",
        styles: Path | None = None,
        language: str | None = None,
    ) -> str:
        """Return references to bookmarks: one a line in a style, or as a file for another program.

        The style is one of ours, a style file (CSL), or ``NAME`` of a ``NAME.csl`` in the folder ``styles``.
        ``language`` is for style files: the one that they are to write in, in place of their own.

        Raises:
            NotFound: one of them is no bookmark.
            InvalidInput: there is no such style or format, or the style file cannot be used.
        """
        theirs = None if style in STYLES else style_files.find(style, styles)
        if language and theirs is None:
            raise InvalidInput(f"{style} writes in English alone", hint="--language is for style files (CSL).")
        wanted = style_files.language(language) if language else None
        if format not in FORMATS:
            raise InvalidInput(f"references cannot be written as {format}", hint=f"Formats: {', '.join(FORMATS)}.")
        items = self.works(ids)
        if theirs is not None and format in ("text", "markdown"):
            said = citing.in_style(items, theirs, language=wanted, markdown=format == "markdown")
            return "\n\n".join(map(line, said)) + "\n" if said else ""
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
        changes = {name: citing.value(name, text) for name, text in fields.items()}
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

    def resolve(self, id: int, *, registries: Mapping[str, str] = REGISTRIES) -> dict[str, Any]:
        """Ask a registry what the work of a bookmark is, and keep what it says; return the item.

        doi.org is asked by DOI or arXiv number, PubMed by its own, Open Library by ISBN. The learner must have asked
        for it: it tells the registry which work they read.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: it has no such number.
            WebError: the registry does not answer, or not with a work.
        """
        said = look_up(self._client, self.works([id])[0], registries)
        with self._library.writing("Looked up what is cited") as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            row.work = json.dumps({**(json.loads(row.work) if row.work else {}), **said}, ensure_ascii=False)
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
        return copies.take(self._library, self._client, id)

    def snapshots(self, id: int) -> list[Snapshot]:
        """Return the copies of a page that are kept, the newest first.

        Raises:
            NotFound: there is no such bookmark.
        """
        return copies.of(self._library, id)

    def copy_to_open(self, id: int) -> Path:
        """Return a file with the newest copy of a page, named so that a browser takes it for a page.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: it has no copy.
        """
        return copies.to_open(self._library, id, self._folder)

    def keep_images(self, id: int) -> pictures.Gathered:
        """Keep the images of a page's text as files of the library; those that are there are not kept twice.

        Raises:
            NotFound: there is no such bookmark.
            InvalidInput: its page has no text yet.
        """
        return pictures.gather(self._library, self._client, id)

    def images(self, id: int) -> list[pictures.Image]:
        """Return the images of a page that are kept.

        Raises:
            NotFound: there is no such bookmark.
        """
        return pictures.of(self._library, id)

    def check(
        self, ids: Collection[int] | None = None, *, force: bool = False, limit: int | None = None, pause: float = 1.0
    ) -> Iterator[Checked]:
        """Ask whether pages are still there, and yield what came of each; without ``ids`` those whose turn it is.

        Each host is asked one page at a time, ``pause`` seconds apart. Nothing is removed or changed for it, and
        nobody but the page's own site is asked.

        Raises:
            NotFound: one of ``ids`` is no bookmark.
        """
        return checking.check(self._library, self._client, ids, force=force, limit=limit, pause=pause)
