"""Whatever anybody writes, in whatever field: nothing on any page acts. Nothing that is private is in any file."""

import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from html import unescape
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
import pytest

from ple.environment import Environment
from ple.library import Library, NotFound
from ple.portfolio import Portfolio
from ple.portfolio.serve import serving
from tests.portfolio.conftest import Shelf, all_of, tree
from tests.portfolio.hostile import CODE, CORPUS
from tests.portfolio.judges import active

BROWSER = Path(__file__).parent / "browser"
HOSTILE_KINDS = ["journal", "bookmark", "entry", "highlight", "badge", "goal"]
EVERYTHING = bool(os.environ.get("PLE_TEST_ALL"))
# some of them in the suite, all of them where there is time: 15 and 8 have nothing in common
PAYLOADS = CORPUS if EVERYTHING else CORPUS[::15]
MANY = 200 if EVERYTHING else 12


@pytest.fixture
def library(sqlite_environment: Any) -> Library:
    """Pages are the same on every database."""
    library: Library = sqlite_environment.library
    return library


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, empty_library: Path) -> Iterator[Path]:
    """A site with every payload in every field that can reach a page."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(empty_library, folder / "library.sqlite")
    environment = Environment(folder)
    library = environment.library
    shelf = Shelf(library)
    portfolio = Portfolio(library, dict.fromkeys(HOSTILE_KINDS, shelf), folder)
    fields = ("why", "reflection", "quote", "sources", "feedback")
    for number, evil in enumerate(PAYLOADS):
        kind = HOSTILE_KINDS[number % len(HOSTILE_KINDS)]
        url = evil if number % 3 == 0 else f"https://x.example/{evil}"
        said = {"author": evil, "container": evil, "language": evil[:30], "url": url}
        source = shelf.put(f"{evil} {number}", f"{evil}\n\n{evil}", kind=kind, markdown=evil, **said)
        context = dict.fromkeys(fields, evil) | {"licence": evil[:200], "page": f"{number % 40}{evil}"[:200]}
        tags = [f"{evil} {number}"] if number % 8 == 0 else ["t"]
        side = "unlisted" if number % 7 == 2 else "public"
        portfolio.add(source, visibility=side, tags=tags, skills=[evil] if number % 8 == 1 else (), **context)
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
    portfolio.init(resume=resume)
    portfolio.build()
    yield portfolio.folder
    environment.close()


def test_nothing_that_anybody_writes_acts_on_a_page_or_in_a_feed(hostile: Path) -> None:
    assert len(set(CORPUS)) >= 300
    pages = list(hostile.rglob("*.html"))
    assert len(pages) > len(PAYLOADS)
    for page in pages:
        html = page.read_text()
        parser = lxml.html.HTMLParser(encoding="utf-8")
        assert not list(active(lxml.html.document_fromstring(html.encode(), parser=parser))), page
        for said in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S):
            json.loads(said)
    for feed in hostile.rglob("feed.json"):
        for item in json.loads(feed.read_bytes())["items"]:
            assert not list(active(lxml.html.fragment_fromstring(item["content_html"], create_parent=True))), feed


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
    some = pages if EVERYTHING else [*random.Random(3).sample(pages, 20), "index.html", "cv/index.html"]
    server = looked_at(hostile, [*_CONTROLS, *(f"/site/{page}" for page in some)], tmp_path / "profile")
    assert server.report["seen"] == len(_CONTROLS) + len(some)
    assert {f"/site/{page}" for page in some} <= set(server.asked)
    told: dict[str, list[str]] = {}
    for path, what in server.report["told"]:
        told.setdefault(path, []).append(what)
    assert set(told) == set(_CONTROLS), "nothing acts but what is there to show that it would be seen"
    assert "/pwned" not in server.asked


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
    everything = all_of(portfolio.folder)
    assert "privatecanary" not in everything
    hidden = nothing_hidden_is_named(portfolio)
    assert len(hidden) == MANY
    assert not [finding for finding in portfolio.check() if finding.serious]

    with serving(portfolio.folder) as address:
        assert not [one for one in answers(address, hidden).values() if one.startswith(("status", "leads"))]
        assert answers(address, ["u/", "u/" + "0" * 32 + "/"]) == {
            "u/": "Nothing to see here", f"u/{'0' * 32}/": "status 404"
        }  # fmt: skip

    # what changes sides later: an address that was public may have been seen and is kept, but no word of it is
    by_source = {one.source_id: one for one in portfolio.artifacts()}
    now_private = names["public"][::3] + names["unlisted"][::3]
    for name in now_private:
        portfolio.edit(by_source[sources[name]].id, visibility="private")
    for name in names["private"][::3]:
        portfolio.edit(by_source[sources[name]].id, visibility="unlisted")
    portfolio.build()
    said = "\n".join(content.decode() for content in tree(portfolio.folder).values())
    for name in now_private:
        for word in (f"text{name}", f"why{name}", f"licence{name}", f"Title {name}", f"x{name}", f"skill{name}"):
            assert word not in said
    assert not [name for name in set(names["private"]) - set(names["private"][::3]) if name in said]
    nothing_hidden_is_named(portfolio)
    assert tree(portfolio.folder) == built_anew(portfolio)


def nothing_hidden_is_named(portfolio: Portfolio) -> set[str]:
    """Look at every file: what is unlisted is named on its own page alone; return the addresses of these."""
    unlisted = {one.address: one.title for one in portfolio.artifacts(visibility="unlisted")}
    hidden = {address: title for address, title in unlisted.items() if address and address.startswith("u/")}
    for path, content in tree(portfolio.folder).items():
        folder = path.removesuffix("index.html")
        said = content.decode()
        own = {hidden[folder].removeprefix("Title ")} if folder in hidden else set()
        for word in set(re.findall(r"(?:unlisted|private)canary\d+word", said)) - own:
            assert f"Title {word}" not in hidden.values(), path
        assert not any(address in said for address in hidden if address != folder), path
    return set(hidden)


def built_anew(portfolio: Portfolio) -> dict[str, bytes]:
    """Return the site as it is when it is built with nothing remembered."""
    for cache in portfolio.folder.parent.glob("site.cache*"):
        cache.unlink()
    other = portfolio.folder.with_name("anew")
    portfolio.build(other)
    return tree(other)


def answers(address: str, paths: Iterable[str]) -> dict[str, str]:
    """Ask a real server for pages; return what each says, or that it is not there."""
    host = urlsplit(address)
    connection = HTTPConnection(host.hostname or "", host.port)
    found = {}
    for path in paths:
        connection.request("GET", f"{host.path}{path}")
        answer = connection.getresponse()
        said = answer.read().decode()
        if answer.status != 200:
            found[path] = f"status {answer.status}"
        elif goes := re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', said):
            to = urljoin(f"/{path}", goes[1]).removeprefix("/")
            found[path] = f"leads to {to}"
        else:
            found[path] = unescape(re.findall(r"<h1[^>]*>(.*?)</h1>", said, re.S)[0])
    connection.close()
    return found


def test_every_address_that_was_ever_published_still_answers(
    portfolio: Portfolio, shelf: Shelf, library: Library
) -> None:
    pick = random.Random(11)
    sources = [shelf.put(f"Work {n}", f"[[Work {pick.randrange(12)}]]", tags=[f"t{n % 4}"]) for n in range(12)]
    ever: set[str] = {""}

    def of(source: int) -> int:
        try:
            return portfolio.artifact(source).id
        except NotFound:  # not yet, or not any more since that was undone
            return portfolio.add(source, visibility="public").id

    def again(source: int) -> None:
        portfolio.remove([of(source)])
        of(source)

    steps: list[Callable[[int], object]] = [
        lambda source: portfolio.edit(of(source), title=f"Title {pick.randrange(10**6)}"),
        lambda source: portfolio.edit(of(source), tags=pick.sample(["a", "b", "c", "d", "e", f"t {source}"], 2)),
        lambda source: portfolio.edit(of(source), skills=pick.sample(["x", "y", "z"], 1), page=pick.choice("PQRS")),
        lambda source: portfolio.edit(of(source), visibility="public"),
        lambda source: portfolio.edit(of(source), visibility=pick.choice(["private", "unlisted"])),
        lambda source: portfolio.edit(of(source), reflection=f"Words {pick.random()} [[Work {pick.randrange(12)}]]"),
        again,
        lambda _source: library.undo(),
    ]
    count = 500 if EVERYTHING else 40
    portfolio.build()
    with serving(portfolio.folder) as address:
        for step in range(1, count + 1):
            pick.choice(steps[:-1] if step % 17 else steps)(pick.choice(sources))
            if step % (5 if EVERYTHING else 10) == 0:
                portfolio.build()
                ever |= {path.removesuffix("index.html") for path in tree(portfolio.folder) if path.endswith(".html")}
                said = answers(address, sorted(ever))
                assert not {path: one for path, one in said.items() if one.startswith("status")}, step
                for path, one in said.items():
                    if one.startswith("leads to "):
                        assert not said[one.removeprefix("leads to ")].startswith("leads to"), (step, path)
    assert len(ever) > 20
    assert {"Withdrawn", "Nothing stands here now"} <= set(said.values())
    assert any(one.startswith("leads to") for one in said.values()) or not EVERYTHING
