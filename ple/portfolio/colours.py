"""Colours for code: a span around each token, made when the site is built. The languages are Pygments'."""

from functools import lru_cache
from html import escape
from typing import Any

from ple.portfolio.scanning import Scanner, scanner_of

_LONGEST = 50_000
ENDLESS = frozenset({"smithy"})
"""Languages whose rules in Pygments take exponential time on some texts: their code stands there without colours."""


def coloured(code: str, language: str) -> str:
    """Return ``code`` escaped, with a span of a class (Pygments' short names) around each token of ``language``."""
    if not language or len(code) > _LONGEST:
        return escape(code, quote=False)
    lexer, scanner = _lexer(language.lower())
    if scanner is not None:
        runs = scanner.runs(code)
        if "<" in code or ">" in code or "&" in code:
            return "".join([_span(name, words) for name, words in runs])
        bare = ("", " ")
        return "".join(
            [
                words if not name or words in bare or words.isspace() else f'<span class="{name}">{words}</span>'
                for name, words in runs
            ]
        )
    if lexer is None:
        return escape(code, quote=False)
    parts: list[str] = []
    run: list[str] = []
    last = ""
    for kind, text in lexer.get_tokens(code):
        name = _class_of(kind)
        if name != last:
            parts.append(_span(last, "".join(run)))
            run, last = [], name
        run.append(text)
    parts.append(_span(last, "".join(run)))
    return "".join(parts)


def _span(name: str, words: str) -> str:
    if "&" in words or "<" in words or ">" in words:
        words = escape(words, quote=False)
    return f'<span class="{name}">{words}</span>' if name and words and not words.isspace() else words


@lru_cache(maxsize=512)
def _class_of(kind: Any) -> str:
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES:
        kind = kind.parent
    name = STANDARD_TYPES[kind]
    return "" if name in ("w", "p", "n", "err") else name


@lru_cache(maxsize=64)
def _lexer(language: str) -> tuple[Any, Scanner | None]:
    from pygments.lexers import get_lexer_by_name  # 60 ms, and only where there is code
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None, None
    if lexer.aliases[0] in ENDLESS:
        return None, None
    return lexer, scanner_of(lexer, _class_of)
