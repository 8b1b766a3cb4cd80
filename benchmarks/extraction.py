"""What finding the readable text of a page costs, and how right it is, beside those who do it alone.

``python benchmarks/extraction.py FOLDER``, where each folder in FOLDER has a page as ``source.html`` and what is to be
read on it as ``expected.html`` (as in the tests of Mozilla's Readability, whose own text the expected one then is).
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ple.bookmarks import reading
from ple.web.pages import decode
from ple.web.text import plain

URL = "https://page.example/"


def main() -> None:
    """Print a table."""
    folders = sorted(path for path in Path(sys.argv[1]).iterdir() if (path / "source.html").exists())
    pages = [decode((folder / "source.html").read_bytes()) for folder in folders]
    expected = [plain(decode((folder / "expected.html").read_bytes())) for folder in folders]
    code = [plain_code(decode((folder / "expected.html").read_bytes())) for folder in folders]
    ways: dict[str, Callable[[str], str]] = {
        "readability-lxml": lambda page: plain(alone("readability", page)),
        "trafilatura": lambda page: alone("trafilatura", page),
        "ple": lambda page: reading.readable(page, URL).text,
    }
    print(f"{len(pages)} pages\n{'':20}{'token F1':>10}{'ms CPU':>10}{'worst':>10}{'code whole':>12}")
    import readability  # noqa: F401 - importing is no page's cost
    import trafilatura  # noqa: F401

    for name, way in ways.items():
        way(pages[0])
        found, spent = [], []
        for page in pages:
            start = time.process_time()
            found.append(way(page))
            spent.append(1000 * (time.process_time() - start))
        f1 = sum(map(token_f1, found, expected)) / len(pages)
        blocks = [squeezed(block) in squeezed(text) for text, some in zip(found, code, strict=True) for block in some]
        whole = f"{sum(blocks)}/{len(blocks)}"
        print(f"{name:20}{f1:10.4f}{sum(spent) / len(spent):10.1f}{max(spent):10.1f}{whole:>12}")


def alone(name: str, page: str) -> str:
    """Return what a library finds, as its documentation says to use it."""
    try:
        if name == "trafilatura":
            import trafilatura

            return trafilatura.extract(page, fast=True) or ""
        from readability import Document

        return str(Document(page).summary(html_partial=True))
    except Exception:
        return ""


def plain_code(html: str) -> list[str]:
    """Return the code blocks of a page."""
    return [plain(block) for block in re.findall(r"<pre\b.*?</pre>", html, re.DOTALL | re.IGNORECASE)]


def squeezed(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def token_f1(found: str, expected: str) -> float:
    """Return the harmonic mean of precision and recall over the words of two texts, as bags."""
    ours, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, expected))
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else 0.0


if __name__ == "__main__":
    main()
