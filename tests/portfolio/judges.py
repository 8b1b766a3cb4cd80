"""Judges of a built site: what browsers, readers, crawlers and those who cannot see bring with them.

Each takes a :class:`Case` and returns what is wrong, in sentences; :class:`Absent` says which tool is not here. The
tools are no part of the project: a folder whose ``node_modules`` holds them is made by

    npm i --ignore-scripts vnu-jar html-validate puppeteer-core axe-core lighthouse sitemap

Java, Chromium, node, xmllint and lychee are looked for on the path, and beside the Python that runs this.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

HERE = Path(__file__).parent


class Absent(Exception):
    """A tool is not here, so this cannot be judged."""


@dataclass(frozen=True)
class Case:
    """A site in a folder, to be published at ``base``; ``tools`` holds ``node_modules``."""

    site: Path
    base: str
    tools: Path | None = None
    served: str = ""
    """Where it is served from this machine."""
    of_each: int = 2
    """How many pages of each kind a browser looks at."""

    @cached_property
    def pages(self) -> dict[str, str]:
        """The HTML of each page by its path."""
        return {p.relative_to(self.site).as_posix(): p.read_text("utf-8") for p in sorted(self.site.rglob("*.html"))}

    def kept(self, path: str) -> Path:
        """Return a file of the tools."""
        found = (self.tools or Path("/nowhere")) / "node_modules" / path
        if not found.exists():
            raise Absent(f"there is no {path} among the tools")
        return found

    def address(self, path: str) -> str:
        """Return where a page will be."""
        return self.base + path.removesuffix("index.html")

    @cached_property
    def kinds(self) -> dict[str, list[str]]:
        """Paths of pages by what sort of page they are; those that only lead on are left out."""
        found: dict[str, list[str]] = {}
        for path, html in self.pages.items():
            if 'http-equiv="refresh"' not in html:
                folder, _, rest = path.partition("/")
                marks = re.findall(r'<(?:article|section) class="([\w-]+)', html)
                own = "notice" if "Withdrawn</h1>" in html or "Nothing stands here" in html else " ".join(marks[:2])
                found.setdefault(f"{folder if rest else path} {rest.count('/')} {own}", []).append(path)
        return found

    @property
    def some(self) -> list[str]:
        """A few paths of each kind of page, the largest and the first."""
        chosen: dict[str, None] = {}
        for paths in self.kinds.values():
            largest = sorted(paths, key=lambda path: -len(self.pages[path]))
            chosen |= dict.fromkeys([*largest[: self.of_each - 1], paths[0]][: self.of_each])
        return [path.removesuffix("index.html") for path in chosen]


def tool(*names: str) -> str:
    """Return where a program is."""
    for name in names:
        beside = Path(sys.executable).parent / name
        if found := shutil.which(name) or (str(beside) if beside.is_file() else None):
            return found
    raise Absent(f"there is no {names[0]}")


def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a judge."""
    return subprocess.run(command, capture_output=True, text=True, timeout=1200, **more)


def html_css_and_svg(case: Case) -> list[str]:
    """HTML, CSS and SVG as the Nu checker has them."""
    jar, java = case.kept("vnu-jar/build/dist/vnu.jar"), tool("java")
    options = ["--errors-only", "--also-check-css", "--also-check-svg", "--skip-non-html", "--format", "gnu"]
    return run([java, "-Xss8m", "-jar", str(jar), *options, str(case.site)]).stderr.splitlines()


def rules_of_documents(case: Case) -> list[str]:
    """What html-validate recommends for documents, and for who cannot see them."""
    case.kept("html-validate/package.json")
    off = ["doctype-style", "no-trailing-whitespace", "long-title", "require-sri"]
    rules = {"extends": [f"html-validate:{name}" for name in ("recommended", "document", "a11y")]}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "hv.json"
        config.write_text(json.dumps({**rules, "root": True, "rules": dict.fromkeys(off, "off")}))
        command = [str(case.kept(".bin/html-validate")), "-c", str(config), "-f", "json", f"{case.site}/**/*.html"]
        done = run(command)
    if done.returncode not in (0, 1) or not done.stdout.strip():
        return [done.stderr[-500:]]
    return [f"{one['filePath']}: {said['message']}" for one in json.loads(done.stdout) for said in one["messages"]]


def links_by_lychee(case: Case) -> list[str]:
    """Every link that begins on the site and stays there, in pages, feeds and sitemap, by lychee."""
    options = ["--offline", "--include-fragments=anchor-only", "--root-dir", str(case.site)]
    options += ["--index-files", "index.html", "--remap", f"{case.base} file://{case.site}/", "--no-progress"]
    files = [str(case.site / path) for path in case.pages if path != "404.html"]
    files += [str(case.site / name) for name in ("feed.atom", "feed.rss", "sitemap.xml")]
    done = run([tool("lychee"), *options, *files])
    return [] if done.returncode == 0 else [done.stdout[-3000:] + done.stderr[-500:]]


_HREF = re.compile(r'<(?:a|link|img|script|source)\b[^>]*?\s(?:href|src)="([^"]*)"')


def links(case: Case) -> list[str]:
    """The same by going through the pages, so that it is judged everywhere; and pages that nothing leads to."""
    from html import unescape

    found, reached = [], {"index.html", "404.html", "u/index.html"}
    for path, html in case.pages.items():
        ids = set(re.findall(r'\bid="([^"]*)"', html))
        here = case.base if path == "404.html" else case.address(path)
        for href in dict.fromkeys(map(unescape, _HREF.findall(html))):
            whole, fragment = urldefrag(urljoin(here, href))
            if not whole.startswith(case.base):
                continue
            to = unquote(urlsplit(whole).path.removeprefix(urlsplit(case.base).path))
            to += "index.html" if not to or to.endswith("/") else ""
            if not (case.site / to).is_file():
                found.append(f"{path} links to {href}, which is not there")
            elif fragment and to == path and fragment not in ids:
                found.append(f"{path} has no place “{fragment}”")
            reached |= {to} - {path}
    alive = {path for path, html in case.pages.items() if 'name="robots" content="noindex' not in html}
    return found + [f"nothing leads to {path}" for path in sorted(alive - reached)]


def feeds(case: Case) -> list[str]:
    """Atom, RSS and JSON Feed: what the formats demand, whole addresses, dates in order."""
    import feedparser
    import lxml.etree

    found: list[str] = []
    atom, rss = "{http://www.w3.org/2005/Atom}", ""
    for path in (*case.site.rglob("feed.atom"), *case.site.rglob("feed.rss")):
        name = path.relative_to(case.site).as_posix()
        read = feedparser.parse(path.read_bytes())
        if read.bozo:
            found.append(f"{name}: {read.get('bozo_exception')}")
            continue
        tree = lxml.etree.fromstring(path.read_bytes())
        if name.endswith("atom"):
            wanted = {f"{atom}{one}": 1 for one in ("id", "title", "updated")}
            entries, needs = tree.findall(f"{atom}entry"), [f"{atom}{one}" for one in ("id", "title", "updated")]
            if tree.find(f"{atom}author/{atom}name") is None:
                found.append(f"{name} names no author")
        else:
            tree = tree.find("channel")
            wanted = dict.fromkeys(("title", "link", "description"), 1)
            entries, needs = tree.findall(f"{rss}item"), ["title", "link", "guid", "pubDate"]
        found += [f"{name} has {len(tree.findall(one))} of {one}" for one in wanted if len(tree.findall(one)) != 1]
        ids = [said.id for said in read.entries]
        found += [f"{name} has two entries of one id"] if len(set(ids)) < len(ids) else []
        for entry, said in zip(entries, read.entries, strict=True):
            found += [f"{name}: an entry lacks {one}" for one in needs if not (entry.findtext(one) or "").strip()]
            if not said.link.startswith(case.base) or not said.id.startswith("urn:uuid:"):
                found.append(f"{name}: {said.id} links to {said.link}")
            updated = dict.get(said, "updated_parsed")  # its own get would warn
            if updated and updated < said.published_parsed:
                found.append(f"{name}: {said.id} was updated before it was published")
    for path in case.site.rglob("feed.json"):
        said = json.loads(path.read_bytes())
        fine = said["version"] == "https://jsonfeed.org/version/1.1" and said["title"]
        for item in said["items"]:
            fine = fine and item["id"] and item["url"].startswith(case.base) and item["content_html"]
        found += [] if fine else [f"{path.relative_to(case.site)} is no JSON Feed 1.1"]
    return found


def sitemap(case: Case) -> list[str]:
    """The sitemap by its schema; every page that may be listed is in it, and no other."""
    import lxml.etree

    file = case.site / "sitemap.xml"
    told = {one.text for one in lxml.etree.parse(str(file)).iter("{*}loc")}
    listed = {
        case.address(path) for path, html in case.pages.items() if 'name="robots" content="noindex' not in html
    }  # fmt: skip
    optional = {case.base + name for name in ("blog/", "skills/", "reading/", "tags/")}
    found = [f"the sitemap lacks {one}" for one in sorted(listed - told - optional)]
    found += [f"the sitemap has {one}" for one in sorted(told - listed)]
    with suppress(Absent):
        schema = case.kept("sitemap/schema/sitemap.xsd")
        done = run([tool("xmllint"), "--noout", "--nonet", "--schema", str(schema), str(file)])
        found += [] if done.returncode == 0 else [done.stderr[-500:]]
    return found


def microformats(case: Case) -> list[str]:
    """Microformats, parsed back: an h-card on the first page, an h-entry on each work, an h-feed on each list."""
    try:
        import mf2py
    except ImportError:
        raise Absent("there is no mf2py") from None
    found = []
    for path in sample_of(case):
        html = case.pages[path]
        items = mf2py.parse(doc=html, url=case.address(path))["items"]
        types = {one for item in items for one in item["type"]}
        if path == "index.html" and 'class="intro h-card"' in html:
            card = next((item["properties"] for item in items if "h-card" in item["type"]), {})
            if not card.get("name") or case.base not in card.get("url", []):
                found.append(f"{path}: no h-card with name and address")
        if re.fullmatch(r"work/[^/]+/index.html", path) and "<article" in html:
            said = next((item["properties"] for item in items if "h-entry" in item["type"]), {})
            for name in ("name", "published", "url"):
                found += [] if said.get(name) else [f"{path}: its h-entry has no {name}"]
            if case.address(path) not in said.get("url", []):
                found.append(f"{path}: its h-entry has another address")
            if not (said.get("content") or said.get("bookmark-of")):
                found.append(f"{path}: its h-entry has neither content nor source")
        if re.match(r"(tags|pages|skills)/[^/]+/", path) and '<div class="cards">' in html and "h-feed" not in types:
            found.append(f"{path}: no h-feed")
    return found


def sample_of(case: Case) -> list[str]:
    """Return paths of a few pages of each kind, or of all where there are few."""
    if len(case.pages) < 200:
        return list(case.pages)
    return [f"{one}index.html" if not one or one.endswith("/") else one for one in case.some]


def what_machines_read(case: Case) -> list[str]:
    """JSON-LD with the type it should have, Open Graph, description, canonical address, on every page there is."""
    found = []
    for path, html in case.pages.items():
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S):
            try:
                said = json.loads(block)
            except ValueError:
                found.append(f"{path}: its JSON-LD is no JSON")
                continue
            if said.get("@context") != "https://schema.org" or not said.get("@type"):
                found.append(f"{path}: its JSON-LD has no context or type")
            if re.fullmatch(r"work/[^/]+/index.html", path) and said.get("url") != case.address(path):
                found.append(f"{path}: its JSON-LD has another address")
        if 'name="robots" content="noindex' in html:
            found += [f"{path}: nobody may list it, and it has Open Graph"] if 'property="og:' in html else []
            continue
        wanted = ["og:title", "og:type", "og:url", "og:site_name"]
        found += [f"{path}: no {one}" for one in wanted if f'property="{one}" content="' not in html]
        found += [] if f'<link rel="canonical" href="{case.address(path)}">' in html else [f"{path}: no canonical"]
        if re.fullmatch(r"(index|work/[^/]+/index).html", path) and "<article" in html:
            found += [] if '"@type"' in html else [f"{path}: no JSON-LD"]
    return found


def nothing_active(case: Case) -> list[str]:
    """No script but data, no handler, no address that acts, nothing fetched from elsewhere, a policy on each page."""
    import lxml.html

    found = []
    for path, html in case.pages.items():
        if "default-src 'none'" not in html:
            found.append(f"{path}: no Content Security Policy")
        parser = lxml.html.HTMLParser(encoding="utf-8")
        if path == "search/index.html":  # the only page that may run a script, and only this one
            html = html.replace('<script src="search.js" defer></script>', "", 1)
        found += [f"{path}: {one}" for one in active(lxml.html.document_fromstring(html.encode(), parser=parser))]
    return found


_FRAMES = {"iframe", "object", "embed", "form", "base", "style", "template", "frame", "applet", "portal"}


def active(tree: Any) -> Iterator[str]:
    """Yield what in a tree of HTML could act, or asks another host."""
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _FRAMES or (element.tag == "script" and element.get("type") != "application/ld+json"):
            yield element.tag
        for name, value in element.attrib.items():
            scheme = re.sub(r"[\s\x00-\x20]", "", str(value)).lower()
            if str(name).startswith("on") or str(name) in ("style", "srcdoc", "formaction"):
                yield f"{element.tag} {name}"
            if name in (
                "href",
                "src",
                "cite",
                "content",
                "action",
                "data",
                "xlink:href",
                "poster",
            ) and scheme.startswith(("javascript:", "data:", "vbscript:")):
                yield f"{element.tag} {name}={value}"
            if name in ("src", "srcset", "data", "poster") and re.match(r"(https?:)?//", scheme):
                yield f"{element.tag} fetches {value}"


def accessibility(case: Case) -> list[str]:
    """axe-core in Chromium, WCAG 2.2 AA and best practice, on every kind of page, in both schemes, at both widths."""
    case.kept("axe-core/axe.min.js")
    command = [tool("node"), str(HERE / "browser" / "axe.cjs"), case.served, tool("chromium", "google-chrome")]
    done = run([*command, *case.some], env=os.environ | {"NODE_PATH": str(case.kept("."))})
    if done.returncode:
        return [done.stderr[-2000:]]
    return [" ".join(map(str, one)) for one in json.loads(done.stdout)["found"]]


def lighthouse(case: Case) -> list[str]:
    """Lighthouse: 95 or more of 100 in each category, on a page of each kind, or of the main ones of a large site.

    That search engines are kept out is no fault of a page that means it: what is unlisted, or says only that it is not
    there. All else is judged on these too.
    """
    program = case.kept(".bin/lighthouse")
    chromium = tool("chromium", "google-chrome")
    wanted = ["", "work/", *(one for one in case.some if re.fullmatch(r"work/[^/]+/|cv/", one))][:4]
    if len(case.pages) < 100:
        each = (paths[0].removesuffix("index.html") for paths in case.kinds.values())
        wanted = [path for path in each if path != "404.html"]  # which a server says is one
    found = []
    for path in wanted:
        best: dict[str, int] = {}
        low: list[str] = []
        for _again in range(3):  # a busy machine only ever takes points away
            noindex = 'name="robots" content="noindex' in case.pages[f"{path}index.html"]
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / "said.json"
                done = run(
                    [str(program), case.served + path, "--quiet", "--output=json", f"--output-path={out}",
                     "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
                     "--only-categories=performance,accessibility,best-practices,seo",
                     *(["--skip-audits=is-crawlable"] if noindex else [])],
                    env=os.environ | {"CHROME_PATH": chromium},
                )  # fmt: skip
                if not out.is_file():
                    low = [done.stderr[-500:]]
                    continue
                said = json.loads(out.read_text())
            for name, category in said["categories"].items():
                best[name] = max(best.get(name, 0), round(100 * (category["score"] or 0)))
            low = [
                one["id"]
                for category in said["categories"].values()
                for one in category["auditRefs"]
                if one["weight"] and (said["audits"][one["id"]]["score"] or 0) < 0.9
            ]
            if min(best.values()) >= 95:
                break
        SCORES[case.served + path] = best
        bad = {name: score for name, score in best.items() if score < 95}
        if bad or not best:
            found.append(f"/{path}: {bad} of 100 ({', '.join(low)})")
    return found


SCORES: dict[str, dict[str, int]] = {}
"""What Lighthouse gave, by address and category."""
PLAIN: list[Callable[[Case], list[str]]] = [
    links, feeds, sitemap, microformats, what_machines_read, nothing_active,
]  # fmt: skip
"""Judges that need nothing but Python."""
JUDGES = [*PLAIN, html_css_and_svg, rules_of_documents, links_by_lychee, accessibility, lighthouse]
