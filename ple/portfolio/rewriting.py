"""The HTML of one text, made fit for a page: one pass over what needs it, and none where nothing does.

What comes in is what a Markdown parser made, with HTML in the Markdown escaped, or what a sanitiser left of that. Both
quote attributes always and escape "<" and ">" in them, so what looks like a tag is one.
"""

import re
from collections.abc import Callable
from html import escape, unescape

from ple.portfolio.mentions import ROOT, Mention, Target

Colours = Callable[[str, str], str]
"""What colours code, given its language."""

_TAG = re.compile(r"<[^<>]*>?")
_BARE = "p|strong|em|del|code|pre|ul|ol|li|blockquote|h1|h2|h3|h4|h5|h6|table|thead|tbody|tr|th|td|sup"
_PLAIN = frozenset(f"<{slash}{name}>" for slash in ("", "/") for name in _BARE.split("|")) | {
    "<br />",
    "<hr />",
    "</a>",
}
_KNOWN = re.compile(
    r"<(?:a href=\"[^\"]*\"(?: title=\"[^\"]*\")?"
    r"|img src=\"[^\"]*\" alt=\"[^\"]*\"(?: title=\"[^\"]*\")? /"
    r"|code class=\"[^\"]*\"|t[dh] align=\"(?:left|center|right)\"|ol start=\"\d+\""
    r"|input type=\"checkbox\"(?: checked=\"\")? disabled=\"\" /)>"
)
_REMEMBERED, _LONGEST = 5000, 200
_seen = set(_PLAIN)
"""Tags that are known: most stand in many texts."""
_NESTING = ("<blockquote", "<ul", "<ol", "<em", "<strong", "<del", "<sup")
_DEEPEST = 200


def tags_in(html: str) -> str | None:
    """Return the tags in ``html`` as the Markdown parser made it, each once; none unless this module knows them all.

    Whatever else the parser may make, with its next release or from a text that nobody thought of, goes to the
    sanitiser first. So does what is nested too deep.
    """
    found = _TAG.findall(html)
    tags = set(found)
    # what nests is closed again by a tag of its own
    if len(found) > 2 * _DEEPEST and sum(map(html.count, _NESTING)) > _DEEPEST:
        return None
    for tag in tags - _seen:
        if not _KNOWN.fullmatch(tag):
            return None
        if len(_seen) < _REMEMBERED and len(tag) < _LONGEST:
            _seen.add(tag)
    return "".join(tags)


_ATTRIBUTES = r"(?:[^>\"]|\"[^\"]*\")*"
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=\"([^\"]*)\")?")
MARK = r"(?P<mark>m[0-9a-f]{12}x)(?P<number>\d+)x"
_MARKED = re.compile(MARK)
_LANGUAGE = re.compile(r"(?:class=\"language-|lang=\"|data-lang=\")([\w+#.-]{1,30})")
_HEADING = re.compile(r"<(/?)h([1-6])\b[^>]*>")
_LEVEL = re.compile("<h([1-6])")
_TITLE = re.compile(r"\s*<h([1-6])\b[^>]*>(.*?)</h\1>\s*", re.DOTALL)
_INPUT = re.compile(rf"<input\b({_ATTRIBUTES})>")
_PARTS = {3: " of the reflection", 4: " of the sources", 5: " of the feedback"}
_PREFORMATTED = r"pre(?P<pre>[^>]*)><code(?P<attributes>[^>]*)>(?P<block>.*?)</code></pre>"
_BLOCK = _PREFORMATTED + rf"|(?P<close>/?)(?P<name>a|img)\b(?P<given>{_ATTRIBUTES})>"
_QUICK = re.compile(f"<(?:{_BLOCK})", re.DOTALL)
_PRE = re.compile(f"<{_PREFORMATTED}", re.DOTALL)
_AWAY = 'rel="noopener noreferrer"'
_WHOLE = re.compile(
    rf"<(?:{_BLOCK}|code>(?P<code>.*?)</code>)|{MARK}|(?P<comment>&lt;!--[^<]*?--&gt;)",
    re.DOTALL,
)


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag."""
    return {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(text)}


class Rewriting:
    """One pass over the HTML of one text.

    ``tags`` are the tags in it, or all of it; ``mark`` is what mentions were marked with, if there are any; ``top`` is
    the level of the first heading.
    """

    def __init__(
        self, html: str, tags: str, mark: str, mentions: list[Mention], targets: list[Target], top: int, title: str,
        part: int, colours: Colours,
    ) -> None:  # fmt: skip
        self._html = html
        self._tags = tags
        self._mentions = mentions
        self._targets = targets
        self._part = part
        self._top = top
        self._title = title
        self._links: list[str] = []  # what closes each open <a>
        self._mark = mark
        self._colours = colours

    def html(self) -> str:
        """Return it rewritten."""
        html, tags = self._headed(self._html), self._tags
        # what is the same wherever it stands needs no pass
        if "<table" in tags:
            html = self._tabled(html)
        if "<input" in tags:
            html = _INPUT.sub(lambda tag: "☑" if re.search(r"\bchecked\b", tag[1]) else "☐", html)
        if "r />" in tags:
            html = html.replace("<br />", "<br>").replace("<hr />", "<hr>")
        self._ids = set(re.findall(r"\bid=\"([^\"]+)\"", html)) if ' id="' in tags else set()
        if self._mark or "&lt;!--" in html:
            html = _WHOLE.sub(self._piece, html)
        elif "<img " in tags or "<a " in tags.replace('<a href="https://', "").replace('<a href="http://', ""):
            html = _QUICK.sub(self._tag, html)
        else:
            # every link leads away, as most do
            if "<a " in tags:
                html = html.replace('<a href="http', f'<a {_AWAY} href="http')
            if "<pre" in tags:
                html = _PRE.sub(self._tag, html)
        if self._mark:
            # what stands in an attribute now, such as a link's title, is words too
            html = self._unmarked(html, lambda number: self._targets[number].words)
        if self._ids:
            # a page may hold two texts, each with a footnote 1
            html = re.sub(r'(\b(?:id="|href="#))in-', rf"\1in{self._part}-", html)
        return html.strip()

    def _headed(self, html: str) -> str:
        """Leave out a heading that only repeats the title; the others begin at the right level, and skip none."""
        if "<h" not in self._tags:
            return html
        tags = self._tags
        if self._title and (first := _TITLE.match(html)):
            said = self._unmarked(first[2], lambda number: self._targets[number].words) if self._mark else first[2]
            words = " ".join(unescape(re.sub(r"<[^>]*>", "", said)).split())
            if words.casefold() == " ".join(self._title.split()).casefold():
                tags = html = html[first.end() :]
        levels = sorted(set(_LEVEL.findall(tags)))
        first = _LEVEL.search(html)
        if first is None:
            return html
        if first[1] != levels[0] or levels[2:] or int(levels[-1]) - int(levels[0]) > 1:
            return self._nested(html)
        shift = self._top - int(levels[0])
        if not shift:
            return html
        return _HEADING.sub(lambda tag: f"<{tag[1]}h{min(6, max(2, int(tag[2]) + shift))}>", html)

    def _nested(self, html: str) -> str:
        """Let each heading be one level below the one that it stands under, however deep it was written."""
        around: list[str] = []

        def level(tag: re.Match[str]) -> str:
            if not tag[1]:
                while around and around[-1] >= tag[2]:
                    around.pop()
                around.append(tag[2])
            return f"<{tag[1]}h{min(6, max(2, self._top + len(around) - 1))}>"

        return _HEADING.sub(level, html)

    def _tabled(self, html: str) -> str:
        """Let tables scroll by themselves, with a name for who cannot see them."""
        first, *rest = html.split("<table>")
        label = _PARTS.get(self._part, "")
        parts = [
            f'<section class="wide" aria-label="Table {number}{label}" tabindex="0"><table>{one}'
            for number, one in enumerate(rest, 1)
        ]
        html = "".join([first, *parts]).replace("</table>", "</table></section>")
        if ' align="' not in self._tags:
            return html
        return html.replace('<td align="', '<td class="').replace('<th align="', '<th class="')

    def _piece(self, piece: re.Match[str]) -> str:
        if piece["mark"] is not None:
            return self._link(self._targets[int(piece["number"])]) if piece["mark"] == self._mark else piece[0]
        if piece["comment"] is not None:
            return ""  # a note to oneself, as every other reader of Markdown has it
        if piece["code"] is not None:
            return f"<code>{self._in_code(piece['code'])}</code>"
        return self._tag(piece)

    def _tag(self, piece: re.Match[str]) -> str:
        if piece["block"] is not None:
            code = unescape(self._in_code(piece["block"]))
            language = _LANGUAGE.search(piece["pre"] + piece["attributes"])
            return f'<pre tabindex="0"><code>{self._colours(code, language[1] if language else "")}</code></pre>'
        if piece["name"] == "img":
            return self._picture(attributes(piece["given"]))
        if piece["close"]:
            return self._links.pop() if self._links else ""
        return self._anchor(attributes(piece["given"]))

    def _link(self, target: Target) -> str:
        words = escape(target.words, quote=False)
        if target.address is None or self._links:
            return words
        return f'<a href="{ROOT}{escape(target.address)}">{words}</a>'

    def _anchor(self, given: dict[str, str]) -> str:
        href = given.get("href", "").strip()
        named = _MARKED.fullmatch(href.removeprefix("#").removeprefix("in-")) if self._mark else None
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
            opening = f'<a {_AWAY} href="{escape(href)}"{title}>'
        self._links.append("</a>" if opening else "")
        return opening

    def _picture(self, given: dict[str, str]) -> str:
        words = given.get("alt", "").strip()
        source = given.get("src", "")
        if self._links or not source.lower().startswith(("http://", "https://")):
            return escape(words, quote=False)
        # The page asks nobody else for anything: whoever wants the picture follows the link.
        words = escape(words or source, quote=False)
        return f'<a class="picture" {_AWAY} href="{escape(source)}">{words}</a>'

    def _in_code(self, html: str) -> str:
        return self._unmarked(html, lambda number: self._mentions[number].written) if self._mark else html

    def _unmarked(self, html: str, words: Callable[[int], str]) -> str:
        """Put words where marks of mentions are."""
        return _MARKED.sub(lambda m: escape(words(int(m["number"]))) if m["mark"] == self._mark else m[0], html)
