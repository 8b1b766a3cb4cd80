"""What entries say in Markdown alone, asked without the tables: that is all that a site is made of."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ple.journal.mentions import readable
from ple.library.documents import Document

if TYPE_CHECKING:
    from ple.library.file import LibraryFile
    from ple.library.textual import Textual

KIND = "journal"
_SOME = 500
_ENTRIES = """
SELECT e.id, e.title, e.text, e.written_at || '', e.public FROM journal_entry e JOIN resource r ON r.id = e.id
WHERE r.trashed_at IS NULL AND e.id IN ({})
"""
_TAGS = "SELECT resource_id, tag FROM tagging WHERE resource_id IN ({})"


class Written:
    """A source of documents: the entries of a library's file, or of one whose tables are open."""

    kinds = frozenset({KIND})

    def __init__(self, library: "LibraryFile | Textual") -> None:
        self._library = library

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these entries say; see :class:`~ple.library.DocumentSource`."""
        from ple.web.text import markdown_html, plain

        for document in self.written(ids):
            yield replace(document, text=plain(markdown_html(readable(document.markdown or ""))))

    def written(self, ids: Iterable[int]) -> Iterator[Document]:
        """Yield what these entries say in Markdown alone; see :class:`~ple.library.MarkdownSource`."""
        wanted = [str(int(id)) for id in ids]
        times: dict[str, dt.datetime] = {}
        none: frozenset[str] = frozenset()
        for start in range(0, len(wanted), _SOME):
            some = ", ".join(wanted[start : start + _SOME])
            with self._library.reading() as statements:
                rows = statements.rows(_ENTRIES.format(some))
                tags: dict[int, set[str]] = {}
                for id, tag in statements.rows(_TAGS.format(some)):
                    tags.setdefault(id, set()).add(tag)
            for id, title, text, written, public in rows:
                if (when := times.get(written)) is None:
                    read = dt.datetime.fromisoformat(written)
                    when = times[written] = read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read
                flags = frozenset({"public" if public else "private"})
                shown = frozenset(tags[id]) if id in tags else none
                yield Document(id, KIND, title, "", when, tags=shown, flags=flags, markdown=text)
