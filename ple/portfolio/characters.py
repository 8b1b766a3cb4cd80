"""What no page or feed may hold, taken out of texts on their way in and on their way to a page."""

import re
import unicodedata

# Control characters but tab and newline, surrogates, non-characters (HTML, XML 1.0), marks that turn the direction of
# the text around them, and the private-use character that stands for the site's root.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000\ufdd0-\ufdef\ufffe\uffff]"
)

_CONTROLS = bytes([*range(9), *range(11, 32), 127])


def fit(text: str) -> str:
    """Return ``text`` without the characters that no page may hold."""
    if text.isascii() and len(text.encode().translate(None, _CONTROLS)) == len(text):
        return text  # as most are, and five times as fast
    return _UNFIT.sub("", text)


def fit_line(text: str) -> str:
    """Return ``text`` fit for a page, on one line."""
    if text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # as most titles are
    return " ".join(fit(" ".join(text.split())).split())


def as_looked_for(name: str) -> tuple[str, str]:
    """Return what puts names in the order in which people look for them: capitals and accents make no difference."""
    if name.isascii():
        return name.casefold(), name
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)), name
