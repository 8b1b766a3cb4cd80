"""PDF by WeasyPrint, from the same pages as the site and with the print rules of its theme."""

import base64
import re
from html import escape
from typing import Any

from lxml import html

from ple.library import PleError
from ple.portfolio.leaving.book import CHAPTER, Book, Chapter

_STYLE = """
@page { size: A4; margin: 2cm; @bottom-center { content: counter(page); font-size: 9pt; } }
@page :first { @bottom-center { content: none; } }
.book-title { margin-top: 30%; } .book-contents { break-before: page; } .book-contents ol { padding-left: 1.2em; }
.book-contents a::after { content: leader(".") target-counter(attr(href), page); }
article.work { break-before: page; max-width: none; }
article.work > header h1, .book-title h1 { bookmark-level: 1; } article.work h2 { bookmark-level: 2; }
img, svg { max-width: 100%; height: auto; }
"""

_CLAMP = re.compile(r"clamp\(\s*([^,()]+),[^()]*\)")
"""Sizes between two bounds that grow with a screen: paper has none, so the lower one is meant."""


class CannotPrint(PleError):
    """A PDF cannot be made here."""


def pdf(book: Book, theme_css: str) -> bytes:
    """Return the book as a tagged PDF. Nothing is fetched: what it shows comes along.

    Raises:
        CannotPrint: what makes PDFs is not installed.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except ImportError as error:
        raise CannotPrint(
            "making a PDF needs a library that is not installed", hint="Install it: pip install 'ple[pdf]'"
        ) from error
    except OSError as error:  # it found no Pango
        raise CannotPrint(
            "making a PDF needs Pango, which is not on this computer",
            hint="Install it (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0), or print the site from a browser.",
        ) from error
    nothing = URLFetcher(allowed_protocols={"data"})
    page = HTML(string=_document(book), base_url="about:blank", url_fetcher=nothing)

    def laid_out(*styles: str) -> bytes:
        sheets = [CSS(string=css, url_fetcher=nothing) for css in (*styles, _STYLE)]
        made: Any = page.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1", pdf_identifier=book.uid.encode())
        assert isinstance(made, bytes)
        return made

    try:
        return laid_out(_CLAMP.sub(r"\1", theme_css))
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
        return laid_out()  # the theme has something that WeasyPrint does not know; the words matter more


def _document(book: Book) -> str:
    about = _said(_placed(book, book.about, 0)) if book.about is not None else ""
    author = f"<p>{escape(book.author)}</p>" if book.author else ""
    where = f'<p><a href="{escape(book.url)}">{escape(book.url)}</a></p>' if book.url else ""
    day = f"{book.modified:%Y-%m-%d}"
    contents = "".join(f'<li><a href="#c{one.number}">{escape(one.title)}</a></li>' for one in book.chapters)
    chapters = "".join(_chapter(book, one) for one in book.chapters)
    return (
        f'<!DOCTYPE html><html lang="{escape(book.language)}"><head><meta charset="utf-8">'
        f'<title>{escape(book.title)}</title><meta name="author" content="{escape(book.author)}">'
        f'<meta name="dcterms.created" content="{day}"><meta name="dcterms.modified" content="{day}"></head><body>'
        f'<header class="book-title"><h1>{escape(book.title)}</h1>{author}{about}{where}<p>{day}</p></header>'
        f'<nav class="book-contents"><h2>Contents</h2><ol>{contents}</ol></nav>{chapters}</body></html>'
    )


def _chapter(book: Book, chapter: Chapter) -> str:
    element = _placed(book, chapter.element, chapter.number)
    element.set("id", f"c{chapter.number}")
    element.set("lang", chapter.language)
    if "work" not in (element.get("class") or "").split():
        element.set("class", f"work {element.get('class') or ''}".strip())
    return _said(element)


def _placed(book: Book, element: html.HtmlElement, chapter: int) -> html.HtmlElement:
    """Return a part of the book as it stands in the one page that the PDF is made from."""
    element = html.fromstring(html.tostring(element, encoding="unicode"))
    for one in list(element.iter()):
        if one.get("id"):
            one.set("id", f"c{chapter}-{one.get('id')}")
        for name in ("aria-labelledby", "aria-describedby", "for", "headers"):
            if one.get(name):
                one.set(name, " ".join(f"c{chapter}-{id}" for id in str(one.get(name)).split()))
        href = one.get("href") or ""
        if href.startswith("#"):
            one.set("href", f"#c{chapter}-{href[1:]}")
        elif href.startswith(CHAPTER):
            number, _hash, fragment = href.removeprefix(CHAPTER).partition("#")
            one.set("href", f"#c{number}-{fragment}" if fragment else f"#c{number}")
        if one.tag == "img" and one.get("src") in book.pictures:
            kind, content = book.pictures[str(one.get("src"))]
            one.set("src", f"data:{kind};base64,{base64.b64encode(content).decode()}")
        if one.tag == "math":  # WeasyPrint writes all that is in it, one after the other
            words = html.Element("code", {"class": "formula"})
            words.text, words.tail = one.get("alttext") or one.text_content(), one.tail
            one.getparent().replace(one, words)
    return element


def _said(element: html.HtmlElement) -> str:
    said: str = html.tostring(element, encoding="unicode")
    return re.sub("[\0\x0b\x0c\x0e-\x1f]", "", said)
