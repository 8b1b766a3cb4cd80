"""What a text mentions: ``#340``, ``[[A title]]``, ``[[#12]]``, ``[[12|shown]]`` and ``#tags``.

A number after ``#`` is a thing in the library; a word that begins with a letter is a tag, as in Obsidian. Nothing in
code or in an address means anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?P=fence)[`~]*[ \t]*$"  # a fenced block …
    r"|^(?:`{3,}|~{3,})[^\n]*\n.*\Z"  # … or one that nobody closed
    r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"  # code in a line
    r"|(?:(?<=\n\n)|\A)(?: {4}|\t)[^\n]*(?:\n(?: {4}|\t)[^\n]*|\n(?=\n? {4}))*"  # an indented block
    r"|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\]\([^)\n]{0,3000}\)", re.IGNORECASE)
_BRACKETS = re.compile(r"(!?)\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\]")
_NUMBER = re.compile(r"(?<![\w#/&;=?.@-])#(\d{1,9})(?![\w-])")
_TAG = re.compile(r"(?<![\w#/&;=?.@-])#([^\W\d_][\w/-]*)")
_HEX = re.compile(r"(?=.*\d)(?:[0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mentions:
    """The numbers, titles and tags in a text, each once, in the order in which they come."""

    numbers: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def mentions(text: str) -> Mentions:
    """Return what ``text`` mentions."""
    prose = _CODE.sub(_blank, text)
    numbers: dict[int, None] = {}
    titles: dict[str, None] = {}
    for match in _BRACKETS.finditer(prose):
        inner = match[2].strip()
        number = inner.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 10:
            numbers[int(number)] = None
        elif title := re.split(r"[#^]", inner)[0].strip():
            titles[title] = None
    rest = _ADDRESS.sub(_blank, _BRACKETS.sub(_blank, prose))
    numbers |= {int(match[1]): None for match in _NUMBER.finditer(rest)}
    tags = (match[1].rstrip("/-_") for match in _TAG.finditer(rest))
    return Mentions(tuple(numbers), tuple(titles), tuple(dict.fromkeys(tag for tag in tags if not _HEX.fullmatch(tag))))


def readable(text: str) -> str:
    """Return ``text`` with its ``[[links]]`` as the words that a reader sees; what is in code stays."""
    parts: list[str] = []
    at = 0
    for code in (*_CODE.finditer(text), None):
        upto = code.start() if code else len(text)
        parts.append(_BRACKETS.sub(lambda match: (match[3] or match[2]).strip(), text[at:upto]))
        if code:
            parts.append(code[0])
            at = code.end()
    return "".join(parts)


def renumber(text: str, numbers: Mapping[int, int]) -> str:
    """Return ``text`` with the numbers that it mentions exchanged: what it is about has others in another library."""
    prose = _CODE.sub(_blank, text)
    changes: list[tuple[int, int, str]] = []
    for match in _BRACKETS.finditer(prose):
        number = match[2].strip().removeprefix("#")
        if number.isascii() and number.isdigit() and int(number) in numbers:
            changes.append((*match.span(2), match[2].replace(number, str(numbers[int(number)]))))
    for match in _NUMBER.finditer(_ADDRESS.sub(_blank, _BRACKETS.sub(_blank, prose))):
        if int(match[1]) in numbers:
            changes.append((*match.span(1), str(numbers[int(match[1])])))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def headline(text: str, skip: tuple[str, ...] = ()) -> str:
    """Return the first heading or line of ``text`` as a title, without marks; headings in ``skip`` are passed over.

    A comment is a note to oneself, however many lines it has: a title may be seen by others.
    """
    if "<!--" in text:
        text = _CODE.sub(lambda found: "" if found[0].startswith("<!--") else found[0], text[:20_000])
    for line in readable(text).splitlines():
        line = line[:1000]  # more is no title, and would take its time
        plain = re.sub(r"^\s*(?:#{1,6}(?:\s+|$)|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)+", "", line)
        plain = re.sub(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1", plain)
        plain = re.sub(r"(\*{1,3}|_{2,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1", r"\2", plain)
        plain = " ".join(plain.strip(" \t#").split())
        if re.search(r"\w", plain) and plain not in skip and not re.fullmatch(r"`{3,}.*|~{3,}.*|<!--.*", line.strip()):
            return plain if len(plain) <= 100 else _cut(plain, 99) + "…"
    return ""


def _cut(text: str, length: int) -> str:
    cut = text[:length]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:–-")


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
