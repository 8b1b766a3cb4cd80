"""Whatever anybody writes, in whatever field: nothing on any page acts. Nothing that is private is in any file."""

import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest

from ple.library import Library
from ple.portfolio import Portfolio
from tests.portfolio.conftest import Shelf, tree
from tests.portfolio.hostile import CODE, CORPUS

EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
# some of them in the suite, all of them where there is time: 15 and 8 have nothing in common
PAYLOADS = CORPUS if EVERYTHING else CORPUS[::15]
MANY = 200 if EVERYTHING else 12


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Pages are the same on every database."""
    library: Library = sqlite_environment.library
    return library


@pytest.fixture
def hostile(portfolio: Portfolio, shelf: Shelf) -> Path:
    """A site with every payload in every field that can reach a page."""
    with_all: dict[str, Any] = {}
    for number, evil in enumerate(PAYLOADS):
        kind = ("journal", "bookmark", "entry")[number % 3]
        said = {"author": evil, "container": evil, "language": evil[:30], "url": f"https://x.example/{evil}"}
        source = shelf.put(f"{evil} {number}", f"{evil}\n\n{evil}", kind=kind, markdown=evil, **said)
        fields = ("why", "reflection", "quote", "sources", "feedback")
        with_all = dict.fromkeys(fields, evil) | {"licence": evil[:200], "page": f"{number % 40}{evil}"[:200]}
        tags = [f"{evil} {number}"] if number % 8 == 0 else ["t"]
        portfolio.add(source, visibility="public", tags=tags, skills=[evil] if number % 8 == 1 else (), **with_all)
    resume = {
        "basics": dict.fromkeys(("name", "label", "summary", "url", "email"), CORPUS[7]),
        "work": [dict.fromkeys(("name", "position", "url", "summary", "startDate"), evil) for evil in CORPUS],
        "skills": [{"name": evil, "level": evil, "keywords": [evil]} for evil in CORPUS],
    }
    portfolio.init(CORPUS[0][:200], author=CORPUS[10][:200], about="\n\n".join(CORPUS)[:20000], licence=CORPUS[3][:200])
    portfolio.init(resume=resume)
    portfolio.build()
    return portfolio.folder


def active(html: str) -> Iterator[str]:
    for element in lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")).iter():
        if not isinstance(element.tag, str):
            continue
        kind = element.get("type", "")
        if element.tag in {"iframe", "object", "embed", "form", "base", "style", "svg", "math", "template", "frame"}:
            yield element.tag
        if element.tag == "script" and kind != "application/ld+json":
            yield "script"
        for name, value in element.attrib.items():
            scheme = re.sub(r"[\s\x00-\x20]", "", str(value)).lower()
            if str(name).startswith("on") or str(name) in ("style", "srcdoc", "formaction"):
                yield f"{element.tag} {name}"
            if name in ("href", "src", "cite", "content") and scheme.startswith(("javascript:", "data:", "vbscript:")):
                yield f"{element.tag} {name}={value}"


def test_nothing_that_anybody_writes_acts_on_a_page_or_in_a_feed(hostile: Path) -> None:
    assert len(CORPUS) >= 300
    pages = list(hostile.rglob("*.html"))
    assert len(pages) > len(PAYLOADS)
    for page in pages:
        html = page.read_text()
        assert not list(active(html)), page
        for said in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S):
            json.loads(said)
    for feed in hostile.rglob("feed.json"):
        for item in json.loads(feed.read_bytes())["items"]:
            assert not list(active(f"<div>{item['content_html']}</div>")), feed


class Watched(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[str]


@pytest.mark.browser
def test_a_real_browser_runs_none_of_it_even_without_the_policy(hostile: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium")
    works = sorted(hostile.glob("work/*/index.html"))
    some = random.Random(3).sample(works, 20)
    others = [hostile / name for name in ("index.html", "cv/index.html", "skills/index.html", "reading/index.html")]
    frames = [f"/{page.relative_to(hostile).as_posix()}" for page in [*others, *some]]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            server.asked.append(path)
            if path == "/all":
                body = "".join(f'<iframe src="{frame}"></iframe>' for frame in frames).encode()
            elif path == "/control":
                body = f'<img src=x onerror="{CODE}">'.encode()
            else:
                # without the policy that forbids all scripts anyhow: the pages alone must be enough
                file = hostile / path.lstrip("/")
                found = file.read_bytes() if file.is_file() else b""
                body = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", found)
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if path.endswith(".css") else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = Watched(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def look(at: str) -> list[str]:
        server.asked.clear()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--timeout=20000", "--dump-dom"]
        address = f"http://127.0.0.1:{server.server_port}{at}"
        subprocess.run([chromium, *options, address], capture_output=True, timeout=120)
        return list(server.asked)

    try:
        assert "/pwned" in look("/control"), "the browser would run it"
        seen = look("/all")
    finally:
        server.shutdown()
        server.server_close()
    assert set(frames) <= set(seen)
    assert "/pwned" not in seen


def test_of_what_is_private_no_word_is_in_any_file(portfolio: Portfolio, shelf: Shelf) -> None:
    pick = random.Random(5)
    sides = ("private", "unlisted", "public")
    names = {side: [f"{side}canary{n:03}word" for n in range(MANY)] for side in sides}
    sources = {
        name: shelf.put(f"Title {name}", kind=pick.choice(["journal", "bookmark"]), tags=[f"tag{name}"], url=f"https://x.example/{name}")
        for side in sides
        for name in names[side]
    }  # fmt: skip
    for side in sides:
        for name in names[side]:
            to = [pick.choice(names[other]) for other in sides]
            links = " ".join(f"[[Title {other}]] #{sources[other]}" for other in to)
            document = shelf.says[sources[name]]
            said = f"text{name} {links}"
            own = document.kind == "journal"
            shelf.says[sources[name]] = replace(
                document, markdown=said if own else None, text="" if own else f"x{name}"
            )
            portfolio.add(
                sources[name], visibility=side, why=f"why{name} [[Title {to[0]}]]", reflection=links,
                page=f"page{name}", skills=[f"skill{name}"], sources=links, feedback=links, licence=f"licence{name}",
            )  # fmt: skip
    portfolio.init(about=f"[[Title {names['private'][0]}]] [[Title {names['unlisted'][0]}]]")
    portfolio.build()
    files = tree(portfolio.folder)
    everything = "\n".join(f"{path}\n{content.decode()}" for path, content in files.items())
    assert "privatecanary" not in everything
    hidden = {one.address or "" for one in portfolio.artifacts(visibility="unlisted")}
    assert len(hidden) == MANY
    for path, content in files.items():
        folder = path.removesuffix("index.html")
        said = content.decode()
        own = folder in hidden
        found = set(re.findall(r"unlistedcanary\d+word", said))
        assert len(found) <= (1 if own else 0), path
        assert not any(address in said for address in hidden if address != folder), path
    assert not [finding for finding in portfolio.check() if finding.serious]


def test_every_address_that_was_ever_published_still_answers(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    pick = random.Random(11)
    sources = [shelf.put(f"Work {n}", f"[[Work {pick.randrange(12)}]]", tags=[f"t{n % 4}"]) for n in range(12)]
    ids = [portfolio.add(source).id for source in sources]
    ever: set[str] = set()
    steps = [
        lambda id: portfolio.edit(id, title=f"Title {pick.randrange(10**6)}"),
        lambda id: portfolio.edit(id, tags=pick.sample(["a", "b", "c", "d", "e"], 2)),
        lambda id: portfolio.edit(id, skills=pick.sample(["x", "y", "z"], 1), page=pick.choice(["", "P", "Q", "R"])),
        lambda id: portfolio.edit(id, visibility="public"),
        lambda id: portfolio.edit(id, visibility=pick.choice(["private", "unlisted"])),
        lambda id: portfolio.edit(id, reflection=f"Words {pick.random()} [[Work {pick.randrange(12)}]]"),
    ]
    for step in range(500 if EVERYTHING else 40):
        pick.choice(steps)(pick.choice(ids))
        if step % 5 == 4:
            portfolio.build()
            files = tree(portfolio.folder)
            ever |= {path for path in files if path.endswith(".html")}
            assert ever <= files.keys(), step
    assert len(ever) > 20
