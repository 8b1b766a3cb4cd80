"""What finding the readable text of a page costs, and how right it is, beside those who do it alone.

    python benchmarks/extraction.py FOLDER

Each folder in FOLDER has a page as ``source.html``, what is to be read on it as ``expected.html``, and its title in
``expected-metadata.json`` (as in the tests of Mozilla's Readability, whose own text the expected one then is).

Mozilla's Readability itself runs beside them where there are node and npm: it is installed with linkedom into a
temporary folder; ``--no-node`` leaves it out. Titles are compared exactly, and as the same title: white space, quotes,
dashes and case aside, with or without the site's name at its end.
"""

import argparse
import json
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ple.bookmarks import reading
from ple.web.pages import decode, read_page
from ple.web.text import plain

URL = "https://page.example/"
NODE = {"@mozilla/readability": "0.6.0", "linkedom": "0.18.12"}
SCRIPT = """
const {Readability} = require('@mozilla/readability'), {parseHTML} = require('linkedom'), fs = require('fs');
const read = file => { try {
  return new Readability(parseHTML(fs.readFileSync(file, 'utf8')).document).parse() || {};
} catch (error) { return {}; } };
const files = process.argv.slice(2), found = [];
read(files[0]);
for (const file of files) {
  let said, ms = Infinity;
  for (let round = 0; round < 2; round++) {
    const before = process.cpuUsage();
    said = read(file);
    const used = process.cpuUsage(before);
    ms = Math.min(ms, (used.user + used.system) / 1000);
  }
  found.push({html: said.content || '', title: said.title || '', ms});
}
console.log(JSON.stringify(found));
"""
DASHES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u2011": "-", "«": '"', "»": '"'})


@dataclass(slots=True)
class Run:
    """What a way found on each page, and the milliseconds of CPU that it took."""

    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)


def main() -> None:
    """Print a table, and the titles that are not as expected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-node", action="store_true", help="Leave Mozilla's Readability out.")
    said = parser.parse_args()
    folders = sorted(path for path in said.folder.iterdir() if (path / "source.html").exists())
    pages = [decode((folder / "source.html").read_bytes()) for folder in folders]
    expected = [plain(decode((folder / "expected.html").read_bytes())) for folder in folders]
    code = [plain_code(decode((folder / "expected.html").read_bytes())) for folder in folders]
    metas = [json.loads((folder / "expected-metadata.json").read_text()) for folder in folders]

    runs = {name: run(way, pages) for name, way in WAYS.items()}
    if not said.no_node and (found := of_node(pages)) is not None:
        runs["Readability.js"] = found
    print(f"{len(pages)} pages, CPU, the better of two runs on each page; titles: exactly as expected / the same title")
    print(f"{'':20}{'token F1':>10}{'ms a page':>11}{'worst':>8}{'code whole':>12}{'titles':>10}")
    for name, one in runs.items():
        f1 = sum(map(token_f1, one.texts, expected)) / len(pages)
        blocks = [
            squeezed(block) in squeezed(text) for text, some in zip(one.texts, code, strict=True) for block in some
        ]
        exact = sum(line(meta["title"]) == title for meta, title in zip(metas, one.titles, strict=True))
        same = sum(map(same_title, metas, one.titles))
        titles = f"{exact}/{same}" if any(title != "–" for title in one.titles) else "–"
        print(
            f"{name:20}{f1:10.4f}{sum(one.spent) / len(pages):11.1f}{max(one.spent):8.0f}"
            f"{f'{sum(blocks)}/{len(blocks)}':>12}{titles:>10}"
        )
    print("\nTitles of ple that are not the same (expected, found):")
    for folder, meta, title in zip(folders, metas, runs["ple"].titles, strict=True):
        if not same_title(meta, title):
            print(f"  {folder.name}: {line(meta['title'])!r}, {title!r}")


def run(way: Callable[[str], tuple[str, str]], pages: list[str]) -> Run:
    """Let a way read all pages; what it imports at first is no page's cost. Finding the title is not measured."""
    found = Run()
    way(pages[0])
    for page in pages:
        took, text, title = [], "", ""
        for _ in range(2):
            start = time.process_time()
            text, title = way(page)
            took.append(1000 * (time.process_time() - start))
        found.spent.append(min(took))
        found.texts.append(text)
        found.titles.append(title or read_page(page, URL).title)
    return found


def by_ple(page: str) -> tuple[str, str]:
    """Return what ple finds."""
    return reading.readable(page, URL).text, ""


def by_trafilatura(page: str) -> tuple[str, str]:
    """Return what trafilatura finds, as its documentation says to use it."""
    import trafilatura

    return trafilatura.extract(page, fast=True) or "", "–"


def by_readability(page: str) -> tuple[str, str]:
    """Return what readability-lxml finds."""
    from readability import Document

    try:
        document = Document(page)
        return plain(document.summary(html_partial=True)), document.short_title() or "–"
    except Exception:
        return "", "–"


WAYS = {"readability-lxml": by_readability, "trafilatura": by_trafilatura, "ple": by_ple}


def of_node(pages: list[str]) -> Run | None:
    """Return what Mozilla's Readability finds; none where node or npm is missing, or nothing can be installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("Readability.js: left out, node or npm is missing.")
        return None
    with tempfile.TemporaryDirectory() as scratch:
        wanted = [f"{name}@{version}" for name, version in NODE.items()]
        install = [
            npm,
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            scratch,
            *wanted,
        ]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"Readability.js: left out, npm could not install it: {done.stderr.strip()[-200:]}")
            return None
        files = [Path(scratch) / f"{number}.html" for number in range(len(pages))]
        for file, page in zip(files, pages, strict=True):
            file.write_text(page, encoding="utf-8", errors="replace")
        script = Path(scratch) / "read.cjs"
        script.write_text(SCRIPT)
        ran = subprocess.run([node, str(script), *map(str, files)], capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    return Run(
        [plain(one["html"]) for one in found],
        [line(one["title"]) or "–" for one in found],
        [one["ms"] for one in found],
    )


def plain_code(html: str) -> list[str]:
    """Return the code blocks of a page."""
    return [plain(block) for block in re.findall(r"<pre\b.*?</pre>", html, re.DOTALL | re.IGNORECASE)]


def squeezed(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def line(text: str | None) -> str:
    """Return a text on one line."""
    return " ".join((text or "").split())


def same_title(meta: dict[str, Any], title: str) -> bool:
    """Return whether a title is the expected one, but for its letters' dress and the name of the site behind it."""

    def bare(text: str) -> str:
        folded = line(unicodedata.normalize("NFKC", text)).translate(DASHES).casefold()
        site = line(unicodedata.normalize("NFKC", meta.get("siteName") or "")).translate(DASHES).casefold()
        if site and folded.endswith(site) and folded != site:
            folded = folded.removesuffix(site).rstrip(" |-·•:/")
        return folded

    return bare(meta["title"] or "") == bare(title)


def token_f1(found: str, expected: str) -> float:
    """Return the harmonic mean of precision and recall over the words of two texts, as bags."""
    ours, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, expected))
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else 0.0


if __name__ == "__main__":
    main()
