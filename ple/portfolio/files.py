"""Files that are shown as works: what sort each is, what it is called on the site, and what may be made of it.

A host shows what lies on it by the ending of its name. So a file gets an ending that no browser runs and no host
executes: one that we know to be harmless, else ``.txt`` where it is text and ``.bin`` where it is not.
"""

import os
import re
from pathlib import PurePosixPath

from ple.library import InvalidInput
from ple.portfolio.characters import fit_line
from ple.portfolio.permalinks import slug
from ple.portfolio.pictures import FORMATS
from ple.portfolio.values import ShownFile

LARGEST = 100 * 2**20
LONGEST_TEXT = 200_000
"""Characters of a text or of code that are shown on its page; of a longer one there is only the link."""
SHOWN = "shown"
"""What a file that an artifact shows is to it, among its attachments."""
PICTURES = frozenset(FORMATS)
"""Media types of pictures."""

_MAGIC = [
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"%PDF-", "application/pdf"),
]
_NOT_SHOWN = [
    (rb"....ftyp(?:hei[cmsx]|hev[cmx]|mif1|msf1)", "HEIC"),
    (rb"....ftypavi[fs]", "AVIF"),
    (rb"II\*\0|MM\0\*", "TIFF, or what a camera keeps in that form"),
    (rb"BM....\0\0\0\0....[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", "BMP"),
]
"""Pictures that no page shows and nothing is taken out of: cameras note in them where they were taken."""
_FILM = re.compile(rb"....ftyp|....(?:moov|mdat|wide|free)", re.DOTALL)
_PLACE = re.compile(rb"\xa9xyz....[+-]\d|com\.apple\.quicktime\.location\.ISO6709|loci\0\0\0\0", re.DOTALL)
_TYPES = {
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "flac": "audio/flac",
    "gz": "application/gzip",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "wav": "audio/wav",
    "webm": "video/webm",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_NAMES = {
    "application/pdf": "PDF",
    "text/markdown": "Markdown",
    "text/plain": "Text",
    "application/octet-stream": "File",
}
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_LABELS = {"picture": "Picture", "writing": "Writing", "code": "Code", "document": "Document", "file": "File"}
KINDS = frozenset(_LABELS)
"""What a file that is a work of its own is, as the kind of its document."""


def recognised(name: str, data: bytes) -> str:
    """Return the media type of a file: by what it holds where that can be told, else by its name.

    Raises:
        InvalidInput: it is empty, or larger than what a site should hold.
    """
    if not data:
        raise InvalidInput(f"{fit_line(name)[:200]} is empty")
    if len(data) > LARGEST:
        raise InvalidInput(
            f"{fit_line(name)[:200]} has {words(len(data))}; a file on the site may have {words(LARGEST)}",
            hint="Put it where large files are kept, save a bookmark of it, and add that.",
        )
    for magic, media_type in _MAGIC:
        if re.match(magic, data[:16], re.DOTALL):
            return media_type
    ending = _ending(name)
    if ending not in _TYPES and is_text(data):
        return "text/markdown" if ending in ("md", "markdown") else "text/plain"
    return _TYPES.get(ending, "application/octet-stream")


def showable(name: str, data: bytes, alt: str) -> tuple[str, str, bytes]:
    """Return name, media type and bytes of a file as it is kept.

    Raises:
        InvalidInput: it is empty or too large, or a picture that nothing is said of for those who cannot see it.
        PictureError: it is a picture that cannot be shown.
    """
    name = named(name)
    media_type = recognised(name, data)
    if form := form_not_shown(data):
        raise InvalidInput(
            f"{name} is a picture in a form that pages do not show ({form}), and may tell where it was taken",
            hint="Save it as JPEG or PNG, and add that. To let others have it as it is, add it in a zip.",
        )
    if media_type in PICTURES:
        from ple.portfolio.enlarger import Enlarger

        with Enlarger() as enlarger:
            enlarger.checked(data)
        if not alt.strip():
            raise InvalidInput(
                f"{name} is a picture, and nothing says what can be seen on it",
                hint="Say it for those who cannot see it: `--alt “…”`.",
            )
    return name, media_type, data


def form_not_shown(data: bytes) -> str | None:
    """Return the form of a picture that would go to the site as it is, with all that a camera noted in it."""
    return next((form for magic, form in _NOT_SHOWN if re.match(magic, data[:32], re.DOTALL)), None)


def tells_place(data: bytes) -> bool:
    """Return whether it is a film that says where it was taken, as those of telephones do."""
    return _FILM.match(data[:16]) is not None and _PLACE.search(data) is not None


def named(name: str) -> str:
    """Return a file's name as it is kept, without the folder that it was in."""
    return (fit_line(os.path.basename(name.replace("\\", "/")))[-200:] or "file").lstrip("/")  # noqa: PTH119


def is_text(data: bytes) -> bool:
    """Return whether ``data`` is text in UTF-8."""
    try:
        return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return False


def kind_of(file: ShownFile) -> str:
    """Return which of :data:`KINDS` a file is."""
    if file.media_type in PICTURES:
        return "picture"
    if file.media_type == "text/markdown":
        return "writing"
    if file.media_type == "text/plain":
        return "code" if language_of(file.name) else "writing"
    return "document" if file.media_type.startswith("application/") and file.media_type in _PAPERS else "file"


_PAPERS = frozenset(
    {"application/pdf", *(_TYPES[name] for name in ("doc", "docx", "epub", "odt", "odp", "ppt", "pptx"))}
)


def markdown_of(file: ShownFile, data: bytes) -> str:
    """Return what a file says, as Markdown for its page; nothing of one that is only linked."""
    if not file.media_type.startswith("text/") or len(data) > 4 * LONGEST_TEXT:
        return ""
    text = data.decode("utf-8-sig", "replace")
    if len(text) > LONGEST_TEXT:
        return ""
    if file.media_type == "text/markdown":
        return text
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language_of(file.name)}\n{text}{end}{fence}\n"


def language_of(name: str) -> str:
    """Return what Pygments calls the language that a file of this name is in; nothing for plain text."""
    from pygments.lexers import find_lexer_class_for_filename  # 60 ms, and only where a file is shown

    lexer = find_lexer_class_for_filename(PurePosixPath(name).name)
    if lexer is None or not lexer.aliases or lexer.aliases[0] == "text":
        return ""
    return lexer.aliases[0] if re.fullmatch(r"[\w+#.-]{1,30}", lexer.aliases[0]) else ""


def name_on_site(file: ShownFile) -> str:
    """Return what a file is called where it can be downloaded: no browser runs it, no host executes it."""
    stem = PurePosixPath(file.name).stem if file.media_type != "text/plain" else file.name
    known = _ENDINGS.get(file.media_type)
    if known is None:
        ending = _ending(file.name)
        text = file.media_type.startswith("text/")
        known = ending if _TYPES.get(ending) == file.media_type else "txt" if text else "bin"
    return f"{slug(stem, otherwise='file')}.{known}"


def stem_on_site(file: ShownFile) -> str:
    """Return what a picture's sizes are called, without width and ending."""
    return slug(PurePosixPath(file.name).stem, otherwise="picture")


def label(kind: str) -> str | None:
    """Return a word for strangers for one of :data:`KINDS`."""
    return _LABELS.get(kind)


def sort_words(file: ShownFile) -> str:
    """Return what sort of file it is, for whoever thinks of downloading it: “PDF, 1.2 MB”."""
    name = _NAMES.get(file.media_type) or (_ENDINGS.get(file.media_type) or _ending(file.name)).upper()
    return f"{name}, {words(file.size)}"


def words(size: int) -> str:
    """Return a size as people say it."""
    if size < 1000:
        return f"{size} bytes" if size != 1 else "1 byte"
    for unit, factor in (("kB", 1000), ("MB", 1000**2), ("GB", 1000**3)):
        if size < 999.5 * factor:
            return f"{size / factor:.1f} {unit}" if size < 9.95 * factor else f"{size / factor:.0f} {unit}"
    return f"{size / 1000**4:.1f} TB"


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    return ending if re.fullmatch("[a-z0-9]{1,8}", ending) else ""
