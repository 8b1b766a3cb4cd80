"""The whole portfolio in one zip: the site as it was built, and what it was made from, as Markdown, JSON and files.

The same portfolio is the same zip, byte for byte.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlmodel import col, select

from ple.library import Attachment, Document, Library, chunks
from ple.portfolio.build import files_of
from ple.portfolio.formats.resume import as_json
from ple.portfolio.permalinks import slug
from ple.portfolio.values import Artifact, Settings

_MADE_AT = (1980, 1, 1, 0, 0, 0)
_README = """\
# {title}

This is a whole portfolio, as it was when it was taken along. Nothing but an editor and a browser is needed to read it.

- `site/` is the site: open `site/index.html` in a browser, or copy the folder to any web host.
- `sources/` has one Markdown file for each piece of work, **private ones too**: what it says, why it is shown, what was
  learned from it. What is said *about* a work stands at the head of its file as YAML.
- `sources/portfolio.json` says the same for programs, and the site's settings.
- `sources/files/` has the files that belong to the works. `sources/resume.json` is the CV as a JSON Resume.

There are {works} pieces of work: {public} public, {unlisted} unlisted, {private} private. Look through `sources/`
before you give this to anybody.
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file that belongs to what a work shows."""

    resource: int
    name: str
    media_type: str
    sha256: str
    path: Path


def belongings(library: Library, ids: Iterable[int]) -> list[File]:
    """Return the files that belong to resources, in a fixed order."""
    found = []
    with library.reading() as tx:
        for some in chunks(sorted(set(ids))):
            query = select(Attachment).where(col(Attachment.resource_id).in_(some))
            order = (col(Attachment.resource_id), col(Attachment.role), col(Attachment.name))
            for row in tx.exec(query.order_by(*order)).all():
                path = library.files.path(row.sha256)
                found.append(File(row.resource_id, row.name, row.media_type, row.sha256, path))
    return found


def archive(
    site: Path, settings: Settings, artifacts: Iterable[tuple[Artifact, Document | None]], files: Sequence[File]
) -> tuple[bytes, int]:
    """Return the zip, and how many files are in it; all of the learner's is in ``sources/``, private things too."""
    content = {f"site/{path}": said for path, said in files_of(site)}
    rows = []
    seen = {"public": 0, "unlisted": 0, "private": 0}
    for artifact, document in artifacts:
        path = f"sources/{artifact.id:05}-{slug(artifact.title, otherwise='work')}.md"
        seen[str(artifact.visibility)] += 1
        own = []
        for file in (one for one in files if one.resource in (artifact.source_id, artifact.id)):
            try:
                said = file.path.read_bytes()
            except OSError:
                continue  # it is in the library's list and not on this computer: `ple library check` says so
            place = _place(f"files/{artifact.id:05}/", _name(file.name), said, content)
            content[f"sources/{place}"] = said
            own.append({"file": place, "name": file.name, "type": file.media_type, "sha256": file.sha256})
        rows.append(_row(artifact, document) | {"file": path, "files": own})
        content[path] = _markdown(artifact, document, own).encode("utf-8", "replace")
    told = {"site": settings.told("resume"), "artifacts": rows}
    content["sources/portfolio.json"] = (json.dumps(told, indent=1, default=str, ensure_ascii=False) + "\n").encode()
    if settings.resume:
        content["sources/resume.json"] = as_json(settings.resume, with_contact=True)
    content["README.md"] = _README.format(title=settings.title, works=len(rows), **seen).encode()
    return zipped(content), len(content)


def zipped(content: Mapping[str, bytes]) -> bytes:
    """Return files as a zip; the same files are the same zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, said in sorted(content.items()):
            made.writestr(zipfile.ZipInfo(path, _MADE_AT), said, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _row(artifact: Artifact, document: Document | None) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(artifact, name) for name in Artifact.__dataclass_fields__}
    row |= {"tags": sorted(artifact.tags)}
    if document is not None:
        row["source"] = {
            "kind": document.kind, "title": document.title, "url": document.url, "author": document.author,
            "language": document.language, "at": document.occurred_at.isoformat(),
        }  # fmt: skip
    return row


def _markdown(artifact: Artifact, document: Document | None, files: Sequence[Mapping[str, str]]) -> str:
    head: dict[str, object] = {
        "title": artifact.title, "uid": str(artifact.uid), "visibility": str(artifact.visibility),
        "address": artifact.address, "date": artifact.made_on and artifact.made_on.isoformat(),
        "page": artifact.page, "tags": sorted(artifact.tags), "skills": list(artifact.skills),
        "licence": artifact.licence, "files": [one["file"] for one in files],
    }  # fmt: skip
    if document is not None:
        head |= {"source": document.url, "author": document.author, "language": document.language}
        head["date"] = head["date"] or document.occurred_at.date().isoformat()
    # JSON is YAML, and has no “no” that means false
    lines = [
        "---",
        *(f"{name}: {json.dumps(said, ensure_ascii=False)}" for name, said in head.items() if said),
        "---",
        "",
    ]
    if artifact.why:
        lines += [artifact.why, ""]
    if document is not None:
        lines += [document.markdown or document.text, ""] if not document.url else [f"<{document.url}>", ""]
        if document.url and document.markdown:
            lines += [document.markdown, ""]
    for heading in ("quote", "reflection", "sources", "feedback"):
        if text := getattr(artifact, heading):
            lines += [f"## {heading.capitalize()}", "", text, ""]
    return "\n".join(lines)


def _place(folder: str, name: str, said: bytes, taken: Mapping[str, bytes]) -> str:
    """Return where a file goes: what a work shows and what belongs to its source may have one name."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    place, number = f"{folder}{name}", 1
    while taken.get(f"sources/{place}", said) != said:
        number += 1
        place = f"{folder}{stem}-{number}{dot}{ending}"
    return place


def _name(name: str) -> str:
    """Return a file's name without what could lead out of its folder."""
    path = PurePosixPath(name.replace("\\", "/").replace("\0", ""))
    return f"{slug(path.stem, otherwise='file')}{path.suffix[:10] if path.suffix.isascii() else ''}"
