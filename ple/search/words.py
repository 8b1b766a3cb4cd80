"""How text becomes words, in the index and in a question alike.

SQLite's ``unicode61`` tokenizer splits at everything that is no letter or digit, and folds case and diacritics. It
takes a run of Chinese, Japanese, Korean or Thai for one word, so 日本 would not find 日本語の文章. We therefore put an
invisible mark round each of those characters, on the way in and in questions: every character is a word then, and a
word of several is a phrase. The mark is a zero-width space, which no text of ours contains otherwise.
"""

import re
import unicodedata

MARK = "\u200b"
MATCH_BEGINS, MATCH_ENDS = "\x02", "\x03"
"""What stands round a match in an excerpt as SQLite makes it; indexed text has no control characters."""

_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff])"
)
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ud800-\udfff]")
_CONTROLS = bytes(code for code in range(128) if _UNWANTED.match(chr(code)))


def indexed(text: str) -> str:
    """Return ``text`` as it is put into the index and as it is asked for."""
    if text.isascii():
        raw = text.encode()
        # ten times quicker than to search for them
        return text if len(raw.translate(None, _CONTROLS)) == len(raw) else _UNWANTED.sub(" ", text)
    if _UNWANTED.search(text):
        text = _UNWANTED.sub(" ", text)
    return _UNSPACED.sub(f"{MARK}\\1{MARK}", text)


def shown(text: str) -> str:
    """Return text from the index as it was."""
    return text.replace(MARK, "")


def has_word(text: str) -> bool:
    """Tell whether the index could hold anything of ``text``."""
    return any(c.isalnum() or unicodedata.category(c) == "Co" for c in text)


def folded(word: str) -> str:
    """Return ``word`` in lower case and without diacritics, as the tokenizer leaves it."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.lower())
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))


def excerpt(snippet: str, longest: int = 300) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return what SQLite's ``snippet()`` made as one line, and where in it the matches are.

    It counts in words, and a word may be as long as an encoded picture, so we cut at ``longest`` characters.
    """
    line = " ".join(shown(snippet).replace(MATCH_ENDS + MATCH_BEGINS, "").split())
    plain: list[str] = []
    marks: list[tuple[int, int]] = []
    length = begun = 0
    for piece in re.split(f"([{MATCH_BEGINS}{MATCH_ENDS}])", line):
        if piece == MATCH_BEGINS:
            begun = length
        elif piece == MATCH_ENDS:
            if begun < length:
                marks.append((begun, length))
        else:
            plain.append(piece)
            length += len(piece)
    said = "".join(plain)
    if length > longest:
        said = said[: longest - 1].rstrip() + "…"
        marks = [(start, min(end, len(said) - 1)) for start, end in marks if start < len(said) - 1]
    return said, tuple(marks)
