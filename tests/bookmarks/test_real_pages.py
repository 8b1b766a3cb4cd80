"""Real pages, served from this machine and saved through the front door.

A sample of them in every run; all of them with ``PLE_TEST_ALL=1``, which prints how much of the expected text is found
(``pytest -s tests/bookmarks/test_real_pages.py``). The expected texts are those of Mozilla's Readability.
"""

import json
import os
import re
from collections import Counter

import pytest

from ple.web.pages import decode
from ple.web.text import plain

ALL = bool(os.environ.get("PLE_TEST_ALL"))
SAMPLE = ("ars-1", "gitlab-blog", "heise", "nytimes-5", "yahoo-4", "metadata-content-missing", "qq")


@pytest.mark.real
def test_real_pages_are_saved_with_title_and_text(sqlite_environment, publisher, shared_data):
    folders = [page for page in sorted((shared_data / "pages").iterdir()) if ALL or page.name in SAMPLE]
    urls = {
        folder.name: publisher.publish(
            f"/{folder.name}/page.html", (folder / "source.html").read_bytes(), Content_Type="text/html"
        )
        for folder in folders
    }

    saved = {name: sqlite_environment.bookmarks.save(url).bookmark for name, url in urls.items()}

    found = {}
    for folder in folders:
        expected = plain(decode((folder / "expected.html").read_bytes()))
        found[folder.name] = token_f1(saved[folder.name].text, expected)
    mean = sum(found.values()) / len(found)
    same = sum(said_title(folder) == saved[folder.name].title for folder in folders)
    worst = ", ".join(f"{name} {f1:.2f}" for name, f1 in sorted(found.items(), key=lambda pair: pair[1])[:8])
    print(f"\n{len(found)} pages: token F1 mean {mean:.3f}; titles as expected {same}; worst: {worst}")
    assert [name for name, page in saved.items() if not page.title or not page.text or page.problem] == []
    assert mean > (0.95 if ALL else 0.85)


def said_title(folder):
    return " ".join((json.loads((folder / "expected-metadata.json").read_text())["title"] or "").split())


def token_f1(found, expected):
    """Return the harmonic mean of precision and recall over the words of two texts, as bags."""
    ours, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, expected))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0
