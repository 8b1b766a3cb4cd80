"""Formulas: LaTeX between dollars, as MathML that browsers show and screen readers read, made when the site is built.

What the converter makes is not trusted: only elements and attributes that show something are kept. Without the extra
``math``, or where the LaTeX is not understood, the LaTeX itself is shown.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape, unescape
from importlib.util import find_spec
from typing import Any

from ple.portfolio.makers import version_of

Formulas = Callable[[str, bool], str]
"""What makes HTML of LaTeX; the second says whether the formula stands alone."""

_LONGEST = 3000
_SHORT = 40
"""Longer ones may be wider than a page: they scroll by themselves, and keys must get there."""
_SPAN = re.compile(r'<span data-math-style="(inline|display)">([^<]*)</span>')
_ELEMENTS = frozenset(
    re.findall(
        r"\S+",
        """
        math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover
        munderover mmultiscripts mprescripts none mtable mtr mtd menclose merror
        """,
    )
)
_ATTRIBUTES = {
    name: re.compile(pattern)
    for name, pattern in {
        "accent|accentunder|displaystyle|fence|largeop|movablelimits|separator|stretchy|symmetric": "true|false",
        "mathvariant|form|columnalign|rowalign|linebreak|notation|columnlines|rowlines": "[a-z0-9 -]{1,60}",
        "width|height|depth|lspace|rspace|minsize|maxsize|linethickness|mathsize|rowspacing|columnspacing|voffset":
            r"[+-]?[0-9.]{1,6}(em|ex|px|pt|mu|%)?( [0-9.]{1,6}(em|ex|px|pt|mu|%)?){0,20}",
        "scriptlevel|columnspan|rowspan": r"[+-]?\d{1,2}",
        "mathcolor|mathbackground": "#[0-9a-fA-F]{3,6}|[a-z]{3,20}",
    }.items()
    for name in name.split("|")
}  # fmt: skip


@lru_cache(maxsize=1)
def available() -> bool:
    """Return whether formulas can be converted here."""
    return find_spec("latex2mathml") is not None


@lru_cache(maxsize=1)
def version_here() -> str:
    """Return which release converts formulas here; nothing when none does."""
    return version_of("latex2mathml") if available() else ""


def taken_out(html: str, mark: str) -> tuple[str, list[tuple[str, bool]]]:
    """Return HTML from the Markdown parser with a word that begins with ``mark`` for each formula, and the formulas."""
    found: list[tuple[str, bool]] = []

    def away(span: re.Match[str]) -> str:
        found.append((unescape(span[2]), span[1] == "display"))
        return f"{mark}{len(found) - 1}x"

    return _SPAN.sub(away, html), found


def put_back(html: str, mark: str, found: list[tuple[str, bool]], formulas: Formulas) -> str:
    """Return HTML with what ``formulas`` makes of each formula that was taken out."""
    return re.sub(rf"{mark}(\d+)x", lambda word: formulas(*found[int(word[1])]), html)


def formula(latex: str, display: bool) -> str:
    """Return LaTeX as MathML, with the LaTeX in it; as code where it is not understood."""
    latex = " ".join(latex.split())
    if available() and latex and len(latex) <= _LONGEST:
        try:
            inner = "".join(_rows(latex, display))
        except Exception:
            inner = ""  # the converter raises whatever it likes on what nobody thought of
        if inner:
            block = ' display="block"' if display else ""
            said = escape(latex)
            made = (
                f'<math{block} alttext="{said}"><semantics><mrow>{inner}</mrow>'
                f'<annotation encoding="application/x-tex">{escape(latex, quote=False)}</annotation></semantics></math>'
            )
            if len(latex) <= _SHORT:
                return made
            return f'<span class="long{" display" if display else ""}" tabindex="0">{made}</span>'
    return f'<code class="formula">{escape(latex, quote=False)}</code>'


def spoken(html: str) -> str:
    """Return HTML with the LaTeX of each formula in its place, for lists that show plain words."""
    return re.sub(r'<math\b[^>]* alttext="([^"]*)">.*?</math>', r"\1", html, flags=re.DOTALL)


def _rows(latex: str, display: bool) -> Iterator[str]:
    from defusedxml.ElementTree import fromstring
    from latex2mathml.converter import convert

    for child in fromstring(convert(latex, display="block" if display else "inline")):
        yield _kept(child)


def _kept(element: Any) -> str:
    name = str(element.tag).rpartition("}")[2]
    inside = escape(element.text or "", quote=False) + "".join(
        _kept(child) + escape(child.tail or "", quote=False) for child in element
    )
    if name not in _ELEMENTS:
        return inside
    given = "".join(
        f' {key}="{escape(value)}"'
        for key, value in element.attrib.items()
        if key in _ATTRIBUTES and _ATTRIBUTES[key].fullmatch(value)
    )
    return f"<{name}{given}>{inside}</{name}>"
