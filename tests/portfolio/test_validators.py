"""Every kind of page, in both themes, before the judges that browsers, readers and crawlers bring with them.

They are no part of the project: PLE_VALIDATORS names a folder whose `node_modules` holds vnu-jar, html-validate,
puppeteer-core and axe-core (`npm i --ignore-scripts vnu-jar html-validate puppeteer-core axe-core`); Java, Chromium
and lychee are looked for on the path. What is not there is skipped.

    PLE_VALIDATORS=/some/folder pytest tests/portfolio/test_validators.py
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from ple.portfolio.build import build
from ple.portfolio.serve import serving
from ple.portfolio.theme import Theme
from ple.portfolio.trial import sample, try_theme

BASE = "https://example.org/site/"
TOOLS = Path(os.environ.get("PLE_VALIDATORS", "/nowhere")) / "node_modules"
_AXE = """
const puppeteer = require("puppeteer-core"), fs = require("fs");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
(async () => {
  const [base, chromium, ...paths] = process.argv.slice(2), found = [];
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
  for (const scheme of ["light", "dark"]) for (const width of [390, 1280]) for (const path of paths) {
    const page = await browser.newPage();
    await page.setBypassCSP(true);
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    page.on("request", r => {
      if (!r.url().startsWith(base) && !r.url().startsWith("data:")) found.push(["EXTERNAL", r.url(), path]);
    });
    page.on("dialog", d => { found.push(["DIALOG", d.message(), path]); d.dismiss(); });
    await page.goto(base + path);
    await page.evaluate(axe);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await page.evaluate(t => axe.run(document, { runOnly: t }), tags);
    for (const v of result.violations) found.push([scheme, width, path, v.id, v.nodes[0].html.slice(0, 160)]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    if (wide) found.push([width, path, "scrolls sideways"]);
    await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(found));
})();
"""


@pytest.fixture(scope="module", params=["quiet", "lively"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / "site"
    build(folder, sample(Theme(request.param)).pages(), lambda: None)
    return folder


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def tool(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    beside = Path(sys.executable).parent / names[0]
    if found is None and not beside.is_file():
        pytest.skip(f"{names[0]} is not here")
    return found or str(beside)


def kept_at(path: str) -> Path:
    if not (TOOLS / path).exists():
        pytest.skip(f"PLE_VALIDATORS names no folder with {path}")
    return TOOLS / path


@pytest.mark.parametrize("name", ["quiet", "lively"])
def test_our_themes_pass_the_trial_that_we_give_to_authors(name: str) -> None:
    assert try_theme(Theme(name)) == []


def test_microformats_are_read_back(site: Path) -> None:
    mf2py = pytest.importorskip("mf2py")
    (home,) = (
        i for i in mf2py.parse(doc=(site / "index.html").read_text(), url=BASE)["items"] if "h-card" in i["type"]
    )
    assert home["properties"]["name"] == ["A learner"]
    assert BASE in home["properties"]["url"]
    url = f"{BASE}work/half-forgotten/"
    parsed = mf2py.parse(doc=(site / "work/half-forgotten/index.html").read_text(), url=url)
    entry = next(item for item in parsed["items"] if "h-entry" in item["type"])["properties"]
    assert entry["name"] == ["Half forgotten"]
    assert url in entry["url"]
    assert entry["published"][0].startswith("2026-11-03")
    assert {"memory", "a tag of words"} <= set(entry["category"])
    assert "A paragraph with" in entry["content"][0]["value"]
    assert entry["author"][0]["properties"]["name"] == ["A learner"]
    read = mf2py.parse(doc=(site / "work/why-forgetting-helps/index.html").read_text(), url=BASE)
    cited = next(item for item in read["items"] if "h-entry" in item["type"])["properties"]["bookmark-of"][0]
    assert cited["properties"]["url"] == ["https://example.org/a"]
    feed = mf2py.parse(doc=(site / "blog/index.html").read_text(), url=f"{BASE}blog/")["items"][0]
    assert feed["type"] == ["h-feed"]
    assert len(feed["children"]) == 3
    resume = mf2py.parse(doc=(site / "cv/index.html").read_text(), url=f"{BASE}cv/")["items"][0]
    assert resume["type"] == ["h-resume"]


def test_json_ld_and_open_graph_are_on_every_work(site: Path) -> None:
    for page in (site / "work").glob("*/index.html"):
        html = page.read_text()
        if "Withdrawn" in html:
            continue
        said = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[0])
        assert said["@type"] in ("BlogPosting", "CreativeWork")
        assert said["url"] == BASE + page.relative_to(site).as_posix().removesuffix("index.html")
        for wanted in ("og:title", "og:type", "og:url", "og:site_name", "og:description"):
            assert f'property="{wanted}"' in html


def test_feeds_can_be_read(site: Path) -> None:
    for feed in (*site.rglob("feed.atom"), *site.rglob("feed.rss")):
        read = feedparser.parse(feed.read_bytes())
        assert not read.bozo, (feed, read.get("bozo_exception"))
        assert read.feed.title
        assert read.feed.link.startswith(BASE)
        for entry in read.entries:
            assert entry.id.startswith("urn:uuid:")
            assert entry.link.startswith(BASE)
            assert entry.title
    for feed in site.rglob("feed.json"):
        said = json.loads(feed.read_bytes())
        assert said["version"] == "https://jsonfeed.org/version/1.1"
        assert all(item["id"] and item["url"].startswith(BASE) and item["content_html"] for item in said["items"])


def test_html_css_and_svg_are_valid(site: Path) -> None:
    jar, java = kept_at("vnu-jar/build/dist/vnu.jar"), tool("java")
    options = ["--errors-only", "--also-check-css", "--also-check-svg", "--skip-non-html", "--format", "gnu"]
    done = subprocess.run([java, "-jar", str(jar), *options, str(site)], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0


def test_html_follows_the_rules_of_documents(site: Path, tmp_path: Path) -> None:
    kept_at("html-validate/package.json")
    off = ["doctype-style", "no-trailing-whitespace", "long-title", "require-sri"]
    rules = {"extends": [f"html-validate:{name}" for name in ("recommended", "document", "a11y")]}
    (tmp_path / "hv.json").write_text(json.dumps({**rules, "rules": dict.fromkeys(off, "off")}))
    command = [str(TOOLS / ".bin/html-validate"), "-c", str(tmp_path / "hv.json"), *map(str, pages(site))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_link_is_broken(site: Path) -> None:
    options = ["--offline", "--include-fragments=anchor-only", "--root-dir", str(site), "--index-files", "index.html"]
    options += ["--remap", f"{BASE} file://{site}/", "--no-progress"]
    files = [*pages(site), site / "feed.atom", site / "feed.rss", site / "sitemap.xml"]
    done = subprocess.run(
        [tool("lychee"), *options, *(str(f) for f in files if f.name != "404.html")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    with serving(site) as address:
        yield address


@pytest.mark.browser
def test_axe_finds_nothing_in_either_scheme_at_either_width(site: Path, served: str, tmp_path: Path) -> None:
    kept_at("axe-core/axe.min.js")
    (tmp_path / "axe.js").write_text(_AXE)
    named = [p.relative_to(site).as_posix().removesuffix("index.html") for p in pages(site) if p.name == "index.html"]
    moved = [p for p in named if 'http-equiv="refresh"' in (site / p / "index.html").read_text()]
    some: list[Any] = [p for p in named if p not in moved]
    done = subprocess.run(
        [tool("node"), str(tmp_path / "axe.js"), served, tool("chromium", "google-chrome"), *some],
        capture_output=True, text=True, env=os.environ | {"NODE_PATH": str(TOOLS)}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == []
