"""EPUB 3: a book for readers, after https://www.w3.org/TR/epub-33/. Pure, and the same book is the same bytes."""

import io
import re
import uuid
import zipfile
from collections.abc import Mapping
from html import escape
from itertools import starmap

from lxml import etree, html

from ple.portfolio.leaving.book import CHAPTER, Book, Chapter

_MADE_AT = (1980, 1, 1, 0, 0, 0)
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_STYLE = """\
body { font-family: serif; line-height: 1.5; margin: 0 5%; }
h1, h2, h3, h4 { line-height: 1.2; break-after: avoid; }
.meta, .small, .about { font-size: .85em; color: #444; }
blockquote { margin: 1em 0 1em 1em; padding-left: 1em; border-left: .2em solid #999; }
pre { white-space: pre-wrap; font-size: .85em; border: 1px solid #bbb; padding: .5em; }
table { border-collapse: collapse; } td, th { border: 1px solid #bbb; padding: .2em .5em; }
img, svg { max-width: 100%; height: auto; }
img.ink-dark { background: #fff; } img.ink-light { background: #2b2b2b; }
ul.tags { list-style: none; padding: 0; } ul.tags li { display: inline; margin-right: 1em; }
"""
_CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


def epub(book: Book) -> bytes:
    """Return the book as an EPUB."""
    files: dict[str, bytes] = {"META-INF/container.xml": _CONTAINER.encode()}
    pictures = {
        f"pictures/{number}.{ending}": (kind, content)
        for number, (kind, ending, content) in enumerate(starmap(_picture, book.pictures.items()), 1)
    }
    names = dict(zip(book.pictures, pictures, strict=True))
    pages = {"title.xhtml": _title(book)}
    for chapter in book.chapters:
        pages[_name(chapter)] = _page(chapter, names)
    files["EPUB/package.opf"] = _package(book, pages, pictures).encode()
    files["EPUB/nav.xhtml"] = _contents(book).encode()
    files["EPUB/style.css"] = _STYLE.encode()
    files |= {f"EPUB/{name}": said.encode() for name, (said, _) in pages.items()}
    files |= {f"EPUB/{name}": content for name, (_kind, content) in pictures.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        # first, and as it is: that is how one knows an EPUB
        archive.writestr(zipfile.ZipInfo("mimetype", _MADE_AT), b"application/epub+zip", zipfile.ZIP_STORED)
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE_AT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _picture(path: str, picture: tuple[str, bytes]) -> tuple[str, str, bytes]:
    kind, content = picture
    if kind == "image/webp":  # EPUB knows it since 3.3, and many readers do not
        from ple.portfolio.pictures import for_readers

        return for_readers(content)
    return kind, path.rpartition(".")[2].lower(), content


def _package(book: Book, pages: Mapping[str, tuple[str, str]], pictures: Mapping[str, tuple[str, bytes]]) -> str:
    items = "".join(
        f'<item id="p{number}" href="{name}" media-type="application/xhtml+xml"'
        f"{f' properties={chr(34)}{properties}{chr(34)}' if properties else ''}/>\n"
        for number, (name, (_said, properties)) in enumerate(pages.items())
    )
    items += "".join(
        f'<item id="i{number}" href="{name}" media-type="{kind}"/>\n'
        for number, (name, (kind, _content)) in enumerate(pictures.items(), 1)
    )
    spine = "".join(f'<itemref idref="p{number}"/>\n' for number in range(len(pages)))
    author = f"<dc:creator>{_said(book.author)}</dc:creator>\n" if book.author else ""
    rights = f"<dc:rights>{_said(book.licence)}</dc:rights>\n" if book.licence else ""
    source = f"<dc:source>{_said(book.url)}</dc:source>\n" if book.url else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="uid" xml:lang="{_said(book.language)}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="uid">urn:uuid:{uuid.uuid5(uuid.UUID(book.uid), "epub")}</dc:identifier>\n'
        f"<dc:title>{_said(book.title)}</dc:title>\n<dc:language>{_said(book.language)}</dc:language>\n"
        f"{author}{rights}{source}"
        f'<meta property="dcterms:modified">{book.modified:%Y-%m-%dT%H:%M:%SZ}</meta>\n</metadata>\n<manifest>\n'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>\n'
        f'<item id="style" href="style.css" media-type="text/css"/>\n{items}</manifest>\n'
        f"<spine>\n{spine}</spine>\n</package>\n"
    )


def _contents(book: Book) -> str:
    def entry(chapter: Chapter) -> str:
        return f'<li><a href="{_name(chapter)}">{_said(chapter.title)}</a></li>\n'

    rows = []
    open_in = ""
    for chapter in book.chapters:
        if chapter.collection != open_in:
            rows.append("</ol></li>\n" if open_in else "")
            rows.append(f"<li><span>{_said(chapter.collection)}</span><ol>\n" if chapter.collection else "")
            open_in = chapter.collection
        rows.append(entry(chapter))
    rows.append("</ol></li>\n" if open_in else "")
    body = (
        f'<nav epub:type="toc" id="toc"><h1>{_said(book.title)}</h1>\n<ol>\n'
        f'<li><a href="title.xhtml">{_said(book.title)}</a></li>\n{"".join(rows)}</ol></nav>'
    )
    return _document(book.title, book.language, body)


def _title(book: Book) -> tuple[str, str]:
    about = _xhtml(book.about, {}) if book.about is not None else ""
    author = f'<p class="meta">{_said(book.author)}</p>\n' if book.author else ""
    where = f'<p class="small"><a href="{_said(book.url)}">{_said(book.url)}</a></p>' if book.url else ""
    said = f"<h1>{_said(book.title)}</h1>\n{author}{about}\n{where}"
    return _document(book.title, book.language, said), _properties(about)


def _page(chapter: Chapter, names: Mapping[str, str]) -> tuple[str, str]:
    said = _xhtml(chapter.element, names)
    return _document(chapter.title, chapter.language, said), _properties(said)


def _properties(said: str) -> str:
    return " ".join(name for name, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in said)


def _xhtml(element: html.HtmlElement, names: Mapping[str, str]) -> str:
    root = html.fromstring(html.tostring(element, encoding="unicode"))
    for one in root.iter():
        _fit(one, names)
    for space, tag in (("http://www.w3.org/1998/Math/MathML", "math"), ("http://www.w3.org/2000/svg", "svg")):
        for one in root.iter(tag):
            one.set("xmlns", space)
    text = etree.tostring(root, encoding="unicode", method="xml")
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _fit(one: html.HtmlElement, names: Mapping[str, str]) -> None:
    for name in [name for name in one.attrib if not _XML_NAME.fullmatch(name)]:
        del one.attrib[name]
    if (href := one.get("href")) and href.startswith(CHAPTER):
        number, hash_, fragment = href.removeprefix(CHAPTER).partition("#")
        one.set("href", f"work-{int(number):03}.xhtml{hash_}{fragment}")
    if one.tag == "img" and one.get("src") in names:
        one.set("src", names[str(one.get("src"))])
    if one.get("lang"):
        one.set("{http://www.w3.org/XML/1998/namespace}lang", str(one.get("lang")))


def _document(title: str, language: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" lang="{_said(language)}" xml:lang="{_said(language)}">\n'
        f'<head><meta charset="UTF-8"/><title>{_said(title) or "…"}</title>'
        f'<link rel="stylesheet" href="style.css"/></head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _name(chapter: Chapter) -> str:
    return f"work-{chapter.number:03}.xhtml"


def _said(text: str) -> str:
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text))
