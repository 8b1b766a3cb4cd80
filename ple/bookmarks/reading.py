"""The readable text of a page: what a person came for, without menus, banners and footers.

No single method finds it on all pages. readability-lxml keeps the structure best (code above all), resiliparse is a
cheap witness of how much there is; where those two disagree trafilatura is asked, the best judge of what belongs.
The text is always read from the HTML that is kept, so that a quotation found in one is found in the other.
Runs without the library, in any thread; a page that breaks an extractor only loses that extractor's opinion.
"""

import datetime as dt
import html as entities
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

from ple.web.pages import parse_time
from ple.web.text import line, plain, safe_html, shallow

_LONG, _MANY = 2_000_000, 60_000  # characters and tags from which the thorough extractors would take minutes
_AGREED = 0.9  # two that agree so much are not outvoted by the third: on 65 real pages not once
_WORD = re.compile(r"\w+")
_BLOCKS = ("blockquote", "dl", "div", "img", "ol", "p", "pre", "table", "ul")
_PRINTED_BLOCK = re.compile(f"<(?:{'|'.join(_BLOCKS)})", re.I)
_FENCED = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_ROBOT_CHECK = re.compile(
    r"just a moment|attention required|access denied|are you (?:a )?(?:human|robot)"
    r"|verify(?:ing)? (?:that )?you are human|security check|checking your browser|captcha|ddos protection"
    r"|pardon our interruption",
    re.I,
)
_CONSENT = re.compile(
    r"before you continue|cookies?\b.{0,80}\b(?:accept|consent|agree)|accept all cookies", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Readable:
    """What is to be read on a page: safe HTML, the same as plain text, and how much it is."""

    html: str = ""
    text: str = ""
    words: int = 0
    extractor: str = ""


def readable(html: str, url: str) -> Readable:
    """Return what is to be read on the page ``html``, whose links are relative to ``url``. Never raises."""
    html = shallow(html)
    witness = _attempt(_resiliparse, html)
    if _is_heavy(html):
        return _kept(_paragraphs(witness), url, "resiliparse")
    structured = _attempt(_readability, html)
    kept = _kept(structured, url, "readability-lxml")
    structured_text = kept.text
    if structured_text and _alike(structured_text, witness) >= _AGREED:
        return kept  # nine pages in ten; the third opinion takes half of the time
    judged = _attempt(_trafilatura, html)
    found = plain(judged)
    if structured_text and _alike(found, structured_text) >= 0.9:
        return kept
    if len(found) >= 0.5 * len(witness) and found:
        # They disagree on what belongs; on pages of all kinds trafilatura is right more often (F1 .914 against .880).
        best = structured if "<pre" in structured and _alike(found, structured_text) >= 0.6 else judged
        return _kept(best, url, "trafilatura" if best is judged else "readability-lxml")
    if structured_text and (len(structured_text) >= 0.5 * len(witness) or _alike(found, structured_text) >= 0.75):
        return _kept(structured, url, "readability-lxml")
    return _kept(_paragraphs(witness), url, "resiliparse")


def of_text(text: str) -> Readable:
    """Return a text without markup in the same form."""
    return _kept(_paragraphs(text), "", "plain text")


def of_html(html: str, url: str, extractor: str) -> Readable:
    """Return what was put together as HTML, by whom, in the same form."""
    return _kept(html, url, extractor)


def to_markdown(html: str) -> str:
    """Return safe HTML as Markdown, code with its language."""
    from markdownify import markdownify  # 90 ms, with BeautifulSoup

    try:
        text: str = markdownify(html, heading_style="ATX", bullets="-", code_language_callback=_language_of)
    except RecursionError:  # nested hundreds deep
        return plain(html)
    parts = _FENCED.split(text)
    parts[::2] = [re.sub(r"\n{3,}", "\n\n", part) for part in parts[::2]]  # blank lines within code are meant
    return "".join(parts).strip()


def author_and_date(html: str, url: str) -> tuple[str | None, dt.datetime | None]:
    """Return the author and day of publication as trafilatura finds them where the page does not declare them."""
    if _is_heavy(html):
        return None, None
    from trafilatura import extract_metadata

    found = None
    try:
        found = extract_metadata(html, default_url=url or None)
    except Exception as error:  # whatever a page does to the library
        _log(error)
    if found is None:
        return None, None
    author = line((found.author or "").replace(";", ",")).strip(" ,")
    usable = 1 < len(author) < 120 and "://" not in author and author.casefold() != (found.sitename or "").casefold()
    return (author if usable else None), (parse_time(found.date) if found.date else None)


def count_words(text: str) -> int:
    """Return how many words ``text`` has; where words are not parted by blanks, two characters count as one."""
    cjk = len(_CJK.findall(text))
    return len(_WORD.findall(_CJK.sub(" ", text) if cjk else text)) + cjk // 2


def is_robot_check(title: str, text: str) -> bool:
    """Return whether this is not the page but a check for robots, or a banner that asks for consent, before it."""
    if count_words(text) > 250:
        return False
    return bool(_ROBOT_CHECK.search(title) or (count_words(text) < 120 and _CONSENT.search(text)))


def _is_heavy(html: str) -> bool:
    return len(html) > _LONG or html.count("<") > _MANY


def _kept(html: str, url: str, extractor: str) -> Readable:
    safe = safe_html(html, url or None).strip()
    text = plain(safe)
    if not text:
        return Readable()
    return Readable(safe, text, count_words(text), f"{extractor} {_version(extractor)}".strip())


@lru_cache
def _version(extractor: str) -> str:
    """Return the version of a library; looking for it in what is installed takes milliseconds."""
    try:
        return metadata.version(extractor)
    except metadata.PackageNotFoundError:
        return ""


def _alike(one: str, other: str) -> float:
    """Return how much of their vocabulary two texts share, from 0 to 1 (Dice)."""
    words, others = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return 2 * len(words & others) / (len(words) + len(others)) if words and others else 0.0


def _attempt(extract: Callable[[str], str], html: str) -> str:
    try:
        return extract(html)
    except Exception as error:  # three libraries and all the pages of the world: one opinion less
        _log(error)
        return ""


def _trafilatura(html: str) -> str:
    import trafilatura  # 0.25 s

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return (
        trafilatura.extract(
            html, fast=True, output_format="html", include_links=True, include_formatting=True, include_comments=False
        )
        or ""
    )


def _readability(html: str) -> str:
    from readability import Document, readability  # 0.12 s

    readability.clean = _folded
    readability.describe = _nameless  # for its debugging log alone, of every element
    readability.tostring = _block_within
    readability.html_cleaner.javascript = False  # looks at every link twice; what is kept is made safe by us anyway
    logging.getLogger("readability.readability").setLevel(logging.CRITICAL)
    summary: str = Document(html).summary(html_partial=True)
    return summary


def _block_within(element: Any, **_: object) -> bytes:
    """Return a block's tag if there is one at or below an element: all that readability looks for in what it prints."""
    for one in element.iter():
        name = one.tag if isinstance(one.tag, str) else one.text or ""
        if name.startswith(_BLOCKS) if name is one.tag else _PRINTED_BLOCK.search(name):
            return b"<p"
    return b""


def _nameless(*_: object, **__: object) -> str:
    return ""


def _folded(text: str) -> str:
    """Return what readability's own ``clean`` does: it is called for every link, and takes half of the time there."""
    if "\n" in text:
        text = "\n".join([part for part in map(str.strip, text.split("\n")) if part])
    if "\t" in text or "  " in text:
        text = re.sub(r"\t|[ \t]{2,}", " ", text)
    return text.strip()


def _resiliparse(html: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    text: str = extract_plain_text(html, main_content=True, alt_texts=False)
    return text


def _paragraphs(text: str) -> str:
    parts = [entities.escape(part.strip()).replace("\n", "<br>") for part in re.split(r"\n\s*\n", text)]
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _language_of(element: Any) -> str | None:
    for one in (element, element.find("code")):
        for name in (one.get("class") or []) if one is not None else []:
            if name.startswith("language-"):
                return str(name.removeprefix("language-"))
    return None


def _log(error: Exception) -> None:
    logging.getLogger(__name__).debug("an extractor failed: %s", type(error).__name__)
