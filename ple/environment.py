"""A personal learning environment: one library and everything that works on it, wired together.

The only module that knows all features. The screens and commands get an environment and call its parts; the parts do
not know one another. Each part is imported when it is first asked for.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from ple.doors import DOORS, Doors
from ple.library.errors import NotFound

if TYPE_CHECKING:
    from ple.archive import Archive
    from ple.bookmarks import Bookmarks
    from ple.bookmarks.collections import Collections
    from ple.bookmarks.highlights import Highlights
    from ple.bookmarks.sources import Sources
    from ple.feeds import Subscriptions
    from ple.feeds.neighbours import Neighbours
    from ple.feeds.sync import Sync
    from ple.feeds.watch import Watch
    from ple.journal import Journal
    from ple.library import Document, DocumentSource, Library
    from ple.lms import Courses
    from ple.lms.credentials import Credentials
    from ple.lms.records import Records
    from ple.portfolio import Badge, Portfolio
    from ple.portfolio.echoes.announcing import Announcements
    from ple.portfolio.echoes.webmentions import Webmentions
    from ple.portfolio.press import Press
    from ple.portfolio.publishing import Publishing
    from ple.search import Search
    from ple.search.saved import Names, SavedSearches
    from ple.settings.secrets import Secrets
    from ple.settings.settings import Settings
    from ple.web.client import Client


T = TypeVar("T")


class part(cached_property[T]):
    """A part, made when it is first asked for, by one thread (from Python 3.12 on the base does not see to it)."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Self | T:
        """Return the part; two threads that ask at the same moment get the same."""
        if instance is None:
            return self
        with instance.making:
            made: T = super().__get__(instance, owner)
            return made


class Environment:
    """Everything a learner has, opened from one folder."""

    def __init__(
        self,
        folder: Path,
        url: str | None = None,
        *,
        warn: Callable[[str], None] | None = None,
        made: Callable[[Path], None] | None = None,
    ) -> None:
        """Work in ``folder``, with the database there or at ``url``; ``warn`` is told what the learner should hear.

        ``made`` is told the folder when there was no library in it, and a new one was made.
        """
        self.folder = folder
        self._url = url
        self._warn = warn
        self._made = made
        self.making = threading.RLock()

    @property
    def place(self) -> str:
        """Where the library is, as ``--library`` takes it."""
        return self._url or str(self.folder)

    @part
    def settings(self) -> "Settings":
        """What the learner set."""
        from ple.settings.paths import config_folder
        from ple.settings.settings import load

        return load(config_folder())

    @part
    def secrets(self) -> "Secrets":
        """The secrets of this library."""
        from ple.settings.secrets import Secrets

        return Secrets(self.folder, warn=self._warn)

    @part
    def client(self) -> "Client":
        """The one way to the network."""
        from ple.web.client import Client

        return Client()

    @part
    def library(self) -> "Library":
        """The library, with its tables in place."""
        library = self.unopened_library()
        made = self._made if self._url is None and not library.path.exists() else None
        library.open()
        if made is not None:
            made(self.folder)
        return library

    def unopened_library(self) -> "Library":
        """Return the library as it lies there: one that cannot be opened can still be put back to a backup."""
        from ple.library import Library, tables

        tables.later(_tables_of_all)
        return Library(self.folder, self._url)

    @part
    def feeds(self) -> "Subscriptions":
        """The feeds that the learner follows."""
        from ple.feeds import Subscriptions

        return Subscriptions(self.library, self.client, neighbours=self._neighbours, secrets=self.secrets)

    @part
    def watch(self) -> "Watch":
        """What brings in news from the feeds; it opens no table until there is some."""
        from ple.feeds.watch import Watch
        from ple.library.file import LibraryFile

        file = LibraryFile(self.folder) if self._url is None else None
        return Watch(file, lambda: self.feeds, self.client, secrets=self.secrets)

    @part
    def sync(self) -> "Sync":
        """Sync of feeds with readers that the learner runs elsewhere."""
        from ple.feeds.sync import Sync
        from ple.library import utc_now

        return Sync(self.library, self.client, self.secrets, self.feeds.remove, utc_now)

    @part
    def _neighbours(self) -> "Neighbours":
        """What feeds ask of search and bookmarks: features are strangers."""
        from ple.feeds.neighbours import Neighbours, PageText

        def save(id: int, url: str, title: str) -> int:
            return self.bookmarks.save(url, called=title, source=id, fetch=False).bookmark.id

        def read_page(url: str, origin: str | None) -> PageText:
            from ple.bookmarks import fetching
            from ple.web.errors import WebError

            try:
                response = self.client.get(url, limits=fetching.LIMITS, origin=origin)
            except WebError as error:
                return PageText(problem=str(error), hint=error.hint, again=True)
            found = fetching.read_answer(response, url)
            html, text = found.values.get("html", ""), found.values.get("text", "")
            return PageText(html, text, found.problem, found.hint, found.again)

        return Neighbours(lambda query, ids: set(self.search.ids(query, among=ids)), save, read_page)

    @part
    def searches(self) -> "SavedSearches":
        """Saved searches; those about entries stand among the feeds."""
        from ple.search.saved import SavedSearches

        return SavedSearches(self.library, self.search, self.feeds.shown)

    @part
    def bookmarks(self) -> "Bookmarks":
        """The pages that the learner keeps."""
        from ple.bookmarks import Bookmarks

        return Bookmarks(self.library, self.client)

    @part
    def highlights(self) -> "Highlights":
        """The words that the learner marked, in whatever has text."""
        from ple.bookmarks.highlights import Highlights

        return Highlights(self.library, self._doors("feeds", "bookmarks", "journal", "courses"))

    @part
    def sources(self) -> "Sources":
        """The pages that the learner keeps, as sources: cited, judged, copied, looked after."""
        from ple.bookmarks.sources import Sources

        return Sources(self.library, self.client, self.folder)

    @part
    def collections(self) -> "Collections":
        """What the learner put together."""
        from ple.bookmarks.collections import Collections

        return Collections(self.library)

    @part
    def journal(self) -> "Journal":
        """The journal."""
        from ple.journal import Journal

        return Journal(self.library, resolve=self.titled)

    @part
    def courses(self) -> "Courses":
        """The courses and assignments at the learner's institutions."""
        from ple.lms import Courses

        return Courses(self.library, self.client, self.secrets, document=self.document)

    @part
    def credentials(self) -> "Credentials":
        """The badges and certificates that the learner has earned."""
        from ple.lms.credentials import Credentials

        return Credentials(self.library, self.client)

    @part
    def records(self) -> "Records":
        """The learner's own record of learning (xAPI)."""
        from ple.lms.records import Records

        return Records(self.library, self.client, self.secrets, self._sources)

    @part
    def portfolio(self) -> "Portfolio":
        """What the learner shows."""
        from ple.portfolio import Portfolio

        return Portfolio(self.library, self._shown, self.folder, badges=self._badges, held=self._held)

    @part
    def _shown(self) -> "Doors":
        return self._doors("feeds", "bookmarks", "journal", "courses", "credentials", "collections", "names")

    @part
    def names(self) -> "Names":
        """What saved searches are called."""
        from ple.search.saved import Names

        return Names(self.library)

    @part
    def press(self) -> "Press":
        """What builds the site of the portfolio; it opens no table until somebody has to be asked."""
        from ple.journal.written import Written
        from ple.library.file import LibraryFile
        from ple.portfolio.press import Press

        file = LibraryFile(self.folder) if self._url is None else None
        written = Written(file) if file is not None else None

        def says(kind: str) -> "DocumentSource | None":
            return written if written is not None and kind in written.kinds else self._shown.get(kind)

        return Press(file, self.folder, lambda: self.portfolio, says, self._badges, self._held)

    def _held(self, kind: str, id: int, works: "Mapping[int, Sequence[int]]") -> "Iterable[int]":
        """Say which works of the portfolio a collection or a saved search holds."""
        if kind == "search":
            return self.search.together(self.searches.one(id).query, works)
        known = {number: work for work, numbers in works.items() for number in numbers}
        return [known[member] for member in self.collections.collection(id).members if member in known]

    def _badges(self, ids: "Sequence[int]") -> "dict[int, Badge]":
        from ple.lms.credentials.strangers import told
        from ple.portfolio.values import Badge

        pictures = self.credentials.pictures(ids)
        return {id: Badge(*told(self.credentials.credential(id), pictures.get(id, ""))) for id in ids}

    @part
    def publishing(self) -> "Publishing":
        """The places that the portfolio is published to."""
        from ple.portfolio.publishing import Publishing

        return Publishing(self.library, self.portfolio, self.client, self.secrets)

    @part
    def webmentions(self) -> "Webmentions":
        """Telling pages that works link to them, and what others told us."""
        from ple.portfolio.echoes.webmentions import Webmentions

        return Webmentions(self.library, self.portfolio, self.client, self.secrets)

    @part
    def announcements(self) -> "Announcements":
        """Announcing works on the learner's accounts elsewhere."""
        from ple.portfolio.echoes.announcing import Announcements

        return Announcements(self.library, self.portfolio, self.client, self.secrets)

    @part
    def search(self) -> "Search":
        """Search over all of it."""
        from ple.search import Search

        return Search(self.library, self.folder / "search", self._sources)

    @part
    def _sources(self) -> "Doors":
        return self._doors(*(name for name in DOORS if name != "names"))

    def _doors(self, *names: str) -> "Doors":
        return Doors(lambda name: getattr(self, name), *names)

    @part
    def archive(self) -> "Archive":
        """Everything out and in again, in open formats."""
        from ple.archive import Archive
        from ple.bookmarks import collections
        from ple.journal.mentions import renumber

        def text(say: Callable[[], str]) -> Callable[[Path], object]:
            return lambda path: path.write_text(say(), encoding="utf-8")

        readable: dict[str, Callable[[Path], object]] = {
            "feeds.opml": text(lambda: self.feeds.export_opml()),
            "bookmarks.html": text(lambda: self.bookmarks.export("netscape")),
            "bookmarks.json": text(lambda: self.bookmarks.export("json")),
            "highlights.json": text(lambda: self.highlights.export("w3c")),
            "journal": lambda path: self.journal.export(path),
            "statements.json": text(lambda: self.records.export()),
        }
        numbered = {"journal_entry.text": renumber, "collection.members": collections.renumber}
        return Archive(self.library, readable, numbered)

    def resolve(self, name: str | int, *kinds: str) -> int:
        """Return the number of what ``name`` names; see :func:`ple.naming.resolve`."""
        from ple.naming import resolve

        return resolve(self.library, lambda text, kinds: self.search.named(text, kinds), name, kinds)

    def document(self, id: int) -> "Document":
        """Return what a resource says.

        Raises:
            NotFound: there is none, or it is in the trash.
        """
        with self.library.reading() as tx:
            kind = tx.alive(id).kind
        source = self._sources.get(kind)
        for document in source.documents([id]) if source else ():
            return document
        raise NotFound(id)

    def close(self) -> None:
        """Close what is open."""
        for part in ("watch", "press", "feeds", "search", "client", "library"):
            if part in self.__dict__:
                close = getattr(self.__dict__[part], "close", None)
                if close is not None:
                    close()

    def titled(self, title: str) -> int | None:
        """Return the one thing with exactly this title, for links in the journal; see :func:`ple.naming.titled`."""
        from ple.naming import titled

        return titled(self.search.named, title)


def _tables_of_all() -> None:
    """Import every module that has tables."""
    import ple.bookmarks.collections
    import ple.bookmarks.models
    import ple.feeds.marks
    import ple.feeds.models
    import ple.journal.models
    import ple.lms.credentials.models
    import ple.lms.models
    import ple.lms.outbox
    import ple.lms.records.models
    import ple.lms.returns
    import ple.portfolio.echoes.models
    import ple.portfolio.models
    import ple.portfolio.publishing.models
    import ple.search.saved  # noqa: F401
