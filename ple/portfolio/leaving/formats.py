"""The forms in which a portfolio leaves, and writing one of them to a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ple.library import Document, InvalidInput
from ple.portfolio import files
from ple.portfolio.build import files_of
from ple.portfolio.leaving.archive import File, archive
from ple.portfolio.values import Artifact, Settings, Visibility

Work = tuple[Artifact, Document | None]


class Form(StrEnum):
    """A form in which a portfolio leaves."""

    ZIP = "zip"
    """Everything: the site, and all that it is made from, private things too."""
    SITE = "site"
    """The site alone, as a zip that hosts take by hand: Netlify, Cloudflare Pages, a school's form."""
    EPUB = "epub"
    PDF = "pdf"
    LEAP2A = "leap2a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baggage:
    """What a portfolio has to take along."""

    site: Path
    """Where it was built."""
    settings: Settings
    works: Sequence[Work]
    files: Sequence[File]
    held: Mapping[int, Sequence[int]]
    """What stands in each collection."""
    with_unlisted: bool = False

    @property
    def shown(self) -> list[Work]:
        """The works that others may have."""
        wanted = {Visibility.PUBLIC, *([Visibility.UNLISTED] if self.with_unlisted else [])}
        return [(artifact, document) for artifact, document in self.works if artifact.visibility in wanted and document]


def form_of(file: Path) -> Form:
    """Return the form that a file's name says.

    Raises:
        InvalidInput: it says none.
    """
    try:
        return Form(file.suffix.lower().removeprefix("."))
    except ValueError:
        raise InvalidInput(
            f"{file.name} does not say in which form", hint="Let it end in .zip, .epub or .pdf, or say --format."
        ) from None


def write(file: Path, form: Form, baggage: Baggage) -> int:
    """Write the portfolio to a new file, whole or not at all; return how many files or chapters are in it.

    What is private leaves in the zip alone, which is the learner's own copy.

    Raises:
        InvalidInput: the file is there already, cannot be written, or there is nothing to put in it.
        CannotPrint: a PDF cannot be made here.
    """
    if file.exists():
        raise InvalidInput(f"{file} is there already", hint="Name a new file.")
    content, count = _content(form, baggage)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidInput(f"{file} cannot be written: {error.strerror}") from error
    return count


def _content(form: Form, baggage: Baggage) -> tuple[bytes, int]:
    site, settings, with_unlisted = baggage.site, baggage.settings, baggage.with_unlisted
    if form is Form.ZIP:
        return archive(site, settings, baggage.works, baggage.files)
    if form is Form.SITE:
        from ple.portfolio.leaving.archive import zipped
        from ple.portfolio.permalinks import UNLISTED

        pages = {
            path: said
            for path, said in files_of(site)
            if with_unlisted or not (path.startswith(UNLISTED) and path.count("/") > 1)
        }
        return zipped(pages), len(pages)
    if form is Form.LEAP2A:
        from ple.portfolio.leaving.leap2a import leap2a

        shown = {artifact.id: kept for artifact, _ in baggage.shown if (kept := _on_site(site, artifact)) is not None}
        return leap2a(settings, baggage.shown, baggage.held, shown), len(baggage.shown)
    from ple.portfolio.leaving.book import read_book

    book = read_book(site, settings, [artifact for artifact, _ in baggage.works], with_unlisted=with_unlisted)
    if form is Form.EPUB:
        from ple.portfolio.leaving.epub import epub

        return epub(book), len(book.chapters)
    from ple.portfolio.leaving.pdf import pdf

    return pdf(book, _styles(site)), len(book.chapters)


def _on_site(site: Path, artifact: Artifact) -> tuple[str, bytes] | None:
    """Return the file that a work shows as it stands on the site, by its name there: of a picture the largest."""
    file, address = artifact.file, artifact.address
    if file is None or not address:
        return None
    folder = site / address
    if files.kind_of(file) == "picture":
        widths = {path: path.stem.rpartition("-")[2] for path in folder.glob(f"{files.stem_on_site(file)}-*.*")}
        sizes = [path for path, width in widths.items() if width.isdigit()]
        found = max(sizes, key=lambda path: int(widths[path]), default=None)
    else:
        found = folder / files.name_on_site(file)
    return (found.name, found.read_bytes()) if found is not None and found.is_file() else None


def _styles(site: Path) -> str:
    return "\n".join(said.decode("utf-8", "replace") for path, said in files_of(site) if path.endswith(".css"))
