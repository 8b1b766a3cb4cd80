"""Checking a site before anybody sees it: links, context, alternative texts, and private things about to leak."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ple.library import LibraryError
from ple.portfolio import files
from ple.portfolio.build import files_of
from ple.portfolio.characters import fit_line
from ple.portfolio.darkroom import Darkroom
from ple.portfolio.mentions import HIDDEN
from ple.portfolio.permalinks import UNLISTED
from ple.portfolio.prose import pictures
from ple.portfolio.site import Site
from ple.portfolio.values import Artifact, Finding, Settings, ShownFile, Visibility
from ple.portfolio.work import COLLECTIONS, Work

_LINK = re.compile(rb'\s(?:href|src)="([^"]*)"')
_OF_CAMERAS = ("video/", "audio/", "application/octet-stream", "image/")
_SHORTEST_TELLING = 8
"""Titles shorter than this occur by chance: that “Notes” stands on a page gives nothing away."""


def findings(
    settings: Settings,
    works: Sequence[Work],
    hidden: Sequence[Artifact],
    lost: Mapping[str, tuple[int, Sequence[int]]],
    site: Site,
    folder: Path,
    darkroom: Darkroom | None = None,
) -> list[Finding]:
    """Return what should be put right, the serious first.

    ``works`` are shown, ``hidden`` are in the portfolio and not shown, ``lost`` are addresses where
    something stood that was handed in, with its number and its receipts; ``folder`` may hold the site as it was built.
    """
    fresh = {page.path: page.make() for page in site.pages()}
    built = dict(files_of(folder))
    found = [
        *_leaks(works, hidden, fresh, built),
        *_broken_links(fresh),
        *_missing_sources(hidden),
        *_handed_in(hidden, lost),
        *_context(works),
        *_pictures(works),
        *_files(works, darkroom),
        *_collections(works, site.held),
        *_settings(settings, works),
    ]
    if built and built != fresh:
        found.append(Finding(False, f"the site in {folder} is not up to date", "Run `ple portfolio build`."))
    return sorted(found, key=lambda finding: not finding.serious)


def _leaks(
    works: Sequence[Work], hidden: Sequence[Artifact], fresh: dict[str, bytes], built: dict[str, bytes]
) -> Iterator[Finding]:
    shown = "\n".join(part.casefold() for work in works for part in (work.title, fit_line(work.document.title)))
    secrets: dict[bytes, Artifact] = {}
    for artifact in hidden:
        title = fit_line(artifact.title)
        if len(title) >= _SHORTEST_TELLING and title.casefold() not in shown:
            secrets[escape(title).encode()] = artifact
            secrets[escape(title, quote=False).encode()] = artifact
    if secrets:
        telling = re.compile(b"|".join(map(re.escape, sorted(secrets, key=len, reverse=True))))
        for path, content in [*fresh.items(), *((p, c) for p, c in built.items() if fresh.get(p) != c)]:
            for artifact in {secrets[match].id: secrets[match] for match in telling.findall(content)}.values():
                if fresh.get(path) == content:
                    hint = "Take it out of the text there, or put `[[…]]` around it: then it is not named."
                else:
                    hint = "Run `ple portfolio build`, and publish again."
                yield Finding(
                    True, f"{path} names “{artifact.title}”, which is not shown to anybody", hint, artifact.id
                )
    addresses = {
        work.permalink.address.encode(): work
        for work in works
        if not work.listed and work.permalink.address.startswith(UNLISTED)
    }
    for address, work in addresses.items():
        for path, content in fresh.items():
            if address in content and not path.encode().startswith(address):
                yield Finding(
                    True,
                    f"{path} gives away the address of “{work.title}”, which is unlisted",
                    "Take the link out of the text there.",
                    work.artifact.id,
                )


def _broken_links(fresh: dict[str, bytes]) -> Iterator[Finding]:
    for path, content in fresh.items():
        if not path.endswith(".html") or path == "404.html":
            continue
        for link in dict.fromkeys(_LINK.findall(content)):
            href = unescape(link.decode())
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            to = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
            )
            if to not in fresh and posixpath.normpath(f"{to}/index.html") not in fresh:
                yield Finding(True, f"{path} links to {href}, which is not there", "Report this; it should not happen.")
            elif parts.fragment and not parts.path and f'id="{parts.fragment}"'.encode() not in content:
                yield Finding(
                    False, f"{path} links to a place “{parts.fragment}” that it does not have", "Mend the link."
                )


def _missing_sources(hidden: Sequence[Artifact]) -> Iterator[Finding]:
    for artifact in hidden:
        if artifact.visibility is not Visibility.PRIVATE and artifact.source_kind is None:
            yield Finding(
                True,
                f"“{artifact.title}” is {artifact.visibility}, but what it shows is in the trash",
                f"Restore it with `ple trash restore {artifact.source_id}`, or take it out of the portfolio.",
                artifact.id,
            )


def _handed_in(hidden: Sequence[Artifact], lost: Mapping[str, tuple[int, Sequence[int]]]) -> Iterator[Finding]:
    titles = {artifact.id: artifact.title for artifact in hidden}
    for address, (id, receipts) in lost.items():
        numbers = ", ".join(f"#{receipt}" for receipt in receipts)
        if id in titles:
            words = f"“{titles[id]}” was handed in ({numbers}), but is not shown any more"
            hint = f"Show it again with `ple portfolio edit {id} --visibility unlisted`."
        else:
            words = f"what stood at {address} was handed in ({numbers}), but is not in the portfolio any more"
            hint = f"Put it back with `ple trash restore {id}`."
        yield Finding(True, words, hint, id)


def _context(works: Sequence[Work]) -> Iterator[Finding]:
    for work in works:
        id = work.artifact.id
        if not work.artifact.why and not (work.own and work.artifact.reflection):
            edit = f"Say it with `ple portfolio edit {id} --why “…”`."
            yield Finding(False, f"“{work.title}” does not say why it is shown", edit, id)
        if not work.own and not work.source:
            yield Finding(
                False, f"“{work.title}” quotes a text without saying where it is from", "Add its address.", id
            )
        if not work.own and "private" in work.document.flags:
            words = f"“{work.title}” is {work.artifact.visibility}, but what it shows is marked private"
            yield Finding(True, words, f"Make it private: `ple portfolio edit {id} --visibility private`.", id)
        unnamed = [written for written, target in work.targets.items() if target.words == HIDDEN]
        for written in unnamed:
            words = f"{written} in “{work.title}” names nothing that is public: it reads “{HIDDEN}”"
            yield Finding(False, words, "Show that too, or choose other words: `[[Title|words]]`.", id)


def _pictures(works: Sequence[Work]) -> Iterator[Finding]:
    for work in works:
        for words, source in (*pictures(work.text), *pictures(work.artifact.reflection)):
            if not words:
                problem = f"a picture in “{work.title}” has no text for those who cannot see it"
                yield Finding(True, problem, f"Write what it shows: `![…]({source})`.", work.artifact.id)


def _files(works: Sequence[Work], darkroom: Darkroom | None) -> Iterator[Finding]:
    for work in works:
        file, id = work.file, work.artifact.id
        if file is None:
            continue
        if darkroom is not None and not darkroom.has(file.sha256):
            words = f"the file {file.name} of “{work.title}” is missing from the library"
            yield Finding(True, words, f"Give it again: `ple portfolio edit {id} --file FILE`.", id)
        elif file.media_type in files.PICTURES:
            if not work.alt:
                words = f"the picture {file.name} of “{work.title}” has no text for those who cannot see it"
                yield Finding(True, words, f"Say what can be seen: `ple portfolio edit {id} --alt “…”`.", id)
            measures = darkroom.measures(file.sha256) if darkroom is not None else None
            if darkroom is not None and measures is None:
                words = f"the picture {file.name} of “{work.title}” cannot be shown"
                yield Finding(True, words, f"Give another: `ple portfolio edit {id} --file FILE`.", id)
            if measures is not None and measures.moves:
                words = f"the picture {file.name} of “{work.title}” moves, and its page shows only how it begins"
                yield Finding(False, words, "Save it as a film (MP4), if it should move, and add that.", id)
        elif darkroom is not None and file.media_type.startswith(_OF_CAMERAS):
            yield from _places(work, file, darkroom)


def _places(work: Work, file: ShownFile, darkroom: Darkroom) -> Iterator[Finding]:
    """Look for what a camera noted in a file that goes to the site as it is."""
    try:
        data = darkroom.read(file.sha256)
    except LibraryError as error:
        yield Finding(True, str(error), f"Give it again: `ple portfolio edit {work.id} --file FILE`.", work.id)
        return
    if form := files.form_not_shown(data):
        words = f"the picture {file.name} of “{work.title}” is not shown ({form}), and may tell where it was taken"
        yield Finding(True, words, f"Save it as JPEG: `ple portfolio edit {work.id} --file FILE --alt “…”`.", work.id)
    elif files.tells_place(data):
        sort = "recording" if file.media_type.startswith("audio/") else "film"
        words = f"the {sort} {file.name} of “{work.title}” tells where it was taken"
        hint = (
            f"Save it without (`ffmpeg -i IN -map_metadata -1 -c copy OUT`): `ple portfolio edit {work.id} --file OUT`."
        )
        yield Finding(True, words, hint, work.id)


def _collections(works: Sequence[Work], held: Mapping[int, Sequence[Work]]) -> Iterator[Finding]:
    for work in works:
        if work.card.kind in COLLECTIONS and not held.get(work.id):
            words = f"the collection “{work.title}” shows nothing: nothing in it is public"
            hint = f"Put public works into it with `ple collections put {work.card.source} WORK`."
            if work.card.kind == "search":
                words = f"the collection “{work.title}” shows nothing: its search finds no work that is public"
                hint = "See what it asks with `ple searches list`, and save another of the same name."
            yield Finding(False, words, hint, work.id)


def _settings(settings: Settings, works: Sequence[Work]) -> Iterator[Finding]:
    if not settings.url:
        words = "the site has no address yet, so its pages cannot be handed in"
        yield Finding(False, words, "Say where it will be published: `ple portfolio init --url https://…`.")
    if not settings.author:
        yield Finding(False, "the site does not say whose it is", "Say it: `ple portfolio init --author “…”`.")
    if works and not settings.about.strip():
        yield Finding(
            False, "the first page does not introduce you", "Write a few lines: `ple portfolio init --about FILE`."
        )
