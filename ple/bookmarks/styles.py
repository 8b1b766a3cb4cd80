"""Style files (CSL): which one is meant, and whether what is in it can be let near our works.

A style comes from anywhere. It is XML that says how a reference is put together, with macros that call each other; so
it is small, has no entities, calls nothing in a circle, and does not grow without measure when its macros are put in.
https://docs.citationstyles.org/en/stable/specification.html
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ple.library import InvalidInput
from ple.settings.paths import at_home
from ple.web.text import line

NAMESPACE = "{http://purl.org/net/xbiblio/csl}"
LARGEST = 1_000_000
"""Bytes of a style file; the largest of the 2,851 official ones has a quarter of that."""
MOST_WORK = 1_000_000
"""Characters gone through for one reference at most, all macros put in; an official one needs up to 94,000."""
DEEPEST = 150
"""How deep that is nested; the most of an official one is 64."""

_NAME = re.compile(r"[\w.+-]{1,200}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{2,8})?")
_LOOKED_UP = ("macro", "name", "term", "form", "variable", "{http://www.w3.org/XML/1998/namespace}lang")
_SEVERAL = "Styles are at https://www.zotero.org/styles; save one as NAME.csl."


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A style that was looked through: its name, its XML, and the language that it wants, if it wants one."""

    name: str
    source: bytes
    locale: str | None


def names(folder: Path | None) -> list[str]:
    """Return the names of the style files in a folder."""
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.csl") if _NAME.fullmatch(path.stem))


def find(named: str, folder: Path | None = None) -> StyleFile:
    """Return the style that is meant: a file, or ``NAME.csl`` in a folder. Of a dependent style, the one it follows.

    Raises:
        InvalidInput: there is none, or what is in it is no style for a list of references.
    """
    path = _place(named, folder)
    root, source = _read(path)
    locale = root.get("default-locale")
    if root.find(f"{NAMESPACE}bibliography") is None and (followed := _followed(root)):
        try:
            path = _place(followed, path.parent)
        except InvalidInput:
            hint = f"Save {followed}.csl beside it, or name that one."
            raise InvalidInput(f"the style {line(path.name)} only follows another, {followed}", hint=hint) from None
        root, source = _read(path)
        locale = locale or root.get("default-locale")
    _check(root, path.name)
    if locale and not _LOCALE.fullmatch(locale):
        raise InvalidInput(f"the style {line(path.name)} names a language that is none")
    return StyleFile(path.stem, source, locale)


def language(said: str) -> str:
    """Return a language as styles name it (``en-GB``).

    Raises:
        InvalidInput: it cannot be one.
    """
    if not _LOCALE.fullmatch(said):
        raise InvalidInput(f"“{line(said)}” is no language", hint="Say en-GB, de, fr-CA …")
    first, _, rest = said.partition("-")
    return first.lower() + (f"-{rest.upper()}" if rest else "")


def _place(named: str, folder: Path | None) -> Path:
    """Return the file that a style's name or path means."""
    as_file = named.endswith(".csl") or "/" in named or "\\" in named
    if as_file and at_home(named).is_file():
        return at_home(named)
    stem = named.removesuffix(".csl")
    if folder is not None and _NAME.fullmatch(stem) and (path := folder / f"{stem}.csl").is_file():
        return path
    if as_file:
        raise InvalidInput(f"there is no style file {line(named)}", hint=_SEVERAL)
    theirs = names(folder)
    ours = "apa, mla, chicago, ieee, harvard"
    hint = f"There are {', '.join([ours, *theirs])}. For others: save NAME.csl in {folder}, or name a file."
    raise InvalidInput(f"there is no style “{line(named)}”", hint=hint if folder else f"There are {ours}.")


def _read(path: Path) -> tuple[Any, bytes]:
    """Return the root of a style file, and its bytes."""
    from lxml import etree

    try:
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(f"the style {line(path.name)} cannot be read: {error.strerror}") from error
    if len(source) > LARGEST:
        raise InvalidInput(f"the style {line(path.name)} is larger than any style: over {LARGEST:,} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidInput(f"the style {line(path.name)} is no sound XML", hint=line(str(error))[:200]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InvalidInput(f"the style {line(path.name)} declares entities (DOCTYPE), which no style needs")
    if root.tag != f"{NAMESPACE}style":
        raise InvalidInput(f"{line(path.name)} is XML, but no citation style (CSL)", hint=_SEVERAL)
    return root, source


def _followed(root: Any) -> str:
    """Return the name of the style that a dependent one follows, or nothing."""
    for link in root.iterfind(f"{NAMESPACE}info/{NAMESPACE}link"):
        name = (link.get("href") or "").rstrip("/").rpartition("/")[2]
        if link.get("rel") == "independent-parent" and _NAME.fullmatch(name):
            return str(name)
    return ""


def _check(root: Any, name: str) -> None:
    """Refuse a style that has no bibliography, or would never be done with one."""
    shown = line(name)
    bibliography = root.find(f"{NAMESPACE}bibliography")
    if bibliography is None or bibliography.find(f"{NAMESPACE}layout") is None:
        hint = "Some styles are for footnotes alone: take their variant with a bibliography."
        raise InvalidInput(f"the style {shown} has no list of references", hint=hint)
    for element in root.iter():
        if any(quote in (element.get(attribute) or "") for attribute in _LOOKED_UP for quote in "'\""):
            raise InvalidInput(f"the style {shown} has names with quotes in them, which no style needs")
    macros = {macro.get("name"): macro for macro in root.iterfind(f"{NAMESPACE}macro")}
    measured: dict[str, tuple[int, int]] = {}
    within: set[str] = set()

    def measure(element: Any) -> tuple[int, int]:
        """Return how much is gone through for an element, and how deep; of alternatives the longest counts."""
        each = [measure(child) for child in element]
        called = element.get("macro")
        if called is not None:
            if called not in macros:
                raise InvalidInput(f"the style {shown} calls a macro that it does not have: {line(called)[:80]}")
            if called in within:
                raise InvalidInput(f"the style {shown} calls its macro {line(called)[:80]} in a circle")
            if called not in measured:
                within.add(called)
                measured[called] = measure(macros[called])
                within.discard(called)
            each.append(measured[called])
        own = 16 + sum(map(len, element.attrib.values()))
        spent = [work for work, _ in each]
        alternatives = element.tag == f"{NAMESPACE}choose"
        work = own + (max(spent, default=0) if alternatives else sum(spent))
        depth = 1 + max((depth for _, depth in each), default=0)
        if work > MOST_WORK or depth > DEEPEST:
            raise InvalidInput(f"the style {shown} grows without measure when its macros are put in")
        return work, depth

    try:
        measure(bibliography)
    except RecursionError:
        raise InvalidInput(f"the style {shown} is nested too deeply") from None
