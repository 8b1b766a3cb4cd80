"""Text from outside made harmless: HTML without scripts, lines without terminal codes, Markdown as safe HTML.

Everything that did not come from the learner passes one of these on its way in, and everything passes :func:`line` or
:func:`block` on its way to a terminal. A terminal obeys what it is shown: an escape sequence in a feed's title can
retitle the window, hide text or write to the clipboard, and bidi overrides make text read other than it is.
"""

import html as entities
import re
import threading
from functools import lru_cache
from typing import Any

from ple.web import addresses

_TAGS = frozenset(
    re.findall(
        r"\S+",
        """
        h1 h2 h3 h4 h5 h6 p br hr wbr div span section article aside header footer main address hgroup
        blockquote q cite pre code kbd samp var ul ol li dl dt dd
        table caption colgroup col thead tbody tfoot tr th td figure figcaption img
        a abbr b strong i em u s strike del ins mark small sub sup dfn time bdi ruby rb rp rt rtc tt big center
        details summary input
        """,
    )
)
_DROPPED_WHOLE = frozenset(  # with what is in them; of any other tag the text stays
    re.findall(
        r"\S+",
        """
        script style template title textarea select button iframe svg annotation annotation-xml
        noembed noframes xmp plaintext audio video canvas
        """,
    )
)
_ATTRIBUTES = {
    "*": {"lang", "dir", "id"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"checked"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "pre": {"class"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
}
_PREFIX = "in-"  # of every id from outside, so that none can pose as one of the page that shows it
_LANGUAGE = re.compile(r"(?:(?:language|lang|highlight-source|brush|sourceCode|code)[-:]\s*)?([A-Za-z0-9+#_.-]{1,30})")
_MARKED_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush)[-:]\s*([A-Za-z0-9+#_.-]{1,30})")

DEEPEST = 500
_TAG = re.compile("<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>?")
_CLOSED_BY_THEMSELVES = frozenset(
    re.findall(
        r"\S+",
        """
        p li dt dd tr td th thead tbody tfoot colgroup option optgroup rt rp area base br col embed hr img input link
        meta param source track wbr html head body
        """,
    )
)
_ALTTEXT = re.compile("""\\salttext=["']([^"'<>]{1,2000})["']""")
_TEX = re.compile("<annotation[^>]{0,100}x-tex[^>]{0,100}>([^<]{1,5000})<")
_ANY_TAG = re.compile("<[^<>]*>")

_ANSI = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, modes
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    "|\x1b[ -/]*[0-~]"
)
_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
# The joiners shape Persian, Indic scripts and emoji; between Latin letters they only hide.
_UNSEEN = re.compile(f"[{_INVISIBLE}]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")
_SUSPECT = re.compile(f"[{_INVISIBLE}\r\x85\u200c\u200d\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\x85\u2028\u2029]")
_COMMENT_BEGINS = re.compile("<!--[^<>]*>?")
_IN_MARKUP = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def line(text: str) -> str:
    """Return ``text`` on one line, as a terminal may show it: nothing invisible in it, white space folded."""
    if _SUSPECT.search(text):
        text = _seen(text)
    return " ".join(text.split())


def block(text: str) -> str:
    """Return ``text`` on its several lines, as a terminal may show it; blank lines before and after it go."""
    if _SUSPECT.search(text):
        text = _seen(text)
    return "\n".join([one.rstrip() for one in text.split("\n")]).strip("\n")


def safe_html(html: str, base_url: str | None = None) -> str:
    """Return ``html`` with nothing in it that acts: no scripts, styles, frames or forms, and no terminal codes.

    Text, tables, code with its language, figures, footnotes and details stay. Links and images are absolute by
    ``base_url`` and lead to http, https or mailto only; ids get a prefix. A player in a frame becomes a link
    (:mod:`ple.web.frames`). Doing it twice changes nothing more.
    """
    ended = _with_comments_ended(html)
    cleaned = _safe(html, base_url)
    if ended is None or "<!--" in cleaned:  # it stands in an attribute
        return cleaned
    return max(cleaned, _safe(ended, base_url), key=len)


def _safe(html: str, base_url: str | None) -> str:
    html = _without_frames(shallow(html), base_url)
    if "<math" in html:
        html = _formulas_as_code(html)
    html = _IN_MARKUP.sub("", html)
    while True:
        cleaned = _clean(html, base_url)
        # References become characters in there, and taking one out of an address can make another address of it.
        quiet = _IN_MARKUP.sub("", cleaned) if "&#" in html else cleaned
        if quiet == cleaned:
            return cleaned
        html = quiet


def plain(html: str) -> str:
    """Return what a person would read in ``html``, as text safe for a terminal.

    Paragraphs are apart by a blank line, items of lists begin with "- " or their number, code keeps its lines.
    """
    if "\x1b" in html:
        html = _ANSI.sub("", html)
    if "<" not in html:
        return block(re.sub(r"[ \t\r\n]+", " ", entities.unescape(html))).strip()
    from ple.web.reading_order import text_of  # lxml: 20 ms

    ended = _with_comments_ended(html)
    texts = [text_of(_without_frames(shallow(each))) for each in (html, ended) if each is not None]
    return block(max(texts, key=len))


def plain_of_safe(html: str) -> str:
    """Return what :func:`plain` does of HTML that comes from :func:`safe_html`, and no other, at less cost."""
    from ple.web.safe_text import text_of_safe

    return block(text_of_safe(html)) if "<" in html else plain(html)


def markdown_html(md: str, *, unsafe: bool = False) -> str:
    """Return Markdown (CommonMark, with GitHub's tables, task lists, footnotes and strike-through) as safe HTML.

    HTML within it is shown as text, or, with ``unsafe``, taken as HTML and made safe like any other.
    """
    return safe_html(markdown_made(md, unsafe=unsafe))


def markdown_made(md: str, *, unsafe: bool = False, math: bool = False) -> str:
    """Return the HTML of Markdown as its parser makes it: for whoever lets only tags by that it knows."""
    import comrak

    if not unsafe and _links_are_marked(md):
        # to look for addresses that are not marked as links takes the parser as long as all the rest
        html = comrak.render_markdown(md, *_markdown_options(False, math, links=False))
        if html.count('<a href="http') == md.count("](http"):
            return html
    return comrak.render_markdown(md, *_markdown_options(unsafe, math))


def _links_are_marked(md: str) -> bool:
    """Return whether every address in a text of Markdown stands where that of a link does."""
    if "@" in md or md.count("://") != md.count("](http://") + md.count("](https://"):
        return False
    return md.count("www.") == md.count("://www.")


def shallow(html: str) -> str:
    """Return ``html`` with no more than :data:`DEEPEST` tags open at once; the tags beyond go, their text stays.

    Parsers of HTML take quadratic time over nesting: 2 MB of "<div>" would take minutes. Browsers stop at 512.
    """
    if html.count("<") <= DEEPEST:
        return html
    open_tags: dict[str, int] = {}
    beyond: dict[str, int] = {}
    depth, at = 0, 0
    parts: list[str] = []
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _CLOSED_BY_THEMSELVES:
            continue
        if not tag[1]:
            if depth < DEEPEST:
                depth += 1
                open_tags[name] = open_tags.get(name, 0) + 1
                continue
            beyond[name] = beyond.get(name, 0) + 1
        elif beyond.get(name):
            beyond[name] -= 1
        else:
            if open_tags.get(name):
                open_tags[name] -= 1
                depth -= 1
            continue
        parts.append(html[at : tag.start()])
        at = tag.end()
    return "".join(parts) + html[at:] if parts else html


def _seen(text: str) -> str:
    text = _NEWLINE.sub("\n", _ANSI.sub("", text))
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))


def _without_frames(html: str, base_url: str | None = None) -> str:
    if "iframe" not in html and "IFRAME" not in html:
        return html
    from ple.web import frames  # 2 ms, and few need it

    return frames.as_links(html, base_url)


def _with_comments_ended(html: str) -> str | None:
    """Return ``html`` without the beginnings of comments that never end; none if there is no such comment.

    To a browser all that follows is part of it. To whoever forgot to end it, it most likely was not. Whether what
    looked like a comment was one (it may stand in an attribute) is for the caller to see, by what is left.
    """
    if "<!--" not in html:
        return None
    last = max(html.rfind("-->"), html.rfind("--!>"), 0)
    if html.find("<!--", last) < 0:
        return None
    return html[:last] + _COMMENT_BEGINS.sub("", html[last:])


def _formulas_as_code(html: str) -> str:
    """Replace MathML, which cannot be kept safely, by its TeX, or else by its text, as code in the language "math"."""
    parts: list[str] = []
    at = 0
    while True:
        start = html.find("<math", at)
        opened = html.find(">", start)
        end = html.find("</math>", opened)
        if start < 0 or opened < 0 or end < 0:
            return "".join([*parts, html[at:]])
        tex = _ALTTEXT.search(html, start, opened + 1) or _TEX.search(html, opened, min(end, opened + 100_000))
        formula = tex[1] if tex else " ".join(_ANY_TAG.sub(" ", html[opened + 1 : end]).split())
        formula = entities.escape(entities.unescape(formula).strip())
        parts += [html[at:start], f'<code class="language-math">{formula}</code>' if formula else ""]
        at = end + len("</math>")


def _clean(html: str, base_url: str | None) -> str:
    _here.base = base_url
    _here.origin = origin[0] if base_url and (origin := _ORIGIN.match(base_url)) else None
    cleaned: str = _cleaner().clean(html)
    return cleaned


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    """Return the one cleaner: making it costs a third of what cleaning an article does."""
    import nh3

    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},  # a task's box, never a field
        url_schemes={"http", "https", "mailto"},
        url_relative=_absolute,
        id_prefix=_PREFIX,
    )


_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?(?:\?[A-Za-z0-9_.~&=-]*)?")
_ORIGIN = re.compile(r"https?://[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+(?=/|$)")


class _Here(threading.local):
    base: str | None = None
    """What the addresses in the HTML that this thread cleans are relative to."""
    origin: str | None = None
    """Its scheme and host, if they are as most are."""


_here = _Here()


def _absolute(url: str) -> str | None:
    if url.startswith("#"):
        return url if url.startswith(f"#{_PREFIX}") or len(url) == 1 else f"#{_PREFIX}{url[1:]}"
    if _here.base is None:
        return url
    if _here.origin is not None and _PLAIN_PATH.fullmatch(url):
        return _here.origin + url  # as most are: nothing is left to resolve
    return addresses.resolve(_here.base, url)


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return language_class(value)
    if attribute in ("width", "height"):
        return value if value.isdigit() else None
    if attribute == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    return value


def language_class(classes: str) -> str | None:
    """Return the class that names the language of a code block in the one way of HTML ("language-x"), if any does."""
    marked = _MARKED_LANGUAGE.search(classes)
    if marked:
        return f"language-{marked[1]}"
    source = classes.split()
    if len(source) == 2 and source[0] == "sourceCode":  # pandoc
        return f"language-{source[1]}" if _LANGUAGE.fullmatch(source[1]) else None
    return None


@lru_cache(maxsize=8)
def _markdown_options(unsafe: bool, math: bool, links: bool = True) -> tuple[Any, Any, Any]:
    """Return what the parser takes; ``links`` lets addresses be links that nobody marked as such."""
    import comrak

    extensions = comrak.ExtensionOptions()
    for name in ("table", "strikethrough", "tasklist", "footnotes"):
        setattr(extensions, name, True)
    extensions.autolink = links
    extensions.math_dollars = math
    rendering = comrak.RenderOptions()
    rendering.unsafe_ = unsafe
    rendering.escape = not unsafe
    return extensions, None, rendering
