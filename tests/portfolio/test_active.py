"""Whatever anybody writes, in whatever field: nothing on any page acts, shown in a real browser."""

import io
import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from PIL import Image

from ple.environment import Environment
from ple.portfolio import Badge, Portfolio
from ple.portfolio.echoes.models import ResponseRow
from tests.portfolio.conftest import Shelf, everything
from tests.portfolio.hostile import CODE, CORPUS
from tests.portfolio.judges import active

BROWSER = Path(__file__).parent / "browser"
HOSTILE_KINDS = ["journal", "bookmark", "entry", "highlight", "badge", "goal", "collection", "search", "credential"]
EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
# some of them in the suite, all of them where there is time: 15 and 8 have nothing in common
PAYLOADS = CORPUS if EVERYTHING else CORPUS[::15]


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (500, 20), "red").save(out, "PNG")
    return out.getvalue()


_FILES = [
    (".png", "image/png", _picture()),
    (".html", "text/html", b"<script>new Image().src='/pwned'</script>"),
    (".svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"new Image().src='/pwned'\"/>"),
    (".md", "text/markdown", b"# <script>new Image().src='/pwned'</script>\n\n[x](javascript:alert(1))"),
    (".py", "text/plain", b"print('</code></pre><script>alert(1)</script>')"),
    ("", "", b"%PDF-1.7 "),
]
"""Files that works show: names, media types and bytes."""


def badges(ids: Sequence[int]) -> dict[int, Badge]:
    """Say of each badge what somebody may have written in it."""
    evils = {id: PAYLOADS[id % len(PAYLOADS)] for id in ids}
    day = "2026-11-03"
    return {
        id: Badge(evil, day, day, f"javascript:{CODE}//{evil}", ((evil, evil, evil),), day)
        for id, evil in evils.items()
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, empty_library: Path) -> Iterator[Path]:
    """A site with every payload in every field that can reach a page."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    library = environment.library
    shelf = Shelf(library)
    sources = dict.fromkeys(HOSTILE_KINDS, shelf)
    portfolio = Portfolio(library, sources, folder, badges=badges, held=everything)
    fields = ("why", "reflection", "quote", "sources", "feedback")
    for number, evil in enumerate(PAYLOADS):
        kind = HOSTILE_KINDS[number % len(HOSTILE_KINDS)]
        url = evil if number % 3 == 0 else f"https://x.example/{evil}"
        said = {"author": evil, "container": evil, "language": evil[:30], "url": url}
        source = shelf.put(f"{evil} {number}", f"{evil}\n\n{evil}", kind=kind, markdown=evil, **said)
        context = dict.fromkeys(fields, evil) | {"licence": evil[:200], "page": f"{number % 40}{evil}"[:200]}
        formula = f"$`{evil}`$ $\\text{{{evil}}}$\n\n$$\\href{{{evil}}}{{x}} {evil}$$\n\n$x^2$"
        context["reflection"] = f"{evil}\n\n{formula}"
        tags = [f"{evil} {number}"] if number % 8 == 0 else ["t"]
        side = "unlisted" if number % 7 == 2 else "public"
        skills = [evil] if number % 8 == 1 else ()
        work = portfolio.add(source, visibility=side, tags=tags, skills=skills, alt=evil, **context)
        name, kind, data = _FILES[number % len(_FILES)]
        with library.writing() as tx:  # as an archive that somebody made would bring them in, looked at by nobody
            tx.attach(work.id, "shown", f"{evil}{name}", kind or evil, data)
            to = [f"javascript:{CODE}//{evil}", f"java\tscript:{CODE}", evil, f"https://x.example/{evil}"][number % 4]
            said = {"kind": evil[:16], "author": evil[:200], "author_url": to, "text": f"{evil}\n{evil}"}
            tx.add(ResponseRow(artifact_id=work.id, source=f"{to} {number}"[:1000], shown=True, **said))
            tx.add(ResponseRow(artifact_id=work.id, source=f"https://b.example/{number}", shown=True, **said))
    lists = {
        "work": ("name", "position", "url", "summary", "startDate", "highlights"),
        "education": ("institution", "area", "studyType", "url", "startDate"),
        "certificates": ("name", "issuer", "url", "date"),
        "publications": ("name", "publisher", "url", "summary"),
        "skills": ("name", "level", "keywords"),
        "languages": ("language", "fluency"),
        "references": ("name", "reference"),
    }
    many = ("highlights", "keywords")
    resume: dict[str, Any] = {
        name: [{field: [evil] if field in many else evil for field in fields} for evil in PAYLOADS]
        for name, fields in lists.items()
    }
    basics = dict.fromkeys(("name", "label", "summary", "url", "email", "image"), CORPUS[7])
    profiles = [{"network": evil, "username": evil, "url": evil} for evil in PAYLOADS]
    resume["basics"] = basics | {"profiles": profiles, "location": {"city": CORPUS[9], "region": CORPUS[8]}}
    portfolio.init(CORPUS[0][:200], author=CORPUS[10][:200], about="\n\n".join(CORPUS)[:20000], licence=CORPUS[3][:200])
    # a picture for each link takes its time
    portfolio.init(resume=resume, extras=["search", *(["previews"] if EVERYTHING else [])], url="https://x.example/")
    portfolio.build()
    yield portfolio.folder
    environment.close()


def test_nothing_that_anybody_writes_acts_on_a_page_or_in_a_feed(hostile: Path) -> None:
    assert len(set(CORPUS)) >= 300
    pages = list(hostile.rglob("*.html"))
    assert len(pages) > len(PAYLOADS)
    for page in pages:
        html = page.read_text().replace('<script src="search.js" defer></script>', "")
        parser = lxml.html.HTMLParser(encoding="utf-8")
        assert not list(active(lxml.html.document_fromstring(html.encode(), parser=parser))), page
        for said in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S):
            json.loads(said)
    for feed in hostile.rglob("feed.json"):
        for item in json.loads(feed.read_bytes())["items"]:
            said = item["content_html"].replace('="https://x.example/work/', '="').replace(", https://x.example/", ", ")
            assert not list(active(lxml.html.fragment_fromstring(said, create_parent=True))), feed


class Looking(ThreadingHTTPServer):
    """Serves a hostile site to a browser that goes over it, without the policy that would forbid all scripts anyhow."""

    daemon_threads = True

    def __init__(self, site: Path, paths: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.site, self.paths = site, paths
        self.asked: list[str] = []
        self.report: dict[str, Any] = {}
        self.done = threading.Event()


_CONTROLS = {
    "/control/image": f'<img src=x onerror="{CODE}">',
    "/control/script": "<script>alert(1)</script>",
    "/control/link": '<a href="java\tscript:alert(1)">x</a>',
    "/control/event": '<details ontoggle="alert(1)">x</details>',
    "/control/math": '<math href="javascript:alert(1)"><mi>x</mi></math>',
    "/control/maction": '<math><maction actiontype="toggle"><mi>x</mi><mi>y</mi></maction></math>',
    "/control/refresh": '<meta http-equiv="refresh" content="9;url=/x">',
    "/control/goes": "<script>location='/elsewhere'</script>",
}


class Answering(BaseHTTPRequestHandler):
    server: Looking

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        kind = "text/css" if path.endswith(".css") else "text/html; charset=utf-8"
        if path == "/":
            body = (BROWSER / "harness.html").read_bytes()
        elif path == "/paths":
            body = json.dumps(self.server.paths).encode()
        elif path == "/watch.js":
            body, kind = (BROWSER / "watch.js").read_bytes(), "text/javascript"
        else:
            file = self.server.site / path.removeprefix("/site/").lstrip("/")
            found = _CONTROLS[path].encode() if path in _CONTROLS else file.read_bytes() if file.is_file() else b""
            body = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", found)
            if kind.startswith("text/html"):
                watch = b'<script data-watch="1" src="/watch.js"></script>'
                body = body.replace(b"<head>", b"<head>" + watch, 1) if b"<head>" in body else watch + body
        self.answer(body, kind)

    def do_POST(self) -> None:
        self.server.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(b"", "text/plain")
        self.server.done.set()

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def looked_at(site: Path, paths: list[str], profile: Path) -> Looking:
    """Let a browser go over pages of a site; return what it told."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium")
    server = Looking(site, paths)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"]
    browser = subprocess.Popen(
        [chromium, *options, f"http://127.0.0.1:{server.server_port}/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert server.done.wait(60 + len(paths)), "the browser did not come to an end"
    finally:
        browser.terminate()
        browser.wait()
        server.shutdown()
        server.server_close()
    return server


@pytest.mark.browser
def test_a_real_browser_runs_none_of_it_even_without_the_policy(hostile: Path, tmp_path: Path) -> None:
    pages = [page.relative_to(hostile).as_posix() for page in sorted(hostile.rglob("*.html"))]
    pages.remove("search/index.html")  # it has our script, and a test of its own
    some = pages if EVERYTHING else [*random.Random(3).sample(pages, 20), "index.html", "cv/index.html"]
    server = looked_at(hostile, [*_CONTROLS, *(f"/site/{page}" for page in some)], tmp_path / "profile")
    assert server.report["seen"] == len(_CONTROLS) + len(some)
    assert {f"/site/{page}" for page in some} <= set(server.asked)
    told: dict[str, list[str]] = {}
    for path, what in server.report["told"]:
        told.setdefault(path, []).append(what)
    assert set(told) == set(_CONTROLS), "nothing acts but what is there to show that it would be seen"
    assert "/pwned" not in server.asked
