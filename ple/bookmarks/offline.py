"""A page as one file that needs nothing else: styles and images inside, scripts gone, no request ever made.

What a reader sees is kept, what acts is not. Twice safe: everything that would be asked for is inlined or taken out,
and the file carries a policy (CSP) that forbids a browser whatever was missed. Fonts, videos and very large images
stay out: they make nine tenths of the size of such copies and nothing of what is to be read.
"""

import base64
import html as entities
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from ple.web.text import shallow

Got = tuple[str, bytes]  # a media type and what is of it
Get = Callable[[str], Got | None]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

_LARGEST = 3_000_000  # bytes of one image or style
_MOST = 20_000_000  # of all of them
_MOST_INLINED = 80_000_000  # characters that they make in the page, where each may stand many times
_MOST_STYLED = 6_000_000  # characters of styles gone through, those that import each other among them
_PARTS = 300
_DEEPEST = 4  # styles that import styles
_GONE = frozenset(
    "script iframe frameset object applet template portal fencedframe dialog".split()  # noqa: SIM905
)
_EMPTY = frozenset({"embed", "frame", "base", "param", "track", "source", "basefont", "bgsound"})
_URL = re.compile(r"""url\(\s*+(?:"([^"\\\n]{0,200000})"|'([^'\\\n]{0,200000})'|([^"'()\\\s]{0,200000}))\s*\)""", re.I)
_IMPORT = re.compile(
    r"""@import\s+(?:url\(\s*["']?([^"'()\s]+)["']?\s*\)|"([^"]+)"|'([^']+)')\s*([^;{}]{0,200});?""", re.I
)
_OFFERED = re.compile(r"[\s,]*+(\S++)([^,]*+),?")  # of a srcset: an address, and how large the image is
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)[wx]")
_FONT = re.compile(r"@font-face\s*\{[^{}]*\}", re.I)
_CHARSET = re.compile(r"@charset[^;]{0,60};", re.I)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)  # one that is not closed goes to the end, as for browsers
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML has none, and lxml takes none
_ELSEWHERE = re.compile(r"(?:image-set|-webkit-image-set|src)\(", re.I)
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-hi-res-src", "data-image")
_SPACE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@dataclass(slots=True)
class Copied:
    """A page as one file, and what of it could not be had."""

    html: bytes
    inlined: int = 0
    missing: list[str] = field(default_factory=list)


def copy_of(page: str, url: str, get: Get, *, most: int = _MOST_INLINED) -> Copied:
    """Return the page ``page`` of the address ``url`` as one file; ``get`` answers what an address has, or none.

    Images make at most ``most`` characters of it, each as often as it stands there.
    """
    text = re.sub(r"^\s*<\?xml[^>]*>", "", shallow(page)).replace("\0", "")
    try:
        root = html.document_fromstring(text or "<p></p>", parser=html.HTMLParser(huge_tree=True, remove_comments=True))
    except (etree.ParserError, ValueError):
        root = html.document_fromstring(f"<pre>{entities.escape(text)}</pre>")
    base = url
    for element in root.iter("base"):
        base = _joined(url, element.get("href") or "") or url
        break
    work = _Copy(root, base, get, most)
    work.quiet()
    work.inline()
    head = root.find("head")
    if head is None:
        head = html.Element("head")
        root.insert(0, head)
    head.insert(0, html.Element("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}))
    head.insert(0, html.Element("meta", {"charset": "utf-8"}))
    said = etree.tostring(root, method="html", encoding="unicode")
    saved = url.replace("--", "%2D%2D").replace(">", "%3E")
    return Copied(
        f"<!DOCTYPE html>\n<!-- saved from {saved} -->\n{said}\n".encode("utf-8", "replace"), work.inlined, work.missing
    )


class _Copy:
    def __init__(self, root: Any, base: str, get: Get, most: int) -> None:
        self.root, self.base, self.get = root, base, get
        self.got: dict[str, Got | None] = {}
        self.inlined = 0
        self.missing: list[str] = []
        self.size = 0
        self.room, self.styles_left = most, _MOST_STYLED

    def quiet(self) -> None:
        """Take out what acts, asks or leads into the file itself."""
        for element in list(self.root.iter()):
            tag = element.tag if isinstance(element.tag, str) else ""
            if tag in _EMPTY:
                element.drop_tag()  # the parser takes what follows for what is in it
            elif not tag or tag in _GONE or (tag == "meta" and self._acts(element)):
                _drop(element)
            elif tag in ("video", "audio"):
                self._as_link(element)
            elif tag in ("noscript", "picture"):
                element.drop_tag()
            elif tag in ("animate", "set"):
                _drop(element)
        for element in self.root.iter():
            for name, value in list(element.attrib.items()):
                bare = name.rpartition("}")[2].rpartition(":")[2].lower()
                if bare.startswith("on") or bare in (
                    "srcdoc",
                    "ping",
                    "formaction",
                    "action",
                    "poster",
                    "manifest",
                    "integrity",
                    "nonce",
                    "crossorigin",
                    "http-equiv-x",
                    "background",
                    "loading",
                    "decoding",
                    "fetchpriority",
                    "autofocus",
                    "is",
                ):
                    del element.attrib[name]
                elif bare == "href" and element.tag not in ("a", "area", "link"):
                    if not value.startswith(("#", "data:image/")):
                        del element.attrib[name]
                elif bare == "href" and element.tag in ("a", "area"):
                    self._link(element, name, value.strip())
                elif bare == "target":
                    del element.attrib[name]

    def inline(self) -> None:
        """Put styles and images into the page."""
        sheets = [one for one in self.root.iter("link") if _is_style(one)]
        self._fetch(self._absolute(one.get("href") or "") for one in sheets)
        self._fetch(address for one in self.root.iter("img", "input", "image") for address in [self._source(one)])
        for link in sheets:
            address = self._absolute(link.get("href") or "")
            style = html.Element("style")
            media = link.get("media")
            if media:
                style.set("media", media)
            style.text = _CONTROLS.sub("", self._style(_text_of(self.got.get(address)), address, 1))
            style.tail = link.tail
            link.getparent().replace(link, style)
        for link in list(self.root.iter("link")):
            _drop(link)
        for style in self.root.iter("style"):
            if style.getparent() is not None and style.text:
                style.text = _CONTROLS.sub("", self._style(style.text, self.base, 0))
        for element in self.root.iter():
            said = element.get("style")
            if said and ("url" in said.lower() or _ELSEWHERE.search(said)):
                element.set("style", _CONTROLS.sub("", self._style(said, self.base, 0)))
        for image in list(self.root.iter("img", "input", "image")):
            self._image(image)

    def _acts(self, meta: Any) -> bool:
        return bool(meta.get("http-equiv") or meta.get("charset"))

    def _as_link(self, element: Any) -> None:
        """Leave where a film or sound is to be found."""
        source = element.get("src") or next((one.get("src") for one in element.iter("source") if one.get("src")), "")
        address = self._absolute(source or "")
        link = html.Element("a", {"href": address} if address.startswith("http") else {})
        link.text = f"[{element.tag}]"
        link.tail = element.tail
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, link)

    def _link(self, element: Any, name: str, value: str) -> None:
        if value.startswith("#"):
            return
        address = self._absolute(value)
        if address.startswith(("http:", "https:", "mailto:")):
            element.set(name, address)
            element.set("rel", "noreferrer noopener")
        else:
            del element.attrib[name]

    def _absolute(self, address: str) -> str:
        return _joined(self.base, address)

    def _source(self, image: Any) -> str:
        """Return the address of an image: of those that are offered the best that is not too large."""
        lazy = next((image.get(name) for name in _LAZY if image.get(name)), "")
        src = image.get("src") or image.get("{http://www.w3.org/1999/xlink}href") or image.get("xlink:href") or ""
        if lazy and (not src or src.startswith("data:")):
            src = lazy
        offered = image.get("srcset") or image.get("data-srcset") or ""
        if not src or (src.startswith("data:") and len(src) < 2000):
            sized = sorted(_candidates(offered))
            src = next((one for size, one in sized if size >= 800), sized[-1][1]) if sized else src
        return src if src.startswith("data:") else self._absolute(src) if src else ""

    def _image(self, image: Any) -> None:
        address = self._source(image)
        for name in list(image.attrib):
            if name in ("srcset", "sizes", "src", "usemap", *_LAZY, "data-srcset") or name.endswith("href"):
                del image.attrib[name]
        if image.tag == "input" and image.get("type", "").lower() != "image":
            return
        data = self._data(address) if address else None
        image.set("href" if image.tag == "image" else "src", data or _SPACE)

    def _data(self, address: str) -> str | None:
        """Return an image as a data address, or none if it cannot be had or is none."""
        if address.startswith("data:"):
            return address if address[5:11].lower() == "image/" else None
        got = self.got.get(address) if address in self.got else self._one(address)
        if got is None or not got[0].startswith("image/"):
            return None
        self.room -= 4 * len(got[1]) // 3 + 100
        if self.room < 0:
            self.missing.append(address)
            return None
        self.inlined += 1
        return f"data:{got[0]};base64,{base64.b64encode(got[1]).decode()}"

    def _style(self, css: str, base: str, depth: int) -> str:
        """Return a style sheet with what it names inside it."""
        self.styles_left -= len(css) + 100
        if self.styles_left < 0:
            return ""
        css = _FONT.sub("", _CHARSET.sub("", _COMMENT.sub("", css)))
        if depth <= _DEEPEST:
            css = _IMPORT.sub(lambda found: self._imported(found, base, depth), css)
        css = re.sub(r"@import[^;]*;?", "", css, flags=re.I)

        def data(found: "re.Match[str]") -> str:
            named = (found[1] or found[2] or found[3] or "").strip()
            if named.startswith("#"):
                return found[0]
            address = named if named.startswith("data:") else _joined(base, named)
            if address.startswith("data:"):
                return f'url("{address}")' if address[5:11].lower() == "image/" and '"' not in address else "none"
            inside = self._data(address)
            return f'url("{inside}")' if inside else "none"

        css = _URL.sub(data, css)
        return css.replace("</", "<\\/")

    def _imported(self, found: "re.Match[str]", base: str, depth: int) -> str:
        address = _joined(base, found[1] or found[2] or found[3])
        inner = self._style(_text_of(self._one(address)), address, depth + 1)
        media = found[4].strip()
        return f"@media {media} {{{inner}}}" if media and "layer" not in media and "supports" not in media else inner

    def _one(self, address: str) -> Got | None:
        self._fetch([address])
        return self.got.get(address)

    def _fetch(self, addresses: Iterable[str]) -> None:
        """Get what is not here yet, several at once, within what a copy may hold."""
        wanted = [
            one for one in dict.fromkeys(addresses) if one.startswith(("http:", "https:")) and one not in self.got
        ][: max(0, _PARTS - len(self.got))]
        if not wanted:
            return
        with ThreadPoolExecutor(6, thread_name_prefix="offline") as threads:
            for address, got in zip(wanted, threads.map(self.get, wanted), strict=True):
                small = got is not None and len(got[1]) <= _LARGEST and self.size + len(got[1]) <= _MOST
                self.got[address] = got if small else None
                if got is not None and small:
                    self.size += len(got[1])
                else:
                    self.missing.append(address)


def from_files(files: Mapping[str, Got]) -> Get:
    """Return a way to get what is in ``files``, by address."""
    return files.get


def _joined(base: str, address: str) -> str:
    """Return the address that is meant on a page; nothing if it means none."""
    try:
        return _CONTROLS.sub("", urljoin(base, address.strip()))
    except ValueError:
        return ""


def _candidates(offered: str) -> Iterator[tuple[float, str]]:
    """Yield the images of a ``srcset`` with their sizes, as HTML has it: addresses may have commas within."""
    at = 0
    while one := _OFFERED.match(offered, at):
        alone = one[1].endswith(",")
        at = one.end(1) if alone else one.end()
        size = None if alone else _SIZE.match(one[2].strip())
        yield float(size[1]) if size else 1.0, one[1].rstrip(",")


def _is_style(link: Any) -> bool:
    relations = (link.get("rel") or "").lower().split()
    return "stylesheet" in relations and "alternate" not in relations


def _text_of(got: Got | None) -> str:
    if got is None or not (got[0].startswith("text/") or "css" in got[0] or got[0] == "application/octet-stream"):
        return ""
    return got[1].decode("utf-8-sig", "replace")


def _drop(element: Any) -> None:
    """Take an element out with all that is in it; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()
