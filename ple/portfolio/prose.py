"""Prose: what the learner wrote in Markdown, as it stands on a page of the site.

The HTML comes from :mod:`ple.web.text`, which has made it safe. Here it is made fit for a page that a stranger reads:
headings begin below the page's own, mentions of other work become links, what is private is not named, pictures and
anything else that the browser would fetch from elsewhere become links, code is coloured, and what a screen reader
needs is put in. The address of the site's first page stands as :data:`ROOT` until a page at some depth uses it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import Any

ROOT = "\ue000"  # a private-use character: no text of the learner's holds it, `_storable` sees to that
HIDDEN = "a private note"

_MENTION = re.compile(r"\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]|(?<![\w#&/])#(\d{1,18})\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names another resource: ``[[Title]]``, ``[[Title|words]]`` or ``#12``."""

    written: str
    title: str | None
    label: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """What becomes of a mention: a link to ``address`` below the site's root, or only words."""

    words: str
    address: str | None = None


def mentions(markdown: str) -> Iterator[Mention]:
    """Yield the mentions in ``markdown``, in order; also those in code, which stay as they are written."""
    for found in _MENTION.finditer(markdown):
        yield _mention(found)


def page_html(
    markdown: str, target: Callable[[Mention], Target], *, title: str = "", top: int = 2, part: int | None = None
) -> str:
    """Return ``markdown`` as the HTML of a page whose heading is ``title``.

    Headings begin at level ``top``; a first one that only repeats the title is left out. ``part`` tells the footnotes
    of several texts on one page apart.
    """
    from ple.web.text import markdown_html

    markdown = markdown.replace(ROOT, "")
    found: list[Mention] = []
    # Mentions travel through the Markdown parser and the sanitiser as words that occur nowhere else.
    mark = "m" + hashlib.blake2b(markdown.encode("utf-8", "replace"), digest_size=6).hexdigest() + "x"

    def away(mention: re.Match[str]) -> str:
        found.append(_mention(mention))
        return f"{mark}{len(found) - 1}x"

    html = markdown_html(_MENTION.sub(away, markdown))
    targets = [target(mention) for mention in found]
    return _Rewriting(html, mark, found, targets, top, title, top if part is None else part).html()


def spoken(text: str, target: Callable[[Mention], Target]) -> str:
    """Return a plain text with the words of each mention's target in its place."""
    return _MENTION.sub(lambda found: target(_mention(found)).words, text)


def beginning(markdown: str, target: Callable[[Mention], Target], *, title: str, characters: int = 1200) -> str:
    """Return the first ``characters`` of ``markdown`` as plain text, without headings, code and tables.

    It says no more than the page does: a mention that is hidden there is hidden here.
    """
    if len(markdown) > characters:
        markdown = markdown[:characters].rpartition("\n")[0] or markdown[:characters]
        for opens, closes in (("[[", "]]"), ("<!--", "-->")):
            if markdown.rfind(opens) > markdown.rfind(closes):
                markdown = markdown[: markdown.rfind(opens)]  # half of one would be shown as it is written
    html = page_html(markdown, target, title=title)
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
        given = _attributes(tag[1])
        yield given.get("alt", "").strip(), given.get("src", "")


def _mention(found: re.Match[str]) -> Mention:
    title, label, number = found.groups()
    return Mention(
        found[0],
        title.strip() if title else None,
        label.strip() if label else None,
        int(number) if number else None,
    )


# What ple.web.text gives is serialised by a parser: attributes are always quoted, "<" and ">" in them escaped.
_ATTRIBUTES = r"(?:[^>\"]|\"[^\"]*\")*"
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=\"([^\"]*)\")?")
_MARK = r"(?P<mark>m[0-9a-f]{12}x)(?P<number>\d+)x"
_LANGUAGE = re.compile(r"(?:class=\"language-|lang=\"|data-lang=\")([\w+#.-]{1,30})")
_HEADING = re.compile(r"<h([1-6])\b")
_ALIGNED = re.compile(r"\balign=\"(left|center|right)\"")
_PARTS = {3: " of the reflection", 4: " of the sources", 5: " of the feedback"}
_PIECE = re.compile(
    r"<pre(?P<pre>[^>]*)><code(?P<attributes>[^>]*)>(?P<block>.*?)</code></pre>"
    r"|<code>(?P<code>.*?)</code>"
    rf"|<(?P<close>/?)(?P<name>a|img|h[1-6]|t[dh]|input|table)\b(?P<given>{_ATTRIBUTES})>"
    rf"|{_MARK}"
    r"|(?P<comment>&lt;!--[^<]*?--&gt;)",
    re.DOTALL,
)
_MARKED = re.compile(_MARK)


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(text)}


class _Rewriting:
    """One pass over the HTML of one text."""

    def __init__(
        self, html: str, mark: str, mentions: list[Mention], targets: list[Target], top: int, title: str, part: int
    ) -> None:
        self._html = self._without_title(html, title)
        self._mentions = mentions
        self._targets = targets
        levels = [int(level) for level in _HEADING.findall(self._html)]
        self._part = part
        self._tables = 0
        self._shift = top - min(levels, default=top)
        self._ids = set(re.findall(r"\bid=\"([^\"]+)\"", self._html))
        self._links: list[str] = []  # what closes each open <a>
        self._mark = mark

    def html(self) -> str:
        html = _PIECE.sub(self._piece, self._html)
        # what stands in an attribute now, such as a link's title, is words too
        html = self._unmarked(html, lambda number: self._targets[number].words).strip()
        # a page may hold two texts, each with a footnote 1
        return re.sub(r'(\b(?:id="|href="#))in-', rf"\1in{self._part}-", html)

    @staticmethod
    def _without_title(html: str, title: str) -> str:
        first = re.match(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>\s*", html, re.DOTALL)
        if first and title:
            words = " ".join(unescape(re.sub(r"<[^>]*>", "", first[2])).split())
            if words.casefold() == " ".join(title.split()).casefold():
                return html[first.end() :]
        return html

    def _piece(self, piece: re.Match[str]) -> str:
        if piece["mark"] is not None:
            return self._link(self._targets[int(piece["number"])]) if piece["mark"] == self._mark else piece[0]
        if piece["comment"] is not None:
            return ""  # a note to oneself, as every other reader of Markdown has it
        if piece["block"] is not None:
            return self._block(piece)
        if piece["code"] is not None:
            return f"<code>{self._in_code(piece['code'])}</code>"
        name, closes = piece["name"], bool(piece["close"])
        match name:
            case "a":
                return self._anchor_ends() if closes else self._anchor(_attributes(piece["given"]))
            case "img":
                return self._picture(_attributes(piece["given"]))
            case "td" | "th":
                aligned = _ALIGNED.search(piece["given"])
                shape = f' class="{aligned[1]}"' if aligned else ""
                return f"</{name}>" if closes else f"<{name}{shape}>"
            case "input":
                return "☑" if re.search(r"\bchecked\b", piece["given"]) else "☐"
            case "table":
                if closes:
                    return "</table></section>"
                self._tables += 1
                label = f"Table {self._tables}{_PARTS.get(self._part, '')}"
                return f'<section class="wide" aria-label="{label}" tabindex="0"><table>'
        level = min(6, max(2, int(name[1]) + self._shift))
        return f"</h{level}>" if closes else f"<h{level}>"

    def _link(self, target: Target) -> str:
        words = escape(target.words, quote=False)
        if target.address is None or self._links:
            return words
        return f'<a href="{ROOT}{escape(target.address)}">{words}</a>'

    def _anchor(self, given: dict[str, str]) -> str:
        href = given.get("href", "").strip()
        named = _MARKED.fullmatch(href.removeprefix("#").removeprefix("in-"))
        opening = ""
        if named and named["mark"] == self._mark:
            target = self._targets[int(named["number"])]
            opening = f'<a href="{ROOT}{escape(target.address)}">' if target.address else ""
        elif href.startswith("#") and href[1:] in self._ids:
            label = ' aria-label="Back to the text"' if "fnref" in href else ""
            place = f' id="{escape(given["id"])}"' if given.get("id") else ""
            opening = f'<a href="{escape(href)}"{place}{label}>'
        elif href.lower().startswith(("http://", "https://", "mailto:")):
            title = f' title="{escape(given["title"])}"' if given.get("title") else ""
            opening = f'<a href="{escape(href)}"{title} rel="noopener noreferrer">'
        self._links.append("</a>" if opening else "")
        return opening

    def _anchor_ends(self) -> str:
        return self._links.pop() if self._links else ""

    def _picture(self, given: dict[str, str]) -> str:
        words = given.get("alt", "").strip()
        source = given.get("src", "")
        if self._links or not source.lower().startswith(("http://", "https://")):
            return escape(words, quote=False)
        # The page asks nobody else for anything: whoever wants the picture follows the link.
        words = escape(words or source, quote=False)
        return f'<a class="picture" href="{escape(source)}" rel="noopener noreferrer">{words}</a>'

    def _block(self, piece: re.Match[str]) -> str:
        code = unescape(self._in_code(piece["block"]))
        language = _LANGUAGE.search(piece["pre"] + piece["attributes"])
        return f'<pre tabindex="0"><code>{coloured(code, language[1] if language else "")}</code></pre>'

    def _in_code(self, html: str) -> str:
        return self._unmarked(html, lambda number: self._mentions[number].written)

    def _unmarked(self, html: str, words: Callable[[int], str]) -> str:
        """Put words where marks of mentions are."""
        if self._mark not in html:
            return html
        return _MARKED.sub(lambda m: escape(words(int(m["number"]))) if m["mark"] == self._mark else m[0], html)


_LONGEST_COLOURED = 50_000


@lru_cache(maxsize=512)
def coloured(code: str, language: str) -> str:
    """Return ``code`` escaped, with a span of a class (Pygments' short names) around each token of ``language``."""
    if not language or len(code) > _LONGEST_COLOURED:
        return escape(code, quote=False)
    lexer = _lexer(language.lower())
    if lexer is None:
        return escape(code, quote=False)
    parts: list[str] = []
    run: list[str] = []
    last = ""
    for kind, text in lexer.get_tokens(code):
        name = _class_of(kind)
        if name != last:
            parts.append(_span(last, run))
            run, last = [], name
        run.append(text)
    parts.append(_span(last, run))
    return "".join(parts)


def _span(name: str, run: list[str]) -> str:
    words = escape("".join(run), quote=False)
    return f'<span class="{name}">{words}</span>' if name and words.strip() else words


@lru_cache(maxsize=512)
def _class_of(kind: Any) -> str:
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES:
        kind = kind.parent
    name = STANDARD_TYPES[kind]
    return "" if name in ("w", "p", "n", "err") else name


@lru_cache(maxsize=64)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name  # 60 ms, and only where there is code
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
