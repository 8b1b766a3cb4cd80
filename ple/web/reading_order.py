"""HTML read from top to bottom: its text, with breaks where a browser would break."""

import re

from lxml import etree

from ple.web.safe_text import DEEPEST_LIST

_PARAGRAPH = frozenset(
    "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table figure hr details section article".split()  # noqa: SIM905
)
_LINE = frozenset(
    "div li dt dd tr header footer aside main nav address figcaption caption summary form option thead tbody".split()  # noqa: SIM905
)
_UNREAD = frozenset(
    "script style template head svg iframe select textarea annotation annotation-xml audio video canvas".split()  # noqa: SIM905
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class _Page:
    """Text as it grows: breaks are owed until there is text to put them before."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.owed = 0
        self.blank = True  # nothing, or white space, is before what comes
        self.marked = False  # the mark of a list's item is before what comes: it stands on that line

    def owe(self, breaks: int) -> None:
        if not self.marked and self.parts and breaks > self.owed:
            self.owed = breaks
        self.blank = True

    def say(self, text: str) -> None:
        text = _SPACE.sub(" ", text)
        if self.blank:
            text = text.lstrip(" ")
        if text:
            self._pay()
            self.parts.append(text)
            self.blank = text[-1] == " "
            self.marked = False

    def quote(self, text: str) -> None:
        """Say text whose lines and blanks are meant."""
        if text:
            self._pay()
            self.parts.append(text)
            self.blank = text[-1] in " \n"
            self.marked = False

    def mark(self, text: str) -> None:
        """Begin an item of a list."""
        self.quote(text)
        self.marked = True

    def _pay(self) -> None:
        if self.owed:
            self.parts.append("\n" * self.owed)
            self.owed = 0


def text_of(html: str) -> str:
    """Return what a person would read in ``html``. Never raises; what cannot be parsed says nothing."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(_CONTROLS.sub("", html).encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    if root is None:
        return ""
    page = _Page()
    numbers: list[int | None] = []  # of the lists that we are in; none for one without numbers
    verbatim = 0
    ahead: list[tuple[etree._Element, bool]] = [(root, False)]
    while ahead:
        element, done = ahead.pop()
        tag = element.tag
        if done:
            if tag in _PARAGRAPH:
                page.owe(2)
                if tag == "pre":
                    verbatim -= 1
                elif tag in ("ul", "ol"):
                    numbers.pop()
                    if numbers:
                        page.owed = min(page.owed, 1)
            elif tag in _LINE:
                page.owe(1)
            tail = element.tail
            if tail:
                (page.quote if verbatim else page.say)(tail)
            continue
        ahead.append((element, True))
        if tag in _UNREAD:
            continue
        if tag in _PARAGRAPH:
            page.owe(2)
            if tag in ("ul", "ol") and numbers:
                page.owed = min(page.owed, 1)
            if tag == "pre":
                verbatim += 1
            elif tag in ("ul", "ol"):
                numbers.append(_first_number(element) if tag == "ol" else None)
        elif tag in _LINE:
            page.owe(1)
            if tag == "li":
                page.mark("  " * min(len(numbers) - 1, DEEPEST_LIST) + _mark(numbers))
        elif tag == "br":
            if verbatim:
                page.quote("\n")
            else:
                page.owed = min(page.owed + 1, 2)
                page.blank = True
        elif tag in ("td", "th") and element.getprevious() is not None and page.parts and not page.owed:
            page.quote("  ")
        elif tag == "math" and element.get("alttext"):
            page.say(element.get("alttext", ""))
            continue
        text = element.text
        if text:
            (page.quote if verbatim else page.say)(text)
        ahead.extend([(child, False) for child in reversed(element)])
    return "".join(page.parts)


def _first_number(element: "etree._Element") -> int:
    start = element.get("start", "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def _mark(numbers: list[int | None]) -> str:
    number = numbers[-1] if numbers else None
    if number is None:
        return "- "
    numbers[-1] = number + 1
    return f"{number}. "
