"""The whole portfolio in one zip: the site as it was built, and what it was made from, as Markdown and JSON."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ple.library import Document, InvalidInput
from ple.portfolio.build import files_of
from ple.portfolio.formats.resume import as_json
from ple.portfolio.models import Artifact, Settings
from ple.portfolio.permalinks import slug

_MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same portfolio is the same file, byte for byte


def write_archive(
    file: Path, site: Path, settings: Settings, artifacts: Iterable[tuple[Artifact, Document | None]]
) -> int:
    """Write the zip; everything of the learner's is in ``sources/``, private things too. Return how many files it has.

    Raises:
        InvalidInput: the file is there already, or cannot be written.
    """
    content = {f"site/{path}": said for path, said in files_of(site)}
    rows = []
    for artifact, document in artifacts:
        path = f"sources/{artifact.id:05}-{slug(artifact.title, otherwise='work')}.md"
        rows.append(_row(artifact, document) | {"file": path})
        content[path] = _markdown(artifact, document).encode("utf-8", "replace")
    said = {"site": settings.model_dump(mode="json", exclude={"resume"}), "artifacts": rows}
    content["sources/portfolio.json"] = (json.dumps(said, indent=1, default=str) + "\n").encode()
    if settings.resume:
        content["sources/resume.json"] = as_json(settings.resume, with_contact=True)
    try:
        with file.open("xb") as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, bytes_ in sorted(content.items()):
                archive.writestr(zipfile.ZipInfo(path, _MADE_AT), bytes_, zipfile.ZIP_DEFLATED)
    except FileExistsError:
        raise InvalidInput(f"{file} is there already", hint="Name a new file.") from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}") from error
    return len(content)


def _row(artifact: Artifact, document: Document | None) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(artifact, name) for name in Artifact.__dataclass_fields__}
    row |= {"tags": sorted(artifact.tags)}
    if document is not None:
        row["source"] = {"title": document.title, "url": document.url, "author": document.author}
    return row


def _markdown(artifact: Artifact, document: Document | None) -> str:
    head = {"title": artifact.title, "visibility": str(artifact.visibility), "tags": sorted(artifact.tags)}
    lines = ["---", *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()), "---", ""]
    if artifact.why:
        lines += [artifact.why, ""]
    if document is not None:
        lines += [document.markdown or document.text, ""] if not document.url else [f"<{document.url}>", ""]
    for heading in ("quote", "reflection", "sources", "feedback"):
        if text := getattr(artifact, heading):
            lines += [f"## {heading.capitalize()}", "", text, ""]
    return "\n".join(lines)
