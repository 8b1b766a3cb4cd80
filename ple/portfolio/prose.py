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

from ple.portfolio.characters import fit
from ple.portfolio.colours import coloured
from ple.portfolio.formulas import Formulas, formula, put_back, taken_out
from ple.portfolio.formulas import spoken as spoken_formulas
from ple.portfolio.mentions import HIDDEN, MENTION, ROOT, Mention, Target, may_mention, mentions, spoken
from ple.portfolio.rewriting import Colours, Rewriting, attributes, trusted

__all__ = ["HIDDEN", "ROOT", "Mention", "Target", "beginning", "excerpt", "mentions", "page_html", "pictures", "spoken"]


def page_html(
    markdown: str,
    target: Callable[[Mention], Target],
    *,
    title: str = "",
    top: int = 2,
    part: int | None = None,
    colours: Colours = coloured,
    formulas: Formulas = formula,
) -> str:
    """Return ``markdown`` as the HTML of a page whose heading is ``title``.

    Headings begin at level ``top``; a first one that only repeats the title is left out. ``part`` tells the footnotes
    of several texts on one page apart. ``colours`` colours code, ``formulas`` makes HTML of LaTeX between dollars.
    """
    from ple.web.text import markdown_made, safe_html

    markdown = fit(markdown)
    found: list[Mention] = []
    mark = sign = ""
    if may_mention(markdown):
        # Mentions travel through the Markdown parser and the sanitiser as words that occur nowhere else.
        mark = "m" + hashlib.blake2b(markdown.encode("utf-8", "replace"), digest_size=6).hexdigest() + "x"

        def away(mention: re.Match[str]) -> str:
            found.append(Mention.of(mention))
            return f"{mark}{len(found) - 1}x"

        markdown = MENTION.sub(away, markdown)
    math = "$" in markdown
    html = markdown_made(markdown, math=math)
    latex: list[tuple[str, bool]] = []
    if math and "data-math-style" in html:
        sign = "f" + hashlib.blake2b(markdown.encode("utf-8", "replace"), digest_size=6).hexdigest() + "x"
        html, latex = taken_out(html, sign)
        if mark:
            latex = [(re.sub(rf"{mark}(\d+)x", lambda m: found[int(m[1])].written, tex), alone) for tex, alone in latex]
    if "&" in markdown:
        html = fit(html)  # entities are characters by now
    if not trusted(html):
        html = safe_html(html)
    targets = [target(mention) for mention in found]
    mark = mark if found else ""
    html = Rewriting(html, mark, found, targets, top, title, top if part is None else part, colours).html()
    return put_back(html, sign, latex, formulas) if latex else html


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
