"""What is handed in, what is found there afterwards, and whether the two are the same.

An LMS gives back what it keeps, not what it got: Markdown comes back as HTML, attributes and comments are gone,
``&`` is ``&amp;``, spaces move. So both sides are brought to one form first; what is hashed and compared is that form.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

_SPACE = re.compile(r"[\s\u00a0\u200b]+")
_BLOCKS = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file as an LMS names it: what a hand-in is recognised by."""

    name: str
    size: int
    url: str | None = field(default=None, compare=False, repr=False)
    """Where the LMS keeps it; asking there takes the token."""
    sha256: str | None = field(default=None, compare=False)
    """Of its bytes, if they were fetched to be compared."""
    unread: str = field(default="", compare=False)
    """Why they were not."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that is handed in. Its bytes lie in the library under their hash and are never changed."""

    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one attempt in the LMS holds."""

    links: tuple[str, ...] = ()
    text: str = ""
    """Plain."""
    files: tuple[FileMark, ...] = ()
    html: str = field(default="", compare=False, repr=False)
    """The text as the LMS keeps it."""

    @property
    def sha256(self) -> str:
        """The hash of its one form."""
        links = {same_form(link) for link in self.links}
        text = folded(self.text)
        if len(links) == 1 and (not text or same_form(text) in links):
            return _hash(links.pop(), "", self.files)  # a link, and as text nothing but that link
        if not links and is_link(text):
            return _hash(same_form(text), "", self.files)
        hidden = sorted(link for link in links if link not in {same_form(word) for word in text.split()})
        return _hash(" ".join(hidden) or None, text, self.files)

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.links or self.text.strip() or self.files)

    @property
    def words(self) -> str:
        """The text or link in it, in a few words; empty if there is none."""
        text = folded(self.text)
        if self.links and (not text or any(same_form(text) == same_form(link) for link in self.links)):
            return f"the link {self.links[0]}" + (f" and {len(self.links) - 1} more" if self.links[1:] else "")
        if text:
            return f"a text of {_count(text)} (“{text[:60]}{'…' if text[60:] else ''}”)"
        return ""

    @property
    def summary(self) -> str:
        """What it is, in a few words."""
        return " and ".join(filter(None, (self.words, files_said(self.files)))) or "nothing"


_NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Content:
    """What the learner hands in: a link or a text of their own, or files, or both."""

    link: str | None = None
    text: str | None = None
    files: tuple[Piece, ...] = ()
    beside: Found = _NOTHING
    """What is there already and stays there beside it: the text beside new files, or the files beside a new text."""
    read: Callable[[str], bytes] | None = field(default=None, compare=False, repr=False)
    """Gives the bytes of a file by their hash."""

    @property
    def kind(self) -> str:
        """``link``, ``text`` or ``files``."""
        return "link" if self.link is not None else "text" if self.text is not None else "files"

    @property
    def worded(self) -> bool:
        """Whether there is a link or a text in it."""
        return self.link is not None or self.text is not None

    @property
    def expected(self) -> Found:
        """What the LMS holds when this has arrived."""
        files = tuple(FileMark(piece.name, piece.size) for piece in self.files) or self.beside.files
        if self.worded:
            return Found((self.link,) if self.link is not None else (), self.text or "", files)
        return Found(self.beside.links, self.beside.text, files)

    @property
    def sha256(self) -> str:
        """The hash of its one form, to compare with that of what is read back."""
        return self.expected.sha256

    @property
    def summary(self) -> str:
        """What it is, in a few words."""
        text = f"a text of {_count(self.text)}" if self.text is not None else ""
        return " and ".join(filter(None, (self.link, text, files_said(self.files))))

    def html(self) -> str:
        """Return the link or text as HTML, for an LMS that takes text: a link is visible and can be followed."""
        if self.link is not None:
            return f'<p><a href="{escape(self.link)}">{escape(self.link, quote=False)}</a></p>'
        if self.text is None:
            return self.beside.html
        paragraphs = re.split(r"\n\s*\n", self.text.strip())
        return "".join(f"<p>{'<br>'.join(escape(p, quote=False).splitlines())}</p>" for p in paragraphs)

    def data(self, piece: Piece) -> bytes:
        """Return the bytes of one of its files.

        Raises:
            LibraryError: they are missing, or no longer what they were.
        """
        assert self.read is not None, "only what is sent has bytes"
        return self.read(piece.sha256)

    def is_in(self, found: Found) -> bool:
        """Return whether ``found`` holds this and nothing else, as far as it was looked into."""
        return self.looks_like(found) and not self.other_bytes(found)

    def looks_like(self, found: Found) -> bool:
        """Return whether ``found`` holds this by its links, its text, and the names and sizes of files."""
        return self.sha256 == found.sha256

    def other_bytes(self, found: Found) -> list[str]:
        """Return the names of files that are there under the same name and size, with other bytes."""
        return [piece.name for piece, mark in self.matched(found) if mark.sha256 not in (None, piece.sha256)]

    def matched(self, found: Found) -> list[tuple[Piece, FileMark]]:
        """Return its files, each with the one there that has its name and size."""
        there = {(same_name(mark.name), mark.size): mark for mark in found.files}
        pairs = [(piece, there.get((same_name(piece.name), piece.size))) for piece in self.files]
        return [(piece, mark) for piece, mark in pairs if mark is not None]


def _count(text: str) -> str:
    words = len(text.split())
    return f"{words} word{'' if words == 1 else 's'}"


def files_said(files: Sequence[FileMark | Piece]) -> str:
    """Return files in a few words; empty if there are none."""
    names = ", ".join(file.name for file in files[:3]) + (", …" if files[3:] else "")
    return f"{len(files)} file{'s' if files[1:] else ''} ({names})" if files else ""


def safe_name(name: str) -> str:
    """Return the name of a file without what an LMS would drop or change, so that it comes back as it went."""
    plain = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    plain = re.sub(r"[&<>\"`|':*?#%]+", "", plain)
    stem, dot, extension = re.sub(r"\.\.+", ".", _SPACE.sub(" ", plain)).strip(" .").rpartition(".")
    return f"{(stem or 'file')[:120]}{dot}{extension[:20]}" if dot else (extension[:120] or "file")


def same_name(name: str) -> str:
    """Return the form in which two spellings of a file's name are equal: an LMS drops signs, and numbers doubles."""
    stem, dot, extension = unicodedata.normalize("NFKC", name).casefold().rpartition(".")
    stem, extension = (stem, extension) if dot else (extension, "")
    stem = re.sub(r"(-\d{1,3}|\(\d{1,3}\))+$", "", stem.strip())
    return "".join(c for c in stem if c.isalnum()) + "." + "".join(c for c in extension if c.isalnum())


def found_in_html(html: str, *, files: tuple[FileMark, ...] = ()) -> Found:
    """Return what an HTML text in the LMS holds."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Found(tuple(dict.fromkeys(reader.links)), folded("".join(reader.text)), files, html)


def folded(text: str) -> str:
    """Return ``text`` in composed characters (NFC) and with one space for many."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def is_link(text: str) -> bool:
    """Return whether ``text`` is one http(s) address and nothing else."""
    return re.fullmatch(r"(?i)https?://[^\s<>\"]+", text) is not None


def same_form(link: str) -> str:
    """Return an address in the form in which two spellings of it are equal (RFC 3986 section 6.2.2 and 6.2.3)."""
    try:
        parts = urlsplit(folded(link))
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return folded(link)
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        return folded(link)
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return folded(link)
    host = f"[{host}]" if ":" in host else host
    if port and port != (443 if scheme == "https" else 80):
        host += f":{port}"
    return urlunsplit((scheme, host, _escapes(parts.path or "/"), _escapes(parts.query), _escapes(parts.fragment)))


def _escapes(part: str) -> str:
    encoded = "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in part)
    return re.sub(r"%[0-9a-fA-F]{2}", _unreserved, encoded.replace(" ", "%20"))


def _unreserved(escape_: re.Match[str]) -> str:
    character = chr(int(escape_[0][1:], 16))
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else escape_[0].upper()


def _hash(link: str | None, text: str, files: Sequence[FileMark]) -> str:
    form: dict[str, object] = {"link": link, "text": text}
    if files:
        form["files"] = sorted([same_name(file.name), file.size] for file in files)
    said = json.dumps(form, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        if tag in _BLOCKS:
            self.text.append(" ")
        href = dict(attrs).get("href") if tag == "a" else None
        if href and is_link(href.strip()):
            self.links.append(href.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        if tag in _BLOCKS:
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)
