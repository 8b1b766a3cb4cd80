"""Files in the portfolio: works of their own, or shown beside what an artifact shows."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from ple.library import InvalidInput, Library
from ple.portfolio import files
from ple.portfolio.characters import fit_line
from ple.portfolio.models import ArtifactFields, ArtifactRow
from ple.portfolio.placing import last_place, show_file
from ple.portfolio.said import checked
from ple.portfolio.values import ARTIFACT, Artifact


def add(library: Library, name: str, data: bytes, fields: ArtifactFields, tags: Iterable[str]) -> int:
    """Put a file in the portfolio as a work of its own; return the number of the artifact that shows it.

    Raises:
        InvalidInput: it cannot be shown.
    """
    shown = files.showable(name, data, fields.alt)
    fields.title = fields.title or fit_line(PurePosixPath(shown[0]).stem.replace("_", " "))
    with library.writing(f"Added “{fields.title}” to the portfolio") as tx:
        id = tx.register(ARTIFACT)
        tx.add(ArtifactRow(id=id, source_id=None, position=last_place(tx), **fields.model_dump()))
        tx.flush()
        tx.set_tags(id, tags)
        show_file(tx, id, shown)
        tx.note("showed", id, kind=ARTIFACT)
    return id


def show(library: Library, artifact: Artifact, name: str, data: bytes | None, alt: str | None) -> None:
    """Let an artifact show a file in place of the one before; without ``data`` one that its source has, or none.

    Raises:
        InvalidInput: there is no such file, or it cannot be shown.
    """
    shown = None
    if data is None and name:
        data = _belonging(library, artifact, name)
    if data is not None:
        shown = files.showable(name, data, alt if alt is not None else artifact.alt)
    elif artifact.source_id is None:
        raise InvalidInput(
            f"“{artifact.title}” is nothing without its file",
            hint=f"Take it out: `ple portfolio remove {artifact.id}`.",
        )
    with library.writing() as tx:
        tx.alive(artifact.id, ARTIFACT)
        show_file(tx, artifact.id, shown)
        if alt is not None:
            tx.update(ArtifactRow, [artifact.id], alt=checked(ArtifactFields, {"alt": alt}).alt)


def _belonging(library: Library, artifact: Artifact, name: str) -> bytes:
    with library.reading() as tx:
        known = tx.attachments_of(artifact.source_id) if artifact.source_id is not None else ()
    for one in known:
        if one.name == name:
            return library.files.read(one.sha256)
    names = ", ".join(sorted({one.name for one in known})[:5])
    raise InvalidInput(f"there is no file “{name}”", hint=f"What it shows has {names}." if names else None)
