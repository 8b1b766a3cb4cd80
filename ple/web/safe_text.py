"""The text of HTML that was made safe: it is written in one way only, so that it need not be parsed again.

What :func:`ple.web.text.safe_html` returns names its tags in lower case and closes them all, and none of the characters
that mean something is left bare in text or in a value. Reading that from left to right gives what
:func:`ple.web.reading_order.text_of` says of it, at a quarter of the cost.
"""

import re

DEEPEST_LIST = 12
"""So many levels of lists are indented: some bytes of a page must not become a thousand."""

_BREAKS = {
    **dict.fromkeys(re.findall(r"\S+", "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table figure hr details"), 2),
    **dict.fromkeys(re.findall(r"\S+", "section article"), 2),
    **dict.fromkeys(re.findall(r"\S+", "div li dt dd tr header footer aside main address figcaption caption"), 1),
    **dict.fromkeys(re.findall(r"\S+", "summary thead tbody"), 1),
}
_MORE = frozenset({"li", "ul", "ol", "pre", "tr"})
_NAMES = "|".join(sorted([*_BREAKS, "br", "td", "th"], key=len, reverse=True))
_WITHIN = re.compile(rf"<(?!/?(?:{_NAMES})[ >])[^>]*>")  # tags that break no line
_BREAK = re.compile(rf"<(/?)({_NAMES})( [^>]*)?>")
_START = re.compile(r' start="(\d{1,5})"')


def text_of_safe(html: str) -> str:
    """Return what a person would read in ``html``, which was made safe."""
    if "<" in html:
        html = _WITHIN.sub("", html)
    foldable = "<pre" not in html
    if foldable:
        html = _folded(html)
    pieces = _BREAK.split(html)  # a text, then for each tag whether it closes, its name, its attributes, and a text
    parts: list[str] = []
    owed = 0  # breaks, until there is text to put them before
    blank = True  # nothing, or white space, is before what comes
    marked = False  # the mark of a list's item is before what comes: it stands on that line
    numbers: list[int | None] = []  # of the lists that we are in; none for one without numbers
    cells: list[int] = []  # of the rows that we are in, how many there were
    verbatim = 0
    for text, closing, tag, attributes in zip(
        pieces[::4], [*pieces[1::4], None], [*pieces[2::4], ""], [*pieces[3::4], None], strict=True
    ):
        if text:
            if not foldable and not verbatim:
                text = _folded(text)
            if blank and not verbatim:
                text = text.lstrip(" ")
            if text:
                if owed:
                    parts.append("\n" * owed)
                    owed = 0
                parts.append(text)
                blank = text[-1] in (" \n" if verbatim else " ")
                marked = False
        if closing is None:
            break
        breaks = _BREAKS.get(tag, 0)
        if breaks:
            if not marked and owed < breaks and parts:
                owed = breaks
            blank = True
            if tag not in _MORE:
                continue
        said = ""
        if tag == "br":
            if verbatim:
                said = "\n"
            else:
                owed = min(owed + 1, 2)
                blank = True
        elif tag == "li":
            if not closing:
                number = numbers[-1] if numbers else None
                said = "  " * min(len(numbers) - 1, DEEPEST_LIST) + ("- " if number is None else f"{number}. ")
                if number is not None:
                    numbers[-1] = number + 1
        elif tag == "pre":
            verbatim += -1 if closing else 1
        elif tag == "tr":
            if not closing:
                cells.append(0)
            elif cells:
                cells.pop()
        elif tag in ("ul", "ol"):
            if closing and numbers:
                numbers.pop()
            if numbers:
                owed = min(owed, 1)
            if not closing:
                start = _START.search(attributes or "") if tag == "ol" else None
                numbers.append((int(start[1]) if start else 1) if tag == "ol" else None)
        elif not closing and cells:  # td, th
            if cells[-1] and parts and not owed:
                said = "  "
            cells[-1] += 1
        if said:
            if owed:
                parts.append("\n" * owed)
                owed = 0
            parts.append(said)
            blank, marked = True, tag == "li"
    said = "".join(parts)
    if "&" in said:
        said = said.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return said


def _folded(text: str) -> str:
    """Return text with one space for each stretch of white space; not of such as is meant, like ``&nbsp;``."""
    for space in "\n\t\r\f":
        if space in text:
            text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text
