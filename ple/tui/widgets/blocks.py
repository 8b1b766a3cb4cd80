"""What an article says, as blocks of plain text with spans: the form in which a terminal can lay it out.

HTML that was made safe on its way in becomes headings, paragraphs, items, quotes, code and tables. Each link gets a
number that the reader can follow. Every text loses what could take over a terminal, after entities are resolved.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ple.tui.widgets.tables import Table, is_layout, rows_of

DEEPEST = 40
"""Quotes in lists in tables in …: what is nested deeper is shown flat."""

_INLINE = {
    "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em", "strong": "strong", "b": "strong", "code": "code",
    "kbd": "code", "samp": "code", "tt": "code", "del": "strike", "s": "strike", "mark": "mark",
}  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOXES = frozenset({
    "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure", "body", "center", "details",
    "form", "fieldset", "address", "html",
})  # fmt: skip
_BLOCKS = _HEADINGS | _BOXES | {"p", "blockquote", "ul", "ol", "dl", "dt", "dd", "li", "pre", "hr", "table", "figcaption", "summary"}  # fmt: skip  # noqa: E501
_TAG = re.compile(r"<[^<>]*>")
_UNSAID = re.compile(r"<!--.*?-->|<(script|style|head|template)\b.*?</\1", re.DOTALL | re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = {raised: plain for plain, raised in _RAISED.items()}
"""What stands for a raised letter in quotations, where the text has it as any other."""
_BACK = frozenset({"↩", "↩︎", "↑", "^", "⏎", "return"})
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object"})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a block's text that looks different; `link` is the number of its link, or 0."""

    start: int
    end: int
    style: str
    link: int = 0


@dataclass(slots=True)
class Block:
    """One paragraph-like thing. `first` and `rest` stand before its first and its other lines."""

    kind: str
    text: str
    spans: list[Span] = field(default_factory=list)
    first: str = ""
    rest: str = ""
    gap: bool = True
    start: int = 0
    table: Table | None = None


@dataclass(slots=True)
class Prose:
    """An article's blocks and the addresses that its numbers stand for (the first is number 1)."""

    blocks: list[Block] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def place(self) -> Prose:
        """Number the blocks' places in the whole text; returns itself."""
        at = 0
        for block in self.blocks:
            block.start = at
            at += len(block.text) + 1
        return self

    @property
    def text(self) -> str:
        """All of it, as plain text; `Block.start` counts in this."""
        return "\n".join(block.text for block in self.blocks)

    def words(self) -> dict[int, str]:
        """Return what the text calls its links, by their numbers: the first words that each has, if any."""
        said: dict[int, str] = {}
        for block in self.blocks:
            for span in block.spans:
                if (
                    span.style == "link"
                    and span.link not in said
                    and (words := block.text[span.start : span.end].strip())
                ):
                    said[span.link] = words
        return said

    def with_head(self, title: str, *about: str) -> Prose:
        """Put a title and lines about the article before it; returns itself."""
        head = [Block("h1", clean(title) or "Untitled")]
        head += [Block("meta", clean(line), gap=False) for line in about if line]
        self.blocks[:0] = head
        return self.place()

    def with_links(self) -> Prose:
        """List the links' addresses at the end, as printed pages do; returns itself."""
        listed = [(number, said) for number, said in enumerate(self.links, 1) if not said.startswith("#")]  # of the web
        if listed:
            self.blocks.append(Block("rule", "───"))
            width = len(str(len(self.links)))
            for place, (number, address) in enumerate(listed):
                mark = f"[{number}]".rjust(width + 2) + " "
                text = clean(address)
                span = Span(0, len(text), "link", number)
                self.blocks.append(Block("link", text, [span], mark, " " * len(mark), gap=not place))
        return self.place()


def clean(text: str) -> str:
    """Return one line that a terminal may be given."""
    text = " ".join(text.split())
    if text.isprintable():  # neither controls nor formatting characters: nothing that the full rules would change
        return text
    from ple.web.text import line

    return line(text)


def paragraphs(*texts: str, kind: str = "p") -> Prose:
    """Return plain texts as paragraphs, cleaned."""
    return Prose([Block(kind, clean(text)) for text in texts]).place()


def prose(html: str) -> Prose:
    """Return safe HTML as blocks. Any input gives some answer; nothing is raised."""
    return _Reader().read(html)


class _Line:
    """A run of inline text that is being gathered, with white space folded as browsers do."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[Span] = []

    def add(self, text: str, *, keep: bool = False) -> None:
        if keep:
            column = len(self.text) - self.text.rfind("\n") - 1  # code comes in coloured pieces, with blanks between
            *whole, begun = [_code(line, 0 if number else column) for number, line in enumerate(text.split("\n"))]
            self.text += "\n".join([*(line.rstrip() for line in whole), begun])
            return
        words = clean(text)
        if text[:1].isspace() and self.text and not self.text[-1].isspace():
            self.text += " "
        self.text += words
        if words and text[-1:].isspace():
            self.text += " "

    def taken(self, *, keep: bool = False) -> tuple[str, list[Span]]:
        text = self.text.rstrip() if keep else self.text.strip()
        lead = 0 if keep else len(self.text) - len(self.text.lstrip())
        end = len(text)
        spans = [
            Span(max(0, span.start - lead), min(end, span.end - lead), span.style, span.link)
            for span in self.spans
            if span.end - lead > 0 and span.start - lead < end
        ]
        self.text, self.spans = "", []
        return text, spans


class _Reader:
    def __init__(self) -> None:
        self.prose = Prose()
        self.numbers: dict[str, int] = {}
        self.line = _Line()
        self.lists = 0

    def read(self, html: str) -> Prose:
        root = _parsed(html)
        if root is not None:
            self.children(root, "", "", 0)
            self.flush("p", "", "")
        if not self.prose.blocks:  # nested so deeply that libxml2 gave up: the words alone are better than nothing
            words = entities.unescape(_TAG.sub(" ", _UNSAID.sub(" ", html)))
            self.line.add(words)
            self.flush("p", "", "")
        return self.prose.place()

    # blocks

    def flush(self, kind: str, first: str, rest: str, *, gap: bool = True, keep: bool = False) -> bool:
        text, spans = self.line.taken(keep=keep)
        if text:
            self.prose.blocks.append(Block(kind, text, spans, first, rest, gap))
        return bool(text)

    def children(self, node: Any, first: str, rest: str, depth: int) -> None:
        """Read what is in a box; loose text between blocks becomes paragraphs."""
        self.line.add(node.text or "")
        for child in node:
            if _tag(child) in _BLOCKS and depth < DEEPEST:
                if self.flush("p", first, rest):
                    first = rest
                if self.block(child, first, rest, depth + 1):
                    first = rest
            else:
                self.inline(child, depth + 1)
            self.line.add(child.tail or "")
        self.flush("p", first, rest)

    def block(self, node: Any, first: str, rest: str, depth: int) -> bool:
        """Read one block; tell whether it made anything."""
        before = len(self.prose.blocks)
        tag = _tag(node)
        if tag in _HEADINGS:
            self.inner(node, depth)
            self.flush(tag, first, rest)
        elif tag == "blockquote":
            self.children(node, first + "▌ ", rest + "▌ ", depth)
        elif tag in ("ul", "ol"):
            self.items(node, tag == "ol", first, rest, depth)
        elif tag == "dt":
            self.children(node, first, rest, depth)
        elif tag == "dd":
            self.children(node, first + "    ", rest + "    ", depth)
        elif tag == "pre":
            self.inner(node, depth, keep=True)
            self.line.text = self.line.text.lstrip("\n")
            self.flush("pre", first + "  ", rest + "  ", keep=True)
        elif tag == "hr":
            self.prose.blocks.append(Block("rule", "───", [], first, rest))
        elif tag == "table":
            self.table(node, first, rest, depth)
        elif tag == "figcaption":
            self.inner(node, depth)
            self.flush("caption", first, rest, gap=False)
        else:
            self.children(node, first, rest, depth)
        return len(self.prose.blocks) > before

    def items(self, node: Any, ordered: bool, first: str, rest: str, depth: int) -> None:
        number = _number(node.get("start"))
        begin = True
        self.lists += 1
        for child in node:
            if _tag(child) is None:
                continue
            mark = f"{number}. " if ordered else "• "
            at = len(self.prose.blocks)
            self.children(child, rest + "  " + mark, rest + "  " + " " * len(mark), depth)
            number += 1
            for block in self.prose.blocks[at : at + 1]:
                block.kind = "item" if block.kind == "p" else block.kind
                block.gap = begin and self.lists == 1
                begin = False
        self.lists -= 1

    def table(self, node: Any, first: str, rest: str, depth: int) -> None:
        for caption in node.iterchildren("caption"):
            self.inner(caption, depth)
            self.flush("caption", first, rest)
        rows = rows_of(node)
        if rows and not is_layout(rows):
            self.rows(rows, first, rest, depth)
            return
        for cell in (cell for row in rows for cell in row if cell is not None):
            if depth < DEEPEST:
                self.children(cell, first, rest, depth + 1)
            else:
                self.inner(cell, depth)
                self.flush("p", first, rest)

    def rows(self, rows: list[list[Any | None]], first: str, rest: str, depth: int) -> None:
        """Read the cells of a table, in its order, as one text."""
        text, spans, places = "", [], []
        columns = max(map(len, rows))
        for row in rows:
            here = []
            for cell in [*row, *[None] * (columns - len(row))]:
                at = len(text)
                if cell is not None:
                    self.inner(cell, depth)
                    said, styled = self.line.taken()
                    text += said.replace("\n", " ")
                    spans += [Span(at + span.start, at + span.end, span.style, span.link) for span in styled]
                here.append((at, len(text)))
                text += "\t"
            text = text[:-1] + "\n"
            places.append(here)
        headed = any(_tag(cell) == "th" for cell in rows[0] if cell is not None)
        self.prose.blocks.append(Block("table", text[:-1], spans, first, rest, table=Table(places, headed)))

    # inline text

    def inner(self, node: Any, depth: int, *, keep: bool = False) -> None:
        self.line.add(node.text or "", keep=keep)
        for child in node:
            self.inline(child, depth + 1, keep=keep)
            self.line.add(child.tail or "", keep=keep)

    def inline(self, node: Any, depth: int, *, keep: bool = False) -> None:
        tag = _tag(node)
        if tag is None or tag in _SILENT:
            return
        if (
            boxed := tag in _BLOCKS
        ):  # what is nested deeper than is shown, or stands in a cell or in code: words keep apart
            self.apart(keep)
        start = len(self.line.text)
        if tag == "br":
            self.line.text = self.line.text.rstrip(" ") + "\n"
            return
        if tag == "img":
            said = clean(node.get("alt") or node.get("title") or "")
            self.line.add(f"[image: {said}]" if said else "[image]")
            self.line.spans.append(Span(start, len(self.line.text), "image"))
            return
        if depth < DEEPEST * 3:
            self.inner(node, depth, keep=keep)
        else:
            self.line.add("".join(node.itertext()))
        end = len(self.line.text)
        if end == start:
            return
        if boxed:
            self.apart(keep)
            return
        raised = self.line.text[start:end].translate(_RAISED) if tag == "sup" else ""
        if raised and not any(letter.isascii() for letter in raised):  # a number of a note, a power: H², word¹
            self.line.text = self.line.text[:start] + raised
            self.line.spans.append(Span(start, end, "raised"))
        elif tag == "a" and self.line.text[start:end].strip() in _BACK and (node.get("href") or "").startswith("#"):
            self.line.text = self.line.text[:start].rstrip(" ")  # the way back from a note: there is none here
        elif style := _INLINE.get(tag):
            self.line.spans.append(Span(start, end, style))
        elif tag == "a" and (address := node.get("href")):
            self.link(address, start, end, keep)

    def apart(self, keep: bool) -> None:
        if keep and self.line.text and not self.line.text.endswith("\n"):
            self.line.text += "\n"
        elif not keep:
            self.line.add(" ")

    def link(self, address: str, start: int, end: int, keep: bool) -> None:
        if not address.startswith(("http://", "https://", "mailto:")):
            return
        number = self.numbers.setdefault(address, len(self.numbers) + 1)
        if number > len(self.prose.links):
            self.prose.links.append(address)
        blank = len(self.line.text) - len(self.line.text.rstrip()) if not keep else 0
        end -= blank
        self.line.spans.append(Span(start, end, "link", number))
        mark = f"[{number}]"
        self.line.text = self.line.text[:end] + mark + " " * blank
        self.line.spans.append(Span(end, end + len(mark), "number", number))


def _code(line: str, column: int) -> str:
    line = (" " * column + line.replace("\xa0", " ")).expandtabs(4)[column:]
    if line.isprintable():
        return line
    from ple.web.text import block

    return block(line) + " " * (len(line) - len(line.rstrip(" ")))


def _tag(node: Any) -> str | None:
    """Return the element's name, None for comments and the like."""
    return node.tag if isinstance(node.tag, str) else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1


def _parsed(html: str) -> Any:
    from lxml import etree

    # NUL and lone surrogates cannot be put into bytes that libxml2 reads to the end.
    data = html.replace("\0", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:  # nothing in it that could be text
        return None
    return root.find("body") if root is not None and root.find("body") is not None else root


def addresses(prose: Prose) -> Iterator[tuple[int, str]]:
    """Give each link's number and its address, cleaned."""
    return ((number, clean(address)) for number, address in enumerate(prose.links, 1))
