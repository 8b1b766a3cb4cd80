"""Prose: what the learner wrote in Markdown, as it stands on a page of the site.

Here it is made fit for a page that a stranger reads: headings begin below the page's own, mentions of other work become
links, what is private is not named, pictures and anything else that the browser would fetch from elsewhere become
links, code is coloured, and what a screen reader needs is put in. The address of the site's first page stands as
:data:`ROOT` until a page at some depth uses it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from ple.portfolio.characters import fit
from ple.portfolio.colours import coloured
from ple.portfolio.formulas import Formulas, formula, put_back, taken_out
from ple.portfolio.formulas import spoken as spoken_formulas
from ple.portfolio.mentions import HIDDEN, MENTION, ROOT, Mention, Target, may_mention, mentions, spoken
from ple.portfolio.rewriting import Colours, Rewriting, attributes, tags_in

__all__ = [
    "HIDDEN",
    "ROOT",
    "Mention",
    "Prose",
    "Target",
    "beginning",
    "excerpt",
    "mentions",
    "page_html",
    "pictures",
    "spoken",
]


class Prose:
    """A text on its way to a page whose heading is ``title``.

    Headings begin at level ``top``; a first one that only repeats the title is left out. ``part`` tells the footnotes
    of several texts on one page apart. ``mentioning`` is whether to look for mentions: False if it is known that there
    is none. ``colours`` colours code, ``formulas`` makes HTML of LaTeX between dollars.
    """

    def __init__(
        self,
        markdown: str,
        target: Callable[[Mention], Target],
        *,
        title: str = "",
        top: int = 2,
        part: int | None = None,
        mentioning: bool = True,
        colours: Colours = coloured,
        formulas: Formulas = formula,
    ) -> None:
        self._markdown = fit(markdown)
        self._target = target
        self._mentioning = mentioning
        self._title = title
        self._top = top
        self._part = top if part is None else part
        self._colours = colours
        self._formulas = formulas
        self._found: list[Mention] = []
        self._mark = ""
        self._parsed: str | None = None

    def parse(self) -> None:
        """Let the parser of Markdown do its part; the rest is done by :meth:`html`, sooner or later."""
        from ple.web.text import markdown_made

        if self._mentioning and may_mention(self._markdown):
            # Mentions travel through the Markdown parser and the sanitiser as words that occur nowhere else.
            mark = "m" + hashlib.blake2b(self._markdown.encode("utf-8", "replace"), digest_size=6).hexdigest() + "x"

            def away(mention: re.Match[str]) -> str:
                self._found.append(Mention.of(mention))
                return f"{mark}{len(self._found) - 1}x"

            self._markdown = MENTION.sub(away, self._markdown)
            self._mark = mark if self._found else ""
        self._parsed = markdown_made(self._markdown, math="$" in self._markdown)

    def html(self) -> str:
        """Return it as HTML."""
        from ple.web.text import safe_html

        if self._parsed is None:
            self.parse()
        html, markdown, mark = self._parsed or "", self._markdown, self._mark
        sign = ""
        latex: list[tuple[str, bool]] = []
        if "$" in markdown and "data-math-style" in html:
            sign = "f" + hashlib.blake2b(markdown.encode("utf-8", "replace"), digest_size=6).hexdigest() + "x"
            html, latex = taken_out(html, sign)
            if mark:
                latex = [
                    (re.sub(rf"{mark}(\d+)x", lambda m: self._found[int(m[1])].written, tex), alone)
                    for tex, alone in latex
                ]
        if "&" in markdown:
            html = fit(html)  # entities are characters by now
        tags = tags_in(html)
        if tags is None:
            tags = html = safe_html(html)
        targets = [self._target(mention) for mention in self._found]
        rewriting = Rewriting(html, tags, mark, self._found, targets, self._top, self._title, self._part, self._colours)
        html = rewriting.html()
        return put_back(html, sign, latex, self._formulas) if latex else html


def page_html(markdown: str, target: Callable[[Mention], Target], **how: Any) -> str:
    """Return ``markdown`` as the HTML of a page; ``how`` is what :class:`Prose` takes."""
    return Prose(markdown, target, **how).html()


def beginning(markdown: str, target: Callable[[Mention], Target], *, title: str, characters: int = 1200) -> str:
    """Return the first ``characters`` of ``markdown`` as plain text, without headings, code and tables.

    It says no more than the page does: a mention that is hidden there is hidden here.
    """
    if len(markdown) > characters:
        markdown = markdown[:characters].rpartition("\n")[0] or markdown[:characters]
        for opens, closes in (("[[", "]]"), ("<!--", "-->")):
            if markdown.rfind(opens) > markdown.rfind(closes):
                markdown = markdown[: markdown.rfind(opens)]  # half of one would be shown as it is written
    html = spoken_formulas(page_html(markdown, target, title=title))
    html = re.sub(r"<(pre|h[1-6]|table|sup)\b.*?</\1>|<section>.*", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def excerpt(text: str, characters: int = 220) -> str:
    """Return the beginning of a text on one line: whole sentences if one ends in time, else whole words and “…”."""
    text = " ".join(text[: characters * 4].split())
    if len(text) <= characters:
        return text
    head = text[: characters + 1]
    ends = [match.end(1) for match in re.finditer(r"([.!?。！？]['”»\")]?)(?=\s)", head)]
    if ends and ends[-1] >= characters // 3:
        return head[: ends[-1]]
    return (head.rpartition(" ")[0] or head[:characters]).rstrip(" ,;:–-") + "…"


def pictures(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield alternative text and address of each picture in ``markdown``."""
    from ple.web.text import markdown_html

    if "![" not in markdown:
        return
    for tag in re.finditer(r"<img\b((?:[^>\"]|\"[^\"]*\")*)>", markdown_html(markdown)):
        given = attributes(tag[1])
        yield given.get("alt", "").strip(), given.get("src", "")
