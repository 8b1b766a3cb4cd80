"""What is handed in, what is found there afterwards, and whether the two are the same.

An LMS gives back what it keeps, not what it got: Markdown comes back as HTML, attributes and comments are gone,
``&`` is ``&amp;``, spaces move. So both sides are brought to one form first; what is hashed and compared is that form.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

_SPACE = re.compile(r"[\s\u00a0\u200b]+")
_BLOCKS = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class Content:
    """What the learner hands in: a link, or a text of their own."""

    link: str | None = None
    text: str | None = None

    @property
    def kind(self) -> str:
        """``link`` or ``text``."""
        return "link" if self.link is not None else "text"

    @property
    def sha256(self) -> str:
        """The hash of its one form, to compare with that of what is read back."""
        return Found((self.link,) if self.link is not None else (), self.text or "").sha256

    def html(self) -> str:
        """Return it as HTML, for an LMS that takes text: a link is visible and can be followed."""
        if self.link is not None:
            return f'<p><a href="{escape(self.link)}">{escape(self.link, quote=False)}</a></p>'
        paragraphs = re.split(r"\n\s*\n", (self.text or "").strip())
        return "".join(f"<p>{'<br>'.join(escape(p, quote=False).splitlines())}</p>" for p in paragraphs)

    def is_in(self, found: "Found") -> bool:
        """Return whether ``found`` holds this and nothing else."""
        return self.sha256 == found.sha256 and not found.files


@dataclass(frozen=True, slots=True)
class Found:
    """What one attempt in the LMS holds."""

    links: tuple[str, ...] = ()
    text: str = ""
    """Plain."""
    files: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of its one form."""
        links = {same_form(link) for link in self.links}
        text = folded(self.text)
        if len(links) == 1 and (not text or same_form(text) in links):
            return _hash(links.pop(), "")  # a link, and as text nothing but that link
        if not links and is_link(text):
            return _hash(same_form(text), "")
        hidden = sorted(link for link in links if link not in {same_form(word) for word in text.split()})
        return _hash(" ".join(hidden) or None, text)

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.links or self.text.strip() or self.files)

    @property
    def summary(self) -> str:
        """What it is, in a few words."""
        said = []
        text = folded(self.text)
        if self.links and (not text or any(same_form(text) == same_form(link) for link in self.links)):
            said.append(f"the link {self.links[0]}" + (f" and {len(self.links) - 1} more" if self.links[1:] else ""))
        elif text:
            said.append(f"a text of {len(text.split())} words (“{text[:60]}{'…' if text[60:] else ''}”)")
        if self.files:
            said.append(f"{len(self.files)} file{'s' if self.files[1:] else ''} ({', '.join(self.files[:3])})")
        return " and ".join(said) or "nothing"


def found_in_html(html: str, *, files: tuple[str, ...] = ()) -> Found:
    """Return what an HTML text in the LMS holds."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Found(tuple(dict.fromkeys(reader.links)), folded("".join(reader.text)), files)


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


def _hash(link: str | None, text: str) -> str:
    said = json.dumps({"link": link, "text": text}, ensure_ascii=False, sort_keys=True)
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
