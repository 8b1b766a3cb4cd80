"""The portfolio's front door: choose what to show, say why, and build the site."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.library import Document, DocumentSource, InvalidInput, Library, NotFound, Writing
from ple.library.textual import Textual
from ple.portfolio import exhibits
from ple.portfolio.addresses import went_out
from ple.portfolio.characters import fit_line
from ple.portfolio.collections import Collection, Held
from ple.portfolio.models import ArtifactFields, ArtifactRow, SiteFields, SiteRow
from ple.portfolio.naming import Names, marked_title
from ple.portfolio.placing import last_place, move, shown_by
from ple.portfolio.said import checked, context_of, site_url, visibility_of
from ple.portfolio.shelf import Badges, Shelf
from ple.portfolio.values import ARTIFACT, Artifact, Built, Finding, Settings, Visibility

if TYPE_CHECKING:
    from ple.portfolio.making import Making

_SHOWS = "shows"


class Portfolio:
    """What a learner shows, and the site that shows it.

    ``sources`` say what resources of each kind say; the site is built in ``site`` below ``folder`` unless another
    place is named. ``badges`` says what was found about badges, ``held`` which works a collection or a saved search
    holds. It may be shared by threads.
    """

    kinds = frozenset({ARTIFACT})

    def __init__(
        self,
        library: Library,
        sources: Mapping[str, DocumentSource],
        folder: Path,
        badges: Badges | None = None,
        held: Held | None = None,
    ) -> None:
        self._library = library
        self._sources = sources
        self._shelf = Shelf(Textual(library), library.files, self._sources.get, badges)
        self._held = held
        self.folder = folder / "site"
        self.themes = folder / "themes"
        """Where the learner's own themes lie, each a folder."""

    # the site as a whole

    def init(self, title: str | None = None, url: str | None = None, **settings: Any) -> Settings:
        """Begin the site, or change what is said about it; what is not given stays. Return its settings.

        ``url`` is where the site will be published, an empty one takes it away. ``settings`` are ``author``,
        ``about`` (Markdown for the first page), ``language`` (BCP 47), ``licence``, ``theme``, ``me`` (addresses that
        are the author's too) and ``resume`` (a JSON Resume; an empty one takes the page away).

        Raises:
            InvalidInput: a value cannot be used.
            ThemeError: there is no such theme.
        """
        given = {"title": title, "url": url, **settings}
        given = {name: value for name, value in given.items() if value is not None}
        if "url" in given:
            given["url"] = site_url(given["url"])
        if "theme" in given:
            from ple.portfolio.theme import Theme

            Theme(given["theme"], self.themes)
        with self._library.writing() as tx:
            row = tx.get(SiteRow, 1)
            known = row.model_dump(include=set(SiteFields.model_fields)) if row else {}
            fields = checked(SiteFields, known | given)
            if row is None:
                tx.add(SiteRow(id=1, **fields.model_dump()))
            else:
                for name, value in fields.model_dump().items():
                    setattr(row, name, value)
        return self.settings()

    def settings(self) -> Settings:
        """Return what is said about the site; before :meth:`init`, what is said when nothing is."""
        return self._shelf.settings() or Settings.of(SiteRow().model_dump())

    # artifacts

    def add(
        self,
        resource_id: int,
        *,
        visibility: Visibility | str = Visibility.PRIVATE,
        tags: Iterable[str] | None = None,
        **context: Any,
    ) -> Artifact:
        """Put a resource in the portfolio and return the artifact that shows it; nobody sees it until it is public.

        ``context`` is any of ``title``, ``why``, ``reflection``, ``sources`` and ``feedback`` (Markdown), ``quote``,
        ``skills`` (what it is evidence of), ``licence``, ``made_on`` and ``page`` (the collection it stands in).
        Without ``tags`` it gets those that the resource has now.

        Raises:
            NotFound: the resource does not exist or is of a kind that cannot be shown.
            InvalidInput: it is in the portfolio already, or a value cannot be used.
        """
        fields = checked(ArtifactFields, {**context_of(context), "visibility": visibility})
        with self._library.reading() as tx:
            kind = tx.alive(resource_id, *self._sources).kind
        document = self._shelf.documents({resource_id: kind}).get(resource_id)
        title = fit_line(document.title) if document else f"#{resource_id}"
        with self._library.writing(f"Added “{title}” to the portfolio") as tx:
            tx.alive(resource_id, kind)
            if known := shown_by(tx, resource_id):
                raise InvalidInput(
                    f"#{resource_id} is in the portfolio already, as #{known}",
                    hint=f"Change how it is shown with `ple portfolio edit {known}`.",
                )
            id = tx.register(ARTIFACT)
            tx.add(ArtifactRow(id=id, source_id=resource_id, position=last_place(tx), **fields.model_dump()))
            tx.flush()
            tx.set_tags(id, tx.tags_of([resource_id])[resource_id] if tags is None else map(fit_line, tags))
            tx.link(id, resource_id, _SHOWS)
            tx.note("showed", id, kind=kind)
        return self.artifact(id)

    def add_file(
        self,
        name: str,
        data: bytes,
        *,
        visibility: Visibility | str = Visibility.PRIVATE,
        tags: Iterable[str] = (),
        **context: Any,
    ) -> Artifact:
        """Put a file in the portfolio as a work of its own and return the artifact that shows it.

        Pictures need ``alt``, what can be seen on them. ``context`` is as for :meth:`add`.

        Raises:
            InvalidInput: it is empty or too large, a picture has no ``alt``, or a value cannot be used.
            PictureError: it is a picture that cannot be shown.
        """
        fields = checked(ArtifactFields, {**context_of(context), "visibility": visibility})
        return self.artifact(exhibits.add(self._library, name, data, fields, map(fit_line, tags)))

    def show_file(self, id: int, name: str, data: bytes | None = None, *, alt: str | None = None) -> Artifact:
        """Let an artifact show a file beside what it shows, in place of the one before; return it.

        Without ``data``, ``name`` is a file that belongs to what the artifact shows; an empty one takes the file away.

        Raises:
            NotFound: there is no such artifact.
            InvalidInput: there is no such file, it cannot be used, or a picture has no ``alt``.
        """
        artifact = self.artifact(id)
        exhibits.show(self._library, artifact, name, data, alt)
        return self.artifact(artifact.id)

    def artifacts(
        self, *, visibility: Visibility | str | None = None, page: str | None = None, tag: str | None = None
    ) -> list[Artifact]:
        """Return what is in the portfolio, in the learner's order."""
        found = list(self._shelf.artifacts())
        if visibility is not None:
            found = [one for one in found if one.visibility == visibility_of(visibility)]
        if page is not None:
            found = [one for one in found if one.page == page]
        return [one for one in found if tag is None or tag.casefold() in one.tags]

    def artifact(self, id: int) -> Artifact:
        """Return one artifact, by its own number or that of what it shows.

        Raises:
            NotFound: there is none.
        """
        for artifact in self._shelf.artifacts([id]):
            return artifact
        with self._library.reading() as tx:
            known = shown_by(tx, id)
        if known is None:
            raise NotFound(id, "artifact", hint="`ple portfolio list` shows what is in the portfolio.")
        return next(self._shelf.artifacts([known]))

    def edit(
        self,
        id: int,
        *,
        visibility: Visibility | str | None = None,
        tags: Iterable[str] | None = None,
        place: int | None = None,
        **context: Any,
    ) -> Artifact:
        """Change how an artifact is shown and return it; what is not given stays, an empty text takes one away.

        ``context`` is as for :meth:`add`; ``place`` moves it to that place among all, the first being 1. The page at
        its address changes with the next build; the address never does.

        Raises:
            NotFound: there is no such artifact.
            InvalidInput: a value cannot be used.
        """
        artifact = self.artifact(id)
        id = artifact.id
        given = context_of(context) | ({"visibility": visibility} if visibility is not None else {})
        with self._library.writing(f"Edited “{artifact.title}” in the portfolio") as tx:
            _say(tx, id, given)
            if tags is not None:
                tx.set_tags(id, map(fit_line, tags))
            if place is not None:
                move(tx, id, place)
        return self.artifact(id)

    def edit_all(self, ids: Iterable[int], *, visibility: Visibility | str | None = None, **context: Any) -> int:
        """Change the same of several artifacts, as one change that undo takes back; return how many.

        Raises:
            NotFound: one is no artifact.
            InvalidInput: a value cannot be used. Then nothing is changed.
        """
        chosen = [artifact.id for artifact in map(self.artifact, ids)]
        given = context_of(context) | ({"visibility": visibility} if visibility is not None else {})
        with self._library.writing(f"Edited {len(chosen)} artifacts in the portfolio") as tx:
            for id in chosen:
                _say(tx, id, given)
        return len(chosen)

    def collections(self) -> list[Collection]:
        """Return the collections of the site, with what would stand on their pages if it was built now.

        A collection or a saved search of the library is one once it is in the portfolio: its page shows those of the
        works in it that are public. What has the same ``page`` stands together too.
        """
        return self._making().collections()

    def remove(self, ids: Iterable[int]) -> int:
        """Take artifacts out of the portfolio (what they show stays in the library); return how many.

        They go to the trash. The next build leaves at their addresses a page that says that they were withdrawn.

        Raises:
            NotFound: one is no artifact; then none is taken out.
        """
        artifacts = [self.artifact(id) for id in ids]
        titles = f"“{artifacts[0].title}”" if len(artifacts) == 1 else f"{len(artifacts)} artifacts"
        with self._library.writing(f"Took {titles} out of the portfolio") as tx:
            return tx.trash(*(artifact.id for artifact in artifacts))

    def address_of(self, id: int) -> str | None:
        """Return where the world finds an artifact, named by its own number or that of what it shows.

        None while it is private or was never built, what it shows is gone, or the site has no url; and while places to
        publish to are named and none of them has it.
        """
        from ple.portfolio.publishing.models import can_be_read

        try:
            artifact = self.artifact(id)
        except NotFound:
            return None
        with self._library.reading() as tx:
            return artifact.url if artifact.url and can_be_read(tx, artifact.id, artifact.url) else None

    def handed_in(self, ids: Iterable[int]) -> dict[int, list[int]]:
        """Return the receipts of each of these artifacts that was handed in: its page must not vanish unnoticed."""
        return self._shelf.receipts(ids)

    def leaning_on(self, ids: Iterable[int]) -> list[int]:
        """Return the works that are called as what they show is; see :class:`~ple.library.LeaningSource`."""
        return self._shelf.showing(ids)

    def documents(self, ids: Iterable[int]) -> Iterator[Document]:
        """Say what these artifacts say about what they show; see :class:`~ple.library.DocumentSource`."""
        for one in self._shelf.artifacts(ids):
            flags = frozenset({one.visibility.value})
            name = one.file.name if one.file else ""
            said = (one.why, one.reflection, one.quote, *one.skills, one.alt, name)
            text = "\n\n".join(part for part in said if part)
            container = one.page or None
            yield Document(
                one.id, ARTIFACT, one.title, text, one.created_at, one.url, one.tags, container=container, flags=flags
            )

    def names(self) -> Names:
        """Return what may be named to strangers: what everybody may find."""
        public = [(one, said) for one, said in self._shelf.read(private=False) if one.visibility is Visibility.PUBLIC]
        own = [(one, said) for one, said in public if said and not marked_title(one.title, _own(said))]
        return Names(title for one, said in own for title in (one.title, said.title))

    def title_of(self, id: int) -> str:
        """Return what the page of an artifact is called, which names nothing but what everybody may find.

        Raises:
            NotFound: there is no such artifact.
        """
        return next(self.names().title(one.title, _own(said)) for one, said in self._shelf.read([self.artifact(id).id]))

    # the site

    def build(self, folder: Path | None = None) -> Built:
        """Build the site in ``folder`` (the library's own unless named), and return what was done.

        Only what changed is written. If it fails or is killed the site stays as it was, or the next build puts it
        right. An artifact that is shown for the first time gets its address, which it keeps for ever.

        Raises:
            BuildError: the folder holds something else, or cannot be written.
        """
        self._begun()
        return self._making().build((folder or self.folder).absolute())

    def went_out(self, *, with_unlisted: bool) -> None:
        """Note that the site leaves this computer: from now on every address of it answers for ever."""
        went_out(self._shelf.library, with_unlisted=with_unlisted)

    def leave(self, file: Path, form: str | None = None, *, with_unlisted: bool = False) -> int:
        """Write the portfolio to ``file``; return how many files or works are in it.

        ``form`` is ``zip`` (the site and all its sources, private ones too), ``site``, ``epub``, ``pdf`` or ``leap2a``;
        otherwise what the file's name says. What is unlisted leaves in the others only ``with_unlisted``.

        Raises:
            InvalidInput: the file is there already, cannot be written, or there is nothing to put in it.
            CannotPrint: a PDF cannot be made here.
        """
        from ple.portfolio.leaving.archive import belongings
        from ple.portfolio.leaving.formats import Baggage, Form, form_of, write

        chosen = Form(form) if form else form_of(file)
        self.build()
        works = list(self._shelf.read())
        if chosen is not Form.ZIP:
            names = self.names()
            works = [(replace(one, title=names.title(one.title, _own(said))), said) for one, said in works]
        own = belongings(self._library, [id for artifact, _ in works for id in (artifact.source_id, artifact.id) if id])
        held = {one.id: one.works for one in self.collections() if one.id} if chosen is Form.LEAP2A else {}
        if chosen is not Form.ZIP:
            self.went_out(with_unlisted=with_unlisted)
        baggage = Baggage(
            site=self.folder, settings=self.settings(), works=works, files=own, held=held, with_unlisted=with_unlisted
        )
        return write(file, chosen, baggage)

    def check(self, folder: Path | None = None) -> list[Finding]:
        """Return what should be put right before anybody sees the site, the serious first; nothing is written.

        The site is made in memory as it would be now. What was built in ``folder`` is searched for what is private.
        """
        return self._making().check((folder or self.folder).absolute())

    # behind the door

    def _making(self) -> "Making":
        from ple.portfolio.making import Making

        return Making(self._shelf, self.settings(), self.folder, self.themes, self._held)

    def _begun(self) -> None:
        """Keep the settings, if they are not yet: the feed's id must be the same in every build."""
        if self._shelf.settings() is None:
            self.init()


def _say(tx: Writing, id: int, given: Mapping[str, Any]) -> None:
    """Let an artifact say what is given, and remember what it said. Raises InvalidInput."""
    tx.alive(id, ARTIFACT)
    row = tx.get_one(ArtifactRow, id)
    before = row.model_dump(mode="json", include=set(ArtifactFields.model_fields))
    fields = checked(ArtifactFields, before | dict(given))
    values = {name: value for name, value in fields.model_dump().items() if getattr(row, name) != value}
    if values:
        tx.remember(id, before)
        tx.update(ArtifactRow, [id], **values)


def _own(document: Document | None) -> str:
    return (document.markdown or "") if document is not None else ""
