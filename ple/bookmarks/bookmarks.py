"""Bookmarks: the front door to the pages that a learner keeps."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import sqlalchemy as sa
from sqlmodel import col

from ple.bookmarks import fetching, keeping, lists, works
from ple.bookmarks.formats import files
from ple.bookmarks.formats.record import Quotation
from ple.bookmarks.intake import A_PART, Intake, Progress
from ple.bookmarks.models import (
    BOOKMARK,
    Bookmark,
    BookmarkLine,
    BookmarkRow,
    Imported,
    ImportPlan,
    Refetched,
    Saved,
    key_of,
    reading_minutes,
)
from ple.bookmarks.suggestions import suggest
from ple.library import Document, InvalidInput, Library, NotFound, Resource, fold_tag, utc_now
from ple.web import addresses
from ple.web.text import block, line

if TYPE_CHECKING:
    from ple.web.client import Client


class Bookmarks:
    """The pages of a learner: one bookmark for each, whatever the ways to write its address."""

    kinds = frozenset({BOOKMARK})

    def __init__(self, library: Library, client: "Client") -> None:
        self._library = library
        self._client = client

    def save(
        self,
        url: str,
        *,
        title: str | None = None,
        called: str | None = None,
        tags: Iterable[str] = (),
        note: str | None = None,
        source: int | None = None,
        fetch: bool = True,
    ) -> Saved:
        """Keep the page at ``url``, and fetch its text unless told not to.

        The bookmark is stored before anything is fetched; what cannot be fetched now is said in ``problem`` and tried
        again by :meth:`fetch_pending`. A page that is kept already gets the tags, the title and the note in addition,
        comes out of the trash if it is there, and is fetched anew. What it is ``called`` elsewhere, by a feed or a
        browser, takes the place of no title that the learner gave. ``source`` is the resource that led to the page.

        Raises:
            BadAddress: it is no http(s) address.
            InvalidInput: a tag that cannot be one.
            NotFound: there is no such source.

        """
        url = addresses.clean(url)
        key = key_of(url)
        tags = _checked(tags)
        with self._library.writing("Saved a page") as tx:
            if source is not None:
                tx.alive(source)
            id, known = keeping.keep(tx, url, key, line(title or ""), block(note or "").strip(), line(called or ""))
            tx.tag(id, *tags)
            if source is not None:
                tx.link(id, source, "saved-from")
            if not known:
                tx.note("saved", id)
            shown = tx.get_one(BookmarkRow, id).title
            what = f"“{shown}”" if known or title or called else "1 bookmark"  # of which the title is still to come
            tx.label = f"Saved {what}" + (" again" if known else "")
        fetched = self._fetch(id) if fetch else None
        return Saved(self.bookmark(id), known, fetched.problem if fetched else None, fetched.hint if fetched else None)

    def bookmarks(self, *, limit: int | None = 50, **filters: Unpack[lists.Filters]) -> list[BookmarkLine]:
        """Return bookmarks; the filters and the order are those of :meth:`bookmark_ids`."""
        return self.bookmark_lines(self.bookmark_ids(limit=limit, **filters))

    def bookmark_ids(self, *, limit: int | None = None, **filters: Unpack[lists.Filters]) -> list[int]:
        """Return the numbers of bookmarks, those that are pinned first, then the last saved first.

        What is in the trash is left out. Each filter asks for those that are so, or with False are not. A ``tag`` or
        ``folder`` includes those below it (``maths`` finds ``maths/topology``). ``pending`` are those whose page was
        never fetched.
        """
        with self._library.reading() as tx:
            return lists.ids(tx, limit=limit, **filters)

    def bookmark_lines(self, ids: Sequence[int]) -> list[BookmarkLine]:
        """Return a line for each of ``ids``, in their order; those that are gone or in the trash are left out."""
        with self._library.reading() as tx:
            return lists.lines(tx, ids)

    def bookmark(self, id: int) -> Bookmark:
        """Return one bookmark with its text.

        Raises:
            NotFound: there is none, or it is in the trash.

        """
        with self._library.reading() as tx:
            resource = tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            tags = tx.tags_of([id])[id]
        said = {name: getattr(row, name) for name in Bookmark.__dataclass_fields__ if hasattr(row, name)}
        said |= {"uid": resource.uid, "kind": BOOKMARK, "tags": tags, "created_at": resource.created_at}
        return Bookmark(**said, reading_minutes=reading_minutes(row.words))

    def markdown(self, id: int) -> str:
        """Return the text of a bookmark's page as Markdown; empty if there is none.

        Raises:
            NotFound: there is none, or it is in the trash.

        """
        from ple.bookmarks.reading import to_markdown

        return to_markdown(self.bookmark(id).html)

    def known(self, url: str) -> int | None:
        """Return the number of the bookmark of a page, by any address of it; none if it is not kept."""
        with self._library.reading() as tx:
            query = sa.select(col(BookmarkRow.id)).join(Resource, col(Resource.id) == col(BookmarkRow.id))
            query = query.where(col(BookmarkRow.url_key) == key_of(url), col(Resource.trashed_at).is_(None))
            return tx.connection().execute(query).scalar()

    def edit(
        self,
        id: int,
        *,
        title: str | None = None,
        note: str | None = None,
        tags: Iterable[str] | None = None,
        url: str | None = None,
        folder: str | None = None,
        unread: bool | None = None,
        starred: bool | None = None,
        archived: bool | None = None,
        pinned: bool | None = None,
        private: bool | None = None,
    ) -> Bookmark:
        """Change what the learner says about a page; what is None stays. ``tags`` takes the place of all tags.

        An empty title gives the page its own one back when it is next fetched. Earlier notes are kept in its history.

        Raises:
            NotFound: there is no such bookmark.
            BadAddress: ``url`` is no http(s) address.
            InvalidInput: another bookmark has this address.

        """
        values: dict[str, Any] = {
            "note": None if note is None else block(note).strip(),
            "folder": None if folder is None else _folder(folder),
            "starred": starred,
            "archived": archived,
            "pinned": pinned,
            "private": private,
        }
        with self._library.writing("Changed a bookmark") as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
            if title is not None:
                values |= {"title": line(title) or fetching.title_of(row.url), "title_given": bool(line(title))}
            if unread is not None:
                values |= {"unread": unread, "read_at": None if unread else row.read_at or utc_now()}
            if url is not None and addresses.clean(url) != row.url:
                values |= keeping.moved(tx, id, addresses.clean(url))
            if row.note and values["note"] not in (None, row.note):
                tx.remember(id, {"note": row.note})
            for name, value in values.items():
                if (value is not None or name == "read_at") and getattr(row, name) != value:
                    setattr(row, name, value)
            if tags is not None:
                tx.set_tags(id, _checked(tags))
            tx.label = f"Changed “{row.title}”"
        return self.bookmark(id)

    def suggest_tags(self, id: int, *, limit: int = 8) -> list[str]:
        """Return tags of the learner's that a page might get, from what it says and what pages of its site have.

        Raises:
            NotFound: there is no such bookmark.

        """
        page = self.bookmark(id)
        tags = {count.tag: count.count for count in self._library.tag_counts()}
        with self._library.reading() as tx:
            of_site = keeping.tags_of_site(tx, page.url, but=id)
        said = " ".join((page.description, page.text))
        return suggest(page.title, said, tags=tags, of_site=of_site, have=page.tags, limit=limit)

    def mark(self, ids: Iterable[int], **states: Unpack[keeping.States]) -> int:
        """Give bookmarks these states; return how many bookmarks that changed. Those in the trash stay as they are."""
        with self._library.writing("Marked bookmarks") as tx:
            return keeping.mark(tx, list(dict.fromkeys(ids)), states)

    def mark_read(self, ids: Iterable[int]) -> int:
        """Note that these pages are read; return how many were not."""
        return self.mark(ids, unread=False)

    def mark_unread(self, ids: Iterable[int]) -> int:
        """Note that these pages are still to be read; return how many were not."""
        return self.mark(ids, unread=True)

    def star(self, ids: Iterable[int]) -> int:
        """Star these pages; return how many were not."""
        return self.mark(ids, starred=True)

    def unstar(self, ids: Iterable[int]) -> int:
        """Take the stars off these pages; return how many had one."""
        return self.mark(ids, starred=False)

    def pin(self, ids: Iterable[int]) -> int:
        """Keep these pages at the top of the list; return how many were not."""
        return self.mark(ids, pinned=True)

    def unpin(self, ids: Iterable[int]) -> int:
        """Let these pages go back to their place; return how many were pinned."""
        return self.mark(ids, pinned=False)

    def remove(self, ids: Iterable[int]) -> int:
        """Put bookmarks in the trash; return how many.

        Raises:
            NotFound: one of them is no bookmark, or is there already; then none is removed.

        """
        ids = list(dict.fromkeys(ids))
        with self._library.writing("Removed bookmarks") as tx:
            for id in ids:
                tx.alive(id, BOOKMARK)
            one = f"“{tx.get_one(BookmarkRow, ids[0]).title}”" if len(ids) == 1 else f"{len(ids):,} bookmarks"
            tx.label = f"Removed {one}"
            return tx.trash(*ids)

    def refresh(self, id: int, *, force: bool = False) -> Refetched:
        """Fetch a page again. An error page, a wall, the beginning of the text or something else changes no text.

        With ``force`` the text becomes what the page says now, if that is one at all.

        Raises:
            NotFound: there is no such bookmark.

        """
        return self._fetch(id, force=force)

    def take_page(self, id: int, html: str) -> Refetched:
        """Take the page of a bookmark as a browser shows it, with what only its reader gets to see.

        Raises:
            NotFound: there is no such bookmark.

        """
        with self._library.reading() as tx:
            tx.alive(id, BOOKMARK)
            url = tx.get_one(BookmarkRow, id).url
        fetched = fetching.read_shown(html, url)
        with self._library.writing() as tx:
            return keeping.store(tx, id, fetched, url)

    def fetch_pending(self, *, limit: int | None = None, force: bool = False) -> Iterator[Refetched]:
        """Fetch the pages that were never fetched, oldest first, and yield what became of each.

        One that could not be fetched is tried again after 1, 2, 4 … hours; with ``force`` at once.
        """
        with self._library.reading() as tx:
            due = keeping.pending(tx, utc_now(), force=force)
        from concurrent.futures import ThreadPoolExecutor

        threads = ThreadPoolExecutor(8, thread_name_prefix="bookmarks")
        try:
            yield from filter(None, threads.map(self._fetch_if_there, due[:limit]))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # whoever stops early need not wait for slow sites

    def import_file(
        self,
        name: str,
        data: bytes,
        *,
        format: str | None = None,
        folders: str = "keep",
        progress: Progress | None = None,
        at_once: int = A_PART,
    ) -> Imported:
        """Bring in a file of bookmarks, whose format is found out unless it is given.

        Dates, tags, notes, folders, states and marked passages come along; pages that are kept already get what the
        file has more. Doing it twice adds nothing, and after an interruption goes on. ``folders`` says what becomes
        of folders besides being kept: with ``path`` a tag such as ``a/b/c``, with ``parts`` a tag for each part, with
        ``last`` one for the last. So many records are kept ``at_once``; ``progress`` is told how many are done, of how
        many.

        Raises:
            InvalidInput: it is no file of bookmarks; what cannot be used of one that is, is in ``refused``.

        """
        found = files.read(data, name, format)
        return Intake(self._library, self._highlight, at_once).take(
            found.format, found.records, name, folders, total=found.total, counted=found.counted, progress=progress
        )

    def plan_import(self, name: str, data: bytes, *, format: str | None = None, folders: str = "keep") -> ImportPlan:
        """Return what :meth:`import_file` would do, and do nothing.

        Raises:
            InvalidInput: it is no file of bookmarks.

        """
        return Intake(self._library).plan(files.read(data, name, format), folders)

    def export(self, format: str = "netscape", ids: Collection[int] | None = None) -> str:
        """Return bookmarks, all of them unless ``ids`` says which, as a file in one of :data:`EXPORTS`.

        Raises:
            InvalidInput: there is no such format.

        """
        ordered = list(reversed(self.bookmark_ids())) if ids is None else list(ids)
        return files.write(format, lists.records(self._library, ordered))

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what bookmarks say: the learner's note, the description, the text of the page."""
        return lists.documents(self._library, ids)

    def _fetch(self, id: int, *, force: bool = False) -> Refetched:
        with self._library.reading() as tx:
            tx.alive(id, BOOKMARK)
            row = tx.get_one(BookmarkRow, id)
        if not works.is_on_the_web(row.url):
            return Refetched(
                id, row.title, row.url, False, "it is a work without an address: there is nothing to fetch"
            )
        has_text = bool(row.text) and not force
        fetched = fetching.fetch(
            self._client, row.url,
            etag=(row.etag or None) if has_text else None,
            last_modified=(row.last_modified or None) if has_text else None,
        )  # fmt: skip
        with self._library.writing() as tx:
            return keeping.store(tx, id, fetched, row.url, force=force)

    def _fetch_if_there(self, id: int) -> Refetched | None:
        try:
            return self._fetch(id)
        except NotFound:  # removed since we began
            return None

    def _highlight(self, id: int, quotations: Sequence[Quotation]) -> int:
        from ple.bookmarks.highlights import Highlights, NewHighlight

        new = [
            NewHighlight(
                one.quote, one.prefix, one.suffix, one.position, note=one.note, color=one.color, tags=one.tags,
                made_at=one.created_at, formerly=one.formerly,
            )
            for one in quotations
        ]  # fmt: skip
        return Highlights(self._library, {BOOKMARK: self}).add_many(id, new, undoable=False)


def _checked(tags: Iterable[str]) -> list[str]:
    found = list(tags)
    for tag in found:
        if not fold_tag(tag):
            raise InvalidInput(f"“{line(tag)}” cannot be a tag", hint="A tag has letters or digits.")
    return found


def _folder(folder: str) -> str:
    return "/".join(filter(None, (line(part) for part in folder.split("/"))))


EXPORTS = files.EXPORTS
__all__ = ["EXPORTS", "Bookmarks", "NotFound"]
